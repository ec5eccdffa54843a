"""Shares of votes: how many votes, and when it cannot be told from rounding."""

import numpy as np
import pytest
from simulated_outputs import make_outputs, softmax, write

from losscheck.outputs.votes import find_grid
from losscheck.results import TaskKind


def shares(votes, classes=4, n=300, seed=0):
    rng = np.random.default_rng(seed)
    return rng.multinomial(votes, softmax(2 * rng.normal(size=(n, classes)))) / votes


@pytest.mark.parametrize("votes", [3, 5, 7, 10, 20, 25, 30, 50, 64, 100, 128, 200, 500, 1000])
@pytest.mark.parametrize("how", ["double", "%.6f"])
def test_the_number_of_votes_is_found(votes, how):
    values, digits = write(shares(votes), how)
    found = find_grid(make_outputs(values, digits=digits))
    assert (found.votes, found.rounded) == (votes, False)
    assert found.zeros == np.count_nonzero((shares(votes) == 0).any(axis=1))


@pytest.mark.parametrize(("votes", "how"), [(3, "%.4f"), (7, "%.3f"), (30, "%.3f"), (64, "%.4f"), (20, "%.2f")])
def test_votes_are_found_behind_a_few_digits(votes, how):
    values, digits = write(shares(votes), how)
    assert find_grid(make_outputs(values, digits=digits)).votes == votes


def test_counts_and_percentages_of_votes():
    assert find_grid(make_outputs(30 * shares(30))).votes == 30
    assert find_grid(make_outputs(100 * shares(30))).votes == 30


def test_single_scores_and_several_labels():
    rng = np.random.default_rng(0)
    assert find_grid(make_outputs(rng.binomial(30, 0.4, 200) / 30)).votes == 30
    several = rng.binomial(64, 0.3, (100, 5)) / 64
    options = {"kind": TaskKind.MULTILABEL, "targets": (several > 0.3).astype(float)}
    assert find_grid(make_outputs(several, **options)).votes == 64


@pytest.mark.parametrize("how", ["%.2f", "%.1f"])
def test_two_classes_rounded_look_like_votes(how):
    values, digits = write(softmax(np.random.default_rng(0).normal(size=(300, 2))), how)
    found = find_grid(make_outputs(values, digits=digits))
    assert (found.votes, found.rounded) == ({"%.2f": 100, "%.1f": 10}[how], True)


@pytest.mark.parametrize("how", ["double", "single", "half array", "%.2f", "%.3f", "%.4f", "%.6f", "%.3g", "brain"])
@pytest.mark.parametrize("classes", [3, 10])
def test_probabilities_of_three_classes_are_no_votes(how, classes):
    for seed in range(10):
        rng = np.random.default_rng(seed)
        values, digits = write(softmax(10 ** rng.uniform(-1, 0.7) * rng.normal(size=(400, classes))), how)
        assert find_grid(make_outputs(values, digits=digits)) is None


def test_rounded_arrays_of_three_classes_are_no_votes():
    p = softmax(np.random.default_rng(0).normal(size=(400, 3)))
    assert find_grid(make_outputs(np.round(p, 2))) is None


def test_the_leaves_of_a_tree_are_no_votes():
    leaves = np.array([[0, 1, 48], [49, 0, 0], [0, 12.25, 36.75], [1, 0, 48]]) / 49
    assert find_grid(make_outputs(leaves[np.random.default_rng(0).integers(0, 4, 200)])) is None


def test_votes_in_the_digits_of_single_precision():
    values, digits = write(shares(7), "single")
    assert find_grid(make_outputs(values, digits=digits)).votes == 7


def test_a_constant_is_no_vote():
    assert find_grid(make_outputs(np.tile([0.25, 0.75], (100, 1)))) is None
    assert find_grid(make_outputs(np.full(100, 1 / 3))) is None


def test_bad_rows_do_not_hide_the_votes():
    values = shares(30)
    values[7] *= 0.77
    assert find_grid(make_outputs(values)).votes == 30
    values[10:40] *= 0.77
    assert find_grid(make_outputs(values)) is None
