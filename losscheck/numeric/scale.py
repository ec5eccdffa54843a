"""Scale that changes with the prediction: a rank test that heavy tails cannot fool, and a fitted curve."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.numeric.ordered import mean_of, median_of, order, product_of, rows_of, sd_of
from losscheck.numeric.ties import midranks
from losscheck.results import Estimate

WINSOR = 4.0  # docs/decision.md step 3: one far residual must not bend the curve
HELD = 0.005  # the curve is held constant beyond these quantiles of the prediction: a parabola explodes there
NORMAL_QUARTILE = 0.6744897501960817  # median |z| of the normal: makes σ a robust standard deviation
STEEPEST = 12.0  # largest |log σ − log σ at the centre|; only tiny samples get there
ROUNDS = 30
ROUND_OFF = 1e-15  # of the median: what its distances from the two middle values may differ by
LEVEL_SHARES = (0.7, 0.3)  # Bonferroni weights of the line and the parabola


@dataclass(frozen=True)
class RankScore:
    """The rank score test of a scale that changes with the prediction. Zero degrees of freedom: no test."""

    statistic: float
    p_value: float
    degrees_of_freedom: int


@dataclass(frozen=True, eq=False)
class ScaleFit:
    """log σ = c₀ + c₁x + c₂x², x = (prediction held within [low, high] − center) / spread.

    σ is in residual units and normalised so that the median of |r − median| / σ is that of a standard normal.
    `covariance` is the sandwich estimate of the coefficients' covariance, rows taken as independent.
    """

    center: float
    spread: float
    low: float
    high: float
    coefficients: Array
    covariance: Array

    def sigma(self, prediction: Array) -> Array:
        """Return the robust standard deviation of the residual at every prediction."""
        sigma: Array = np.exp(self.coefficients[0] + self._slopes(prediction))
        return sigma

    def efficiency(self, prediction: Array, count: Array | None = None) -> float:
        """Return 1 / (mean σ² · mean σ⁻²): what unweighted squared error keeps of the rows."""
        return _efficiency(self._slopes(prediction), count)

    def efficiency_interval(self, prediction: Array, level: float, count: Array | None = None) -> Estimate:
        """Return the efficiency with the delta-method interval of the standard deviation of log σ.

        The efficiency itself has a zero gradient when the scale is constant, so the curve is stretched and
        shrunk by the interval of its steepness instead, and the efficiency of the ends is reported.
        """
        slopes = self._slopes(prediction)
        slopes -= mean_of(slopes, count)
        columns = _columns(self.standardise(prediction))[1:]
        steepness = sd_of(slopes, count)
        value = _efficiency(slopes, count)
        if steepness < 1e-12:
            return Estimate(value, value, value)
        gradient = np.zeros(3)
        gradient[1:] = product_of(columns, slopes, count) / (rows_of(slopes, count) * steepness)
        se = sqrt(max(float(gradient @ self.covariance @ gradient), 0.0))
        reach = float(scipy.special.ndtri(0.5 + level / 2)) * se / steepness
        low = _efficiency(np.clip(slopes * (1 + reach), -STEEPEST, STEEPEST), count)
        high = _efficiency(slopes * max(0.0, 1 - reach), count)
        return Estimate(value, min(low, value), max(high, value))  # cut at STEEPEST they may cross

    def _slopes(self, prediction: Array) -> Array:
        x = self.standardise(prediction)
        return _bounded(self.coefficients[1] * x + self.coefficients[2] * x * x)

    def standardise(self, prediction: Array) -> Array:
        """Return x: the prediction, held within [low, high], less the center, over the spread."""
        return (np.clip(prediction, self.low, self.high) - self.center) / self.spread


def rank_score_test(residual: Array, prediction: Array, count: Array | None = None) -> RankScore:
    """Test whether the spread of the residual changes with the prediction.

    Regresses the squared half-normal scores of the ranks of |residual − median| on (1, x) and on (1, x, x²); n R² is
    χ² with one degree of freedom a column. Size holds under any tails, unlike Breusch and Pagan's. Most scales grow
    steadily, so the line gets 0.7 of the level and the parabola 0.3: the p-value is the smaller of p/0.7 and p/0.3.
    (Power at sd ∝ ŷ over a factor 3, n = 100, level 1 %: 0.79, against 0.66 of the parabola alone.)
    """
    x, *_ = _standardised(prediction, count)
    degree = _degree(x, count)
    n = rows_of(residual, count)
    if degree == 0 or n < 3:
        return RankScore(0.0, 1.0, 0)
    center = median_of(residual, count)
    size = np.abs(residual - center)
    if n % 2 == 0:  # the two middle values are equally far from their mean, but for rounding
        nearest = float(size.min())
        size[size <= nearest + ROUND_OFF * abs(center)] = nearest
    ranks = midranks(size, count)
    scores = scipy.special.ndtri((1 + ranks / (n + 1)) / 2) ** 2
    tests = []
    for columns in range(1, degree + 1):
        statistic = n * explained_share(scores, _columns(x)[1 : columns + 1], count)
        share = 1.0 if degree == 1 else LEVEL_SHARES[columns - 1]
        tests.append(RankScore(statistic, min(float(scipy.special.chdtrc(columns, statistic)) / share, 1.0), columns))
    return min(tests, key=lambda test: test.p_value)


def explained_share(values: Array, columns: Array, count: Array | None = None) -> float:
    """Return R² of the least-squares regression of the values on a constant and the rows of `columns`."""
    centred = values - mean_of(values, count)
    total = float(product_of(centred, centred, count))
    if total <= 0:
        return 0.0
    means = columns.mean(axis=1) if count is None else product_of(columns, np.ones(values.size), count) / count.sum()
    columns = columns - means[:, None]
    products = product_of(columns, centred, count)
    explained = float(products @ np.linalg.solve(product_of(columns, columns, count), products))
    return min(max(explained / total, 0.0), 1.0)


def fit_scale(residual: Array, prediction: Array, count: Array | None = None) -> ScaleFit:
    """Fit log σ as a quadratic in the standardised prediction.

    Starts from least squares on log |residual − median|, then solves the gamma likelihood (log link) of
    |residual − median|, winsorised at 4σ. Two distinct predictions give a line, one gives a constant.
    """
    x, center, spread, low, high = _standardised(prediction, count)
    degree = _degree(x, count)
    columns = _columns(x)[: degree + 1]
    size = np.abs(residual - median_of(residual, count))
    unit = _positive_median(size, count)
    size = size / unit
    inverse: Array = np.asarray(np.linalg.inv(product_of(columns, columns, count)), dtype=np.float64)
    slopes = inverse @ product_of(columns, np.log(np.maximum(size, 1e-3)), count)
    slopes, error = _solve_gamma(size, columns, inverse, slopes, count)
    meat = product_of(columns * error**2, columns, count)
    coefficients, covariance = np.zeros(3), np.zeros((3, 3))
    coefficients[: degree + 1] = slopes
    coefficients[0] = 0.0
    curve = _bounded(coefficients @ _columns(x))
    typical = _positive_median(size * np.exp(-curve), count)
    coefficients[0] = np.log(typical / NORMAL_QUARTILE) + np.log(unit)
    covariance[: degree + 1, : degree + 1] = inverse @ meat @ inverse
    return ScaleFit(center, spread, low, high, coefficients, covariance)


def _solve_gamma(
    size: Array, columns: Array, inverse: Array, slopes: Array, count: Array | None
) -> tuple[Array, Array]:
    """Return the coefficients of log E|r| and the relative errors |r|/E|r| − 1 of the winsorised sizes."""
    error = np.zeros(size.size)
    for _ in range(ROUNDS):
        mean = np.exp(np.clip(slopes @ columns, -STEEPEST - 20, STEEPEST + 20))
        ratio = size / mean
        ratio /= max(_positive_median(ratio, count), 1e-300) / NORMAL_QUARTILE
        error = np.minimum(ratio, WINSOR)
        error /= max(mean_of(error, count), 1e-300)
        error -= 1
        step = inverse @ product_of(columns, error, count)
        step[0] = 0.0  # the level is set at the end, from the median
        slopes = slopes + np.clip(step, -1, 1)
        if float(np.abs(step).max()) < 1e-7:
            break
    return slopes, error


def _standardised(prediction: Array, count: Array | None) -> tuple[Array, float, float, float, float]:
    """Return x with its center and spread, and the quantiles between which the prediction is held."""
    low, high = (float(edge) for edge in _held_quantiles(prediction, count))
    held = np.clip(prediction, low, high)
    scale = max(abs(low), abs(high)) or 1.0  # squares of 1e300 overflow, of 1e-300 vanish
    held /= scale
    center, spread = mean_of(held, count), sd_of(held, count)
    if spread <= 1e-13 * max(abs(center), 1e-300):
        return np.zeros(prediction.size), center * scale, 1.0, low, high
    return (held - center) / spread, center * scale, spread * scale, low, high


def _held_quantiles(prediction: Array, count: Array | None) -> Array:
    if count is None:
        return np.asarray(np.quantile(prediction, (HELD, 1 - HELD), method="inverted_cdf"), dtype=np.float64)
    ordered = order(prediction, count)
    return ordered.at(np.maximum(np.ceil(np.array((HELD, 1 - HELD)) * ordered.n) - 1, 0))


def _columns(x: Array) -> Array:
    """Return the rows 1, x, x²."""
    return np.stack((np.ones(x.size), x, x * x))


def _degree(x: Array, count: Array | None) -> int:
    """Return 0, 1 or 2: as many powers of x as its distinct values can tell apart."""
    if not x.any():
        return 0
    square = x * x
    fourth = float(product_of(square, square, count))
    square -= mean_of(square, count) + x * mean_of(x * square, count)  # x has mean 0 and variance 1
    return 2 if float(product_of(square, square, count)) > 1e-10 * fourth else 1


def _bounded(slopes: Array) -> Array:
    return np.clip(slopes, -STEEPEST, STEEPEST)


def _efficiency(log_sigma: Array, count: Array | None) -> float:
    double = 2 * (log_sigma - mean_of(log_sigma, count))
    return min(1.0, 1 / (mean_of(np.exp(double), count) * mean_of(np.exp(-double), count)))


def _positive_median(values: Array, count: Array | None) -> float:
    """Return the median, of the positive values when more than half are zero; 1 when all are."""
    middle = median_of(values, count)
    if middle > 0:
        return middle
    positive = values > 0
    return median_of(values[positive], None if count is None else count[positive]) if positive.any() else 1.0
