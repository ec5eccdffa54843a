"""Normal noise whose scale follows the prediction: the Gaussian likelihood of a model with a scale head."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.family import Family, Loss, ShapeClass, View
from losscheck.families.normal import curvature, nll, psi
from losscheck.families.snippets import in_jax, two_models
from losscheck.numeric.lazy import Array, np


def gaussian_nll(residual: Array, parameters: Mapping[str, Array | float]) -> Array:
    """Return log sigma + r²/(2 sigma²); sigma may be a number a row."""
    sigma = parameters["sigma"]
    return np.log(sigma) + 0.5 * (residual / sigma) ** 2


SKLEARN = (
    "from sklearn.ensemble import HistGradientBoostingRegressor",
    "HistGradientBoostingRegressor()",
    'HistGradientBoostingRegressor(loss="gamma")',
)
XGBOOST = ("import xgboost as xgb", "xgb.XGBRegressor()", 'xgb.XGBRegressor(objective="reg:gamma")')
LIGHTGBM = ("import lightgbm as lgb", "lgb.LGBMRegressor()", 'lgb.LGBMRegressor(objective="gamma")')
NUMPY_CODE = "loss = np.mean(log_sigma + 0.5 * ((y - f) * np.exp(-log_sigma)) ** 2)"

HETEROSCEDASTIC_NORMAL = Family(
    id="heteroscedastic_normal",
    title="normal with a changing scale",
    loss=Loss(
        id="gaussian_nll",
        title="Gaussian negative log-likelihood with a scale head",
        formula="mean of log sigma(x) + r²/(2 sigma(x)²)",
        value=gaussian_nll,
        parameters=("sigma",),
        aliases=("nll",),
    ),
    shape_class=ShapeClass.NORMAL,
    elicits="mean and variance",
    assumption="residuals are independent normals whose standard deviation changes with the prediction",
    density="f(r) = exp(−(r − mu)²/(2 sigma(f)²)) / (sigma(f) √(2π)), log sigma(f) = log sigma + slope·x + curve·x²",
    negative_log_likelihood="−log L = Σ [log sigma_i + (y_i − f_i)²/(2 sigma_i²)] + const",
    derivation=(
        "1. A normal residual of row i has the density exp(−r²/(2 sigma_i²))/(sigma_i √(2π)), with its own sigma_i.\n"
        "2. For independent rows −log L = Σ [log sigma_i + (y_i − f_i)²/(2 sigma_i²)] plus a constant.\n"
        "3. Were the sigma_i known, that would be least squares with the weights 1/sigma_i²: plain MSE gives the "
        "noisiest rows the largest say.\n"
        "4. They are not known, so a second output of the model, log sigma, learns them; log sigma_i is what keeps "
        "it from declaring every row noisy.\n"
        "5. What is fitted here is a stand-in for that output: log sigma + slope·x + curve·x², where x is the "
        "prediction in standard units."
    ),
    right_when="the spread changes with the prediction and each row is near normal, or you need intervals",
    misleads=(
        "Scale heads are hard to train: a large sigma silences a row, so the mean of hard rows may never be learned "
        "(start from a fit of MSE, or use beta-NLL). One gross error inflates the scale near it. If the target is "
        "positive and its scale is proportional to its level, a log target is simpler."
    ),
    references=(
        "Nix & Weigend (1994), doi:10.1109/ICNN.1994.374138",
        "Harvey (1976), doi:10.2307/1913974",
        "Seitzer et al. (2022), doi:10.48550/arXiv.2203.09168",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "loss = (log_sigma + 0.5 * ((y - f) * torch.exp(-log_sigma)) ** 2).mean()\n"
        "# the same: torch.nn.GaussianNLLLoss(eps=0)(f, y, torch.exp(2 * log_sigma));\n"
        "# its eps of 1e-6 is a least variance, whatever the unit of y"
    ),
    framework_code={
        "jax": in_jax(NUMPY_CODE),
        "keras": (
            "from keras import ops\n"
            "\n"
            "def loss(y, outputs):  # the last layer: keras.layers.Dense(2)\n"
            "    y = ops.reshape(y, (-1,))\n"
            "    f, log_sigma = outputs[:, 0], outputs[:, 1]\n"
            "    return log_sigma + 0.5 * ((y - f) * ops.exp(-log_sigma)) ** 2"
        ),
        "sklearn": two_models(*SKLEARN),
        "xgboost": two_models(*XGBOOST),
        "lightgbm": two_models(*LIGHTGBM),
        "catboost": (
            "from catboost import CatBoostRegressor\n"
            "# log sigma + r**2 / (2 sigma**2) + 0.919; predict gives f and sigma**2\n"
            'model = CatBoostRegressor(loss_function="RMSEWithUncertainty")'
        ),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    in_posterior=False,
    view=View.SCALED,
)
