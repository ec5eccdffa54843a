"""Zero-inflated Poisson counts: some rows are zero for a reason of their own."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily, Shape
from losscheck.families.snippets import on_arrays
from losscheck.numeric.lazy import Array, np, scipy


def nll(y: Array, mean: Array, pi: Array | float) -> Array:
    """Return −log P(y): 0 with probability pi, else Poisson with mean/(1 − pi), so that `mean` is the overall mean."""
    rate = mean / (1 - pi)
    counted = rate - scipy.special.xlogy(y, rate) + scipy.special.gammaln(y + 1) - np.log1p(-np.asarray(pi))
    return np.where(y == 0, -np.log(pi + (1 - pi) * np.exp(-rate)), counted)


def slopes(y: Array, mean: Array, pi: float) -> tuple[Array, ...]:
    """Return the derivatives in the mean and in pi."""
    rate = mean / (1 - pi)
    none = np.exp(-rate)
    zero = pi + (1 - pi) * none
    by_rate = np.where(y == 0, (1 - pi) * none / zero, 1 - y / rate)
    by_pi = np.where(y == 0, -(1 - none) / zero, 1 / (1 - pi))
    return by_rate / (1 - pi), by_pi + by_rate * mean / (1 - pi) ** 2


def variance(mean: Array, pi: float) -> Array:
    """Return mean + mean²·pi/(1 − pi)."""
    return mean + mean * mean * pi / (1 - pi)


def zero_inflated_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return the negative log-likelihood without log y!."""
    loss: Array = nll(target, prediction, parameters["pi"]) - scipy.special.gammaln(target + 1)
    return loss


NUMPY_CODE = (
    "pi = {pi}\n"
    "m = f / (1 - pi)\n"
    "zero, counted = -np.log(pi + (1 - pi) * np.exp(-m)), m - y * np.log(m) - np.log(1 - pi)\n"
    "loss = np.mean(np.where(y == 0, zero, counted))"
)
ZERO_INFLATED_POISSON = ResponseFamily(
    id="zero_inflated_poisson",
    title="zero-inflated Poisson",
    loss=Loss(
        id="zero_inflated_poisson",
        title="zero-inflated Poisson negative log-likelihood",
        formula="mean of −log(pi + (1 − pi) e^(−m)) where y = 0, else m − y log m − log(1 − pi), m = f/(1 − pi)",
        value=zero_inflated_loss,
        parameters=("pi",),
        aliases=("zip", "zip_nll"),
    ),
    elicits="mean of zero-inflated Poisson counts",
    assumption="a share of the rows is zero for a reason of its own, the others are Poisson counts",
    density="P(0) = pi + (1 − pi) e^(−m), P(y) = (1 − pi) e^(−m) m^y / y! for y > 0, m = f/(1 − pi)",
    negative_log_likelihood="−log L = −Σ over y = 0: log(pi + (1 − pi) e^(−m)) + Σ over y > 0: [m − y log m − log(1 "
    "− pi) + log y!]",
    derivation=(
        "1. With probability pi a row cannot have an event at all; otherwise its count is Poisson with mean m.\n"
        "2. A zero has two ways to come about: P(0) = pi + (1 − pi) e^(−m). Any other count has one: "
        "P(y) = (1 − pi) e^(−m) m^y / y!.\n"
        "3. The mean of all rows is (1 − pi)·m: with m = f/(1 − pi) the prediction stays the mean.\n"
        "4. So zeros pull with the share of them that were possible events, and the counted rows as under the Poisson "
        "loss. Let the model give pi as well, from a second output, where features tell who cannot have events."
    ),
    right_when="there are more zeros than the counts of the other rows explain, and 'never' is another matter than "
    "'not this time'",
    misleads=(
        "Overdispersed counts have many zeros too: compare with the negative binomial, which needs no second story. "
        "The Poisson loss still aims at the mean, whatever the zeros are; the gain is in the probabilities."
    ),
    references=("Lambert (1992), doi:10.2307/1269547", "van den Broek (1995), doi:10.2307/2532959"),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "from math import log\n"
        "pi = {pi}\n"
        "m = f / (1 - pi)\n"
        "zero, counted = -torch.log(pi + (1 - pi) * torch.exp(-m)), m - y * torch.log(m) - log(1 - pi)\n"
        "loss = torch.where(y == 0, zero, counted).mean()"
    ),
    framework_code=on_arrays(NUMPY_CODE),
    domain=Domain.COUNT,
    link=Link.LOG,
    nll=nll,
    slopes=slopes,
    variance=variance,
    shapes=(Shape("pi", 1e-6, 0.999, limit_low="poisson"),),
    starts=((0.05,), (0.4,)),
)
