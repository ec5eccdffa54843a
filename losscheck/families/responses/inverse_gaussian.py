"""Inverse Gaussian targets: positive numbers whose variance grows as the cube of their mean."""

from __future__ import annotations

import math
from collections.abc import Mapping

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily, Shape
from losscheck.families.snippets import of_means, on_arrays
from losscheck.numeric.lazy import Array, np


def nll(y: Array, mean: Array, phi: Array | float) -> Array:
    """Return −log of the inverse Gaussian density with this mean and variance phi·mean³."""
    square: Array = (y - mean) ** 2 / (mean * mean * y)
    return 0.5 * (square / phi + np.log(2 * math.pi * phi * y**3))


def slopes(y: Array, mean: Array, phi: float) -> tuple[Array, ...]:
    """Return the derivatives in the mean and in phi."""
    square = (y - mean) ** 2 / (mean * mean * y)
    return (mean - y) / (phi * mean**3), 0.5 * (1 / phi - square / phi**2)


def variance(mean: Array, phi: float) -> Array:
    """Return phi·mean³."""
    return phi * mean**3


def inverse_gaussian_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return y/(2f²) − 1/f."""
    loss: Array = target / (2 * prediction**2) - 1 / prediction
    return loss


NUMPY_CODE = "loss = np.mean(y / (2 * f**2) - 1 / f)  # f = np.exp(eta) > 0"
INVERSE_GAUSSIAN = ResponseFamily(
    id="inverse_gaussian",
    title="inverse Gaussian",
    loss=Loss(
        id="inverse_gaussian",
        title="inverse Gaussian negative log-likelihood",
        formula="mean of y/(2f²) − 1/f",
        value=inverse_gaussian_loss,
        aliases=("wald", "inverse_gaussian_nll", "inverse_gaussian_deviance"),
    ),
    elicits="mean",
    assumption="each target is an inverse Gaussian draw with the prediction as its mean and a variance that grows as "
    "the cube of it",
    density="f(y) = exp(−(y − f)²/(2 phi f² y)) / √(2π phi y³), y > 0, with variance phi f³",
    negative_log_likelihood="−log L = (1/phi)·Σ [y/(2f²) − 1/f] + Σ c(y, phi)",
    derivation=(
        "1. A process with drift that is stopped when it first reaches a level takes an inverse Gaussian time: "
        "f(y) = exp(−(y − f)²/(2 phi f² y)) / √(2π phi y³).\n"
        "2. For independent rows −log L = Σ (y − f)²/(2 phi f² y) plus terms without the model.\n"
        "3. Multiply out: (y − f)²/(2f² y) = y/(2f²) − 1/f + 1/(2y). The last term has no model in it, and the factor "
        "1/phi does not move the minimum.\n"
        "4. The derivative is (f − y)/f³, the residual over the variance: large predictions hardly count, an error at "
        "a level of 100 a thousandth of the same error at 10."
    ),
    right_when="targets are positive, most of them small and some very large, and the spread grows faster than the "
    "level: waiting times, claims",
    misleads=(
        "It is consistent for the mean of any positive target, but small predictions decide everything: a row whose "
        "prediction is near 0 has a boundless weight. If the spread only grows in proportion, take the gamma loss."
    ),
    references=(
        "Tweedie (1957), doi:10.1214/aoms/1177706964",
        "McCullagh & Nelder (1989), doi:10.1007/978-1-4899-3242-6",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code="loss = (y / (2 * f**2) - 1 / f).mean()  # f = torch.exp(eta) > 0",
    framework_code={
        **on_arrays(NUMPY_CODE),
        **of_means('TweedieRegressor(power=3, link="log", alpha=0)'),
    },
    domain=Domain.POSITIVE,
    link=Link.LOG,
    nll=nll,
    slopes=slopes,
    variance=variance,
    shapes=(Shape("phi", 1e-9, 1e9),),
    starts=((1e-4,), (1e-2,), (1.0,), (100.0,)),
    mean_consistent=True,
)
