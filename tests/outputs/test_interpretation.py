"""What the numbers are: every kind recognised, no distribution accused, and an honest answer where several fit."""

import math

import numpy as np
import pytest
from simulated_outputs import HALF, draw_labels, make_outputs, sigmoid, softmax, write
from test_stated import P4, Y4

from losscheck.outputs.interpretation import detect, interpret
from losscheck.outputs.reading_of_scores import Suspicion, suspect_scores
from losscheck.outputs.simplex import Level, judge_sums
from losscheck.outputs.softmax import find_second_softmax
from losscheck.results import TaskKind
from losscheck.sample import Asked, Digits, LabelMap, Numbers


def read(outputs, label=None, **fields):
    return interpret(make_outputs(outputs, label, **fields))


def kind(outputs, label=None, **fields):
    return read(outputs, label, **fields).numbers


# --- simulation: valid files are never accused, other kinds are recognised


VALID = ("double", "single array", "half array", "single", "half", "brain", "%.18e", "%.10f")
VALID += ("%.2f", "%.3f", "%.4f", "%.5f", "%.6f", "%.2g", "%.3g", "%.6g")
VALID += ("half %.5f", "half %.6f", "single %.8f", "single %.10f")


def accusation(seed):
    """Return what is held against a valid file: probabilities of any size, spread, type and digits."""
    rng = np.random.default_rng(seed)
    how = VALID[seed % len(VALID)]
    classes = int(2 * 500 ** rng.random() ** 1.5)
    n = max(1, min(int(rng.choice([1, 2, 5, 50, 200, 1000])), 60_000 // classes))
    spread = 10 ** rng.uniform(-3, 1.7)
    z = spread * rng.normal(size=(n, classes)) + rng.normal(size=classes) * rng.integers(0, 2)
    p = softmax(z)
    if how == "single array":
        e = np.exp(z.astype(np.float32) - z.astype(np.float32).max(axis=1, keepdims=True))
        p = (e / e.sum(axis=1, keepdims=True)).astype(float)
    values, digits = write(p.astype(np.float16).astype(float) if how.startswith("half") else p, how)
    sample = make_outputs(values, draw_labels(rng, p) if rng.random() < 0.7 else None, digits=digits)
    reading = interpret(sample)
    one_hot = bool(np.isin(values, [0, 1]).all() and (values.max(axis=1) == 1).all())
    if reading.numbers is not (Numbers.ONE_HOT if one_hot else Numbers.PROBABILITIES):
        return seed, how, classes, n, spread, reading
    level = judge_sums(sample, 1.0).level.max()
    if level > Level.ROUNDED or find_second_softmax(sample) is not None:
        return seed, how, classes, n, spread, level
    return None


def test_no_valid_file_is_accused():
    assert [found for found in map(accusation, range(200)) if found] == []


@pytest.mark.slow
def test_no_valid_file_of_thousands_is_accused():
    assert [found for found in map(accusation, range(1000, 4200)) if found] == []


WRITTEN = ("double", "single", "half array", "%.3f", "%.4f", "%.6f", "%.4g", "%.18e")


def draw_kinds(seed):
    """Yield (name, outputs, how, options, wanted) of one simulated model written in every wrong way."""
    rng = np.random.default_rng(seed)
    classes = int(2 * 50 ** rng.random() ** 1.5)
    n = min(int(rng.choice([50, 100, 200, 1000, 2000])), 60_000 // classes)
    z = 10 ** rng.uniform(-0.5, 1.3) * rng.normal(size=(n, classes))
    p, how = softmax(z), WRITTEN[seed % len(WRITTEN)]
    label = draw_labels(rng, p)
    score = 10 ** rng.uniform(-0.5, 1) * rng.normal(size=n)
    yes = (rng.random(n) < sigmoid(score)).astype(int)
    votes = rng.multinomial(int(rng.choice([5, 20, 50, 64, 200, 500])), p).astype(float)
    yield "percent", 100 * p, ("%.0f", "%.1f", how)[seed % 3], label, lambda r: r.numbers is Numbers.PERCENT
    for base in (math.e, 2.0, 10.0):
        yield (
            f"log {base:.0f}",
            np.log(p) / math.log(base),
            how,
            label,
            lambda r, b=base: r.numbers is Numbers.LOG_PROBABILITIES and r.base == b,
        )
    yield "logits", z, how, label, lambda r: r.numbers is Numbers.LOGITS
    yield "margin", np.stack((1 - score, score), axis=1), how, yes, lambda r: r.numbers is Numbers.MARGIN
    yield "votes", votes, ("%.0f", "double")[seed % 2], label, lambda r: r.numbers is Numbers.VOTES
    yield (
        "against the rest",
        sigmoid(z - seed % 2),
        how,
        label,
        lambda r: r.numbers is Numbers.AMBIGUOUS and set(r.readings) == {Numbers.SIGMOIDS, Numbers.LOGITS},
    )
    yield "one logit", score, how, yes, lambda r: r.numbers is Numbers.LOGITS
    yield "one probability", sigmoid(score), how, yes, lambda r: r.numbers is Numbers.PROBABILITIES
    if sigmoid(score).max() > 0.41:
        yield "one percentage", 100 * sigmoid(score), how, yes, lambda r: r.numbers is Numbers.PERCENT
    spoiled = np.where(rng.random((n, 1)) < 0.3, p * rng.uniform(0, 3, size=(n, 1)), p)
    yield "bad rows", spoiled, how, label, lambda r: r.numbers in (Numbers.PROBABILITIES, Numbers.ONE_HOT)


def recognise(seeds):
    tried, missed = {}, {}
    for seed in seeds:
        for name, outputs, how, label, wanted in draw_kinds(seed):
            values, digits = write(outputs, how)
            tried[name] = tried.get(name, 0) + 1
            if not wanted(read(values, label, digits=digits)):
                missed.setdefault(name, []).append((seed, how, values.shape))
    return tried, missed


def test_every_kind_is_recognised():
    tried, missed = recognise(range(24))
    assert len(tried) == 12
    assert missed == {}


@pytest.mark.slow
def test_every_kind_is_recognised_in_99_percent():
    tried, missed = recognise(range(100, 500))
    assert {name: seeds for name, seeds in missed.items() if len(seeds) > 0.01 * tried[name]} == {}


# --- the order of the questions, one by one


@pytest.mark.parametrize(
    ("outputs", "numbers"),
    [
        (P4, Numbers.PROBABILITIES),
        (np.eye(3)[Y4], Numbers.ONE_HOT),
        (np.log(P4), Numbers.LOG_PROBABILITIES),
        (100 * P4, Numbers.PERCENT),
        (40 * P4, Numbers.VOTES),
        (40 * P4[:4], Numbers.AMBIGUOUS),  # five rows at least show that a sum is common to all
        (1.3 * P4, Numbers.VOTES),
        (np.tile([2.0, 1.0, 0.5], (20, 1)), Numbers.AMBIGUOUS),  # equal rows have equal sums whatever they are
        (np.array([[0.9, 0.8], [0.1, 0.3], [0.5, 0.2]]), Numbers.AMBIGUOUS),
        (np.array([[3.0, 0.0], [0.0, 7.5], [0.0, 0.0]]), Numbers.AMBIGUOUS),
        (-np.log(P4), Numbers.INVALID),
        (np.log(P4) - 0.5, Numbers.LOGITS),
        (np.zeros((30, 4)), Numbers.LOGITS),
        (P4[:1], Numbers.PROBABILITIES),
        (100 * P4[:1], Numbers.PERCENT),
        (np.log10(P4[:1]), Numbers.LOG_PROBABILITIES),
        (np.array([[1.5, -0.5]]), Numbers.MARGIN),
        (np.array([[2.5, -0.5]]), Numbers.LOGITS),
    ],
)
def test_small_files(outputs, numbers):
    assert kind(outputs) is numbers


def test_what_the_numbers_sum_to_and_their_base_are_known():
    assert read(100 * P4).total == 100
    assert read(40 * P4).total == 40
    assert [read(np.log(P4) / np.log(base)).base for base in (np.e, 2, 10)] == [np.e, 2, 10]


def test_saturated_single_precision_is_not_taken_for_decisions():
    z = 60 * np.random.default_rng(0).normal(size=(400, 3))
    e = np.exp((z - z.max(axis=1, keepdims=True)).astype(np.float32))
    p = (e / e.sum(axis=1, keepdims=True)).astype(float)
    assert (p == 0).any()
    assert np.mean(p.max(axis=1) == 1) > 0.5
    assert kind(p) is Numbers.PROBABILITIES
    assert kind(p[p.max(axis=1) == 1].round()) is Numbers.ONE_HOT


def test_small_logits_are_no_numbers_near_zero():
    z = 1e-3 * np.random.default_rng(0).normal(size=(50, 4))
    assert kind(z) is Numbers.LOGITS
    assert kind(z[:, 0], kind=TaskKind.BINARY) is Numbers.LOGITS


def test_rows_of_equal_logits_do_not_matter():
    z = np.random.default_rng(0).normal(size=(50, 4))
    z[::3] = 0
    assert kind(z) is Numbers.LOGITS


def test_scores_outside_of_the_range_that_sum_to_one():
    rng = np.random.default_rng(0)
    least_squares = np.full((60, 3), 1 / 3) + 0.5 * rng.normal(size=(60, 3))
    least_squares += (1 - least_squares.sum(axis=1, keepdims=True)) / 3
    assert kind(least_squares) is Numbers.INVALID
    z = np.concatenate((rng.uniform(0, 1, 90), [1.2, -0.3, 1.4, 1.1, -0.1, 1.7]))
    assert kind(np.stack((1 - z, z), axis=1)) is Numbers.MARGIN
    z = np.concatenate((rng.uniform(0, 1, 90), [1.2, -0.3]))
    assert kind(np.stack((1 - z, z), axis=1)) is Numbers.PROBABILITIES  # two bad rows of 92


@pytest.mark.parametrize("share", [0.02, 0.3, 0.49])
@pytest.mark.parametrize("make", [lambda p: p, np.log, lambda p: 100 * p], ids=["p", "log p", "percent"])
def test_a_minority_of_bad_rows_does_not_change_the_reading(share, make):
    rng = np.random.default_rng(1)
    outputs = make(softmax(rng.normal(size=(200, 4))))
    bad = rng.permutation(200)[: int(200 * share)]
    expected = kind(outputs)
    outputs[bad] = 3 * rng.normal(size=(bad.size, 4))
    assert kind(outputs) is expected


def test_rows_of_different_kinds_have_no_reading():
    rng = np.random.default_rng(1)
    p, z = softmax(rng.normal(size=(200, 4))), rng.normal(size=(200, 4))
    found = read(np.concatenate((p[:80], 100 * p[80:160], z[160:])))
    assert found.numbers is Numbers.INVALID
    assert "80 of 200 rows are probabilities, 80 of 200 rows are percentages" in found.why


def test_minus_infinity_is_a_log_probability():
    log_p = np.log(P4)
    log_p[0] = [-np.inf, 0.0, -np.inf]
    assert kind(log_p) is Numbers.LOG_PROBABILITIES


def test_coarse_whole_percentages_and_votes_are_told_apart():
    rng = np.random.default_rng(2)
    p = softmax(2 * rng.normal(size=(300, 60)))
    percent, votes = np.round(100 * p), rng.multinomial(98, p).astype(float)
    assert percent.sum(axis=1).min() < 97
    assert kind(percent, digits=Digits(HALF, 0, 2)) is Numbers.PERCENT
    assert read(votes, digits=Digits(HALF, 0, 2)).total == 98


def test_zeros_that_are_rounded_probabilities():
    assert kind(np.zeros((20, 300)), digits=Digits(HALF, 2, 0)) is Numbers.PROBABILITIES
    assert kind(np.zeros((20, 100)), digits=Digits(HALF, 2, 0)) is Numbers.LOGITS  # 0.01 each would show
    assert kind(np.zeros((20, 2)), digits=Digits(HALF, 0, 0)) is Numbers.LOGITS


def test_logits_with_one_decimal_and_many_classes_do_not_sum_to_one():
    z = np.round(np.random.default_rng(3).normal(size=(100, 100)), 1)
    assert kind(z - z.mean(axis=1, keepdims=True), digits=Digits(HALF, 1, 2)) is Numbers.LOGITS


# --- a column of a class is missing


def labels_of(p, y, missing):
    keep = [k for k in range(p.shape[1]) if k != missing]
    column = {k: keep.index(k) if k in keep else -1 for k in range(p.shape[1])}
    names, counts = [f"c{k}" for k in range(p.shape[1])], np.bincount(y, minlength=p.shape[1])
    label_map = LabelMap("by name", tuple(names), tuple(counts.tolist()), tuple(column.values()))
    return keep, np.array([column[k] for k in y]), label_map


@pytest.mark.parametrize("make", [lambda p: p, lambda p: 100 * p, np.log], ids=["p", "percent", "log p"])
def test_a_missing_column_is_named(make):
    rng = np.random.default_rng(0)
    p = softmax(2 * rng.normal(size=(200, 4)))
    keep, label, label_map = labels_of(p, draw_labels(rng, p), 2)
    found = read(make(p)[:, keep], label, label_map=label_map)
    assert (found.numbers, found.missing_columns) == (Numbers.INVALID, ("c2",))
    assert "'c2'" in found.why


def test_the_column_of_a_rare_class_is_missed_in_its_own_rows():
    rng = np.random.default_rng(0)
    p = softmax(8 * np.eye(4)[rng.choice(4, p=[0.33, 0.33, 0.33, 0.01], size=800)] + rng.normal(size=(800, 4)))
    keep, label, label_map = labels_of(p, draw_labels(rng, p), 3)
    assert 0 < np.count_nonzero(label < 0) < 20
    assert read(p[:, keep], label, label_map=label_map).missing_columns == ("c3",)


def test_an_unknown_label_alone_is_no_missing_column():
    rng = np.random.default_rng(0)
    p = softmax(2 * rng.normal(size=(200, 3)))
    label = draw_labels(rng, p)
    label[:20] = -1
    label_map = LabelMap("by position", ("0", "1", "2", "3"), (60, 60, 60, 20), (0, 1, 2, -1))
    assert kind(p, label, label_map=label_map) is Numbers.PROBABILITIES
    p[5:9] *= 0.5  # some bad rows, not those of the label
    label[:20], label[40:60] = 0, -1
    assert kind(p, label, label_map=label_map) is Numbers.PROBABILITIES


# --- single scores


@pytest.mark.parametrize(
    ("scores", "numbers"),
    [
        ([0.1, 0.5, 0.99], Numbers.PROBABILITIES),
        ([0.1, -0.5, 3.0], Numbers.LOGITS),
        ([0, 1, 1, 0], Numbers.ONE_HOT),
        ([-1, 1, 1, -1], Numbers.ONE_HOT),
        ([0, 12.5, 97.0], Numbers.PERCENT),
        ([0.2, 1.5, 3.0], Numbers.AMBIGUOUS),
        ([20.0, 500.0, 3.0], Numbers.AMBIGUOUS),
        ([-0.2, -1.5, -3.0], Numbers.AMBIGUOUS),
        ([0.0, 0.0, 0.0], Numbers.AMBIGUOUS),
        ([0.3, 0.3, 0.3], Numbers.PROBABILITIES),
        ([0.7], Numbers.PROBABILITIES),
        ([-1e-17, 0.2, 1.0 + 1e-16], Numbers.PROBABILITIES),
        ([*np.linspace(0, 1, 99), -0.3], Numbers.PROBABILITIES),  # one bad row of a hundred
    ],
)
def test_single_scores(scores, numbers):
    assert kind(np.array(scores, dtype=float)) is numbers


def test_ambiguous_scores_show_the_likelihood_of_each_reading():
    rng = np.random.default_rng(0)
    z = -np.abs(rng.normal(size=2000)) * 2
    label = (rng.random(2000) < sigmoid(z)).astype(int)
    found = read(z, label)
    p = sigmoid(z)
    assert set(found.readings) == {Numbers.LOG_PROBABILITIES, Numbers.LOGITS}
    assert found.readings[Numbers.LOGITS] == pytest.approx(np.log(np.where(label, p, 1 - p)).mean())
    assert found.readings[Numbers.LOG_PROBABILITIES] == pytest.approx(
        np.log(np.where(label, np.exp(z), 1 - np.exp(z))).mean()
    )
    assert found.readings[Numbers.LOGITS] > found.readings[Numbers.LOG_PROBABILITIES]
    assert all(math.isnan(value) for value in read(z).readings.values())


def test_ambiguous_rows_show_the_likelihood_of_each_reading():
    outputs = np.array([[0.9, 0.8, 0.1], [0.1, 0.3, 0.2], [0.5, 0.2, 0.6]])
    label = np.array([0, 1, -1])
    weight = np.array([1.5, 0.5, 1.0])
    found = read(outputs, label, weight=weight)
    shares, logits = outputs / outputs.sum(axis=1, keepdims=True), softmax(outputs)
    for numbers, p in ((Numbers.SIGMOIDS, shares), (Numbers.LOGITS, logits)):
        expected = (1.5 * np.log(p[0, 0]) + 0.5 * np.log(p[1, 1])) / 2
        assert found.readings[numbers] == pytest.approx(expected)


def test_soft_labels_weigh_the_readings():
    outputs, targets = np.array([[0.9, 0.8], [0.1, 0.3]]), np.array([[0.7, 0.3], [0.0, 1.0]])
    found = read(outputs, kind=TaskKind.SOFT, targets=targets)
    expected = (targets * np.log(softmax(outputs))).sum(axis=1).mean()
    assert found.readings[Numbers.LOGITS] == pytest.approx(expected)


def test_a_sigmoid_applied_twice():
    rng = np.random.default_rng(0)
    p = sigmoid(2 * rng.normal(size=300))
    label = (rng.random(300) < p).astype(int)
    assert suspect_scores(make_outputs(sigmoid(p), label)) is Suspicion.SIGMOID_TWICE
    assert suspect_scores(make_outputs(sigmoid(p))) is None  # nothing but the labels speaks for it
    weak = rng.uniform(0.55, 0.72, 300)
    assert suspect_scores(make_outputs(weak, (rng.random(300) < weak).astype(int))) is None


def test_the_confidence_of_the_winner():
    rng = np.random.default_rng(0)
    p = sigmoid(2 * rng.normal(size=300))
    label = (rng.random(300) < p).astype(int)
    assert suspect_scores(make_outputs(np.maximum(p, 1 - p), label)) is Suspicion.WINNER
    high = rng.uniform(0.5, 1, 300)
    assert suspect_scores(make_outputs(high, (rng.random(300) < high).astype(int))) is None
    assert suspect_scores(make_outputs(np.maximum(p, 1 - p), label | 1)) is None  # one class only


@pytest.mark.slow
def test_single_probabilities_from_one_half_on_are_not_suspected():
    for seed in range(2000):
        rng = np.random.default_rng(seed)
        low, high = np.sort(rng.uniform(0.5, 1, 2))
        p = rng.uniform(low, high, int(rng.choice([20, 50, 200, 1000])))
        if seed % 2:
            p = 0.5 + 0.2311 * (p - p.min()) / np.ptp(p)
        assert suspect_scores(make_outputs(p, (rng.random(p.size) < p).astype(int))) is None, seed


# --- several labels at once


def test_several_labels():
    rng = np.random.default_rng(0)
    z = 2 * rng.normal(size=(80, 5))
    options = {"kind": TaskKind.MULTILABEL, "targets": (rng.random((80, 5)) < sigmoid(z)).astype(float)}
    assert kind(sigmoid(z), **options) is Numbers.SIGMOIDS
    assert kind(z, **options) is Numbers.LOGITS
    assert kind(100 * sigmoid(z), **options) is Numbers.PERCENT
    assert kind((z > 0).astype(float), **options) is Numbers.ONE_HOT
    logs = read(np.log(sigmoid(z)), **options)
    assert logs.numbers is Numbers.AMBIGUOUS
    assert logs.readings[Numbers.LOG_PROBABILITIES] > logs.readings[Numbers.LOGITS]
    right = np.where(options["targets"] > 0, sigmoid(z), 1 - sigmoid(z))
    assert logs.readings[Numbers.LOG_PROBABILITIES] == pytest.approx(np.log(right).mean())
    assert kind(softmax(z), **options) is Numbers.SIGMOIDS


# --- what was asked for


def test_what_was_asked_for_overrides_what_is_seen():
    for outputs in (P4, np.log(P4), 100 * P4):
        for asked in (Numbers.PROBABILITIES, Numbers.LOGITS, Numbers.PERCENT, Numbers.LOG_PROBABILITIES):
            assert kind(outputs, asked=Asked(asked)) is asked
    assert read(P4, asked=Asked(Numbers.PERCENT)).total == 100
    assert read(np.log2(P4), asked=Asked(Numbers.LOG_PROBABILITIES)).base == 2
    assert detect(make_outputs(P4, asked=Asked(Numbers.LOGITS))).numbers is Numbers.PROBABILITIES
    several = make_outputs(P4, kind=TaskKind.MULTILABEL, targets=np.eye(3)[Y4], asked=Asked(Numbers.PROBABILITIES))
    assert interpret(several).numbers is Numbers.SIGMOIDS
