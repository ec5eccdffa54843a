"""Damped Newton minimisation of a weighted sum of per-point terms, inside a box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_STEPS = 200
TOLERANCE = 1e-14
"""Stops at a Newton decrement below this many nats a row: parameters then sit within 1e-7 standard errors."""
STALLED, PATIENCE = 1e-10, 3
"""Stops too when so many steps in a row gain less than this many nats a row: along the edge of a support."""
DIFFERENCE = 1e-5
SMALLEST_EIGENVALUE = 1e-7
"""Relative; flatter directions of the Hessian are stiffened to this, so that every step descends."""

Terms = Callable[[Array], tuple[Array, Array]]
"""theta (p,) → values (n,) and gradients (p, n), a column a point."""


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where the search ended: the sum, its Hessian, the terms, and which parameters sit at an end of the box."""

    theta: Array
    total: float
    hessian: Array
    values: Array
    gradients: Array
    at_low: NDArray[np.bool_]
    at_high: NDArray[np.bool_]


def minimise(terms: Terms, theta: Array, weight: Array, low: Array, high: Array) -> Minimum:
    """Return the local minimum of Σ weight·values reached from `theta`; low ≤ theta ≤ high throughout."""
    theta = np.clip(theta, low, high)
    values, gradients = terms(theta)
    total, slope = float(weight @ values), gradients @ weight
    stalled = 0
    for _ in range(MAX_STEPS):
        free = ~((theta <= low) & (slope > 0) | (theta >= high) & (slope < 0))
        if not free.any():
            break
        step = np.zeros_like(theta)
        step[free] = _newton_step(hessian(terms, theta, weight, slope, low, high)[np.ix_(free, free)], slope[free])
        decrement = -float(slope @ step)
        if decrement < TOLERANCE * weight.sum():
            break
        moved = _backtrack(terms, theta, step, total, decrement, weight, low, high)
        if moved is None:
            break
        stalled = stalled + 1 if total - moved[1] < STALLED * weight.sum() else 0
        theta, total, values, gradients = moved
        slope = gradients @ weight
        if stalled == PATIENCE:
            break
    final = hessian(terms, theta, weight, None, low, high)
    return Minimum(theta, total, final, values, gradients, theta <= low, theta >= high)


def hessian(terms: Terms, theta: Array, weight: Array, slope: Array | None, low: Array, high: Array) -> Array:
    """Differentiate the analytic gradient: forward from a given `slope`, else centrally (for standard errors)."""
    p = theta.size
    out = np.empty((p, p))
    for j in range(p):
        ahead, behind = theta.copy(), theta.copy()
        h = DIFFERENCE * max(1.0, abs(theta[j]))
        h = h if theta[j] + h <= high[j] else -h
        ahead[j] += h
        if slope is not None:
            out[j] = (terms(ahead)[1] @ weight - slope) / h
            continue
        if low[j] <= theta[j] - h <= high[j]:
            behind[j] -= h
        out[j] = (terms(ahead)[1] - terms(behind)[1]) @ weight / (ahead[j] - behind[j])
    return (out + out.T) / 2


def _newton_step(curvature: Array, slope: Array) -> Array:
    if not np.isfinite(curvature).all():
        return -slope / max(1.0, float(np.abs(slope).max()))
    eigenvalue, vector = np.linalg.eigh(curvature)
    stiff = np.maximum(np.abs(eigenvalue), max(SMALLEST_EIGENVALUE * float(np.abs(eigenvalue).max()), 1e-300))
    step: Array = -vector @ ((vector.T @ slope) / stiff)
    return step / max(1.0, float(np.abs(step).max()) / 2.0)


def _backtrack(
    terms: Terms,
    theta: Array,
    step: Array,
    total: float,
    decrement: float,
    weight: Array,
    low: Array,
    high: Array,
) -> tuple[Array, float, Array, Array] | None:
    length = 1.0
    for _ in range(40):
        ahead = np.clip(theta + length * step, low, high)
        values, gradients = terms(ahead)
        reached = float(weight @ values)
        if reached <= total - 1e-4 * length * decrement and np.isfinite(reached):
            return ahead, reached, values, gradients
        if length < 1.0 and abs(reached - total) <= 1e-13 * abs(total):
            return None
        length /= 2
    return None
