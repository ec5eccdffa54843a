"""Kept rows of targets without predictions: numbers, or labels of classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.reading.collect import Kept
from losscheck.reading.labels import Labels, drop_ignored, sort_labels
from losscheck.reading.undecided import COMMON_PAIRS
from losscheck.reading.wording import list_texts, say_task
from losscheck.results import InputError, InputInfo, TaskKind
from losscheck.sample import Asked, ClassSample, Digits, Features, LabelMap, Sample, Stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIRST_ROWS = 256
EPSILON = 2.0**-52
INIT_NEEDS = (
    "--stage init looks at the outputs of a network before training, and there are none. Give them with -p COL, or "
    "leave --stage out to look at the targets alone."
)


def make_targets(
    kept: Kept, info: InputInfo, task: TaskKind | None, asked: Asked, features: Features | None = None
) -> Sample | ClassSample:
    """Return the sample of targets; of numbers that are two classes (0 and 1) that of their labels.

    `info` lacks only the counts of rows. `InputError` where no row is left. The residual is target − mean: what the
    constant prediction leaves.
    """
    kept.require_rows(info)
    if asked.stage is Stage.INIT:
        raise InputError(INIT_NEEDS)
    target = kept.flat("target")
    assert target is not None
    if task is None and features is None and (pair := _two_classes(target)):
        labels = Labels(info.columns.target or "target")
        kept.columns["target"] = labels.encode(target).reshape(-1, 1)
        file = info.files[0].name if info.files else ""
        why = (
            f"the targets are {pair[0]} and {pair[1]}: labels of two classes, and no outputs of a model "
            f"({say_task('count', file)} if they are counts)"
        )
        return make_labels(kept, info, labels.values, task, asked, why)
    kept.sort()
    target = kept.flat("target")
    assert target is not None
    weight = kept.scaled_weight()
    unit = float(np.abs(target).max()) or 1.0
    mean = float(np.average(target / unit, weights=weight)) * unit
    missing, non_finite = kept.left_out()
    return Sample(
        residual=target - mean,
        row=kept.row,
        info=kept.counted(info),
        target=target,
        weight=weight,
        missing=missing,
        non_finite=non_finite,
        kind=TaskKind.TARGETS,
        named_task=task,
        features=features,
    )


def make_labels(
    kept: Kept, info: InputInfo, values: Sequence[str], task: TaskKind | None, asked: Asked, why: str = ""
) -> ClassSample:
    """Return the sample of labels alone; the target of `kept` holds positions in `values`.

    The outputs are the base rates in every row, which take no memory. Indices that mean "no label" are left out.
    """
    kept.require_rows(info)
    if asked.stage is Stage.INIT:
        raise InputError(INIT_NEEDS)
    kept.sort()
    name = info.columns.target or "target"
    where = f"{info.files[0].name}: column '{name}'" if info.files else name
    classes, index = _code(kept, values, where)
    if task is TaskKind.BINARY and len(classes) > 2:
        said = say_task(task, info.files[0].name if info.files else "")
        raise InputError(f"{where} has {len(classes)} different labels ({list_texts(classes)}), and {said} means two.")
    weight = kept.scaled_weight()
    counts = np.bincount(index, minlength=len(classes))
    rates = np.bincount(index, weight, minlength=len(classes))
    missing, non_finite = kept.left_out()
    return ClassSample(
        outputs=np.broadcast_to(rates / rates.sum(), (index.size, len(classes))),
        row=kept.row,
        info=kept.counted(info),
        kind=TaskKind.TARGETS,
        classes=classes,
        why=why or f"'{name}' holds labels of classes, and there are no outputs of a model",
        digits=Digits(EPSILON),
        label=index,
        label_map=LabelMap("by name", classes, tuple(counts.tolist()), tuple(range(len(classes)))),
        weight=weight,
        missing=missing,
        non_finite=non_finite,
        asked=asked,
    )


def _code(kept: Kept, values: Sequence[str], where: str) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the classes in order and the class of every row; rows without a label are taken out of `kept`."""
    codes = kept.columns["target"][:, 0].astype(np.int64)
    counts = np.bincount(codes, minlength=len(values))
    real = drop_ignored([value for value, count in zip(values, counts, strict=True) if count], len(values))
    order = [place for place in sort_labels(values) if counts[place] and values[place] in real]
    if len(order) < 2:
        raise InputError(f"{where}: every label is '{values[order[0]]}': there is nothing to predict.")
    table = np.full(len(values), -1, dtype=np.int64)
    table[order] = np.arange(len(order))
    index = table[codes]
    if (index < 0).any():
        kept.leave_out(index < 0, where)
        index = index[index >= 0]
    return tuple(values[place] for place in order), index


def _two_classes(target: Array) -> tuple[str, str] | None:
    """Return the two values of a target of 0 and 1 (or −1 and 1, or 1 and 2), in order; None for all others."""
    if np.unique(target[:FIRST_ROWS]).size > 2:
        return None
    found = np.unique(target)
    written = [f"{value:g}" for value in found.tolist()]
    return (written[0], written[1]) if found.size == 2 and set(written) in COMMON_PAIRS else None
