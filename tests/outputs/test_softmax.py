"""A softmax of probabilities: found where it is, nowhere else, and undone exactly."""

import numpy as np
import pytest
from simulated_outputs import draw_labels, make_outputs, softmax, write
from test_stated import P4, Y4

from losscheck.outputs.softmax import find_second_softmax, lowest_loss, undo_softmax


def spread(q):
    return q.shape[1] * (np.log(q).mean(axis=1) - np.log(q).min(axis=1))


def test_what_training_cannot_go_below():
    # log(e + K − 1) − 1, and by hand: the cross-entropy of a right one-hot row fed as logits
    for classes, loss in ((2, 0.3133), (3, 0.5514), (10, 1.4612), (100, 3.6222)):
        assert lowest_loss(classes) == pytest.approx(loss, abs=5e-5)
        assert -np.log(softmax(np.eye(classes)))[0, 0] == pytest.approx(lowest_loss(classes))


def test_undone_it_is_the_distribution_before():
    q = softmax(P4)
    assert undo_softmax(np.log(q)) == pytest.approx(P4, abs=1e-14)
    assert spread(q) == pytest.approx(1 - 3 * P4.min(axis=1))
    # C4, softmax applied again: log loss 0.931466133649
    assert -np.log(q)[np.arange(8), Y4].mean() == pytest.approx(0.931466133649, abs=1e-11)


@pytest.mark.parametrize(
    ("classes", "how"),
    [(k, how) for k in (2, 3, 10, 100, 1000) for how in ("double", "single")]
    + [(2, "%.3f"), (3, "%.4f"), (10, "%.6f")],
)
@pytest.mark.parametrize("labelled", [True, False])
def test_it_is_found(classes, how, labelled):
    rng = np.random.default_rng(classes)
    sd = 1.5 if classes <= 3 else 1.0
    p = softmax(sd * rng.normal(size=(300, classes)))
    values, digits = write(softmax(p), how)
    found = find_second_softmax(make_outputs(values, draw_labels(rng, p) if labelled else None, digits=digits))
    assert found is not None
    assert found.undone_top == pytest.approx(p.max(axis=1).mean(), abs=0.02)
    assert 0.9 < found.upper <= found.largest <= 1 + 1e-2


def test_it_is_found_in_log_probabilities_and_beside_bad_rows():
    q = softmax(softmax(2 * np.random.default_rng(0).normal(size=(200, 5))))
    assert find_second_softmax(make_outputs(np.log(q))) is not None
    q[3] = [0.5, 0.7, -0.1, 0.0, 0.0]
    assert find_second_softmax(make_outputs(q)) is not None


def test_one_sure_row_refutes_it():
    q = softmax(softmax(2 * np.random.default_rng(0).normal(size=(200, 5))))
    for sure in ([0.9, 0.025, 0.025, 0.025, 0.025], [1.0, 0.0, 0.0, 0.0, 0.0]):
        q[17] = sure
        assert find_second_softmax(make_outputs(q)) is None


def test_labels_refute_it_where_an_even_model_is_right():
    rng = np.random.default_rng(3)
    logit = rng.uniform(-1, 1, size=4000)
    q = softmax(np.stack((0 * logit, logit), axis=1))  # |log-odds| spread evenly up to 1: the same signs
    assert find_second_softmax(make_outputs(q)) is not None
    assert find_second_softmax(make_outputs(q, draw_labels(rng, q))) is None


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_few_answers_are_not_accused(classes):
    rng = np.random.default_rng(classes)
    z = rng.normal(size=(3, classes))
    z *= 0.95 / spread(softmax(z)).max()
    assert spread(softmax(z)).max() == pytest.approx(0.95, abs=0.01)
    assert find_second_softmax(make_outputs(softmax(z)[rng.integers(0, 3, 500)])) is None


def test_one_answer_with_some_noise_is_not_accused():
    z = np.array([0.0, 0.96]) + 1e-3 * np.random.default_rng(0).normal(size=(500, 2))
    assert 0.9 < spread(softmax(z)).min() < spread(softmax(z)).max() < 1
    assert find_second_softmax(make_outputs(softmax(z))) is None


def test_logits_that_were_cut_off_are_not_accused():
    logit = np.clip(2 * np.random.default_rng(0).normal(size=500), -0.97, 0.97)
    assert find_second_softmax(make_outputs(softmax(np.stack((0 * logit, logit), axis=1)))) is None


def test_coarse_digits_tell_nothing():
    q = softmax(softmax(3 * np.random.default_rng(1).normal(size=(300, 30))))
    values, digits = write(q, "%.2f")
    assert find_second_softmax(make_outputs(values, digits=digits)) is None


def test_few_rows_tell_nothing():
    q = softmax(softmax(3 * np.random.default_rng(1).normal(size=(49, 5))))
    assert find_second_softmax(make_outputs(q)) is None
