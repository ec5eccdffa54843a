"""Asymmetric Laplace noise: the pinball loss of quantile regression."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.family import Family, Loss, Shape, ShapeClass
from losscheck.families.snippets import on_arrays
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.points import Points, weighted_quantile

LOWEST_TAU, HIGHEST_TAU = 0.01, 0.99


def check(z: Array, tau: Array | float) -> Array:
    """Return τ z for z ≥ 0 and (τ − 1) z below."""
    return z * (tau - (z < 0))


def nll(z: Array, tau: Array | float) -> Array:
    """Return the check loss of z − log(τ(1 − τ))."""
    return check(z, tau) - np.log(tau * (1 - np.asarray(tau)))


def psi(z: Array, tau: Array | float) -> Array:
    """Return τ above 0, τ − 1 below, and 0 at 0, where any value between will do."""
    return np.where(z == 0, 0.0, tau - (z < 0))


def curvature(z: Array, tau: Array | float) -> Array:
    """Return 0: all the curvature sits in the kink at 0."""
    return np.zeros(np.broadcast_shapes(np.shape(z), np.shape(tau)))


def shape_gradient(z: Array, tau: float) -> tuple[Array, ...]:
    """Return the derivative of the nll in τ."""
    return (z - (1 / tau - 1 / (1 - tau)),)


def profile(points: Points, tau: float) -> tuple[float, float]:
    """Return the τ-quantile and the mean check loss about it."""
    quantile = weighted_quantile(points.value, points.weight, tau)
    return quantile, float(np.average(check(points.value - quantile, tau), weights=points.weight))


def solve(points: Points) -> tuple[float, float, float]:
    """Return the global maximum of the likelihood, in one pass over the sorted values.

    With A = mean (x − m)₊ and B = mean (m − x)₊ the best sigma is τA + (1 − τ)B and the best τ/(1 − τ) is √(B/A);
    for any τ the best m is one of the values. What is left is to minimise (√A + √B)², or, where τ is held at an
    end of its range, sigma/(τ(1 − τ)), over them.
    """
    order = np.argsort(points.value, kind="stable")
    x, w = points.value[order], points.weight[order] / points.n
    below, sum_below = np.cumsum(w), np.cumsum(w * x)
    a = np.maximum(sum_below[-1] - sum_below - x * (below[-1] - below), 0)
    b = np.maximum(x * below - sum_below, 0)
    with np.errstate(invalid="ignore"):  # all values equal: 0/0, and any τ will do
        free = np.sqrt(b) / (np.sqrt(a) + np.sqrt(b))
    tau = np.clip(np.nan_to_num(free, nan=0.5), LOWEST_TAU, HIGHEST_TAU)
    sigma = tau * a + (1 - tau) * b
    best = int(np.argmin(sigma / (tau * (1 - tau))))
    return float(x[best]), float(sigma[best]), float(tau[best])


def natural(mu: float, sigma: float, tau: float) -> dict[str, float]:
    """Return τ under the name q, as quantile regression knows it."""
    return {"mu": mu, "sigma": sigma, "q": tau}


def pinball_loss(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return q·r for r ≥ 0 and (q − 1)·r below."""
    return check(residual, parameters["q"])


NUMPY_CODE = "q = {q}\nr = y - f\nloss = np.mean(np.maximum(q * r, (q - 1) * r))"

ASYMMETRIC_LAPLACE = Family(
    id="asymmetric_laplace",
    title="asymmetric Laplace",
    loss=Loss(
        id="pinball",
        title="pinball (quantile) loss",
        formula="mean of q·r where r ≥ 0, else (q − 1)·r",
        value=pinball_loss,
        parameters=("q",),
        defaults={"q": 0.5},  # sklearn.metrics.mean_pinball_loss, alpha
        aliases=("quantile",),
    ),
    shape_class=ShapeClass.SKEWED,
    elicits="quantile",
    assumption=(
        "residuals are independent draws from one asymmetric Laplace distribution: a sharp peak, and exponential tails "
        "of different lengths below and above"
    ),
    density="f(r) = q(1 − q)/sigma · exp(−q(r − mu)/sigma) above mu, q(1 − q)/sigma · exp((1 − q)(r − mu)/sigma) below",
    negative_log_likelihood="−log L = n·log(sigma/(q(1 − q))) + Σ pinball_q(y − f)/sigma",
    derivation=(
        "1. An asymmetric Laplace residual r = y − f falls off like exp(−q·r/sigma) above 0 and exp((1 − q)·r/sigma) "
        "below: the density is q(1 − q)/sigma · exp(−pinball_q(r)/sigma).\n"
        "2. For independent rows −log L = n·log(sigma/(q(1 − q))) + Σ pinball_q(y − f)/sigma.\n"
        "3. For fixed sigma and q only the sum of the pinball losses depends on the model f.\n"
        "4. Its derivative is q above and q − 1 below, which balance when a share q of the rows lies below f: the "
        "best constant is the q-quantile. q = 0.5 is the absolute error, halved."
    ),
    right_when="a quantile is what you need, or the noise peaks sharply at one place and trails off unevenly",
    misleads=(
        "As a loss, q is the quantile that you want, and is consistent for it whatever the noise; as a density, the "
        "fitted q says where the peak lies. Training with the fitted q predicts the peak, neither the mean nor the "
        "median."
    ),
    references=(
        "Koenker & Bassett (1978), doi:10.2307/1913643",
        "Yu & Moyeed (2001), doi:10.1016/S0167-7152(01)00124-9",
    ),
    numpy_code=NUMPY_CODE,
    pytorch_code="q = {q}\nr = y - f\nloss = torch.maximum(q * r, (q - 1) * r).mean()",
    framework_code={
        **on_arrays(NUMPY_CODE),
        "sklearn": (
            "from sklearn.ensemble import HistGradientBoostingRegressor\n"
            "from sklearn.linear_model import QuantileRegressor\n"
            "# alpha is a penalty, and 1 by default\n"
            "linear = QuantileRegressor(quantile={q}, alpha=0)\n"
            'boosted = HistGradientBoostingRegressor(loss="quantile", quantile={q})'
        ),
        "xgboost": (
            'import xgboost as xgb\nmodel = xgb.XGBRegressor(objective="reg:quantileerror", quantile_alpha={q})'
        ),
        "lightgbm": ('import lightgbm as lgb\nmodel = lgb.LGBMRegressor(objective="quantile", alpha={q})'),
        "catboost": (
            'from catboost import CatBoostRegressor\nmodel = CatBoostRegressor(loss_function="Quantile:alpha={q}")'
        ),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    shape_gradient=shape_gradient,
    shapes=(Shape("tau", LOWEST_TAU, HIGHEST_TAU, logarithmic=False),),
    grid=tuple((tau,) for tau in (0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9)),
    smooth=False,
    natural=natural,
    profile=profile,
    solve=solve,
    prior=0.3,
)
