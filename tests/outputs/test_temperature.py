"""Temperature: limits, profile intervals, thinned starts against the whole file."""

import numpy as np
import pytest
from calibration_examples import C1, C2, C4, example
from scipy import optimize, stats
from simulated_outputs import draw_labels, make_outputs, sigmoid, softmax

from losscheck.outputs import temperature as module
from losscheck.outputs import tilting
from losscheck.outputs.temperature import fit_temperature
from losscheck.outputs.undefined import Undefined
from losscheck.results import TaskKind


def simulate(n, k, temperature=1.0, seed=0):
    rng = np.random.default_rng(seed)
    z = 2 * rng.normal(size=(n, k))
    return softmax(temperature * z), draw_labels(rng, softmax(z))


def log_likelihood(p, label, temperature):
    log_p = np.log(p) / temperature
    log_p -= np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    return log_p[np.arange(label.size), label].sum()


@pytest.mark.parametrize("k", [2, 3, 20])
def test_it_is_the_maximum_of_the_likelihood(k):
    p, label = simulate(500, k, 1.5)
    fit = fit_temperature(make_outputs(p, label))
    best = optimize.minimize_scalar(lambda t: -log_likelihood(p, label, t), bounds=(0.2, 5), method="bounded")
    assert fit.value == pytest.approx(best.x, abs=1e-4)
    ratio = 2 * (log_likelihood(p, label, fit.value) - log_likelihood(p, label, 1))
    assert fit.likelihood_ratio == pytest.approx(ratio, rel=1e-9)
    assert fit.gain == pytest.approx(ratio / 1000, rel=1e-9)
    assert fit.p == pytest.approx(stats.chi2(1).sf(ratio), rel=1e-6)


@pytest.mark.parametrize("exact", [True, False], ids=["followed", "series"])
@pytest.mark.parametrize("k", [2, 5])
def test_the_likelihood_falls_by_half_a_chi_square_quantile_at_the_ends_of_the_interval(k, exact, monkeypatch):
    p, label = simulate(20_000, k, 1.2)
    monkeypatch.setattr(module, "EXACT_CELLS", 10**9 if exact else 0)
    fit = fit_temperature(make_outputs(p, label))
    top = log_likelihood(p, label, fit.value)
    for end in fit.interval(0.05):
        fall = top - log_likelihood(p, label, end)
        assert fall == pytest.approx(stats.chi2(1).ppf(0.95) / 2, rel=1e-8 if exact else 1e-3)


@pytest.mark.parametrize("k", [2, 3, 10])
def test_a_thinned_start_leads_to_the_maximum_over_all_rows(k, monkeypatch):
    p, label = simulate(20_000, k, 1.4)
    whole = fit_temperature(make_outputs(p, label))
    monkeypatch.setattr(tilting, "HELD_ROWS", 500)
    thinned = fit_temperature(make_outputs(p, label))
    assert thinned.value == pytest.approx(whole.value, abs=1e-8)
    assert thinned.likelihood_ratio == pytest.approx(whole.likelihood_ratio, abs=1e-5)
    assert thinned.interval(0.05) == pytest.approx(whole.interval(0.05), abs=1e-6)


@pytest.mark.parametrize("k", [2, 4])
def test_whole_weights_are_repeated_rows(k):
    p, label = simulate(300, k, 1.3)
    times = np.random.default_rng(1).integers(1, 4, size=300)
    weight = times * times.sum() / (times @ times)
    weighted = fit_temperature(make_outputs(p, label, weight=weight))
    repeated = fit_temperature(make_outputs(np.repeat(p, times, axis=0), np.repeat(label, times)))
    assert weighted.value == pytest.approx(repeated.value, rel=1e-9)
    assert weighted.interval(0.05)[0] < repeated.interval(0.05)[0]  # repeating is no new information


def test_intervals_hold_the_truth_with_weights_too():
    rng = np.random.default_rng(2)
    held = []
    for seed in range(300):
        p, label = simulate(200, 3, 1.5, seed)
        weight = rng.exponential(size=200)
        weight *= weight.sum() / (weight @ weight)
        low, high = fit_temperature(make_outputs(p, label, weight=weight)).interval(0.05)
        held.append(low < 1.5 < high)
    assert 0.92 < np.mean(held) < 0.98


def test_outputs_that_are_always_right_have_temperature_nothing():
    p = np.delete(C1[0], 4)  # without p = 0.5
    fit = fit_temperature(make_outputs(p, p > 0.5))
    assert fit.value == 0
    low, high = fit.interval(0.05)
    assert low == 0
    fallen = log_likelihood(np.stack((1 - p, p), axis=1), (p > 0.5).astype(int), high)
    assert fallen == pytest.approx(-stats.chi2(1).ppf(0.95) / 2, rel=1e-9)  # the log-likelihood of T = 0 is 0


def test_outputs_that_are_wrong_more_often_than_right_have_no_temperature():
    fit = fit_temperature(make_outputs(1 - C1[0], C1[1]))
    assert fit.value == np.inf
    assert fit.interval(0.05)[1] == np.inf
    assert fit.interval(0.05)[0] > 1


def test_an_interval_can_reach_infinity():
    low, high = fit_temperature(example(C2)).interval(0.05)
    assert high == np.inf
    assert 1 < low < 3.419


def test_statements_of_a_multilabel_sample_share_one_temperature():
    rng = np.random.default_rng(6)
    z = rng.normal(size=(300, 4))
    yes = rng.random((300, 4)) < sigmoid(z)
    many = fit_temperature(make_outputs(sigmoid(2 * z), kind=TaskKind.MULTILABEL, targets=yes.astype(float)))
    one = fit_temperature(make_outputs(sigmoid(2 * z).ravel(), yes.ravel()))
    assert many.value == pytest.approx(one.value, rel=1e-9)


@pytest.mark.parametrize(
    ("outputs", "label", "reason"),
    [
        (np.full((9, 3), 1 / 3), np.arange(9) % 3, "undefined (0/0)"),
        ([[0.6, 0.4, 0.0], [0.3, 0.3, 0.4], [0.2, 0.2, 0.6]], [2, 1, 0], "LC504"),
    ],
    ids=["uniform", "impossible label"],
)
def test_it_is_undefined_where_there_is_no_likelihood_to_speak_of(outputs, label, reason):
    fit = fit_temperature(make_outputs(outputs, label))
    assert isinstance(fit, Undefined)
    assert reason in fit.reason


def test_log_probabilities_of_nothing_do_not_disturb():
    p, label = C4[0].copy(), C4[1]
    p = np.column_stack((p, np.zeros(8)))
    assert fit_temperature(make_outputs(p, label)).value == pytest.approx(fit_temperature(example(C4)).value, rel=1e-9)
