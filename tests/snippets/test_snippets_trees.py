"""Code to paste run on XGBoost, LightGBM and CatBoost: the gradients in their leaves are those of our losses."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from snippet_cases import TREES, N, code_of, numbers_of, stated_factor
from stumps import GROUP, RIDGES, STUMP, load, small, stump, sums

from losscheck.families import FAMILIES, family_named
from losscheck.families.family import Family, View
from losscheck.families.heteroscedastic_normal import LIGHTGBM, XGBOOST, gaussian_nll

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Failed to import numba"),
    pytest.mark.filterwarnings("ignore:X does not have valid feature names"),
]

HALVED = ("mse", "msle")
"""What these libraries call squared error is half of it."""


def target_rows() -> np.ndarray:
    """Return targets that differ by group, 0 in the median, where everything starts.

    Single precision, in which XGBoost keeps a prediction, has then all its digits for the leaf.
    """
    rng = np.random.default_rng(40)
    y = 0.8 * rng.standard_t(4, N) + 1.5 * GROUP
    return y - np.median(y)


def factor_of(family: Family, framework: str, code: str) -> float:
    """Return by what the library's derivatives exceed those of the loss."""
    if framework == "catboost" and family.loss.id == "lp":  # fitted in units of the scale
        numbers = numbers_of(family)
        return numbers["scale"] ** (2 - numbers["beta"])
    return 0.5 if family.loss.id in HALVED else stated_factor(family, code)


CASES = [
    pytest.param(family, framework, id=f"{family.id}-{framework}")
    for family in FAMILIES
    for framework in TREES
    if framework in family.code_of and family.view is not View.SCALED and (family.id, framework) != ("huber", "xgboost")
]


@pytest.mark.parametrize(("family", "framework"), CASES)
def test_leaves_are_those_of_our_loss(family, framework, monkeypatch):
    """Hold each leaf against the sum of gradients; one that no ridge moves must be a minimum of the loss itself."""
    load(framework)
    logs, ridges = family.view is View.LOG_RATIO, RIDGES[framework]
    y, code = target_rows(), code_of(family, framework)
    found = [stump(monkeypatch, framework, code, np.exp(y) if logs else y, ridge) for ridge in ridges]
    found = [np.log(f) if logs else f for f in found]
    for group in (0.0, 1.0):
        noise, leaves = y[group == GROUP], tuple(f[group == GROUP][0] for f in found)
        losses = {c: family.loss.value(noise - c, numbers_of(family)) for c in (1e-5, -1e-5, leaves[0])}
        gradient = (losses[1e-5] - losses[-1e-5]).sum() / 2e-5
        if abs(leaves[0] - leaves[1]) < 1e-7 and abs(leaves[0]) > 0.05:  # a large ridge leaves no such leaf
            best = least_loss(family, noise)
            assert losses[leaves[0]].mean() <= best * (1 + 2e-3)
        else:
            assert sums(leaves, ridges) == pytest.approx(factor_of(family, framework, code) * gradient, rel=2e-3)


def least_loss(family: Family, noise: np.ndarray) -> float:
    """Return the least mean loss that a constant has."""
    bounds = (noise.min(), noise.max())
    mean = lambda c: np.mean(family.loss.value(noise - c, numbers_of(family)))  # noqa: E731
    return minimize_scalar(mean, bounds=bounds, method="bounded", options={"xatol": 1e-9}).fun


def test_xgboost_has_the_pseudo_huber_that_the_code_says(monkeypatch):
    load("xgboost")
    family, y = family_named("huber"), target_rows()
    code, delta = code_of(family, "xgboost"), numbers_of(family)["delta"]
    found = [stump(monkeypatch, "xgboost", code, y, ridge) for ridge in RIDGES["xgboost"]]
    for group in (0.0, 1.0):
        noise = y[group == GROUP]
        pseudo = -(noise / np.sqrt(1 + (noise / delta) ** 2)).sum()
        leaves = tuple(f[group == GROUP][0] for f in found)
        assert sums(leaves, RIDGES["xgboost"]) == pytest.approx(pseudo, rel=2e-3)
    assert 1 / np.sqrt(1 + 1) == pytest.approx(0.71, abs=0.005)  # of Huber's slope at |r| = delta


@pytest.mark.parametrize("framework", ["xgboost", "lightgbm", "catboost"])
def test_boosting_with_the_pasted_objective_lowers_the_loss(framework, monkeypatch):
    """On large targets far from 0, where a start at 0 and a hessian in 1/target² would learn nothing."""
    load(framework)
    family = family_named("student_t")
    rng = np.random.default_rng(41)
    x = rng.uniform(0, 1, 600)
    y = 5e4 + 2000 * np.sin(6 * x) + 300 * rng.standard_t(2.5, 600)
    numbers = {"nu": 2.5, "sigma": 300.0}
    quiet = {"lightgbm": {"verbose": -1}, "catboost": {"verbose": False, "allow_writing_files": False}}
    small(monkeypatch, framework, **quiet.get(framework, {}), **{"n_estimators": 100, "learning_rate": 0.1})
    space = {"X": x[:, None], "y": y}
    exec(getattr(family.fill_code(numbers), framework), space)
    f = space["f"] if "f" in space else space["model"].fit(x[:, None], y).predict(x[:, None])
    truth = 5e4 + 2000 * np.sin(6 * x)
    assert np.median(np.abs(f - truth)) < 250
    assert family.loss.value(y - f, numbers).mean() < 0.5 * family.loss.value(y - np.median(y), numbers).mean()


@pytest.mark.parametrize("framework", ["xgboost", "lightgbm"])
@pytest.mark.parametrize("family", [f for f in FAMILIES if f.view is View.SCALED], ids=lambda family: family.id)
def test_two_models_find_the_scale(family, framework, monkeypatch):
    load(framework)
    rng = np.random.default_rng(42)
    x = rng.uniform(0, 1, (500, 1))
    sigma, heavy = np.exp(2 * x[:, 0] - 1), "nu" in numbers_of(family)
    y = 3 * x[:, 0] + sigma * (rng.standard_t(numbers_of(family)["nu"], 500) if heavy else rng.standard_normal(500))
    settings = {"n_estimators": 25, "max_depth": 2} | ({"verbose": -1} if framework == "lightgbm" else {})
    code = code_of(family, framework)
    for name in ("XGBRegressor(", "LGBMRegressor("):
        code = code.replace(name, name + ", ".join(f"{k}={v}" for k, v in settings.items()) + ", ")
    space = {"X": x, "y": y}
    exec(code, space)
    found = np.sqrt(space["scale"].predict(x))
    assert np.corrcoef(np.log(found), np.log(sigma))[0, 1] > 0.85
    assert np.median(found / sigma) == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize("framework", ["xgboost", "lightgbm"])
def test_gamma_on_squares_has_the_gradient_of_the_gaussian_loss_in_the_variance(framework, monkeypatch):
    load(framework)
    square = target_rows() ** 2 + 0.01
    imports, _, scale = {"xgboost": XGBOOST, "lightgbm": LIGHTGBM}[framework]
    code = f"{imports}\nmodel = {scale}"
    found = [stump(monkeypatch, framework, code, square, ridge, start=1.0) for ridge in RIDGES[framework]]
    h = 1e-5
    for group in (0.0, 1.0):
        r = np.sqrt(square[group == GROUP])
        moved = [2 * gaussian_nll(r, {"sigma": np.exp(step / 2)}).sum() for step in (h, -h)]
        leaves = tuple(np.log(f[group == GROUP][0]) for f in found)
        assert sums(leaves, RIDGES[framework]) == pytest.approx((moved[0] - moved[1]) / (2 * h), rel=2e-3)


def test_catboost_with_uncertainty_is_the_gaussian_loss(monkeypatch):
    load("catboost")
    y = target_rows()
    small(monkeypatch, "catboost", **STUMP["catboost"])
    space: dict = {}
    exec(code_of(family_named("heteroscedastic_normal"), "catboost"), space)
    model = space["model"].fit(GROUP[:, None], y)
    f, variance = model.predict(GROUP[:, None]).T
    ours = gaussian_nll(y - f, {"sigma": np.sqrt(variance)}).mean() + 0.919
    assert model.get_best_score()["learn"]["RMSEWithUncertainty"] == pytest.approx(ours, abs=1e-4)
