"""Cox's recalibration against a general optimiser, and the reasons why it has no finite answer."""

import numpy as np
import pytest
from calibration_examples import C1, C4, C5, example
from scipy import optimize, special, stats
from simulated_outputs import draw_labels, make_outputs, softmax

from losscheck.outputs import cox as module
from losscheck.outputs.cox import fit_recalibration, joint_score
from losscheck.outputs.moments import row_moments
from losscheck.outputs.undefined import Undefined


def simulate(n, k, slope=1.0, offset=0.0, seed=0):
    rng = np.random.default_rng(seed)
    z = 1.5 * rng.normal(size=(n, k))
    return softmax(z), draw_labels(rng, softmax(slope * z + offset * np.arange(k)))


def log_likelihood(parameters, p, label):
    eta = parameters[-1] * np.log(p)
    eta[:, 1:] += parameters[:-1]
    return (eta[np.arange(label.size), label] - special.logsumexp(eta, axis=1)).sum()


@pytest.mark.parametrize("k", [2, 3, 6])
def test_it_is_the_maximum_of_the_likelihood(k):
    p, label = simulate(400, k, 0.7, 0.3)
    fit = fit_recalibration(make_outputs(p, label))
    start = np.append(np.zeros(k - 1), 1.0)
    best = optimize.minimize(lambda x: -log_likelihood(x, p, label), start, method="BFGS")
    intercepts = fit.intercepts - fit.intercepts[0]
    np.testing.assert_allclose(np.append(intercepts[1:], fit.slope), best.x, atol=2e-4)
    found = log_likelihood(np.append(intercepts[1:], fit.slope), p, label)
    assert found >= -best.fun - 1e-9
    assert fit.likelihood_ratio == pytest.approx(2 * (found - log_likelihood(start, p, label)), rel=1e-9)
    assert fit.df == k


@pytest.mark.parametrize("k", [2, 4])
def test_the_standard_error_is_that_of_repeated_samples(k):
    fits = [fit_recalibration(make_outputs(*simulate(300, k, 0.8, seed=seed))) for seed in range(200)]
    spread = np.std([fit.slope for fit in fits])
    assert np.mean([fit.slope_se for fit in fits]) == pytest.approx(spread, rel=0.15)
    right = [fit_recalibration(make_outputs(*simulate(300, k, seed=seed))) for seed in range(200)]
    assert stats.kstest([fit.p for fit in right], "uniform").pvalue > 0.001


@pytest.mark.parametrize("k", [2, 5])
def test_a_thinned_start_leads_to_the_maximum_over_all_rows(k, monkeypatch):
    sample = make_outputs(*simulate(8000, k, 0.9, 0.1))
    whole = fit_recalibration(sample)
    monkeypatch.setattr(module, "HELD_ROWS", 300)
    thinned = fit_recalibration(make_outputs(sample.outputs, sample.label))
    assert thinned.every == 1
    assert thinned.slope == pytest.approx(whole.slope, abs=1e-7)
    np.testing.assert_allclose(thinned.intercepts, whole.intercepts, atol=1e-7)
    assert thinned.likelihood_ratio == pytest.approx(whole.likelihood_ratio, abs=1e-6)


def test_where_a_step_would_cost_too_much_rows_are_left_out(monkeypatch):
    p, label = simulate(3000, 4, 0.9)
    monkeypatch.setattr(module, "MOST_PRODUCTS", 1000 * 4**2)
    thinned = fit_recalibration(make_outputs(p, label))
    every_third = fit_recalibration(make_outputs(p[::3], label[::3]))
    assert thinned.every == 3
    assert thinned.slope == pytest.approx(every_third.slope, abs=1e-9)
    assert thinned.likelihood_ratio == pytest.approx(every_third.likelihood_ratio, abs=1e-8)


def test_classes_that_never_occur_keep_their_stated_odds():
    p, label = simulate(300, 4)
    kept = label < 3
    fit = fit_recalibration(make_outputs(p[kept], label[kept]))
    assert fit.intercepts[3] == 0
    assert fit.df == 3


def test_wrong_way_round_has_a_negative_slope():
    first, turned = fit_recalibration(example(C1)), fit_recalibration(make_outputs(1 - C1[0], C1[1]))
    assert turned.slope == pytest.approx(-first.slope, rel=1e-9)


def test_the_score_statistic_is_near_the_likelihood_ratio():
    """Three tests of one null: near it, with many rows, they agree."""
    sample = make_outputs(*simulate(20_000, 3, 1.02, seed=3))
    moments, fit = row_moments(sample), fit_recalibration(sample)
    score = joint_score(
        moments,
        moments.sums.deviation,
        np.asarray(moments.total(moments.true_log_p) + moments.total(moments.entropy)),
    )
    assert float(score) == pytest.approx(fit.likelihood_ratio, rel=0.05)


@pytest.mark.parametrize(
    ("sample", "reason"),
    [
        (example(C5), "every row states the same log-odds"),
        (make_outputs(C1[0], C1[0] > 0.5), "separate the labels without error"),
        (make_outputs(C1[0], np.ones(10)), "only one class occurs"),
        (example(C4), "needs at least 5 rows a class, 15 in all, there are 8"),
        (make_outputs(*simulate(1100, 201)), "not fitted to more than 200 classes"),
        (make_outputs([[0.6, 0.4, 0.0], [0.3, 0.3, 0.4], [0.2, 0.2, 0.6]] * 5, [2, 1, 0] * 5), "LC504"),
    ],
    ids=["constant", "separated", "one class", "few rows", "many classes", "impossible label"],
)
def test_reasons_why_there_is_no_slope(sample, reason):
    fit = fit_recalibration(sample)
    assert isinstance(fit, Undefined)
    assert reason in fit.reason
