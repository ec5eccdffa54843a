"""Code to paste run on scikit-learn: its solutions are minima of our losses, its trees have our gradients."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from snippet_cases import CLASSES, SIGMA, code_of, having, numbers_of, slopes

from losscheck.families import FAMILIES, LABEL_FAMILIES, family_named
from losscheck.families.family import View
from losscheck.families.heteroscedastic_normal import SKLEARN, gaussian_nll
from losscheck.numeric.points import make_points
from losscheck.results import TaskKind

sklearn = pytest.importorskip("sklearn")
from sklearn.base import clone  # noqa: E402
from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: E402
from sklearn.linear_model import HuberRegressor  # noqa: E402

ROWS = 400
LINEAR = [f for f in having("sklearn", FAMILIES) if f.view is not View.SCALED]
SMOOTH = [f for f in LINEAR if f.smooth]
KINKED = [f for f in LINEAR if not f.smooth]
one_id = {"ids": lambda family: family.id}


def line_rows(family) -> tuple[np.ndarray, np.ndarray]:
    """Return two features, one of them a group, and targets with Student-t noise; log-t for log ratios."""
    rng = np.random.default_rng(30)
    X = np.column_stack([rng.uniform(-1, 1, ROWS), rng.integers(0, 2, ROWS)])
    mean = 1 + 0.7 * X[:, 0] - X[:, 1] + SIGMA * rng.standard_t(3, ROWS)
    return X, np.exp(mean / 3) if family.view is View.LOG_RATIO else mean


def run(family, X: np.ndarray, y: np.ndarray, code: str = "") -> dict:
    space = {"X": X, "y": y}
    exec(code or code_of(family, "sklearn"), space)
    return space


@pytest.mark.parametrize("family", SMOOTH, **one_id)
def test_linear_model_is_a_minimum_of_the_loss(family):
    X, y = line_rows(family)
    space = run(family, X, y)
    logs = family.view is View.LOG_RATIO
    linear = space["linear"] if "f" in space or "for _ in" in code_of(family, "sklearn") else space["linear"].fit(X, y)
    f = space["f"] if "f" in space else linear.predict(X)
    gradient = slopes(family, y, f) * (f if logs else 1)
    if family.id == "huber":  # the scale is fitted along, and delta is epsilon of it
        delta = linear.epsilon * linear.scale_
        gradient = np.clip(f - y, -delta, delta)
    design = np.column_stack([np.ones(ROWS), X])
    np.testing.assert_allclose(design.T @ gradient / ROWS, 0, atol=1e-4 * np.abs(gradient).mean())


@pytest.mark.parametrize("family", KINKED, **one_id)
def test_linear_model_with_a_kink_splits_the_rows(family):
    """At the minimum the subgradient holds: as many rows below as the level says, give or take a coefficient each."""
    X, y = line_rows(family)
    level = numbers_of(family).get("q", 0.5)
    f = run(family, X, y)["linear"].fit(X, y).predict(X)
    for group in (X[:, 1] == 0, X[:, 1] == 1):
        assert np.mean(y[group] < f[group] + 1e-9) == pytest.approx(level, abs=3 / group.sum())


@pytest.mark.parametrize("name", ["normal", "laplace", "asymmetric_laplace"])
def test_boosted_leaves_are_minima_of_the_loss(name):
    family = family_named(name)
    X, y = line_rows(family)
    model = run(family, X, y)["boosted"].set_params(max_iter=1, max_leaf_nodes=2, learning_rate=1.0)
    f = model.fit(X[:, 1:], y).predict(X[:, 1:])
    assert np.unique(f).size == 2
    for leaf in np.unique(f):
        noise = y[f == leaf]
        best = minimize_scalar(lambda c, noise=noise: np.mean(family.loss.value(noise - c, numbers_of(family)))).fun
        assert np.mean(family.loss.value(noise - leaf, numbers_of(family))) <= best + 1e-4


def test_huber_threshold_of_the_linear_model_is_delta_on_the_residuals():
    family = family_named("huber")
    y = line_rows(family)[1] * 40
    settings = family.settings(make_points(y), {"delta": 55.0})
    model = HuberRegressor(epsilon=settings["epsilon"], alpha=0, max_iter=1000).fit(np.zeros((ROWS, 1)), y)
    assert model.epsilon * model.scale_ == pytest.approx(55.0, rel=0.01)


def test_huber_threshold_of_the_boosted_model_is_a_share_of_the_rows():
    """Friedman (2001), algorithm 4: median, then in each leaf its median and the mean of what is cut at delta."""
    family = family_named("huber")
    X, y = line_rows(family)
    noise = y - np.median(y)
    parameters = {"delta": 1.9}
    share = family.settings(make_points(noise), parameters)["share"]
    assert np.quantile(np.abs(noise), share) == pytest.approx(1.9, abs=0.05)
    model = run(family, X, y)["boosted"].set_params(alpha=share, n_estimators=1, max_depth=1, learning_rate=1.0)
    f = model.fit(X[:, 1:], y).predict(X[:, 1:]) - np.median(y)
    delta = np.quantile(np.abs(noise), share)
    for leaf in (X[:, 1] == 0, X[:, 1] == 1):
        center = np.median(noise[leaf])
        step = np.mean(np.clip(noise[leaf] - center, -delta, delta))
        np.testing.assert_allclose(f[leaf], center + step, atol=0.02)


@pytest.mark.parametrize("delta", [1e-9, 0.1, 3.0, 1e9])
def test_huber_settings_are_what_scikit_learn_takes(delta):
    family = family_named("huber")
    X, y = line_rows(family)
    more = family.settings(make_points(y), {"delta": delta})
    space = run(family, X, y, family.fill_code({"delta": delta} | more).sklearn)
    assert np.isfinite(space["boosted"].set_params(n_estimators=1).fit(X, y).predict(X)).all()
    assert np.isfinite(space["linear"].set_params(max_iter=2000).fit(X, y).predict(X)).all()


@pytest.mark.parametrize("family", [f for f in having("sklearn", FAMILIES) if f.view is View.SCALED], **one_id)
def test_two_models_find_the_scale(family):
    rng = np.random.default_rng(31)
    X = rng.uniform(0, 1, (500, 1))
    sigma = np.exp(2 * X[:, 0] - 1)
    y = 3 * X[:, 0] + sigma * (
        rng.standard_t(numbers_of(family)["nu"], 500) if "nu" in numbers_of(family) else rng.standard_normal(500)
    )
    code = code_of(family, "sklearn").replace("Regressor(", "Regressor(max_iter=20, max_leaf_nodes=4, ")
    space = run(family, X, y, code)
    found = np.sqrt(space["scale"].predict(X))
    assert np.corrcoef(np.log(found), np.log(sigma))[0, 1] > 0.85
    assert np.median(found / sigma) == pytest.approx(1, abs=0.25)


def test_gamma_of_the_squares_is_the_gaussian_loss_of_the_variance():
    """At the best constant variance and about it: one stump of one step is −G/H in log variance."""
    rng = np.random.default_rng(32)
    group = rng.integers(0, 2, ROWS)
    square = ((1 + group) * rng.standard_normal(ROWS)) ** 2
    model = eval(SKLEARN[2], {"HistGradientBoostingRegressor": HistGradientBoostingRegressor})
    model.set_params(max_iter=1, max_leaf_nodes=2, learning_rate=1.0)
    variance = model.fit(group[:, None], square).predict(group[:, None])
    start, h = square.mean(), 1e-3
    for leaf in (0, 1):
        r = np.sqrt(square[group == leaf])
        low, at, high = (gaussian_nll(r, {"sigma": np.sqrt(start * np.exp(step))}).sum() for step in (-h, 0, h))
        newton = -((high - low) / (2 * h)) / ((high - 2 * at + low) / h**2)
        assert np.log(variance[group == leaf][0] / start) == pytest.approx(newton, rel=1e-4)


def class_rows(family) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(33)
    X = rng.normal(0, 1, (ROWS, 2))
    logits = X @ rng.normal(0, 1, (2, CLASSES))
    if TaskKind.SOFT in family.tasks:
        return X, rng.dirichlet(np.ones(CLASSES), ROWS)
    if family.tasks == {TaskKind.MULTILABEL}:
        return X, (rng.random((ROWS, CLASSES)) < 1 / (1 + np.exp(-logits))).astype(int)
    y = np.argmax(logits + rng.gumbel(size=logits.shape), axis=1)
    return X, (y > 0).astype(int) if family.tasks == {TaskKind.BINARY} else y


@pytest.mark.parametrize("family", having("sklearn", LABEL_FAMILIES), **one_id)
def test_linear_model_of_classes_is_the_minimum_of_the_loss(family):
    X, target = class_rows(family)
    space = {"X": X, "y": target, "q": target}
    exec(code_of(family, "sklearn"), space)
    model, weight = space["linear"], {"sample_weight": space["weight"]} if "weight" in space else {}
    free = {"estimator__C": np.inf} if "estimator" in model.get_params() else {"C": np.inf}
    inner = {"estimator__tol": 1e-9} if "estimator" in model.get_params() else {"tol": 1e-9}
    model = clone(model).set_params(**free, **inner)
    rows = space.get("rows", np.arange(ROWS))
    model.fit(X[rows], space["y"], **weight)
    logits = model.decision_function(X)
    gradient = family.gradient(logits, target).reshape(ROWS, -1)
    np.testing.assert_allclose(np.column_stack([np.ones(ROWS), X]).T @ gradient / ROWS, 0, atol=1e-4)


@pytest.mark.parametrize("family", having("sklearn", LABEL_FAMILIES), **one_id)
def test_probabilities_after_a_temperature(family):
    X, target = class_rows(family)
    space = {"X": X, "y": target, "q": target}
    code = family.code(1.6).sklearn
    before, after = code.split("import numpy as np\n# after training")
    exec(before, space)
    if "weight" not in space:
        space["linear"].fit(X, target)
    exec("import numpy as np\n#" + after, space)
    expected = np.exp(family.log_link(space["linear"].decision_function(X) / 1.6))
    expected = expected[:, 1].reshape(space["p"].shape) if expected.shape != space["p"].shape else expected
    np.testing.assert_allclose(space["p"], expected, rtol=1e-9)
    assert np.isfinite(
        space["boosted"].set_params(**smaller(space["boosted"])).fit(X, most_likely(target)).predict(X)
    ).all()


def smaller(model) -> dict:
    return {"estimator__max_iter": 5} if "estimator" in model.get_params() else {"max_iter": 5}


def most_likely(target: np.ndarray) -> np.ndarray:
    return target.argmax(axis=1) if target.dtype == float else target
