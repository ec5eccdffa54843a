"""Cox's recalibration: the intercepts and the slope by which the stated log-odds would have to be changed.

Two classes: logit P(y = 1) = a + b·logit p; more: P(y = k) ∝ exp(a_k + b·log p_k). Right outputs have a = 0, b = 1 (Cox
1958, doi:10.1093/biomet/45.3-4.562).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.moments import LOWEST_LOG
from losscheck.outputs.score_tests import whiten
from losscheck.outputs.tilting import log_blocks, true_log_odds
from losscheck.outputs.undefined import ZERO_AT_TRUE_CLASS, Undefined, usable_moments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from losscheck.outputs.moments import RowMoments
    from losscheck.outputs.stated import Labels, Stated
    from losscheck.sample import ClassSample

MOST_CLASSES = 200
"""Above, an information matrix of K² numbers a row costs more than it tells."""
ROWS_PER_CLASS = 5
"""Fewer rows a class than this: with as many intercepts as facts the slope is biased upwards."""
HELD_ROWS, HELD_CELLS = 100_000, 4_000_000
"""Newton's iteration runs on this many evenly spread rows, or numbers, and is finished by full steps on all rows."""
LARGEST_EXPONENT, LEAST_SLOPE = 600.0, 0.1
"""Exponents below the one, at slopes above the other, neither overflow nor leave a row without a sum, and the stand-in
for log 0 counts as that; elsewhere maxima are taken off first."""
MOST_PRODUCTS, MOST_CELLS = 1.5e10, 2_000_000
"""n·K² that a step may cost (about 2 s), and numbers; larger files are thinned to it: a slope is then known to a
hundredth."""
ITERATIONS = 50
CONVERGED, CLOSE = 1e-14, 1e-6
"""Nats that the last step may gain; what is left after it is of the order of their square. On all rows of a large file
the second is enough."""
STEEPEST = 50.0
"""A slope beyond this is on its way to infinity."""
FLAT = 1e-9
CHUNK = 1 << 17


@dataclass(frozen=True, eq=False)
class Recalibration:
    """Maximum-likelihood `intercepts` a_k (a of the reference class is 0) and slope, with Wald's standard error.

    Classes that never occur keep intercept 0. `likelihood_ratio` is that of a = 0, b = 1, with `df` parameters.
    `every` > 1: of so many rows one was used.
    """

    intercepts: Array
    slope: float
    slope_se: float
    likelihood_ratio: float
    df: int
    every: int = 1

    @property
    def p(self) -> float:
        """The p-value of the likelihood ratio by χ²."""
        return float(scipy.special.chdtrc(self.df, self.likelihood_ratio))


@dataclass(frozen=True, eq=False)
class Terms:
    """Log-likelihood, gradient and information at one value of the parameters (free intercepts, then the slope)."""

    value: float
    gradient: Array
    information: Array


class Likelihood(Protocol):
    """A log-likelihood of the free intercepts and the slope."""

    def at(self, parameters: Array) -> Terms:
        """Return its terms."""


@dataclass(frozen=True, eq=False)
class PairLikelihood:
    """Two classes: the stated logit of class 1 and whether it came true."""

    logit: Array
    came_true: Array
    weight: Array | None

    def thinned(self, every: int) -> PairLikelihood:
        """Return that of evenly spread rows."""
        weight = None if self.weight is None else self.weight[::every]
        return PairLikelihood(self.logit[::every], self.came_true[::every], weight)

    def at(self, parameters: Array) -> Terms:
        """Return value, gradient and information, summed over chunks that stay in the cache."""
        value, gradient, information = 0.0, np.zeros(2), np.zeros((2, 2))
        for start in range(0, self.logit.size, CHUNK):
            chunk = slice(start, start + CHUNK)
            x, y = self.logit[chunk], self.came_true[chunk]
            eta = parameters[0] + parameters[1] * x
            small = np.exp(-np.abs(eta))
            q = np.where(eta > 0, 1.0, small) / (1 + small)
            log_q = y * eta - np.maximum(eta, 0.0) - np.log1p(small)
            rest, variance = y - q, small / ((1 + small) * (1 + small))
            if self.weight is not None:
                log_q, rest, variance = (part * self.weight[chunk] for part in (log_q, rest, variance))
            value += float(log_q.sum())
            gradient += (rest.sum(), rest @ x)
            mixed = variance @ x
            information += ((variance.sum(), mixed), (mixed, (variance * x) @ x))
        return Terms(value, gradient, information)


@dataclass(frozen=True, eq=False)
class ManyLikelihood:
    """More classes: blocks of log p (K, m), true class and weight; `free` are the classes whose intercept varies."""

    free: Labels
    stated: Stated
    every: int
    held: tuple[tuple[Array, Labels, Array | None], ...] | None = None

    def rows(self) -> Iterable[tuple[Array, Labels, Array | None]]:
        """Return the blocks."""
        return log_blocks(self.stated, self.every) if self.held is None else self.held

    def intercepts(self, parameters: Array) -> Array:
        """Return one intercept a class."""
        intercepts = np.zeros(self.stated.classes)
        intercepts[self.free] = parameters[:-1]
        return intercepts

    def at(self, parameters: Array) -> Terms:
        """Return value, gradient and information."""
        size, intercepts = parameters.size, self.intercepts(parameters)[:, None]
        value, gradient, information = 0.0, np.zeros(size), np.zeros((size, size))
        slope = float(parameters[-1])
        # the most probable class of a row has log p ≥ −log K
        largest = slope * math.log(self.stated.classes) + float(np.abs(intercepts).max())
        for log_p, label, weight in self.rows():
            eta = slope * log_p + intercepts
            if slope < LEAST_SLOPE:
                eta[log_p <= LOWEST_LOG] = -math.inf  # what has probability 0 has it for any slope
            if slope < LEAST_SLOPE or largest > LARGEST_EXPONENT:
                eta -= eta.max(axis=0)
            true = np.arange(label.size)
            ones = np.ones(label.size) if weight is None else weight
            log_q = eta[label, true]
            q = np.exp(eta, out=eta)
            total = q.sum(axis=0)
            q /= total
            mean = (q * log_p).sum(axis=0)
            value += float(ones @ (log_q - np.log(total)))
            counts = np.bincount(label, weights=ones, minlength=len(log_p))
            gradient[:-1] += (counts - q @ ones)[self.free]
            gradient[-1] += float(ones @ (log_p[label, true] - mean))
            weighted = q if weight is None else q * weight
            information[:-1, :-1] -= (weighted @ q.T)[np.ix_(self.free, self.free)]
            information[np.arange(size - 1), np.arange(size - 1)] += weighted.sum(axis=1)[self.free]
            centered = log_p - mean
            weighted = weighted * centered
            information[:-1, -1] += weighted.sum(axis=1)[self.free]
            information[-1, -1] += float(np.einsum("ij,ij->", weighted, centered))
        information[-1, :-1] = information[:-1, -1]
        return Terms(value, gradient, information)


@once_per_sample
def fit_recalibration(sample: ClassSample) -> Recalibration | Undefined:
    """Fit intercepts and slope by maximum likelihood; undefined where the slope has no finite value of its own."""
    moments = usable_moments(sample)
    if isinstance(moments, Undefined):
        return moments
    if not np.isfinite(moments.true_log_p).all():
        return Undefined(ZERO_AT_TRUE_CLASS)
    if moments.classes > MOST_CLASSES:
        return Undefined(f"not fitted to more than {MOST_CLASSES} classes: it has an intercept for each")
    counts = np.bincount(moments.label, minlength=moments.classes)
    if np.count_nonzero(counts) < 2:
        return Undefined("only one class occurs among the labels")
    if moments.n < ROWS_PER_CLASS * moments.classes:
        return Undefined(
            f"needs at least {ROWS_PER_CLASS} rows a class, {ROWS_PER_CLASS * moments.classes} in all, "
            f"there are {moments.n}"
        )
    if moments.classes == 2:
        return _fit_pairs(moments)
    return _fit_many(moments, counts)


def joint_score(moments: RowMoments, deviation: Array, log_excess: Array) -> Array:
    """Return the score statistics of a = 0, b = 1, χ² as the likelihood ratio is, but without a fit.

    `deviation` (…, K) = Σ w·(onehot(y) − p) and `log_excess` (…) = Σ w·(log p_y + H) are the scores.
    """
    variance = moments.variance_total(moments.log_variance)
    border = moments.log_covariance[:, None]
    covariance = np.block([[moments.covariance, border], [border.T, np.full((1, 1), variance)]])
    white = np.concatenate((deviation, log_excess[..., None]), axis=-1) @ whiten(covariance).T
    squares: Array = (white * white).sum(axis=-1)
    return squares


def _fit_pairs(moments: RowMoments) -> Recalibration | Undefined:
    positive = moments.label == 1
    margin = true_log_odds(moments)
    model = PairLikelihood(np.where(positive, margin, -margin), positive.astype(np.float64), moments.weight)
    every = math.ceil(moments.n / HELD_ROWS)
    thin = model if every == 1 else model.thinned(every)
    found = _climb(thin, model, 2, moments.total(moments.true_log_p))
    if isinstance(found, Undefined):
        return found
    parameters, ratio, slope_se = found
    return Recalibration(np.array([0.0, parameters[0]]), float(parameters[1]), slope_se, ratio, 2)


def _fit_many(moments: RowMoments, counts: Labels) -> Recalibration | Undefined:
    reference = int(counts.argmax())
    free = np.flatnonzero((counts > 0) & (np.arange(counts.size) != reference))
    every = math.ceil(max(moments.n * moments.classes**2 / MOST_PRODUCTS, moments.n * moments.classes / MOST_CELLS))
    model = ManyLikelihood(free, moments.stated, every)
    held = max(every, math.ceil(max(moments.n / HELD_ROWS, moments.n * moments.classes / HELD_CELLS)))
    thin = ManyLikelihood(free, moments.stated, held, tuple(log_blocks(moments.stated, held)))
    model = thin if held == every else model
    unchanged = moments.total(moments.true_log_p) if every == 1 else model.at(_unchanged(free.size + 1)).value
    found = _climb(thin, model, free.size + 1, unchanged)
    if isinstance(found, Undefined):
        return found
    parameters, ratio, slope_se = found
    return Recalibration(model.intercepts(parameters), float(parameters[-1]), slope_se, ratio, parameters.size, every)


def _climb(thin: Likelihood, model: Likelihood, size: int, unchanged: float) -> tuple[Array, float, float] | Undefined:
    """Return the parameters, the likelihood ratio of (0, …, 0, 1) and the standard error of the slope."""
    parameters = _unchanged(size)
    information = thin.at(parameters).information
    if _own_information(information) <= FLAT * information[-1, -1]:
        return Undefined("undefined: every row states the same log-odds, so nothing has a slope")
    for likelihood, enough in {thin: CONVERGED, model: CONVERGED if thin is model else CLOSE}.items():
        parameters, found, gain = _newton(likelihood, parameters, enough)
        if not math.isfinite(gain) or abs(float(parameters[-1])) > STEEPEST:
            return Undefined("the outputs separate the labels without error, so that the slope has no finite estimate")
    own = _own_information(found.information)
    if not own > 0:  # all but sure of every row: what is left of the information is rounding
        return Undefined("the outputs are too sure for their slope to have a standard error")
    slope_se = 1 / math.sqrt(own)
    return parameters, max(2 * (found.value + gain - unchanged), 0.0), slope_se


def _unchanged(size: int) -> Array:
    """Return the parameters of outputs that are right: no intercepts, and slope 1."""
    return np.concatenate((np.zeros(size - 1), np.ones(1)))


def _own_information(information: Array) -> float:
    """Return the information on the slope that is left when the intercepts are unknown."""
    rest = np.linalg.lstsq(information[:-1, :-1], information[:-1, -1], rcond=None)[0]
    return float(information[-1, -1] - information[:-1, -1] @ rest)


def _newton(likelihood: Likelihood, parameters: Array, enough: float) -> tuple[Array, Terms, float]:
    """Climb to the maximum; return it, the terms one step before it, and what that step gains: ∞ where none is."""
    found = likelihood.at(parameters)
    for _ in range(ITERATIONS):
        step = np.linalg.lstsq(found.information, found.gradient, rcond=1e-12)[0]
        gain = float(found.gradient @ step) / 2
        ahead = likelihood.at(parameters + step) if gain > enough else found
        while ahead.value < found.value - 1e-9 * abs(found.value) and np.abs(step).max() > 1e-12:
            step /= 4  # far from the maximum the full step can overshoot
            ahead = likelihood.at(parameters + step)
        parameters = parameters + step
        if gain <= enough:
            return parameters, found, gain
        found = ahead
    return parameters, found, math.inf
