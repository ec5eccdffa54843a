"""Censored normal targets (Tobit): a normal quantity of which only the part within bounds is seen."""

from __future__ import annotations

import math
from collections.abc import Mapping

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily, Shape
from losscheck.families.snippets import LOG_NDTR, in_jax
from losscheck.numeric.lazy import Array, np, scipy

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


def nll(y: Array, mean: Array, sigma: Array | float, low: float, high: float) -> Array:
    """Return −log φ((y − mean)/sigma)/sigma between the bounds, −log of the tail's probability at a bound."""
    z = (y - mean) / sigma
    log_cdf = scipy.special.log_ndtr
    inside = 0.5 * z * z + np.log(sigma) + HALF_LOG_2PI
    return np.where(y <= low, -log_cdf(z), np.where(y >= high, -log_cdf(-z), inside))


def slopes(y: Array, mean: Array, sigma: float, low: float, high: float) -> tuple[Array, ...]:
    """Return the derivatives in the latent mean and in sigma."""
    z = (y - mean) / sigma
    # The inverse Mills ratio φ/Φ, in logarithms: far below the bound both are 0 in double precision.
    mills = [np.exp(-0.5 * z * z - HALF_LOG_2PI - scipy.special.log_ndtr(sign * z)) for sign in (1, -1)]
    pull = np.where(y <= low, mills[0], np.where(y >= high, -mills[1], -z))  # −d log L/dmean · −sigma
    by_sigma = np.where((y <= low) | (y >= high), pull * z, 1 - z * z) / sigma
    return pull / sigma, by_sigma


def variance(mean: Array, sigma: float, low: float, high: float) -> Array:
    """Return the variance of the latent quantity."""
    return sigma * sigma * np.ones_like(mean)


def tobit_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return (y − f)²/(2 sigma²) between the bounds, −log of the probability to be beyond at a bound."""
    sigma, low, high = parameters["sigma"], parameters["low"], parameters["high"]
    loss: Array = nll(target, prediction, sigma, low, high) - np.where(
        (target <= low) | (target >= high), 0.0, np.log(sigma) + HALF_LOG_2PI
    )
    return loss


NUMPY_CODE = (
    "from numpy import inf\n"
    "from scipy.special import log_ndtr\n"
    "sigma, low, high = {sigma}, {low}, {high}\n"
    "z = (y - f) / sigma\n"
    "loss = np.mean(np.where(y <= low, -log_ndtr(z), np.where(y >= high, -log_ndtr(-z), z**2 / 2)))"
)
TOBIT = ResponseFamily(
    id="tobit",
    title="censored normal (Tobit)",
    loss=Loss(
        id="tobit_nll",
        title="Tobit negative log-likelihood",
        formula="mean of (y − f)²/(2 sigma²) between the bounds, −log Φ((low − f)/sigma) at the lower one, "
        "−log Φ((f − high)/sigma) at the upper one",
        value=tobit_loss,
        parameters=("sigma", "low", "high"),
        aliases=("tobit", "censored_normal"),
    ),
    elicits="latent mean",
    assumption="each target is a normal quantity about the prediction, cut off at a bound: rows at the bound say no "
    "more than 'this far or further'",
    density="φ((y − f)/sigma)/sigma between low and high, P(y = low) = Φ((low − f)/sigma), "
    "P(y = high) = Φ((f − high)/sigma)",
    negative_log_likelihood="−log L = Σ inside: [(y − f)²/(2 sigma²) + log sigma] − Σ at low: log Φ((low − f)/sigma) − "
    "Σ at high: log Φ((f − high)/sigma)",
    derivation=(
        "1. Behind the target is a normal quantity y* = f + sigma·N; what is recorded is y* held within the bounds.\n"
        "2. Inside, the likelihood is the normal density: squared error. At a bound only the event is known, "
        "P(y* ≤ low) = Φ((low − f)/sigma), and at the upper one P(y* ≥ high) = Φ((f − high)/sigma).\n"
        "3. So −log L = Σ inside: [(y − f)²/(2 sigma²) + log sigma] − Σ of the logarithms of those probabilities.\n"
        "4. A row at the lower bound pulls f down only as long as f is not clearly below it already; a prediction "
        "further out costs nothing. Squared error would pull it back to the bound.\n"
        "5. The prediction is then the mean of y*, the quantity before the cut, and may lie beyond the bound; the mean "
        "of what is recorded follows from it and sigma."
    ),
    right_when="an instrument, a limit or a rule cuts values off: detection limits, capacities, capped payouts",
    misleads=(
        "Where zero is a real outcome and no cut (no claim, no rain) a hurdle or Tweedie loss is the right one. It "
        "leans on the normal shape beyond the bound, which nobody has seen, and on sigma being constant."
    ),
    references=("Tobin (1958), doi:10.2307/1907382", "Amemiya (1984), doi:10.1016/0304-4076(84)90074-5"),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "from math import inf\n"
        "sigma, low, high = {sigma}, {low}, {high}\n"
        "z = (y - f) / sigma\n"
        "log_cdf = torch.special.log_ndtr\n"
        "loss = torch.where(y <= low, -log_cdf(z), torch.where(y >= high, -log_cdf(-z), z**2 / 2)).mean()"
    ),
    framework_code={
        "jax": in_jax(NUMPY_CODE),
        "keras": (
            f"from math import inf\n\nfrom keras import ops\n\n{LOG_NDTR}"
            "def loss(y, f):\n"
            "{shift}    sigma, low, high = {sigma}, {low}, {high}\n"
            "    z = (y - f) / sigma\n"
            "    inside = ops.where(y >= high, -log_ndtr(-z), z**2 / 2)\n"
            "    return ops.where(y <= low, -log_ndtr(z), inside)"
        ),
    },
    domain=Domain.CENSORED,
    link=Link.IDENTITY,
    nll=nll,
    slopes=slopes,
    variance=variance,
    shapes=(Shape("sigma", 1e-12, 1e12),),
    starts=((1.0,),),
    known=("low", "high"),
)
