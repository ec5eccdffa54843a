"""Hurdle with gamma amounts: a logistic model of whether, a gamma model of how much."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.response_family import Domain, Link, Loss, ResponseFamily, Shape
from losscheck.families.responses import gamma
from losscheck.families.responses.hurdle import make_nll, make_slopes, make_variance
from losscheck.families.snippets import of_two_parts, on_arrays
from losscheck.numeric.lazy import Array, np

NAMES = ("intercept", "slope")
PART_SHAPES = tuple(Shape(name, -30.0, 30.0, logarithmic=False) for name in NAMES)
"""The logit of being above zero is intercept + slope·log f, f the prediction: a stand-in for an output of its own."""


def hurdle_loss(target: Array, prediction: Array, parameters: Mapping[str, float]) -> Array:
    """Return log(1 + exp(∓t)) of the zero part, and m's gamma loss where the target is above zero, m = f/P(> 0).

    The gamma part is divided by phi: between the two parts, unlike alone, the factor counts.
    """
    t = parameters["intercept"] + parameters["slope"] * np.log(prediction)
    level = prediction * (1 + np.exp(-t))
    amount = np.where(target > 0, (target / level + np.log(level)) / parameters["phi"], 0.0)
    loss: Array = np.logaddexp(0.0, np.where(target > 0, -t, t)) + amount
    return loss


NUMPY_CODE = (
    "intercept, slope, phi = {intercept}, {slope}, {phi}\n"
    "t = intercept + slope * np.log(f)  # better: an output of its own\n"
    "m = f * (1 + np.exp(-t))  # better: an output of its own, exp(eta)\n"
    "amount = np.logaddexp(0, -t) + (y / m + np.log(m)) / phi\n"
    "loss = np.mean(np.where(y > 0, amount, np.logaddexp(0, t)))"
)
HURDLE_GAMMA = ResponseFamily(
    id="hurdle_gamma",
    title="hurdle gamma",
    loss=Loss(
        id="hurdle",
        title="two-part (hurdle) negative log-likelihood with gamma amounts",
        formula="mean of log(1 + exp(t)) where y = 0, else log(1 + exp(−t)) + (y/m + log m)/phi",
        value=hurdle_loss,
        parameters=("intercept", "slope", "phi"),
        aliases=("two_part", "hurdle_gamma"),
    ),
    elicits="mean of two-part targets",
    assumption="whether a target is above zero is one draw, how much it then is another: a gamma amount",
    density="P(y > 0) = q = 1/(1 + exp(−t)), t = intercept + slope log f; above zero gamma with mean m = f/q",
    negative_log_likelihood="−log L = Σ over y = 0: log(1 + exp(t)) + Σ over y > 0: [log(1 + exp(−t)) + (y/m + log "
    "m)/phi] "
    "+ Σ c(y, phi)",
    derivation=(
        "1. Two questions are asked of a row: is there anything, and how much? P(y > 0) = q, and an amount above zero "
        "has a density of its own.\n"
        "2. A zero has the likelihood 1 − q, an amount q times its density: the logarithm splits into a sum.\n"
        "3. The first part is binary cross-entropy of 'above zero', with logit t; the second the gamma likelihood of "
        "the positive rows, with mean m.\n"
        "4. If t and m are outputs of their own, the parts are trained separately: a classifier on all rows, a gamma "
        "regression on the positive ones, and the mean is q·m.\n"
        "5. Here there is one prediction f, the mean of all rows; t follows it as intercept + slope·log f, and m = "
        "f/q. "
        "That is a stand-in for the two outputs."
    ),
    right_when="zeros have causes of their own: whether and how much are different questions",
    misleads=(
        "The total is the product of two models and inherits the errors of both. Where zeros are only small amounts "
        "rounded down, or nothing happening at a low rate, the Tweedie loss needs one model."
    ),
    references=("Cragg (1971), doi:10.2307/1909582", "Duan, Manning, Morris & Newhouse (1983), doi:10.2307/1391852"),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "intercept, slope, phi = {intercept}, {slope}, {phi}\n"
        "softplus = torch.nn.functional.softplus\n"
        "t = intercept + slope * torch.log(f)  # better: an output of its own\n"
        "m = f * (1 + torch.exp(-t))  # better: an output of its own, exp(eta)\n"
        "amount = softplus(-t) + (y / m + torch.log(m)) / phi\n"
        "loss = torch.where(y > 0, amount, softplus(t)).mean()"
    ),
    framework_code={
        **on_arrays(NUMPY_CODE),
        "sklearn": of_two_parts(
            "from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor",
            "HistGradientBoostingClassifier()",
            'HistGradientBoostingRegressor(loss="gamma")',
        ),
        "xgboost": of_two_parts(
            "import xgboost as xgb", "xgb.XGBClassifier()", 'xgb.XGBRegressor(objective="reg:gamma")'
        ),
        "lightgbm": of_two_parts(
            "import lightgbm as lgb", "lgb.LGBMClassifier()", 'lgb.LGBMRegressor(objective="gamma")'
        ),
    },
    domain=Domain.NON_NEGATIVE,
    link=Link.LOG,
    nll=make_nll(gamma.nll),
    slopes=make_slopes(gamma.slopes),
    variance=make_variance(gamma.variance),
    shapes=(*PART_SHAPES, Shape("phi", 1e-4, 1e3)),
    starts=((0.0, 0.0, 0.5), (0.0, 0.0, 3.0)),
)
