"""Code to paste of likelihoods of the target, run: value and gradient on arrays, minima and leaves of models."""

import os

import numpy as np
import pytest
from scipy.special import expit, logit
from snippet_cases import N, code_of, having, response_numbers, response_rows, response_slopes
from stumps import GROUP, RIDGES, load, stump, sums

from losscheck.families import RESPONSE_FAMILIES
from losscheck.families.response_family import Link

ONE_ID = {"ids": lambda family: family.id}
SINGLE = 5e-4
slow = pytest.mark.slow


def factor_of(family) -> float:
    """Return what the loss leaves out of the likelihood: the dispersion that does not move the minimum."""
    return {"gamma": 0.4, "inverse_gaussian": 0.4, "tweedie": 0.4}.get(family.id, 1.0)


@pytest.mark.parametrize("family", RESPONSE_FAMILIES, **ONE_ID)
def test_numpy_code_is_the_likelihood_up_to_what_is_free_of_the_model(family):
    """Between two sets of predictions, mean −log likelihood and the code differ by the same amount, over phi."""
    y, f = response_rows(family)
    numbers = response_numbers(family)
    shapes = [numbers.get(shape.name, factor_of(family)) for shape in family.shapes]
    known = [numbers[name] for name in family.known]
    found, likelihood = [], []
    for prediction in (f, f[::-1].copy()):
        space = {"np": np, "y": y, "f": prediction}
        exec(code_of(family, "numpy"), space)
        found.append(float(space["loss"]))
        likelihood.append(float(np.mean(family.nll(y, prediction, *shapes, *known))))
    difference = (found[0] - found[1]) / factor_of(family)
    assert abs(difference) > 1e-3
    assert likelihood[0] - likelihood[1] == pytest.approx(difference, rel=1e-9)


def hold(family, loss, gradient, rtol: float) -> None:
    """Compare a loss up to a constant, and its gradient, with the declared one."""
    y, f = response_rows(family)
    other = f[::-1].copy()
    numbers = response_numbers(family)
    values = [np.mean(family.loss.value(y, prediction, numbers)) for prediction in (f, other)]
    assert loss(y, f) - loss(y, other) == pytest.approx(values[0] - values[1], rel=10 * rtol, abs=rtol)
    expected = response_slopes(family, y, f) / N
    np.testing.assert_allclose(gradient(y, f), expected, rtol=10 * rtol, atol=rtol * np.abs(expected).max())


@slow
@pytest.mark.parametrize("family", having("pytorch", RESPONSE_FAMILIES), **ONE_ID)
def test_pytorch(family):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")

    def run(y, f):
        prediction = torch.tensor(f, requires_grad=True)
        space = {"torch": torch, "y": torch.tensor(y.astype(float)), "f": prediction}
        exec(code_of(family, "pytorch"), space)
        return space["loss"], prediction

    hold(
        family,
        lambda y, f: run(y, f)[0].item(),
        lambda y, f: torch.autograd.grad(*run(y, f))[0].numpy(),
        1e-6,
    )


def load_jax():
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    jax.config.update("jax_enable_x64", True)
    return jax


@slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("family", having("jax", RESPONSE_FAMILIES), **ONE_ID)
def test_jax(family):
    jax = load_jax()

    def loss(y, f):
        space = {"y": jax.numpy.asarray(y), "f": jax.numpy.asarray(f)}
        exec(code_of(family, "jax"), space)
        return space["loss"]

    hold(family, loss, jax.grad(loss, 1), 1e-6)


@slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("family", having("keras", RESPONSE_FAMILIES), **ONE_ID)
def test_keras(family):
    jax = load_jax()
    os.environ["KERAS_BACKEND"] = "jax"
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    space: dict = {}
    exec(code_of(family, "keras"), space)

    def loss(y, f):
        rows = [jax.numpy.asarray(values, dtype="float32") for values in (y, f)]
        return keras.ops.mean(space["loss"](*rows)).astype("float64")

    hold(family, loss, jax.grad(loss, 1), SINGLE)


def group_rows(family) -> np.ndarray:
    """Return targets of the family's domain whose mean differs by group, near 1 on the scale of the link."""
    rng = np.random.default_rng(23)
    mean = np.where(GROUP > 0, 1.4, 0.8)
    if family.discrete:
        return (rng.binomial(12, mean / 12 * 5) if family.known else rng.poisson(mean)).astype(float)
    amounts = mean * rng.gamma(2, 0.5, N)
    return np.where(rng.random(N) < 0.2, 0.0, amounts) if "zeros" in family.domain.value else amounts


LINEAR = [family for family in having("sklearn", RESPONSE_FAMILIES) if "linear" in family.code_of["sklearn"]]


@pytest.mark.parametrize("family", LINEAR, **ONE_ID)
def test_linear_model_of_scikit_learn_is_a_minimum_of_the_loss(family):
    pytest.importorskip("sklearn")
    y, X = group_rows(family), GROUP[:, None]
    space: dict = {}
    exec(code_of(family, "sklearn"), space)
    f = space["linear"].set_params(tol=1e-10, max_iter=1000).fit(X, y).predict(X)
    for group in (0.0, 1.0):  # saturated: every consistent loss has the mean of the group
        assert f[group == GROUP] == pytest.approx(y[group == GROUP].mean(), rel=1e-4)
    pull = response_slopes(family, y, f) * f
    assert [pull.mean(), (pull * GROUP).mean()] == pytest.approx([0, 0], abs=1e-4)


@pytest.mark.parametrize("family", [f for f in LINEAR if "boosted" in f.code_of["sklearn"]], **ONE_ID)
def test_boosted_model_of_scikit_learn_has_the_means_of_the_groups(family):
    pytest.importorskip("sklearn")
    y, X = group_rows(family), GROUP[:, None]
    space: dict = {}
    exec(code_of(family, "sklearn"), space)
    f = space["boosted"].set_params(max_iter=60, learning_rate=0.5, min_samples_leaf=5).fit(X, y).predict(X)
    for group in (0.0, 1.0):
        assert f[group == GROUP] == pytest.approx(y[group == GROUP].mean(), rel=1e-3)


LEAVES = [
    pytest.param(family, framework, id=f"{family.id}-{framework}")
    for framework in ("xgboost", "lightgbm", "catboost")
    for family in having(framework, RESPONSE_FAMILIES)
    if "# two models" not in family.code_of[framework]
]


@slow
@pytest.mark.filterwarnings("ignore:Failed to import numba", "ignore:X does not have valid feature names")
@pytest.mark.parametrize(("family", "framework"), LEAVES)
def test_leaves_of_trees_are_those_of_our_loss(family, framework, monkeypatch):
    """From a prediction of 1 (half of m for shares) each leaf tells the sum of gradients in the link."""
    load(framework)
    y, code, ridges = group_rows(family), code_of(family, framework), RIDGES[framework]
    top = response_numbers(family).get("m", 1.0)
    start = 1.0 if family.link is Link.LOG else 0.5
    found = [stump(monkeypatch, framework, code, y, ridge, start) for ridge in ridges]
    scale = top if family.link is Link.LOGIT else 1.0
    begin = start * scale
    for group in (0.0, 1.0):
        at = group == GROUP
        leaves = tuple(float(f[at][0]) / scale for f in found)
        leaves = tuple(np.log(v) if family.link is Link.LOG else logit(v) for v in leaves)
        h = 1e-5
        move = (lambda t: begin * np.exp(t)) if family.link is Link.LOG else (lambda t: scale * expit(t))
        up, down = (family.loss.value(y[at], np.full(at.sum(), move(t)), response_numbers(family)) for t in (h, -h))
        gradient = float((up - down).sum()) / (2 * h) / scale
        assert sums(leaves, ridges) == pytest.approx(gradient, rel=5e-3)


@slow
@pytest.mark.filterwarnings("ignore:Failed to import numba", "ignore:X does not have valid feature names")
@pytest.mark.parametrize("framework", ["sklearn", "xgboost", "lightgbm"])
@pytest.mark.parametrize("name", ["hurdle_gamma", "hurdle_lognormal"])
def test_two_models_predict_the_mean(name, framework):
    """Of the fitted rows, by group: the share above zero times the mean amount (of logs, with sigma's factor)."""
    pytest.importorskip(framework)
    family = next(family for family in RESPONSE_FAMILIES if family.id == name)
    rng = np.random.default_rng(24)
    X = rng.integers(0, 2, (2000, 1)).astype(float)
    sigma = response_numbers(family).get("sigma", 0.6)
    there = rng.random(2000) < 0.4 + 0.4 * X[:, 0]
    y = np.where(there, np.exp(X[:, 0] + sigma * rng.standard_normal(2000)), 0.0)
    space = {"X": X, "y": y}
    exec(code_of(family, framework), space)
    for group in (0.0, 1.0):
        at = X[:, 0] == group
        assert space["f"][at] == pytest.approx(y[at].mean(), rel=0.06)
