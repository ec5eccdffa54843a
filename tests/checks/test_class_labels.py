"""Checks of labels: what each says, of which rows, and what to do; degenerate files give reasons in words."""

import math
from dataclasses import replace

import numpy as np
import pytest
from samples_for_checks import find_check
from simulated_outputs import draw_labels, make_outputs, sigmoid, softmax

from losscheck.checks.check import WEIGHTS_IGNORED
from losscheck.checks.classes.initial_loss import LEAK, LUCK
from losscheck.results import Status, TaskKind
from losscheck.sample import Asked, Digits, LabelMap, Numbers, Stage

LABEL_CHECKS = [
    *("alignment", "label_range", "imbalance", "baseline", "initial_loss", "extreme_rows", "rows_per_class"),
]
INIT = Asked(stage=Stage.INIT)


def result_of(name, sample, alpha=0.05):
    return find_check(name).result(sample, alpha)


def calibrated(n=400, classes=4, sd=2.0, seed=1, temperature=1.0):
    rng = np.random.default_rng(seed)
    logits = sd * rng.normal(size=(n, classes))
    return softmax(logits * temperature), draw_labels(rng, softmax(logits))


def named(sample, *names):
    return replace(sample, classes=names)


def with_map(p, label, values, column, how="by position, from 0"):
    """Labels as they stand in the file, of which `column` says the column of each."""
    counts = tuple(int(np.sum(label == k)) for k in range(len(values)))
    mapped = np.array(column)[label]
    return make_outputs(p, mapped, label_map=LabelMap(how, tuple(values), counts, tuple(column)))


def test_good_labels_pass():
    p, label = calibrated()
    for name in LABEL_CHECKS:
        assert result_of(name, make_outputs(p, label)).status is (
            Status.SKIP if name == "initial_loss" else Status.PASS
        ), name


def test_labels_one_too_high():
    p, label = calibrated()
    found = result_of("alignment", make_outputs(np.roll(p, -1, axis=1), label))
    assert found.status is Status.FAIL
    assert "labels are one too high" in found.message
    assert "rows of '1' belong to the column of '0'" in found.message
    assert found.advice.startswith("Subtract 1 from the labels")
    assert found.effect.value > found.effect.margin
    assert found.p_value < 1e-10
    wrong = np.roll(p, -1, axis=1)
    gain = np.log(p[np.arange(400), label]) - np.log(wrong[np.arange(400), label])
    assert found.rows == tuple(np.argsort(-gain, kind="stable")[:20] + 1)


def test_labels_one_too_low_of_named_classes():
    p, label = calibrated(classes=3)
    found = result_of("alignment", named(make_outputs(np.roll(p, 1, axis=1), label), "cat", "cow", "dog"))
    assert "one place too far to the right (rows of 'cat' belong to the column of 'cow')" in found.message
    assert "one place to the left" in found.advice


def test_columns_sorted_as_text():
    p, label = calibrated(classes=12)
    by_text = sorted(range(12), key=str)
    found = result_of("alignment", make_outputs(p[:, by_text], label))
    assert "in the order '0', '1', '10', '11' and 8 more (sorted as text)" in found.message
    assert "Reorder the columns" in found.advice
    back = result_of("alignment", make_outputs(p[:, np.argsort(by_text)], label))
    assert "labels were numbered in the order '0', '1', '10'" in back.message
    assert "Number the labels again" in back.advice


def test_two_columns_exchanged():
    p, label = calibrated(classes=5)
    sample = named(make_outputs(p[:, [0, 3, 2, 1, 4]], label), "ape", "bee", "cat", "dog", "elk")
    found = result_of("alignment", sample)
    assert "columns of 'bee' and 'dog' are exchanged" in found.message
    assert found.advice == "Swap the columns of 'bee' and 'dog', or these two labels."


def test_other_orders_are_spelled_out():
    p, label = calibrated(classes=5)
    found = result_of("alignment", make_outputs(p[:, [1, 2, 0, 3, 4]], label))
    assert found.status is Status.FAIL
    assert "columns of 3 classes are in another order (rows of '0' belong to the column of '2', rows" in found.message
    reverse = result_of("alignment", make_outputs(p[:, ::-1], label))
    assert "reverse order" in reverse.message


def test_the_score_of_the_other_class():
    p, label = calibrated(classes=2)
    single = result_of("alignment", named(make_outputs(p[:, 0], label), "no", "yes"))
    assert single.status is Status.FAIL
    assert "The score is the probability of 'no', not of 'yes'" in single.message
    assert "1 − p" in single.advice
    both = result_of("alignment", make_outputs(p[:, ::-1], label))
    assert "columns of '0' and '1' are exchanged" in both.message


def test_a_suspicion_is_only_a_warning():
    """Nine rows speak of an exchange: seven for it, as might be of two classes that are confused."""
    for seed in range(200):
        p, label = calibrated(n=50, classes=10, seed=seed)
        found = result_of("alignment", make_outputs(p[:, [1, 0, *range(2, 10)]], label))
        assert found.status is not Status.NOTE
        if found.status is Status.WARN:
            break
    assert found.message.startswith("It looks as if the columns of '0' and '1' are exchanged")
    assert "more rows would show" in found.message
    assert found.advice.startswith("If so: Swap the columns")
    assert found.p_value < 1e-3


def test_outputs_that_explain_little_may_be_untrained():
    p, label = calibrated(n=2000, classes=6, sd=0.5)
    found = result_of("alignment", make_outputs(p[:, [1, 2, 0, 4, 5, 3]], label))
    assert found.status is Status.WARN
    assert "--stage init" in found.message


def test_no_evidence_is_no_pass():
    found = result_of("alignment", make_outputs(np.full((300, 4), 0.25), np.arange(300) % 4))
    assert found.status is Status.INCONCLUSIVE
    assert "do not exclude columns in reverse order, labels one too high and labels one too low" in found.message
    few = result_of("alignment", make_outputs(*calibrated(n=6)))
    assert few.status is Status.INCONCLUSIVE
    enough = result_of("alignment", make_outputs(*calibrated(n=30, classes=10, sd=3.0)))
    assert enough.status is Status.PASS
    assert "too few rows or too little difference" in enough.message


def test_alignment_is_skipped_in_words():
    p, label = calibrated()
    several = make_outputs(p[:, :1], kind=TaskKind.MULTILABEL, targets=(label == 0).astype(float)[:, None])
    several = named(several, "0")
    cases = {
        "initialisation": make_outputs(p, label, asked=INIT),
        "true classes": make_outputs(p),
        "fractions": make_outputs(p, kind=TaskKind.SOFT, targets=p),
        "not probabilities": make_outputs(p, label, asked=Asked(outputs=Numbers.INVALID)),
        "one label only": several,
        "no row has": make_outputs(p, np.full(400, -1)),
    }
    for words, sample in cases.items():
        found = result_of("alignment", sample)
        assert found.status is Status.SKIP
        assert words in found.message


def test_label_columns_are_aligned_too():
    rng = np.random.default_rng(2)
    z = 2 * rng.normal(size=(300, 4))
    targets = (rng.random((300, 4)) < sigmoid(z)).astype(float)
    sample = make_outputs(sigmoid(z)[:, [1, 0, 2, 3]], kind=TaskKind.MULTILABEL, targets=targets)
    found = result_of("alignment", sample)
    assert found.status is Status.FAIL
    assert "columns of '0' and '1' are exchanged" in found.message
    in_order = make_outputs(sigmoid(z), kind=TaskKind.MULTILABEL, targets=targets)
    assert result_of("alignment", in_order).status is Status.PASS


def test_logits_and_percentages_are_aligned_alike():
    p, label = calibrated()
    rolled = np.roll(p, 1, axis=1)
    reference = result_of("alignment", make_outputs(rolled, label))
    for outputs in (np.log(rolled) + 3, np.log(rolled), 100 * rolled):
        found = result_of("alignment", make_outputs(outputs, label))
        assert found.statistic == pytest.approx(reference.statistic, abs=1e-6)


def test_labels_that_start_at_1():
    p, label = calibrated()
    found = result_of("label_range", with_map(p, label, "1234", [1, 2, 3, -1]))
    assert found.status is Status.FAIL
    assert f"{np.sum(label == 3)} rows" in found.message
    assert "'4'" in found.message
    assert "subtract 1 from the labels" in found.advice
    assert found.rows == tuple(np.flatnonzero(label == 3)[:20] + 1)
    assert found.effect.value == pytest.approx(np.mean(label == 3))
    no_last = label < 3
    hint = result_of("label_range", with_map(p[no_last], label[no_last], "123", [1, 2, 3]))
    assert hint.status is Status.NOTE
    assert "1 of 4 classes does not occur in the labels: '0'" in hint.message
    assert "subtract 1 from the labels" in hint.advice


@pytest.mark.parametrize("mark", ["-100", "-1", "255"])
def test_marks_of_rows_without_a_label(mark):
    p, label = calibrated()
    found = result_of("label_range", with_map(p, label, ["0", "1", "2", mark], [0, 1, 2, -1]))
    assert found.status is Status.WARN
    assert f"the label '{mark}', which marks rows without one" in found.message
    both = result_of("label_range", with_map(p, label, ["0", "1", "7", mark], [0, 1, -1, -1]))
    assert both.status is Status.FAIL
    assert f"Among them '{mark}' mark rows" in both.message


def test_misspelled_labels():
    p, label = calibrated()
    sample = with_map(p, label, ["cat", "cow", "dog", "horses"], [0, 1, 2, -1], "by name")
    found = result_of("label_range", named(sample, "cat", "cow", "dog", "horse"))
    assert found.status is Status.FAIL
    assert "'horses' may be 'horse'" in found.advice
    alien = with_map(p, label, ["cat", "cow", "dog", "x-ray"], [0, 1, 2, -1], "by name")
    assert "Give the outputs of these classes too" in result_of("label_range", alien).advice


def test_labels_without_a_map():
    p, label = calibrated()
    assert result_of("label_range", make_outputs(p, np.where(label == 2, -1, label))).status is Status.FAIL
    assert result_of("label_range", make_outputs(p, label)).message.endswith("every column has rows.")
    matched = result_of("label_range", with_map(p, label, "0123", range(4)))
    assert matched.message.endswith("has rows, matched by position, from 0.")


def test_labels_that_never_or_always_occur():
    targets = np.tile([[0.0, 1.0, 1.0], [0.0, 1.0, 0.0]], (20, 1))
    found = result_of("label_range", make_outputs(np.full((40, 3), 0.5), kind=TaskKind.MULTILABEL, targets=targets))
    assert found.status is Status.NOTE
    assert found.message == "1 of 3 classes does not occur in the labels: '0'. In every row: '1'."
    fine = make_outputs(np.full((40, 2), 0.5), kind=TaskKind.SOFT, targets=np.full((40, 2), 0.5))
    assert result_of("label_range", fine).status is Status.PASS


def test_base_rates():
    label = np.repeat([0, 1, 2], [200, 80, 20])
    found = result_of("imbalance", make_outputs(np.full((300, 3), 1 / 3), label))
    assert found.status is Status.NOTE
    assert "'0' 66.7 %, '1' 26.7 %, '2' 6.67 %" in found.message
    assert "weights are not justified by it alone" in found.message
    assert found.effect.value == pytest.approx(math.exp(-sum(q * math.log(q) for q in (2 / 3, 4 / 15, 1 / 15))))
    even = result_of("imbalance", make_outputs(np.full((300, 3), 1 / 3), np.arange(300) % 3))
    assert even.status is Status.PASS
    assert even.effect.value == pytest.approx(3)
    weighted = make_outputs(np.full((300, 3), 1 / 3), label, weight=np.array([0.1, 0.25, 1.0])[label])
    assert "'0' 33.3 %, '1' 33.3 %, '2' 33.3 %" in result_of("imbalance", weighted).message
    many = result_of("imbalance", make_outputs(np.full((300, 10), 0.1), np.arange(300) % 10))
    assert many.message.count(" %") == 6
    assert "… '9' 10 %" in many.message


def test_base_rates_of_labels():
    targets = np.zeros((200, 2))
    targets[:100, 0] = targets[:5, 1] = 1
    found = result_of("imbalance", make_outputs(np.full((200, 2), 0.5), kind=TaskKind.MULTILABEL, targets=targets))
    assert found.status is Status.NOTE
    assert "More than 10 to 1 uneven: '1'" in found.message
    assert found.effect.value == pytest.approx(0.025)
    none = make_outputs(np.full((200, 2), 0.5), kind=TaskKind.MULTILABEL, targets=np.zeros((200, 2)))
    assert result_of("imbalance", none).status is Status.NOTE


def test_overconfidence_is_worse_than_a_constant_until_the_temperature_is_settled():
    p, label = calibrated(n=1000, temperature=6.0)
    found = result_of("baseline", make_outputs(p, label))
    assert found.status is Status.FAIL
    assert found.effect.high < 0
    assert "Worse even than the uniform prediction" in found.message
    assert found.advice.startswith("Settle the temperature first: with the logits divided by 5.71 the")


def test_wrong_columns_are_settled_before_a_temperature():
    p, label = calibrated()
    found = result_of("baseline", make_outputs(np.roll(p, 1, axis=1), label))
    assert found.status is Status.FAIL
    assert found.advice.startswith("Settle the order of the columns first (LC701)")


def test_outputs_of_other_rows_are_no_matter_of_temperature():
    p, label = calibrated(n=1000)
    found = result_of("baseline", make_outputs(np.roll(p, 1, axis=0), label))
    assert found.status is Status.FAIL
    assert "LC701" in found.advice
    assert "temperature" in found.advice


def test_calibrated_outputs_that_know_little_are_not_failed():
    """Base rates fitted to the same rows beat the right constant in every file, which must not be held against it."""
    rng = np.random.default_rng(3)
    fails = 0
    for classes in (2, 10, 100):
        for _ in range(60):
            p = softmax(rng.choice([0.0, 0.02, 0.1]) * rng.normal(size=(200, classes)))
            fails += result_of("baseline", make_outputs(p, draw_labels(rng, p))).status is Status.FAIL
    assert fails == 0


def test_infinite_losses_are_not_hidden():
    p, label = calibrated()
    p[:3] = np.eye(4)[(label[:3] + 1) % 4]
    found = result_of("baseline", make_outputs(p, label))
    assert found.status is Status.INCONCLUSIVE
    assert "infinite: 3 rows had probability 0" in found.message
    worse = np.eye(4)[(label + 1) % 4] * 0.999 + 0.00025
    worse[:3] = p[:3]
    assert result_of("baseline", make_outputs(worse, label)).status is Status.FAIL


def test_baseline_is_skipped_in_words():
    p, label = calibrated()
    assert "LC705" in result_of("baseline", make_outputs(p, label, asked=INIT)).message
    assert "one class" in result_of("baseline", make_outputs(p, np.ones(400))).message
    assert "at least 2 rows" in result_of("baseline", make_outputs([[1.0, 0.0], [0.3, 0.7]], [1, 0])).message


def first_outputs(sd=0.1, seed=4, n=2000, classes=4, offset=0.0):
    rng = np.random.default_rng(seed)
    return sd * rng.normal(size=(n, classes)) + offset, rng.integers(0, classes, n)


def initial(logits, label):
    return result_of("initial_loss", make_outputs(softmax(logits), label, asked=INIT))


def test_a_model_that_knows_nothing_starts_at_log_k():
    found = initial(*first_outputs())
    assert found.status is Status.PASS
    assert "log K = 1.39" in found.message
    assert initial(*first_outputs(sd=0.0)).status is Status.PASS


def test_a_start_at_the_base_rates_is_no_leak():
    rng = np.random.default_rng(5)
    rates = np.array([0.9, 0.06, 0.04])
    label = rng.choice(3, 2000, p=rates)
    found = initial(np.log(rates) + 0.1 * rng.normal(size=(2000, 3)), label)
    assert found.status is Status.PASS
    assert found.statistic < 0.5


def test_labels_that_leak_into_the_start():
    logits, label = first_outputs()
    logits[np.arange(2000), label] += 3
    found = initial(logits, label)
    assert found.status is Status.FAIL
    assert found.effect.low > found.effect.margin == LEAK
    assert "they leak" in found.message
    logits[np.arange(2000), label] -= 2.2
    lucky = initial(logits, label)
    assert lucky.status is Status.WARN
    assert LUCK < lucky.effect.low < LEAK
    assert "another seed" in lucky.advice


def test_few_rows_do_not_tell_luck_from_a_leak():
    logits, label = first_outputs(sd=1.5, n=6)
    logits[np.arange(4), label[:4]] += 3
    found = initial(logits, label)
    assert found.status is Status.INCONCLUSIVE
    assert "too few rows" in found.message


def test_a_start_that_is_too_high():
    wild = initial(*first_outputs(sd=2.0))
    assert wild.status is Status.NOTE
    assert "first logits vary too much" in wild.message
    assert "Scale down" in wild.advice
    biased = initial(*first_outputs(offset=np.array([4.0, 0, 0, 0])))
    assert biased.status is Status.WARN
    assert "bias of the last layer" in biased.advice


def test_initial_loss_is_for_the_start_only():
    assert "--stage init" in result_of("initial_loss", make_outputs(*calibrated())).message
    zero = make_outputs([[1.0, 0.0], [0.5, 0.5], [0.4, 0.6]], [0, 1, 0], asked=INIT)
    assert result_of("initial_loss", zero).status is Status.SKIP


def test_rows_called_impossible_are_listed_worst_first():
    p, label = calibrated(n=300)
    for row, tiny in ((20, 1e-9), (10, 1e-12)):
        p[row] = tiny
        p[row, (label[row] + 1) % 4] = 1
    found = result_of("extreme_rows", make_outputs(p / p.sum(axis=1, keepdims=True), label))
    assert found.status is Status.WARN
    assert found.rows == (11, 21)
    assert found.message.startswith("In 2 of 300 rows (0.667 %)")
    assert "row 11, with a loss of 27.6 nats" in found.message
    assert "cannot be told apart" in found.message
    assert found.effect.value == pytest.approx(2 / 300)
    p[5] = np.eye(4)[(label[5] + 1) % 4]
    zero = result_of("extreme_rows", make_outputs(p / p.sum(axis=1, keepdims=True), label))
    assert zero.rows == (6, 11, 21)
    assert "row 6, with probability 0" in zero.message


def test_overconfident_rows_are_softened():
    p, label = calibrated(n=500, temperature=6.0)
    found = result_of("extreme_rows", make_outputs(p, label))
    assert found.status is Status.WARN
    assert len(found.rows) <= 20
    assert "the temperature that fits best, none is so improbable" in found.message


def test_rows_of_several_labels_are_listed_once():
    rng = np.random.default_rng(6)
    p, targets = np.full((50, 3), 0.5), (rng.random((50, 3)) < 0.5).astype(float)
    p[3, :2], targets[3, :2] = 1e-9, 1
    found = result_of("extreme_rows", make_outputs(p, kind=TaskKind.MULTILABEL, targets=targets))
    assert found.rows == (4,)
    assert found.message.startswith("In 2 of 150 labels of rows")


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        ((20, 20), Status.WARN),
        ((48, 4), Status.WARN),  # half of the classes
        ((48, 4, 9, 9, 9), Status.NOTE),
        ((48, 0, 9, 9, 9), Status.NOTE),
        ((48, 5, 9), Status.PASS),
    ],
)
def test_rows_of_each_class(counts, status):
    label = np.repeat(np.arange(len(counts)), counts)
    found = result_of("rows_per_class", make_outputs(np.full((label.size, len(counts)), 1 / len(counts)), label))
    assert found.status is status
    assert found.effect.value == min(counts)


def test_weights_make_rows_fewer():
    label = np.arange(100) % 2
    found = result_of("rows_per_class", make_outputs(np.full(100, 0.5), label, weight=np.full(100, 0.2)))
    assert found.status is Status.WARN
    assert "20 effective rows (by their weights), 10 of the rarest class" in found.message
    assert found.effect.value == pytest.approx(10)


def test_rows_of_labels_and_fractions():
    targets = np.zeros((60, 2))
    targets[:30, 0] = targets[:57, 1] = 1
    found = result_of("rows_per_class", make_outputs(np.full((60, 2), 0.5), kind=TaskKind.MULTILABEL, targets=targets))
    assert found.effect.value == 3
    assert "rarest answer to a label" in found.message
    soft = make_outputs(np.full((60, 2), 0.5), kind=TaskKind.SOFT, targets=np.tile([0.75, 0.25], (60, 1)))
    assert result_of("rows_per_class", soft).effect.value == 15


def test_weights_are_said_to_be_ignored_where_they_are():
    p, label = calibrated()
    sample = make_outputs(p, label, weight=np.full(400, 0.5))
    assert WEIGHTS_IGNORED in result_of("alignment", sample).message
    assert WEIGHTS_IGNORED not in result_of("baseline", sample).message


def odd_samples():
    p, label = calibrated(n=60, classes=3)
    yield "calibrated", make_outputs(p, label)
    yield "one row", make_outputs(p[:1], label[:1])
    yield "two rows", make_outputs(p[:2], [0, 1])
    yield "one class", make_outputs(p, np.zeros(60))
    yield "no label", make_outputs(p)
    yield "no column", make_outputs(p, np.full(60, -1))
    yield "one column missing", make_outputs(p, np.where(label == 2, -1, label))
    yield "single score", make_outputs(p[:, 0], label == 0)
    yield "one-hot", make_outputs(np.eye(3)[label], label, digits=Digits(2.0**-10, 0, 1))
    yield "always wrong", make_outputs(np.eye(3)[(label + 1) % 3], label, digits=Digits(2.0**-10, 0, 1))
    yield "uniform", make_outputs(np.full((60, 3), 1 / 3), label)
    yield "zeros", make_outputs(np.tile([0.5, 0.5, 0.0], (60, 1)), label)
    yield "huge logits", make_outputs(1e6 * np.log(p), label)
    excluded = np.where(p < 0.2, -np.inf, np.log(p))
    yield "log-probabilities of 0", make_outputs(excluded, label, asked=Asked(outputs=Numbers.LOG_PROBABILITIES))
    yield "tiny scores", make_outputs(np.full(60, 1e-300), label == 0)
    yield "weighted", make_outputs(p, label, weight=np.full(60, 0.5))
    yield "soft", make_outputs(p, kind=TaskKind.SOFT, targets=p[::-1])
    targets = (np.arange(180).reshape(60, 3) % 7 < 3).astype(float)
    yield "multilabel", make_outputs(p, kind=TaskKind.MULTILABEL, targets=targets)
    single = make_outputs(p[:, :1], kind=TaskKind.MULTILABEL, targets=targets[:, :1])
    yield "multilabel, one label", named(single, "0")
    yield "multilabel, certain", make_outputs(np.round(p), kind=TaskKind.MULTILABEL, targets=targets)
    yield "multilabel, never", make_outputs(p, kind=TaskKind.MULTILABEL, targets=np.zeros((60, 3)))
    yield "start", make_outputs(p, label, asked=INIT)
    yield "start, zeros", make_outputs(np.tile([0.5, 0.5, 0.0], (60, 1)), label, asked=INIT)


ODD = dict(odd_samples())
SEVERITY = [Status.SKIP, Status.PASS, Status.NOTE, Status.WARN, Status.FAIL]


@pytest.mark.parametrize("case", ODD)
@pytest.mark.parametrize("name", LABEL_CHECKS)
def test_odd_samples_give_sound_results(name, case):
    found = result_of(name, ODD[case])
    effect = found.effect
    numbers = [found.statistic, found.p_value] + ([effect.value, effect.low, effect.high] if effect else [])
    assert all(number is None or math.isfinite(number) for number in numbers)
    if effect is not None and effect.low is not None:
        assert effect.low <= effect.value <= effect.high
    assert "nan" not in found.message
    assert len(found.rows) <= 20
    if found.status is Status.SKIP:
        assert len(found.message.split()) >= 3
    elif found.status is not Status.INCONCLUSIVE:
        assert SEVERITY.index(found.status) <= SEVERITY.index(find_check(name).worst)
    assert bool(found.advice) == (found.status not in (Status.PASS, Status.SKIP))


@pytest.mark.parametrize("name", LABEL_CHECKS)
def test_the_order_of_the_rows_does_not_matter(name):
    p, label = calibrated(n=200, temperature=3.0)
    order = np.random.default_rng(7).permutation(200)
    for asked in (Asked(), INIT):
        before = result_of(name, make_outputs(p, label, asked=asked))
        after = result_of(name, make_outputs(p[order], label[order], row=order + 1, asked=asked))
        assert (after.status, after.message, after.rows) == (before.status, before.message, before.rows)
        numbers = [result.statistic if result.statistic is not None else 0.0 for result in (before, after)]
        assert numbers[0] == pytest.approx(numbers[1], rel=1e-9)
