"""Two normal groups of one width: noise with two centres, the sign of a missing feature."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.family import Family, Loss, Shape, ShapeClass
from losscheck.families.normal import LOG_ROOT_2PI
from losscheck.families.snippets import boosted, on_arrays
from losscheck.numeric.lazy import Array, np, scipy


def _second(z: Array, d: Array | float, p: Array | float) -> Array:
    """Return the probability that z is of the second group, the one at distance d."""
    share: Array = scipy.special.expit(z * d - 0.5 * d * d + np.log1p(-p) - np.log(p))
    return share


def nll(z: Array, d: Array | float, p: Array | float) -> Array:
    """Return −log (p φ(z) + (1 − p) φ(z − d))."""
    return LOG_ROOT_2PI - np.logaddexp(np.log(p) - 0.5 * z * z, np.log1p(-p) - 0.5 * (z - d) ** 2)


def psi(z: Array, d: Array | float, p: Array | float) -> Array:
    """Return z − d w, where w is the probability of the second group."""
    return z - d * _second(z, d, p)


def curvature(z: Array, d: Array | float, p: Array | float) -> Array:
    """Return 1 − d² w (1 − w)."""
    second = _second(z, d, p)
    return 1 - d * d * second * (1 - second)


def shape_gradient(z: Array, d: Array | float, p: Array | float) -> tuple[Array, ...]:
    """Return the derivatives of the nll in d and in p."""
    second = _second(z, d, p)
    return -second * (z - d), second / (1 - p) - (1 - second) / p


def mixture_loss(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return −log (p exp(−z²/2) + (1 − p) exp(−(z − d)²/2)) of z = r/sigma."""
    return nll(residual / parameters["sigma"], parameters["d"], parameters["p"]) - LOG_ROOT_2PI


BOOSTED = (
    "d, p, sigma = {d}, {p}, {sigma}\n"
    "z = (y - f) / sigma\n"
    "second = 1 / (1 + p / (1 - p) * np.exp(np.minimum(d * (d / 2 - z), 500)))"
)
NUMPY_CODE = (
    "d, p, sigma = {d}, {p}, {sigma}\n"
    "z = (y - f) / sigma\n"
    "loss = -np.mean(np.logaddexp(np.log(p) - z**2 / 2, np.log(1 - p) - (z - d) ** 2 / 2))"
)

NORMAL_MIXTURE = Family(
    id="normal_mixture",
    title="two normal groups",
    loss=Loss(
        id="normal_mixture_nll",
        title="negative log-likelihood of two normal groups",
        formula="mean of −log(p exp(−z²/2) + (1 − p) exp(−(z − d)²/2)), z = r/sigma",
        value=mixture_loss,
        parameters=("d", "p", "sigma"),
        defaults={"sigma": 1.0},
    ),
    shape_class=ShapeClass.BIMODAL,
    elicits="centre of the first group",
    assumption="residuals are of two normal groups of one width: a share p about mu, the rest d·sigma further up",
    density="f(r) = [p φ(z) + (1 − p) φ(z − d)] / sigma, z = (r − mu)/sigma",
    negative_log_likelihood=(
        "−log L = n·log(sigma) − Σ log(p exp(−z²/2) + (1 − p) exp(−(z − d)²/2)) + const, z = (y − f)/sigma"
    ),
    derivation=(
        "1. Suppose that a yes-or-no feature which the model does not see shifts the target by d·sigma, for a share "
        "1 − p of the rows, and that the rest of the noise is normal.\n"
        "2. Summing over the unseen feature, f(r) = [p φ(z) + (1 − p) φ(z − d)]/sigma with z = (r − mu)/sigma.\n"
        "3. So −log L = −Σ log(p exp(−z²/2) + (1 − p) exp(−(z − d)²/2)) plus terms without the prediction.\n"
        "4. Its derivative is z − d·w, where w is the probability that the row is of the second group: least squares "
        "after guessing the group of each row.\n"
        "5. No loss can tell the model which group a row is in; the feature can. Knowing it would divide the "
        "variance by 1 + p (1 − p) d²."
    ),
    right_when="two kinds of rows are mixed, and the feature that tells them apart cannot be had",
    misleads=(
        "Two humps are a finding about the features, not about the loss: look for what separates the groups before "
        "training with it. It is not convex, and the centre of a group is a poor prediction of any single row. With "
        "d below 2 there is one hump only, and two groups are a guess among many."
    ),
    references=(
        "Pearson (1894), doi:10.1098/rsta.1894.0003",
        "McLachlan & Peel (2000), doi:10.1002/0471721182",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "d, p, sigma = {d}, torch.tensor({p}), {sigma}\n"
        "z = (y - f) / sigma\n"
        "loss = -torch.logaddexp(torch.log(p) - z**2 / 2, torch.log(1 - p) - (z - d) ** 2 / 2).mean()"
    ),
    framework_code={
        **on_arrays(NUMPY_CODE),
        **boosted(BOOSTED, "-sigma * (z - d * second)", "np.ones_like(z)", times="sigma**2"),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    shape_gradient=shape_gradient,
    shapes=(
        Shape("d", 0.5, 30.0, limit_low="one normal group", limit_high="two groups far apart"),
        Shape(
            "p",
            0.02,
            0.98,
            logarithmic=False,
            limit_low="a few rows far below the rest",
            limit_high="a few rows far above the rest",
        ),
    ),
    grid=tuple((d, p) for d in (2.6, 3.4, 5.0, 7.0) for p in (0.5, 0.3, 0.7)),
    prior=0.3,
)
