"""The log loss against constants and at initialisation, and rows called impossible: hand values and enumeration."""

import numpy as np
import pytest
from scipy import special
from simulated_outputs import draw_labels, make_outputs, sigmoid, softmax

from losscheck.outputs.baselines import compare_with_constants, row_losses
from losscheck.outputs.extreme_rows import EXPECTED, find_extreme_rows
from losscheck.outputs.moments import row_moments
from losscheck.outputs.start_of_training import split_initial_loss
from losscheck.outputs.undefined import Undefined
from losscheck.results import TaskKind
from losscheck.sample import Asked, Digits, Numbers

C1, C1_LABEL = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]), [0, 1, 0, 0, 1, 1, 0, 1, 1, 1]
C4 = np.array(
    [
        *([0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.3, 0.5], [0.3, 0.4, 0.3]),
        *([0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.25, 0.5, 0.25], [0.5, 0.25, 0.25]),
    ]
)
C4_LABEL = [0, 1, 2, 0, 0, 2, 2, 1]


def compare(*args, **fields):
    return compare_with_constants(row_losses(make_outputs(*args, **fields)))


# scikit-learn 1.9: log_loss and d2_log_loss_score
@pytest.mark.parametrize(
    ("p", "label", "loss", "d_squared"),
    [(C1, C1_LABEL, 0.537004196581, 0.202087834573), (C4, C4_LABEL, 0.747937047182, 0.308870692567)],
    ids=["two classes", "three classes"],
)
def test_loss_and_its_share_of_the_prior_are_those_of_scikit_learn(p, label, loss, d_squared):
    found = compare(p, label)
    assert found.nll == pytest.approx(loss, abs=1e-9)
    assert found.d_squared == pytest.approx(d_squared, abs=1e-9)
    assert found.uniform == pytest.approx(np.log(len(set(label))), abs=1e-12)
    share = np.bincount(label) / len(label)
    assert found.prior == pytest.approx(special.entr(share).sum(), abs=1e-12)


def test_standard_error_is_that_of_the_jackknife():
    rng = np.random.default_rng(1)
    p = softmax(1.5 * rng.normal(size=(400, 3)))
    label = draw_labels(rng, p)
    found = compare(p, label)
    left_out = [compare(np.delete(p, i, axis=0), np.delete(label, i)).d_squared for i in range(400)]
    jackknife = np.sqrt(399 / 400 * np.sum((np.array(left_out) - np.mean(left_out)) ** 2))
    assert found.d_squared_se == pytest.approx(jackknife, rel=0.01)


def test_weights_count_rows():
    rng = np.random.default_rng(2)
    p = softmax(rng.normal(size=(60, 3)))
    label, times = draw_labels(rng, p), np.tile([1, 2, 3], 20)
    weighted = compare(p, label, weight=times * times.sum() / (times @ times))
    repeated = compare(np.repeat(p, times, axis=0), np.repeat(label, times))
    for name in ("nll", "prior", "d_squared"):
        assert getattr(weighted, name) == pytest.approx(getattr(repeated, name), abs=1e-12)
    assert weighted.d_squared_se > repeated.d_squared_se  # copies of a row are no new rows


def test_soft_targets_have_cross_entropies():
    # [.8 .1 .1] and [.2 .6 .2] against the first two rows of C4: cross-entropy 0.865731211840, by hand
    targets = np.array([[0.8, 0.1, 0.1], [0.2, 0.6, 0.2]])
    found = compare(C4[:2], kind=TaskKind.SOFT, targets=targets)
    assert found.nll == pytest.approx(0.865731211840, abs=1e-9)
    assert found.prior == pytest.approx(special.entr([0.5, 0.35, 0.15]).sum(), abs=1e-12)


def test_labels_of_a_row_are_averaged():
    p, targets = np.array([[0.9, 0.2], [0.6, 0.3], [0.3, 0.4]]), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    losses = row_losses(make_outputs(p, kind=TaskKind.MULTILABEL, targets=targets))
    expected = -(np.log([0.9, 0.4, 0.3]) + np.log([0.8, 0.3, 0.6])) / 2
    np.testing.assert_allclose(losses.loss, expected)
    found = compare_with_constants(losses)
    prior = special.entr([2 / 3, 1 / 3]).sum()  # both labels have it
    assert found.prior == pytest.approx(prior)
    assert found.uniform == pytest.approx(np.log(2))


def test_a_constant_is_learned_from_the_other_rows():
    """The loss of every row under (n_k + 1/2)/(N + K/2) of the rest, by hand and from copies of the sample."""
    label = [0, 1, 1, 2, 1]
    losses = row_losses(make_outputs(np.full((5, 3), 1 / 3), label))
    expected = np.log(5.5) - np.log([0.5, 2.5, 2.5, 0.5, 2.5])
    np.testing.assert_allclose(losses.learned_loss, expected)
    as_soft = row_losses(make_outputs(np.full((5, 3), 1 / 3), kind=TaskKind.SOFT, targets=np.eye(3)[label]))
    np.testing.assert_allclose(as_soft.learned_loss, expected)
    several = row_losses(make_outputs(np.full((5, 3), 0.5), kind=TaskKind.MULTILABEL, targets=np.eye(3)[label]))
    # of the rest, 4 rows: how many have what this row has of each label
    same = {0: [0, 1, 3], 1: [3, 2, 3], 2: [3, 1, 0]}
    rates = (np.array([same[k] for k in label]) + 0.5) / 5
    np.testing.assert_allclose(several.learned_loss, -np.log(rates).mean(axis=1))


def test_a_right_constant_is_not_worse_than_a_learned_one():
    """Labels drawn evenly from many classes: base rates in hindsight seem far better than the right constant."""
    rng = np.random.default_rng(3)
    found = [compare(np.full((100, 50), 0.02), rng.integers(0, 50, 100)) for _ in range(100)]
    assert max(one.d_squared for one in found) < -0.04
    assert min(one.d_squared_learned for one in found) > -0.02


def test_reasons_why_there_is_no_loss():
    cases = {
        "all rows are of one class": make_outputs(C1, np.ones(10)),
        "needs the true classes": make_outputs(C4),
        "no row has a true class": make_outputs(C4, np.full(8, -1)),
        "every row is one-hot": make_outputs(np.eye(3)[C4_LABEL], C4_LABEL),
        "not probabilities": make_outputs(C4, C4_LABEL, asked=Asked(outputs=Numbers.INVALID)),
    }
    for reason, sample in cases.items():
        assert reason in row_losses(sample).reason


def test_rows_without_a_column_and_infinite_losses_are_left_out():
    p = np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5], [0.6, 0.2, 0.2], [0.1, 0.8, 0.1]])
    losses = row_losses(make_outputs(p, [2, -1, 0, 1]))
    assert losses.row.tolist() == [1, 3, 4]
    assert losses.loss[0] == np.inf
    finite = losses.finite()
    np.testing.assert_allclose(finite.loss, -np.log([0.6, 0.8]))
    np.testing.assert_allclose(finite.rates, 1 / 3)
    assert finite.row.tolist() == [3, 4]


def start(outputs, label=None, **fields):
    return split_initial_loss(make_outputs(outputs, label, **fields))


@pytest.mark.parametrize("classes", [2, 5])
def test_initial_loss_is_the_sum_of_its_parts(classes):
    rng = np.random.default_rng(4)
    p = softmax(rng.normal(size=(300, classes)) + rng.normal(size=classes))
    found = start(p, draw_labels(rng, p))
    assert found.nll == pytest.approx(found.prior + found.preference + found.spread + found.association, abs=1e-12)
    assert min(found.preference, found.spread) > 0
    assert found.below == pytest.approx(found.prior - found.nll, abs=1e-12)


def test_shuffled_labels_have_no_association_on_average():
    """Over all assignments of the same labels to the rows the loss is prior + preference + spread."""
    p, label = C4[:4], np.array([0, 1, 2, 0])
    rolled = [start(p, np.roll(label, shift)) for shift in range(4)]
    assert np.mean([found.association for found in rolled]) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_logits_of_variance_sigma_squared_add_half_of_it_less_a_share(classes):
    """E logsumexp of K logits N(0, σ²) is log K + σ²/2·(1 − 1/K) for small σ."""
    rng = np.random.default_rng(5)
    p = softmax(0.3 * rng.normal(size=(40_000, classes)))
    found = start(p, rng.integers(0, classes, 40_000))
    assert found.logit_variance == pytest.approx(0.09, rel=0.02)
    assert found.spread == pytest.approx(0.045 * (1 - 1 / classes), rel=0.05)
    assert found.spread_predicted == pytest.approx(found.spread, rel=0.05)
    assert found.preference == pytest.approx(0, abs=1e-3)


def test_a_constant_preference_is_a_divergence_from_the_base_rates():
    label = np.repeat([0, 1, 2], [50, 30, 20])
    found = start(np.tile([0.2, 0.2, 0.6], (100, 1)), label)
    expected = special.rel_entr([0.5, 0.3, 0.2], [0.2, 0.2, 0.6]).sum()
    assert found.preference == pytest.approx(expected, abs=1e-12)
    assert found.spread == pytest.approx(0, abs=1e-12)
    assert found.logit_variance == pytest.approx(0, abs=1e-12)


def test_labels_start_each_on_its_own():
    rng = np.random.default_rng(6)
    z, targets = 0.4 * rng.normal(size=(500, 3)), (rng.random((500, 3)) < [0.1, 0.5, 0.8]).astype(float)
    several = start(sigmoid(z), kind=TaskKind.MULTILABEL, targets=targets)
    single = [start(sigmoid(z[:, k]), targets[:, k]) for k in range(3)]
    for name in ("nll", "prior", "preference", "spread", "association", "logit_variance"):
        assert getattr(several, name) == pytest.approx(np.mean([getattr(one, name) for one in single]), abs=1e-10)


def test_zero_probabilities_are_no_start():
    found = start([[1.0, 0.0], [0.4, 0.6], [0.5, 0.5]], [0, 1, 0])
    assert isinstance(found, Undefined)
    assert "no softmax" in found.reason


def extreme(p, label=None, temperature=None, **fields):
    return find_extreme_rows(row_moments(make_outputs(p, label, **fields)), temperature)


@pytest.mark.parametrize("classes", [2, 6])
def test_stated_distributions_have_such_rows_in_one_file_in_1000(classes):
    """Exactly, over all labels of all rows: the chances that a row is listed add up to no more than 1/1000."""
    p = softmax(6 * np.random.default_rng(7).normal(size=(200, classes)))
    chance = 0.0
    for k in range(classes):
        listed = extreme(p, np.full(200, k)).row - 1
        chance += p[listed, k].sum()
    assert 0 < chance <= EXPECTED


def test_tails_are_sums_over_what_is_no_likelier():
    tiny = np.array([[0.5, 0.5 - 3e-7, 2e-7, 1e-7], [0.25, 0.25, 0.25, 0.25], [1 - 2e-9, 1e-9, 1e-9, 0.0]])
    found = extreme(tiny, [2, 0, 1])
    assert found.row.tolist() == [3, 1]
    np.testing.assert_allclose(found.tail, [2e-9, 3e-7])
    np.testing.assert_allclose(found.loss, -np.log([1e-9, 2e-7]))
    assert found.limit == pytest.approx(1 / 3000)
    assert extreme(tiny, [3, 0, 3]).row.tolist() == [3, 1]  # probability 0 first


def test_a_rounded_zero_may_be_half_a_decimal():
    p, label = np.array([[0.0, 1.0], [0.5, 0.5], [0.4, 0.6]]), [0, 0, 1]
    assert extreme(p, label, digits=Digits(2.0**-23, 3, 3)).row.size == 0  # p < 0.0005, and 0.0003 is the limit
    assert extreme(p, label, digits=Digits(2.0**-23, 4, 4)).row.tolist() == [1]


def test_a_temperature_softens():
    p = np.full((100, 3), 1 / 3)
    p[:2] = [[1 - 2e-7, 1e-7, 1e-7], [1 - 2e-30, 1e-30, 1e-30]]
    found = extreme(p, [1, 2, *np.zeros(98, dtype=int)], temperature=3.0)
    assert found.row.tolist() == [2, 1]
    # 1e-7 becomes 2·1e-7^(1/3) = 0.009, above 1e-5; 1e-30 becomes 2e-10
    assert found.softened == 1


def test_labels_of_rows_are_statements_of_their_own():
    p, targets = np.full((40, 3), 0.5), np.zeros((40, 3))
    p[7, 1], targets[7, 1] = 1e-9, 1
    p[4, 2], targets[4, 2] = 1 - 1e-10, 0
    found = extreme(p, kind=TaskKind.MULTILABEL, targets=targets)
    assert found.row.tolist() == [5, 8]
    assert found.limit == pytest.approx(1e-3 / 120)


def test_rows_without_a_column_keep_row_numbers_right():
    p = np.tile([0.4, 0.3, 0.3], (6, 1))
    p[4] = [1e-9, 0.5, 0.5 - 1e-9]
    assert extreme(p, [-1, 0, -1, 1, 0, 2]).row.tolist() == [5]
