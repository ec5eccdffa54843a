"""Student-t noise whose scale follows the prediction: heavy tails and a changing scale at once."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.family import Family, Loss, ShapeClass, View
from losscheck.families.heteroscedastic_normal import LIGHTGBM, SKLEARN, XGBOOST
from losscheck.families.snippets import in_jax, two_models
from losscheck.families.student_t import STUDENT_T, curvature, nll, psi, shape_gradient
from losscheck.numeric.lazy import Array, np


def student_t_nll(residual: Array, parameters: Mapping[str, Array | float]) -> Array:
    """Return log sigma + (ν + 1)/2 · log(1 + r²/(ν sigma²)); sigma may be a number a row."""
    nu, sigma = parameters["nu"], parameters["sigma"]
    return np.log(sigma) + 0.5 * (nu + 1) * np.log1p((residual / sigma) ** 2 / nu)


TAILS = ("nu = {nu}", "(nu + 1) / (nu + square / variance)")
NUMPY_CODE = (
    "nu = {nu}\nz = (y - f) * np.exp(-log_sigma)\nloss = np.mean(log_sigma + (nu + 1) / 2 * np.log1p(z**2 / nu))"
)

HETEROSCEDASTIC_T = Family(
    id="heteroscedastic_t",
    title="Student-t with a changing scale",
    loss=Loss(
        id="student_t_nll",
        title="Student-t negative log-likelihood with a scale head",
        formula="mean of log sigma(x) + (nu + 1)/2 · log(1 + r²/(nu sigma(x)²))",
        value=student_t_nll,
        parameters=("nu", "sigma"),
        defaults={"nu": 4.0},
    ),
    shape_class=ShapeClass.SYMMETRIC,
    elicits="centre of symmetry and scale",
    assumption="residuals are independent Student-t draws whose scale changes with the prediction",
    density=(
        "f(r) ∝ (1 + (r − mu)²/(nu sigma(f)²))^(−(nu + 1)/2) / sigma(f), log sigma(f) = log sigma + slope·x + curve·x²"
    ),
    negative_log_likelihood=("−log L = Σ [log sigma_i + (nu + 1)/2 · log(1 + (y_i − f_i)²/(nu sigma_i²))] + n·c(nu)"),
    derivation=(
        "1. A t residual of row i has the density ∝ (1 + r²/(nu sigma_i²))^(−(nu + 1)/2)/sigma_i, with its own "
        "sigma_i.\n"
        "2. For independent rows −log L = Σ [log sigma_i + (nu + 1)/2 · log(1 + r_i²/(nu sigma_i²))] plus terms "
        "without the model.\n"
        "3. The prediction is pulled by (nu + 1) r/(nu sigma_i² + r²): little by rows that are noisy as their kind, "
        "little by rows that are gross errors.\n"
        "4. log sigma is pulled by 1 − (nu + 1) r²/(nu sigma_i² + r²), which lies between −nu and 1: no single row "
        "can inflate the scale, as it can under the Gaussian likelihood.\n"
        "5. What is fitted here is a stand-in for the scale head: log sigma + slope·x + curve·x², where x is the "
        "prediction in standard units."
    ),
    right_when="the spread changes with the prediction and large residuals remain after dividing by it",
    misleads=(
        "Scale heads are hard to train; start from a fit with a constant scale. sigma is the scale of the t, not a "
        "standard deviation: that is sigma·√(nu/(nu − 2)), and infinite for nu ≤ 2. Part of the gain is an honest "
        "density about the same predictions, not better predictions."
    ),
    references=(
        "Lange, Little & Taylor (1989), doi:10.1080/01621459.1989.10478852",
        "Rigby & Stasinopoulos (2005), doi:10.1111/j.1467-9876.2005.00510.x",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "nu = {nu}\n"
        "z = (y - f) * torch.exp(-log_sigma)\n"
        "loss = (log_sigma + (nu + 1) / 2 * torch.log1p(z**2 / nu)).mean()"
    ),
    framework_code={
        "jax": in_jax(NUMPY_CODE),
        "keras": (
            "from keras import ops\n"
            "\n"
            "def loss(y, outputs):  # the last layer: keras.layers.Dense(2)\n"
            "    y = ops.reshape(y, (-1,))\n"
            "    f, log_sigma = outputs[:, 0], outputs[:, 1]\n"
            "    nu = {nu}\n"
            "    z = (y - f) * ops.exp(-log_sigma)\n"
            "    return log_sigma + (nu + 1) / 2 * ops.log1p(z**2 / nu)"
        ),
        "sklearn": two_models(*SKLEARN, TAILS),
        "xgboost": two_models(*XGBOOST, TAILS),
        "lightgbm": two_models(*LIGHTGBM, TAILS),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    shape_gradient=shape_gradient,
    shapes=STUDENT_T.shapes,
    grid=STUDENT_T.grid,
    in_posterior=False,
    view=View.SCALED,
)
