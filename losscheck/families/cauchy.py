"""Cauchy (Lorentzian) noise: the Cauchy loss."""

from __future__ import annotations

import math
from collections.abc import Mapping

from losscheck.families.family import Family, Loss, ShapeClass
from losscheck.families.snippets import on_arrays, reweighted
from losscheck.numeric.lazy import Array, np

LOG_PI = math.log(math.pi)


def nll(z: Array) -> Array:
    """Return log(1 + z²) + log π."""
    return np.log1p(z * z) + LOG_PI


def psi(z: Array) -> Array:
    """Return 2z/(1 + z²)."""
    return 2 * z / (1 + z * z)


def curvature(z: Array) -> Array:
    """Return 2(1 − z²)/(1 + z²)², through 1/(1 + z²), whose square does not overflow."""
    q = 1 / (1 + z * z)
    return 2 * q * (2 * q - 1)


def cauchy_loss(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return log(1 + (r/sigma)²)."""
    return np.log1p((residual / parameters["sigma"]) ** 2)


NUMPY_CODE = "sigma = {sigma}\nloss = np.mean(np.log1p(((y - f) / sigma) ** 2))"

CAUCHY = Family(
    id="cauchy",
    title="Cauchy (Lorentzian)",
    loss=Loss(
        id="cauchy",
        title="Cauchy loss",
        formula="mean of log(1 + (r/sigma)²)",
        value=cauchy_loss,
        parameters=("sigma",),
        defaults={"sigma": 1.0},  # scipy.optimize.least_squares, f_scale
        aliases=("lorentzian",),
    ),
    shape_class=ShapeClass.SYMMETRIC,
    elicits="centre of symmetry",
    assumption="residuals are independent draws from one Cauchy distribution: tails so heavy that there is no mean",
    density="f(r) = 1 / (π sigma (1 + ((r − mu)/sigma)²))",
    negative_log_likelihood="−log L = n·log(π sigma) + Σ log(1 + ((y − f)/sigma)²)",
    derivation=(
        "1. A Cauchy residual is the ratio of two independent normal ones; its density is "
        "f(r) = 1 / (π sigma (1 + (r/sigma)²)), with r = y − f: the Student-t with nu = 1.\n"
        "2. For independent rows −log L = n·log(π sigma) + Σ log(1 + ((y − f)/sigma)²).\n"
        "3. For any fixed sigma only the sum of log(1 + (r/sigma)²) depends on the model f.\n"
        "4. Its derivative 2r/(sigma² + r²) grows up to |r| = sigma and then falls back to 0: rows far away are all "
        "but ignored."
    ),
    right_when="residuals go astray by orders of magnitude, on both sides (wrong matches, ratios of small numbers)",
    misleads=(
        "It is not convex and its likelihood may have a maximum at every far row: start from a fit of MAE. On near "
        "normal noise it wastes a third of the rows; a Student-t chooses its own tail. On skewed noise it aims near "
        "the mode."
    ),
    references=("Copas (1975), doi:10.1093/biomet/62.3.701",),
    numpy_code=NUMPY_CODE,
    pytorch_code="sigma = {sigma}\nloss = torch.log1p(((y - f) / sigma) ** 2).mean()",
    framework_code={
        **on_arrays(NUMPY_CODE),
        **reweighted("sigma = {sigma}", "weight = 1 / (1 + (r / sigma) ** 2)", times="sigma**2 / 2"),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    in_posterior=False,
)
