"""Generalised normal (exponential power, Subbotin) noise: the p-norm loss."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families import laplace
from losscheck.families.family import Family, Loss, Shape, ShapeClass
from losscheck.families.laplace import LOG_2
from losscheck.families.snippets import boosted, on_arrays
from losscheck.numeric.lazy import Array, np, scipy
from losscheck.numeric.points import Points
from losscheck.numeric.root import find_root

LOWEST_BETA, HIGHEST_BETA = 1.0, 20.0
"""Below 1 the likelihood has a maximum at every row; from 20 on the density is a uniform one with soft edges."""
GRID = (1.2, 1.35, 1.65, 1.82, 2.4, 3.0, 5.0, 10.0)

LARGEST_LOG_POWER = 600.0
"""|z|^β is held below exp(600), so that no infinity meets a zero."""
SMALLEST_Z = 1e-150
SMALLEST_BENT_Z = 1e-3
"""For β < 2 the curvature is infinite at 0; Newton's steps are better off with the value at this distance."""


def power(z: Array, beta: Array | float) -> Array:
    """Return |z|^β, without overflow."""
    return np.exp(np.minimum(beta * np.log(np.maximum(np.abs(z), SMALLEST_Z)), LARGEST_LOG_POWER))


def nll(z: Array, beta: Array | float) -> Array:
    """Return |z|^β + log(2 Γ(1 + 1/β))."""
    return power(z, beta) + LOG_2 + scipy.special.gammaln(1 + 1 / np.asarray(beta))


def psi(z: Array, beta: Array | float) -> Array:
    """Return β|z|^(β − 1) sign(z)."""
    return np.sign(z) * beta * power(z, beta) / np.maximum(np.abs(z), SMALLEST_Z)


def curvature(z: Array, beta: Array | float) -> Array:
    """Return β(β − 1)|z|^(β − 2)."""
    bent = np.maximum(np.abs(z), SMALLEST_BENT_Z)
    return beta * (beta - 1) * power(bent, beta) / bent / bent


def shape_gradient(z: Array, beta: float) -> tuple[Array, ...]:
    """Return the derivative of the nll in β."""
    log_z = np.log(np.maximum(np.abs(z), SMALLEST_Z))
    return (power(z, beta) * log_z - scipy.special.digamma(1 + 1 / beta) / beta**2,)


def profile(points: Points, beta: float) -> tuple[float, float]:
    """Return the exact (mu, sigma) at a fixed β: the root of a monotone function, and a mean in closed form."""
    if beta == LOWEST_BETA:
        return laplace.profile(points)
    x, w = points.value, points.weight
    unit = 1 / max(1.0, beta - 1)

    def pull(mu: float) -> float:
        """Return the pull of the rows above less that of those below; the root makes it near linear for large β."""
        deviation = x - mu
        force = w * power(deviation, beta - 1)
        above = float(force[deviation > 0].sum())
        below = float(force[deviation < 0].sum())
        return float(above**unit - below**unit)

    mu = find_root(pull, float(x.min()), float(x.max()))
    widest = max(float(np.abs(x - mu).max()), SMALLEST_Z)
    mean_power = float(np.average(power((x - mu) / widest, beta), weights=w))
    return mu, float(widest * (beta * mean_power) ** (1 / beta))


def solve(points: Points) -> tuple[float, float, float]:
    """Return the maximum likelihood (mu, sigma, β): the root of the profile likelihood's slope in β."""
    betas = (LOWEST_BETA, *GRID, HIGHEST_BETA)
    place = int(np.argmax([_profile_loglik(points, beta) for beta in betas]))
    upward = _slope(points, betas[place]) > 0
    step = 1 if upward else -1
    while 0 <= place + step < len(betas) and (_slope(points, betas[place + step]) > 0) == upward:
        place += step
    if not 0 <= place + step < len(betas):
        return *profile(points, betas[place]), betas[place]
    low, high = sorted((betas[place], betas[place + step]))
    beta = find_root(lambda b: _slope(points, b), low, high)
    return *profile(points, beta), beta


def _profile_loglik(points: Points, beta: float) -> float:
    sigma = profile(points, beta)[1]
    return -float(np.log(sigma) + scipy.special.gammaln(1 + 1 / beta) + 1 / beta)


def _slope(points: Points, beta: float) -> float:
    mu, sigma = profile(points, beta)
    return -float(np.average(shape_gradient((points.value - mu) / sigma, beta)[0], weights=points.weight))


def power_loss(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return |r|^beta."""
    return np.abs(residual) ** parameters["beta"]


def settings(points: Points, parameters: Mapping[str, float]) -> dict[str, float]:
    """Return the scale of the residuals, their mean absolute deviation from the median."""
    return {"scale": float(np.average(np.abs(points.value), weights=points.weight)) * points.scale}


BOOSTED = (
    "beta, scale = {beta}, {scale}\n"
    "u = np.abs(f - y) / scale\n"
    "hessian = max(beta - 1, 1) * np.maximum(u, 0.01) ** (beta - 2)"
)
NUMPY_CODE = "beta = {beta}\nloss = np.mean(np.abs(y - f) ** beta)"

GENERALIZED_NORMAL = Family(
    id="generalized_normal",
    title="generalised normal (exponential power)",
    loss=Loss(
        id="lp",
        title="p-norm loss",
        formula="mean of |r|^beta",
        value=power_loss,
        parameters=("beta",),
        aliases=("p_norm",),
    ),
    shape_class=ShapeClass.SYMMETRIC,
    elicits="centre of symmetry",
    assumption="residuals are independent draws from one distribution whose log-density falls off like |r|^beta",
    density="f(r) = beta/(2 sigma Γ(1/beta)) · exp(−(|r − mu|/sigma)^beta)",
    negative_log_likelihood="−log L = n·log(2 sigma Γ(1 + 1/beta)) + Σ(|y − f|/sigma)^beta",
    derivation=(
        "1. Let the log-density of a residual r = y − f fall off like a power: "
        "f(r) = beta/(2 sigma Γ(1/beta)) · exp(−(|r|/sigma)^beta).\n"
        "2. For independent rows −log L = n·log(2 sigma Γ(1 + 1/beta)) + Σ(|y − f|/sigma)^beta.\n"
        "3. For fixed sigma and beta only Σ|y − f|^beta depends on the model f.\n"
        "4. beta = 2 is the normal and MSE, beta = 1 the Laplace and MAE; between them the tails are heavier than "
        "normal, above 2 lighter, and beta → ∞ is the uniform and the largest error."
    ),
    right_when="the peak or the flatness of the noise is known to lie between Laplace, normal and uniform",
    misleads=(
        "Its tails are never heavier than exponential: one gross error pulls beta towards 1, where a Student-t would "
        "fit. For beta ≥ 3 the gradient grows so fast that a single row can dominate a batch. On skewed noise it aims "
        "between the median (beta = 1), the mean (2) and the mid-range (∞)."
    ),
    references=(
        "Nadarajah (2005), doi:10.1080/02664760500079464",
        "Rice & White (1964), doi:10.1137/1006061",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code="beta = {beta}\nloss = ((y - f).abs() ** beta).mean()",
    framework_code={
        **on_arrays(NUMPY_CODE),
        **boosted(
            BOOSTED,
            "scale * u ** (beta - 1) * np.sign(f - y)",
            "hessian",
            times="scale ** (2 - beta) / beta",
        ),
        "catboost": (
            "import numpy as np\n"
            "from catboost import CatBoostRegressor\n"
            "scale, start = {scale}, np.median(y)  # Lq starts at 0\n"
            'model = CatBoostRegressor(loss_function="Lq:q={beta}")\n'
            "model.fit(X, (y - start) / scale)\n"
            "f = model.predict(X) * scale + start"
        ),
    },
    settings=settings,
    nll=nll,
    psi=psi,
    curvature=curvature,
    shape_gradient=shape_gradient,
    shapes=(Shape("beta", LOWEST_BETA, HIGHEST_BETA, limit_low="laplace", limit_high="uniform"),),
    grid=tuple((beta,) for beta in GRID),
    smooth=False,
    profile=profile,
    solve=solve,
)
