"""Laplace (double exponential) noise: mean absolute error."""

from __future__ import annotations

import math
from collections.abc import Mapping

from losscheck.families.family import Family, Loss, ShapeClass
from losscheck.families.snippets import on_arrays
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.points import Points, weighted_quantile

LOG_2 = math.log(2.0)


def nll(z: Array) -> Array:
    """Return |z| + log 2."""
    return np.abs(z) + LOG_2


def psi(z: Array) -> Array:
    """Return sign(z)."""
    return np.sign(z)


def curvature(z: Array) -> Array:
    """Return 0: all the curvature sits in the kink at 0."""
    return np.zeros_like(z)


def profile(points: Points) -> tuple[float, float]:
    """Return the median and the mean absolute deviation from it."""
    median = weighted_quantile(points.value, points.weight, 0.5)
    return median, float(np.average(np.abs(points.value - median), weights=points.weight))


def absolute_error(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return |r|."""
    return np.abs(residual)


NUMPY_CODE = "loss = np.mean(np.abs(y - f))"

LAPLACE = Family(
    id="laplace",
    title="Laplace (double exponential)",
    loss=Loss(
        id="mae",
        title="mean absolute error",
        formula="mean of |r|",
        value=absolute_error,
        aliases=("l1",),
    ),
    shape_class=ShapeClass.SYMMETRIC,
    elicits="median",
    assumption="residuals are independent draws from one Laplace distribution: a sharp peak, exponential tails",
    density="f(r) = exp(−|r − mu|/sigma) / (2 sigma)",
    negative_log_likelihood="−log L = n·log(2 sigma) + Σ|y − f|/sigma",
    derivation=(
        "1. A Laplace residual has the density f(r) = exp(−|r|/sigma) / (2 sigma), with r = y − f: each further sigma "
        "is as much less likely as the one before.\n"
        "2. For independent rows −log L = n·log(2 sigma) + Σ|y − f|/sigma.\n"
        "3. For any fixed sigma only the sum of absolute errors depends on the model f.\n"
        "4. So minimising the mean absolute error is maximum likelihood, and the best sigma is the mean absolute "
        "error itself. The derivative is sign(r): each row has one vote, however far away it lies, and the best "
        "constant is the median."
    ),
    right_when="most residuals are tiny and some are large, or you need the median whatever the noise",
    misleads=(
        "MAE is consistent for the median of any noise, and on skewed noise that is not the mean. Where the noise is "
        "near normal it wastes 36 % of the rows, since it looks at the signs alone."
    ),
    references=(
        "Portnoy & Koenker (1997), doi:10.1214/ss/1030037960",
        "Gneiting (2011), doi:10.1198/jasa.2011.r10138",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code="loss = torch.nn.functional.l1_loss(f, y)",
    framework_code={
        **on_arrays(NUMPY_CODE),
        "keras": ("import keras\nloss = keras.losses.MeanAbsoluteError()"),
        "sklearn": (
            "from sklearn.ensemble import HistGradientBoostingRegressor\n"
            "from sklearn.linear_model import QuantileRegressor\n"
            "# alpha is a penalty, and 1 by default\n"
            "linear = QuantileRegressor(quantile=0.5, alpha=0)\n"
            'boosted = HistGradientBoostingRegressor(loss="absolute_error")'
        ),
        "xgboost": ('import xgboost as xgb\nmodel = xgb.XGBRegressor(objective="reg:absoluteerror")'),
        "lightgbm": ('import lightgbm as lgb\nmodel = lgb.LGBMRegressor(objective="regression_l1")'),
        "catboost": ('from catboost import CatBoostRegressor\nmodel = CatBoostRegressor(loss_function="MAE")'),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    smooth=False,
    profile=profile,
    prior=0.5,
)
