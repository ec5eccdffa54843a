"""Normal (Gaussian) noise: mean squared error."""

from __future__ import annotations

import math
from collections.abc import Mapping

from losscheck.families.family import Family, Loss, ShapeClass
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.points import Points

LOG_ROOT_2PI = 0.5 * math.log(2 * math.pi)


def nll(z: Array) -> Array:
    """Return −log φ(z)."""
    return 0.5 * z * z + LOG_ROOT_2PI


def psi(z: Array) -> Array:
    """Return z."""
    return z


def curvature(z: Array) -> Array:
    """Return 1."""
    return np.ones_like(z)


def profile(points: Points) -> tuple[float, float]:
    """Return the mean and the standard deviation."""
    mean = float(np.average(points.value, weights=points.weight))
    return mean, float(np.sqrt(np.average((points.value - mean) ** 2, weights=points.weight)))


def squared_error(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return r²."""
    return residual**2


NORMAL = Family(
    id="normal",
    title="normal (Gaussian)",
    loss=Loss(
        id="mse",
        title="mean squared error",
        formula="mean of r²",
        value=squared_error,
        aliases=("l2", "rmse"),
    ),
    shape_class=ShapeClass.NORMAL,
    elicits="mean",
    assumption="residuals are independent draws from one normal distribution",
    density="f(r) = exp(−(r − mu)²/(2 sigma²)) / (sigma √(2π))",
    negative_log_likelihood="−log L = n/2·log(2π sigma²) + Σ(y − f)²/(2 sigma²)",
    derivation=(
        "1. A normal residual has the density f(r) = exp(−r²/(2 sigma²)) / (sigma √(2π)), with r = y − f: the target "
        "is what the model says plus the sum of many small accidents.\n"
        "2. For independent rows the likelihood is the product of the densities, and its negative logarithm the sum "
        "−log L = n/2·log(2π sigma²) + Σ(y − f)²/(2 sigma²). The square comes from the exponent of the density, from "
        "nowhere else.\n"
        "3. For any fixed sigma the first term is a constant and the factor 1/(2 sigma²) does not move the minimum: "
        "only the sum of squares depends on the model f. So the model of least mean squared error is the one of "
        "maximum likelihood.\n"
        "4. Its gradient in f is (f − y)/sigma²: every row pulls in proportion to its residual, without limit. Under "
        "normal noise that is right, because a residual of 10 sigma does not happen unless the model is wrong.\n"
        "5. The best sigma² is the mean squared error itself; put back, −log L = n/2·log(2πe·MSE). Half the squared "
        "error is 0.35 nats a row."
    ),
    right_when="the residuals are near normal with a constant scale, or you need the mean and outliers are real",
    misleads=(
        "MSE needs no normal residuals to estimate the mean: it is consistent for the mean of any noise with a finite "
        "variance. What it loses under heavy tails is efficiency: a few rows carry most of the gradient."
    ),
    references=("Gauss (1809), Theoria motus", "Gneiting (2011), doi:10.1198/jasa.2011.r10138"),
    numpy_code="loss = np.mean((y - f) ** 2)",
    pytorch_code="loss = torch.nn.functional.mse_loss(f, y)",
    framework_code={
        "jax": ("import optax\nloss = optax.losses.squared_error(f, y).mean()"),
        "keras": ("import keras\nloss = keras.losses.MeanSquaredError()"),
        "sklearn": (
            "from sklearn.ensemble import HistGradientBoostingRegressor\n"
            "from sklearn.linear_model import LinearRegression\n"
            "linear = LinearRegression()\n"
            'boosted = HistGradientBoostingRegressor(loss="squared_error")'
        ),
        "xgboost": ('import xgboost as xgb\nmodel = xgb.XGBRegressor(objective="reg:squarederror")'),
        "lightgbm": ('import lightgbm as lgb\nmodel = lgb.LGBMRegressor(objective="regression")'),
        "catboost": (
            "from catboost import CatBoostRegressor\n"
            'model = CatBoostRegressor(loss_function="RMSE")  # it prints the root'
        ),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    profile=profile,
    prior=4.0,
)
