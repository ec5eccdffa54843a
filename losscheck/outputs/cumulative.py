"""Cumulative differences between what came true and what was stated, along the stated probability.

Tygert (2020, arXiv:2006.02504): no bins; a slope of the curve is a miscalibration. If the outputs are right it runs,
scaled, like a Brownian motion on [0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, inf, pi, sqrt
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import np
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.question import pool_question
from losscheck.outputs.undefined import Undefined

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

TERMS, HALVINGS, FARTHEST = 100, 60, 40.0


@dataclass(frozen=True)
class CumulativeDrift:
    """The largest cumulative difference in rows per row, `drift`, at the stated probability `where`.

    `signed` has its sign: positive when more came true than stated. `statistic` is the drift in the standard deviations
    that the outputs state for the whole sum; `scale` is that standard deviation, or the observed one if larger.
    """

    drift: float
    signed: float
    where: float
    statistic: float
    scale: float

    @property
    def p(self) -> float:
        """The p-value by the law of the largest |Brownian motion|."""
        return drift_tail(self.statistic)

    def interval(self, alpha: float) -> tuple[float, float]:
        """Return the drift less and plus what the largest difference from the true curve can be at level 1 − alpha.

        The largest of a curve moves by no more than the curve does anywhere, so this errs on the wide side.
        """
        reach = drift_point(alpha) * self.scale
        return max(0.0, self.drift - reach), self.drift + reach


@once_per_sample
def measure_drift(sample: ClassSample) -> CumulativeDrift | Undefined:
    """Measure the largest cumulative difference, at ends of groups of equal probability only."""
    pooled = pool_question(sample)
    if isinstance(pooled, Undefined):
        return pooled
    curve = np.cumsum(pooled.came_true - pooled.weight * pooled.p) / pooled.total
    at = int(np.abs(curve).argmax())
    stated = sqrt(float(pooled.variance.sum())) / pooled.total
    observed = sqrt(max(float(pooled.square.sum()), 0.0)) / pooled.total
    drift = abs(float(curve[at]))
    if stated == 0 and drift == 0:
        return Undefined("undefined (0/0): every probability is 0 or 1, and came out so")
    statistic = drift / stated if stated > 0 else inf
    return CumulativeDrift(drift, float(curve[at]), float(pooled.p[at]), statistic, max(stated, observed))


def drift_tail(x: float) -> float:
    """Return P(sup |W| > x) of a Brownian motion W on [0, 1].

    >>> round(drift_tail(2.241402727), 6)
    0.05
    """
    if x <= 0:
        return 1.0
    if x > 2:  # the other series would lose its digits in 1 − 0.99…
        return sum(2 * (-1.0) ** k * erfc((2 * k + 1) * x / sqrt(2)) for k in range(TERMS))
    inside = sum((-1.0) ** k / (2 * k + 1) * exp(-(((2 * k + 1) * pi) ** 2) / (8 * x * x)) for k in range(TERMS))
    return 1 - 4 / pi * inside


def drift_point(alpha: float) -> float:
    """Return what the largest |W| exceeds with probability alpha, by bisection."""
    low, high = 0.0, FARTHEST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if drift_tail(middle) > alpha else (low, middle)
    return (low + high) / 2
