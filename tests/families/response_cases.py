"""Every response family at a few parameters, with targets that cover its domain."""

from __future__ import annotations

import numpy as np

from losscheck.families import RESPONSE_FAMILIES
from losscheck.families.response_family import Domain, ResponseFamily

SHAPES = {
    "poisson": [()],
    "negative_binomial": [(0.02,), (0.5,), (4.0,)],
    "negative_binomial_1": [(0.05,), (1.0,), (9.0,)],
    "zero_inflated_poisson": [(0.01,), (0.3,), (0.9,)],
    "binomial": [()],
    "gamma": [(0.01,), (0.4,), (3.0,)],
    "inverse_gaussian": [(0.01,), (0.3,)],
    "weibull": [(0.7,), (1.0,), (5.0,)],
    "tweedie": [(0.3, 1.2), (1.0, 1.5), (3.0, 1.85)],
    "hurdle_gamma": [(0.5, 0.8, 0.4), (-1.0, 0.0, 2.0)],
    "hurdle_lognormal": [(0.5, 0.8, 0.4), (-1.0, 0.3, 1.2)],
    "beta": [(5.0,), (20.0,)],
    "zero_one_inflated_beta": [(8.0, 0.2, 0.1), (15.0, 0.01, 0.6)],
    "tobit": [(0.5,), (3.0,)],
}
KNOWN = {"binomial": (10.0,), "tobit": (0.0, np.inf)}
MEANS = {Domain.UNIT: (0.3, 0.5, 0.8), Domain.CLOSED_UNIT: (0.3, 0.5, 0.8), Domain.CENSORED: (-1.0, 0.3, 4.0)}
DEFAULT_MEANS = (0.4, 3.0, 8.5)


def cases():
    """Return (family, shapes, known) for every family."""
    return [(f, shapes, KNOWN.get(f.id, ())) for f in RESPONSE_FAMILIES for shapes in SHAPES[f.id]]


def means(family: ResponseFamily) -> tuple[float, ...]:
    return MEANS.get(family.domain, DEFAULT_MEANS)


def targets(family: ResponseFamily) -> np.ndarray:
    """Return targets all over the domain, atoms among them."""
    inner = np.linspace(0.02, 0.98, 25)
    return {
        Domain.COUNT: np.arange(30.0),
        Domain.BOUNDED_COUNT: np.arange(11.0),
        Domain.POSITIVE: np.geomspace(0.01, 60, 40),
        Domain.NON_NEGATIVE: np.concatenate([[0.0], np.geomspace(0.01, 60, 40)]),
        Domain.UNIT: inner,
        Domain.CLOSED_UNIT: np.concatenate([[0.0], inner, [1.0]]),
        Domain.CENSORED: np.concatenate([[0.0], np.linspace(0.05, 9, 30)]),
    }[family.domain]


def parameters(family: ResponseFamily, shapes: tuple[float, ...], known: tuple[float, ...]) -> dict[str, float]:
    names = (*(shape.name for shape in family.shapes), *family.known)
    return dict(zip(names, (*shapes, *known), strict=True))
