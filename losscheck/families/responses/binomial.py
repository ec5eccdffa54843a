"""Binomial scores: how many of m tries succeed, with a known m."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily
from losscheck.families.snippets import on_arrays
from losscheck.numeric.lazy import Array, np, scipy


def nll(y: Array, mean: Array, m: Array | float) -> Array:
    """Return −log P(y) of y successes in m tries whose mean is `mean`."""
    share = mean / m
    gammaln = scipy.special.gammaln
    count = gammaln(np.asarray(m, dtype=float) + 1) - gammaln(y + 1) - gammaln(m - y + 1)
    return -count - scipy.special.xlogy(y, share) - scipy.special.xlog1py(m - y, -share)


def slopes(y: Array, mean: Array, m: float) -> tuple[Array, ...]:
    """Return the derivative in the mean, (mean − y)/variance."""
    return ((mean - y) / variance(mean, m),)


def variance(mean: Array, m: float) -> Array:
    """Return mean·(1 − mean/m)."""
    return mean * (1 - mean / m)


def binomial_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return −y log(f/m) − (m − y) log(1 − f/m)."""
    m = parameters["m"]
    share = prediction / m
    taken, left = scipy.special.xlogy(target, share), scipy.special.xlog1py(m - target, -share)
    return np.asarray(-(taken + left), dtype=float)


NUMPY_CODE = "m = {m}\nloss = np.mean(-y * np.log(f / m) - (m - y) * np.log(1 - f / m))  # f = m / (1 + np.exp(-z))"
BINOMIAL = ResponseFamily(
    id="binomial",
    title="binomial",
    loss=Loss(
        id="binomial",
        title="binomial negative log-likelihood",
        formula="mean of −y log(f/m) − (m − y) log(1 − f/m)",
        value=binomial_loss,
        parameters=("m",),
        aliases=("binomial_nll", "binomial_deviance"),
    ),
    elicits="mean",
    assumption="each target counts the successes among m tries of the same chance: a score with a known maximum",
    density="P(y) = C(m, y) q^y (1 − q)^(m − y), q = f/m, y = 0 … m",
    negative_log_likelihood="−log L = −Σ [y log(f/m) + (m − y) log(1 − f/m)] − Σ log C(m, y)",
    derivation=(
        "1. m tries succeed independently with probability q each: P(y) = C(m, y) q^y (1 − q)^(m − y), with mean m q.\n"
        "2. With f = m q, −log L = −Σ [y log(f/m) + (m − y) log(1 − f/m)] less Σ log C(m, y), which has no model in "
        "it.\n"
        "3. That is m times the cross-entropy of the share y/m: let the model give a logit, q = 1/(1 + exp(−z)), and "
        "train on y/m with binary cross-entropy; it takes fractions.\n"
        "4. The gradient in the logit is m q − y, and the variance f·(1 − f/m): largest in the middle, nothing at 0 "
        "and "
        "at m. Predictions can then never leave the range."
    ),
    right_when="targets are scores or counts out of a known number: 7 of 10, defects among 50",
    misleads=(
        "It is consistent for the mean of any target between 0 and m. Tries that depend on each other, or ratings that "
        "are no tries at all, vary more or less than it says; the mean stays right."
    ),
    references=("McCullagh & Nelder (1989), doi:10.1007/978-1-4899-3242-6",),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "m = {m}\n"
        "z = torch.logit(f / m)  # better: the model's output itself\n"
        "loss = m * torch.nn.functional.binary_cross_entropy_with_logits(z, y / m)"
    ),
    framework_code={
        **on_arrays(NUMPY_CODE),
        "xgboost": "import xgboost as xgb\nm = {m}\n"
        'model = xgb.XGBRegressor(objective="reg:logistic").fit(X, y / m)\n'
        "f = m * model.predict(X)",
        "lightgbm": "import lightgbm as lgb\nm = {m}\n"
        'model = lgb.LGBMRegressor(objective="cross_entropy").fit(X, y / m)\n'
        "f = m * model.predict(X)",
    },
    domain=Domain.BOUNDED_COUNT,
    link=Link.LOGIT,
    nll=nll,
    slopes=slopes,
    variance=variance,
    known=("m",),
    mean_consistent=True,
)
