"""Rows that can be used, counted and put together column by column, for samples of both kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.reading.stack import Stack
from losscheck.results import InputError, InputInfo
from losscheck.sample import LeftOut, Segments

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS_SHOWN = 10
UNREADABLE = "(unreadable row)"
FEATURE = "feature"
"""The role of columns that only a baseline looks at."""
DECISION = "decision"
"""The role of columns with the class that was predicted, which may tell what a score means."""


@dataclass
class _Tally:
    """Counts the rows that one column loses, and keeps the numbers of the first of them."""

    count: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, rows: Sequence[int] | NDArray[np.int64]) -> None:
        self.count += len(rows)
        self.rows.extend(int(row) for row in rows[: ROWS_SHOWN - len(self.rows)])


@dataclass
class Kept:
    """The rows that are left: an array (rows, columns) for each role, and what was lost on the way."""

    columns: dict[str, Array]
    row: NDArray[np.int64]
    rows: int  # before any was left out
    missing: dict[str, _Tally]
    non_finite: dict[str, _Tally]

    def flat(self, role: str) -> Array | None:
        """Return the only column of a role."""
        return self.columns[role][:, 0] if role in self.columns else None

    def part(self, start: int, end: int) -> Kept:
        """Return some of the rows, which count what they lose with all others."""
        columns = {role: values[start:end] for role, values in self.columns.items()}
        return replace(self, columns=columns, row=self.row[start:end])

    def leave_out(self, bad: NDArray[np.bool_], name: str) -> None:
        """Leave out rows that turned out not to be finite in what is derived from several columns."""
        if bad.any():
            _count(self.non_finite, name, self.row[bad])
            self.columns = {role: values[~bad] for role, values in self.columns.items()}
            self.row = self.row[~bad]

    def require_rows(self, info: InputInfo) -> None:
        """Raise `InputError` where no row is left, and say why."""
        if self.row.size == 0:
            where = f"{info.files[0].name}: " if info.files else ""
            raise InputError(f"{where}no row is left: {self._explain_losses()}. Give rows with finite numbers.")

    def sort(self) -> None:
        """Put the rows in the order of the role `order`, which is then forgotten."""
        if "order" not in self.columns:
            return
        position = np.argsort(self.columns.pop("order")[:, 0], kind="stable")
        self.row = self.row[position]
        for values in self.columns.values():
            for column in values.T:  # one by one: a sorted copy of all outputs would double the memory
                column[:] = column[position]

    def take_segments(self, names: Sequence[str]) -> Segments | None:
        """Return the segments of the rows, whose codes are the role `group`; None where there is none."""
        code = self.flat("group")
        return None if code is None else Segments(code.astype(np.int64), tuple(names))

    def scaled_weight(self) -> Array | None:
        """Return the weights scaled to sum to Kish's effective number of rows; equal weights are none."""
        weight = self.flat("weight")
        if weight is None or bool((weight == weight[0]).all()):
            return None
        relative = weight / weight.max()  # squares of very large or small weights would leave the range
        scaled: Array = relative * (relative.sum() / np.square(relative).sum())
        return scaled

    def counted(self, info: InputInfo) -> InputInfo:
        """Return `info` with the numbers of rows."""
        return InputInfo(info.files, self.rows, self.row.size, info.columns, info.dialect, info.precision)

    def left_out(self) -> tuple[tuple[LeftOut, ...], tuple[LeftOut, ...]]:
        """Return what is missing and what is not finite, by column."""
        missing, non_finite = (
            tuple(LeftOut(name, tally.count, tuple(tally.rows)) for name, tally in tallies.items())
            for tallies in (self.missing, self.non_finite)
        )
        return missing, non_finite

    def _explain_losses(self) -> str:
        losses = [
            f"{tally.count:,} of {self.rows:,} {what} '{name}'"
            for tallies, what in ((self.missing, "have no value in"), (self.non_finite, "are infinite in"))
            for name, tally in tallies.items()
            if name != UNREADABLE
        ]
        if UNREADABLE in self.missing:
            losses.insert(0, f"{self.missing[UNREADABLE].count:,} of {self.rows:,} cannot be read")
        if not losses:
            return "every weight is 0" if self.rows else "there are none"
        return ", ".join(losses)


class Collector:
    """Takes rows block by block, keeps those that are finite in every column, and counts the others.

    Minus infinity is kept in outputs of classes: it is the logarithm of a probability of 0.
    """

    def __init__(self, names: Mapping[str, Sequence[str]], outputs: bool = False) -> None:
        """Expect columns with these names for each role; `outputs` says that the predictions are outputs of classes."""
        self.names = names
        self.rows = 0
        self._outputs = outputs
        self._kept = {role: Stack(len(columns)) for role, columns in names.items()}
        self._row = Stack(1, int)
        self._missing: dict[str, _Tally] = {}
        self._non_finite: dict[str, _Tally] = {}

    @property
    def waiting(self) -> int:
        """Rows that have been added and not been taken by `finish`."""
        return len(self._row)

    def expect(self, rows: int) -> None:
        """Make room for about so many rows."""
        for stack in (*self._kept.values(), self._row):
            stack.reserve(rows)

    def add(self, columns: Mapping[str, Array], row: NDArray[np.int64], unreadable: Sequence[int] = ()) -> None:
        """Add a block: an array (rows, columns) by role, the row numbers, and rows that could not be read."""
        self.rows += row.size + len(unreadable)
        if unreadable:
            self._missing.setdefault(UNREADABLE, _Tally()).add(unreadable)
        if not row.size:
            return
        good: NDArray[np.bool_] | None = None
        for role, values in columns.items():
            kept = self._check(role, values, row)
            if kept is not None:
                good = kept if good is None else good & kept
        if "weight" in columns and not columns["weight"].all():
            positive = columns["weight"][:, 0] != 0
            good = positive if good is None else good & positive
        for role, values in columns.items():
            self._kept[role].add(values if good is None else values[good])
        self._row.add(row if good is None else row[good])

    def _check(self, role: str, values: Array, row: NDArray[np.int64]) -> NDArray[np.bool_] | None:
        """Count what is missing or not finite; return which rows are good, None for all."""
        if role in (FEATURE, DECISION):  # what is missing there is filled in or not needed, and not left out
            return None
        may_be_low = self._outputs and role == "prediction"
        # The largest is NaN where any value is: one pass over the numbers where nothing is wrong.
        if values.max() < np.inf and (may_be_low or values.min() > -np.inf):
            return None
        good = np.ones(row.size, dtype=bool)
        for name, column in zip(self.names[role], values.T, strict=True):
            nan = np.isnan(column)
            infinite = (column == np.inf) if may_be_low else np.isinf(column)
            _count(self._missing, name, row[nan])
            _count(self._non_finite, name, row[infinite])
            good &= ~(nan | infinite)
        return good

    def finish(self) -> Kept:
        """Return the rows that are left; the collector is empty afterwards, and goes on counting."""
        columns = {role: stack.join() for role, stack in self._kept.items()}
        row: NDArray[np.int64] = self._row.join()[:, 0].astype(np.int64, copy=False)
        return Kept(columns, row, self.rows, self._missing, self._non_finite)


def _count(tallies: dict[str, _Tally], name: str, rows: NDArray[np.int64]) -> None:
    if rows.size:
        tallies.setdefault(name, _Tally()).add(rows)
