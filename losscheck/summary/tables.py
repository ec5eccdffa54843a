"""Tables of exact integers: a row a bucket, a column a sum. Merging is adding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import np
from losscheck.results import InputError
from losscheck.summary.buckets import (
    FINE_BITS,
    MANTISSA,
    Bits,
    bucket_of,
    coarser,
    fine_offset,
    leading_mantissa,
)

if TYPE_CHECKING:
    from losscheck.summary.buckets import Integers

MOST_ROWS = 2**31 - 1
"""Of one bucket: above, a sum of squares might not fit 64 bits."""
ROWS_AT_ONCE = 2**16
"""Their columns stay in the cache; and sums of squares of 16 bits are exact in a double, in which numpy counts."""
MOST_CELLS = 24_000
"""Above it, cells of two columns are made coarser by a step of `LEVELS`."""
LEVELS = ((4, 7), (4, 6), (4, 5), (4, 4), (3, 4), (3, 3), (2, 3), (2, 2), (1, 2), (1, 1), (0, 1), (0, 0))
"""Bits of residual (or target) and prediction. Each level's cells are unions of those of the one before, so the level
that a set of rows needs does not depend on the order in which they came."""
HALF_CODE, CODE_BITS = 2**18, 20
NO_BUCKET = 2**18
"""More than any fine bucket's number."""


@dataclass(frozen=True, eq=False)
class Table:
    """Distinct bucket numbers in ascending order, and the sums of each; the first sum is the count of rows."""

    bucket: Integers
    sums: Integers

    @property
    def count(self) -> Integers:
        """Rows in each bucket."""
        count: Integers = self.sums[0]
        return count

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.count.sum())


def empty_table(columns: int) -> Table:
    """Return a table without buckets."""
    return Table(np.empty(0, np.int64), np.empty((columns, 0), np.int64))


def add_tables(tables: Sequence[Table]) -> Table:
    """Return the sum of tables; raises InputError where a bucket would hold more rows than fit."""
    if len(tables) == 1:
        return tables[0]
    return _gather(np.concatenate([t.bucket for t in tables]), np.concatenate([t.sums for t in tables], axis=1))


def _gather(bucket: Integers, sums: Integers) -> Table:
    """Add up the columns of equal buckets."""
    position = np.argsort(bucket, kind="stable")
    bucket = np.asarray(bucket[position], dtype=np.int64)
    starts = np.flatnonzero(np.diff(bucket, prepend=bucket[:1] - 1))
    if not starts.size:
        return Table(bucket, sums)
    counts = np.add.reduceat(sums[0][position].astype(float), starts)
    if counts.max() > MOST_ROWS:
        raise InputError(
            f"more than {MOST_ROWS:,} rows lie in one bucket of the summary, whose sums would not be exact. "
            f"Summarize fewer rows at a time."
        )
    return Table(bucket[starts], np.add.reduceat(sums[:, position], starts, axis=1))


def fine_table(values: Bits) -> Table:
    """Count values in fine buckets, with the sums of their offsets (upper part, lower part, upper part squared)."""
    high, low = fine_offset(values.magnitude)
    place, bucket = _number_buckets(values)
    return _count(place, bucket, (high, low, high * high))


def _number_buckets(values: Bits) -> tuple[Integers, Integers]:
    """Return each value's place among the fine buckets from the least to the largest, and what buckets these are.

    There are none between 0 and the smallest magnitude.
    """
    size = values.magnitude >> (MANTISSA - FINE_BITS)
    gap = int(size.min(initial=NO_BUCKET, where=size > 0)) - 1
    largest = max(int(size.max()) - gap, 0)
    place = (size - gap) * values.sign + largest
    if not size.all():
        place[size == 0] = largest
    number = np.arange(-largest, largest + 1)
    return place, number + np.sign(number) * gap


def _count(place: Integers, bucket: Integers, values: Sequence[Integers]) -> Table:
    """Return how many rows have each place, and the sums of their values, of the buckets that have any."""
    rows = np.bincount(place, minlength=bucket.size)
    used = np.flatnonzero(rows)
    sums = [rows, *(np.bincount(place, value, bucket.size) for value in values)]
    return Table(bucket[used], np.stack([column[used].astype(np.int64) for column in sums]))


@dataclass(frozen=True, eq=False)
class Pairs:
    """Cells of residual or target with prediction: counts, sums of the leading mantissas r and p, of r², p² and r·p."""

    level: int
    table: Table

    @property
    def bits(self) -> tuple[int, int]:
        """Bits of the first column and of the prediction."""
        return LEVELS[self.level]

    def buckets(self) -> tuple[Integers, Integers]:
        """Return the first column's and the prediction's bucket of every cell."""
        code = self.table.bucket
        return (code >> CODE_BITS) - HALF_CODE, (code & ((1 << CODE_BITS) - 1)) - HALF_CODE

    def predictions(self) -> Table:
        """Return the predictions by themselves, with the sums of their leading mantissas."""
        return _gather(self.buckets()[1], self.table.sums[[0, 2]])

    def at_level(self, level: int) -> Pairs:
        """Return the same cells at this level or a coarser one."""
        if level <= self.level:
            return self
        (old_r, old_p), (new_r, new_p) = self.bits, LEVELS[level]
        first, prediction = self.buckets()
        code = encode(coarser(first, old_r - new_r), coarser(prediction, old_p - new_p))
        return Pairs(level, _gather(code, self.table.sums))

    def bounded(self) -> Pairs:
        """Return the cells at the first level at which there are few enough."""
        pairs = self
        while pairs.table.bucket.size > MOST_CELLS and pairs.level + 1 < len(LEVELS):
            pairs = pairs.at_level(pairs.level + 1)
        return pairs


def encode(first: Integers, prediction: Integers) -> Integers:
    """Return one number for a pair of buckets."""
    return ((first + HALF_CODE) << CODE_BITS) | (prediction + HALF_CODE)


def pair_table(first: Bits, prediction: Bits, level: int) -> Pairs:
    """Count rows in cells of residual or target with prediction."""
    import pandas as pd

    bits, other_bits = LEVELS[level]
    code = encode(bucket_of(first, bits), bucket_of(prediction, other_bits))
    r, p = leading_mantissa(first.magnitude), leading_mantissa(prediction.magnitude)
    place, cells = pd.factorize(code)  # a hash table takes half of the time of sorting
    table = _count(place, cells, (r, p, r * r, p * p, r * p))
    order = np.argsort(table.bucket)
    return Pairs(level, Table(table.bucket[order], table.sums[:, order]))


def add_pairs(parts: Sequence[Pairs]) -> Pairs:
    """Return the sum of cells, at the coarsest of their levels or, if there are too many, coarser."""
    level = max(part.level for part in parts)
    return Pairs(level, add_tables([part.at_level(level).table for part in parts])).bounded()
