"""Values that each stand for a number of rows: their sums, and their order statistics.

A count of None is one row a value, and costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from losscheck.numeric.lazy import Array, np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def rows_of(values: Array, count: Array | None) -> int:
    """Return how many rows the values stand for."""
    return int(values.size) if count is None else round(float(count.sum()))


def rows_where(which: NDArray[np.bool_], count: Array | None) -> int:
    """Return how many rows the chosen values stand for."""
    return int(np.count_nonzero(which)) if count is None else round(float(count[which].sum()))


def share_where(which: NDArray[np.bool_], count: Array | None) -> float:
    """Return the share of the rows that the chosen values stand for."""
    return float(np.mean(which)) if count is None else float(count[which].sum() / count.sum())


def taken(part: Any, which: NDArray[np.bool_]) -> Any:
    """Return the chosen ones of an array; None of what is not there."""
    return None if part is None else part[which]


def total_of(values: Array, count: Array | None) -> float:
    """Return the sum over rows."""
    return float(values.sum()) if count is None else float(values @ count)


def mean_of(values: Array, count: Array | None) -> float:
    """Return the mean over rows."""
    return float(values.mean()) if count is None else float(values @ count) / float(count.sum())


def sd_of(values: Array, count: Array | None) -> float:
    """Return the standard deviation over rows, divisor n."""
    if count is None:
        return float(values.std())
    centred = values - mean_of(values, count)
    return float(np.sqrt(mean_of(centred * centred, count)))


def product_of(one: Array, other: Array, count: Array | None) -> Any:
    """Return the sums over rows of the products of two arrays, along their last axes."""
    return one @ other.T if count is None else (one * count) @ other.T


def order(values: Array, count: Array | None, merged: NDArray[np.bool_] | None = None) -> Ordered:
    """Return the values in ascending order, with the rows that each stands for."""
    if count is None:
        return Ordered(np.sort(values))
    position = np.argsort(values, kind="stable")
    return Ordered(values[position], count[position], None if merged is None else merged[position])


def quantiles(values: Array, count: Array | None, levels: Array | tuple[float, ...]) -> Array:
    """Return quantiles of the rows, linear between neighbours as numpy's."""
    if count is None:
        return np.asarray(np.quantile(values, levels), dtype=np.float64)
    return order(values, count).quantile(np.asarray(levels, dtype=np.float64))


def median_of(values: Array, count: Array | None) -> float:
    """Return the median of the rows."""
    return float(np.median(values)) if count is None else order(values, count).median()


@dataclass(frozen=True, eq=False)
class Ordered:
    """Ascending values, the rows that each stands for, and which values stand for rows that differ a little.

    Where a value is `merged`, its rows lie spread about it, so that a distribution function rises evenly over them.
    """

    value: Array
    count: Array | None = None
    merged: NDArray[np.bool_] | None = None

    @cached_property
    def n(self) -> int:
        """Number of rows."""
        return rows_of(self.value, self.count)

    @cached_property
    def rows(self) -> Array:
        """Rows at each value."""
        return np.ones(self.value.size) if self.count is None else self.count

    @cached_property
    def after(self) -> Array:
        """Rows up to each value, those at it included."""
        return np.arange(1, self.n + 1, dtype=float) if self.count is None else np.cumsum(self.count)

    @cached_property
    def before(self) -> Array:
        """Rows below each value."""
        return np.arange(self.n, dtype=float) if self.count is None else self.after - self.count

    @cached_property
    def middle(self) -> Array:
        """Mean of the 0-based positions of the rows at each value, plus a half."""
        return self.before + self.rows / 2

    def at(self, position: Any) -> Array:
        """Return the value in the 0-based position, or positions, of the rows in ascending order."""
        index = position
        if self.count is not None:
            index = np.minimum(np.searchsorted(self.after, position, side="right"), self.value.size - 1)
        found: Array = self.value[index]
        return found

    def median(self) -> float:
        """Return the median of the rows."""
        return float((self.at((self.n - 1) // 2) + self.at(self.n // 2)) / 2)

    def quantile(self, level: Array) -> Array:
        """Return quantiles, linear between neighbouring rows as numpy's."""
        if self.count is None:
            return np.asarray(np.quantile(self.value, level), dtype=np.float64)
        place = np.asarray(level, dtype=np.float64) * (self.n - 1)
        low = self.at(np.floor(place))
        return low + (self.at(np.ceil(place)) - low) * (place - np.floor(place))

    def mean(self, values: Array) -> float:
        """Return the mean over rows of something known at each value."""
        return mean_of(values, self.count)

    def distances(self, center: float) -> Ordered:
        """Return the distances of the rows from a center, in ascending order."""
        return order(np.abs(self.value - center), self.count, self.merged)

    def largest(self, rows: int) -> Array:
        """Return how many of so many largest rows each value holds."""
        return np.clip(self.after - (self.n - rows), 0.0, self.rows)

    def evenly(self, points: int) -> Array:
        """Return so many evenly spaced order statistics; all rows where there are no more."""
        if self.n <= points:
            return self.expanded()
        return self.at(((np.arange(points) + 0.5) * (self.n / points)).astype(np.int64))

    def expanded(self) -> Array:
        """Return one value a row."""
        return self.value if self.count is None else self.at(np.arange(self.n))

    @cached_property
    def spread(self) -> Array:
        """Rows at each value that are not equal to it but spread about it; one 0 for all where there are none."""
        if self.merged is None:
            return np.zeros(1)
        return np.where(self.merged, self.rows, 0.0)
