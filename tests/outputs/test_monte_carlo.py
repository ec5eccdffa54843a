"""Labels drawn again: the draws are those of the outputs, and the p-values are exact."""

import numpy as np
import pytest
from calibration_examples import C1, C4, example
from scipy import stats
from simulated_outputs import draw_labels, make_outputs, sigmoid, softmax

from losscheck.outputs import monte_carlo as module
from losscheck.outputs import question_draws
from losscheck.outputs.moments import row_moments
from losscheck.outputs.monte_carlo import DRAWS, calibrate, min_p
from losscheck.outputs.question import pool_question
from losscheck.outputs.question_draws import draw_groups, pool_draws
from losscheck.outputs.redrawing import redraw_labels
from losscheck.outputs.undefined import Undefined
from losscheck.results import TaskKind
from losscheck.sample import Asked

STATISTICS = ["calibration_in_the_large", "nll_z", "spiegelhalter", "cox", "corp", "cumulative", "classwise"]


def simulate(n, k, seed=0, weighted=False, **fields):
    rng = np.random.default_rng(seed)
    p = softmax(2 * rng.normal(size=(n, k)))
    weight = rng.exponential(size=n)
    fields |= {"weight": weight * weight.sum() / (weight @ weight)} if weighted else {}
    return make_outputs(p, draw_labels(rng, p), **fields)


@pytest.mark.parametrize("k", [2, 5, 40], ids=["two", "compared", "bisected"])
@pytest.mark.parametrize("weighted", [False, True])
def test_sums_of_the_draws_have_the_stated_means_and_variances(k, weighted):
    sample = simulate(200, k, weighted=weighted)
    moments = row_moments(sample)
    drawn = redraw_labels(moments, 4000, 5)
    p, w = sample.outputs, np.ones(200) if sample.weight is None else sample.weight
    spread = np.sqrt(moments.sums.deviation_variance)
    np.testing.assert_allclose(drawn.count[1:].mean(axis=0), w @ p, atol=5 * spread.max() / np.sqrt(4000))
    assert drawn.count[1:].std(axis=0) == pytest.approx(spread, rel=0.1)
    assert drawn.log[1:].mean() == pytest.approx(
        -moments.total(moments.entropy), abs=5 * drawn.log[1:].std() / np.sqrt(4000)
    )
    assert drawn.log[1:].var() == pytest.approx(moments.variance_total(moments.log_variance), rel=0.12)
    assert drawn.true_p[1:].mean() == pytest.approx(moments.total(moments.square), rel=0.02)
    assert drawn.came_true[1:].mean(axis=0) == pytest.approx(moments.question_p, abs=5 * 0.5 / np.sqrt(4000))
    tilt = (w[:, None] * p * (1 - 2 * p)).sum(axis=0)
    np.testing.assert_allclose(drawn.tilt[1:].mean(axis=0), tilt, atol=5 * spread.max() / np.sqrt(4000))


def test_the_first_set_of_sums_is_the_observed_one():
    sample = simulate(80, 4)
    moments = row_moments(sample)
    drawn = redraw_labels(moments, 3, 0)
    assert drawn.log[0] == pytest.approx(np.log(sample.outputs[np.arange(80), sample.label]).sum())
    assert drawn.count[0].tolist() == np.bincount(sample.label, minlength=4).tolist()
    np.testing.assert_array_equal(drawn.came_true[0], sample.outputs.argmax(axis=1) == sample.label)


def test_labels_of_a_row_are_drawn_each_with_its_own_probability():
    rng = np.random.default_rng(2)
    p = sigmoid(2 * rng.normal(size=(150, 3)))
    yes = (rng.random((150, 3)) < p).astype(float)
    drawn = redraw_labels(row_moments(make_outputs(p, kind=TaskKind.MULTILABEL, targets=yes)), 4000, 5)
    assert drawn.count[0].tolist() == yes.sum(axis=0).tolist()
    assert drawn.count[1:].mean(axis=0) == pytest.approx(p.sum(axis=0), rel=0.01)
    assert drawn.came_true[1:].mean(axis=0) == pytest.approx(p.ravel(), abs=0.04)
    np.testing.assert_allclose(drawn.tilt[0], (yes * (1 - 2 * p)).sum(axis=0))
    assert drawn.tilt[1:].mean(axis=0) == pytest.approx((p * (1 - 2 * p)).sum(axis=0), abs=0.5)


def test_a_class_of_probability_nothing_is_never_drawn():
    p = np.tile([[0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]], (20, 1))
    moments = row_moments(make_outputs(p, np.tile([1, 2, 0], 20)))
    assert (redraw_labels(moments, 500, 1).true_p == 30).all()  # 60 · 0.5 whatever is drawn


def test_the_seed_decides():
    first, same, other = (calibrate(simulate(60, 3, asked=Asked(seed=seed))) for seed in (4, 4, 5))
    assert first.p == same.p
    assert first.p != other.p


def test_p_values_of_right_outputs_are_uniform():
    samples = [calibrate(simulate(40, 3, seed)) for seed in range(150)]
    for name in STATISTICS:
        assert stats.kstest([found.p[name] for found in samples], "uniform").pvalue > 1e-3
    assert np.mean([found.family <= 0.1 for found in samples]) < 0.17


def test_adjusted_p_values_by_hand():
    """Four sets of labels; p-values by rank in the pool, a: 1 3 2 4, b: 4 1 3 2 (of four); their smaller: 1 1 2 2."""
    a, b = np.array([9.0, 2.0, 5.0, 1.0]), np.array([0.0, 7.0, 1.0, 2.0])
    assert min_p({"a": a, "b": b}) == ({"a": 0.25, "b": 1.0}, {"a": 0.5, "b": 1.0})


def test_ties_count_as_at_least_as_large():
    assert min_p({"a": np.array([1.0, 1.0 - 1e-12, 0.5, 2.0])})[0] == {"a": 0.75}
    assert min_p({}) == ({}, {})


def test_the_family_is_between_the_smallest_and_bonferroni():
    found = calibrate(simulate(100, 3, 7))
    smallest = min(found.p.values())
    assert smallest <= found.family <= min(1.0, len(found.p) * smallest + 1 / DRAWS)
    assert set(found.p) == set(STATISTICS)


def test_what_is_undefined_is_not_in_the_family():
    uniform = make_outputs(np.full((30, 3), 1 / 3), np.arange(30) % 3)
    assert set(calibrate(uniform).p) == {"calibration_in_the_large", "corp", "cumulative", "classwise"}
    assert set(calibrate(example(C1)).p) == set(STATISTICS) - {"classwise"}
    assert isinstance(calibrate(make_outputs(C4[0])), Undefined)


def test_above_a_size_the_laws_are_asymptotic_and_agree_with_the_draws(monkeypatch):
    sample = simulate(3000, 3, 11)
    exact = calibrate(sample)
    monkeypatch.setattr(module, "MOST_DRAWN", 2e6)
    found = calibrate(simulate(3000, 3, 11))
    assert (exact.asymptotic, found.asymptotic) == (False, True)
    for name in STATISTICS:
        if name == "classwise":  # Holm against the largest of all
            continue
        assert found.p[name] == pytest.approx(exact.p[name], abs=0.08)
    assert found.family == pytest.approx(min(1, 7 * min(found.p.values())))


def test_more_classes_are_drawn_for_fewer_rows():
    assert not calibrate(simulate(4000, 20, 1)).asymptotic
    assert calibrate(simulate(6000, 20, 1)).asymptotic
    assert not calibrate(simulate(6000, 16, 1)).asymptotic


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("scale", [0.5, 5.0])
def test_groups_of_neighbours_are_drawn_as_their_rows_are(weighted, scale, monkeypatch):
    """Counts of groups are binomial or normal; with as many groups as probabilities nothing is joined."""
    rng = np.random.default_rng(12)
    p = np.repeat(sigmoid(scale * rng.normal(size=150)), 20)
    weight = rng.exponential(size=3000)
    sample = make_outputs(
        np.stack((1 - p, p), axis=1),
        rng.random(3000) < p,
        weight=weight * weight.sum() / (weight @ weight) if weighted else None,
    )
    pooled, moments = pool_question(sample), row_moments(sample)
    rows = pool_draws(pooled, redraw_labels(moments, DRAWS, 1).came_true, moments.weight)
    monkeypatch.setattr(question_draws, "NORMAL_FROM", 2.0)
    groups = draw_groups(pooled, DRAWS, 2)
    for name in ("miscalibration", "drift", "error"):
        one, other = getattr(rows, name), getattr(groups, name)
        assert one[0] == pytest.approx(other[0])
        assert stats.ks_2samp(one[1:], other[1:]).pvalue > 1e-3
