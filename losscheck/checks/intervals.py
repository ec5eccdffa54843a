"""Intervals for the effects behind the checks, all at level 1 − alpha."""

from __future__ import annotations

from math import log, sqrt

from losscheck.checks.wording import Interval
from losscheck.numeric.lazy import Array, np, scipy
from losscheck.numeric.ordered import mean_of

ANDERSON_DARLING_95 = 2.492  # upper 5 % point of A² with known parameters (Stephens 1974, table 1)
ANDERSON_DARLING_SLOPE = 0.85  # its growth with log(1/alpha), from the 5 % and 1 % points 2.492 and 3.857


def normal_reach(alpha: float) -> float:
    """Return the half-width of an interval in standard errors: 1.96 at alpha = 0.05."""
    return float(scipy.special.ndtri(1 - alpha / 2))


def standard_interval(value: float, se: float, alpha: float) -> Interval:
    """Return value ± z·se."""
    reach = normal_reach(alpha) * se
    return value - reach, value + reach


def influence_se(influence: Array, n: int | None = None, count: Array | None = None) -> float:
    """Return the standard error of a statistic of n rows (default: these) from its influence function at some rows."""
    if count is not None:
        return sqrt(mean_of(influence * influence, count) / (n or float(count.sum())))
    return float(np.sqrt(influence @ influence / influence.size / (n or influence.size)))


def band_half_width(n: int, alpha: float) -> float:
    """Return what the empirical distribution may be off by anywhere, at most (Massart 1990).

    Distances between distribution functions obey the triangle inequality, so they move by no more than this.
    """
    return sqrt(log(2 / alpha) / (2 * n))


def weighted_band_half_width(n: int, alpha: float) -> float:
    """Return the same for the root of the Anderson–Darling distance A²/n, from the null distribution of A²."""
    point = ANDERSON_DARLING_95 + ANDERSON_DARLING_SLOPE * log(0.05 / alpha)
    return sqrt(max(point, 0.0) / n)


def share_interval(count: int, n: int, alpha: float) -> Interval:
    """Return Wilson's interval of a share (1927, doi:10.1080/01621459.1927.10502953)."""
    z = normal_reach(alpha)
    share, width = count / n, 1 + z * z / n
    center = (share + z * z / (2 * n)) / width
    reach = z * sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2) / width
    return max(0.0, center - reach), min(1.0, center + reach)


def noncentral_interval(statistic: float, degrees_of_freedom: int, alpha: float) -> Interval:
    """Return the interval of the noncentrality of a χ² statistic; over n it is that of an R²."""
    low = _noncentrality(statistic, degrees_of_freedom, 1 - alpha / 2)
    return low, _noncentrality(statistic, degrees_of_freedom, alpha / 2)


def _noncentrality(statistic: float, df: int, below: float) -> float:
    """Return the noncentrality at which a share `below` of the statistics falls below this one; 0 if none."""
    if float(scipy.special.chdtr(df, statistic)) <= below:
        return 0.0
    if statistic > 1000:  # scipy's inverse is slow and coarse there, the root of χ² is normal with variance 1
        return max(0.0, (sqrt(statistic) - float(scipy.special.ndtri(below))) ** 2 - (df - 1))
    return float(scipy.special.chndtrinc(statistic, df, below))
