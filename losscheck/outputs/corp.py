"""CORP: how much of a score is miscalibration, how much discrimination (Dimitriadis et al. 2021).

The recalibrated probabilities are the isotonic regression of what came true on what was stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.question import pool_question
from losscheck.outputs.undefined import Undefined

if TYPE_CHECKING:
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
    pooled = pool_question(sample)
    if isinstance(pooled, Undefined):
        return pooled
    recalibrated = fit_isotonic(pooled.came_true, pooled.weight)
    base = float(pooled.came_true.sum() / pooled.total)
    entropy = float(scipy.special.entr(base) + scipy.special.entr(1 - base))
    parts = []
    for score, constant in ((mean_brier, base * (1 - base)), (mean_log, entropy)):
        stated, fitted = score(pooled.p, pooled), score(recalibrated, pooled)
        parts.append(Decomposition(stated - fitted, constant - fitted, constant))
    return Corp(parts[0], parts[1], recalibrated, _standard_error(pooled, recalibrated, parts[0].miscalibration))


def fit_isotonic(came_true: Array, weight: Array) -> Array:
    """Return the non-decreasing probabilities closest to the shares that came true."""
    fitted: Array = scipy.optimize.isotonic_regression(came_true / weight, weights=weight).x
    return fitted


def mean_brier(p: Array, pooled: Pooled) -> float:
    """Return the mean of (p − y)² over the rows."""
    return float((pooled.weight * p * p + pooled.came_true * (1 - 2 * p)).sum()) / pooled.total


def mean_log(p: Array, pooled: Pooled) -> float:
    """Return the mean of −log of what was stated for what happened; 0·log 0 = 0."""
    missed = np.maximum(pooled.weight - pooled.came_true, 0.0)
    happened = scipy.special.xlogy(pooled.came_true, p) + scipy.special.xlog1py(missed, -p)
    return -float(happened.sum()) / pooled.total


def _standard_error(pooled: Pooled, recalibrated: Array, mean: float) -> float:
    """Return that of the mean of (p − y)² − (x − y)², x the recalibrated probabilities."""
    p, x = pooled.p, recalibrated
    hit, miss = (1 - p) ** 2 - (1 - x) ** 2 - mean, p * p - x * x - mean
    missed = pooled.square_weight - pooled.square_came_true
    return float(np.sqrt(pooled.square_came_true @ (hit * hit) + missed @ (miss * miss))) / pooled.total
