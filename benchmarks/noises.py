"""The 20 noises of the scorecard: seeded draws, true efficiencies and the outcome that they call for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from losscheck.efficiency.candidates import CANDIDATES, Candidate
from losscheck.efficiency.quadrature import Noise, learned_efficiency, make_noise, precision
from losscheck.families import family_named

NODES = 4000


@dataclass(frozen=True)
class Truth:
    """One kind of noise: its draw, its model (family and shapes), and how its scale follows the prediction."""

    name: str
    family: str
    shapes: tuple[float, ...]
    outcome: str
    draw: Callable[[np.random.Generator, int, np.ndarray], np.ndarray]
    steepness: float = 1.0
    null: bool = False

    @property
    def e_mse(self) -> float:
        return _table_row(self)[0]


def _contaminated(eps: float, k: float) -> Callable[[np.random.Generator, int, np.ndarray], np.ndarray]:
    return lambda rng, n, x: rng.standard_normal(n) * np.where(rng.random(n) < eps, k, 1.0)


def _student(nu: float) -> Callable[[np.random.Generator, int, np.ndarray], np.ndarray]:
    return lambda rng, n, x: rng.standard_t(nu, n)


def _skew_normal(rng: np.random.Generator, n: int, x: np.ndarray) -> np.ndarray:
    delta = 4 / np.sqrt(17)
    z = delta * np.abs(rng.standard_normal(n)) + np.sqrt(1 - delta**2) * rng.standard_normal(n)
    return z - delta * np.sqrt(2 / np.pi)


def _shifted_lognormal(rng: np.random.Generator, n: int, x: np.ndarray) -> np.ndarray:
    return (np.exp(0.5 * rng.standard_normal(n)) - np.exp(0.125)) / 0.5


def _generalized(rng: np.random.Generator, n: int, x: np.ndarray) -> np.ndarray:
    return rng.gamma(1 / 1.5, 1.0, n) ** (1 / 1.5) * rng.choice([-1.0, 1.0], n)


def _autoregressive(rng: np.random.Generator, n: int, x: np.ndarray) -> np.ndarray:
    shocks = rng.standard_normal(n) * np.sqrt(1 - 0.49)
    values = np.empty(n)
    values[0] = rng.standard_normal()
    for i in range(1, n):
        values[i] = 0.7 * values[i - 1] + shocks[i]
    return values


def _growing(rng: np.random.Generator, n: int, x: np.ndarray) -> np.ndarray:
    return rng.standard_normal(n) * x


TRUTHS: tuple[Truth, ...] = (
    Truth("normal", "normal", (), "adequate", lambda rng, n, x: rng.standard_normal(n), null=True),
    Truth("t2", "student_t", (2.0,), "robust", _student(2)),
    Truth("t3", "student_t", (3.0,), "robust", _student(3)),
    Truth("t5", "student_t", (5.0,), "robust", _student(5)),
    Truth("t10", "student_t", (10.0,), "adequate", _student(10)),
    Truth("t30", "student_t", (30.0,), "adequate", _student(30)),
    Truth("laplace", "laplace", (), "robust", lambda rng, n, x: rng.laplace(size=n)),
    Truth("logistic", "logistic", (), "adequate", lambda rng, n, x: rng.logistic(size=n)),
    Truth("gennormal 1.5", "generalized_normal", (1.5,), "adequate", _generalized),
    Truth("1 % at 10 sigma", "contaminated_normal", (0.01, 10.0), "robust", _contaminated(0.01, 10)),
    Truth("5 % at 3 sigma", "contaminated_normal", (0.05, 3.0), "robust", _contaminated(0.05, 3)),
    Truth("10 % at 5 sigma", "contaminated_normal", (0.10, 5.0), "robust", _contaminated(0.10, 5)),
    Truth("cauchy", "student_t", (1.0,), "robust", lambda rng, n, x: rng.standard_cauchy(n)),
    Truth("skew-normal 4", "skew_normal", (4.0,), "skewed", _skew_normal),
    Truth("shifted log-normal .5", "shifted_lognormal", (0.5,), "skewed", _shifted_lognormal),
    Truth("gumbel", "gumbel", (), "skewed", lambda rng, n, x: rng.gumbel(size=n) - np.euler_gamma),
    Truth("scale x 3", "normal", (), "scale", _growing, steepness=3.0),
    Truth("scale x 10", "normal", (), "scale", _growing, steepness=10.0),
    Truth("AR(1) .7", "normal", (), "adequate", _autoregressive, null=True),
    Truth(
        "rounded to .5", "normal", (), "adequate", lambda rng, n, x: np.round(2 * rng.standard_normal(n)) / 2, null=True
    ),
)


def draw_rows(truth: Truth, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return (residual, prediction); predictions are uniform on [1, k], k = 3 where the scale does not follow."""
    x = rng.uniform(1.0, truth.steepness if truth.steepness > 1 else 3.0, n)
    return truth.draw(rng, n, x), x


@cache
def truth_noise(truth: Truth) -> Noise:
    """Return the marginal noise on quadrature nodes: a mixture over the scales where they change."""
    if truth.steepness == 1.0:
        return make_noise(family_named(truth.family), truth.shapes, NODES)
    base = make_noise(family_named("normal"), (), NODES)
    scales = 1 + (truth.steepness - 1) * (np.arange(400) + 0.5) / 400
    width = np.gradient(base.z)
    parts = np.exp(-0.5 * (base.z[:, None] / scales) ** 2) / scales
    mass = parts.mean(1) * width
    score = (parts * base.z[:, None] / scales**2).sum(1) / np.maximum(parts.sum(1), 1e-300)
    cumulative = np.cumsum(mass) / mass.sum()
    s = 1.482602218505602 * float(np.interp(0.75, cumulative, base.z))
    information = np.diag([float(np.mean(scales**-2.0)), 1.0])
    return Noise(base.z, mass / mass.sum(), score, information, 0.0, s, np.inf, True, None)


def true_efficiency(truth: Truth, candidate: Candidate) -> float:
    """Return the loss's efficiency against the best estimator of location, which knows shape and scale."""
    if candidate in CANDIDATES:
        return _table_row(truth)[CANDIDATES.index(candidate)]
    return _efficiency(truth, candidate)


@cache
def _table_row(truth: Truth) -> tuple[float, ...]:
    return tuple(_efficiency(truth, candidate) for candidate in CANDIDATES)


@cache
def own_likelihood_efficiency(truth: Truth, family_id: str) -> float:
    """Return the efficiency of a skewed family's likelihood whose scale and shape are learned with the model.

    1 for the true family.
    """
    return learned_efficiency(family_named(truth.family), truth_noise(truth), family_named(family_id))


def _efficiency(truth: Truth, candidate: Candidate) -> float:
    noise = truth_noise(truth)
    return precision(noise, candidate) / float(noise.information[0, 0])


@cache
def best_efficiency(truth: Truth) -> float:
    """Return the best there is: the family's own likelihood where the noise is skewed or its scale changes."""
    if truth.outcome in ("skewed", "scale"):
        return 1.0
    return max(true_efficiency(truth, candidate) for candidate in CANDIDATES)
