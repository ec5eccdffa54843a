"""Shares with exact zeros or ones: a beta likelihood with an atom at each end."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily, Shape
from losscheck.families.responses import beta
from losscheck.families.snippets import in_jax
from losscheck.numeric.lazy import Array, np


def _parts(mean: Array, zero: Array | float, one: Array | float) -> tuple[Array, Array, Array]:
    """Return P(0), P(1) and the mean of what lies between, which keeps the overall mean at `mean`."""
    none, all_ = zero * (1 - mean), one * mean
    return none, all_, mean * (1 - one) / (1 - none - all_)


def nll(y: Array, mean: Array, phi: Array | float, zero: Array | float, one: Array | float) -> Array:
    """Return −log: P(0) = zero·(1 − mean), P(1) = one·mean, beta between them with precision phi."""
    none, all_, inner = _parts(mean, zero, one)
    between = (y > 0) & (y < 1)
    middle = beta.nll(np.where(between, y, 0.5), inner, phi) - np.log1p(-none - all_)
    return np.where(y <= 0, -np.log(none), np.where(y >= 1, -np.log(all_), middle))


def slopes(y: Array, mean: Array, phi: float, zero: float, one: float) -> tuple[Array, ...]:
    """Return the derivatives in the mean, in phi, in zero and in one."""
    none, all_, inner = _parts(mean, zero, one)
    rest = 1 - none - all_
    low, high = y <= 0, y >= 1
    between = ~(low | high)
    by_inner, by_phi = (np.where(between, part, 0.0) for part in beta.slopes(np.where(between, y, 0.5), inner, phi))
    rest_slope = zero - one  # of `rest` in the mean
    by_mean = by_inner * ((1 - one) / rest - inner * rest_slope / rest) - between * rest_slope / rest
    by_mean += low / (1 - mean) - high / mean
    by_zero = by_inner * inner * (1 - mean) / rest + between * (1 - mean) / rest - low / zero
    by_one = by_inner * (inner * mean - mean) / rest + between * mean / rest - high / one
    return by_mean, by_phi, by_zero, by_one


def variance(mean: Array, phi: float, zero: float, one: float) -> Array:
    """Return P(1) + the inner part's second moment − mean²."""
    none, all_, inner = _parts(mean, zero, one)
    second = inner * inner + beta.variance(inner, phi)
    return all_ + (1 - none - all_) * second - mean * mean


def inflated_beta_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return the negative log-likelihood."""
    return nll(target, prediction, parameters["phi"], parameters["zero"], parameters["one"])


NUMPY_CODE = (
    "from scipy.special import betaln\n"
    "phi, zero, one = {phi}, {zero}, {one}\n"
    "p0, p1 = zero * (1 - f), one * f\n"
    "g = f * (1 - one) / (1 - p0 - p1)\n"
    "s = np.clip(y, 1e-12, 1 - 1e-12)\n"
    "a, b = g * phi, (1 - g) * phi\n"
    "inner = betaln(a, b) - (a - 1) * np.log(s) - (b - 1) * np.log1p(-s)\n"
    "inner = inner - np.log(1 - p0 - p1)\n"
    "loss = np.mean(np.where(y == 0, -np.log(p0), np.where(y == 1, -np.log(p1), inner)))"
)
ZERO_ONE_INFLATED_BETA = ResponseFamily(
    id="zero_one_inflated_beta",
    title="zero-one-inflated beta",
    loss=Loss(
        id="zero_one_inflated_beta",
        title="zero-one-inflated beta negative log-likelihood",
        formula="mean of −log(zero (1 − f)) where y = 0, −log(one f) where y = 1, else −log(1 − P(0) − P(1)) and the "
        "beta loss",
        value=inflated_beta_loss,
        parameters=("phi", "zero", "one"),
        aliases=("zoib",),
    ),
    elicits="mean of zero-one-inflated beta targets",
    assumption="each target is a share that may be exactly 0 or 1, the likelier the nearer its mean is to that end, "
    "and a beta draw in between",
    density="P(0) = zero (1 − f), P(1) = one f, between them (1 − P(0) − P(1)) · beta density with precision phi",
    negative_log_likelihood="−log L = −Σ over y = 0: log(zero (1 − f)) − Σ over y = 1: log(one f) − Σ over 0 < y < 1: "
    "[log(1 − P(0) − P(1)) + log beta]",
    derivation=(
        "1. 'Nothing' and 'all' are answers of their own, with probabilities; only what lies between has a density.\n"
        "2. They get likelier as the mean nears their end: P(0) = zero·(1 − f), P(1) = one·f.\n"
        "3. The inner beta's mean is chosen so that the mean of all rows is f: f·(1 − one)/(1 − P(0) − P(1)), which "
        "always lies between 0 and 1.\n"
        "4. A row's −log likelihood is that of its part: the atom's, or that of being between the atoms plus the "
        "beta's."
    ),
    right_when="targets are shares of which many are exactly 0 or 1: fractions used, paid, covered",
    misleads=(
        "It is one form of the atoms among many: where features decide who is at 0 or 1, give them outputs of their "
        "own. Binary cross-entropy takes fractions with zeros and ones too and aims at the mean of any of them."
    ),
    references=("Ospina & Ferrari (2012), doi:10.1016/j.csda.2011.10.005",),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "phi, zero, one = {phi}, {zero}, {one}\n"
        "p0, p1 = zero * (1 - f), one * f\n"
        "g = f * (1 - one) / (1 - p0 - p1)\n"
        "inner = -torch.distributions.Beta(g * phi, (1 - g) * phi).log_prob(y.clamp(1e-12, 1 - 1e-12))\n"
        "inner = inner - torch.log(1 - p0 - p1)\n"
        "loss = torch.where(y == 0, -torch.log(p0), torch.where(y == 1, -torch.log(p1), inner)).mean()"
    ),
    framework_code={"jax": in_jax(NUMPY_CODE)},
    domain=Domain.CLOSED_UNIT,
    link=Link.LOGIT,
    nll=nll,
    slopes=slopes,
    variance=variance,
    shapes=(Shape("phi", 1e-2, 1e6), Shape("zero", 1e-6, 0.999), Shape("one", 1e-6, 0.999)),
    starts=((5.0, 0.1, 0.1), (5.0, 0.5, 0.5)),
)
