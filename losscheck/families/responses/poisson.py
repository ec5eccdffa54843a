"""Poisson counts: the Poisson deviance."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily
from losscheck.families.snippets import of_means, on_arrays
from losscheck.numeric.lazy import Array, scipy


def nll(y: Array, mean: Array) -> Array:
    """Return −log P(y), P(y) = e^(−mean) mean^y / y!."""
    return mean - scipy.special.xlogy(y, mean) + scipy.special.gammaln(y + 1)


def slopes(y: Array, mean: Array) -> tuple[Array, ...]:
    """Return the derivative in the mean, 1 − y/mean."""
    return (1 - y / mean,)


def variance(mean: Array) -> Array:
    """Return the mean: the variance of a Poisson count."""
    return mean


def poisson_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return f − y log f."""
    loss: Array = prediction - scipy.special.xlogy(target, prediction)
    return loss


NUMPY_CODE = "loss = np.mean(f - y * np.log(f))  # f = np.exp(eta) > 0"
POISSON = ResponseFamily(
    id="poisson",
    title="Poisson",
    loss=Loss(
        id="poisson",
        title="Poisson negative log-likelihood",
        formula="mean of f − y log f",
        value=poisson_loss,
        aliases=("poisson_nll", "poisson_nll_loss", "poisson_deviance", "mean_poisson_deviance"),
    ),
    elicits="mean",
    assumption="each target counts independent rare events, with the prediction as its mean and as its variance",
    density="P(y) = e^(−f) f^y / y!, y = 0, 1, 2, …",
    negative_log_likelihood="−log L = Σ [f − y log f + log y!]",
    derivation=(
        "1. Many independent chances, each of them small, give a count with P(y) = e^(−f) f^y / y!, f its mean.\n"
        "2. Rows are independent, so −log L = Σ [f − y log f + log y!].\n"
        "3. log y! does not depend on the model; f − y log f is the loss. Less its least value, at f = y, and doubled "
        "it is the Poisson deviance.\n"
        "4. Its derivative is (f − y)/f: the residual over the variance. A miss of 3 at a mean of 1 is pulled as hard "
        "as one of 300 at a mean of 100, where squared error sees only the latter.\n"
        "5. Let the model give eta = log f, any real number: the loss exp(eta) − y·eta is convex, its gradient f − y."
    ),
    right_when="targets are counts of events and their variance is near their mean",
    misleads=(
        "It is consistent for the mean of any non-negative target, counts or not. Where the variance grows faster than "
        "the mean its predictions are still right on average, but intervals from it are too narrow: see the dispersion."
    ),
    references=(
        "McCullagh & Nelder (1989), doi:10.1007/978-1-4899-3242-6",
        "Gneiting (2011), doi:10.1198/jasa.2011.r10138",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code="loss = torch.nn.PoissonNLLLoss(log_input=False, eps=0)(f, y)  # log_input=True for eta = log f",
    framework_code={
        **on_arrays(NUMPY_CODE),
        **of_means(
            "PoissonRegressor(alpha=0)",
            "poisson",
            {
                "xgboost": 'objective="count:poisson"',
                "lightgbm": 'objective="poisson"',
                "catboost": 'loss_function="Poisson"',
            },
        ),
    },
    domain=Domain.COUNT,
    link=Link.LOG,
    nll=nll,
    slopes=slopes,
    variance=variance,
    mean_consistent=True,
)
