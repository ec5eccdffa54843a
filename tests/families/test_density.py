import math

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from losscheck.families import FAMILIES, family_named
from losscheck.families.family import Family

FAR = 1e6
BREAKS = (-FAR, -1e4, -300.0, -30.0, -8.0, -3.0, -1.0, -0.1, 0.0, 0.1, 1.0, 3.0, 8.0, 30.0, 300.0, 1e4, FAR)


def some_shapes(family: Family) -> list[tuple[float, ...]]:
    """Both ends of the grid, its middle, and the ends of the ranges: continuity into the limits."""
    grid = family.grid
    ends = [tuple(shape.low for shape in family.shapes), tuple(shape.high for shape in family.shapes)]
    return list(dict.fromkeys([grid[0], grid[len(grid) // 2], grid[-1], *ends]))


CASES = [pytest.param(f, s, id=f"{f.id}-{','.join(f'{v:g}' for v in s)}") for f in FAMILIES for s in some_shapes(f)]
every_density = pytest.mark.parametrize(("family", "shapes"), CASES)


def density(family: Family, shapes: tuple[float, ...]):
    return lambda z: float(np.exp(-family.nll(np.array([z]), *shapes)[0]))


def integrate(function, breaks=BREAKS) -> float:
    """Integrate over the line, in pieces that end at every kink and edge; the far tails over log |z|."""
    pieces = zip((-FAR, *breaks), (*breaks, FAR), strict=True)
    total = sum(quad(function, a, b, epsabs=1e-13, epsrel=1e-11, limit=200)[0] for a, b in pieces if a < b)

    def tails(t: float) -> float:
        return (function(math.exp(t)) + function(-math.exp(t))) * math.exp(t)

    return total + quad(tails, math.log(FAR), 100, epsabs=1e-12, limit=200)[0]


def breaks_for(family: Family, shapes: tuple[float, ...]) -> tuple[float, ...]:
    own = [-1 / shapes[0]] if family.id == "shifted_lognormal" else []
    own += [-shapes[0], shapes[0]] if family.id == "huber" else []
    own += [shapes[0], shapes[0] - 3, shapes[0] + 3] if family.id == "normal_mixture" else []
    return tuple(sorted({*BREAKS, *own}))


@every_density
def test_density_integrates_to_one(family, shapes):
    assert integrate(density(family, shapes), breaks_for(family, shapes)) == pytest.approx(1, abs=1e-9)


def smooth_places(family: Family, shapes: tuple[float, ...]) -> np.ndarray:
    """Places away from 0, where psi may jump, and inside of the support by more than a difference step."""
    z = np.concatenate([-np.logspace(1, -1.5, 15), np.logspace(-1.5, 1, 15)]) * 1.0137
    inside = np.isfinite(family.nll(1.001 * z, *shapes)) & np.isfinite(family.nll(0.999 * z, *shapes))
    return z[inside]


def difference(function, z: np.ndarray) -> np.ndarray:
    h = 1e-4 * np.minimum(np.abs(z), 1)
    return (8 * (function(z + h) - function(z - h)) - (function(z + 2 * h) - function(z - 2 * h))) / (12 * h)


@every_density
def test_psi_and_curvature_are_derivatives(family, shapes):
    z = smooth_places(family, shapes)
    psi, curvature = family.psi(z, *shapes), family.curvature(z, *shapes)
    size = 1 + np.abs(family.nll(z, *shapes)) / np.minimum(np.abs(z), 1)
    np.testing.assert_array_less(
        np.abs(difference(lambda x: family.nll(x, *shapes), z) - psi), 1e-8 * size + 1e-8 * abs(psi)
    )
    size = (1 + np.abs(psi)) / np.minimum(np.abs(z), 1)
    slope = difference(lambda x: family.psi(x, *shapes), z)
    np.testing.assert_array_less(np.abs(slope - curvature), 1e-8 * size + 1e-7 * abs(curvature))


@every_density
def test_shape_gradient_is_the_derivative(family, shapes):
    if family.shape_gradient is None:
        return
    z = np.concatenate([[0.0], smooth_places(family, shapes)])
    for k, shape in enumerate(family.shapes):
        h = 1e-5 * max(abs(shapes[k]), 0.01)
        if not shape.low <= shapes[k] - h < shapes[k] + h <= shape.high:
            continue
        above, below = (family.nll(z, *shapes[:k], shapes[k] + s, *shapes[k + 1 :]) for s in (h, -h))
        exact = family.shape_gradient(z, *shapes)[k]
        np.testing.assert_array_less(np.abs((above - below) / (2 * h) - exact), 1e-6 * (1 + np.abs(exact)) + 1e-9 / h)


@every_density
def test_no_nan_at_any_finite_residual(family, shapes):
    z = np.array([-1e150, -1e80, -1e12, -1e-200, 0.0, 1e-200, 1e12, 1e80, 1e150])
    with np.errstate(over="ignore", under="ignore"):
        found = [family.nll(z, *shapes), family.psi(z, *shapes), family.curvature(z, *shapes)]
        if family.shape_gradient is not None:
            found += family.shape_gradient(z, *shapes)
    for values in found:
        assert np.shape(values) == z.shape
        assert not np.isnan(values).any()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.id)
def test_shapes_broadcast_against_residuals(family):
    z = np.linspace(-2, 2, 5)
    table = np.array(family.grid, dtype=float).reshape(len(family.grid), -1)
    for function in (family.nll, family.psi, family.curvature):
        rows = np.array([function(z, *row) for row in family.grid])
        two = function(np.broadcast_to(z, (len(rows), 5)), *(column[:, None] for column in table.T))
        np.testing.assert_allclose(two, rows, rtol=1e-13, atol=1e-13)
        cube = np.broadcast_to(z, (len(rows), 3, 5))
        three = function(cube, *(column[:, None, None] for column in table.T))
        np.testing.assert_allclose(three[:, 1], rows, rtol=1e-13, atol=1e-13)


def pinball_twin(tau):
    """Translate to scipy's kappa and scale: the exponents are kappa·x and x/kappa there, τ z and (1 − τ) z here."""
    return stats.laplace_asymmetric(math.sqrt(tau / (1 - tau)), scale=1 / math.sqrt(tau * (1 - tau)))


TWINS = {
    "normal": stats.norm,
    "laplace": stats.laplace,
    "student_t": stats.t,
    "logistic": stats.logistic,
    "generalized_normal": stats.gennorm,
    "cauchy": stats.cauchy,
    "gumbel": stats.gumbel_r,
    "gumbel_left": stats.gumbel_l,
    "skew_normal": stats.skewnorm,
    "asymmetric_laplace": pinball_twin,
    "uniform": lambda: stats.uniform(-1, 2),
}


@pytest.mark.parametrize("name", TWINS)
def test_density_is_scipys(name):
    family = family_named(name)
    z = np.linspace(-0.99, 0.99, 9) if name == "uniform" else np.linspace(-6, 6, 25)
    for shapes in some_shapes(family):
        np.testing.assert_allclose(-family.nll(z, *shapes), TWINS[name](*shapes).logpdf(z), rtol=1e-9, atol=1e-11)


def test_shifted_lognormal_is_a_shifted_log_normal():
    z = np.linspace(-1.9, 6, 25)
    expected = stats.lognorm(0.5, loc=-2, scale=2).logpdf(z)
    np.testing.assert_allclose(-family_named("shifted_lognormal").nll(z, 0.5), expected, rtol=1e-12)


def test_barron_is_its_named_members():
    z = np.linspace(-30, 30, 61)
    barron = family_named("barron")
    rho = lambda alpha: barron.loss.value(z, {"alpha": alpha, "sigma": 1.0})  # noqa: E731
    np.testing.assert_allclose(rho(2.0), z**2 / 2, rtol=1e-10)
    np.testing.assert_allclose(rho(1.0), np.sqrt(z**2 + 1) - 1, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(rho(0.0), np.log1p(z**2 / 2), rtol=1e-12)
    for limit, side in ((0.0, 1e-10), (2.0, -1e-10)):
        np.testing.assert_allclose(rho(limit + side), rho(limit), rtol=1e-6)
    # Z(0) = π√2; Z(1) = 2e·K₁(1) (Barron 2019, table 1); Z(2) = √(2π)
    norms = [float(np.exp(barron.nll(np.array([0.0]), alpha)[0])) for alpha in (0.0, 1.0, 2.0)]
    assert norms == pytest.approx(
        [math.pi * math.sqrt(2), 2 * math.e * 0.6019072301972346, math.sqrt(2 * math.pi)], rel=1e-12
    )


def test_shape_gradient_of_barron_is_continuous_where_its_forms_meet():
    z = np.linspace(-8, 8, 33)
    below, at = (family_named("barron").shape_gradient(z, alpha)[0] for alpha in (1 - 1e-9, 1.0))
    np.testing.assert_allclose(below, at, rtol=1e-6, atol=1e-7)


def moment(name: str, shapes: tuple[float, ...], function) -> float:
    family = family_named(name)
    f = density(family, shapes)
    return integrate(lambda z: function(family, np.array([z])) * f(z), breaks_for(family, shapes))


def information(name: str, *shapes: float) -> float:
    return moment(name, shapes, lambda family, z: float(family.psi(z, *shapes)[0] ** 2))


def variance(name: str, *shapes: float) -> float:
    mean = moment(name, shapes, lambda _, z: float(z[0]))
    return moment(name, shapes, lambda _, z: float(z[0] ** 2)) - mean**2


# docs/decision.md, reference values 1, 3, 5 and 7: closed forms, rounded as printed there.
@pytest.mark.parametrize(
    ("name", "shapes", "expected"),
    [
        ("normal", (), 1.0),
        ("student_t", (3.0,), 0.5),
        ("student_t", (4.0,), 0.7),
        ("student_t", (5.0,), 0.8),
        ("student_t", (10.0,), 8 * 13 / 110),
        ("student_t", (30.0,), 28 * 33 / 930),
        ("laplace", (), 0.5),
        ("logistic", (), 9 / math.pi**2),
        ("gumbel", (), 6 / math.pi**2),
        ("gumbel_left", (), 6 / math.pi**2),
        ("generalized_normal", (1.5,), 0.9126),
        ("generalized_normal", (3.0,), 0.8833),
        ("generalized_normal", (4.0,), 0.7295),
        ("contaminated_normal", (0.01, 10.0), 0.5144),
        ("contaminated_normal", (0.05, 3.0), 0.8087),
        ("contaminated_normal", (0.10, 5.0), 0.3685),
        ("skew_normal", (4.0,), 0.6603),
        ("shifted_lognormal", (0.5,), 0.3326),
    ],
)
def test_efficiency_of_the_mean(name, shapes, expected):
    assert 1 / (information(name, *shapes) * variance(name, *shapes)) == pytest.approx(expected, abs=6e-5)


def test_information_of_t():
    for nu in (1.0, 2.0, 3.0, 7.5):
        assert information("student_t", nu) == pytest.approx((nu + 1) / (nu + 3), rel=1e-8)
    # contaminated normals: reference value 5
    found = [information("contaminated_normal", *s) for s in ((0.01, 10.0), (0.05, 3.0), (0.10, 5.0))]
    assert found == pytest.approx([0.9768, 0.8833, 0.7982], abs=6e-5)
    assert information("skew_normal", 4.0) == pytest.approx(3.7782, abs=6e-5)


@pytest.mark.parametrize(
    ("name", "shapes", "expected"),
    [
        ("normal", (), 2 / math.pi),
        ("student_t", (2.0,), 5 / 6),
        ("student_t", (3.0,), 8 / math.pi**2),
        ("student_t", (4.0,), 0.7875),
        ("student_t", (5.0,), 0.7685),
        ("cauchy", (), 8 / math.pi**2),
        ("logistic", (), 0.75),
        ("laplace", (), 1.0),
    ],
)
def test_efficiency_of_the_median(name, shapes, expected):
    height = density(family_named(name), shapes)(0.0)
    assert 4 * height**2 / information(name, *shapes) == pytest.approx(expected, abs=6e-5)


# Reference value 4: (E psi')²/E psi² of Huber's psi under the normal.
@pytest.mark.parametrize(
    ("c", "expected"), [(0.5, 0.7921), (1.0, 0.9031), (1.345, 0.95), (1.5, 0.9642), (2.0, 0.9897), (2.01019, 0.99)]
)
def test_efficiency_of_huber_at_the_normal(c, expected):
    huber, phi = family_named("huber"), density(family_named("normal"), ())
    breaks = tuple(sorted({*BREAKS, -c, c}))
    slope = integrate(lambda z: float(huber.curvature(np.array([z]), c)[0]) * phi(z), breaks)
    square = integrate(lambda z: float(huber.psi(np.array([z]), c)[0]) ** 2 * phi(z), breaks)
    assert slope**2 / square == pytest.approx(expected, abs=6e-5)


# Reference value 8: ½ log(2πe·variance) less the entropy.
@pytest.mark.parametrize(
    ("name", "shapes", "expected"),
    [
        ("laplace", (), (math.log(math.pi) - 1) / 2),
        ("logistic", (), 0.01436),
        ("student_t", (3.0,), 0.19477),
        ("student_t", (5.0,), 0.04685),
        ("uniform", (), 0.17649),
    ],
)
def test_divergence_from_the_normal(name, shapes, expected):
    def surprise(family, z):
        value = float(family.nll(z, *shapes)[0])
        return value if math.isfinite(value) else 0.0

    entropy = moment(name, shapes, surprise)
    found = 0.5 * math.log(2 * math.pi * math.e * variance(name, *shapes)) - entropy
    assert found == pytest.approx(expected, abs=6e-6)
