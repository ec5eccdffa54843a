"""Kept rows to the `Sample` of a regression."""

from __future__ import annotations

from collections.abc import Sequence

from losscheck.numeric.lazy import Array, np
from losscheck.reading.collect import Kept
from losscheck.results import InputError, InputInfo, TaskKind
from losscheck.sample import Asked, Sample, Stage

NO_GROUPS = (
    "segments (--group) get a verdict each on their noise, and before training there is none. Leave --group out, or "
    "give the predictions of a trained model."
)


def make_regression(
    kept: Kept,
    info: InputInfo,
    segments: Sequence[str] = (),
    task: TaskKind | None = None,
    asked: Asked = Asked(),  # noqa: B008 (frozen)
) -> Sample:
    """Return the sample; `info` lacks only the counts of rows, `segments` are the names of the groups.

    `InputError` where no row is left, and for residuals or segments where outputs before training are asked about.
    """
    if asked.stage is Stage.INIT and len(kept.columns.keys() & {"target", "prediction", "residual"}) < 2:
        raise InputError("--stage init needs targets and the outputs of the network. Give both, with -t COL -p COL.")
    if asked.stage is Stage.INIT and "group" in kept.columns:
        raise InputError(NO_GROUPS)
    derived = derive_finite(kept)
    kept.require_rows(info)
    if "order" in kept.columns:
        kept.sort()
        derived = _derive(kept)
    missing, non_finite = kept.left_out()
    return Sample(
        residual=derived["residual"],
        row=kept.row,
        info=kept.counted(info),
        target=derived.get("target"),
        prediction=derived.get("prediction"),
        weight=kept.scaled_weight(),
        ordered=True,
        missing=missing,
        non_finite=non_finite,
        stage=asked.stage,
        named_task=task,
        segments=kept.take_segments(segments),
    )


def derive_finite(kept: Kept) -> dict[str, Array]:
    """Return target, prediction and residual; rows whose residual is too large for a float64 are left out."""
    derived = _derive(kept)
    finite = np.isfinite(derived["residual"])
    for values in derived.values():
        finite &= np.isfinite(values)
    if not finite.all():
        kept.leave_out(~finite, "residual")
        derived = {role: values[finite] for role, values in derived.items()}
    return derived


def _derive(kept: Kept) -> dict[str, Array]:
    """Return target, prediction and residual as far as any two of them say."""
    roles = ("target", "prediction", "residual")
    derived = {role: values for role in roles if (values := kept.flat(role)) is not None}
    with np.errstate(over="ignore"):
        if "residual" not in derived:
            derived["residual"] = derived["target"] - derived["prediction"]
        elif "prediction" in derived:
            derived["target"] = derived["prediction"] + derived["residual"]
        elif "target" in derived:
            derived["prediction"] = derived["target"] - derived["residual"]
    return derived
