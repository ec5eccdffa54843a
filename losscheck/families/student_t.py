"""Student-t noise: the t negative log-likelihood, a redescending robust loss."""

from __future__ import annotations

import math
from collections.abc import Mapping

from losscheck.families.family import Family, Loss, Shape, ShapeClass
from losscheck.families.snippets import on_arrays, reweighted
from losscheck.numeric.lazy import Array, np, scipy


def log_norm(nu: Array | float) -> Array:
    """Return the logarithm of the standard density's normaliser, √(νπ) Γ(ν/2)/Γ((ν+1)/2)."""
    nu = np.asarray(nu, dtype=float)
    gammaln = scipy.special.gammaln
    return 0.5 * np.log(nu * math.pi) + gammaln(nu / 2) - gammaln((nu + 1) / 2)


def nll(z: Array, nu: Array | float) -> Array:
    """Return −log t_ν(z)."""
    return 0.5 * (nu + 1) * np.log1p(z * z / nu) + log_norm(nu)


def psi(z: Array, nu: Array | float) -> Array:
    """Return (ν + 1) z/(ν + z²)."""
    return (nu + 1) * z / (nu + z * z)


def curvature(z: Array, nu: Array | float) -> Array:
    """Return (ν + 1)(ν − z²)/(ν + z²)²."""
    square = z * z
    return (nu + 1) / (nu + square) * ((nu - square) / (nu + square))


def shape_gradient(z: Array, nu: float) -> tuple[Array, ...]:
    """Return the derivative of the nll in ν."""
    square = z * z
    digamma = scipy.special.digamma
    norm = 0.5 * (1 / nu + digamma(nu / 2) - digamma((nu + 1) / 2))
    return (0.5 * np.log1p(square / nu) - 0.5 * (nu + 1) * square / (nu * (nu + square)) + norm,)


def t_loss(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return (ν + 1)/2 · log(1 + r²/(ν sigma²))."""
    nu, sigma = parameters["nu"], parameters["sigma"]
    return 0.5 * (nu + 1) * np.log1p((residual / sigma) ** 2 / nu)


SETUP = "nu, sigma = {nu}, {sigma}"
WEIGHT = "weight = (nu + 1) / (nu + (r / sigma) ** 2)"
NUMPY_CODE = f"{SETUP}\nloss = np.mean((nu + 1) / 2 * np.log1p(((y - f) / sigma) ** 2 / nu))"

STUDENT_T = Family(
    id="student_t",
    title="Student-t",
    loss=Loss(
        id="student_t",
        title="Student-t negative log-likelihood",
        formula="mean of (nu + 1)/2 · log(1 + r²/(nu sigma²))",
        value=t_loss,
        parameters=("nu", "sigma"),
        defaults={"nu": 4.0, "sigma": 1.0},
        aliases=("t",),
    ),
    shape_class=ShapeClass.SYMMETRIC,
    elicits="centre of symmetry",
    assumption="residuals are independent draws from one Student-t distribution: normal in the middle, heavy tails",
    density="f(r) ∝ (1 + (r − mu)²/(nu sigma²))^(−(nu + 1)/2) / sigma",
    negative_log_likelihood="−log L = n·log(sigma) + (nu + 1)/2 · Σ log(1 + (y − f)²/(nu sigma²)) + n·c(nu)",
    derivation=(
        "1. A t residual is a normal one whose variance is itself random: sigma²·nu/χ²(nu). Rows with an unlucky "
        "variance make the heavy tails.\n"
        "2. Integrating the variance out gives f(r) ∝ (1 + r²/(nu sigma²))^(−(nu + 1)/2) / sigma.\n"
        "3. So −log L = Σ (nu + 1)/2 · log(1 + (y − f)²/(nu sigma²)) plus terms without f.\n"
        "4. Its derivative (nu + 1) r/(nu sigma² + r²) grows up to |r| = √nu·sigma and then falls back to 0: "
        "a gross error loses its vote. As nu → ∞ it becomes the squared error, nu = 1 is the Cauchy loss."
    ),
    right_when="large residuals come from the noise itself, evenly on both sides (returns, sensor noise)",
    misleads=(
        "It is not convex: start from a fit of MSE or Huber. On skewed noise it aims near the mode, not at the mean. "
        "With nu ≤ 2 the variance is infinite, and no mean squared error means anything."
    ),
    references=(
        "Lange, Little & Taylor (1989), doi:10.1080/01621459.1989.10478852",
        "Student (1908), doi:10.1093/biomet/6.1.1",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code=("nu, sigma = {nu}, {sigma}\nloss = ((nu + 1) / 2 * torch.log1p(((y - f) / sigma) ** 2 / nu)).mean()"),
    framework_code={
        **on_arrays(NUMPY_CODE),
        **reweighted(SETUP, WEIGHT, times="sigma**2"),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    shape_gradient=shape_gradient,
    shapes=(Shape("nu", 1.0, 1e4, limit_low="cauchy", limit_high="normal"),),
    grid=tuple((nu,) for nu in (1.0, 1.3, 1.7, 2.3, 2.8, 3.5, 4.3, 6.0, 8.0, 12.0, 20.0, 40.0)),
    prior=2.0,
)
