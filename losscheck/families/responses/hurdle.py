"""Two-part likelihoods: whether a target is above zero, and how much it then is."""

from __future__ import annotations

from collections.abc import Callable

from losscheck.numeric.lazy import Array, np

Nll = Callable[..., Array]
Slopes = Callable[..., tuple[Array, ...]]


def chance(mean: Array, intercept: float, slope: float) -> tuple[Array, Array]:
    """Return the logit t = intercept + slope·log mean of being above zero, and its probability."""
    t = intercept + slope * np.log(mean)
    return t, np.exp(-np.logaddexp(0.0, -t))


def make_nll(base: Nll) -> Nll:
    """Return −log of P(0), or of P(> 0) times the base density, whose mean is mean/P(> 0): `mean` is that of all."""

    def nll(y: Array, mean: Array, intercept: float, slope: float, *shapes: float) -> Array:
        t, p = chance(mean, intercept, slope)
        above = y > 0
        amount = base(np.where(above, y, mean / p), mean / p, *shapes)
        return np.logaddexp(0.0, np.where(above, -t, t)) + np.where(above, amount, 0.0)

    return nll


def make_slopes(base_slopes: Slopes) -> Slopes:
    """Return the derivatives in the mean, in intercept and slope of the logit, and in the base's shapes."""

    def slopes(y: Array, mean: Array, intercept: float, slope: float, *shapes: float) -> tuple[Array, ...]:
        _, p = chance(mean, intercept, slope)
        above = y > 0
        level = mean / p
        by_level, *by_shapes = base_slopes(np.where(above, y, level), level, *shapes)
        pull = np.where(above, by_level * level, 0.0)  # in log level
        by_t = np.where(above, -(1 - p) * (1 + pull), p)
        by_mean = (pull + slope * by_t) / mean
        return by_mean, by_t, by_t * np.log(mean), *(np.where(above, part, 0.0) for part in by_shapes)

    return slopes


def make_variance(base_variance: Callable[..., Array]) -> Callable[..., Array]:
    """Return the variance of all: p·(variance + level²) − mean²."""

    def variance(mean: Array, intercept: float, slope: float, *shapes: float) -> Array:
        _, p = chance(mean, intercept, slope)
        return p * (base_variance(mean / p, *shapes) + (mean / p) ** 2) - mean * mean

    return variance
