"""Normal noise with a share of rows at k times the scale: the contaminated-normal negative log-likelihood."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.family import Family, Loss, Shape, ShapeClass
from losscheck.families.normal import LOG_ROOT_2PI
from losscheck.families.snippets import on_arrays, reweighted
from losscheck.numeric.lazy import Array, np, scipy

EPS_GRID = (0.005, 0.02, 0.07, 0.15)
K_GRID = (2.5, 4.0, 7.0, 12.0)


def unnormalised(z: Array, eps: Array | float, k: Array | float) -> Array:
    """Return −log((1 − eps) exp(−z²/2) + (eps/k) exp(−z²/(2k²))), in logs: far out both terms underflow."""
    half = 0.5 * z * z
    good, bad = np.log1p(-np.asarray(eps)) - half, np.log(eps) - np.log(k) - half / (k * k)
    value: Array = -np.logaddexp(good, bad)
    return value


def bad_share(z: Array, eps: Array | float, k: Array | float) -> Array:
    """Return the probability that a row at z is one of the wide component."""
    odds = np.log(eps) - np.log1p(-np.asarray(eps)) - np.log(k) + 0.5 * z * z * (1 - 1 / (k * k))
    share: Array = scipy.special.expit(odds)
    return share


def nll(z: Array, eps: Array | float, k: Array | float) -> Array:
    """Return −log of (1 − eps)·N(0, 1) + eps·N(0, k²)."""
    return unnormalised(z, eps, k) + LOG_ROOT_2PI


def psi(z: Array, eps: Array | float, k: Array | float) -> Array:
    """Return z times the mean precision, given z."""
    return z * (1 - bad_share(z, eps, k) * (1 - 1 / (k * k)))


def curvature(z: Array, eps: Array | float, k: Array | float) -> Array:
    """Return the mean precision less z² times its variance, given z."""
    share, drop = bad_share(z, eps, k), 1 - 1 / (k * k)
    return 1 - share * drop - share * (1 - share) * (z * drop) ** 2


def shape_gradient(z: Array, eps: float, k: float) -> tuple[Array, ...]:
    """Return the derivatives of the nll in eps and k."""
    share = bad_share(z, eps, k)
    return (1 - share) / (1 - eps) - share / eps, share * (1 - (z / k) ** 2) / k


def contaminated_loss(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return −log((1 − eps) exp(−u²/2) + (eps/k) exp(−u²/(2k²))), u = r/sigma."""
    return unnormalised(residual / parameters["sigma"], parameters["eps"], parameters["k"])


SETUP = "sigma, eps, k = {sigma}, {eps}, {k}"
WEIGHT = (
    "half = 0.5 * (1 - 1 / k**2) * (r / sigma) ** 2\n"
    "bad = 1 / (1 + k * (1 / eps - 1) * np.exp(-half))  # probability of a gross error\n"
    "weight = 1 - (1 - 1 / k**2) * bad"
)
NUMPY_CODE = (
    f"{SETUP}\n"
    "half = 0.5 * ((y - f) / sigma) ** 2\n"
    "loss = -np.mean(np.logaddexp(np.log1p(-eps) - half, np.log(eps / k) - half / k**2))"
)

CONTAMINATED_NORMAL = Family(
    id="contaminated_normal",
    title="contaminated normal",
    loss=Loss(
        id="contaminated_normal_nll",
        title="contaminated-normal negative log-likelihood",
        formula="mean of −log((1 − eps)·exp(−r²/(2 sigma²)) + (eps/k)·exp(−r²/(2 k² sigma²)))",
        value=contaminated_loss,
        parameters=("sigma", "eps", "k"),
    ),
    shape_class=ShapeClass.SYMMETRIC,
    elicits="centre of symmetry",
    assumption="residuals are normal, but each row has the chance eps to come with k times the standard deviation",
    density="f(r) = (1 − eps)·N(r; mu, sigma²) + eps·N(r; mu, k² sigma²)",
    negative_log_likelihood="−log L = −Σ log((1 − eps)·N(y; f, sigma²) + eps·N(y; f, k² sigma²))",
    derivation=(
        "1. A row is good with probability 1 − eps and then has standard deviation sigma; otherwise it is a gross "
        "error with standard deviation k·sigma (Tukey's model).\n"
        "2. Nobody says which rows are which, so the density is the sum over both: "
        "f(r) = (1 − eps)·N(r; 0, sigma²) + eps·N(r; 0, k² sigma²), with r = y − f.\n"
        "3. For independent rows −log L = −Σ log f(y − f); without the constants this is the loss.\n"
        "4. Its derivative is r/sigma² times 1 − p(r)(1 − 1/k²), where p(r) is the probability that the row is a "
        "gross error: MSE that weighs each row by how likely it is to be good."
    ),
    right_when="most rows are cleanly normal and a small share is broken (sensor faults, typing errors)",
    misleads=(
        "It is not convex: start from a fit of MSE or Huber, and fix eps and k at the fitted values. With eps below "
        "a few rows in all it describes these rows and no distribution: look at them. Gross errors on one side only "
        "are not this model."
    ),
    references=(
        "Aitkin & Wilson (1980), doi:10.1080/00401706.1980.10486163",
        "Huber (1964), doi:10.1214/aoms/1177703732",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "sigma, eps, k = {sigma}, {eps}, {k}\n"
        "half = 0.5 * ((y - f) / sigma) ** 2\n"
        "logs = torch.tensor([1 - eps, eps / k], dtype=half.dtype, device=half.device).log()\n"
        "loss = -torch.logaddexp(logs[0] - half, logs[1] - half / k**2).mean()"
    ),
    framework_code={
        **on_arrays(NUMPY_CODE),
        **reweighted(SETUP, WEIGHT, times="sigma**2"),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    shape_gradient=shape_gradient,
    shapes=(Shape("eps", 1e-4, 0.5, limit_low="normal"), Shape("k", 1.5, 200.0)),
    grid=tuple((eps, k) for eps in EPS_GRID for k in K_GRID),
    prior=2.0,
)
