"""Negative binomial counts (NB2): Poisson counts whose mean varies like a gamma."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily, Shape
from losscheck.families.snippets import on_arrays
from losscheck.numeric.lazy import Array, np, scipy


def nll(y: Array, mean: Array, alpha: Array | float) -> Array:
    """Return −log P(y) of the count with this mean and variance mean + alpha·mean²."""
    size = 1 / np.asarray(alpha, dtype=float)
    gammaln = scipy.special.gammaln
    log_count = gammaln(y + size) - gammaln(size) - gammaln(y + 1)
    return -log_count + size * np.log1p(mean / size) + scipy.special.xlogy(y, (size + mean) / mean)


def slopes(y: Array, mean: Array, alpha: float) -> tuple[Array, ...]:
    """Return the derivatives in the mean and in alpha."""
    size = 1 / alpha
    share = (y + size) / (mean + size)
    digamma = scipy.special.digamma
    by_size = -(digamma(y + size) - digamma(size) - np.log1p(mean / size) + 1 - share)
    return share - y / mean, -size * size * by_size


def variance(mean: Array, alpha: float) -> Array:
    """Return mean + alpha·mean²."""
    return mean + alpha * mean * mean


def negative_binomial_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return (y + 1/alpha) log(1 + alpha f) − y log f."""
    alpha = parameters["alpha"]
    loss: Array = (target + 1 / alpha) * np.log1p(alpha * prediction) - scipy.special.xlogy(target, prediction)
    return loss


NUMPY_CODE = "alpha = {alpha}\nloss = np.mean((y + 1 / alpha) * np.log1p(alpha * f) - y * np.log(f))"
NEGATIVE_BINOMIAL = ResponseFamily(
    id="negative_binomial",
    title="negative binomial",
    loss=Loss(
        id="negative_binomial",
        title="negative binomial negative log-likelihood",
        formula="mean of (y + 1/alpha) log(1 + alpha f) − y log f",
        value=negative_binomial_loss,
        parameters=("alpha",),
        aliases=("nb", "nb2", "negative_binomial_nll"),
    ),
    elicits="mean",
    assumption="each target is a Poisson count whose own mean is the prediction times a gamma factor: counts that vary "
    "more than Poisson ones, the more so the larger they are",
    density="P(y) = Γ(y + 1/alpha)/(Γ(1/alpha) y!) · (1 + alpha f)^(−1/alpha) · (alpha f/(1 + alpha f))^y",
    negative_log_likelihood="−log L = Σ [(y + 1/alpha) log(1 + alpha f) − y log f] + Σ c(y, alpha)",
    derivation=(
        "1. A row's count is Poisson with mean f·G: G is what the features do not know of it, gamma with mean 1 and "
        "variance alpha.\n"
        "2. Averaged over G: P(y) ∝ (1 + alpha f)^(−1/alpha) (alpha f/(1 + alpha f))^y, with variance f + alpha f².\n"
        "3. So −log L = Σ [(y + 1/alpha) log(1 + alpha f) − y log f] plus terms without the model.\n"
        "4. Its derivative is (f − y)/(f + alpha f²), the residual over the variance: where alpha f is large a row "
        "counts by its relative error, where it is small as under Poisson. alpha → 0 is the Poisson loss."
    ),
    right_when="targets are counts that vary more than their mean says: claims, visits, sales, citations",
    misleads=(
        "At a fixed alpha it is consistent for the mean of any non-negative target. alpha must be given or learned: "
        "too large an alpha lets the model neglect the large counts. Extra zeros look like a large alpha; compare both."
    ),
    references=(
        "Lawless (1987), doi:10.2307/3314912",
        "Cameron & Trivedi (2013), doi:10.1017/CBO9781139013567",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code="alpha = {alpha}\nloss = ((y + 1 / alpha) * torch.log1p(alpha * f) - y * torch.log(f)).mean()",
    framework_code=on_arrays(NUMPY_CODE),
    domain=Domain.COUNT,
    link=Link.LOG,
    nll=nll,
    slopes=slopes,
    variance=variance,
    shapes=(Shape("alpha", 1e-5, 1e3, limit_low="poisson"),),
    starts=((0.05,), (1.0,)),
    mean_consistent=True,
)
