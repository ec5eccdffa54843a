"""Generalised Pareto shape of the tails."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import standard_interval
from losscheck.checks.noise.measures import distances, robust_scale, standardise
from losscheck.checks.wording import effect_with, figure
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.ordered import Ordered, mean_of, order
from losscheck.numeric.root import find_root
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

TAIL = 0.1  # share of rows taken as tails, the 90 % quantile of |r − median|
FEWEST_EXCESSES = 20
LOWEST_SHAPE = -0.5  # below, maximum likelihood is not regular (Smith 1987)
MARGIN = 0.25  # from here on the noise has no fourth moment
SCAN_POINTS = 1000
SCAN = (-0.999, -0.99, -0.95, -0.9, -0.8, -0.7, -0.6, -0.5, -0.4, -0.3, -0.2, -0.1, -0.05, 0.02, 0.05, 0.1, 0.2)
SMALLEST_RATIO = 1e-7
STRETCH = (0.4, 0.8, 1.6, 3.0, 6.0, 12.0, 25.0, 50.0, 100.0, 1e3, 1e4, 1e5)


def run(sample: Sample, alpha: float) -> Finding:
    """Fit the shape ξ to the excesses over the 90 % quantile of |residual − median|, by side and pooled."""
    z, center, size = standardise(sample).ordered, robust_scale(sample).center, distances(sample)
    threshold = float(size.quantile(np.asarray(1 - TAIL)))
    excess = _above(size.value, size, threshold)
    if excess.n < FEWEST_EXCESSES:
        return Finding(Status.SKIP, f"fewer than {FEWEST_EXCESSES} residuals lie above the 90 % quantile")
    shape = fit_shape(excess)
    interval = standard_interval(shape, (1 + shape) / sqrt(excess.n), alpha)
    effect = effect_with("generalised Pareto shape of both tails", shape, interval, MARGIN)
    sides = (("upper", _above(z.value - center, z, threshold)), ("lower", _above(center - z.value, z, threshold)))
    words = ", ".join(f"{name} {figure(fit_shape(side))}" for name, side in sides if side.n >= FEWEST_EXCESSES)
    measured = (
        f"Tail shape {figure(shape)} ({figure(interval[0])} to {figure(interval[1])}{'; ' if words else ''}{words})"
    )
    if interval[0] <= 0:
        return Finding(Status.PASS, f"{measured}: not clearly heavier than exponential.", effect=effect)
    moments = f"; at this value moments of order {figure(1 / shape)} and above do not exist"
    return Finding(Status.NOTE, f"{measured}: heavier than exponential{moments}.", effect=effect)


def _above(values: Array, of: Ordered, threshold: float) -> Ordered:
    above = values > threshold
    return order(values[above] - threshold, None if of.count is None else of.count[above])


def fit_shape(excess: Ordered) -> float:
    """Return the maximum-likelihood shape ξ ≥ −1/2 of positive excesses (Grimshaw 1993).

    For every ratio θ = ξ/scale the best ξ is mean log(1 + θy), which leaves one unknown. It is scanned on evenly
    spaced excesses and then refined on all of them.
    """
    y, count = excess.value / excess.value[-1], excess.count
    coarse = excess.at(np.arange(0, excess.n, max(1, excess.n // SCAN_POINTS))) / excess.value[-1]
    grid = np.concatenate((SCAN, np.array(STRETCH) / mean_of(y, count)))
    grid = np.concatenate(([-0.999999], grid, [10 * grid[-1]]))
    best = 1 + int(np.argmin([_cost(theta, coarse) for theta in grid[1:-1]]))
    low, high = best - 1, best + 1
    while low > 0 and _slope(float(grid[low]), y, count) > 0:  # evenly spaced excesses may miss the bracket by one
        low -= 1
    while high < grid.size - 1 and _slope(float(grid[high]), y, count) < 0:
        high += 1
    theta = find_root(lambda theta: _slope(theta, y, count), float(grid[low]), float(grid[high]))
    return max(mean_of(np.log1p(theta * y), count), LOWEST_SHAPE)


def _cost(theta: float, y: Array) -> float:
    """Return the negative log-likelihood a row, without constants, at the best ξ for this θ."""
    if abs(theta) < SMALLEST_RATIO:
        return float(np.log(y.mean()))
    shape = float(np.log1p(theta * y).mean())
    return float(np.log(shape / theta)) + max(shape, LOWEST_SHAPE)


def _slope(theta: float, y: Array, count: Array | None) -> float:
    """Return the derivative of the cost."""
    if abs(theta) < SMALLEST_RATIO:  # the limit of what below is a difference of infinities
        middle = mean_of(y, count)
        return middle - mean_of(y * y, count) / (2 * middle)
    ratio = theta * y
    shape, change = mean_of(np.log1p(ratio), count), mean_of(y / (1 + ratio), count)
    return change / shape - 1 / theta + (change if shape > LOWEST_SHAPE else 0.0)


CHECK = Check(
    id="gpd_tail",
    code="LC215",
    title="Tail shape",
    question="How fast do the tails fall beyond the 90 % quantile: bounded, exponential or as a power?",
    null="The tails fall exponentially or faster: ξ ≤ 0.",
    why="ξ is the part of the noise that decides which moments exist: none of order 1/ξ or above. It is "
    "reported as what it is and does not decide the loss.",
    advice="Above 0.25 do not trust standard errors or kurtosis; above 0.5 the variance itself does not exist, "
    "and MSE has no business there.",
    misleads="At the usual sizes it is far from its limit: normal noise gives about −0.16 at 1,000 rows and t with "
    "5 degrees of freedom 0.12 instead of 0.2. A changing scale (LC301) makes tails heavier. The "
    "interval, (1 + ξ)/√k, takes the threshold as given.",
    references=(
        "Grimshaw 1993, Computing maximum likelihood estimates, doi:10.1080/00401706.1993.10485040",
        "Smith 1987, Estimating tails of probability distributions, doi:10.1214/aos/1176350499",
    ),
    worst=Status.NOTE,
    run=run,
    minimum_rows=200,
)
