"""What every row of the outputs sums to, and its smallest and largest number: one pass over the raw numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.memory import once_per_sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.sample import ClassSample

CACHED_CELLS = 1 << 16
"""Numbers worked on at a time: half a megabyte, which stays in the second-level cache."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Sum, smallest and largest number of each row, (n,) each."""

    total: Array
    low: Array
    high: Array


@once_per_sample
def measure_rows(sample: ClassSample) -> Rows:
    """Return sum, minimum and maximum of every row."""
    outputs = sample.outputs
    if outputs.shape[1] == 1:
        column = outputs[:, 0]
        return Rows(column, column, column)
    measured = Rows(*(np.empty(sample.n) for _ in range(3)))
    with np.errstate(over="ignore", invalid="ignore"):
        for rows, by_class in blocks_by_class(outputs):
            np.add.reduce(by_class, axis=0, out=measured.total[rows])
            np.minimum.reduce(by_class, axis=0, out=measured.low[rows])
            np.maximum.reduce(by_class, axis=0, out=measured.high[rows])
    return measured


@once_per_sample
def largest_number(sample: ClassSample) -> float:
    """Return the largest of all numbers in size, −inf aside."""
    rows = measure_rows(sample)
    ends = float(rows.high.max()), float(rows.low.min())
    if np.isfinite(ends).all():
        return max(abs(ends[0]), -ends[1], 0.0)
    low = rows.low[np.isfinite(rows.low)]
    return max(float(np.abs(rows.high).max(where=np.isfinite(rows.high), initial=0.0)), float(-low.min(initial=0.0)))


def blocks_by_class(outputs: Array) -> Iterator[tuple[slice, Array]]:
    """Yield rows and their outputs (K, m), classes first and contiguous; the array is overwritten by the next."""
    n, classes = outputs.shape
    step = max(1, min(n, CACHED_CELLS // classes))
    buffer = np.empty((classes, step))
    for start in range(0, n, step):
        rows = slice(start, min(start + step, n))
        by_class = buffer[:, : rows.stop - start]
        np.copyto(by_class, outputs[rows].T)
        yield rows, by_class


def some_rows(n: int, most: int) -> slice | NDArray[np.int64]:
    """Return at most so many rows, evenly spread over all."""
    return slice(None) if n <= most else np.linspace(0, n - 1, most).astype(np.int64)


def sum_exponentials(outputs: Array, rate: float) -> Array:
    """Return Σ exp(rate·x) of every row: 1 for log-probabilities, with the logarithm of their base as the rate.

    No number may be far above 0: nothing is subtracted before the exponential is taken.
    """
    total = np.empty(outputs.shape[0])
    for rows, by_class in blocks_by_class(outputs):
        if rate != 1.0:
            by_class *= rate
        np.exp(by_class, out=by_class)
        np.add.reduce(by_class, axis=0, out=total[rows])
    return total
