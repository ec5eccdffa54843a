"""Tests from sums only: what they are under the null, with weights, and where they are undefined."""

import numpy as np
import pytest
from calibration_examples import C4, example
from scipy import stats
from simulated_outputs import draw_labels, make_outputs, sigmoid, softmax

from losscheck.outputs.score_tests import in_the_large, nll_test, spiegelhalter_test
from losscheck.outputs.undefined import Undefined
from losscheck.results import TaskKind
from losscheck.sample import Asked, Stage


def simulate(rng, n, k, weighted=False):
    p = softmax(2 * rng.normal(size=(n, k)))
    weight = rng.exponential(size=n) if weighted else np.ones(n)
    weight *= weight.sum() / (weight @ weight)
    return make_outputs(p, draw_labels(rng, p), weight=weight if weighted else None)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("k", [2, 4])
def test_statistics_follow_their_laws_where_outputs_are_right(k, weighted):
    rng = np.random.default_rng(k + 10 * weighted)
    samples = [simulate(rng, 300, k, weighted) for _ in range(400)]
    for test in (nll_test, spiegelhalter_test):
        assert stats.kstest([test(sample).z for sample in samples], "norm").pvalue > 0.001
    chi_square = [in_the_large(sample).chi_square for sample in samples]
    assert stats.kstest(chi_square, stats.chi2(k - 1).cdf).pvalue > 0.001


def test_the_interval_of_an_excess_holds_where_outputs_are_wrong():
    """Overconfident outputs state a variance that is too small; the excess varies by the observed one."""
    rng = np.random.default_rng(4)
    z = 2 * rng.normal(size=(500, 3))
    truth, stated = softmax(z), softmax(3 * z)
    expected = {
        nll_test: (-np.log(stated) * truth).sum(axis=1) + (stated * np.log(stated)).sum(axis=1),
        spiegelhalter_test: 2 * ((stated**2).sum(axis=1) - (stated * truth).sum(axis=1)),
    }
    samples = [make_outputs(stated, draw_labels(rng, truth)) for _ in range(400)]
    for test, value in expected.items():
        found = [test(sample) for sample in samples]
        covered = [abs(one.excess - value.mean()) < 1.96 * one.se for one in found]
        assert 0.93 < np.mean(covered) <= 1
        assert np.mean([one.z > 5 for one in found]) == 1


def test_deviations_of_classes_and_their_errors():
    p, y = C4
    found = in_the_large(example(C4))
    assert found.deviation == pytest.approx([0.03125, -0.10625, 0.075])
    residual = np.eye(3)[y] - p
    larger = np.maximum((p * (1 - p)).sum(axis=0), (residual**2).sum(axis=0))
    assert found.se == pytest.approx(np.sqrt(larger) / 8)


def test_labels_of_a_multilabel_sample_are_tested_as_one():
    rng = np.random.default_rng(5)
    p = sigmoid(rng.normal(size=(200, 3)))
    yes = rng.random((200, 3)) < p
    found = in_the_large(make_outputs(p, kind=TaskKind.MULTILABEL, targets=yes.astype(float)))
    z = (yes - p).sum(axis=0) / np.sqrt((p * (1 - p)).sum(axis=0))
    assert found.z == pytest.approx(z)
    assert (found.chi_square, found.df) == (pytest.approx((z**2).sum()), 3)
    assert found.deviation == pytest.approx((yes - p).mean(axis=0))


def test_a_label_of_probability_nothing_is_infinitely_unlikely():
    p = np.array([[0.5, 0.5, 0.0], [0.4, 0.6, 0.0], [0.6, 0.4, 0.0]])
    assert in_the_large(make_outputs(p, [0, 1, 2])).chi_square == np.inf
    assert in_the_large(make_outputs(p, [0, 1, 1])).chi_square < 1


UNIFORM = make_outputs(np.full((10, 4), 0.25), np.arange(10) % 4)
ON_ITS_CLASSES = make_outputs(np.tile([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]], (5, 1)), np.ones(10))
IMPOSSIBLE = make_outputs([[0.6, 0.4, 0.0], [0.3, 0.3, 0.4], [0.2, 0.2, 0.6]], [2, 1, 0])


@pytest.mark.parametrize("test", [nll_test, spiegelhalter_test])
@pytest.mark.parametrize("sample", [UNIFORM, ON_ITS_CLASSES], ids=["uniform", "uniform on two of three"])
def test_uniform_rows_are_a_blind_spot_and_not_a_pass(test, sample):
    found = test(sample)
    assert isinstance(found, Undefined)
    assert found.reason.startswith("undefined (0/0): every row is uniform")


def test_probability_nothing_for_a_true_class_leaves_the_brier_score():
    assert "LC504" in nll_test(IMPOSSIBLE).reason
    # by hand: Σ(‖p‖² − p_y) = 0.52 + 0.34 − 0.3 + 0.44 − 0.2
    assert spiegelhalter_test(IMPOSSIBLE).excess == pytest.approx(2 * 0.8 / 3)


@pytest.mark.parametrize(
    ("sample", "reason"),
    [
        (make_outputs(np.eye(3)[[0, 1, 2, 0]], [0, 1, 1, 0]), "every row is one-hot"),
        (make_outputs(C4[0]), "needs one true class a row"),
        (make_outputs(C4[0], np.full(8, -1)), "no row has a true class among the columns"),
        (example(C4, asked=Asked(stage=Stage.INIT)), "before training"),
    ],
    ids=["one-hot", "no labels", "no label has a column", "before training"],
)
def test_reasons_why_there_is_nothing_to_hold_labels_against(sample, reason):
    for test in (in_the_large, nll_test, spiegelhalter_test):
        assert reason in test(sample).reason
