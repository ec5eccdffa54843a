"""Gamma targets: the gamma deviance, for positive numbers whose standard deviation is proportional to their mean."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily, Shape
from losscheck.families.snippets import of_means, on_arrays
from losscheck.numeric.lazy import Array, np, scipy


def nll(y: Array, mean: Array, phi: Array | float) -> Array:
    """Return −log of the gamma density with this mean and variance phi·mean²."""
    k = 1 / np.asarray(phi, dtype=float)
    ratio = k * y / mean
    return ratio - k * np.log(ratio) + np.log(y) + scipy.special.gammaln(k)


def slopes(y: Array, mean: Array, phi: float) -> tuple[Array, ...]:
    """Return the derivatives in the mean and in phi."""
    k, ratio = 1 / phi, y / mean
    by_k = ratio - np.log(ratio) - np.log(k) - 1 + scipy.special.digamma(k)
    return k / mean * (1 - ratio), -k * k * by_k


def variance(mean: Array, phi: float) -> Array:
    """Return phi·mean²."""
    return phi * mean * mean


def gamma_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return y/f + log f."""
    loss: Array = target / prediction + np.log(prediction)
    return loss


NUMPY_CODE = "loss = np.mean(y / f + np.log(f))  # f = np.exp(eta) > 0"
GAMMA = ResponseFamily(
    id="gamma",
    title="gamma",
    loss=Loss(
        id="gamma",
        title="gamma negative log-likelihood",
        formula="mean of y/f + log f",
        value=gamma_loss,
        aliases=("gamma_nll", "gamma_deviance", "mean_gamma_deviance"),
    ),
    elicits="mean",
    assumption="each target is a gamma draw with the prediction as its mean and a standard deviation in proportion",
    density="f(y) = (k/f)^k y^(k − 1) exp(−k y/f)/Γ(k), y > 0, with k = 1/phi and variance phi f²",
    negative_log_likelihood="−log L = (1/phi)·Σ [y/f + log f] + Σ c(y, phi)",
    derivation=(
        "1. A gamma target with mean f and variance phi f² has the density (k/f)^k y^(k − 1) exp(−k y/f)/Γ(k), "
        "k = 1/phi: a waiting time for k events, a sum of exponential parts.\n"
        "2. For independent rows −log L = k·Σ [y/f + log f] plus terms without the model.\n"
        "3. The factor k does not move the minimum: y/f + log f is the loss, whatever phi is. Less its least value, at "
        "f = y, and doubled it is the gamma deviance 2·(y/f − 1 − log(y/f)).\n"
        "4. Its derivative is (f − y)/f²: the residual over the variance, so an error of 10 % weighs the same at any "
        "level. phi = 1 is the exponential distribution."
    ),
    right_when="targets are positive, their spread is proportional to their level, and you want the mean: costs, "
    "durations, amounts",
    misleads=(
        "It is consistent for the mean of any positive target. Zeros make it undefined at f = 0 alone, but no gamma "
        "target is ever 0: many zeros want a Tweedie or hurdle loss. With heavy tails on the log scale single large "
        "targets still pull without limit."
    ),
    references=(
        "McCullagh & Nelder (1989), doi:10.1007/978-1-4899-3242-6",
        "Gneiting (2011), doi:10.1198/jasa.2011.r10138",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code="loss = (y / f + torch.log(f)).mean()  # from eta = log f: (y * torch.exp(-eta) + eta).mean()",
    framework_code={
        **on_arrays(NUMPY_CODE),
        **of_means(
            "GammaRegressor(alpha=0)",
            "gamma",
            {"xgboost": 'objective="reg:gamma"', "lightgbm": 'objective="gamma"'},
        ),
    },
    domain=Domain.POSITIVE,
    link=Link.LOG,
    nll=nll,
    slopes=slopes,
    variance=variance,
    shapes=(Shape("phi", 1e-6, 1e3),),
    starts=((0.1,), (1.0,)),
    mean_consistent=True,
)
