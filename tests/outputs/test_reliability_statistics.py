"""Statistics along the stated probability: CORP, cumulative differences, the calibration error, the diagram."""

import numpy as np
import pytest
from calibration_examples import C1, C2, C3, C4, example
from scipy import stats
from simulated_outputs import draw_labels, make_outputs, sigmoid, softmax

from losscheck.outputs.corp import decompose_scores
from losscheck.outputs.cumulative import drift_point, drift_tail, measure_drift
from losscheck.outputs.ece import calibration_error
from losscheck.outputs.monte_carlo import calibrate
from losscheck.outputs.question import pool_question
from losscheck.outputs.question_draws import coarsen
from losscheck.outputs.reliability import reliability
from losscheck.outputs.undefined import Undefined
from losscheck.results import TaskKind

RNG = np.random.default_rng(9)


def binary(n, temperature=1.0, seed=0):
    rng = np.random.default_rng(seed)
    z = 2 * rng.normal(size=n)
    return sigmoid(temperature * z), (rng.random(n) < sigmoid(z)).astype(int)


def pair(p, y, **fields):
    return make_outputs(np.stack((1 - p, p), axis=1), y, **fields)


# groups of equal probability


def test_rows_with_equal_probabilities_are_pooled():
    pooled = pool_question(example(C2))
    assert pooled.p == pytest.approx([0.2, 0.8])
    assert pooled.came_true.tolist() == [20, 30]
    assert pooled.weight.tolist() == [50, 50]


def test_probabilities_that_differ_in_their_last_digit_are_equal():
    """0.7 + 0.2 + 0.1 and 0.1 + 0.2 + 0.7 are not the same number, which says nothing about the rows."""
    p = np.array([[0.7, 0.2, 0.1], [0.1, 0.2, 0.7], [0.2, 0.1, 0.7]])
    assert pool_question(make_outputs(p, [0, 0, 2])).weight.tolist() == [3]


def test_rows_of_no_weight_are_not_there():
    p, y = binary(50)
    weight = np.where(np.arange(50) % 2, 1.0, 0.0)
    some, only = pair(p, y, weight=weight), pair(p[1::2], y[1::2])
    assert decompose_scores(some).brier.miscalibration == pytest.approx(decompose_scores(only).brier.miscalibration)
    assert measure_drift(some).statistic == pytest.approx(measure_drift(only).statistic)


def test_the_order_of_rows_does_not_matter():
    p, y = np.round(binary(200), 1)
    order = RNG.permutation(200)
    for measure in (decompose_scores, measure_drift, calibration_error):
        before, after = measure(pair(p, y.astype(int))), measure(pair(p[order], y[order].astype(int)))
        if measure is decompose_scores:
            before, after = before.brier.miscalibration, after.brier.miscalibration
        elif measure is measure_drift:
            before, after = before.signed, after.signed
        assert before == pytest.approx(after, abs=1e-12)


# CORP


def test_the_parts_add_up_to_the_score():
    p, y = binary(300, 1.5)
    corp = decompose_scores(pair(p, y))
    log_loss = -np.log(np.where(y == 1, p, 1 - p)).mean()
    for found, score in ((corp.brier, ((p - y) ** 2).mean()), (corp.log, log_loss)):
        assert found.miscalibration - found.discrimination + found.uncertainty == pytest.approx(score)
        assert found.miscalibration >= 0
        assert found.discrimination >= 0


def test_a_constant_prediction_discriminates_nothing():
    corp = decompose_scores(example(C3))
    # by hand: (0.9 − 0.7)², 0.7 · 0.3, and the same in nats
    assert corp.brier.miscalibration == pytest.approx(0.04)
    assert corp.brier.discrimination == pytest.approx(0)
    assert corp.brier.uncertainty == pytest.approx(0.21)
    assert corp.log.miscalibration == pytest.approx(0.7 * np.log(7 / 9) + 0.3 * np.log(3))


def test_more_classes_are_asked_about_the_most_probable_one():
    p, y = C4
    corp = decompose_scores(example(C4))
    one = decompose_scores(pair(p.max(axis=1), (p.argmax(axis=1) == y).astype(int)))
    assert corp.brier.miscalibration == pytest.approx(one.brier.miscalibration)
    assert corp.log.uncertainty == pytest.approx(one.log.uncertainty)


def test_a_certain_error_is_an_infinite_log_score_and_a_finite_brier_score():
    corp = decompose_scores(pair(np.array([0.0, 0.5, 0.5, 1.0]), [1, 0, 1, 1]))
    assert corp.log.miscalibration == np.inf
    assert 0 < corp.brier.miscalibration < 1


def test_an_error_that_was_nearly_certain_is_not_an_infinite_log_score():
    """Beside p = 1, one of 1 − 1e-14 is the same for all but the logarithm."""
    p = np.array([1e-14, 0.3, 0.6, 1.0, 1.0])
    corp = decompose_scores(make_outputs(np.stack((p, 1 - p), axis=1), [0, 1, 0, 0, 0]))
    score = corp.log.miscalibration - corp.log.discrimination + corp.log.uncertainty
    assert score == pytest.approx(-np.log([1e-14, 0.7, 0.6]).sum() / 5)
    many = decompose_scores(make_outputs([[1e-20, 1.0, 0.0], [0.2, 0.5, 0.3], [0.0, 0.0, 1.0]], [0, 1, 2]))
    assert many.log.miscalibration - many.log.discrimination + many.log.uncertainty == pytest.approx(
        -np.log([1e-20, 0.5]).sum() / 3
    )


def test_whole_weights_are_repeated_rows():
    p, y = binary(100, 1.3)
    times = RNG.integers(1, 4, size=100)
    weighted = pair(p, y, weight=times * times.sum() / (times @ times))
    repeated = pair(np.repeat(p, times), np.repeat(y, times))
    assert decompose_scores(weighted).brier.discrimination == pytest.approx(
        decompose_scores(repeated).brier.discrimination
    )
    assert measure_drift(weighted).drift == pytest.approx(measure_drift(repeated).drift)
    assert calibration_error(weighted) == pytest.approx(calibration_error(repeated))
    assert measure_drift(weighted).statistic < measure_drift(repeated).statistic


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [1, 1.5, 2, 3])
@pytest.mark.parametrize("n", [50, 1000])
def test_the_interval_of_the_miscalibration_holds_the_truth(n, temperature):
    held = []
    for seed in range(150):
        p, y = binary(n, temperature, seed)
        truth = ((p - sigmoid(np.log(p / (1 - p)) / temperature)) ** 2).mean()
        sample = pair(p, y)
        corp, found = decompose_scores(sample), calibrate(sample)
        value = found.observed_miscalibration - found.miscalibration.mean()
        held.append(abs(value - truth) < 1.96 * (corp.se + found.miscalibration.std()))
    assert np.mean(held) > 0.93


# cumulative differences


def test_the_largest_cumulative_difference_by_hand():
    # y − p, in the order of p: −.1 .8 −.3 −.4 .5 .4 −.7 .2 .1 .05, whose sums are largest at 0.6 with 0.9
    drift = measure_drift(example(C1))
    assert (drift.signed, drift.where) == (pytest.approx(0.09), pytest.approx(0.6))
    assert drift.statistic == pytest.approx(0.9 / np.sqrt((C1[0] * (1 - C1[0])).sum()))


def test_a_group_of_equal_probabilities_is_entered_as_a_whole():
    first = pair(np.full(10, 0.5), np.repeat([1, 0], 5))
    assert measure_drift(first).drift == pytest.approx(0, abs=1e-15)


def test_the_law_of_the_largest_brownian_motion():
    # Erdős & Kac (1946): 1.9600, 2.2414 and 2.8070 are its upper 10, 5 and 1 % points
    assert [drift_tail(x) for x in (1.9600, 2.2414, 2.8070)] == pytest.approx([0.1, 0.05, 0.01], rel=1e-3)
    for alpha in (0.5, 0.05, 1e-6):
        assert drift_tail(drift_point(alpha)) == pytest.approx(alpha, rel=1e-9)
    assert drift_tail(1.9999999) == pytest.approx(drift_tail(2.0000001), rel=1e-5)  # two series meet
    assert (drift_tail(0.0), drift_tail(30)) == (1.0, pytest.approx(0, abs=1e-100))


def test_the_drift_of_right_outputs_follows_its_law():
    p = [measure_drift(pair(*binary(2000, seed=seed))).p for seed in range(300)]
    assert stats.kstest(p, "uniform").pvalue > 1e-3


def test_the_interval_of_the_drift_holds_the_truth():
    held = []
    for seed in range(200):
        p, y = binary(1000, 2, seed)
        order = np.argsort(p)
        truth = np.abs(np.cumsum((sigmoid(np.log(p / (1 - p)) / 2) - p)[order])).max() / 1000
        low, high = measure_drift(pair(p, y)).interval(0.05)
        held.append(low < truth < high)
    assert np.mean(held) > 0.95


def test_certain_outputs_that_came_out_so_have_no_drift():
    p = np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]])
    moved = make_outputs(np.vstack((p, p)), [0, 0, 0, 1])
    assert not isinstance(measure_drift(moved), Undefined)
    sure = make_outputs([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], [0, 1, 0])
    assert isinstance(measure_drift(sure), Undefined)


# the expected calibration error


@pytest.mark.parametrize(("n", "expected", "by"), [(100, 0.12, 0.006), (1000, 0.039, 0.0015), (10_000, 0.012, 0.0008)])
def test_the_mean_error_of_perfect_outputs(n, expected, by):
    rng = np.random.default_rng(n)
    errors = []
    for _ in range(150):
        p = rng.random(n)
        errors.append(calibration_error(pair(p, (rng.random(n) < p).astype(int))))
    assert np.mean(errors) == pytest.approx(expected, abs=by)
    assert calibrate(pair(p, (rng.random(n) < p).astype(int))).error.mean() == pytest.approx(expected, abs=by)


def test_bins_are_closed_above():
    # 0.2 = 3/15 ends the third bin: two bins, each off by 0.2 and 0.79, of half of the rows
    assert calibration_error(pair(np.array([0.2, 0.21]), [0, 1])) == pytest.approx((0.2 + 0.79) / 2)
    assert calibration_error(pair(np.array([0.19, 0.2]), [0, 1])) == pytest.approx((0.8 - 0.19) / 2)
    assert calibration_error(pair(np.array([0.0, 1.0, 0.5]), [0, 1, 1])) == pytest.approx(0.5 / 3)


# the reliability diagram


def test_the_diagram_is_what_the_calibration_error_sums():
    p, y = binary(500, 2)
    picture = reliability(pair(p, y), 0.05)
    gap = np.abs(np.array(picture.observed) - np.array(picture.stated))
    assert (gap * picture.rows).sum() / 500 == pytest.approx(calibration_error(pair(p, y)))
    assert list(picture.stated) == sorted(picture.stated)


@pytest.mark.parametrize("n", [60, 3000])
def test_the_band_holds_right_outputs(n):
    outside = bins = 0
    for seed in range(100):
        picture = reliability(pair(*binary(n, seed=seed)), 0.05)
        bins += len(picture.rows)
        outside += sum(
            not low - 1e-12 <= observed <= high + 1e-12
            for low, observed, high in zip(picture.low, picture.observed, picture.high, strict=True)
        )
    assert outside / bins < 0.07
    assert all(
        0 <= low <= s <= high <= 1 for low, s, high in zip(picture.low, picture.stated, picture.high, strict=True)
    )


def test_the_band_of_few_rows_is_binomial():
    # 20 rows of p = 0.1: P(X ≤ 4) = 0.957, P(X ≤ 5) = 0.989, and none at all has 0.12
    picture = reliability(pair(np.full(20, 0.1), np.arange(20) < 2), 0.05)
    assert (picture.low, picture.high) == ((0.0,), (pytest.approx(5 / 20),))


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        (example(C1), "of class 1"),
        (example(C4), "of the most probable class"),
        (make_outputs(softmax(RNG.normal(size=(9, 2))), kind=TaskKind.MULTILABEL, targets=np.eye(9)[:, :2]), "a label"),
    ],
    ids=["two classes", "three", "labels"],
)
def test_the_title_says_whose_probability(sample, words):
    assert words in reliability(sample, 0.05).title


def test_there_is_no_diagram_without_labels():
    assert reliability(make_outputs(C4[0]), 0.05) is None


# joined groups


def test_joined_groups_keep_sums_and_bins():
    pooled = pool_question(pair(*binary(5000)))
    coarse = coarsen(pooled, 100)
    assert coarse.p.size < 120
    assert coarse.total == pytest.approx(pooled.total)
    assert coarse.came_true.sum() == pytest.approx(pooled.came_true.sum())
    assert coarse.weight @ coarse.p == pytest.approx(pooled.weight @ pooled.p)
    assert (np.diff(coarse.p) > 0).all()
    for k in range(15):
        assert coarse.weight[coarse.bin == k].sum() == pytest.approx(pooled.weight[pooled.bin == k].sum())


def test_top_labels_come_from_the_draws():
    rng = np.random.default_rng(1)
    p = softmax(rng.normal(size=(50, 3)))
    assert pool_question(make_outputs(p, draw_labels(rng, p))).total == 50
