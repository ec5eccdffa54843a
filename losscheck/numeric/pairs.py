"""Weighted pairs of prediction and target: what likelihoods of the target given its prediction are computed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from losscheck.numeric.lazy import Array, np

EXACT_ROWS = 6000
"""Up to here the pairs are the rows themselves."""
COLUMNS, BINS = 96, 48
"""Above, cells: predictions in bins that are uniform in log f (or in logit f, or in f), targets in their distinct
values where there are few, else in bins uniform in the difference of logarithms, of the logits of shares, or of the
values; those at 0, or shares at 1, by themselves. Each cell is kept as two pairs, at mean ± sd of the target. At
n = 200,000 parameters move by at most a tenth of a standard error (tests)."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Targets with their predictions; the weights sum to the (effective) number of rows.

    `width` is the rounding step of the targets: above 0, a target stands for the interval of that width about it.
    """

    target: Array
    prediction: Array
    weight: Array
    width: float = 0.0

    @property
    def n(self) -> float:
        """Number of (effective) rows."""
        return float(self.weight.sum())

    @cached_property
    def log_prediction(self) -> Array:
        """Logarithm of the predictions, which must be positive."""
        logs: Array = np.log(self.prediction)
        return logs

    def mean(self, values: Array) -> float:
        """Return the weighted mean of one number a pair."""
        return float(self.weight @ values) / self.n


def make_pairs(target: Array, prediction: Array, weight: Array | None, width: float) -> Pairs:
    """Return the rows as pairs, or cells of them.

    Targets that lie on a grid stay what they are: their cells are those of single values.
    """
    w = np.ones(target.size) if weight is None else weight
    if target.size <= EXACT_ROWS:
        return Pairs(target, prediction, w, width)
    scale = _find_scale(target, prediction)
    column = _bin(scale(prediction), COLUMNS)
    values = _grid_index(target, width)
    if values is not None:
        return _merge(target, prediction, w, width, column, values, scale is _logit)
    apart = ((target == 0) & (scale is not _linear)) | ((target == 1) & (scale is _logit))  # ends without bounds
    spread = scale(np.where(apart, prediction, target)) - scale(prediction)
    middle = np.median(spread[~apart]) if not apart.all() else 0.0
    z = (spread - middle) / (np.percentile(np.abs(spread - middle), 68) or 1.0)
    row = np.where(apart, 0, _bin(np.copysign(np.log1p(np.abs(z)), z), BINS) + 1)
    for atom in _atoms(target):
        row = np.where(target == atom, BINS + 1 + int(atom > target.min()), row)
    return _merge(target, prediction, w, width, column, row, scale is _logit)


def _find_scale(target: Array, prediction: Array) -> Callable[[Array], Array]:
    """Return the scale for the distance between targets and predictions: logits of shares, logarithms, or linear."""
    if target.min() < 0 or prediction.min() <= 0:
        return _linear
    return _logit if target.max() <= 1 and prediction.max() < 1 else np.log


def _linear(values: Array) -> Array:
    return values


def _logit(values: Array) -> Array:
    logit: Array = np.log(values) - np.log1p(-values)
    return logit


MOST_VALUES = 400


def _grid_index(target: Array, width: float) -> Array | None:
    """Return the index of every target's grid point, for rounded targets and counts of few values."""
    if width <= 0:
        return None
    steps = np.round((target - target.min()) / width)
    return steps if steps.max() < MOST_VALUES else None


def _atoms(target: Array) -> list[float]:
    """Return the ends of the range that more than one row in a hundred sits on."""
    ends = (float(target.min()), float(target.max()))
    return [end for end in ends if np.count_nonzero(target == end) > 0.01 * target.size]


def _bin(values: Array, bins: int) -> Array:
    low, high = float(values.min()), float(values.max())
    return np.minimum(((values - low) * (bins / max(high - low, 1e-12))).astype(np.int64), bins - 1)


def _merge(
    target: Array, prediction: Array, weight: Array, width: float, column: Array, row: Array, shares: bool
) -> Pairs:
    """Return two half-weight pairs a cell, at the mean ± sd of its targets; one where they are all the same.

    No target falls below 0 where none of the rows' does, nor does one of `shares` rise above 1.
    """
    row = row.astype(np.int64)
    index = column * (int(row.max()) + 1) + row
    count: Array = np.bincount(index, weight).astype(float)
    keep = count > 0
    place = np.cumsum(keep) - 1
    count = count[keep]
    f = np.bincount(index, weight * prediction)[keep] / count
    y = np.bincount(index, weight * target)[keep] / count
    deviation = target - y[place[index]]
    sd = np.sqrt(np.bincount(index, weight * deviation * deviation)[keep] / count)
    same = sd <= 1e-9 * np.maximum(np.abs(y), width)
    if width > 0:
        y = np.where(same, np.round(y / width, 9) * width, y)
    both = np.concatenate
    low, high = y - sd, y + sd
    if target.min() >= 0:
        low = np.maximum(low, 0.5 * np.minimum(y, target[target > 0].min())) * (y > 0)
    if shares:
        high = 1 - np.maximum(1 - high, 0.5 * np.minimum(1 - y, 1 - target[target < 1].max())) * (y < 1)
    parts = [(y[same], f[same], count[same])]
    parts += [(v[~same], f[~same], count[~same] / 2) for v in (low, high)]
    y, f, w = (both([part[i] for part in parts]) for i in range(3))
    return Pairs(y, f, w, width)
