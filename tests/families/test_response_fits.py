"""Fits and densities of targets given predictions against R (tests/reference/responses.R), and recovery from draws."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from losscheck.families import RESPONSE_FAMILIES, regression_family_named
from losscheck.families.pair_fitting import fit_response
from losscheck.families.pair_likelihood import response_terms
from losscheck.numeric.censoring import latent_mean, recorded_mean
from losscheck.numeric.pairs import EXACT_ROWS, Pairs, make_pairs
from losscheck.numeric.tweedie import log_series, series
from losscheck.numeric.variance_slope import fit_variance_slope

REFERENCE = json.loads((Path(__file__).parent.parent / "reference" / "responses.json").read_text())
PREDICTION = np.array(REFERENCE["prediction"])


def family(name):
    return regression_family_named(name)


def pairs_of(target, prediction, width=0.0):
    target = np.asarray(target, dtype=float)
    return Pairs(target, np.asarray(prediction, dtype=float), np.ones(target.size), width)


@pytest.mark.parametrize("name", sorted({row["family"] for row in REFERENCE["densities"]}))
def test_density_is_that_of_r(name):
    rows = [row for row in REFERENCE["densities"] if row["family"] == name]
    assert len(rows) >= 9
    for row in rows:
        found = family(name).nll(np.array([row["y"]], dtype=float), np.array([float(row["mean"])]), *row["shapes"])
        assert -float(found[0]) == pytest.approx(row["log_density"], rel=1e-8, abs=1e-8), row


@pytest.mark.parametrize("name", sorted(REFERENCE["fits"]))
def test_fit_is_that_of_r(name):
    expected = REFERENCE["fits"][name]
    known = (0.0, np.inf) if name == "tobit" else ()
    fitted = fit_response(family(name), pairs_of(REFERENCE["data"][name], PREDICTION), known).fit
    p = fitted.parameters
    assert -200 * fitted.nll_per_row == pytest.approx(expected["loglik"], rel=1e-8)
    location = np.log(p["factor"].value) if "factor" in p else p["shift"].value
    assert location == pytest.approx(expected.get("log_factor", expected.get("shift")), abs=2e-6)
    if name in ("poisson", "negative_binomial"):  # R gives the expected information, the same at a free mean
        assert p["factor"].se / p["factor"].value == pytest.approx(expected["se"], rel=2e-2)
    for shape in ("alpha", "phi", "k", "sigma"):
        if shape in expected:
            assert p[shape].value == pytest.approx(expected[shape], rel=1e-5)
        if f"{shape}_se" in expected:
            assert p[shape].se == pytest.approx(expected[f"{shape}_se"], rel=2e-2)


DRAWS = {
    "poisson": lambda rng, f: rng.poisson(1.3 * f),
    "negative_binomial": lambda rng, f: rng.poisson(1.3 * f * rng.gamma(2, 0.5, f.size)),
    "negative_binomial_1": lambda rng, f: rng.poisson(rng.gamma(1.3 * f / 2, 2.0)),
    "zero_inflated_poisson": lambda rng, f: rng.poisson(1.3 * f / 0.6) * (rng.random(f.size) < 0.6),
    "gamma": lambda rng, f: 1.3 * f * rng.gamma(2, 0.5, f.size),
    "inverse_gaussian": lambda rng, f: rng.wald(1.3 * f, 2.0),
    "weibull": lambda rng, f: 1.3 * f * rng.weibull(2.0, f.size) / 0.886226925452758,
}
TRUE = {
    "negative_binomial": {"alpha": 0.5},
    "negative_binomial_1": {"delta": 2.0},
    "zero_inflated_poisson": {"pi": 0.4},
    "gamma": {"phi": 0.5},
    "inverse_gaussian": {"phi": 0.5},
    "weibull": {"k": 2.0},
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("n", [2000, 40_000])
def test_parameters_come_back_from_draws(name, n):
    """Of the rows themselves and of cells: within 4 of the fit's own standard errors, 1.3 the factor."""
    rng = np.random.default_rng([11, n])
    f = 5 * 10 ** rng.uniform(-0.5, 0.5, n)
    y = np.asarray(DRAWS[name](rng, f), dtype=float)
    width = 1.0 if family(name).discrete else 0.0
    found = fit_response(family(name), make_pairs(y, f, None, width)).fit.parameters
    assert abs(found["factor"].value - 1.3) < 4 * found["factor"].se
    for shape, value in TRUE.get(name, {}).items():
        assert abs(found[shape].value - value) < 4 * found[shape].se


@pytest.mark.parametrize("name", ["gamma", "negative_binomial", "inverse_gaussian", "weibull"])
def test_cells_stand_for_their_rows(name):
    """Compressed and exact fits of the same 50,000 rows: parameters within a quarter of a standard error."""
    rng = np.random.default_rng(2)
    f = 5 * 10 ** rng.uniform(-0.5, 0.5, 50_000)
    y = np.asarray(DRAWS[name](rng, f), dtype=float)
    exact = fit_response(family(name), pairs_of(y, f)).fit
    cells = make_pairs(y, f, None, 1.0 if family(name).discrete else 0.0)
    assert y.size > EXACT_ROWS > 0
    assert cells.n == pytest.approx(50_000)
    assert cells.target.size < 12_000
    compressed = fit_response(family(name), cells).fit
    assert compressed.nll_per_row == pytest.approx(exact.nll_per_row, abs=1e-3)
    for parameter, value in exact.parameters.items():
        assert abs(compressed.parameters[parameter].value - value.value) < 0.25 * value.se


@pytest.mark.parametrize(
    ("name", "draw"),
    [
        ("beta", lambda rng, g: rng.beta(6 * g, 6 * (1 - g)).clip(1e-12, 1 - 1e-12)),
        ("beta", lambda rng, g: rng.beta(2.5 * g, 2.5 * (1 - g)).clip(1e-12, 1 - 1e-9)),
        ("tweedie", lambda rng, g: rng.gamma(2.0 * np.maximum(k := rng.poisson(5 * g), 1), 0.1) * (k > 0)),
        ("hurdle_gamma", lambda rng, g: np.where(rng.random(g.size) < 0.3, 0.0, g * rng.gamma(2.0, 0.5, g.size))),
    ],
)
def test_cells_next_to_an_end_stand_for_their_rows(name, draw):
    """Shares next to 1, amounts with zeros: the cells' points stay within the range, and zeros are zeros."""
    rng = np.random.default_rng(4)
    g = 1 / (1 + np.exp(-rng.normal(1.5, 1.0, 30_000)))
    y = draw(rng, g)
    exact = fit_response(family(name), pairs_of(y, g)).fit
    cells = make_pairs(y, g, None, 0.0)
    assert cells.target.size < 12_000
    assert cells.weight[cells.target == 0].sum() == pytest.approx(np.count_nonzero(y == 0))
    assert cells.target.max() < 1 or y.max() >= 1
    compressed = fit_response(family(name), cells).fit
    for parameter, value in exact.parameters.items():
        if value.se is not None:
            assert abs(compressed.parameters[parameter].value - value.value) < 0.25 * value.se, parameter


def test_rounded_targets_are_intervals():
    """The mean density over the interval is the probability of it over its width, by quadrature to 1e-8."""
    gamma = family("gamma")
    pairs = pairs_of([2.0, 5.0, 9.0], [3.0, 4.0, 10.0], width=1.0)
    values, _ = response_terms(gamma, pairs, ())(np.array([0.1, np.log(0.3)]))
    for value, y, m in zip(values, pairs.target, pairs.prediction * np.exp(0.1), strict=True):
        density = lambda u, m=m: float(np.exp(-gamma.nll(np.array([u]), m, 0.3))[0])  # noqa: E731
        assert value == pytest.approx(-np.log(quad(density, y - 0.5, y + 0.5, epsabs=1e-13)[0]), abs=1e-8)


@pytest.mark.parametrize("p", [1.06, 1.3, 1.6, 1.94])
@pytest.mark.parametrize("phi", [0.02, 1.0, 30.0])
def test_interpolated_tweedie_series_is_the_series(p, phi):
    y = np.random.default_rng(1).gamma(0.5, 20.0, 1500) + 1e-4
    a = (2 - p) / (p - 1)
    log_z = a * np.log(y) - a * np.log(p - 1) - (1 + a) * np.log(phi) - np.log(2 - p)
    for found, expected in zip(log_series(log_z, a), series(log_z, a), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8)


def test_gradients_of_the_fit_are_derivatives():
    rng = np.random.default_rng(0)
    f = rng.uniform(0.2, 0.8, 40)
    for one in RESPONSE_FAMILIES:
        known = {"binomial": (12.0,), "tobit": (0.0, np.inf)}.get(one.id, ())
        share = one.domain.name in ("UNIT", "CLOSED_UNIT")
        y = rng.uniform(0.05, 0.95, 40) if share else np.rint(f * 10) if one.discrete else f * rng.gamma(2, 0.5, 40)
        terms = response_terms(one, pairs_of(y, f if share else 10 * f, 0.0), known)
        theta = np.array(
            [0.1, *(np.log(v) if s.logarithmic else v for v, s in zip(one.starts[0], one.shapes, strict=True))]
        )
        gradient = terms(theta)[1]
        for index in range(theta.size):
            step = np.zeros(theta.size)
            step[index] = 1e-6
            numeric = (terms(theta + step)[0] - terms(theta - step)[0]) / 2e-6
            np.testing.assert_allclose(gradient[index], numeric, rtol=1e-4, atol=1e-5)


def test_latent_mean_undoes_the_cut():
    latent = np.linspace(-4, 6, 30)
    for low, high in ((0.0, np.inf), (-np.inf, 2.0), (0.0, 2.0)):
        recorded = recorded_mean(latent, 1.5, low, high)
        np.testing.assert_allclose(latent_mean(recorded, 1.5, low, high), latent, atol=1e-6)
    draws = np.maximum(0.4 + 1.5 * np.random.default_rng(0).standard_normal(10**6), 0.0)
    assert draws.mean() == pytest.approx(recorded_mean(np.array([0.4]), 1.5, 0.0, np.inf)[0], abs=4e-3)


# The 5 to 95 % range of p over 2,000 samples of 300 rows, predictions over a factor 10 (docs/decision.md):
# normal −0.20 to 0.22, Poisson 0.80 to 1.23, gamma 1.72 to 2.24.
@pytest.mark.parametrize(
    ("name", "power"), [("normal", 0.0), ("poisson", 1.0), ("gamma", 2.0), ("inverse_gaussian", 3.0)]
)
def test_variance_slope_is_the_power(name, power):
    rng = np.random.default_rng(7)
    f = 5 * 10 ** rng.uniform(-0.5, 0.5, 20_000)
    y = f + rng.standard_normal(f.size) if name == "normal" else DRAWS[name](rng, f / 1.3)
    found = fit_variance_slope(pairs_of(y, f))
    assert abs(found.p - power) < 4 * found.se
    assert found.se < 0.2


def test_variance_slope_needs_predictions_that_differ():
    y = np.random.default_rng(0).poisson(4.0, 200)
    assert fit_variance_slope(pairs_of(y, np.full(200, 4.0))) is None
