"""Rows folded into a summary, and summaries added up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor, log10

from losscheck.numeric.lazy import Array, np
from losscheck.results import Columns, InputError, InputInfo
from losscheck.sample import LeftOut
from losscheck.summary.buckets import CELL_BITS, FINE_BITS, HIGH_BITS, Bits, coarser, lower_edge, split_bits
from losscheck.summary.tables import (
    ROWS_AT_ONCE,
    Pairs,
    Table,
    add_pairs,
    add_tables,
    empty_table,
    fine_table,
    pair_table,
)

FINE_COLUMNS = 4
TABLES_AT_ONCE = 8
"""Tables that are added up together: each is sorted already, and adding costs more than counting."""
FEWEST_BUCKETS = {"residual": 200, "prediction": 6}
"""Buckets that the middle half of the rows should be spread over, those of the predictions in cells; else a center far
from 0 is needed. At 200 a bucket is 0.7 % of a normal's sd wide. At 6 the coefficients of a scale that grows by e^0.5 a
standard deviation of the predictions move by 0.02 of their standard errors at 10⁶ rows, at 9 by 0.007 (tests)."""
MOST_CENTERS = 4
"""That are tried: one about which rows are in buckets enough is found in two steps, or never."""
ROWS_SHOWN = 10


@dataclass(frozen=True)
class Center:
    """What was taken off residuals and predictions before they were put in buckets."""

    residual: float = 0.0
    prediction: float = 0.0


@dataclass(frozen=True, eq=False)
class Summary:
    """Everything that is kept of any number of rows: exact integers, and where they came from.

    `residual` and `target` are the columns by themselves, `pairs` residual and prediction together, and `joint` target
    and prediction, of which only targets that are never negative have need. All but the first are None where only
    residuals were given.
    """

    info: InputInfo
    residual: Table
    target: Table | None = None
    pairs: Pairs | None = None
    joint: Pairs | None = None
    center: Center = Center()
    missing: tuple[LeftOut, ...] = ()
    non_finite: tuple[LeftOut, ...] = ()

    def better_center(self) -> Center | None:
        """Return about what a summary of these rows should rather be made; None where its own center will do.

        The new one may have to be made better in turn: rows of sd 1 at 10⁶ all lie in one or two buckets.
        """
        high, square = (column / np.maximum(self.residual.count, 1) for column in self.residual.sums[[1, 3]])
        edge, width = lower_edge(self.residual.bucket, FINE_BITS)
        sd = np.abs(width) / 2**HIGH_BITS * np.sqrt(np.maximum(square - high * high, 0.0))
        mean = edge + width * (high / 2**HIGH_BITS)
        off = _far_from_zero(self.residual, FEWEST_BUCKETS["residual"], mean, sd)
        also = None
        if self.pairs is not None:
            table, bits = self.pairs.predictions(), self.pairs.bits[1]
            power, _ = lower_edge(coarser(table.bucket, bits), 0)
            unit = power / 2**CELL_BITS
            mean = power + unit * table.sums[1] / np.maximum(table.count, 1)
            also = _far_from_zero(table, FEWEST_BUCKETS["prediction"], mean, np.abs(unit))
        if off is None and also is None:
            return None
        return Center(self.center.residual + (off or 0.0), self.center.prediction + (also or 0.0))


class Folder:
    """Takes clean rows in blocks of any size, and keeps only their sums."""

    def __init__(self, center: Center = Center()) -> None:
        """Fold about this center."""
        self.center = center
        self._residual: list[Table] = []
        self._target: list[Table] = []
        self._pairs: list[Pairs] = []
        self._joint: list[Pairs] = []
        self._negative = False

    def add(self, columns: Mapping[str, Array]) -> None:
        """Add rows: finite arrays of equal length, `residual` and, if known, `target` and `prediction`."""
        rows = columns["residual"].size
        for start in range(0, rows, ROWS_AT_ONCE):
            self._add({role: values[start : start + ROWS_AT_ONCE] for role, values in columns.items()})

    def _add(self, columns: Mapping[str, Array]) -> None:
        residual = split_bits(columns["residual"] - self.center.residual)
        self._residual.append(fine_table(residual))
        if "target" in columns and "prediction" in columns:
            target = split_bits(columns["target"])
            prediction = split_bits(columns["prediction"] - self.center.prediction)
            self._target.append(fine_table(target))
            self._pairs.append(_make_pairs(residual, prediction, self._pairs))
            self._negative = self._negative or is_ever_negative(self._target[-1])
            if not self._negative:
                self._joint.append(_make_pairs(target, prediction, self._joint))
        if len(self._residual) >= TABLES_AT_ONCE:
            self._add_up()

    def _add_up(self) -> None:
        self._residual = [add_tables(self._residual)] if self._residual else []
        self._target = [add_tables(self._target)] if self._target else []
        self._pairs = [add_pairs(self._pairs)] if self._pairs else []
        self._joint = [add_pairs(self._joint)] if self._joint and not self._negative else []

    def summary(self, info: InputInfo, missing: tuple[LeftOut, ...], non_finite: tuple[LeftOut, ...]) -> Summary:
        """Return the sums; `info` says where the rows came from."""
        self._add_up()
        residual = self._residual[0] if self._residual else empty_table(FINE_COLUMNS)
        target = self._target[0] if self._target else None
        pairs, joint = (parts[0] if parts else None for parts in (self._pairs, self._joint))
        info = replace(info, rows_used=residual.rows, summarized=True)
        return Summary(info, residual, target, pairs, joint, self.center, missing, non_finite)


def _make_pairs(first: Bits, prediction: Bits, before: Sequence[Pairs]) -> Pairs:
    """Return the cells of some rows, as coarse as those before at least."""
    level = max((pairs.level for pairs in before), default=0)
    return pair_table(first, prediction, level).bounded()


def is_ever_negative(target: Table) -> bool:
    """Tell whether any row of a column is below 0."""
    return bool(target.bucket[0] < 0)


def settle_center(summarize: Callable[[Center], Summary], center: Center = Center()) -> Summary:
    """Return the summary of the same rows about this center or, where that will not do, about a better one."""
    for _ in range(MOST_CENTERS):
        summary = summarize(center)
        better = summary.better_center()
        if better is None:
            break
        center = better
    return summary


def merge_summaries(summaries: Sequence[Summary], names: Sequence[str]) -> Summary:
    """Return the summary of all rows; raises InputError, with `names`, where the parts do not belong together."""
    first = summaries[0]
    for summary, name in zip(summaries[1:], names[1:], strict=True):
        _require_alike(first, summary, names[0], name)
    targets = [s.target for s in summaries if s.target is not None]
    pairs = [s.pairs for s in summaries if s.pairs is not None]
    joint = [s.joint for s in summaries if s.joint is not None]
    info = replace(
        first.info,
        files=tuple(file for s in summaries for file in s.info.files),
        rows=sum(s.info.rows for s in summaries),
        rows_used=sum(s.info.rows_used for s in summaries),
    )
    return Summary(
        info,
        add_tables([s.residual for s in summaries]),
        add_tables(targets) if targets else None,
        add_pairs(pairs) if pairs else None,
        add_pairs(joint) if len(joint) == len(summaries) else None,
        first.center,
        _add_left_out([s.missing for s in summaries]),
        _add_left_out([s.non_finite for s in summaries]),
    )


def _require_alike(first: Summary, other: Summary, name: str, other_name: str) -> None:
    if _shape(first.info.columns) != _shape(other.info.columns):
        raise InputError(
            f"{other_name} summarizes other columns than {name}: {_words(other.info.columns)}, not "
            f"{_words(first.info.columns)}."
        )
    if first.center != other.center:
        # 0 was no choice of a part: buckets about it are too few for the one that needed another center
        shared = Center(
            first.center.residual or other.center.residual, first.center.prediction or other.center.prediction
        )
        raise InputError(
            f"{other_name} was made about another center than {name}: {_centers(other.center)}, not "
            f"{_centers(first.center)}. Summarize both with --center {shared.residual!r},{shared.prediction!r}."
        )


def _shape(columns: Columns) -> tuple[str | None, ...]:
    return columns.target, columns.prediction, columns.residual


def _words(columns: Columns) -> str:
    return ", ".join(f"'{name}'" for name in _shape(columns) if name is not None)


def _centers(center: Center) -> str:
    return f"{center.residual:g} of the residuals and {center.prediction:g} of the predictions"


def _add_left_out(parts: Sequence[tuple[LeftOut, ...]]) -> tuple[LeftOut, ...]:
    names = dict.fromkeys(item.column for part in parts for item in part)
    found = {name: [item for part in parts for item in part if item.column == name] for name in names}
    return tuple(
        LeftOut(name, sum(i.count for i in items), tuple(row for i in items for row in i.rows)[:ROWS_SHOWN])
        for name, items in found.items()
    )


def _far_from_zero(table: Table, fewest: int, mean: Array, sd: Array) -> float | None:
    """Return about what the rows should be centered; None where the middle half of them is in buckets enough.

    `mean` and `sd` are those of the buckets, the latter for rows that all lie in one.
    """
    below = np.cumsum(table.count)
    low, middle, high = np.searchsorted(below, np.array((0.25, 0.5, 0.75)) * below[-1])
    first, last = int(table.bucket[low]), int(table.bucket[high])
    if last - first >= fewest or first * last <= 0:
        return None
    spread = float(mean[high] - mean[low]) or float(sd[middle])
    if spread == 0:
        return None if mean[middle] == 0 else float(mean[middle])
    unit = 10.0 ** floor(log10(spread))
    rounded = round(float(mean[middle]) / unit) * unit  # a short number, on which other parts are likely to agree
    return float(f"{rounded:.15g}") or None
