"""Barron's general noise, from Cauchy-like (alpha = 0) to normal (2): the adaptive robust loss."""

from __future__ import annotations

import math
from collections.abc import Mapping

from losscheck.families.family import Family, Loss, Shape, ShapeClass
from losscheck.families.snippets import on_arrays, reweighted
from losscheck.numeric.lazy import Array, np, scipy

LEAST_GAP = 1e-14
"""2 − alpha is held above this: the loss moves by less than 1e-13 z², and its slope in alpha, which goes to infinity
like log(2 − alpha), stays finite."""
LARGEST_SQUARE = 1e280
"""z² is held below this, so that z²/(2 − alpha) and its power stay finite."""

STEP, LAST = 0.125, 42.0
"""The normaliser: the trapezoidal rule in v, z = √(2 − alpha)·sinh v. The integrand is analytic in |Im v| < π/4 at
least, so the step costs exp(−39); the tails beyond are below exp(−41)."""

SERIES = tuple(1 / (math.factorial(k) * (k + 2)) for k in range(14))
SERIES_UP_TO = 0.5


def rho(z: Array, alpha: Array | float) -> Array:
    """Return (|alpha − 2|/alpha)·((z²/|alpha − 2| + 1)^(alpha/2) − 1), with its limits at 0 and 2."""
    gap = _gap(alpha)
    return _rho_of_log(_log_growth(z, gap), alpha, gap)


def _gap(alpha: Array | float) -> Array:
    gap: Array = np.maximum(2 - np.asarray(alpha, dtype=float), LEAST_GAP)
    return gap


def _log_growth(z: Array, gap: Array) -> Array:
    growth: Array = np.log1p(np.minimum(z * z, LARGEST_SQUARE) / gap)
    return growth


def _rho_of_log(growth: Array, alpha: Array | float, gap: Array) -> Array:
    value: Array = 0.5 * gap * growth * scipy.special.exprel(0.5 * alpha * growth)
    return value


def _nodes(alpha: Array | float) -> tuple[Array, Array]:
    """Return nodes v (k,) and the integrand there (..., k), for alpha (...); they sum to the normaliser."""
    v = np.arange(0, LAST, STEP)
    column = np.asarray(alpha, dtype=float)[..., None]
    gap = _gap(column)
    mass = 2 * STEP * np.sqrt(gap) * np.cosh(v) * np.exp(-_rho_of_log(2 * np.log(np.cosh(v)), column, gap))
    mass[..., 0] /= 2
    return v, mass


def log_norm(alpha: Array | float) -> Array:
    """Return the logarithm of the integral of exp(−rho), to 1e-14."""
    value: Array = np.log(_nodes(alpha)[1].sum(-1))
    return value


def nll(z: Array, alpha: Array | float) -> Array:
    """Return rho(z) + the logarithm of its normaliser."""
    return rho(z, alpha) + log_norm(alpha)


def psi(z: Array, alpha: Array | float) -> Array:
    """Return z·(z²/|alpha − 2| + 1)^(alpha/2 − 1)."""
    gap = _gap(alpha)
    return z * np.exp(-0.5 * gap * _log_growth(z, gap))


def curvature(z: Array, alpha: Array | float) -> Array:
    """Return the derivative of psi in z."""
    gap = _gap(alpha)
    square = np.minimum(z * z, LARGEST_SQUARE)
    return np.exp(-0.5 * gap * _log_growth(z, gap)) * (1 - gap * square / (gap + square))


def shape_gradient(z: Array, alpha: float) -> tuple[Array, ...]:
    """Return the derivative of the nll in alpha."""
    v, mass = _nodes(alpha)
    mean = (mass / mass.sum()) @ _rho_slope(np.sqrt(_gap(alpha)) * np.sinh(v), alpha)
    return (_rho_slope(z, alpha) - mean,)


def _rho_slope(z: Array, alpha: float) -> Array:
    """Differentiate rho in alpha, in the form that does not cancel: one near 0, another near 2."""
    gap = _gap(alpha)
    square = np.minimum(z * z, LARGEST_SQUARE)
    growth = _log_growth(z, gap)
    bounded = square / (gap + square)
    if alpha >= 1:
        power = (gap + square) * np.exp(-0.5 * gap * growth)
        slope: Array = -(power - gap) / alpha**2 - (power * (1 / (gap + square) - 0.5 * (growth - bounded)) - 1) / alpha
        return slope
    t = 0.5 * alpha * growth
    far = np.maximum(t, SERIES_UP_TO)
    bend = np.where(
        t < SERIES_UP_TO,
        np.polynomial.polynomial.polyval(np.minimum(t, SERIES_UP_TO), SERIES),
        (far * np.exp(far) - np.expm1(far)) / far**2,
    )
    return 0.5 * growth**2 * bend + 0.5 * np.exp(t) * (bounded - growth)


def barron_loss(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return rho(r/sigma, alpha)."""
    return rho(residual / parameters["sigma"], parameters["alpha"])


SETUP = "alpha, c = max({alpha}, 1e-12), {sigma}\ngap = max(2 - alpha, 1e-12)"
NUMPY_CODE = f"{SETUP}\nloss = np.mean(gap / alpha * np.expm1(alpha / 2 * np.log1p(((y - f) / c) ** 2 / gap)))"

BARRON = Family(
    id="barron",
    title="Barron's general robust",
    loss=Loss(
        id="barron",
        title="Barron's general and adaptive robust loss",
        formula="mean of (|alpha − 2|/alpha)·(((r/sigma)²/|alpha − 2| + 1)^(alpha/2) − 1)",
        value=barron_loss,
        parameters=("alpha", "sigma"),
        aliases=("adaptive",),
    ),
    shape_class=ShapeClass.SYMMETRIC,
    elicits="centre of symmetry",
    assumption="residuals are independent draws from one symmetric distribution between Cauchy-like and normal",
    density="f(r) = exp(−rho((r − mu)/sigma, alpha)) / (sigma Z(alpha)), 0 ≤ alpha ≤ 2",
    negative_log_likelihood="−log L = n·log(sigma Z(alpha)) + Σ rho((y − f)/sigma, alpha)",
    derivation=(
        "1. Take the loss first: rho(z, alpha) = (|alpha − 2|/alpha)·((z²/|alpha − 2| + 1)^(alpha/2) − 1) is z²/2 at "
        "alpha = 2, √(z² + 1) − 1 at 1 (Charbonnier, pseudo-Huber) and log(1 + z²/2) at 0 (Cauchy).\n"
        "2. For alpha ≥ 0 exp(−rho) has a finite integral Z(alpha), so that f(r) = exp(−rho(r/sigma))/(sigma Z), with "
        "r = y − f, is a density.\n"
        "3. For independent rows −log L = n·log(sigma Z(alpha)) + Σ rho((y − f)/sigma, alpha); for fixed sigma and "
        "alpha only the sum depends on the model f.\n"
        "4. Were alpha fitted by the loss alone, it would run to the end that forgives most; log Z(alpha) is the price "
        "that makes it an estimate. Barron's c is sigma here."
    ),
    right_when="one smooth loss is wanted for noise of unknown tails, with alpha learned beside the model",
    misleads=(
        "For alpha < 1 it is not convex: start from alpha = 1. For alpha < 0 there is no density, and so no "
        "likelihood that could choose alpha. The quality of the fit differs little from that of a Student-t, whose "
        "parameters are easier to explain."
    ),
    references=("Barron (2019), doi:10.1109/CVPR.2019.00446, arXiv:1701.03077",),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "alpha, c = max({alpha}, 1e-12), {sigma}\n"
        "gap = max(2 - alpha, 1e-12)\n"
        "loss = (gap / alpha * torch.expm1(alpha / 2 * torch.log1p(((y - f) / c) ** 2 / gap))).mean()"
    ),
    framework_code={
        **on_arrays(NUMPY_CODE),
        **reweighted(SETUP, "weight = (1 + (r / c) ** 2 / gap) ** (alpha / 2 - 1)", times="c**2"),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    shape_gradient=shape_gradient,
    shapes=(Shape("alpha", 0.0, 2.0, logarithmic=False, limit_low="cauchy", limit_high="normal"),),
    grid=((0.2,), (0.6,), (1.0,), (1.4,), (1.8,)),
    in_posterior=False,
)
