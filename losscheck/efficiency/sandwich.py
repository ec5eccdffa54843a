"""Efficiencies without a family: sandwich variances of M-estimates and their influence functions.

V̂ = mean ψ²/(mean ψ')² at each loss's own estimate; the logarithm of a ratio of two V̂ has the influence function
IF = ψ²/A − 2ψ'/B + 1 of the one minus that of the other (Huber & Ronchetti 2009, doi:10.1002/9780470434697).
Not valid for MSE without a fourth moment (Student-t with nu ≤ 4): the interval is then too short.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from losscheck.efficiency.candidates import Candidate
from losscheck.numeric.lazy import Array
from losscheck.numeric.points import Points, weighted_quantile

STEPS = 60
FEWEST_WITH_SLOPE = 30
"""Effective rows that must carry the mean slope: of a Huber loss narrower than the rows' spacing it is all noise."""


@dataclass(frozen=True, eq=False)
class LossVariance:
    """log V̂ of a loss and its influence at each point."""

    log_variance: float
    influence: Array


def loss_variance(points: Points, candidate: Candidate) -> LossVariance | None:
    """Return the loss's sandwich variance in squared standard units; None where its slope vanishes."""
    x, w = points.value, points.weight / points.n
    if candidate.family.id == "normal":
        square = (x - w @ x) ** 2
        variance = float(w @ square)
        return LossVariance(math.log(variance), square / variance - 1.0) if variance > 0 else None
    if candidate.family.id == "laplace":
        return _median_variance(points)
    unit = candidate.scale
    z = (x - m_estimate(points, candidate)) / unit
    psi, slope = (f(z, *candidate.shapes) for f in (candidate.family.psi, candidate.family.curvature))
    power, rise = float(w @ psi**2), float(w @ slope) / unit
    if not (rise > 0 and power > 0 and math.isfinite(rise)):
        return None
    if float(w @ slope) ** 2 < FEWEST_WITH_SLOPE / points.n * float(w @ slope**2):
        return None
    return LossVariance(math.log(power / rise**2), psi**2 / power - 2 * (slope / unit) / rise + 1.0)


def m_estimate(points: Points, candidate: Candidate) -> float:
    """Return the location nearest the median where the mean of ψ crosses zero."""
    x, w = points.value, points.weight / points.n

    def pull(center: float) -> float:
        return float(w @ candidate.family.psi((x - center) / candidate.scale, *candidate.shapes))

    low, high = -0.25, 0.25
    while pull(low) < 0 and low > -1e3:
        low *= 2
    while pull(high) > 0 and high < 1e3:
        high *= 2
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if pull(middle) > 0 else (low, middle)
    return (low + high) / 2


def _median_variance(points: Points) -> LossVariance | None:
    """Return ¼ sparsity², the sparsity by Hall & Sheather's bandwidth (1988, JRSS B 50, 381) at the median."""
    n = points.n
    normal_quantile = 1.959963984540054  # Φ⁻¹(1 − α/2) at α = .05
    h = n ** (-1 / 3) * normal_quantile ** (2 / 3) * (1.5 / (2 * math.pi)) ** (1 / 3)
    h = min(h, 0.49)
    low, high = (weighted_quantile(points.value, points.weight, p) for p in (0.5 - h, 0.5 + h))
    if not high > low:
        return None
    sparsity = (high - low) / (2 * h)
    inside = (points.value > low) & (points.value <= high)
    return LossVariance(2 * math.log(sparsity / 2), 2.0 - 2.0 * inside / (2 * h))


def relative_efficiency(
    points: Points, loss: LossVariance, best: LossVariance, tempering: float, quantile: float
) -> tuple[float, float, float]:
    """Return V̂(best)/V̂(loss) with its interval; dependence widens it by 1/√tempering."""
    w = points.weight / points.n
    ratio = best.log_variance - loss.log_variance
    spread = math.sqrt(float(w @ (loss.influence - best.influence) ** 2) / (points.n * tempering))
    return math.exp(ratio), math.exp(ratio - quantile * spread), math.exp(ratio + quantile * spread)
