"""Huber's least favourable noise, normal in the middle with exponential tails: the Huber loss."""

from __future__ import annotations

import math
from collections.abc import Mapping

from losscheck.families.family import Family, Loss, Shape, ShapeClass
from losscheck.numeric.lazy import Array, np, scipy
from losscheck.numeric.points import Points

LEAST_SHARE = 0.001
"""A share of rows as a setting is held off 0 and 1, which scikit-learn refuses."""
ROOT_2PI = math.sqrt(2 * math.pi)


def rho(z: Array, c: Array | float) -> Array:
    """Return z²/2 for |z| ≤ c and c|z| − c²/2 outside."""
    inner = np.minimum(np.abs(z), c)
    return inner * (np.abs(z) - 0.5 * inner)


def norm(c: Array | float) -> Array:
    """Return the integral of exp(−rho): √(2π)(2Φ(c) − 1) + 2 exp(−c²/2)/c."""
    c = np.asarray(c, dtype=float)
    return ROOT_2PI * scipy.special.erf(c / math.sqrt(2)) + 2 * np.exp(-0.5 * c * c) / c


def nll(z: Array, c: Array | float) -> Array:
    """Return rho(z) + log of its norm."""
    return rho(z, c) + np.log(norm(c))


def psi(z: Array, c: Array | float) -> Array:
    """Return z clipped to [−c, c]."""
    return np.clip(z, -np.asarray(c), c)


def curvature(z: Array, c: Array | float) -> Array:
    """Return 1 inside and 0 outside."""
    return (np.abs(z) <= c).astype(float)


def shape_gradient(z: Array, c: float) -> tuple[Array, ...]:
    """Return the derivative of the nll in c."""
    return (np.maximum(np.abs(z) - c, 0) - 2 * np.exp(-0.5 * c * c) / (c * c * norm(c)),)


def natural(mu: float, sigma: float, c: float) -> dict[str, float]:
    """Return delta = c·sigma, the threshold in the target's units, besides mu and sigma."""
    return {"mu": mu, "sigma": sigma, "delta": c * sigma}


def huber_loss(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return r²/2 for |r| ≤ delta and delta(|r| − delta/2) outside."""
    return rho(residual, parameters["delta"])


def settings(points: Points, parameters: Mapping[str, float]) -> dict[str, float]:
    """Return delta as scikit-learn measures it: as a multiple of a scale, and as a share of the rows.

    The scale s that HuberRegressor fits along is the root mean square of the residuals cut at ±delta: there the
    derivative in s of its objective, Σ s + H(r/s) s, is 0.
    """
    size, delta = np.abs(points.value) * points.scale, parameters["delta"]
    cut = float(np.sqrt(np.average(np.minimum(size, delta) ** 2, weights=points.weight)))
    share = float(np.average(size <= delta, weights=points.weight))
    epsilon = delta / cut if cut > 0 else 1.0
    return {"epsilon": max(epsilon, 1.0), "share": min(max(share, LEAST_SHARE), 1 - LEAST_SHARE)}


HUBER = Family(
    id="huber",
    title="Huber's least favourable",
    loss=Loss(
        id="huber",
        title="Huber loss",
        formula="mean of r²/2 where |r| ≤ delta, else delta·(|r| − delta/2)",
        value=huber_loss,
        parameters=("delta",),
        defaults={"delta": 1.0},  # torch.nn.HuberLoss, keras.losses.Huber
        aliases=("smooth_l1",),
    ),
    shape_class=ShapeClass.SYMMETRIC,
    elicits="centre of symmetry",
    assumption=(
        "residuals are independent draws from one distribution that is normal up to ±delta and falls off "
        "exponentially beyond"
    ),
    density="f(r) ∝ exp(−(r − mu)²/(2 sigma²)) for |r − mu| ≤ delta, ∝ exp(−delta(|r − mu| − delta/2)/sigma²) beyond",
    negative_log_likelihood="−log L = n·log(sigma) + Σ huber_delta(y − f)/sigma² + n·log Z(delta/sigma)",
    derivation=(
        "1. Of all the distributions that are normal but for a share ε of symmetric errors of any kind, the one that "
        "tells least about its centre is normal in the middle and exponential from ±delta on (Huber 1964).\n"
        "2. Its density is exp(−h(r)/sigma²)/(sigma Z) with h(r) = r²/2 for |r| ≤ delta, delta(|r| − delta/2) beyond, "
        "and r = y − f.\n"
        "3. For independent rows −log L = Σ h(y − f)/sigma² plus terms without f: the Huber loss.\n"
        "4. Its derivative is r, clipped to ±delta: a row votes like under the squared error until delta, and never "
        "more. delta → ∞ is MSE; delta → 0 is MAE."
    ),
    right_when="mostly normal residuals with a share of gross errors on both sides, and a convex loss is wanted",
    misleads=(
        "delta is in the target's units: the default of 1 is MSE for small targets and MAE for large ones; set it to "
        "1.345 sigma of the clean rows for 95 % efficiency. On skewed noise it aims between the median and the mean. "
        "Very heavy tails (Cauchy) need a redescending loss."
    ),
    references=("Huber (1964), doi:10.1214/aoms/1177703732",),
    numpy_code=(
        "delta = {delta}\n"
        "r = np.abs(y - f)\n"
        "loss = np.mean(np.where(r <= delta, 0.5 * r**2, delta * (r - 0.5 * delta)))"
    ),
    pytorch_code="loss = torch.nn.functional.huber_loss(f, y, delta={delta})",
    framework_code={
        "jax": ("import optax\nloss = optax.losses.huber_loss(f, y, delta={delta}).mean()"),
        "keras": ("import keras\nloss = keras.losses.Huber(delta={delta})"),
        "sklearn": (
            "from sklearn.ensemble import GradientBoostingRegressor\n"
            "from sklearn.linear_model import HuberRegressor\n"
            "# epsilon is delta in units of a scale that is fitted along: on these\n"
            "# residuals {epsilon} of it is delta = {delta}\n"
            "linear = HuberRegressor(epsilon={epsilon}, alpha=0)\n"
            "# alpha is the share of rows with |r| <= delta; delta shrinks with r\n"
            'boosted = GradientBoostingRegressor(loss="huber", alpha={share})'
        ),
        "xgboost": (
            "import xgboost as xgb\n"
            "# pseudo-Huber, delta**2 * (sqrt(1 + (r / delta)**2) - 1): the same slopes\n"
            "# at 0 and far away, 0.71 of them at |r| = delta\n"
            'model = xgb.XGBRegressor(objective="reg:pseudohubererror", huber_slope={delta})'
        ),
        "lightgbm": (
            'import lightgbm as lgb\nmodel = lgb.LGBMRegressor(objective="huber", alpha={delta})  # alpha is delta'
        ),
        "catboost": (
            "import numpy as np\n"
            "from catboost import CatBoostRegressor\n"
            'model = CatBoostRegressor(loss_function="Huber:delta={delta}")\n'
            "start = np.median(y)  # it starts at 0\n"
            "model.fit(X, y - start)\n"
            "f = model.predict(X) + start"
        ),
    },
    settings=settings,
    nll=nll,
    psi=psi,
    curvature=curvature,
    shape_gradient=shape_gradient,
    shapes=(Shape("c", 0.05, 5.0, limit_low="laplace", limit_high="normal"),),
    grid=((0.4,), (0.8,), (1.3,), (1.8,)),
    natural=natural,
    prior=0.3,
)
