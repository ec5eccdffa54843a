"""Weighted points: what every likelihood is computed on. Exact data is the case of weight 1 each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXACT_ROWS = 6000
"""Up to here the points are the rows themselves; compressing fewer would save nothing."""

BINS, COARSE_BINS = 2048, 256
LINEAR_PART = 0.005
"""Bins are uniform in sign(z)·log1p(|z|/δ) of z in robust standard units. At n = 200,000 this moves
parameters by at most 0.002 standard errors, but for the asymmetric Laplace on noise with an edge (docs/decision.md)."""

CELL_COLUMNS, CELL_BINS = 128, 96
"""Where the scale depends on the prediction: bins uniform in sign(x)·log1p(|x|) of it, times residual bins. At
n = 200,000 coefficients move by less than 0.1 standard errors (columns of equal counts: 6, the ends are too wide)."""

FARTHEST = 1e75
"""Values are held within this many robust sds of the centre: their squares and sums still fit a double."""

MAD_TO_SD = 1.482602218505602
"""1/Φ⁻¹(3/4): the MAD of a normal in units of its standard deviation."""


@dataclass(frozen=True, eq=False)
class Points:
    """Weighted values in robust standard units, (x − center)/scale; the weights sum to the number of rows.

    `design` has one row per coefficient of log sigma (None: a constant scale). `width` is the rounding step in
    standard units: above 0, a value stands for the interval of that width about it. `jacobian` is what turns the mean
    log-density of the values into that of the target: the mean of −log y for log ratios, else 0.
    """

    value: Array
    weight: Array
    center: float
    scale: float
    design: Array | None = None
    width: float = 0.0
    jacobian: float = 0.0

    @property
    def n(self) -> float:
        """Number of (effective) rows."""
        return float(self.weight.sum())


def robust_center_scale(values: Array, weight: Array | None = None) -> tuple[float, float]:
    """Return the median and 1.4826·MAD; where the MAD is 0, the mean absolute deviation, or else 1."""
    center = weighted_quantile(values, weight, 0.5)
    deviation = np.abs(values - center)
    scale = MAD_TO_SD * weighted_quantile(deviation, weight, 0.5)
    if scale > 0:
        return center, scale
    mean = float(np.average(deviation, weights=weight))
    return center, mean if mean > 0 else 1.0


def weighted_quantile(values: Array, weight: Array | None, level: float) -> float:
    """Return the level-quantile; with weights, of the step function, midway where it is flat."""
    if weight is None:
        return float(np.quantile(values, level))
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weight[order])
    mass = level * cumulative[-1]
    first = int(np.searchsorted(cumulative, mass * (1 - 1e-12)))
    after = min(first + int(abs(cumulative[first] - mass) <= 1e-12 * cumulative[-1]), values.size - 1)
    return float(0.5 * (values[order[first]] + values[order[after]]))


def make_points(values: Array, weight: Array | None = None, *, step: float = 0.0, jacobian: float = 0.0) -> Points:
    """Return the values as points: the rows themselves, the distinct values of rounded data, or bins."""
    center, scale = robust_center_scale(values, weight)
    z = np.clip((values - center) / scale, -FARTHEST, FARTHEST)
    w = np.ones(z.size) if weight is None else weight
    if step > 0:
        z, w = _merge_equal(np.round(z, 9), w)
    if z.size > EXACT_ROWS:
        z, w = compress(z, w)
    return Points(z, w, center, scale, width=step / scale, jacobian=jacobian)


def make_cells(values: Array, covariate: Array, weight: Array | None, like: Points) -> Points:
    """Return points whose log scale is quadratic in the covariate; cells for many rows.

    Center, scale and rounding step are those of `like`.
    """
    z = np.clip((values - like.center) / like.scale, -FARTHEST, FARTHEST)
    w = np.ones(z.size) if weight is None else weight
    x = covariate
    if z.size > EXACT_ROWS:
        u = np.copysign(np.log1p(np.abs(x)), x)
        z, w, x = _fold(z, w, _bin(u, CELL_COLUMNS) * CELL_BINS + _bin(_stretch(z), CELL_BINS), x)
    design = np.vstack([np.ones(z.size), x, x * x])
    return Points(z, w, like.center, like.scale, design=design, width=like.width)


def compress(z: Array, weight: Array, bins: int = BINS) -> tuple[Array, Array]:
    """Fold values into bins, each kept as two half-weight points at mean ± sd (moments 0 to 2 are exact)."""
    folded, w, _ = _fold(z, weight, _bin(_stretch(z), bins), z)
    return folded, w


def coarsen(points: Points) -> Points:
    """Return a rough copy, for a first look: about 500 points."""
    value, weight = compress(points.value, points.weight, COARSE_BINS)
    return replace(points, value=value, weight=weight)


def _stretch(z: Array) -> Array:
    """Return sign(z)·log1p(|z|/δ), in which bins are uniform."""
    return np.copysign(np.log1p(np.abs(z) / LINEAR_PART), z)


def _bin(u: Array, bins: int) -> NDArray[np.int64]:
    low, high = float(u.min()), float(u.max())
    return np.minimum(((u - low) * (bins / max(high - low, 1e-12))).astype(np.int64), bins - 1)


def _fold(z: Array, weight: Array, index: NDArray[np.int64], along: Array) -> tuple[Array, Array, Array]:
    """Return two half-weight points a bin, at its mean ± sd, and the mean of `along` in each."""
    count = np.bincount(index, weight)
    keep = count > 0
    place = np.cumsum(keep) - 1
    count = count[keep]
    mean = np.bincount(index, weight * z)[keep] / count
    deviation = z - mean[place[index]]
    sd = np.sqrt(np.bincount(index, weight * deviation * deviation)[keep] / count)
    mean_along = np.bincount(index, weight * along)[keep] / count
    both = np.concatenate
    return both([mean - sd, mean + sd]), both([count, count]) / 2, both([mean_along, mean_along])


def _merge_equal(z: Array, weight: Array) -> tuple[Array, Array]:
    value, inverse = np.unique(z, return_inverse=True)
    return value, np.bincount(inverse, weight).astype(float)
