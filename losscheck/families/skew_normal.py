"""Skew-normal noise: a normal with one side folded away, for mild skewness with light tails."""

from __future__ import annotations

import math
from collections.abc import Mapping

from losscheck.families.family import Family, Loss, Shape, ShapeClass
from losscheck.families.normal import LOG_ROOT_2PI
from losscheck.families.snippets import LOG_NDTR, boosted
from losscheck.numeric.lazy import Array, np, scipy

FAR = -1e3
"""Below it t + φ(t)/Φ(t) cancels to noise (all digits are gone at −1e8); the expansion is exact to 1e-16 there."""


def mills(t: Array) -> Array:
    """Return φ(t)/Φ(t) through erfcx, which neither underflows in the left tail nor loses digits."""
    ratio: Array = math.sqrt(2 / math.pi) / scipy.special.erfcx(-t / math.sqrt(2))
    return ratio


def mills_slope(t: Array) -> Array:
    """Return −d/dt of φ(t)/Φ(t), which is m (t + m), between 0 and 1."""
    ratio = mills(np.maximum(t, FAR))
    far = 1 / np.minimum(t, FAR) ** 2
    return np.where(t < FAR, 1 - far + 6 * far * far, ratio * (np.maximum(t, FAR) + ratio))


def nll(z: Array, alpha: Array | float) -> Array:
    """Return −log (2 φ(z) Φ(αz))."""
    return 0.5 * z * z + (LOG_ROOT_2PI - math.log(2)) - scipy.special.log_ndtr(alpha * z)


def psi(z: Array, alpha: Array | float) -> Array:
    """Return z − α m(αz), where m = φ/Φ."""
    return z - alpha * mills(alpha * z)


def curvature(z: Array, alpha: Array | float) -> Array:
    """Return 1 + α² m (αz + m)."""
    return 1 + alpha * alpha * mills_slope(alpha * z)


def shape_gradient(z: Array, alpha: Array | float) -> tuple[Array, ...]:
    """Return the derivative of the nll in α."""
    return (-z * mills(alpha * z),)


def skew_normal_loss(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return z²/2 − log Φ(αz) of z = r/sigma."""
    z = residual / parameters["sigma"]
    return 0.5 * z * z - scipy.special.log_ndtr(parameters["alpha"] * z)


BOOSTED = (
    "from scipy.special import erfcx\n"
    "alpha, sigma = {alpha}, {sigma}\n"
    "z = (y - f) / sigma\n"
    "mills = np.sqrt(2 / np.pi) / erfcx(-alpha * z / np.sqrt(2))"
)

SKEW_NORMAL = Family(
    id="skew_normal",
    title="skew-normal",
    loss=Loss(
        id="skew_normal_nll",
        title="skew-normal negative log-likelihood",
        formula="mean of z²/2 − log Φ(alpha z), z = r/sigma",
        value=skew_normal_loss,
        parameters=("alpha", "sigma"),
        defaults={"sigma": 1.0},
    ),
    shape_class=ShapeClass.SKEWED,
    elicits="location of the skew-normal",
    assumption="residuals are independent draws from one skew-normal distribution: one side is steep, no tail is heavy",
    density="f(r) = 2/sigma · φ(z) Φ(alpha z), z = (r − mu)/sigma",
    negative_log_likelihood="−log L = n·log(sigma) + Σ [z²/2 − log Φ(alpha z)] + const, z = (y − f)/sigma",
    derivation=(
        "1. Take two normals U, V and let the residual be U where V < alpha U, and −U elsewhere: rows on one side "
        "are more often folded over to the other.\n"
        "2. Its density is f(r) = 2/sigma · φ(z) Φ(alpha z) with z = (r − mu)/sigma: the normal density, tilted.\n"
        "3. So −log L = Σ [z²/2 − log Φ(alpha z)] plus terms without the prediction.\n"
        "4. Its derivative is z − alpha φ(alpha z)/Φ(alpha z): near least squares on the long side, and "
        "(1 + alpha²) times as stiff on the steep side. alpha = 0 is the squared error, alpha → ±∞ the half-normal.\n"
        "5. The model f that minimises it is the location mu. The mean lies sigma·√(2/π)·alpha/√(1 + alpha²) away: "
        "add that to predict the mean."
    ),
    right_when="the residuals are mildly skewed (skewness below 1) and the tails are no heavier than normal",
    misleads=(
        "Predictions trained with it are locations: neither means nor medians until shifted. Near alpha = 0 the "
        "information on alpha vanishes, so that its standard error means little there; at |alpha| = 50 it stands for "
        "the half-normal, whose edge no longer has a regular likelihood. Heavy tails are mistaken for skewness."
    ),
    references=(
        "Azzalini (1985), Scandinavian Journal of Statistics 12, 171–178",
        "Azzalini & Capitanio (1999), doi:10.1111/1467-9868.00194",
    ),
    numpy_code=(
        "from scipy.special import log_ndtr\n"
        "alpha, sigma = {alpha}, {sigma}\n"
        "z = (y - f) / sigma\n"
        "loss = np.mean(0.5 * z**2 - log_ndtr(alpha * z))"
    ),
    pytorch_code=(
        "alpha, sigma = {alpha}, {sigma}\n"
        "z = (y - f) / sigma\n"
        "loss = (0.5 * z**2 - torch.special.log_ndtr(alpha * z)).mean()"
    ),
    framework_code={
        "jax": (
            "import jax.numpy as jnp\n"
            "from jax.scipy.special import log_ndtr\n"
            "alpha, sigma = {alpha}, {sigma}\n"
            "z = (y - f) / sigma\n"
            "loss = jnp.mean(0.5 * z**2 - log_ndtr(alpha * z))"
        ),
        "keras": (
            f"from keras import ops\n\n{LOG_NDTR}"
            "def loss(y, f):\n"
            "{shift}    alpha, sigma = {alpha}, {sigma}\n"
            "    z = (y - f) / sigma\n"
            "    return 0.5 * z**2 - log_ndtr(alpha * z)"
        ),
        **boosted(
            BOOSTED, "-sigma * (z - alpha * mills)", "1 + alpha**2 * mills * (alpha * z + mills)", times="sigma**2"
        ),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    shape_gradient=shape_gradient,
    shapes=(
        Shape("alpha", -50.0, 50.0, logarithmic=False, limit_low="half-normal to the left", limit_high="half-normal"),
    ),
    grid=tuple((alpha,) for alpha in (-12.0, -6.0, -2.5, -1.5, 1.5, 2.5, 6.0, 12.0)),
)
