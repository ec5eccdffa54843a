"""Code to paste without the frameworks: that it compiles, is filled in, and that its derivatives are right."""

import re
import string
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from snippet_cases import (
    CLASSES,
    DECLARATIONS,
    FRAMEWORKS,
    MU,
    TREES,
    code_of,
    example_rows,
    having,
    label_rows,
    numbers_of,
    slopes,
    stated_factor,
)

from losscheck.families import FAMILIES, LABEL_FAMILIES
from losscheck.families.family import ShapeClass, View
from losscheck.families.snippets import in_keras

WIDEST = 100
MODELS = {
    "xgboost": ("XGBRegressor", "XGBClassifier"),
    "lightgbm": ("LGBMRegressor", "LGBMClassifier"),
    "catboost": ("CatBoostRegressor", "CatBoostClassifier"),
}

every_snippet = pytest.mark.parametrize(
    ("declaration", "framework"),
    [pytest.param(d, name, id=f"{d.id}-{name}") for d in DECLARATIONS for name in d.code_of],
)


class Model:
    """Stands in for any model: is made, fitted, and predicts zeros."""

    def __init__(self, **settings):
        self.settings = settings

    def fit(self, X, y, **weights):
        self.target = y
        return self

    def predict(self, X, **kind):
        return np.zeros(len(X))


@pytest.fixture
def stand_ins(monkeypatch):
    for framework, names in MODELS.items():
        module = types.ModuleType(framework)
        for name in names:
            setattr(module, name, Model)
        monkeypatch.setitem(sys.modules, framework, module)


@every_snippet
def test_code_compiles_and_has_no_gaps(declaration, framework):
    code = code_of(declaration, framework)
    assert framework in FRAMEWORKS
    assert code == code.strip()
    compile(code, declaration.id, "exec")
    assert not re.search(r"\{[a-z]+\}", code)
    assert max(len(line) for line in code.split("\n")) <= WIDEST


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.id)
def test_code_asks_for_numbers_that_there_are(family):
    for code in family.code_of.values():
        asked = {field for _, field, _, _ in string.Formatter().parse(code) if field}
        assert asked <= set(numbers_of(family)) | {"shift"}


@pytest.mark.parametrize("family", LABEL_FAMILIES, ids=lambda family: family.id)
def test_a_temperature_is_in_the_code_of_every_framework(family):
    for framework in family.code_of:
        after = getattr(family.code(1.2345678), framework)
        assert after.startswith(code_of(family, framework))
        assert "1.23457" in after
        compile(after, family.id, "exec")


OBJECTIVES = [
    pytest.param(family, framework, id=f"{family.id}-{framework}")
    for family in FAMILIES
    for framework in TREES
    if family.view is View.RESIDUAL and "def derivatives" in family.code_of.get(framework, "")
]


@pytest.mark.parametrize(("family", "framework"), OBJECTIVES)
def test_objectives_have_the_gradient_of_the_loss_and_a_positive_hessian(family, framework, stand_ins):
    skewed = family.shape_class is ShapeClass.SKEWED and family.loss.id != "pinball"
    code = code_of(family, framework, f"f = f + {MU}" if skewed else "")
    y, f, _ = example_rows(family)
    space = {"X": f[:, None], "y": y}
    exec(code, space)
    far = np.concatenate([y, f + 1e-3, f - 1e-3, f + 8, f - 8])
    gradient, hessian = space["derivatives"](far, np.tile(f, 5) - (MU if skewed else 0))
    expected = stated_factor(family, code) * slopes(family, far, np.tile(f, 5))
    if family.id == "shifted_lognormal":  # beyond its edge the loss is infinite, the code's is not
        known = np.isfinite(expected) & (np.abs(hessian) < 1e3)
        assert known.mean() > 0.7
        gradient, expected = gradient[known], expected[known]
    np.testing.assert_allclose(gradient, expected, rtol=2e-5, atol=2e-5 * np.abs(expected).max() ** 0.5)
    assert np.isfinite(hessian).all()
    assert (hessian > 0).all()


@pytest.mark.parametrize(("family", "framework"), [case for case in OBJECTIVES if case.values[1] == "lightgbm"])
def test_newton_steps_with_the_hessian_do_not_raise_the_loss(family, framework, stand_ins):
    """A constant moved by −Σg/Σh is never worse: what a tree does in every leaf, from a start at the median."""
    y, f, _ = example_rows(family)
    space = {"X": f[:, None], "y": y}
    exec(code_of(family, framework), space)
    noise = y - f
    grid = np.linspace(noise.min(), noise.max(), 4001)
    values = np.array([np.mean(family.loss.value(noise - c, numbers_of(family))) for c in grid])
    at, losses = np.full(noise.size, np.median(noise)), []
    for _ in range(60):
        gradient, hessian = space["derivatives"](noise, at)
        at = at - gradient.sum() / hessian.sum()
        losses.append(np.mean(family.loss.value(noise - at, numbers_of(family))))
    finite = [loss for loss in losses if np.isfinite(loss)]
    assert len(finite) >= 30
    assert np.diff(finite).max() <= 1e-9
    near = np.abs(grid - at[0]) < 0.3
    assert losses[-1] <= values[near].min() + 1e-4


@pytest.mark.parametrize("framework", TREES)
@pytest.mark.parametrize("family", [f for f in LABEL_FAMILIES if not f.likelihood], ids=lambda f: f.id)
def test_objectives_of_classes_have_the_gradient_of_the_loss(family, framework, stand_ins):
    logits, target = label_rows(family)
    space: dict = {}
    exec(code_of(family, framework), space)
    gradient, hessian = space["derivatives"](target.astype(np.float32), logits)
    np.testing.assert_allclose(gradient, family.gradient(logits, target), rtol=1e-9, atol=1e-12)
    assert hessian.shape == (len(logits), CLASSES)
    assert (hessian > 0).all()


def test_catboost_hears_the_weights(stand_ins):
    family = having("catboost", FAMILIES)[2]
    y, f, _ = example_rows(family)
    space = {"X": f[:, None], "y": y}
    exec(code_of(family, "catboost"), space)
    objective, weights = space["Objective"](), np.linspace(0, 2, y.size)
    plain = objective.calc_ders_range(f, y, None)
    np.testing.assert_allclose(objective.calc_ders_range(f, y, weights), plain * weights[:, None])
    np.testing.assert_allclose(plain, -np.column_stack(space["derivatives"](y, f)))


def test_what_is_no_mean_is_not_left_to_keras():
    with pytest.raises(ValueError, match="no mean"):
        in_keras("loss = np.max(np.abs(y - f))")


def kind(code: str) -> str:
    """Return the word that docs/code.md has for how a library comes to a loss."""
    marks = {"def derivatives": "objective", "# two models": "two models", "reweighted until": "reweighted"}
    return next((word for mark, word in marks.items() if mark in code), "library" if code else "–")


@pytest.mark.parametrize("declaration", DECLARATIONS, ids=lambda declaration: declaration.id)
def test_the_page_says_which_library_has_the_loss(declaration):
    page = (Path(__file__).parents[2] / "docs" / "code.md").read_text(encoding="utf-8")
    cells = [kind(declaration.code_of.get(name, "")) for name in ("sklearn", *TREES)]
    assert f"| `{declaration.loss.id}` | {' | '.join(cells)} |" in page
    assert {"numpy", "pytorch", "jax"} <= set(declaration.code_of)
    special = any(name in declaration.numpy_code for name in ("gammaln", "betaln"))  # Keras has no log Γ
    assert ("keras" in declaration.code_of) == (not special)
