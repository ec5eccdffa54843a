"""What several checks measure on the same sample, computed once per sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from losscheck.checks.intervals import influence_se
from losscheck.numeric import dependence, scale, ties, trend
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.ordered import Ordered, mean_of, order, product_of

if TYPE_CHECKING:
    from losscheck.sample import Sample

T = TypeVar("T")
MOST_ROWS = 200_000  # more rows would not move an autocorrelation or a scale by what anybody could use
NORMAL_MAD = 1.482602218505602  # 1/Φ⁻¹(3/4): makes the median absolute deviation a standard deviation


def once_per_sample(measure: Callable[[Sample], T]) -> Callable[[Sample], T]:
    """Return the measure with a memory that lives as long as the sample."""
    seen: WeakKeyDictionary[Sample, T] = WeakKeyDictionary()

    def look_up(sample: Sample) -> T:
        if sample not in seen:
            seen[sample] = measure(sample)
        return seen[sample]

    look_up.__doc__ = measure.__doc__
    return look_up


@dataclass(frozen=True, eq=False)
class Standardised:
    """Residuals as (r − mean)/sd, as the sample has them and sorted; `mean` and `sd` take them back."""

    values: Array
    ordered: Ordered
    mean: float
    sd: float


@dataclass(frozen=True)
class Robust:
    """Median and 1.4826·MAD of the standardised residuals."""

    center: float
    spread: float


@dataclass(frozen=True)
class Ratio:
    """A shape ratio with its standard error, from the influence function."""

    value: float
    se: float


@dataclass(frozen=True)
class Moments:
    """Skewness, excess kurtosis, and the Jarque–Bera distance S²/6 + K²/24 they make up."""

    skewness: Ratio
    kurtosis: Ratio
    distance: Ratio


@dataclass(frozen=True)
class LRatios:
    """L-skewness and L-kurtosis."""

    skewness: Ratio
    kurtosis: Ratio


def thinned(sample: Sample, values: Array) -> Array:
    """Return every k-th value, so that at most 200,000 are left; all points of a sample with counts."""
    return values if sample.count is not None else values[:: -(-sample.n // MOST_ROWS)]


def with_prediction(sample: Sample, values: Array) -> tuple[Array, Array | None, Array | None]:
    """Return the thinned values and predictions, and the rows that each stands for."""
    prediction = None if sample.prediction is None else thinned(sample, sample.prediction)
    return thinned(sample, values), prediction, sample.count


@once_per_sample
def standardise(sample: Sample) -> Standardised:
    """Return the residuals with mean 0 and sd 1; nothing overflows, whatever their unit."""
    unit = float(np.abs(sample.residual).max()) or 1.0
    values, count = sample.residual / unit, sample.count
    mean = mean_of(values, count)
    values -= mean
    sd = float(np.sqrt(product_of(values, values, count) / max(sample.n - 1, 1))) or 1.0
    values /= sd
    return Standardised(values, order(values, count, sample.merged), mean * unit, sd * unit)


@once_per_sample
def robust_scale(sample: Sample) -> Robust:
    """Return median and 1.4826·MAD of the standardised residuals (0 when more than half are equal)."""
    center = standardise(sample).ordered.median()
    return Robust(center, NORMAL_MAD * distances(sample).median())


@once_per_sample
def distances(sample: Sample) -> Ordered:
    """Return |residual − median| in standard deviations, ascending."""
    ordered = standardise(sample).ordered
    return ordered.distances(ordered.median())


@once_per_sample
def moments(sample: Sample) -> Moments:
    """Return skewness and excess kurtosis (divisor n) with standard errors from their influence functions."""
    n, count = sample.n, sample.count
    z = standardise(sample).values * np.sqrt(n / (n - 1))
    square = z * z
    cube = square * z
    s, k = mean_of(cube, count), mean_of(square * square, count)
    influence_s = cube - s - 3 * z - 1.5 * s * (square - 1)
    influence_k = square * square - k - 4 * s * z - 2 * k * (square - 1)
    excess = k - 3
    influence_d = s / 3 * influence_s + excess / 12 * influence_k
    return Moments(
        Ratio(s, influence_se(influence_s, count=count)),
        Ratio(excess, influence_se(influence_k, count=count)),
        Ratio(s * s / 6 + excess * excess / 24, influence_se(influence_d, count=count)),
    )


@once_per_sample
def l_ratios(sample: Sample) -> LRatios:
    """Return L-skewness and L-kurtosis (Hosking 1990), unbiased L-moments, with standard errors.

    Above 200,000 rows the standard errors are those of evenly spaced order statistics.
    """
    ordered = standardise(sample).ordered
    n = ordered.n
    b0, b1, b2, b3 = (_probability_weighted(ordered, k) for k in range(4))
    scale, tilt, tails = 2 * b1 - b0, 6 * b2 - 6 * b1 + b0, 20 * b3 - 30 * b2 + 12 * b1 - b0
    even = ordered if sample.count is not None else Ordered(thinned(sample, ordered.value))
    u = even.after[:-1] / even.n
    of_scale = l_influence(even, 2 * u - 1)
    of_tilt = l_influence(even, 6 * u * (u - 1) + 1)
    of_tails = l_influence(even, ((20 * u - 30) * u + 12) * u - 1)
    t3, t4 = tilt / scale, tails / scale
    return LRatios(
        Ratio(t3, influence_se((of_tilt - t3 * of_scale) / scale, n, even.count)),
        Ratio(t4, influence_se((of_tails - t4 * of_scale) / scale, n, even.count)),
    )


def _probability_weighted(ordered: Ordered, k: int) -> float:
    """Return the unbiased estimate of E[X F(X)^k]: the mean of i(i − 1) … (i − k + 1) x over (n − 1) … (n − k).

    Of c rows at one value, the positions i have the mean m and the variance (c² − 1)/12.
    """
    n, m = ordered.n, ordered.middle - 0.5
    variance: Array | float = 0.0 if ordered.count is None else (ordered.count * ordered.count - 1) / 12
    if k == 0:
        return ordered.mean(ordered.value)
    if k == 1:
        return ordered.mean(ordered.value * (m / (n - 1)))
    if k == 2:
        return ordered.mean(ordered.value * ((m * (m - 1) + variance) / (n - 1) / (n - 2)))
    return ordered.mean(ordered.value * ((m - 1) * (m * (m - 2) + 3 * variance) / (n - 1) / (n - 2) / (n - 3)))


def l_influence(ordered: Ordered, weight: Array) -> Array:
    """Return the influence function of ∫ Q(u) J(u) du at every sorted value; `weight` is J at the steps between."""
    steps = np.concatenate(([0.0], np.cumsum(weight * np.diff(ordered.value))))
    influence: Array = steps - ordered.mean(steps)
    return influence


@once_per_sample
def mean_trend(sample: Sample) -> trend.Trend:
    """Return bias, slope and curvature of the residuals; above 200,000 rows of every k-th."""
    pairs = sample.paired
    return trend.fit_trend(*with_prediction(pairs, pairs.residual))


@once_per_sample
def sign_trend(sample: Sample) -> trend.Trend:
    """Return bias, slope and curvature of the residuals' signs: how the median departs from 0."""
    pairs = sample.paired
    return trend.fit_trend(*with_prediction(pairs, np.sign(pairs.residual)))


@once_per_sample
def detrended(sample: Sample) -> Array:
    """Return the paired residuals without their trend, in standard deviations: what tests of scale should see."""
    fit, pairs = mean_trend(sample), sample.paired
    return (pairs.residual - fit.fitted(pairs.prediction)) / (fit.sd or 1.0)


@once_per_sample
def scale_model(sample: Sample) -> tuple[scale.RankScore, scale.ScaleFit] | None:
    """Return the rank test of a changing scale and the fitted scale of the residuals, in their units.

    A material trend is taken out first. Above 200,000 rows every k-th is looked at. None without predictions.
    """
    pairs = sample.paired
    if pairs.prediction is None:
        return None
    trend_found = mean_trend(sample)
    residual = detrended(sample) if trend_found.material else standardise(pairs).values
    unit = (trend_found if trend_found.material else standardise(pairs)).sd or 1.0
    residual, prediction, count = thinned(pairs, residual), thinned(pairs, pairs.prediction), pairs.count
    test, fit = scale.rank_score_test(residual, prediction, count), scale.fit_scale(residual, prediction, count)
    level = np.array([np.log(unit), 0.0, 0.0])
    return test, replace(fit, coefficients=fit.coefficients + level)


@once_per_sample
def residual_ties(sample: Sample) -> ties.Ties:
    """Return the share of repeated residuals and the rounding step."""
    return ties.describe_ties(sample.residual, sample.count, sample.merged)


@once_per_sample
def scores_in_order(sample: Sample) -> Array:
    """Return the normal scores of the first 200,000 residuals, in the order of the rows."""
    return dependence.normal_scores(sample.residual[:MOST_ROWS])


@once_per_sample
def autocorrelations(sample: Sample) -> Array:
    """Return the autocorrelations of normal scores up to the first insignificant lag, of the first 200,000 rows."""
    return dependence.autocorrelations(scores_in_order(sample))


@once_per_sample
def sorted_by(sample: Sample) -> str:
    """Return what the rows look sorted by, or an empty string: order then says nothing about dependence."""
    if sample.n < 10:
        return ""
    named = (("prediction", sample.prediction), ("target", sample.target), ("residual", sample.residual))
    for name, values in named:
        if values is not None and _monotone(values):
            return name
    return "the size of the residual" if _monotone(np.abs(sample.residual)) else ""


def _monotone(values: Array) -> bool:
    later, earlier = values[1:], values[:-1]
    return bool(values[0] != values[-1] and ((later >= earlier).all() or (later <= earlier).all()))
