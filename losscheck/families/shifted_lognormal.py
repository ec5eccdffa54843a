"""Shifted log-normal noise: exp of a normal, moved and scaled, skewed to either side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from losscheck.families.family import Family, Loss, Shape, ShapeClass
from losscheck.families.normal import LOG_ROOT_2PI
from losscheck.families.snippets import boosted, on_arrays
from losscheck.numeric.lazy import Array, np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALL = 1e-2
"""Below this |s z| the direct derivative in s cancels; eight terms of its series are then exact to 1e-16."""
SERIES_TERMS = 8


def _inside(z: Array, s: Array | float) -> tuple[NDArray[np.bool_], Array, Array]:
    """Return where 1 + s z > 0, and there s z and the normal score log(1 + s z)/s; zeros elsewhere."""
    x = s * z
    inside = x > -1
    x = np.where(inside, x, 0.0)
    flat = np.abs(x) < 1e-8  # then log1p(x)/s is z to the last digit but one, and s may be 0
    score = np.where(flat, z * (1 - x / 2), np.log1p(x) / np.where(flat, 1.0, s))
    return inside, x, np.where(inside, score, 0.0)


def nll(z: Array, s: Array | float) -> Array:
    """Return N²/2 + log(1 + s z) + log √(2π) of the normal score N = log(1 + s z)/s; +inf where 1 + s z ≤ 0."""
    inside, x, score = _inside(z, s)
    return np.where(inside, 0.5 * score * score + np.log1p(x) + LOG_ROOT_2PI, np.inf)


def psi(z: Array, s: Array | float) -> Array:
    """Return (N + s)/(1 + s z)."""
    inside, x, score = _inside(z, s)
    return np.where(inside, (score + s) / (1 + x), 0.0)


def curvature(z: Array, s: Array | float) -> Array:
    """Return (1 − s N − s²)/(1 + s z)²."""
    inside, x, score = _inside(z, s)
    return np.where(inside, (1 - s * score - s * s) / (1 + x) / (1 + x), 0.0)


def shape_gradient(z: Array, s: Array | float) -> tuple[Array, ...]:
    """Return the derivative of the nll in s: N dN/ds + z/(1 + s z), with dN/ds = (z/(1 + s z) − N)/s."""
    inside, x, score = _inside(z, s)
    z = np.where(inside, z, 0.0)
    small = np.abs(x) < SMALL
    near = np.where(small, x, 0.0)
    series = np.zeros_like(near)
    for k in range(SERIES_TERMS - 1, -1, -1):
        series = series * -near - (k + 1) / (k + 2)
    direct = (z / (1 + x) - score) / np.where(small, 1.0, s)
    slope = np.where(small, np.where(small, z, 0.0) ** 2 * series, direct)
    return (score * slope + z / (1 + x),)


def shifted_lognormal_loss(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return N²/2 + s N of the normal score N = log(1 + s r/sigma)/s; +inf where it is not defined."""
    return nll(residual / parameters["sigma"], parameters["s"]) - LOG_ROOT_2PI


BOOSTED = (
    "s, sigma = {s}, {sigma}\n"
    "edge = np.maximum(1 + s * (y - f) / sigma, 0.01)  # finite beyond it too\n"
    "score = np.log(edge) / s\n"
    "hessian = (1 + np.maximum(-s * score, 0)) / np.minimum(edge, edge**2)"
)
NUMPY_CODE = (
    "s, sigma = {s}, {sigma}\n"
    "score = np.log(np.maximum(1 + s * (y - f) / sigma, 1e-6)) / s  # finite beyond the edge too\n"
    "loss = np.mean(0.5 * score**2 + s * score)"
)

SHIFTED_LOGNORMAL = Family(
    id="shifted_lognormal",
    title="shifted log-normal",
    loss=Loss(
        id="shifted_lognormal_nll",
        title="shifted log-normal negative log-likelihood",
        formula="mean of N²/2 + s N, N = log(1 + s r/sigma)/s",
        value=shifted_lognormal_loss,
        parameters=("s", "sigma"),
        defaults={"sigma": 1.0},
    ),
    shape_class=ShapeClass.SKEWED,
    elicits="median",
    assumption=(
        "residuals are independent draws of mu + sigma·(exp(s N) − 1)/s with N standard normal: "
        "a log-normal whose zero lies anywhere, its long tail on the side of the sign of s"
    ),
    density="f(r) = φ(N) / (sigma + s (r − mu)), N = log(1 + s (r − mu)/sigma)/s",
    negative_log_likelihood="−log L = n·log(sigma) + Σ [N²/2 + s N] + const, N = log(1 + s (y − f)/sigma)/s",
    derivation=(
        "1. When many small effects multiply, the logarithm is normal: r − mu = sigma·(exp(s N) − 1)/s, which tends "
        "to sigma·N as s → 0.\n"
        "2. Inverting it, N = log(1 + s (r − mu)/sigma)/s; the derivative dN/dr is 1/(sigma + s (r − mu)).\n"
        "3. So f(r) = φ(N)/(sigma + s (r − mu)), and −log L = Σ [N²/2 + s N] plus terms without the prediction.\n"
        "4. That is least squares of the normal scores N, with s N as the price of the curved scale.\n"
        "5. The model f that minimises it is the median mu. The mean is mu + sigma·(exp(s²/2) − 1)/s."
    ),
    right_when="the residuals have one long tail, as of a product of many effects, on targets of any sign",
    misleads=(
        "It has an edge at mu − sigma/s: a target beyond it is impossible and makes the loss infinite, so start the "
        "training from a fit of MSE and keep sigma generous. If the target is positive and its scale grows with its "
        "level, the plain log-normal (msle) says the same with one parameter less."
    ),
    references=(
        "Johnson (1949), doi:10.1093/biomet/36.1-2.149",
        "Cohen (1951), Journal of the American Statistical Association 46, 206–212",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "s, sigma = {s}, {sigma}\n"
        "score = torch.log(torch.clamp(1 + s * (y - f) / sigma, min=1e-6)) / s  # finite beyond the edge too\n"
        "loss = (0.5 * score**2 + s * score).mean()"
    ),
    framework_code={
        **on_arrays(NUMPY_CODE),
        **boosted(
            BOOSTED,
            "-sigma * (score + s) / edge",
            "hessian",
            times="sigma**2",
        ),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    shape_gradient=shape_gradient,
    shapes=(Shape("s", -1.5, 1.5, logarithmic=False),),
    grid=tuple((s,) for s in (-1.2, -0.85, -0.6, -0.4, -0.25, -0.12, 0.12, 0.25, 0.4, 0.6, 0.85, 1.2)),
)
