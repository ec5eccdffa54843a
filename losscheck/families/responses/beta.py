"""Beta targets: shares strictly between 0 and 1."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily, Shape
from losscheck.families.snippets import in_jax
from losscheck.numeric.lazy import Array, np, scipy


def nll(y: Array, mean: Array, phi: Array | float) -> Array:
    """Return −log of the beta density with this mean and precision phi: a = mean·phi, b = (1 − mean)·phi."""
    a, b = mean * phi, (1 - mean) * phi
    return scipy.special.betaln(a, b) - (a - 1) * np.log(y) - (b - 1) * np.log1p(-y)


def slopes(y: Array, mean: Array, phi: float) -> tuple[Array, ...]:
    """Return the derivatives in the mean and in phi."""
    digamma = scipy.special.digamma
    a, b = mean * phi, (1 - mean) * phi
    up, down = digamma(a) - np.log(y), digamma(b) - np.log1p(-y)
    return phi * (up - down), mean * up + (1 - mean) * down - digamma(phi)


def variance(mean: Array, phi: float) -> Array:
    """Return mean·(1 − mean)/(1 + phi)."""
    return mean * (1 - mean) / (1 + phi)


def beta_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return log B(f phi, (1 − f) phi) − f phi·log(y/(1 − y))."""
    phi = parameters["phi"]
    a = prediction * phi
    loss: Array = scipy.special.betaln(a, phi - a) - a * scipy.special.logit(target)
    return loss


NUMPY_CODE = (
    "from scipy.special import betaln\n"
    "phi = {phi}\n"
    "loss = np.mean(betaln(f * phi, (1 - f) * phi) - f * phi * np.log(y / (1 - y)))"
)
BETA = ResponseFamily(
    id="beta",
    title="beta",
    loss=Loss(
        id="beta_nll",
        title="beta negative log-likelihood",
        formula="mean of log B(f phi, (1 − f) phi) − f phi log(y/(1 − y))",
        value=beta_loss,
        parameters=("phi",),
        aliases=("beta",),
    ),
    elicits="mean of beta targets",
    assumption="each target is a share strictly between 0 and 1, a beta draw with the prediction as its mean",
    density="f(y) = y^(f phi − 1) (1 − y)^((1 − f) phi − 1) / B(f phi, (1 − f) phi), variance f(1 − f)/(1 + phi)",
    negative_log_likelihood="−log L = Σ [log B(f phi, (1 − f) phi) − f phi log(y/(1 − y))] + Σ c(y, phi)",
    derivation=(
        "1. A share made of two gamma parts, y = U/(U + V), has the beta density "
        "y^(a − 1) (1 − y)^(b − 1)/B(a, b).\n"
        "2. With a = f phi and b = (1 − f) phi its mean is f and its variance f(1 − f)/(1 + phi): phi is a precision.\n"
        "3. −log L = Σ [log B(f phi, (1 − f) phi) − f phi log(y/(1 − y))] plus terms without the model: the target "
        "enters by its logit.\n"
        "4. Let the model give a logit, f = 1/(1 + exp(−z)): predictions stay between 0 and 1, and errors near the "
        "ends "
        "count for more, as the variance there is less."
    ),
    right_when="targets are shares, rates or probabilities that are never exactly 0 or 1",
    misleads=(
        "It aims at the mean only where targets are beta. Shares next to 0 or 1 have boundless logits and may decide "
        "alone; exact zeros or ones need a part of their own. Binary cross-entropy takes fractions as well, aims at "
        "the mean of any share, and loses little: it is the safe choice."
    ),
    references=("Ferrari & Cribari-Neto (2004), doi:10.1080/0266476042000214501",),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "phi = {phi}\n"
        "a, b = f * phi, (1 - f) * phi\n"
        "log_beta = torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)\n"
        "loss = (log_beta - a * torch.logit(y)).mean()"
    ),
    framework_code={"jax": in_jax(NUMPY_CODE)},
    domain=Domain.UNIT,
    link=Link.LOGIT,
    nll=nll,
    slopes=slopes,
    variance=variance,
    shapes=(Shape("phi", 1e-2, 1e7),),
    starts=((2.0,), (30.0,), (1000.0,)),
)
