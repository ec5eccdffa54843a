"""Hurdle with log-normal amounts: a logistic model of whether, a log-normal model of how much."""

from __future__ import annotations

import math
from collections.abc import Mapping

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily, Shape
from losscheck.families.responses.hurdle import make_nll, make_slopes, make_variance
from losscheck.families.responses.hurdle_gamma import PART_SHAPES
from losscheck.families.snippets import of_two_parts, on_arrays
from losscheck.numeric.lazy import Array, np

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


def amount_nll(y: Array, mean: Array, sigma: Array | float) -> Array:
    """Return −log of the log-normal density with this mean: log y is normal about log mean − sigma²/2."""
    z = (np.log(y) - np.log(mean)) / sigma + sigma / 2
    nll: Array = 0.5 * z * z + np.log(sigma) + np.log(y) + HALF_LOG_2PI
    return nll


def amount_slopes(y: Array, mean: Array, sigma: float) -> tuple[Array, ...]:
    """Return the derivatives in the mean and in sigma."""
    ratio = (np.log(y) - np.log(mean)) / sigma
    z = ratio + sigma / 2
    return -z / (sigma * mean), z * (0.5 - ratio / sigma) + 1 / sigma


def amount_variance(mean: Array, sigma: float) -> Array:
    """Return mean²·(exp(sigma²) − 1)."""
    variance: Array = mean * mean * np.expm1(sigma * sigma)
    return variance


def hurdle_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return log(1 + exp(∓t)) of the zero part, and (log y − log m + sigma²/2)²/(2 sigma²) above zero, m = f/P(> 0)."""
    sigma = parameters["sigma"]
    t = parameters["intercept"] + parameters["slope"] * np.log(prediction)
    level = prediction * (1 + np.exp(-t))
    above = target > 0
    z = (np.log(np.where(above, target, level)) - np.log(level)) / sigma + sigma / 2
    loss: Array = np.logaddexp(0.0, np.where(above, -t, t)) + np.where(above, 0.5 * z * z, 0.0)
    return loss


NUMPY_CODE = (
    "intercept, slope, sigma = {intercept}, {slope}, {sigma}\n"
    "t = intercept + slope * np.log(f)  # better: an output of its own\n"
    "m = f * (1 + np.exp(-t))  # better: an output of its own, exp(eta)\n"
    "z = (np.log(np.where(y > 0, y, m)) - np.log(m)) / sigma + sigma / 2\n"
    "loss = np.mean(np.where(y > 0, np.logaddexp(0, -t) + z**2 / 2, np.logaddexp(0, t)))"
)
HURDLE_LOGNORMAL = ResponseFamily(
    id="hurdle_lognormal",
    title="hurdle log-normal",
    loss=Loss(
        id="hurdle_lognormal",
        title="two-part (hurdle) negative log-likelihood with log-normal amounts",
        formula="mean of log(1 + exp(t)) where y = 0, else log(1 + exp(−t)) + (log y − log m + sigma²/2)²/(2 sigma²)",
        value=hurdle_loss,
        parameters=("intercept", "slope", "sigma"),
        aliases=("delta_lognormal",),
    ),
    elicits="mean of two-part targets",
    assumption="whether a target is above zero is one draw, how much it then is another: a log-normal amount",
    density="P(y > 0) = q = 1/(1 + exp(−t)), t = intercept + slope log f; above zero log y is normal with sd sigma "
    "about log m − sigma²/2, m = f/q",
    negative_log_likelihood="−log L = Σ over y = 0: log(1 + exp(t)) + Σ over y > 0: [log(1 + exp(−t)) + (log y − "
    "log m + "
    "sigma²/2)²/(2 sigma²)] + Σ c(y, sigma)",
    derivation=(
        "1. Two questions are asked of a row: is there anything, and how much? P(y > 0) = q, and an amount above zero "
        "has a density of its own.\n"
        "2. A zero has the likelihood 1 − q, an amount q times its density: the logarithm splits into binary "
        "cross-entropy of 'above zero', with logit t, and the likelihood of the positive rows.\n"
        "3. Amounts that arise by multiplying have normal logarithms; about log m − sigma²/2, so that m is their mean: "
        "squared error of the logarithms of the positive rows.\n"
        "4. If t and m are outputs of their own the parts are trained separately: a classifier on all rows, squared "
        "error of log y on the positive ones. Then the mean is q·exp(prediction of log y + sigma²/2).\n"
        "5. Here there is one prediction f, the mean of all rows; t follows it as intercept + slope·log f, and m = f/q."
    ),
    right_when="zeros have causes of their own, and the amounts are spread over orders of magnitude",
    misleads=(
        "The factor exp(sigma²/2) back to the mean trusts the normal shape of the logarithms: with heavy tails take "
        "the mean of exp(residual) (Duan's smearing) instead. log(1 + y) is no substitute: it depends on the unit."
    ),
    references=("Cragg (1971), doi:10.2307/1909582", "Duan (1983), doi:10.1080/01621459.1983.10478017"),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "intercept, slope, sigma = {intercept}, {slope}, {sigma}\n"
        "softplus = torch.nn.functional.softplus\n"
        "t = intercept + slope * torch.log(f)  # better: an output of its own\n"
        "m = f * (1 + torch.exp(-t))  # better: an output of its own, exp(eta)\n"
        "z = (torch.log(torch.where(y > 0, y, m)) - torch.log(m)) / sigma + sigma / 2\n"
        "loss = torch.where(y > 0, softplus(-t) + z**2 / 2, softplus(t)).mean()"
    ),
    framework_code={
        **on_arrays(NUMPY_CODE),
        "sklearn": of_two_parts(
            "from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor",
            "HistGradientBoostingClassifier()",
            "HistGradientBoostingRegressor()",
            logs=True,
        ),
        "xgboost": of_two_parts("import xgboost as xgb", "xgb.XGBClassifier()", "xgb.XGBRegressor()", logs=True),
        "lightgbm": of_two_parts("import lightgbm as lgb", "lgb.LGBMClassifier()", "lgb.LGBMRegressor()", logs=True),
    },
    domain=Domain.NON_NEGATIVE,
    link=Link.LOG,
    nll=make_nll(amount_nll),
    slopes=make_slopes(amount_slopes),
    variance=make_variance(amount_variance),
    shapes=(*PART_SHAPES, Shape("sigma", 1e-3, 20.0)),
    starts=((0.0, 0.0, 0.5), (0.0, 0.0, 2.0)),
)
