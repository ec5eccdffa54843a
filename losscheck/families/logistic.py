"""Logistic noise: the log-cosh loss."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.family import Family, Loss, ShapeClass
from losscheck.families.laplace import LOG_2
from losscheck.families.snippets import on_arrays, reweighted
from losscheck.numeric.lazy import Array, np


def nll(z: Array) -> Array:
    """Return −log of the standard logistic density, 2 log(2 cosh(z/2)), without the overflow of cosh."""
    u = np.abs(z)
    value: Array = u + 2 * np.log1p(np.exp(-u))
    return value


def psi(z: Array) -> Array:
    """Return tanh(z/2)."""
    return np.tanh(0.5 * z)


def curvature(z: Array) -> Array:
    """Return 1/(2 cosh²(z/2))."""
    e = np.exp(-np.abs(z))
    value: Array = 2 * e / (1 + e) ** 2
    return value


def log_cosh(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return log cosh(r/(2 sigma)), without the overflow of cosh."""
    u = np.abs(residual) / (2 * parameters["sigma"])
    value: Array = u + np.log1p(np.exp(-2 * u)) - LOG_2
    return value


NUMPY_CODE = (
    "sigma = {sigma}\nu = np.abs(y - f) / (2 * sigma)\nloss = np.mean(u + np.log1p(np.exp(-2 * u)) - np.log(2))"
)

LOGISTIC = Family(
    id="logistic",
    title="logistic",
    loss=Loss(
        id="log_cosh",
        title="log-cosh",
        formula="mean of log cosh(r/(2 sigma))",
        value=log_cosh,
        parameters=("sigma",),
        defaults={"sigma": 0.5},  # keras.losses.LogCosh is log cosh(r)
        aliases=("logcosh",),
    ),
    shape_class=ShapeClass.SYMMETRIC,
    elicits="centre of symmetry",
    assumption="residuals are independent draws from one logistic distribution: near normal, with exponential tails",
    density="f(r) = 1 / (4 sigma cosh²((r − mu)/(2 sigma)))",
    negative_log_likelihood="−log L = n·log(4 sigma) + 2 Σ log cosh((y − f)/(2 sigma))",
    derivation=(
        "1. A logistic residual has the distribution function 1/(1 + exp(−r/sigma)), with r = y − f.\n"
        "2. Its derivative is the density f(r) = 1 / (4 sigma cosh²(r/(2 sigma))).\n"
        "3. For independent rows −log L = n·log(4 sigma) + 2 Σ log cosh((y − f)/(2 sigma)); for a fixed sigma only "
        "the sum of log cosh depends on the model f.\n"
        "4. Its derivative in r is tanh(r/(2 sigma))/sigma: proportional to r in the middle like the squared error, "
        "and level in the tails like the absolute error. log cosh(r) without a scale says sigma = 0.5 in the units "
        "of the target, whatever they are."
    ),
    right_when="the tails are a little heavier than normal, evenly on both sides, and a smooth convex loss is wanted",
    misleads=(
        "Without a scale, log cosh(r) is MSE for a target in small units and MAE for one in large units: divide by "
        "2 sigma. On skewed noise it aims between the median and the mean."
    ),
    references=(
        "Saleh & Saleh (2022), arXiv:2208.04564",
        "Balakrishnan (1991), Handbook of the logistic distribution, doi:10.1201/9781482277098",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code=(
        "sigma = {sigma}\n"
        "u = (y - f) / (2 * sigma)\n"
        "loss = (u + torch.nn.functional.softplus(-2 * u) - 0.6931471805599453).mean()"
    ),
    framework_code={
        **on_arrays(NUMPY_CODE),
        "jax": ("import optax\nsigma = {sigma}\nloss = optax.losses.log_cosh(f / (2 * sigma), y / (2 * sigma)).mean()"),
        **reweighted(
            "sigma = {sigma}", "u = np.abs(r) / (2 * sigma) + 1e-9\nweight = np.tanh(u) / u", times="4 * sigma**2"
        ),
        "catboost": (
            "import numpy as np\n"
            "from catboost import CatBoostRegressor\n"
            "# LogCosh is log cosh(y - f), and starts at 0\n"
            "scale, start = 2 * {sigma}, np.median(y)\n"
            'model = CatBoostRegressor(loss_function="LogCosh")\n'
            "model.fit(X, (y - start) / scale)\n"
            "f = model.predict(X) * scale + start"
        ),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
)
