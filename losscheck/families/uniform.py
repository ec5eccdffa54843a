"""Uniform noise: the largest error."""

from __future__ import annotations

from collections.abc import Mapping

from losscheck.families.family import Family, Loss, ShapeClass
from losscheck.families.laplace import LOG_2
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.points import Points

EDGE = 1 + 1e-9
"""Points at the very ends of the fitted range must stay inside of it after rounding."""


def nll(z: Array) -> Array:
    """Return log 2 within |z| ≤ 1 and +inf outside."""
    return np.where(np.abs(z) <= EDGE, LOG_2, np.inf)


def psi(z: Array) -> Array:
    """Return 0."""
    return np.zeros_like(z)


def curvature(z: Array) -> Array:
    """Return 0."""
    return np.zeros_like(z)


def profile(points: Points) -> tuple[float, float]:
    """Return the mid-range and the half-range, with the best share of the outermost intervals of rounded values.

    With weights k₁, k₂ there, of n, the likelihood of a range W that reaches into them by d₁, d₂ ≤ width is
    k₁ log d₁ + k₂ log d₂ − n log W: at its maximum d = kW/n for each, unless that is more than all of it.
    """
    ends = [float(points.value.min()), float(points.value.max())]
    h = points.width
    if h == 0:
        return 0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0])
    share = [float(points.weight[np.abs(points.value - end) < h / 2].sum()) / points.n for end in ends]
    reach = [h, h]
    inner = ends[1] - ends[0] - h
    if inner > 0:
        rest = 1 - share[0] - share[1]
        more, less = (0, 1) if share[0] >= share[1] else (1, 0)
        reach = [min(h, k * inner / rest) if rest > 0 else h for k in share]
        if reach[more] == h:
            reach[less] = min(h, share[less] * (inner + h) / (1 - share[less]))
    low, high = ends[0] + h / 2 - reach[0], ends[1] - h / 2 + reach[1]
    return 0.5 * (low + high), 0.5 * (high - low)


def out_of_range(residual: Array, parameters: Mapping[str, float]) -> Array:
    """Return 0 within |r| ≤ sigma and +inf outside: the smallest sigma without an inf is the largest |r|."""
    return np.where(np.abs(residual) <= parameters["sigma"] * EDGE, 0.0, np.inf)


UNIFORM = Family(
    id="uniform",
    title="uniform",
    loss=Loss(
        id="max_error",
        title="largest absolute error",
        formula="max of |r| (0 within ±sigma, infinite outside)",
        value=out_of_range,
        parameters=("sigma",),
        aliases=("linf", "minimax"),
    ),
    shape_class=ShapeClass.SYMMETRIC,
    elicits="mid-range",
    assumption="residuals are independent draws from one uniform distribution: bounded, and all values equally likely",
    density="f(r) = 1/(2 sigma) for |r − mu| ≤ sigma, 0 outside",
    negative_log_likelihood="−log L = n·log(2 sigma) while all |y − f| ≤ sigma, infinite otherwise",
    derivation=(
        "1. A uniform residual has the density f(r) = 1/(2 sigma) for |r| ≤ sigma, with r = y − f, and 0 outside.\n"
        "2. For independent rows −log L = n·log(2 sigma), as long as every |y − f| ≤ sigma; one row outside makes it "
        "infinite.\n"
        "3. So the likelihood asks only for the smallest sigma that holds all rows: sigma = max|y − f|.\n"
        "4. The model of maximum likelihood is therefore the one with the least largest error; the best constant is "
        "the mid-range. All rows but the extreme ones are free."
    ),
    right_when="the error is bounded by construction: rounding, quantisation, tolerances",
    misleads=(
        "The error of the mid-range falls like 1/n on bounded noise, but one gross error moves it without limit. The "
        "gradient comes from one row at a time; the 2-norm is far easier to train, and the p-norm with p = 5 to 10 "
        "lies between."
    ),
    references=("Rice & White (1964), doi:10.1137/1006061",),
    numpy_code="loss = np.max(np.abs(y - f))",
    pytorch_code="loss = (y - f).abs().max()",
    framework_code={
        "jax": ("import jax.numpy as jnp\nloss = jnp.max(jnp.abs(y - f))"),
        "keras": (
            "from keras import ops\n"
            "\n"
            "def loss(y, f):  # of each batch: take large ones\n"
            "    return ops.max(ops.abs(y - f))"
        ),
    },
    nll=nll,
    psi=psi,
    curvature=curvature,
    regular=False,
    profile=profile,
    prior=0.5,
)
