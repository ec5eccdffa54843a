"""The numbers behind the plots, on seeded samples whose truth is known."""

from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

import losscheck
from losscheck import plotting
from losscheck.numeric.points import make_points

N = 2000


@pytest.fixture(scope="module")
def heavy():
    """Student-t noise with 3 degrees of freedom and unit scale."""
    rng = np.random.default_rng(5)
    prediction = rng.uniform(10, 30, N)
    return losscheck.check(prediction + rng.standard_t(3, N), prediction)


@pytest.fixture(scope="module")
def growing():
    """Normal noise whose standard deviation is exp(prediction/2), of targets on both sides of 0."""
    rng = np.random.default_rng(6)
    prediction = rng.uniform(-2, 2, N)
    return losscheck.check(prediction + np.exp(prediction / 2) * rng.normal(size=N), prediction)


def inside(plot):
    return np.mean([low <= seen <= high for seen, low, high in zip(plot.observed, plot.low, plot.high, strict=True)])


def test_heavy_tails_leave_the_band_of_the_normal_and_stay_in_that_of_the_t(heavy):
    normal, winner = heavy.plots.quantiles
    assert (normal.family, winner.family) == ("normal", "student_t")
    assert inside(normal) < 0.6
    assert inside(winner) > 0.9
    np.testing.assert_allclose(winner.expected[90], np.median(winner.observed), atol=0.1)


def test_quantiles_are_those_of_the_family(heavy):
    winner = heavy.plots.quantiles[1]
    fit = next(fit for fit in heavy.fits if fit.family == "student_t")
    nu, mu, sigma = (fit.parameters[name].value for name in ("nu", "mu", "sigma"))
    # The most extreme of n rows stands at level 1/(2n).
    np.testing.assert_allclose(winner.expected[0], stats.t(nu, mu, sigma).ppf(0.5 / N), rtol=1e-3)
    np.testing.assert_allclose(winner.observed[-1], max(winner.observed))


def test_a_changing_scale_is_compared_after_it_is_divided_out(growing):
    winner = growing.plots.quantiles[1]
    assert (winner.family, winner.of) == ("heteroscedastic_normal", "residuals over their fitted scale")
    np.testing.assert_allclose(winner.expected[0], stats.norm.ppf(0.5 / N), rtol=1e-3)
    assert inside(winner) > 0.9


def test_the_fitted_scale_is_drawn(growing):
    scale = growing.plots.scale
    np.testing.assert_allclose(scale.sigma, np.exp(np.asarray(scale.at) / 2), rtol=0.12)
    np.testing.assert_allclose(scale.middle, 0, atol=0.1)
    assert scale.rows == N
    assert list(scale.prediction) == sorted(scale.prediction)


def test_the_shares_beyond_a_distance_are_those_of_the_rows_and_of_the_families(heavy):
    tails = heavy.plots.tails
    fit = next(fit for fit in heavy.fits if fit.family == "student_t")
    law = stats.t(*(fit.parameters[name].value for name in ("nu", "mu", "sigma")))
    at = np.asarray(tails.curve_distance)
    expected = law.cdf(tails.center - at) + law.sf(tails.center + at)
    np.testing.assert_allclose(tails.curves["student_t"], expected, rtol=0.01)
    assert tails.share[-1] == pytest.approx(0.5 / N)
    assert tails.share[0] == pytest.approx(0.5, abs=1e-3)
    assert list(tails.distance) == sorted(tails.distance)


def test_the_bands_are_those_of_order_statistics():
    # Of 10 uniform draws the k-th smallest follows a beta(k, 11 − k) distribution (David & Nagaraja 2003, 2.3).
    level = (np.arange(10) + 0.5) / 10
    k = np.arange(1, 11)
    low, high = plotting._level_band(level, 10.0, 0.05)
    np.testing.assert_allclose(low, stats.beta.ppf(0.025, k, 11 - k), rtol=1e-9)
    np.testing.assert_allclose(high, stats.beta.ppf(0.975, k, 11 - k), rtol=1e-9)


def test_the_band_of_the_normal_holds_95_percent_of_normal_quantiles():
    rng = np.random.default_rng(7)
    shares = []
    for _ in range(300):
        values = 3 + 2 * rng.normal(size=150)
        prepared = SimpleNamespace(
            residuals=make_points(values), values=values, rows=150, effective_rows=150.0, material=()
        )
        plot = plotting._against_normal(prepared, 0.05)
        shares.append([low <= seen <= high for seen, low, high in zip(plot.observed, plot.low, plot.high, strict=True)])
    held = np.mean(shares, axis=0)
    # In the middle they vary less: the center is that of the same rows. 0.92 is 95 % less 2.4 standard errors.
    assert held.min() > 0.92
    assert held[[0, 1, 2, -3, -2, -1]].max() < 0.98


def test_autocorrelations_are_those_of_the_process():
    rng = np.random.default_rng(8)
    noise = rng.normal(size=4000)
    for i in range(1, noise.size):
        noise[i] += 0.7 * noise[i - 1]
    plot = losscheck.check(residual=noise).plots.autocorrelation
    np.testing.assert_allclose(plot.rho[:4], 0.7 ** np.arange(1, 5), atol=0.06)
    assert len(plot.rho) == plotting.LAGS
    assert plot.bound == pytest.approx(1.959964 / 4000**0.5)


def test_no_autocorrelation_is_drawn_where_the_order_says_nothing():
    rng = np.random.default_rng(9)
    assert losscheck.check(residual=np.sort(rng.normal(size=200))).plots.autocorrelation is None


def test_residuals_alone_have_no_plot_against_predictions():
    plots = losscheck.check(residual=np.random.default_rng(10).normal(size=100)).plots
    assert plots.scale is None
    assert [plot.family for plot in plots.quantiles] == ["normal"]


def test_a_trend_that_is_taken_out_is_named_and_drawn():
    rng = np.random.default_rng(11)
    prediction = rng.uniform(0, 10, 400)
    plots = losscheck.check(1.3 * prediction - 0.5 + rng.normal(size=400), prediction).plots
    assert plots.quantiles[0].of == "residuals with their bias and slope taken out"
    np.testing.assert_allclose(plots.scale.middle, 0.3 * np.asarray(plots.scale.at) - 0.5, atol=0.4)


def test_few_rows_have_no_quantiles_or_tails():
    plots = losscheck.check(residual=[0.1, -0.4, 0.9, 1.1, -1.3, 0.2]).plots
    assert plots.quantiles == ()
    assert plots.tails is None


def test_rounded_residuals_have_tails_of_their_distinct_values():
    values = np.round(np.random.default_rng(12).normal(size=500) * 2) / 2
    tails = losscheck.check(residual=values).plots.tails
    assert len(tails.distance) == len(set(tails.distance)) < 12


def test_weights_count():
    rng = np.random.default_rng(13)
    values, weight = rng.normal(size=400), np.ones(400)
    weight[np.argmax(values)] = 20.0
    plot = losscheck.check(residual=values, weight=weight).plots.quantiles[0]
    share = np.mean(np.asarray(plot.observed) == values.max())
    assert share > 3 / len(plot.observed)


@pytest.mark.slow
def test_many_rows_make_no_more_points():
    rng = np.random.default_rng(14)
    prediction = rng.normal(size=300_000)
    plots = losscheck.check(prediction + rng.standard_t(4, prediction.size), prediction).plots
    for plot in (*plots.quantiles, plots.tails, plots.scale, plots.autocorrelation):
        sizes = [len(value) for f in fields(plot) if isinstance(value := getattr(plot, f.name), tuple)]
        assert max(sizes) <= 2000
