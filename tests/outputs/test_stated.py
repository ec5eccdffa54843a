"""The stated distributions: the same ones from every way of writing them, and no undefined number from any row."""

import numpy as np
import pytest
from scipy import special
from simulated_outputs import make_outputs, sigmoid, softmax

from losscheck.outputs import stated as module
from losscheck.outputs.conversion import log_probabilities, single_log_probabilities
from losscheck.outputs.reading import Interpretation
from losscheck.outputs.stated import state
from losscheck.results import TaskKind
from losscheck.sample import Asked, Numbers

# Reference case C4: log loss by scikit-learn 1.9
P4 = np.array([[7, 2, 1], [1, 8, 1], [2, 3, 5], [3, 4, 3], [6, 3, 1], [1, 1, 8], [2.5, 5, 2.5], [5, 2.5, 2.5]]) / 10
Y4 = np.array([0, 1, 2, 0, 0, 2, 2, 1])


def reading(numbers, **fields):
    return Interpretation(numbers, "", **fields)


def all_rows(sample):
    return np.concatenate([block.log_p for block in state(sample).blocks()])


def log_loss(sample):
    parts = [block.log_p[np.arange(block.label.size), block.label] for block in state(sample).blocks()]
    return -np.concatenate(parts).mean()


@pytest.mark.parametrize(
    "outputs",
    [P4, np.log(P4) + np.arange(8)[:, None] - 3.7, np.log(P4), np.log2(P4), np.log10(P4), 100 * P4, 40 * P4],
    ids=["probabilities", "logits", "natural logarithms", "base 2", "base 10", "percent", "votes"],
)
def test_the_log_loss_is_the_same_from_every_representation(outputs):
    assert log_loss(make_outputs(outputs, Y4)) == pytest.approx(0.747937047182, abs=1e-11)


def test_columns_in_another_order():
    assert log_loss(make_outputs(np.roll(P4, 1, axis=1), Y4)) == pytest.approx(1.625572542718, abs=1e-11)


def test_logits_agree_with_scipy_also_where_exponentials_overflow():
    z = np.random.default_rng(0).normal(size=(50, 7)) * np.array([1, 1, 10, 100, 500, 1, 1])
    expected = special.log_softmax(z, axis=1)
    assert log_probabilities(z, reading(Numbers.LOGITS)) == pytest.approx(expected, abs=1e-12)
    huge = log_probabilities(np.array([[1e308, -1e308, 0.0]]), reading(Numbers.LOGITS))
    assert huge.tolist() == [[0.0, -np.inf, -1e308]]


def test_single_scores_agree_with_scipy():
    z = np.array([-800.0, -30.0, -1.0, 0.0, 2.0, 40.0, 800.0])
    log_p = single_log_probabilities(z, reading(Numbers.LOGITS))
    assert log_p[:, 1] == pytest.approx(special.log_expit(z), rel=1e-14)
    assert log_p[:, 0] == pytest.approx(special.log_expit(-z), rel=1e-14)
    p = np.array([0.0, 1e-300, 0.25, 1.0])
    log_p = single_log_probabilities(p, reading(Numbers.PROBABILITIES))
    assert log_p[1:3, 1] == pytest.approx(np.log([1e-300, 0.25]))
    assert log_p[[0, 3], [1, 0]].tolist() == [-np.inf, -np.inf]
    assert log_p[[0, 3], [0, 1]].tolist() == [0.0, 0.0]
    percent = single_log_probabilities(100 * p, reading(Numbers.PERCENT, total=100.0))
    assert percent == pytest.approx(log_p, rel=1e-14)
    logs = single_log_probabilities(np.log10([1e-300, 0.25, 1.0]), reading(Numbers.LOG_PROBABILITIES, base=10.0))
    assert np.exp(logs) == pytest.approx(np.array([[1, 0], [0.75, 0.25], [0, 1]]), abs=1e-14)


def test_a_margin_pair_states_the_sigmoid_of_its_score():
    z = np.array([-3.0, 0.2, 5.0, -0.7])
    sample = make_outputs(np.stack((1 - z, z), axis=1))
    assert state(sample).interpretation.numbers is Numbers.MARGIN
    assert np.exp(all_rows(sample))[:, 1] == pytest.approx(sigmoid(z))


def test_rows_that_prefer_no_class_state_the_uniform_distribution():
    assert np.exp(log_probabilities(np.zeros((1, 4)), reading(Numbers.PROBABILITIES))).tolist() == [[0.25] * 4]
    for numbers in (Numbers.LOGITS, Numbers.LOG_PROBABILITIES):
        stated = log_probabilities(np.array([[-np.inf] * 4, [-np.inf, 0.0, 0.0, -np.inf]]), reading(numbers))
        assert np.exp(stated) == pytest.approx(np.array([[0.25] * 4, [0, 0.5, 0.5, 0]]))


def test_negative_probabilities_are_none_and_the_rest_is_shared_out():
    stated = log_probabilities(np.array([[-0.1, 0.6, 0.6]]), reading(Numbers.PROBABILITIES))
    assert np.exp(stated).tolist() == [[0.0, 0.5, 0.5]]


def test_float_errors_do_not_make_probabilities_above_one():
    rng = np.random.default_rng(4)
    p = softmax(30 * rng.normal(size=(500, 3))) * (1 + 1e-9 * rng.normal(size=(500, 1)))
    stated = log_probabilities(p, reading(Numbers.PROBABILITIES))
    assert stated.max() <= 0
    assert np.exp(stated).sum(axis=1) == pytest.approx(1, abs=1e-15)


def test_the_outputs_are_not_written_to():
    z = np.asfortranarray(np.random.default_rng(0).normal(size=(20, 3)))
    kept = z.copy()
    for numbers in (Numbers.LOGITS, Numbers.PROBABILITIES, Numbers.LOG_PROBABILITIES):
        log_probabilities(z, reading(numbers))
    assert (z == kept).all()


def test_blocks_cover_all_rows_in_order(monkeypatch):
    rng = np.random.default_rng(1)
    p, label = softmax(rng.normal(size=(103, 4))), rng.integers(0, 4, 103)
    sample = make_outputs(p, label, weight=rng.random(103))
    monkeypatch.setattr(module, "BLOCK_CELLS", 40)
    blocks = list(state(sample).blocks())
    assert [block.label.size for block in blocks] == [10] * 10 + [3]
    assert np.concatenate([block.p for block in blocks]) == pytest.approx(p)
    assert np.concatenate([block.label for block in blocks]).tolist() == label.tolist()
    assert np.concatenate([block.weight for block in blocks]).tolist() == sample.weight.tolist()
    some = np.array([5, 99, 7])
    assert state(sample).take(some).p == pytest.approx(p[some])


def test_several_labels_are_as_many_statements_of_two_classes():
    scores = np.array([[0.2, 0.9], [0.5, 0.1], [1.0, 0.0]])
    targets = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    sample = make_outputs(
        scores, kind=TaskKind.MULTILABEL, targets=targets, weight=np.array([1.0, 2.0, 3.0]), row=np.array([4, 8, 9])
    )
    stated = state(sample)
    assert (stated.rows, stated.classes, stated.labelled) == (6, 2, True)
    assert stated.file_rows.tolist() == [4, 4, 8, 8, 9, 9]
    (block,) = stated.blocks()
    assert block.p[:, 1] == pytest.approx(scores.ravel())
    assert block.label.tolist() == [0, 1, 1, 0, 1, 1]
    assert block.weight.tolist() == [1, 1, 2, 2, 3, 3]


def test_soft_labels_are_handed_on():
    targets = np.array([[0.8, 0.1, 0.1], [0.2, 0.6, 0.2]])
    stated = state(make_outputs(P4[:2], kind=TaskKind.SOFT, targets=targets))
    (block,) = stated.blocks()
    assert block.label is None
    assert not stated.labelled
    # C6: soft cross-entropy 0.865731211840
    assert -(block.target * block.log_p).sum(axis=1).mean() == pytest.approx(0.865731211840, abs=1e-11)


def test_unsettled_outputs_state_nothing():
    assert state(make_outputs(np.array([[0.9, 0.8], [0.1, 0.3], [0.5, 0.2]]))) is None
    asked = make_outputs(np.array([[0.9, 0.8], [0.1, 0.3], [0.5, 0.2]]), asked=Asked(Numbers.PROBABILITIES))
    assert np.exp(all_rows(asked)) == pytest.approx(np.array([[9 / 17, 8 / 17], [0.25, 0.75], [5 / 7, 2 / 7]]))
