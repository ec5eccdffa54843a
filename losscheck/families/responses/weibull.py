"""Weibull targets: durations whose hazard rises or falls as a power of time."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily, Shape
from losscheck.families.snippets import on_arrays
from losscheck.numeric.lazy import Array, np, scipy


def nll(y: Array, mean: Array, k: Array | float) -> Array:
    """Return −log of the Weibull density with this mean and shape k."""
    k = np.asarray(k, dtype=float)
    log_ratio = np.log(y) - np.log(mean) + scipy.special.gammaln(1 + 1 / k)
    return np.exp(k * log_ratio) - k * log_ratio - np.log(k) + np.log(y)


def slopes(y: Array, mean: Array, k: float) -> tuple[Array, ...]:
    """Return the derivatives in the mean and in k."""
    log_ratio = np.log(y) - np.log(mean) + scipy.special.gammaln(1 + 1 / k)
    pull = np.exp(k * log_ratio) - 1
    turn = -scipy.special.digamma(1 + 1 / k) / (k * k)
    return -k * pull / mean, pull * (log_ratio + k * turn) - 1 / k


def variance(mean: Array, k: float) -> Array:
    """Return mean²·(Γ(1 + 2/k)/Γ(1 + 1/k)² − 1)."""
    gammaln = scipy.special.gammaln
    spread: Array = mean * mean * np.expm1(gammaln(1 + 2 / k) - 2 * gammaln(1 + 1 / k))
    return spread


def weibull_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return (y Γ(1 + 1/k)/f)^k + k log f."""
    k = parameters["k"]
    log_ratio = np.log(target) - np.log(prediction) + scipy.special.gammaln(1 + 1 / k)
    loss: Array = np.exp(k * log_ratio) + k * np.log(prediction)
    return loss


NUMPY_CODE = "from math import gamma\nk = {k}\nloss = np.mean((y * gamma(1 + 1 / k) / f) ** k + k * np.log(f))"
WEIBULL = ResponseFamily(
    id="weibull",
    title="Weibull",
    loss=Loss(
        id="weibull_nll",
        title="Weibull negative log-likelihood",
        formula="mean of (y Γ(1 + 1/k)/f)^k + k log f",
        value=weibull_loss,
        parameters=("k",),
        defaults={"k": 1.0},
    ),
    elicits="mean of Weibull targets",
    assumption="each target is a Weibull draw with the prediction as its mean: a duration until the first of many "
    "failures",
    density="f(y) = (k/s)(y/s)^(k − 1) exp(−(y/s)^k), y > 0, s = f/Γ(1 + 1/k)",
    negative_log_likelihood="−log L = Σ [(y/s)^k + k log f] + Σ c(y, k), s = f/Γ(1 + 1/k)",
    derivation=(
        "1. The minimum of many positive numbers tends to the Weibull form: P(Y > y) = exp(−(y/s)^k), whose hazard "
        "rises with time for k > 1 and falls for k < 1.\n"
        "2. Its mean is s·Γ(1 + 1/k): put s = f/Γ(1 + 1/k), so that the prediction f is the mean.\n"
        "3. −log L = Σ [(y/s)^k − k log(y/s)] plus terms without the model, and k log s is k log f plus a constant.\n"
        "4. Its derivative in log f is k·(1 − (y/s)^k): a large target pulls with its k-th power. k = 1 is the "
        "exponential distribution, and the loss then that of the gamma family."
    ),
    right_when="targets are durations or strengths, and the k-th power of them looks exponential",
    misleads=(
        "It aims at the mean only where targets are Weibull; of others at (E y^k)^(1/k) times a constant. Censored "
        "durations, of which only a lower bound is known, need the survival form of the likelihood."
    ),
    references=("Weibull (1951), doi:10.1115/1.4010337", "Lawless (2002), doi:10.1002/9781118033005"),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "from math import gamma\nk = {k}\nloss = ((y * gamma(1 + 1 / k) / f) ** k + k * torch.log(f)).mean()"
    ),
    framework_code=on_arrays(NUMPY_CODE),
    domain=Domain.POSITIVE,
    link=Link.LOG,
    nll=nll,
    slopes=slopes,
    variance=variance,
    shapes=(Shape("k", 0.05, 100.0),),
    starts=((1.0,), (4.0,), (15.0,)),
)
