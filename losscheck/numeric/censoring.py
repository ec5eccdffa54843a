"""The mean of a normal quantity before and after it is cut off at bounds."""

from __future__ import annotations

import math

from losscheck.numeric.lazy import Array, np, scipy

HALVINGS, REACH = 48, 30.0


def recorded_mean(latent: Array, sigma: float, low: float, high: float) -> Array:
    """Return the mean of max(low, min(high, latent + sigma·N))."""
    mean = np.array(latent, dtype=float)
    if math.isfinite(low):
        mean += sigma * _excess((low - latent) / sigma)
    if math.isfinite(high):
        mean -= sigma * _excess((latent - high) / sigma)
    return mean


def latent_mean(recorded: Array, sigma: float, low: float, high: float) -> Array:
    """Return the latent mean whose recorded mean this is, by bisection; `recorded` lies between the bounds."""
    below = np.minimum(recorded, low if math.isfinite(low) else recorded) - REACH * sigma
    above = np.maximum(recorded, high if math.isfinite(high) else recorded) + REACH * sigma
    for _ in range(HALVINGS):
        middle = (below + above) / 2
        short = recorded_mean(middle, sigma, low, high) < recorded
        below, above = np.where(short, middle, below), np.where(short, above, middle)
    return (below + above) / 2


def _excess(t: Array) -> Array:
    """Return E max(0, t + N) = t Φ(t) + φ(t)."""
    excess: Array = t * scipy.special.ndtr(t) + np.exp(-0.5 * t * t) / math.sqrt(2 * math.pi)
    return excess
