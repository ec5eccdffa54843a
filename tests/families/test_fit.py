import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from losscheck.families import FAMILIES, family_named
from losscheck.families.family import Family, View
from losscheck.families.fitting import fit_family
from losscheck.families.likelihood import density_terms, scan
from losscheck.numeric.points import Points, make_cells, make_points

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "families.json").read_text())

every_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.id)
plain = [f for f in FAMILIES if f.view is not View.SCALED]
every_plain_family = pytest.mark.parametrize("family", plain, ids=lambda family: family.id)


def draw(family: Family, shapes: tuple[float, ...], n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from the standard density by its distribution function on a fine grid, dense in the middle."""
    z = np.sinh(np.linspace(-16, 16, 200_001)) / 20
    with np.errstate(over="ignore", under="ignore"):
        density = np.exp(-family.nll(z, *shapes))
    cumulative = np.concatenate([[0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(z))])
    increasing = np.concatenate([[True], np.diff(cumulative) > 0])
    return np.interp(rng.random(n) * cumulative[-1], cumulative[increasing], z[increasing])


def samples() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(11)
    return {
        "normal": rng.standard_normal(120),
        "t3": rng.standard_t(3, 150),
        "cauchy": rng.standard_cauchy(90),
        "laplace": rng.laplace(size=101),
        "uniform": rng.uniform(-1, 1, 80),
        "exponential": rng.exponential(size=140),
        "left": -rng.gamma(2.0, size=140),
        "two groups": np.concatenate([rng.normal(-2, 0.6, 60), rng.normal(2, 0.6, 60)]),
        "outlier": np.append(rng.standard_normal(60), 40.0),
    }


SAMPLES = samples()


def negative(family: Family, points: Points, shapes: tuple[float, ...]):
    """−log-likelihood of (mu, log sigma) as one number; a large one where impossible, for simplex searches."""

    def value(theta: np.ndarray) -> float:
        only = replace(family, shapes=(), shape_gradient=None, nll=lambda z: family.nll(z, *shapes))
        only = replace(only, psi=lambda z: family.psi(z, *shapes))
        with np.errstate(over="ignore"):
            total = float(points.weight @ density_terms(only, points)(theta)[0])
        return total if math.isfinite(total) else 1e10

    return value


@pytest.mark.parametrize(
    "sample",
    ["t3", pytest.param("exponential", marks=pytest.mark.slow), pytest.param("outlier", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("step", [0.0, 0.5], ids=["values", "rounded"])
@every_plain_family
def test_scan_is_a_maximum(family, step, sample):
    x = SAMPLES[sample]
    points = make_points(np.round(x / step) * step if step else x, step=step)
    found = scan(family, points)
    for k, shapes in enumerate(family.grid):
        value = negative(family, points, shapes)
        here = np.array([found.mu[k], found.log_sigma[k]])
        assert found.loglik[k] == pytest.approx(-value(here), abs=1e-7)
        for away in ([0.15, -0.1], [-0.15, 0.1]):
            end = minimize(value, here + away, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9})
            if step and end.x[1] < math.log(points.width / 3):
                continue  # the scan keeps sigma above a third of the rounding step
            assert -end.fun <= found.loglik[k] + (0.1 if step and not family.smooth else 1e-5)


def loglik(family: str, sample: str) -> float:
    return fit_family(family_named(family), make_points(SAMPLES[sample])).loglik


# The second model lies in the first: at an inner point, or at a limit that the range of the shape stops short of by
# no more than the nats given.
NESTED = [
    ("asymmetric_laplace", "laplace", 0.0),
    ("student_t", "cauchy", 0.0),
    ("student_t", "normal", 0.1),
    ("generalized_normal", "normal", 0.0),
    ("generalized_normal", "laplace", 0.0),
    ("huber", "normal", 0.01),
    ("huber", "laplace", 0.5),
    ("contaminated_normal", "normal", 0.1),
    ("barron", "normal", 0.0),
    ("barron", "cauchy", 0.0),
    ("skew_normal", "normal", 0.0),
    ("shifted_lognormal", "normal", 0.0),
]


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize(("wide", "narrow", "slack"), NESTED)
def test_wider_family_fits_no_worse(wide, narrow, slack, sample):
    if (wide, sample) == ("huber", "outlier"):
        slack = 2.0  # the normal is the limit c → ∞, and c stops at 5 with the outlier at 40
    assert loglik(wide, sample) >= loglik(narrow, sample) - slack - 1e-7


def recovery_points(family: Family, x: np.ndarray, covariate: np.ndarray) -> Points:
    return make_cells(x, covariate, None, make_points(x)) if family.view is View.SCALED else make_points(x)


TRUE_MU, TRUE_SIGMA = 3.0, 0.5


@pytest.mark.parametrize("seed", [0, 1])
@every_family
def test_parameters_are_recovered_within_four_standard_errors(family, seed):
    if not family.regular:
        pytest.skip("no standard errors: the ends of the range converge like 1/n")
    rng = np.random.default_rng(seed)
    shapes = family.grid[len(family.grid) // 2]
    n = 4000
    covariate = rng.standard_normal(n)
    slopes = (0.5, 0.1) if family.view is View.SCALED else ()
    growth = np.exp(0.5 * covariate + 0.1 * covariate**2) if slopes else 1.0
    x = TRUE_MU + TRUE_SIGMA * growth * draw(family, shapes, n, rng)
    fitted = fit_family(family, recovery_points(family, x, covariate))
    truth = family.name_parameters(TRUE_MU, TRUE_SIGMA, *slopes, *shapes)
    for name, parameter in fitted.fit.parameters.items():
        assert parameter.se is not None, name
        assert parameter.se < 0.5 * max(abs(truth[name]), 1), name
        assert abs(parameter.value - truth[name]) < 4 * parameter.se, name


def test_ends_of_a_uniform_range_are_recovered():
    x = np.random.default_rng(5).uniform(1, 3, 4000)
    fitted = fit_family(family_named("uniform"), make_points(x))
    assert fitted.theta == pytest.approx(((x.min() + x.max()) / 2, np.ptp(x) / 2), rel=1e-12)
    assert fitted.loglik == pytest.approx(-4000 * math.log(np.ptp(x)), rel=1e-12)
    assert all(parameter.se is None for parameter in fitted.fit.parameters.values())


SCIPY_FITS = {
    "normal": stats.norm,
    "laplace": stats.laplace,
    "student_t": stats.t,
    "logistic": stats.logistic,
    "generalized_normal": stats.gennorm,
    "cauchy": stats.cauchy,
    "gumbel": stats.gumbel_r,
    "gumbel_left": stats.gumbel_l,
    "skew_normal": stats.skewnorm,
    "asymmetric_laplace": stats.laplace_asymmetric,
    "uniform": stats.uniform,
}


@pytest.mark.parametrize("sample", ["normal", "t3", "exponential"])
@pytest.mark.parametrize("name", SCIPY_FITS)
def test_likelihood_is_at_least_scipys(name, sample):
    x, twin = SAMPLES[sample], SCIPY_FITS[name]
    with np.errstate(all="ignore"):
        parameters = twin.fit(x)
        theirs = float(twin.logpdf(x, *parameters).sum())
    fitted = fit_family(family_named(name), make_points(x))
    if fitted.fit.note:  # at an end of our range; scipy has none
        return
    assert fitted.loglik >= theirs - 1e-6


@pytest.mark.parametrize("sample", ["t3", "exponential", "two groups"])
@every_family
def test_shift_and_scale_of_the_target_change_nothing_else(family, sample):
    x = SAMPLES[sample]
    covariate = np.random.default_rng(2).standard_normal(x.size)
    before, after = (fit_family(family, recovery_points(family, y, covariate)) for y in (x, 1000 + 40 * x))
    mu, sigma, *rest = before.theta
    assert after.theta[0] == pytest.approx(1000 + 40 * mu, abs=4e-5 * sigma)
    assert after.theta[1] == pytest.approx(40 * sigma, rel=1e-5)
    assert after.theta[2:] == pytest.approx(rest, rel=1e-4, abs=1e-5)
    assert after.loglik == pytest.approx(before.loglik - x.size * math.log(40), abs=1e-6)
    for name, parameter in before.fit.parameters.items():
        factor = 40 if name in ("mu", "sigma", "delta") else 1
        assert (parameter.se is None) == (after.fit.parameters[name].se is None)
        if parameter.se is not None:
            assert after.fit.parameters[name].se == pytest.approx(factor * parameter.se, rel=1e-3)


@every_plain_family
def test_rows_may_be_given_as_weights(family):
    x = SAMPLES["t3"]
    twice = fit_family(family, make_points(np.concatenate([x, x])))
    weighted = fit_family(family, make_points(x, np.full(x.size, 2.0)))
    assert weighted.loglik == pytest.approx(twice.loglik, abs=1e-6)
    assert weighted.theta == pytest.approx(twice.theta, rel=1e-5, abs=1e-5)


@every_plain_family
def test_narrow_intervals_are_the_density(family):
    """With the width → 0 the mean density of an interval is the density: log P = log f + log h."""
    points = make_points(SAMPLES["t3"])
    theta = np.array([0.013, 1.1, *np.zeros(len(family.shapes))])
    shapes = family.grid[len(family.grid) // 2]
    theta[2:] = [math.log(v) if s.logarithmic else v for v, s in zip(shapes, family.shapes, strict=True)]
    inside = np.isfinite(density_terms(family, points)(theta)[0])
    points = replace(points, value=points.value[inside], weight=points.weight[inside])
    values, gradients = density_terms(family, points)(theta)
    near, slopes = density_terms(family, replace(points, width=1e-7))(theta)
    np.testing.assert_allclose(near, values, atol=1e-6)
    np.testing.assert_allclose(slopes, gradients, rtol=1e-5, atol=1e-5)


INTERVALS = {
    "normal": (stats.norm, ()),
    "laplace": (stats.laplace, ()),
    "student_t": (stats.t(3), (3.0,)),
    "logistic": (stats.logistic, ()),
    "generalized_normal": (stats.gennorm(1.2), (1.2,)),
    "gumbel": (stats.gumbel_r, ()),
    "skew_normal": (stats.skewnorm(2.5), (2.5,)),
    "asymmetric_laplace": (stats.laplace_asymmetric(math.sqrt(0.3 / 0.7), scale=1 / math.sqrt(0.21)), (0.3,)),
}


@pytest.mark.parametrize("width", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("name", INTERVALS)
def test_interval_likelihood_is_the_probability(name, width):
    twin, shapes = INTERVALS[name]
    value = np.round(np.arange(-4, 8) * width, 9)
    points = Points(value, np.ones(value.size), 0.0, 1.0, width=width)
    family = family_named(name)
    theta = np.array(
        [0.21, 0.0, *[math.log(v) if s.logarithmic else v for v, s in zip(shapes, family.shapes, strict=True)]]
    )
    low, high = value - width / 2 - 0.21, value + width / 2 - 0.21
    upper = low > 0
    probability = np.where(upper, twin.sf(low) - twin.sf(high), twin.cdf(high) - twin.cdf(low))
    found = width * np.exp(-density_terms(family, points)(theta)[0])
    np.testing.assert_allclose(found, probability, atol=1e-5, rtol=0)


def test_rounded_uniform_reaches_into_its_outermost_intervals():
    """Half of the intervals about 0 and 10 is used, so that as many values fall there."""
    x = np.repeat(np.arange(11.0), [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1])
    fitted = fit_family(family_named("uniform"), make_points(x, step=1.0))
    assert fitted.theta == pytest.approx((5.0, 5.0), rel=1e-7)
    assert fitted.loglik == pytest.approx(18 * math.log(1 / 10) + 2 * math.log(0.5 / 10), rel=1e-7)


def test_rounded_uniform_uses_no_more_than_the_outermost_intervals():
    x = np.repeat(np.arange(4.0), [9, 2, 2, 1])
    fitted = fit_family(family_named("uniform"), make_points(x, step=1.0))
    low, width = -0.5, 3 / (1 - 1 / 14)  # all of the interval about 0, and width/14 of that about 3
    assert fitted.theta == pytest.approx((low + width / 2, width / 2), rel=1e-7)


REFERENCE_FITS = [
    pytest.param(data["values"], fit, id=f"{data['name']}-{fit['family']}")
    for data in REFERENCE
    for fit in data["fits"]
]


@pytest.mark.parametrize(("values", "expected"), REFERENCE_FITS)
def test_fit_is_that_of_r(values, expected):
    """Fits made in R by tests/reference/families.R; locations and scales are compared in units of sigma."""
    family, x = family_named(expected["family"]), np.array(values)
    log_ratio = family.view is View.LOG_RATIO
    points = make_points(np.log(x), jacobian=-float(np.mean(np.log(x)))) if log_ratio else make_points(x)
    fitted = fit_family(family, points)
    sigma = expected["parameters"]["sigma"]
    assert set(fitted.fit.parameters) == set(expected["parameters"])
    for name, value in expected["parameters"].items():
        unit = sigma if name in ("mu", "sigma", "delta") else max(1.0, abs(value))
        assert abs(fitted.fit.parameters[name].value - value) < 1e-6 * unit, name
    assert fitted.loglik == pytest.approx(expected["loglik"], rel=1e-8)
