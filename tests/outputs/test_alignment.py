"""Evidence for another order of the columns: reference values, exact enumeration, and error rates by simulation."""

import itertools

import numpy as np
import pytest
from scipy import special
from simulated_outputs import draw_labels, make_outputs, sigmoid, softmax

from losscheck.outputs import agreement as agreement_module
from losscheck.outputs import alignment as alignment_module
from losscheck.outputs.agreement import LABEL_NOISE, ClassAgreement
from losscheck.outputs.alignment import ALPHA, align, measure_agreement
from losscheck.outputs.class_offsets import fit_with_offsets
from losscheck.outputs.interpretation import Interpretation
from losscheck.outputs.label_agreement import LabelAgreement
from losscheck.outputs.orders import (
    Mistake,
    close_chains,
    keep_supported,
    list_cycles,
    list_named_orders,
    name_order,
)
from losscheck.outputs.sharpness import SHARPNESS, floor_of, last_half, list_powers, raise_to_floor
from losscheck.outputs.stated import Stated
from losscheck.results import TaskKind
from losscheck.sample import Digits, Numbers

# Eight rows of three classes; the log-likelihood ratios of the swaps and the log loss of rolled columns by hand.
C4 = np.array(
    [
        *([0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.3, 0.5], [0.3, 0.4, 0.3]),
        *([0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.25, 0.5, 0.25], [0.5, 0.25, 0.25]),
    ]
)
C4_LABEL = [0, 1, 2, 0, 0, 2, 2, 1]


def stated(p, label=None, numbers=Numbers.PROBABILITIES, **fields):
    sample = make_outputs(p, label, **fields)
    several = sample.kind is TaskKind.MULTILABEL
    rows, classes = (sample.outputs.size, 2) if several else (sample.n, max(sample.outputs.shape[1], 2))
    return Stated(sample, Interpretation(numbers, "by hand"), rows, classes, sample.classes)


def simulate(rng, n, classes, temperature=1.0, sd=3.0):
    """Outputs that are `temperature` times too sure, and labels drawn from the right ones."""
    logits = sd * rng.normal(size=(n, classes))
    return softmax(logits * temperature), draw_labels(rng, softmax(logits))


def swap(classes, first=0, second=1):
    order = np.arange(classes)
    order[[first, second]] = second, first
    return order


def test_likelihoods_of_other_orders_are_the_reference_values():
    found = ClassAgreement.of(stated(C4, C4_LABEL))
    own = found.total(np.arange(3))
    assert -own / 8 == pytest.approx(0.747937047182, abs=1e-9)
    assert found.total(swap(3)) - own == pytest.approx(-3.044522437723, abs=1e-9)
    assert found.total(swap(3, 1, 2)) - own == pytest.approx(-3.976561526566, abs=1e-9)
    assert -found.total(np.array([2, 0, 1])) / 8 == pytest.approx(1.625572542718, abs=1e-9)


def test_sums_tell_the_evidence_of_any_order():
    """The same from its definition, row by row."""
    rng = np.random.default_rng(1)
    p, label = simulate(rng, 40, 4, temperature=2.0)
    found, row = ClassAgreement.of(stated(p, label)), np.arange(40)
    tempered = [p**beta / (p**beta).sum(axis=1, keepdims=True) for beta in SHARPNESS]
    best = max(np.log((1 - e) * q[row, label] + e / 4).sum() for q in tempered for e in LABEL_NOISE)
    plain = [np.log(q[row, label]).sum() for q in tempered]
    for order in map(np.array, itertools.permutations(range(4))):
        other = [np.log(q[row, order[label]]).sum() for q in tempered]
        assert found.evidence(order) == pytest.approx(special.logsumexp(other) - np.log(13) - best, abs=1e-9)
        against = special.logsumexp(plain) - np.log(13) - max(other)
        assert found.evidence_against(order) == pytest.approx(against, abs=1e-9)
    assert found.swaps()[1, 3] == pytest.approx(found.evidence(swap(4, 1, 3)), abs=1e-9)
    assert found.swaps_against()[3, 1] == pytest.approx(found.evidence_against(swap(4, 1, 3)), abs=1e-9)


def test_the_best_order_is_the_best_of_all():
    p, label = simulate(np.random.default_rng(2), 60, 5, sd=1.0)
    found = ClassAgreement.of(stated(p, label))
    totals = {order: found.total(np.array(order)) for order in itertools.permutations(range(5))}
    assert tuple(found.best_order()) == max(totals, key=totals.get)


@pytest.mark.parametrize("offsets", [False, True], ids=["temperature", "with offsets"])
def test_evidence_is_an_e_value(offsets):
    """All 81 label vectors of four rows: the mean under the stated distributions is at most 1 for every order."""
    p = softmax(2 * np.random.default_rng(3).normal(size=(4, 3)))
    orders = list(map(np.array, itertools.permutations(range(3))))
    mean, both_maximised = np.zeros(len(orders)), np.zeros(len(orders))
    for label in itertools.product(range(3), repeat=4):
        chance = p[np.arange(4), label].prod()
        found = ClassAgreement.of(stated(p, label))
        found = found.with_offsets() if offsets else found
        mean += chance * np.exp([found.evidence(order) for order in orders])
        best = [max(np.array(SHARPNESS) * found.total(order) - found.normaliser) for order in orders]
        both_maximised += chance * np.exp(np.array(best) - best[0])
    assert (mean <= 1).all()
    assert both_maximised.max() > 1  # the reason for the average


@pytest.mark.parametrize("dependence", ["independent", "together", "apart"])
def test_evidence_of_labels_is_an_e_value_however_they_depend(dependence):
    """All outcomes of two rows of two labels whose chances are the stated ones and which are dependent within a row."""
    p = np.array([[0.9, 0.2], [0.7, 0.1]])

    def joint(a, b):
        both = {"independent": a * b, "together": min(a, b), "apart": max(a + b - 1, 0.0)}[dependence]
        return {(1, 1): both, (1, 0): a - both, (0, 1): b - both, (0, 0): 1 - a - b + both}

    mean = 0.0
    for one, two in itertools.product(itertools.product((0, 1), repeat=2), repeat=2):
        chance = joint(*p[0])[one] * joint(*p[1])[two]
        targets = np.array([one, two], dtype=float)
        made = stated(p, numbers=Numbers.SIGMOIDS, kind=TaskKind.MULTILABEL, targets=targets)
        mean += chance * np.exp(LabelAgreement.of(made).evidence(np.array([1, 0])))
    assert mean <= 1


def test_evidence_of_labels_from_its_definition():
    rng = np.random.default_rng(4)
    z = 2 * rng.normal(size=(250, 3))
    t = (rng.random(z.shape) < sigmoid(z)).astype(float)
    found = LabelAgreement.of(stated(sigmoid(z), numbers=Numbers.SIGMOIDS, kind=TaskKind.MULTILABEL, targets=t))

    def likelihood(a, b, noise=0.0):
        right = [np.where(t[:, a] > 0.5, sigmoid(beta * z[:, b]), sigmoid(-beta * z[:, b])) for beta in SHARPNESS]
        return np.array([np.log((1 - noise) * p + noise / 2).sum() for p in right])

    for a, b in itertools.product(range(3), repeat=2):
        best = max(likelihood(a, a, noise).max() for noise in LABEL_NOISE)
        assert found.pairs[a, b] == pytest.approx(special.logsumexp(likelihood(a, b)) - np.log(13) - best, abs=1e-8)
        against = special.logsumexp(likelihood(a, a)) - np.log(13) - likelihood(a, b).max()
        assert found.pairs_against[a, b] == pytest.approx(against, abs=1e-8)
    assert found.evidence(np.array([1, 2, 0])) == pytest.approx(found.pairs[[0, 1, 2], [1, 2, 0]].mean())
    assert found.swaps()[0, 1] == pytest.approx(found.evidence(swap(3)))


def test_powers_are_powers():
    log_p = np.log(softmax(3 * np.random.default_rng(5).normal(size=(7, 4))))
    powers = {at: power.copy() for at, power in list_powers(log_p)}
    assert sorted(powers) == list(range(len(SHARPNESS)))
    for at, beta in enumerate(SHARPNESS):
        np.testing.assert_allclose(powers[at], np.exp(beta * log_p), rtol=1e-12)


def test_zeros_are_taken_for_what_they_may_be():
    four_digits = stated(C4, digits=Digits(2.0**-23, 4, 4))
    assert last_half(four_digits) == floor_of(four_digits) == 5e-5
    assert last_half(stated(C4)) == 0
    assert floor_of(stated(C4)) == 2.2e-16
    assert floor_of(stated(np.eye(3), digits=Digits(2.0**-23, 0, 1))) == pytest.approx(0.01 / 3)
    with np.errstate(divide="ignore"):
        raised = np.exp(raise_to_floor(np.log([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]]), 1e-3))
    np.testing.assert_allclose(raised.sum(axis=1), 1)
    assert raised[0, 1] == pytest.approx(1e-3, rel=0.01)


def test_offsets_fit_a_constant_as_base_rates():
    """Nothing is known but the base rates: Σ n log(n/N), less a nat for each of the two free ones."""
    label = np.repeat([0, 1, 3], [5, 3, 2])
    expected = 5 * np.log(0.5) + 3 * np.log(0.3) + 2 * np.log(0.2) - 2
    assert fit_with_offsets(np.full((10, 4), np.log(0.25)), label) == pytest.approx(expected, abs=0.01)


def test_offsets_of_two_classes_are_a_logistic_regression():
    from statsmodels.discrete.discrete_model import Logit

    rng = np.random.default_rng(6)
    p, label = simulate(rng, 300, 2, temperature=3.0)
    x = np.column_stack((np.ones(300), np.log(p[:, 1] / p[:, 0])))
    reference = Logit(label, x).fit(disp=False).llf - 1
    assert fit_with_offsets(np.log(p), label) == pytest.approx(reference, abs=0.01)


def test_orders_that_mistakes_lead_to():
    assert len(list_named_orders(9)) == 2
    (high, low), (reverse,), text = list_named_orders(12)
    assert high.order.tolist() == [11, *range(11)]  # label 1 belongs to column 0
    assert low.order.tolist() == [*range(1, 12), 0]
    assert reverse.order.tolist() == list(range(11, -1, -1))
    columns, labels, columns_from_1, _ = text
    assert labels.order.tolist() == [0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9]
    assert columns.order.tolist() == [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3]  # label 2 stands in the fifth column
    assert columns_from_1.first == 1
    assert columns_from_1.order.tolist() == [0, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2, 3]  # 1, 10, 11, 12, 2 …
    assert name_order(swap(5, 1, 4)).mistake is Mistake.EXCHANGED
    assert name_order(np.roll(np.arange(5), 1)).mistake is Mistake.LABELS_HIGH
    assert name_order(np.array([1, 2, 0, 3])).mistake is Mistake.OTHER


def test_orders_keep_what_rows_of_two_classes_support():
    order = np.array([1, 2, 0, 4, 3, 5])
    assert [cycle.tolist() for cycle in list_cycles(order)] == [[0, 1, 2], [3, 4]]
    supports = np.array([True, True, False, True, False, False])
    assert keep_supported(order, supports).tolist() == [1, 2, 0, 3, 4, 5]


def test_chains_end_at_classes_without_rows():
    # 0 → 1 and 2 → 3 are all that rows of 0 and 2 say; that 1 leads to 2 is by chance
    occurs = np.array([True, False, True, False])
    assert close_chains(np.array([1, 2, 3, 0]), occurs).tolist() == [1, 0, 3, 2]


SPOILED = {
    "one too high": (lambda p: np.roll(p, -1, axis=1), Mistake.LABELS_HIGH),
    "one too low": (lambda p: np.roll(p, 1, axis=1), Mistake.LABELS_LOW),
    "reversed": (lambda p: p[:, ::-1], Mistake.REVERSED),
    "columns as text": (lambda p: p[:, sorted(range(p.shape[1]), key=str)], Mistake.COLUMNS_AS_TEXT),
    "labels as text": (lambda p: p[:, np.argsort(sorted(range(p.shape[1]), key=str))], Mistake.LABELS_AS_TEXT),
    "exchanged": (lambda p: p[:, swap(p.shape[1], 2, 7)], Mistake.EXCHANGED),
    "three": (lambda p: p[:, [1, 2, 0, *range(3, p.shape[1])]], Mistake.OTHER),
}


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("mistake", SPOILED)
def test_mistakes_are_found_and_undone(mistake, temperature):
    p, label = simulate(np.random.default_rng(7), 400, 12, temperature)
    spoil, name = SPOILED[mistake]
    found = align(make_outputs(spoil(p), label))
    assert found.certain
    assert found.found.named.mistake is name
    np.testing.assert_allclose(spoil(p)[:, found.found.named.order], p)


def test_of_many_rows_evenly_spread_ones_are_enough_unless_a_class_is_rare(monkeypatch):
    monkeypatch.setattr(alignment_module, "MOST_CELLS", 10_000)
    p, label = simulate(np.random.default_rng(12), 20_000, 5)
    for order, mistake in ((np.arange(5), None), (swap(5, 2, 4), Mistake.EXCHANGED)):
        found = align(make_outputs(p[:, order], label))
        assert found.agreement.rows.sum() == 2000
        assert (None if found.found is None else found.found.named.mistake) is mistake
    kept = (label != 3) | (np.cumsum(label == 3) <= 300)  # 300 rows of it, of which every seventh is too few
    rare = align(make_outputs(p[kept][:, swap(5, 3, 4)], label[kept]))
    assert rare.agreement.rows.sum() == kept.sum()
    assert rare.certain
    assert rare.found.named.mistake is Mistake.EXCHANGED


def power(n, spoil, files, seed):
    rng = np.random.default_rng(seed)
    results = []
    for _ in range(files):
        p, label = simulate(rng, n, 10)
        found = align(make_outputs(p[:, spoil], label))
        right = found.found is not None and (found.found.named.order == np.argsort(spoil)).all()
        results.append((right, right and found.certain))
    return np.mean(results, axis=0)


def test_power_at_50_and_200_rows():
    """Off by one is always found in 50 rows; one swap in 19 of 20 files of 50 rows, in all of 200 rows."""
    assert power(50, np.roll(np.arange(10), 1), 40, seed=8)[1] == 1
    assert power(50, swap(10), 100, seed=9)[0] >= 0.85
    assert power(200, swap(10), 40, seed=10)[1] == 1


def aligned_files(rng, files):
    """Outputs in order that are as unlike a simple model as real ones."""
    for _ in range(files):
        n, classes = rng.choice([50, 200, 2000]), rng.choice([2, 3, 5, 10, 30, 100])
        logits = rng.choice([0.5, 1, 2, 4]) * rng.normal(size=(n, classes))
        if rng.random() < 0.3:
            logits += 3 * rng.normal(size=classes)  # base rates that differ by much
        label = draw_labels(rng, softmax(logits))
        if rng.random() < 0.3:  # labels drawn at random
            label = np.where(rng.random(n) < rng.choice([0.02, 0.2]), rng.integers(0, classes, n), label)
        if rng.random() < 0.3:  # a prior that has shifted
            logits += rng.choice([1, 2]) * rng.normal(size=classes)
        p = softmax(logits * rng.choice([0.25, 0.5, 1, 2, 4]))
        kept = label < max(2, classes // 2) if rng.random() < 0.3 else np.full(n, True)  # classes without rows
        digits = Digits(2.0**-52)
        if rng.random() < 0.3:
            decimals = int(rng.integers(2, 5))
            p, digits = np.round(p, decimals), Digits(2.0**-23, decimals, decimals)
        kept &= p.sum(axis=1) > 0
        if kept.any():
            yield make_outputs(p[kept], label[kept], digits=digits)


def count_accused(seed, files):
    found = [align(sample) for sample in aligned_files(np.random.default_rng(seed), files)]
    assert len(found) > 0.9 * files
    return sum(result is not None and result.found is not None for result in found)


def test_outputs_in_order_are_not_accused():
    assert count_accused(seed=11, files=300) == 0


@pytest.mark.slow
def test_thousands_of_outputs_in_order_are_not_accused():
    assert count_accused(seed=12, files=6000) == 0


@pytest.mark.slow
def test_power_in_many_files():
    assert power(50, np.roll(np.arange(10), 1), 1000, seed=13)[1] >= 0.999
    assert power(50, swap(10), 1000, seed=14)[0] >= 0.9
    assert power(200, swap(10), 1000, seed=15)[1] >= 0.999


def test_the_share_of_evidence_above_its_limit_is_below_alpha():
    """Before any further condition; weak outputs, for which the bound is closest."""
    rng = np.random.default_rng(16)
    excess = [align(make_outputs(*simulate(rng, 50, 3, sd=0.5))).best.excess for _ in range(1000)]
    assert np.mean(np.array(excess) > 0) <= ALPHA


def test_base_rates_alone_are_no_other_order():
    """Outputs that prefer the wrong class in all rows, and still tell the classes apart."""
    rng = np.random.default_rng(17)
    label = (rng.random(2000) < 0.05).astype(int)
    p = sigmoid(1.0 + 1.5 * label + rng.normal(size=2000))
    found = align(make_outputs(p, label))
    assert found.best.excess > 0
    assert found.found is None


def test_classes_that_are_confused_are_at_most_a_suspicion():
    """Sure of one of two classes that it cannot tell apart, the right one in the smaller half."""
    rng = np.random.default_rng(18)
    p, label = simulate(rng, 300, 6)
    pair = np.flatnonzero(label < 2)
    wrong = rng.permutation(pair.size) < pair.size // 2 + 2
    p[pair] = 1e-9
    p[pair, np.where(wrong, 1 - label[pair], label[pair])] = 1
    found = align(make_outputs(p / p.sum(axis=1, keepdims=True), label))
    assert not found.certain
    assert found.rows_for < 0.6 * (found.rows_for + found.rows_against + 1)


def test_untrained_networks_are_at_most_a_suspicion():
    """Random features of classes that lie apart go with some order of the columns better than with the stated one."""
    rng = np.random.default_rng(26)
    label = rng.integers(0, 6, 2000)
    features = 2 * rng.normal(size=(6, 8))[label] + rng.normal(size=(2000, 8))
    found = []
    for _ in range(20):
        hidden = np.maximum(features @ rng.normal(size=(8, 32)) / 8, 0)
        found.append(align(make_outputs(softmax(hidden @ rng.normal(size=(32, 6)) / 16), label)))
    suspected = [one for one in found if one.found is not None]
    assert len(suspected) > 10
    assert np.mean([one.certain for one in suspected if one.found.named.mistake is Mistake.OTHER]) < 0.2


def test_what_an_order_explains_is_its_share_of_the_prior():
    rng = np.random.default_rng(27)
    p, label = simulate(rng, 300, 4)
    found = ClassAgreement.of(stated(p, label))
    share = np.bincount(label) / 300
    nll = [-np.log((p**b / (p**b).sum(axis=1, keepdims=True))[np.arange(300), label]).mean() for b in SHARPNESS]
    assert found.explained(np.arange(4)) == pytest.approx(1 - min(nll) / special.entr(share).sum(), abs=1e-9)
    t = np.eye(4)[label]
    labels = LabelAgreement.of(stated(p, numbers=Numbers.SIGMOIDS, kind=TaskKind.MULTILABEL, targets=t))
    z = np.log(p) - np.log1p(-p)
    nll = np.array([np.logaddexp(0, np.where(t > 0, -b, b) * z).mean(axis=0) for b in SHARPNESS])
    prior = (special.entr(share) + special.entr(1 - share)).sum()
    assert labels.explained(np.arange(4)) == pytest.approx(1 - nll.min(axis=0).sum() / prior, abs=1e-9)


def test_wild_rows_are_no_other_order():
    """Two rows of one class, called another one with all certainty, that has no rows of its own."""
    p, label = simulate(np.random.default_rng(19), 200, 30)
    kept = label != 4
    p, label = p[kept], label[kept]
    rare = np.flatnonzero(label == 3)
    p[rare] = 1e-12
    p[rare, 4] = 1
    assert rare.size
    assert align(make_outputs(p / p.sum(axis=1, keepdims=True), label)).found is None


def test_one_class_only_shows_no_exchange():
    p = np.full(200, 0.9)
    found = align(make_outputs(p, np.zeros(200, dtype=int)))
    assert found.found is None
    assert found.doubtful


def test_outputs_that_say_nothing_exclude_nothing():
    found = align(make_outputs(np.full((300, 4), 0.25), np.arange(300) % 4))
    assert found.found is None
    assert not found.excluded
    assert found.swaps_excluded == 0
    informed = align(make_outputs(*simulate(np.random.default_rng(20), 300, 4)))
    assert not informed.doubtful
    assert informed.swaps_excluded == informed.swaps == 6


def test_decisions_can_be_out_of_order():
    rng = np.random.default_rng(21)
    label = rng.integers(0, 5, 300)
    guess = np.where(rng.random(300) < 0.8, label, rng.integers(0, 5, 300))
    found = align(make_outputs(np.roll(np.eye(5)[guess], 1, axis=1), label, digits=Digits(2.0**-10, 0, 1)))
    assert found.certain
    assert found.found.named.mistake is Mistake.LABELS_LOW
    assert align(make_outputs(np.eye(5)[guess], label, digits=Digits(2.0**-10, 0, 1))).found is None


def test_many_rows_are_thinned_for_offsets(monkeypatch):
    p, label = simulate(np.random.default_rng(22), 2000, 5)
    whole = align(make_outputs(np.roll(p, 1, axis=1), label))
    monkeypatch.setattr(agreement_module, "MOST_CELLS", 2000)
    thinned = align(make_outputs(np.roll(p, 1, axis=1), label))
    assert thinned.found.named.mistake is whole.found.named.mistake is Mistake.LABELS_LOW
    assert 0 < thinned.found.evidence < whole.found.evidence


def test_rows_without_a_column_are_left_out():
    p, label = simulate(np.random.default_rng(23), 200, 4)
    without = np.where(np.arange(200) % 3 == 0, -1, label)
    found = measure_agreement(make_outputs(p, without))
    reference = measure_agreement(make_outputs(p[without >= 0], label[without >= 0]))
    np.testing.assert_allclose(found.sums, reference.sums)
    gains = found.row_gains(np.array([1, 0, 2, 3]))
    assert gains.size == 200
    assert (gains[without < 0] == 0).all()
    assert measure_agreement(make_outputs(p, np.full(200, -1))) is None


def multilabel(rng, n, labels, temperature=1.0, dependence=0.0, shift=0.0):
    z = 2 * rng.normal(size=(n, labels)) - 1 + rng.normal(size=labels)
    noise = np.sqrt(dependence) * rng.normal(size=(n, 1)) + np.sqrt(1 - dependence) * rng.normal(size=(n, labels))
    targets = (special.ndtr(noise) < sigmoid(z)).astype(float)
    return sigmoid(z * temperature + shift * rng.normal(size=labels)), targets


def align_labels(p, targets):
    return align(make_outputs(p, kind=TaskKind.MULTILABEL, targets=targets))


def test_label_columns_out_of_order_are_found():
    rng = np.random.default_rng(24)
    for temperature in (0.5, 2.0):
        p, targets = multilabel(rng, 300, 6, temperature, dependence=0.5)
        shifted = align_labels(np.roll(p, 1, axis=1), targets)
        assert shifted.certain
        assert shifted.found.named.mistake is Mistake.LABELS_LOW
        exchanged = align_labels(p[:, swap(6, 2, 5)], targets)
        assert exchanged.certain
        assert exchanged.found.named.order.tolist() == swap(6, 2, 5).tolist()
        assert not align_labels(p, targets).doubtful


def test_label_columns_in_order_are_not_accused():
    rng = np.random.default_rng(25)
    for dependence, shift in itertools.product((0.0, 0.8), (0.0, 2.0)):
        for _ in range(10):
            p, targets = multilabel(rng, 100, rng.choice([2, 5, 12]), rng.choice([0.5, 1, 3]), dependence, shift)
            assert align_labels(p, targets).found is None
