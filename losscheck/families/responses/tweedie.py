"""Tweedie targets: exact zeros and positive amounts in one likelihood, a Poisson number of gamma parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily, Shape
from losscheck.families.snippets import of_means, on_arrays
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.tweedie import log_series

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _positive(y: Array, phi: float, p: float) -> tuple[NDArray[np.bool_], float, Array]:
    """Return which targets are positive, a = (2 − p)/(p − 1), and log z of the positive ones."""
    above = y > 0
    a = (2 - p) / (p - 1)
    log_z = a * np.log(y[above]) - a * np.log(p - 1) - (1 + a) * np.log(phi) - np.log(2 - p)
    return above, a, log_z


def nll(y: Array, mean: Array, phi: float, p: float) -> Array:
    """Return −log of P(0) or of the density, variance phi·mean^p; the series to 1e-9."""
    y, mean = np.broadcast_arrays(np.asarray(y, dtype=float), mean)
    above, a, log_z = _positive(y, phi, p)
    values: Array = mean ** (2 - p) / (phi * (2 - p))
    values = values - y * mean ** (1 - p) / (phi * (1 - p))
    values[above] += np.log(y[above]) - log_series(log_z, a)[0]
    return values


def slopes(y: Array, mean: Array, phi: float, p: float) -> tuple[Array, ...]:
    """Return the derivatives in the mean, in phi and in p."""
    above, a, log_z = _positive(y, phi, p)
    _, by_z, by_a = log_series(log_z, a)
    log_mean = np.log(mean)
    rate, pull = mean ** (2 - p) / (2 - p), y * mean ** (1 - p) / (1 - p)
    by_phi = -(rate - pull) / phi**2
    by_phi[above] += by_z * (1 + a) / phi
    by_p = (rate * (1 / (2 - p) - log_mean) - pull * (1 / (1 - p) - log_mean)) / phi
    turn = -1 / (p - 1) ** 2  # da/dp
    z_turn = turn * (np.log(y[above]) - np.log(p - 1) - np.log(phi)) - a / (p - 1) + 1 / (2 - p)
    by_p[above] -= by_z * z_turn + by_a * turn
    return (mean - y) * mean**-p / phi, by_phi, by_p


def variance(mean: Array, phi: float, p: float) -> Array:
    """Return phi·mean^p."""
    return phi * mean**p


def tweedie_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return f^(2 − p)/(2 − p) − y f^(1 − p)/(1 − p)."""
    p = parameters["p"]
    loss: Array = prediction ** (2 - p) / (2 - p) - target * prediction ** (1 - p) / (1 - p)
    return loss


NUMPY_CODE = "p = {p}\nloss = np.mean(f ** (2 - p) / (2 - p) - y * f ** (1 - p) / (1 - p))  # f = np.exp(eta) > 0"
TWEEDIE = ResponseFamily(
    id="tweedie",
    title="Tweedie",
    loss=Loss(
        id="tweedie",
        title="Tweedie negative log-likelihood",
        formula="mean of f^(2 − p)/(2 − p) − y f^(1 − p)/(1 − p)",
        value=tweedie_loss,
        parameters=("p",),
        defaults={"p": 1.5},
        aliases=("tweedie_nll", "tweedie_deviance", "mean_tweedie_deviance"),
    ),
    elicits="mean",
    assumption="each target is the sum of a Poisson number of gamma amounts: exactly zero if there is none, else "
    "positive, with a variance that grows as a power of the mean",
    density="P(0) = exp(−f^(2 − p)/(phi (2 − p))), f(y) = c(y, phi, p) exp([y f^(1 − p)/(1 − p) − f^(2 − p)/(2 − "
    "p)]/phi) "
    "for y > 0, variance phi f^p, 1 < p < 2",
    negative_log_likelihood="−log L = (1/phi)·Σ [f^(2 − p)/(2 − p) − y f^(1 − p)/(1 − p)] − Σ log c(y, phi, p)",
    derivation=(
        "1. N events, N Poisson, each of a gamma size: the total is 0 where N = 0, else positive. Claims of a year, "
        "rain "
        "of a day, purchases of a customer.\n"
        "2. With the parameters tied so that the mean is f and the variance phi f^p, 1 < p < 2, this is an exponential "
        "family: log f(y) = [y f^(1 − p)/(1 − p) − f^(2 − p)/(2 − p)]/phi + log c(y, phi, p), and c is a series over "
        "N.\n"
        "3. So −log L = (1/phi)·Σ [f^(2 − p)/(2 − p) − y f^(1 − p)/(1 − p)] plus terms without the model: neither "
        "phi nor c is needed to train.\n"
        "4. Its derivative is (f − y)/f^p, the residual over the variance. p → 1 is the Poisson loss, p → 2 the gamma "
        "loss; p is chosen by the likelihood with its series, as it was here."
    ),
    right_when="targets are amounts with many exact zeros, and zero means that nothing happened: claims, rain, sales",
    misleads=(
        "It is consistent for the mean of any non-negative target at any p. Zeros that have causes of their own, not "
        "just small means, are better told by a hurdle: one model of whether, one of how much."
    ),
    references=(
        "Jørgensen (1987), doi:10.1111/j.2517-6161.1987.tb01685.x",
        "Dunn & Smyth (2005), doi:10.1007/s11222-005-4070-y",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code="p = {p}\nloss = (f ** (2 - p) / (2 - p) - y * f ** (1 - p) / (1 - p)).mean()  # f = "
    "torch.exp(eta) > 0",
    framework_code={
        **on_arrays(NUMPY_CODE),
        **of_means(
            'TweedieRegressor(power={p}, link="log", alpha=0)',
            "",
            {
                "xgboost": 'objective="reg:tweedie", tweedie_variance_power={p}',
                "lightgbm": 'objective="tweedie", tweedie_variance_power={p}',
                "catboost": 'loss_function="Tweedie:variance_power={p}"',
            },
        ),
    },
    domain=Domain.NON_NEGATIVE,
    link=Link.LOG,
    nll=nll,
    slopes=slopes,
    variance=variance,
    shapes=(Shape("phi", 1e-4, 1e8), Shape("p", 1.05, 1.95, logarithmic=False)),
    starts=((0.1, 1.5), (1.0, 1.5), (10.0, 1.5), (100.0, 1.5)),
    mean_consistent=True,
)
