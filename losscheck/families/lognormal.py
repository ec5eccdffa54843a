"""Log-normal noise: relative errors, mean squared error of the logarithms."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.family import Family, Loss, ShapeClass, View
from losscheck.families.normal import curvature, nll, profile, psi
from losscheck.families.snippets import in_jax
from losscheck.numeric.lazy import Array


def squared_log_error(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return the square of the log ratio, log y − log f."""
    return residual**2


NUMPY_CODE = "loss = np.mean((np.log(y) - np.log(f)) ** 2)"

LOGNORMAL = Family(
    id="lognormal",
    title="log-normal",
    loss=Loss(
        id="msle",
        title="mean squared error of the logarithms",
        formula="mean of (log y − log f)²",
        value=squared_log_error,
        aliases=("rmsle", "log_mse"),
    ),
    shape_class=ShapeClass.SKEWED,
    elicits="median",
    assumption="the ratio target/prediction is log-normal: errors are relative, and many small factors multiply",
    density="f(y) = exp(−(log y − log f − mu)²/(2 sigma²)) / (y sigma √(2π)), y > 0",
    negative_log_likelihood="−log L = n/2·log(2π sigma²) + Σ log y + Σ(log y − log f)²/(2 sigma²)",
    derivation=(
        "1. When errors multiply, log y is the sum of log f and a normal residual: log y = log f + sigma·N.\n"
        "2. The density of y is the normal density of log y times the Jacobian 1/y: "
        "f(y) = φ((log y − log f)/sigma)/(y sigma).\n"
        "3. So −log L = n·log(sigma) + Σ log y + Σ(log y − log f)²/(2 sigma²) plus a constant; Σ log y does not "
        "depend on the model, but counts when likelihoods of y are compared.\n"
        "4. What is left is the mean squared error of the logarithms.\n"
        "5. The model f that minimises it is the median of y. The mean is exp(sigma²/2) times larger: multiply by "
        "that (or by the mean of exp(residual), Duan's smearing) to predict means or totals."
    ),
    right_when="the target is positive, its spread is proportional to its level, and relative errors are what matters",
    misleads=(
        "Exponentiated predictions are medians: sums of them fall short of the total by the factor exp(−sigma²/2). "
        "Targets near zero have the largest logarithms and dominate; with zeros it is not defined, and log(1 + y) "
        "depends on the unit of y."
    ),
    references=(
        "Duan (1983), doi:10.1080/01621459.1983.10478017",
        "Limpert, Stahel & Abbt (2001), doi:10.1641/0006-3568(2001)051[0341:LNDATS]2.0.CO;2",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code="loss = torch.nn.functional.mse_loss(torch.log(f), torch.log(y))",
    framework_code={
        "jax": in_jax(NUMPY_CODE),
        "keras": (
            "from keras import ops\n"
            "\n"
            "def loss(y, f):  # MeanSquaredLogarithmicError is of log(1 + y), log(1 + f)\n"
            "    return (ops.log(y) - ops.log(f)) ** 2"
        ),
        "sklearn": (
            "import numpy as np\n"
            "from sklearn.compose import TransformedTargetRegressor\n"
            "from sklearn.ensemble import HistGradientBoostingRegressor\n"
            "from sklearn.linear_model import LinearRegression\n"
            "logs = dict(func=np.log, inverse_func=np.exp)\n"
            "linear = TransformedTargetRegressor(LinearRegression(), **logs)\n"
            "boosted = TransformedTargetRegressor(HistGradientBoostingRegressor(), **logs)"
        ),
        "xgboost": (
            "import numpy as np\n"
            "import xgboost as xgb\n"
            "# reg:squaredlogerror is of log(1 + y), log(1 + f)\n"
            'model = xgb.XGBRegressor(objective="reg:squarederror")\n'
            "model.fit(X, np.log(y))\n"
            "f = np.exp(model.predict(X))"
        ),
        "lightgbm": (
            "import lightgbm as lgb\n"
            "import numpy as np\n"
            'model = lgb.LGBMRegressor(objective="regression")\n'
            "model.fit(X, np.log(y))\n"
            "f = np.exp(model.predict(X))"
        ),
        "catboost": (
            "import numpy as np\n"
            "from catboost import CatBoostRegressor\n"
            'model = CatBoostRegressor(loss_function="RMSE")\n'
            "model.fit(X, np.log(y))\n"
            "f = np.exp(model.predict(X))"
        ),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    in_posterior=False,
    view=View.LOG_RATIO,
    profile=profile,
)
