"""Dependence between neighbouring rows, measured on normal scores so that heavy tails do not matter."""

from __future__ import annotations

from math import sqrt

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.numeric.ties import midranks

MOST_LAGS = 1000
DIRECT_LAGS = 32  # one product a lag; when all of them are significant, one Fourier transform gives the rest


def autocorrelations(scores: Array) -> Array:
    """Return ρ₁, ρ₂, … of normal scores, up to the first insignificant lag.

    A lag is insignificant when |ρ| < 1.96/√n; the result is empty when the first one is. At most n/4 and at
    most 1000 lags are looked at. In a shuffled file dependence cannot be seen.
    """
    n = scores.size
    lags = min(n // 4, MOST_LAGS)
    power = float(scores @ scores)
    if lags < 1 or power == 0:
        return np.empty(0)
    bound = 1.96 / sqrt(n)
    rho = np.empty(0)
    for lag in range(1, min(lags, DIRECT_LAGS) + 1):
        value = float(scores[:-lag] @ scores[lag:]) / power
        if abs(value) < bound:
            return rho
        rho = np.append(rho, value)
    if lags > DIRECT_LAGS:
        rho = _transformed(scores, lags) / power
        small = np.flatnonzero(np.abs(rho) < bound)
        return rho[: small[0]] if small.size else rho
    return rho


def correlate_lags(scores: Array, lags: int) -> Array:
    """Return ρ₁ … ρ of `lags`, significant or not; empty when all scores are equal."""
    power = float(scores @ scores)
    return np.array([float(scores[:-lag] @ scores[lag:]) / power for lag in range(1, lags + 1) if power > 0])


def normal_scores(values: Array) -> Array:
    """Return Φ⁻¹(rank / (n + 1)) of every value; tied values share their mean rank."""
    scores: Array = scipy.special.ndtri(midranks(values) / (values.size + 1))
    return scores


def first_autocorrelation(scores: Array) -> float:
    """Return ρ₁ of normal scores, significant or not; 0 when all values are equal."""
    power = float(scores @ scores)
    return float(scores[:-1] @ scores[1:]) / power if power > 0 else 0.0


def tempering(rho: Array) -> float:
    """Return λ = min(1, 1 / (1 + 2 Σ ρ³)): what dependent rows count for the shape of the noise.

    The exponent 3 is the exact inflation of the skewness of a Gaussian process; kurtosis inflates by Σ ρ⁴.
    """
    inflation = 1 + 2 * float((rho**3).sum())
    return 1 / inflation if inflation > 1 else 1.0


def effective_rows(n: float, rho: Array) -> float:
    """Return n / (1 + 2 Σ ρ), within [1, n]: what dependent rows count for the mean."""
    inflation = 1 + 2 * float(rho.sum())
    return max(1.0, n / inflation) if inflation > 1 else float(n)


def _transformed(scores: Array, lags: int) -> Array:
    """Return Σ s(i) s(i + k) for k = 1 … lags by a zero-padded Fourier transform."""
    size = 1 << (scores.size + lags).bit_length()
    spectrum = np.fft.rfft(scores, size)
    sums: Array = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, size)
    return sums[1 : lags + 1]
