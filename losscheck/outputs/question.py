"""The one yes-or-no question that reliability is about, its rows pooled by the stated probability.

Of two classes: is it class 1? Of more: is it the most probable class? Rows with equal probabilities cannot be told
apart, so statistics along the probability are taken at the ends of such groups only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.undefined import Undefined, usable_moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.sample import ClassSample

DECIMALS = 12
"""Probabilities that agree to so many decimals are equal: the order in which a row is summed changes the last ones."""
BINS = 15
"""Bins of equal width (lo, hi] on [0, 1], of the expected calibration error and of the reliability diagram."""


@dataclass(frozen=True, eq=False)
class Pooled:
    """Groups of rows with the same stated probability `p`, from the lowest to the highest.

    `weight` = Σw, `square_weight` = Σw², `came_true` = Σw·y and `square_came_true` = Σw²·y of each group, w = 1 without
    weights. `order` sorts the rows and `start` are the first of each group among the sorted ones; `bin` is that of `p`.
    """

    p: Array
    weight: Array
    square_weight: Array
    came_true: Array
    square_came_true: Array
    bin: NDArray[np.int64]
    order: NDArray[np.int64]
    start: NDArray[np.int64]

    @property
    def total(self) -> float:
        """The effective number of rows."""
        return float(self.weight.sum())

    @property
    def variance(self) -> Array:
        """The variance of `came_true` if the outputs are right, Σw²·p(1 − p)."""
        return self.square_weight * self.p * (1 - self.p)

    @property
    def square(self) -> Array:
        """Σw²·(y − p)²: what `came_true` varies by as observed."""
        return self.square_came_true * (1 - 2 * self.p) + self.square_weight * self.p * self.p


@once_per_sample
def pool_question(sample: ClassSample) -> Pooled | Undefined:
    """Sort the rows by the stated probability of the question, and pool equal ones."""
    moments = usable_moments(sample)
    if isinstance(moments, Undefined):
        return moments
    order = np.argsort(moments.question_p)
    if moments.weight is not None:
        order = order[moments.weight[order] > 0]
    key = np.round(moments.question_p[order], DECIMALS)
    start = np.flatnonzero(np.concatenate((np.ones(1, dtype=np.bool_), key[1:] != key[:-1])))
    came_true = moments.came_true[order].astype(np.float64)
    if moments.weight is None:
        weight = square_weight = np.diff(np.append(start, order.size)).astype(np.float64)
        hits = square_hits = np.add.reduceat(came_true, start)
    else:
        once = moments.weight[order]
        weight, square_weight = np.add.reduceat(once, start), np.add.reduceat(once * once, start)
        hits, square_hits = np.add.reduceat(once * came_true, start), np.add.reduceat(once * once * came_true, start)
    edges = np.arange(1, BINS) / BINS
    bins = np.searchsorted(edges, key[start], side="left")
    p = moments.question_p[order[start]]
    return Pooled(p, weight, square_weight, hits, square_hits, bins, order, start)
