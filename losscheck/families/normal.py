"""Normal (Gaussian) noise: mean squared error."""

from __future__ import annotations

import math
from collections.abc import Mapping

from losscheck.families.family import Family, Loss, ShapeClass
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.points import Points

LOG_ROOT_2PI = 0.5 * math.log(2 * math.pi)


def nll(z: Array) -> Array:
    """Return −log φ(z)."""
    return 0.5 * z * z + LOG_ROOT_2PI


def psi(z: Array) -> Array:
    """Return z."""
    return z


def curvature(z: Array) -> Array:
    """Return 1."""
    return np.ones_like(z)


def profile(points: Points) -> tuple[float, float]:
    """Return the mean and the standard deviation."""
    mean = float(np.average(points.value, weights=points.weight))
    return mean, float(np.sqrt(np.average((points.value - mean) ** 2, weights=points.weight)))


def squared_error(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return r²."""
    return residual**2


NORMAL = Family(
    id="normal",
    title="normal (Gaussian)",
    loss=Loss(
        id="mse",
        title="mean squared error",
        formula="mean of r²",
        value=squared_error,
        aliases=("l2", "rmse"),
    ),
    shape_class=ShapeClass.NORMAL,
    elicits="mean",
    assumption="residuals are independent draws from one normal distribution",
    density="f(r) = exp(−(r − mu)²/(2 sigma²)) / (sigma √(2π))",
    negative_log_likelihood="−log L = n/2·log(2π sigma²) + Σ(y − f)²/(2 sigma²)",
    derivation=(
        "1. A normal residual has the density f(r) = exp(−r²/(2 sigma²)) / (sigma √(2π)), with r = y − f.\n"
        "2. For independent rows the likelihood is the product of the densities, so "
        "−log L = n/2·log(2π sigma²) + Σ(y − f)²/(2 sigma²).\n"
        "3. For any fixed sigma the first term is a constant and the factor 1/(2 sigma²) does not move the minimum: "
        "only the sum of squares depends on the model f.\n"
        "4. So the model that minimises the mean squared error is the one of maximum likelihood, and the best "
        "sigma² is the mean squared error itself."
    ),
    right_when="the residuals are near normal with a constant scale, or you need the mean and outliers are real",
    misleads=(
        "MSE needs no normal residuals to estimate the mean: it is consistent for the mean of any noise with a finite "
        "variance. What it loses under heavy tails is efficiency: a few rows carry most of the gradient."
    ),
    references=("Gauss (1809), Theoria motus", "Gneiting (2011), doi:10.1198/jasa.2011.r10138"),
    numpy_code="loss = np.mean((y - f) ** 2)",
    pytorch_code="loss = torch.nn.functional.mse_loss(f, y)",
    nll=nll,
    psi=psi,
    curvature=curvature,
    profile=profile,
    prior=4.0,
)
