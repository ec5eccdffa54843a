"""What several checks measure on the same sample, computed once per sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from losscheck.checks.intervals import influence_se
from losscheck.numeric import dependence, scale, ties, trend
from losscheck.numeric.lazy import Array, np

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
    """Residuals as (r − mean)/sd, in file order and sorted; `mean` and `sd` take them back."""

    values: Array
    ordered: Array
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
    """Return every k-th value, so that at most 200,000 are left."""
    return values[:: -(-sample.n // MOST_ROWS)]


def with_prediction(sample: Sample, values: Array) -> tuple[Array, Array | None]:
    """Return the thinned values and predictions."""
    return thinned(sample, values), None if sample.prediction is None else thinned(sample, sample.prediction)


@once_per_sample
def standardise(sample: Sample) -> Standardised:
    """Return the residuals with mean 0 and sd 1; nothing overflows, whatever their unit."""
    unit = float(np.abs(sample.residual).max()) or 1.0
    values = sample.residual / unit
    mean = float(values.mean())
    values -= mean
    sd = float(np.sqrt((values @ values) / max(values.size - 1, 1))) or 1.0
    values /= sd
    return Standardised(values, np.sort(values), mean * unit, sd * unit)


@once_per_sample
def robust_scale(sample: Sample) -> Robust:
    """Return median and 1.4826·MAD of the standardised residuals (0 when more than half are equal)."""
    ordered = standardise(sample).ordered
    center = float((ordered[(ordered.size - 1) // 2] + ordered[ordered.size // 2]) / 2)
    return Robust(center, NORMAL_MAD * float(np.median(np.abs(ordered - center))))


@once_per_sample
def distances(sample: Sample) -> Array:
    """Return |residual − median| in standard deviations, ascending."""
    ordered, center = standardise(sample).ordered, robust_scale(sample).center
    return np.sort(np.abs(ordered - center))


@once_per_sample
def moments(sample: Sample) -> Moments:
    """Return skewness and excess kurtosis (divisor n) with standard errors from their influence functions."""
    z = standardise(sample).values
    z = z * np.sqrt(z.size / (z.size - 1))
    square = z * z
    cube = square * z
    s, k = float(cube.mean()), float((square * square).mean())
    influence_s = cube - s - 3 * z - 1.5 * s * (square - 1)
    influence_k = square * square - k - 4 * s * z - 2 * k * (square - 1)
    excess = k - 3
    influence_d = s / 3 * influence_s + excess / 12 * influence_k
    return Moments(
        Ratio(s, influence_se(influence_s)),
        Ratio(excess, influence_se(influence_k)),
        Ratio(s * s / 6 + excess * excess / 24, influence_se(influence_d)),
    )


@once_per_sample
def l_ratios(sample: Sample) -> LRatios:
    """Return L-skewness and L-kurtosis (Hosking 1990), unbiased L-moments, with standard errors.

    Above 200,000 rows the standard errors are those of evenly spaced order statistics.
    """
    x = standardise(sample).ordered
    n = x.size
    i = np.arange(n, dtype=float)
    weight = i / (n - 1)
    sums = [float(x.sum()) / n, float(x @ weight) / n]
    for k in (1, 2):
        weight *= (i - k) / (n - 1 - k)
        sums.append(float(x @ weight) / n)
    b0, b1, b2, b3 = sums
    scale, tilt, tails = 2 * b1 - b0, 6 * b2 - 6 * b1 + b0, 20 * b3 - 30 * b2 + 12 * b1 - b0
    even = thinned(sample, x)
    u = np.arange(1, even.size) / even.size
    of_scale = l_influence(even, 2 * u - 1)
    of_tilt = l_influence(even, 6 * u * (u - 1) + 1)
    of_tails = l_influence(even, ((20 * u - 30) * u + 12) * u - 1)
    t3, t4 = tilt / scale, tails / scale
    return LRatios(
        Ratio(t3, influence_se((of_tilt - t3 * of_scale) / scale, n)),
        Ratio(t4, influence_se((of_tails - t4 * of_scale) / scale, n)),
    )


def l_influence(ordered: Array, weight: Array) -> Array:
    """Return the influence function of ∫ Q(u) J(u) du at every sorted value; `weight` is J(1/n … (n − 1)/n)."""
    steps = np.concatenate(([0.0], np.cumsum(weight * np.diff(ordered))))
    influence: Array = steps - steps.mean()
    return influence


@once_per_sample
def mean_trend(sample: Sample) -> trend.Trend:
    """Return bias, slope and curvature of the residuals; above 200,000 rows of every k-th."""
    return trend.fit_trend(*with_prediction(sample, sample.residual))


@once_per_sample
def sign_trend(sample: Sample) -> trend.Trend:
    """Return bias, slope and curvature of the residuals' signs: how the median departs from 0."""
    return trend.fit_trend(*with_prediction(sample, np.sign(sample.residual)))


@once_per_sample
def detrended(sample: Sample) -> Array:
    """Return the residuals without their trend, in standard deviations: what tests of scale should see."""
    fit = mean_trend(sample)
    return (sample.residual - fit.fitted(sample.prediction)) / (fit.sd or 1.0)


@once_per_sample
def scale_model(sample: Sample) -> tuple[scale.RankScore, scale.ScaleFit] | None:
    """Return the rank test of a changing scale and the fitted scale of the residuals, in their units.

    A material trend is taken out first. Above 200,000 rows every k-th is looked at. None without predictions.
    """
    if sample.prediction is None:
        return None
    trend_found = mean_trend(sample)
    residual = detrended(sample) if trend_found.material else standardise(sample).values
    unit = (trend_found if trend_found.material else standardise(sample)).sd or 1.0
    residual, prediction = thinned(sample, residual), thinned(sample, sample.prediction)
    test, fit = scale.rank_score_test(residual, prediction), scale.fit_scale(residual, prediction)
    level = np.array([np.log(unit), 0.0, 0.0])
    return test, replace(fit, coefficients=fit.coefficients + level)


@once_per_sample
def residual_ties(sample: Sample) -> ties.Ties:
    """Return the share of repeated residuals and the rounding step."""
    return ties.describe_ties(sample.residual)


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
