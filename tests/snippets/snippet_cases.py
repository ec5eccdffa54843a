"""Rows, parameters and derivatives against which pasted code is held."""

import re
from dataclasses import fields

import numpy as np

from losscheck.families import FAMILIES, LABEL_FAMILIES, RESPONSE_FAMILIES
from losscheck.families.declaration import Declaration
from losscheck.families.family import Family, View
from losscheck.families.label_family import LabelFamily
from losscheck.families.response_family import Domain, ResponseFamily
from losscheck.numeric.points import make_points
from losscheck.results import Code, TaskKind

FRAMEWORKS = [f.name for f in fields(Code)]
TREES = ("xgboost", "lightgbm", "catboost")
DECLARATIONS: tuple[Declaration, ...] = (*FAMILIES, *RESPONSE_FAMILIES, *LABEL_FAMILIES)
RESPONSE_NUMBERS = {
    "negative_binomial": {"alpha": 0.5},
    "negative_binomial_1": {"delta": 1.3},
    "zero_inflated_poisson": {"pi": 0.2},
    "binomial": {"m": 12},
    "weibull": {"k": 1.4},
    "tweedie": {"p": 1.3},
    "hurdle_gamma": {"intercept": 0.5, "slope": 0.8, "phi": 0.4},
    "hurdle_lognormal": {"intercept": 0.5, "slope": 0.8, "sigma": 0.6},
    "beta": {"phi": 6.0},
    "zero_one_inflated_beta": {"phi": 8.0, "zero": 0.2, "one": 0.1},
    "tobit": {"sigma": 1.7, "low": 2.0, "high": np.inf},
}
MU = 0.35
N, CLASSES = 61, 3
SIGMA = 1.7


def having(framework: str, declarations=DECLARATIONS) -> list[Declaration]:
    return [declaration for declaration in declarations if framework in declaration.code_of]


def parameters_of(family: Family) -> dict[str, float]:
    """Return parameters in the middle of the family's grid."""
    rest = (0.0,) * (len(family.scale_names) - 1)
    return family.name_parameters(0.0, SIGMA, *rest, *family.grid[len(family.grid) // 2])


def numbers_of(family: Family) -> dict[str, float]:
    """Return what the code of the family is filled with, on the example rows."""
    parameters, (y, f, _) = parameters_of(family), example_rows(family)
    more = {} if family.settings is None else family.settings(make_points(y - f), parameters)
    return {name: float(f"{value:.6g}") for name, value in (parameters | more).items()}


def code_of(declaration: Declaration, framework: str, shift: str = "") -> str:
    """Return the code of one framework, with this line before the loss."""
    if isinstance(declaration, ResponseFamily):
        return getattr(declaration.fill_code(response_numbers(declaration), shift), framework)
    if isinstance(declaration, LabelFamily):
        return getattr(declaration.code(), framework)
    return getattr(declaration.fill_code(numbers_of(declaration), shift), framework)


def example_rows(family: Family) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return targets, predictions (both positive for a family of log ratios) and a log sigma a row."""
    rng = np.random.default_rng(20)
    f = rng.uniform(1, 5, N)
    noise = 0.6 * rng.standard_t(3, N)
    y = f * np.exp(noise) if family.view is View.LOG_RATIO else f + noise
    return y, f, rng.uniform(-1, 0.5, N)


def row_losses(family: Family, y: np.ndarray, f: np.ndarray, log_sigma: np.ndarray | None = None) -> np.ndarray:
    """Return the declared loss of each row."""
    residual = np.log(y) - np.log(f) if family.view is View.LOG_RATIO else y - f
    scale = {"sigma": np.exp(log_sigma)} if family.view is View.SCALED else {}
    return family.loss.value(residual, numbers_of(family) | scale)


def slopes(family: Family, y: np.ndarray, f: np.ndarray, log_sigma: np.ndarray | None = None) -> np.ndarray:
    """Return the derivative of the declared loss of each row in f, by central differences."""
    h = 1e-5
    return (row_losses(family, y, f + h, log_sigma) - row_losses(family, y, f - h, log_sigma)) / (2 * h)


def label_rows(family: LabelFamily) -> tuple[np.ndarray, np.ndarray]:
    """Return logits and targets of the kind that the family is about."""
    rng = np.random.default_rng(21)
    logits = rng.normal(0, 1.5, (N, CLASSES))
    if family.ordered:
        return np.sort(logits, axis=1), rng.integers(0, CLASSES + 1, N)
    if TaskKind.SOFT in family.tasks:
        return logits, rng.dirichlet(np.ones(CLASSES), N)
    if family.tasks == {TaskKind.BINARY}:
        return logits[:, 0], rng.integers(0, 2, N)
    if family.tasks == {TaskKind.MULTILABEL}:
        return logits, rng.integers(0, 2, (N, CLASSES))
    return logits, rng.integers(0, CLASSES, N)


def stated_factor(family: Family, code: str) -> float:
    """Return by what the code says its derivatives are multiplied, 1 where it says nothing."""
    said = re.search(r"# of (.+) times the loss", code)
    numbers = numbers_of(family)
    return 1.0 if said is None else float(eval(said[1], {}, numbers | {"c": numbers.get("sigma")}))


def response_numbers(family: ResponseFamily) -> dict[str, float]:
    """Return what the code of a likelihood of the target is filled with."""
    return RESPONSE_NUMBERS.get(family.id, {})


def response_rows(family: ResponseFamily) -> tuple[np.ndarray, np.ndarray]:
    """Return targets all over the family's domain, atoms among them, and predictions that its mean can have."""
    rng = np.random.default_rng(22)
    f, q = rng.uniform(1, 6, N), rng.uniform(0.1, 0.9, N)
    amounts, share = f * rng.gamma(2, 0.5, N), rng.beta(5 * q, 5 * (1 - q))
    nothing = rng.random(N) < 0.3
    return {
        Domain.COUNT: (rng.poisson(f), f),
        Domain.BOUNDED_COUNT: (rng.binomial(12, f / 12), f),
        Domain.POSITIVE: (amounts, f),
        Domain.NON_NEGATIVE: (np.where(nothing, 0.0, amounts), f),
        Domain.UNIT: (share, q),
        Domain.CLOSED_UNIT: (np.where(nothing, rng.integers(0, 2, N), share), q),
        Domain.CENSORED: (np.maximum(f + 1.7 * rng.standard_normal(N), 2.0), f),
    }[family.domain]


def response_slopes(family: ResponseFamily, y: np.ndarray, f: np.ndarray) -> np.ndarray:
    """Return the derivative of the declared loss of each row in f, by central differences."""
    h, numbers = 1e-6, response_numbers(family)
    return (family.loss.value(y, f + h, numbers) - family.loss.value(y, f - h, numbers)) / (2 * h)
