"""Gumbel noise, of maxima (long right tail) and of minima (long left tail): two families, mirror images."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.family import Family, Loss, ShapeClass
from losscheck.families.snippets import boosted, on_arrays
from losscheck.numeric.lazy import Array, np

STEEPEST = 30.0
"""A point further than this on the steep side costs e³⁰ nats, which no sample can outweigh: it counts as outside
of the support. Newton comes down from there by one unit of z a step, from e⁷⁰⁰ it would not arrive."""


def nll(z: Array) -> Array:
    """Return z + exp(−z)."""
    return np.where(z < -STEEPEST, np.inf, z + np.exp(-np.maximum(z, -STEEPEST)))


def psi(z: Array) -> Array:
    """Return 1 − exp(−z)."""
    return np.where(z < -STEEPEST, 0.0, -np.expm1(-np.maximum(z, -STEEPEST)))


def curvature(z: Array) -> Array:
    """Return exp(−z)."""
    return np.where(z < -STEEPEST, 0.0, np.exp(-np.maximum(z, -STEEPEST)))


def nll_left(z: Array) -> Array:
    """Return −z + exp(z)."""
    return nll(-z)


def psi_left(z: Array) -> Array:
    """Return exp(z) − 1."""
    return -psi(-z)


def curvature_left(z: Array) -> Array:
    """Return exp(z)."""
    return curvature(-z)


def gumbel_loss(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return z + exp(−z) of z = r/sigma."""
    z = residual / parameters["sigma"]
    with np.errstate(over="ignore"):
        return z + np.exp(-z)


def gumbel_left_loss(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return exp(z) − z of z = r/sigma."""
    return gumbel_loss(-residual, parameters)


REFERENCES = (
    "Gumbel (1958), Statistics of Extremes, doi:10.7312/gumb92958",
    "Fisher & Tippett (1928), doi:10.1017/S0305004100015681",
)
MISLEADS = (
    "One gross error on the steep side dominates the exponential, and with it the fit: look for outliers there "
    "first. The predictions are modes; the mean lies 0.577·sigma and the median 0.367·sigma further along the tail."
)

RIGHT_CODE = "z = (y - f) / {sigma}\nloss = np.mean(z + np.exp(-z))"

GUMBEL = Family(
    prior=0.5,
    id="gumbel",
    title="Gumbel, skewed to the right",
    loss=Loss(
        id="gumbel_nll",
        title="Gumbel negative log-likelihood",
        formula="mean of z + exp(−z), z = r/sigma",
        value=gumbel_loss,
        parameters=("sigma",),
        defaults={"sigma": 1.0},
    ),
    shape_class=ShapeClass.SKEWED,
    elicits="mode",
    assumption="residuals are independent draws from one Gumbel distribution of maxima: the right tail is long",
    density="f(r) = exp(−z − exp(−z)) / sigma, z = (r − mu)/sigma",
    negative_log_likelihood="−log L = n·log(sigma) + Σ [z + exp(−z)], z = (y − f)/sigma",
    derivation=(
        "1. The largest of many draws from a light-tailed distribution has, after centring and scaling, the "
        "distribution function exp(−exp(−z)).\n"
        "2. Its density is f(r) = exp(−z − exp(−z))/sigma with z = (r − mu)/sigma: an exponential tail on the right, "
        "a wall on the left.\n"
        "3. So −log L = Σ [z + exp(−z)] plus terms without the prediction.\n"
        "4. Its derivative is 1 − exp(−z): targets far above the prediction pull with a constant force as in the "
        "absolute error, targets below it with an exponentially growing one.\n"
        "5. The model f that minimises it is the mode mu; the mean is mu + 0.577·sigma."
    ),
    right_when="the target is a maximum of many things (peak load, highest flood, longest wait)",
    misleads=MISLEADS,
    references=REFERENCES,
    numpy_code=RIGHT_CODE,
    pytorch_code="z = (y - f) / {sigma}\nloss = (z + torch.exp(-z)).mean()",
    framework_code={
        **on_arrays(RIGHT_CODE),
        **boosted(
            "sigma = {sigma}\nz = (y - f) / sigma",
            "sigma * np.expm1(np.minimum(-z, 30))",
            "np.exp(np.clip(-z, 0, 30))",
            times="sigma**2",
        ),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
)

LEFT_CODE = "z = (y - f) / {sigma}\nloss = np.mean(np.exp(z) - z)"

GUMBEL_LEFT = Family(
    prior=0.5,
    id="gumbel_left",
    title="Gumbel, skewed to the left",
    loss=Loss(
        id="gumbel_left_nll",
        title="Gumbel negative log-likelihood, of minima",
        formula="mean of exp(z) − z, z = r/sigma",
        value=gumbel_left_loss,
        parameters=("sigma",),
        defaults={"sigma": 1.0},
    ),
    shape_class=ShapeClass.SKEWED,
    elicits="mode",
    assumption="residuals are independent draws from one Gumbel distribution of minima: the left tail is long",
    density="f(r) = exp(z − exp(z)) / sigma, z = (r − mu)/sigma",
    negative_log_likelihood="−log L = n·log(sigma) + Σ [exp(z) − z], z = (y − f)/sigma",
    derivation=(
        "1. The smallest of many draws from a light-tailed distribution has, after centring and scaling, the survival "
        "function exp(−exp(z)); the logarithm of a Weibull (or exponential) waiting time has exactly this.\n"
        "2. Its density is f(r) = exp(z − exp(z))/sigma with z = (r − mu)/sigma: an exponential tail on the left, "
        "a wall on the right.\n"
        "3. So −log L = Σ [exp(z) − z] plus terms without the prediction.\n"
        "4. Its derivative is exp(z) − 1: targets far below the prediction pull with a constant force as in the "
        "absolute error, targets above it with an exponentially growing one.\n"
        "5. The model f that minimises it is the mode mu; the mean is mu − 0.577·sigma."
    ),
    right_when="the target is a minimum of many things (weakest link), or the log of a waiting time",
    misleads=MISLEADS,
    references=REFERENCES,
    numpy_code=LEFT_CODE,
    pytorch_code="z = (y - f) / {sigma}\nloss = (torch.exp(z) - z).mean()",
    framework_code={
        **on_arrays(LEFT_CODE),
        **boosted(
            "sigma = {sigma}\nz = (y - f) / sigma",
            "-sigma * np.expm1(np.minimum(z, 30))",
            "np.exp(np.clip(z, 0, 30))",
            times="sigma**2",
        ),
    },
    nll=nll_left,
    psi=psi_left,
    curvature=curvature_left,
)
