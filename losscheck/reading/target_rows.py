"""What several columns of targets are, seen in all of the rows: one-hot, several labels at once, or fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.reading.wording import say_task
from losscheck.results import InputError, TaskKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUM_ERROR = 0.02
"""How far from 1 the fractions of a row may sum, for rounding to two digits."""
MOST_ROWS = 0.9
"""Share of the rows whose outputs must sum to 1: a few bad rows do not change what the outputs are."""
ROWS_LOOKED_AT = 10_000
SINGLE = (TaskKind.BINARY, TaskKind.MULTICLASS)


@dataclass(frozen=True, eq=False)
class Grouped:
    """The kind of targets and why; the class of each row where rows have exactly one, else the targets themselves."""

    kind: TaskKind
    why: str
    targets: Array | None = None
    label: NDArray[np.int64] | None = None


def group_targets(
    targets: Array,
    outputs: Array,
    names: Sequence[str],
    task: TaskKind | None,
    file: str,
    row: NDArray[np.int64],
) -> Grouped:
    """Decide what the columns of targets are; `InputError` with the first wrong row where they cannot be that."""
    if not all(bool(((column == 0) | (column == 1)).all()) for column in targets.T):
        return _take_fractions(targets, task, file, row)
    ones = targets.sum(axis=1)
    exclusive = bool((ones == 1).all())
    single = TaskKind.BINARY if targets.shape[1] == 2 else TaskKind.MULTICLASS
    if task is not None and task in SINGLE and not exclusive:
        wrong = int(np.flatnonzero(ones != 1)[0])
        raise InputError(
            f"{_before(file)}{say_task(task, file)} needs exactly one 1 among the targets of a row, and row "
            f"{row[wrong]} has {ones[wrong]:.0f}. If a row may have several labels, or none, say "
            f"{say_task('multilabel', file)}."
        )
    if task is not None and task in SINGLE:
        return Grouped(task, say_task(task, file), label=targets.argmax(axis=1).astype(np.int64))
    if task is not None:
        if task is TaskKind.SOFT:
            return _take_fractions(targets, task, file, row)
        return Grouped(TaskKind.MULTILABEL, say_task(task, file), targets)
    count = len(names)
    if not exclusive:
        few, many = int(ones.min()), int(ones.max())
        numbers = f"from {few} to {many}" if few < many else f"{few}"
        return Grouped(TaskKind.MULTILABEL, f"rows have {numbers} ones among the {count} columns of targets", targets)
    if _sums_are_one(outputs):
        why = f"every row has one 1 among the {count} columns of targets, and its outputs sum to 1"
        return Grouped(single, why, label=targets.argmax(axis=1).astype(np.int64))
    why = (
        f"every row has one 1 among the {count} columns of targets, which does not prove that classes exclude each "
        f"other, and the outputs of a row do not sum to 1 ({say_task('multiclass', file)} says that they do)"
    )
    return Grouped(TaskKind.MULTILABEL, why, targets)


def _before(file: str) -> str:
    return f"{file}: " if file else ""


def _take_fractions(targets: Array, task: TaskKind | None, file: str, row: NDArray[np.int64]) -> Grouped:
    """Return soft labels: fractions that sum to 1 in every row."""
    if task not in (None, TaskKind.SOFT):
        other = ~((targets == 0) | (targets == 1)).all(axis=1)
        wrong = int(np.flatnonzero(other)[0])
        raise InputError(
            f"{_before(file)}{say_task(task, file)} needs targets of 0 and 1, and row {row[wrong]} has "
            f"{_list(targets[wrong])}. If they are shares of the classes, say {say_task('soft', file)}."
        )
    outside = ((targets < 0) | (targets > 1)).any(axis=1)
    sums = targets.sum(axis=1)
    wrong_rows = np.flatnonzero(outside | (np.abs(sums - 1) > SUM_ERROR))
    if wrong_rows.size:
        wrong = int(wrong_rows[0])
        raise InputError(
            f"{_before(file)}several columns of targets must be 0 or 1, or shares that sum to 1 in every row; row "
            f"{row[wrong]} has {_list(targets[wrong])}, which sum to {sums[wrong]:.6g}. Divide counts by the sum of "
            f"their row; a regression takes one target and one prediction at a time."
        )
    why = f"the {targets.shape[1]} columns of targets are shares that sum to 1 in every row"
    return Grouped(TaskKind.SOFT, why if task is None else say_task(task, file), targets)


def _list(values: Array) -> str:
    shown = ", ".join(f"{value:.6g}" for value in values[:5])
    return shown + (", …" if values.size > 5 else "")


def _sums_are_one(outputs: Array) -> bool:
    """Tell whether rows of outputs are single distributions: they sum to 1, to 100, or their exponentials do to 1."""
    rows = outputs[:: max(1, len(outputs) // ROWS_LOOKED_AT)]
    sums = rows.sum(axis=1)
    with np.errstate(over="ignore"):
        exponentials = np.exp(rows).sum(axis=1) if bool((rows <= SUM_ERROR).all()) else np.zeros(len(rows))
    return any(bool((np.abs(total - 1) <= SUM_ERROR).mean() >= MOST_ROWS) for total in (sums, sums / 100, exponentials))
