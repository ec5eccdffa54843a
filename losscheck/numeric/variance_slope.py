"""How the variance follows the mean: the slope p of log variance on log prediction."""

from __future__ import annotations

from dataclasses import dataclass

from losscheck.numeric.lazy import np
from losscheck.numeric.pairs import Pairs

ROUNDS, CLOSE = 50, 1e-10
STEEPEST = 12.0
FEWEST_ROWS = 30
NARROWEST = 0.05
"""Least sd of log prediction: predictions within 5 % of each other show no slope."""


@dataclass(frozen=True)
class VarianceSlope:
    """variance ∝ mean^p, with the sandwich standard error of p; `level` is the log variance at the geometric mean."""

    p: float
    se: float
    level: float


def fit_variance_slope(pairs: Pairs) -> VarianceSlope | None:
    """Fit a gamma GLM with log link of (y − f)² on log f; None where predictions hardly differ.

    Quasi-likelihood: only E(y − f)² = exp(level)·f^p is assumed, which the sandwich standard error respects.
    """
    with np.errstate(all="ignore"):  # outliers of 1e300: what is not finite in the end is no slope
        found = _fit(pairs)
    return found if found is not None and np.isfinite([found.p, found.se, found.level]).all() else None


def _fit(pairs: Pairs) -> VarianceSlope | None:
    square = (pairs.target - pairs.prediction) ** 2
    w = pairs.weight
    x = pairs.log_prediction - pairs.mean(pairs.log_prediction)
    spread = float(np.sqrt(pairs.mean(x * x)))
    level = pairs.mean(square)
    if pairs.n < FEWEST_ROWS or spread < NARROWEST or not 0 < level < np.inf:
        return None
    design = np.vstack([np.ones(x.size), x])
    beta = np.array([np.log(level), 0.0])
    for _ in range(ROUNDS):
        ratio = square * np.exp(-(beta @ design))
        # Fisher scoring; started flat, its first steps would overshoot, so they are held to 1.
        if not np.isfinite(ratio).all():
            return None
        step = np.linalg.solve((design * w) @ design.T, (design * w) @ (ratio - 1))
        step /= max(1.0, float(np.abs(step).max()))
        beta = beta + step
        if abs(step).max() < CLOSE or abs(beta[1]) > STEEPEST:
            break
    ratio = square * np.exp(-(beta @ design))
    bread = np.linalg.inv((design * w * ratio) @ design.T)
    meat = (design * w * (ratio - 1) ** 2) @ design.T
    covariance = bread @ meat @ bread
    return VarianceSlope(float(beta[1]), float(np.sqrt(covariance[1, 1])), float(beta[0]))
