"""CORP: how much of a score is miscalibration, how much discrimination (Dimitriadis et al. 2021).

The recalibrated probabilities are the isotonic regression of what came true on what was stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.question import pool_question
from losscheck.outputs.undefined import Undefined, usable_moments

if TYPE_CHECKING:
    from losscheck.outputs.moments import RowMoments
    from losscheck.outputs.question import Pooled
    from losscheck.sample import ClassSample


@dataclass(frozen=True)
class Decomposition:
    """A mean score = miscalibration − discrimination + uncertainty."""

    miscalibration: float
    discrimination: float
    uncertainty: float


@dataclass(frozen=True, eq=False)
class Corp:
    """The decompositions of the Brier score (p − y)² and of the log score (infinite at a certain error).

    `recalibrated` are the isotonic probabilities of the groups; `se` is the standard error of the Brier
    miscalibration, from what recalibration changes row by row: its own error is of second order.
    """

    brier: Decomposition
    log: Decomposition
    recalibrated: Array
    se: float


@once_per_sample
def decompose_scores(sample: ClassSample) -> Corp | Undefined:
    """Decompose the scores of the question: is it class 1 (of two), is it the most probable class (of more)."""
    moments, pooled = usable_moments(sample), pool_question(sample)
    if isinstance(moments, Undefined):
        return moments
    if isinstance(pooled, Undefined):
        return pooled
    recalibrated = fit_isotonic(pooled.came_true, pooled.weight)
    base = float(pooled.came_true.sum() / pooled.total)
    entropy = float(scipy.special.entr(base) + scipy.special.entr(1 - base))
    brier = _decompose(mean_brier(pooled.p, pooled), mean_brier(recalibrated, pooled), base * (1 - base))
    log = _decompose(_stated_log_score(moments), mean_log(recalibrated, pooled), entropy)
    return Corp(brier, log, recalibrated, _standard_error(pooled, recalibrated, brier.miscalibration))


def _decompose(stated: float, recalibrated: float, constant: float) -> Decomposition:
    return Decomposition(stated - recalibrated, constant - recalibrated, constant)


def _stated_log_score(moments: RowMoments) -> float:
    """Return the mean of −log of what was stated for what happened, to its last digits near 0 and 1."""
    if moments.classes == 2:
        return -moments.mean(moments.true_log_p)
    # 1 − p loses what is left beside a probability near 1, but it is at least that of the true class
    missed = np.maximum(1 - moments.question_p, moments.true_p)
    with np.errstate(divide="ignore"):
        return -moments.mean(np.log(np.where(moments.came_true, moments.question_p, missed)))


def fit_isotonic(came_true: Array, weight: Array) -> Array:
    """Return the non-decreasing probabilities closest to the shares that came true."""
    fitted: Array = scipy.optimize.isotonic_regression(came_true / weight, weights=weight).x
    return fitted


def mean_brier(p: Array, pooled: Pooled) -> float:
    """Return the mean of (p − y)² over the rows."""
    return float((pooled.weight * p * p + pooled.came_true * (1 - 2 * p)).sum()) / pooled.total


def mean_log(p: Array, pooled: Pooled) -> float:
    """Return the mean of −log p for what came true and −log(1 − p) for what did not; 0·log 0 = 0."""
    missed = np.maximum(pooled.weight - pooled.came_true, 0.0)
    happened = scipy.special.xlogy(pooled.came_true, p) + scipy.special.xlog1py(missed, -p)
    return -float(happened.sum()) / pooled.total


def _standard_error(pooled: Pooled, recalibrated: Array, mean: float) -> float:
    """Return that of the mean of (p − y)² − (x − y)², x the recalibrated probabilities."""
    p, x = pooled.p, recalibrated
    hit, miss = (1 - p) ** 2 - (1 - x) ** 2 - mean, p * p - x * x - mean
    missed = pooled.square_weight - pooled.square_came_true
    return float(np.sqrt(pooled.square_came_true @ (hit * hit) + missed @ (miss * miss))) / pooled.total
