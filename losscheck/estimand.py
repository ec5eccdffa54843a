"""What a prediction would be under each loss, in the file's own units: how far from the mean MAE and Huber aim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.numeric.ordered import rows_of, sd_of
from losscheck.numeric.points import robust_center_scale, weighted_quantile
from losscheck.sample import Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

GROUPS = 10
FEWEST_A_GROUP = 20
"""The centre is taken within groups of like predictions, since noise that grows with the level has no single median."""
HUBER = 1.345
"""Huber's loss at its usual setting, in robust standard deviations: 95 % efficient on normal noise."""
ROUNDS = 50
MATERIAL = 0.05
"""Of a robust standard deviation: less is not worth a sentence."""
SIGNIFICANT = 3.0
MEDIAN_SE = 1.2533
"""√(π/2): the standard error of a median on normal noise, in those of the mean."""


MOST_ROWS = 200_000


@dataclass(frozen=True)
class Shift:
    """How far below (−) or above (+) the mean predictions trained with a loss would sit, on average over the rows."""

    loss: str
    value: float
    mean: float


def find_shifts(sample: Sample) -> tuple[Shift, ...]:
    """Return the shifts of MAE and Huber against MSE that are material and seen beyond chance.

    Above 200,000 rows every k-th is looked at.
    """
    of = sample if sample.paired.prediction is None else sample.paired
    every = 1 if of.count is not None else -(-of.n // MOST_ROWS)
    residual = of.residual[::every]
    level, weights = (None if part is None else part[::every] for part in (of.prediction, of.weight))
    n = rows_of(residual, of.count)
    groups = 1 if level is None else max(1, min(GROUPS, n // FEWEST_A_GROUP))
    order = np.arange(residual.size) if level is None else np.argsort(level, kind="stable")
    shifts = np.zeros((2, groups))
    size = np.zeros(groups)
    for g, (rows, weight) in enumerate(_split(order, groups, weights, of.count)):
        r = residual[rows]
        mean = float(np.average(r, weights=weight))
        shifts[0, g] = weighted_quantile(r, weight, 0.5) - mean
        shifts[1, g] = _huber_center(r, weight) - mean
        size[g] = rows.size if weight is None else weight.sum()
    scale = robust_center_scale(residual, of.mass if of.count is not None else weights)[1]
    rows_used = sample.effective_rows / every
    spread = max(scale, sd_of(residual, of.count) / np.sqrt(rows_used) * MEDIAN_SE * SIGNIFICANT / MATERIAL)
    mean = 0.0 if of.target is None else float(np.average(of.target, weights=of.mass))
    averages = (shifts @ size) / size.sum()
    found = zip(("mae", "huber"), averages.tolist(), strict=True)
    return tuple(Shift(loss, value, mean) for loss, value in found if abs(value) > MATERIAL * spread)


def _split(
    order: NDArray[np.int64], groups: int, weights: Array | None, count: Array | None
) -> Iterator[tuple[NDArray[np.int64], Array | None]]:
    """Yield the points of equally large groups of rows and their weights; a point may be in two of them."""
    if count is None:
        for points in np.array_split(order, groups):
            yield points, None if weights is None else weights[points]
        return
    after = np.cumsum(count[order])
    each, over = divmod(round(after[-1]), groups)  # as `array_split` has it, which would take memory for every row
    ends = [each * group + min(group, over) for group in range(groups + 1)]
    for start, end in pairwise(ends):
        inside = np.minimum(after, end) - np.maximum(after - count[order], start)
        points = order[inside > 0]
        yield points, inside[inside > 0] * (1.0 if weights is None else weights[points])


def _huber_center(values: Array, weight: Array | None) -> float:
    """Return the M-estimate of location by iterated weights."""
    center, scale = robust_center_scale(values, weight)
    w = np.ones(values.size) if weight is None else weight
    for _ in range(ROUNDS):
        pull = w * np.minimum(1.0, HUBER * scale / np.maximum(np.abs(values - center), 1e-300))
        moved = float(pull @ values / pull.sum())
        if abs(moved - center) <= 1e-9 * scale:
            break
        center = moved
    return center
