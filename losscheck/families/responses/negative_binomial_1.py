"""Negative binomial counts with a variance in proportion to the mean (NB1)."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily, Shape
from losscheck.families.snippets import in_jax
from losscheck.numeric.lazy import Array, np, scipy


def nll(y: Array, mean: Array, delta: Array | float) -> Array:
    """Return −log P(y) of the count with this mean and variance (1 + delta)·mean."""
    size = mean / delta
    gammaln = scipy.special.gammaln
    log_count = gammaln(y + size) - gammaln(size) - gammaln(y + 1)
    return -log_count + size * np.log1p(delta) + y * np.log1p(1 / np.asarray(delta, dtype=float))


def slopes(y: Array, mean: Array, delta: float) -> tuple[Array, ...]:
    """Return the derivatives in the mean and in delta."""
    size = mean / delta
    by_size = np.log1p(delta) - scipy.special.digamma(y + size) + scipy.special.digamma(size)
    return by_size / delta, (size - y / delta) / (1 + delta) - by_size * size / delta


def variance(mean: Array, delta: float) -> Array:
    """Return (1 + delta)·mean."""
    return (1 + delta) * mean


def negative_binomial_1_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return log Γ(f/delta) − log Γ(y + f/delta) + f/delta · log(1 + delta)."""
    delta = parameters["delta"]
    size = prediction / delta
    gammaln = scipy.special.gammaln
    loss: Array = gammaln(size) - gammaln(target + size) + size * np.log1p(delta)
    return loss


NUMPY_CODE = (
    "from scipy.special import gammaln\n"
    "delta = {delta}\n"
    "loss = np.mean(gammaln(f / delta) - gammaln(y + f / delta) + f / delta * np.log1p(delta))"
)
NEGATIVE_BINOMIAL_1 = ResponseFamily(
    id="negative_binomial_1",
    title="negative binomial with a constant dispersion (NB1)",
    loss=Loss(
        id="negative_binomial_1",
        title="NB1 negative log-likelihood",
        formula="mean of log Γ(f/delta) − log Γ(y + f/delta) + (f/delta) log(1 + delta)",
        value=negative_binomial_1_loss,
        parameters=("delta",),
        aliases=("nb1",),
    ),
    elicits="mean of NB1 counts",
    assumption="each target is a count whose mean is the prediction and whose variance is a constant multiple of it, "
    "larger than Poisson's",
    density="P(y) = Γ(y + f/delta)/(Γ(f/delta) y!) · (1 + delta)^(−f/delta) · (delta/(1 + delta))^y",
    negative_log_likelihood="−log L = Σ [log Γ(f/delta) − log Γ(y + f/delta) + (f/delta) log(1 + delta)] + Σ c(y, "
    "delta)",
    derivation=(
        "1. Events come in clusters: the number of clusters is Poisson, each holds a logarithmic number of events. The "
        "count is then negative binomial with size f/delta, and its variance (1 + delta)·f.\n"
        "2. P(y) = Γ(y + f/delta)/(Γ(f/delta) y!) · (1 + delta)^(−f/delta) (delta/(1 + delta))^y.\n"
        "3. The model enters by the size f/delta: −log L = Σ [log Γ(f/delta) − log Γ(y + f/delta) + (f/delta) "
        "log(1 + delta)] plus terms without it.\n"
        "4. The variance is in proportion to the mean, as Poisson's is, so the Poisson loss weighs rows rightly and "
        "loses little: NB1 says how wide predictive intervals must be. delta → 0 is the Poisson loss."
    ),
    right_when="counts vary more than Poisson ones by the same factor at every level, and predictive intervals matter",
    misleads=(
        "Unlike NB2 it is no exponential family in the mean: where counts are not NB1 it need not aim at the mean. "
        "The Poisson loss does, and is nearly as efficient here."
    ),
    references=(
        "Cameron & Trivedi (1986), doi:10.1002/jae.3950010104",
        "Cameron & Trivedi (2013), doi:10.1017/CBO9781139013567",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "from math import log1p\n"
        "delta = {delta}\n"
        "loss = (torch.lgamma(f / delta) - torch.lgamma(y + f / delta) + f / delta * log1p(delta)).mean()"
    ),
    framework_code={"jax": in_jax(NUMPY_CODE)},
    domain=Domain.COUNT,
    link=Link.LOG,
    nll=nll,
    slopes=slopes,
    variance=variance,
    shapes=(Shape("delta", 1e-4, 1e4, limit_low="poisson"),),
    starts=((0.3,), (3.0,)),
)
