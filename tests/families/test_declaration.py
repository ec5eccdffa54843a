import importlib
import pkgutil
import string
import subprocess
import sys

import numpy as np
import pytest

import losscheck.families
from losscheck.families import FAMILIES
from losscheck.families.family import Family, View

WORDS = (
    "title",
    "elicits",
    "assumption",
    "density",
    "negative_log_likelihood",
    "derivation",
    "right_when",
    "misleads",
    "numpy_code",
)

every_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.id)


def middle(family: Family) -> tuple[float, ...]:
    return family.grid[len(family.grid) // 2]


def example_rows(family: Family) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Targets, predictions (positive for a family of log ratios) and a log sigma a row."""
    rng = np.random.default_rng(20)
    f = rng.uniform(1, 5, 50)
    noise = 0.3 * rng.standard_normal(50)
    y = f * np.exp(noise) if family.view is View.LOG_RATIO else f + noise
    return y, f, rng.uniform(-1, 0.5, 50)


def example_parameters(family: Family) -> dict[str, float]:
    rest = (0.0,) * (len(family.scale_names) - 1)
    return family.name_parameters(0.0, 1.7, *rest, *middle(family))


@every_family
def test_every_word_is_there(family):
    for name in WORDS:
        text = getattr(family, name)
        assert text.strip(), name
        assert text == text.strip(), name
    assert family.loss.title
    assert family.loss.formula
    assert any("doi:10." in source or "arXiv:" in source for source in family.references)


@every_family
def test_derivation_is_numbered(family):
    steps = family.derivation.split("\n")
    assert len(steps) >= 3
    assert [step.split(". ", 1)[0] for step in steps] == [str(k + 1) for k in range(len(steps))]


@every_family
def test_grid_and_names_fit_together(family):
    for row in family.grid:
        assert len(row) == len(family.shapes)
        assert all(shape.low <= value <= shape.high for value, shape in zip(row, family.shapes, strict=True))
    names = example_parameters(family)
    assert all(name.isascii() and name.isidentifier() for name in names)
    assert set(family.loss.parameters) <= set(names)
    assert set(family.loss.defaults) <= set(family.loss.parameters)
    assert (family.shape_gradient is not None) == bool(family.shapes)


def test_names_are_unique():
    ids = [family.id for family in FAMILIES]
    assert len(set(ids)) == len(ids)
    losses = [name for family in FAMILIES for name in (family.loss.id, *family.loss.aliases)]
    assert len(set(losses)) == len(losses)


def test_every_declaration_is_in_the_table_of_contents():
    package = losscheck.families
    modules = [importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__)]
    declared = {value.id for module in modules for value in vars(module).values() if isinstance(value, Family)}
    assert declared == {family.id for family in FAMILIES}


@every_family
def test_numpy_code_gives_the_mean_loss(family):
    y, f, log_sigma = example_rows(family)
    parameters = example_parameters(family)
    space = {"np": np, "y": y, "f": f, "log_sigma": log_sigma}
    exec(family.numpy_code.format(**parameters), space)
    residual = np.log(y) - np.log(f) if family.view is View.LOG_RATIO else y - f
    if family.view is View.SCALED:
        parameters["sigma"] = np.exp(log_sigma)
    if not family.regular:  # the smallest sigma whose loss is not infinite
        parameters["sigma"] = space["loss"]
        assert np.isfinite(family.loss.value(residual, parameters)).all()
        parameters["sigma"] *= 1 - 1e-6
        assert np.isinf(family.loss.value(residual, parameters)).any()
        return
    expected = np.mean(family.loss.value(residual, parameters))
    assert space["loss"] == pytest.approx(expected, rel=1e-9)


@every_family
def test_pytorch_code_gives_the_same(family):
    code = family.pytorch_code.format(**example_parameters(family))
    compile(code, family.id, "exec")
    torch = pytest.importorskip("torch")
    y, f, log_sigma = example_rows(family)
    numpy_space = {"np": np, "y": y, "f": f, "log_sigma": log_sigma}
    exec(family.numpy_code.format(**example_parameters(family)), numpy_space)
    space = {"torch": torch, **{k: torch.tensor(v) for k, v in (("y", y), ("f", f), ("log_sigma", log_sigma))}}
    exec(code, space)
    assert float(space["loss"]) == pytest.approx(float(numpy_space["loss"]), rel=1e-6)


@every_family
def test_code_asks_for_fitted_names_only(family):
    names = set(example_parameters(family))
    for code in (family.numpy_code, family.pytorch_code):
        assert {field for _, field, _, _ in string.Formatter().parse(code) if field} <= names


def test_declarations_load_neither_numpy_linalg_nor_scipy_nor_pandas():
    absent = ["numpy.linalg", "scipy.special", "pandas"]
    code = f"import sys, losscheck.families; print([m for m in {absent} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
