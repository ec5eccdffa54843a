"""What each row loses, and how much more or less that is in another file, paired where the rows are the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.results import Estimate
from losscheck.sample import ClassSample, Sample

if TYPE_CHECKING:
    from losscheck.outputs.stated import Labels


@dataclass(frozen=True, eq=False)
class LossRows:
    """Losses of every row by name, (n,) each; `truth` is what the rows are matched by: targets or labels.

    `weight` are importance weights, None: every row counts once. `row` the file's row numbers.
    """

    values: Mapping[str, Array]
    truth: Array | Labels | None
    row: Labels
    weight: Array | None


@dataclass(frozen=True)
class LossChange:
    """The mean of a loss on both sides, and after − before with its interval; `paired`: row by row."""

    loss: str
    before: float
    after: float
    difference: Estimate
    paired: bool


def measure_losses(sample: Sample | ClassSample) -> LossRows | None:
    """Return squared and absolute errors, or log loss and Brier score; None without truth, or of a summary."""
    if isinstance(sample, Sample):
        if sample.count is not None:  # points that stand for rows: which of them, a summary does not know
            return None
        r = sample.residual
        return LossRows({"mse": r * r, "mae": np.abs(r)}, sample.target, sample.row, sample.weight)
    from losscheck.outputs.baselines import row_losses
    from losscheck.outputs.undefined import Undefined

    found = row_losses(sample)
    if isinstance(found, Undefined):
        return None
    truth = sample.targets if sample.label is None else sample.label[sample.label >= 0]
    return LossRows({"log_loss": found.loss}, truth, found.row, found.weight)


def compare_losses(before: LossRows | None, after: LossRows | None, alpha: float) -> tuple[LossChange, ...]:
    """Return the change of every loss that both sides have and that is finite in every row."""
    if before is None or after is None:
        return ()
    paired = _same_rows(before, after)
    reach = float(scipy.special.ndtri(1 - alpha / 2))
    changes = []
    for name in before.values.keys() & after.values.keys():
        was, now = before.values[name], after.values[name]
        if not (np.isfinite(was).all() and np.isfinite(now).all()):
            continue
        if paired:
            difference, se = _mean(now - was, after.weight)
        else:
            (first, se_first), (second, se_second) = _mean(was, before.weight), _mean(now, after.weight)
            difference, se = second - first, sqrt(se_first**2 + se_second**2)
        interval = Estimate(difference, difference - reach * se, difference + reach * se)
        changes.append(LossChange(name, _mean(was, before.weight)[0], _mean(now, after.weight)[0], interval, paired))
    return tuple(sorted(changes, key=lambda change: change.loss, reverse=True))


def _same_rows(before: LossRows, after: LossRows) -> bool:
    """Return whether both sides are about the same rows: as many, with the same truth in the same place."""
    if before.truth is None or after.truth is None or before.truth.shape != after.truth.shape:
        return False
    if before.weight is None or after.weight is None:
        weights = before.weight is after.weight
    else:
        weights = np.array_equal(before.weight, after.weight)
    return bool(weights and np.array_equal(before.row, after.row) and np.array_equal(before.truth, after.truth))


def _mean(values: Array, weight: Array | None) -> tuple[float, float]:
    """Return the (weighted) mean of a number a row and its standard error; weights sum to the effective rows."""
    if weight is None:
        spread = float(values.std(ddof=1)) if values.size > 1 else float("inf")
        return float(values.mean()), spread / sqrt(values.size)
    mean = float(weight @ values / weight.sum())
    rest = weight * (values - mean)
    return mean, float(np.sqrt(rest @ rest) / weight.sum())
