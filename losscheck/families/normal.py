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
        "1. Say that the target is what the model says plus noise, y = f + r, and the noise the sum of many small "
        "accidents. Such a sum is near normal (central limit theorem): f(r) = exp(−r²/(2 sigma²)) / (sigma √(2π)).\n"
        "2. The negative logarithm of one row's density is (y − f)²/(2 sigma²) + log sigma + log(2π)/2. The square "
        "comes from the exponent of the density, from nowhere else.\n"
        "3. Rows are independent, so the likelihood is the product of the densities, and its negative logarithm the "
        "sum −log L = n/2·log(2π sigma²) + Σ(y − f)²/(2 sigma²).\n"
        "4. With one sigma for all rows the first term is a constant, and 1/(2 sigma²) a factor that moves no minimum: "
        "only the sum of squares depends on the model. So the model of least mean squared error is the one of maximum "
        "likelihood.\n"
        "5. Its gradient in f is (f − y)/sigma²: every row pulls in proportion to its residual, without limit. Under "
        "normal noise that is right, because a residual of 10 sigma does not happen unless the model is wrong.\n"
        "6. The expected squared error at f is the variance of y plus (f − mean of y)², whatever the noise: so it asks "
        "for the mean, normal or not, as long as there is a variance.\n"
        "7. The best sigma² is the mean squared error itself; put back, −log L = n/2·log(2πe·MSE). Halving the MSE is "
        "worth log(2)/2 = 0.35 nats a row.\n"
        "8. Three things were used, and each has its own repair. The normal's shape: heavier tails make the square a "
        "logarithm or an absolute value (student_t, mae). One sigma: unequal ones weight rows by 1/sigma² "
        "(gaussian_nll). Independence: without it the fit is still of the mean, but its standard errors are wrong."
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
