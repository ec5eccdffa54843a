"""The findings on what outputs are: right status, exact counts, the worst rows first, and what to do."""

import numpy as np
import pytest
from samples_for_checks import find_check
from simulated_outputs import DOUBLE, HALF, draw_labels, make_outputs, sigmoid, softmax, write

from losscheck.results import Columns, InputInfo, Status, TaskKind
from losscheck.sample import Asked, Digits, LabelMap, LeftOut, Numbers

CODES = {
    "representation": "LC501",
    "simplex": "LC502",
    "double_softmax": "LC503",
    "zero_probability": "LC504",
    "few_values": "LC505",
    "finite_outputs": "LC506",
}


def found(name, outputs, label=None, **fields):
    return find_check(name).result(make_outputs(outputs, label, **fields), 0.05)


def model(n=200, classes=4, seed=0):
    rng = np.random.default_rng(seed)
    z = 2 * rng.normal(size=(n, classes))
    p = softmax(z)
    return p, (p.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)


@pytest.mark.parametrize("name", CODES)
def test_sound_probabilities_pass_everywhere(name):
    p, label = model()
    assert find_check(name).code == CODES[name]
    for outputs, classes in (
        (p, label),
        (p[:, 0], (label == 0).astype(int)),
        (np.stack((1 - p[:, 0], p[:, 0]), 1), None),
    ):
        assert found(name, outputs, classes).status in (Status.PASS, Status.SKIP)


@pytest.mark.parametrize("name", CODES)
def test_one_row_is_enough_or_the_reason_is_given(name):
    result = found(name, [[0.2, 0.8]], [1])
    assert result.status in (Status.PASS, Status.SKIP)
    if result.status is Status.SKIP:
        assert "there are 1" in result.message


@pytest.mark.parametrize("name", [name for name in CODES if name != "zero_probability"])
def test_labels_are_not_needed(name):
    p, _ = model()
    assert found(name, p).status is Status.PASS
    assert found("zero_probability", p).message == "needs the true classes (-t COL)"


VALID = (
    "double",
    "single array",
    "half array",
    "single",
    "half",
    "brain",
    "%.2f",
    "%.3f",
    "%.4f",
    "%.6f",
    "%.3g",
    "half %.5f",
)


def accusation(seed):
    """Return what any check but LC504 says worse than a note of a valid file, of one column or more."""
    rng = np.random.default_rng(seed)
    how, columns = VALID[seed % len(VALID)], int(rng.choice([1, 2, 3, 10, 100]))
    n = int(rng.choice([1, 3, 20, 50, 500]))
    z = 10 ** rng.uniform(-3, 1.5) * rng.normal(size=(n, columns)) + rng.normal(size=columns) * rng.integers(0, 2)
    labels = columns > 1 and seed % 3 == 0
    p = sigmoid(z) if labels or columns == 1 else softmax(z)
    values, digits = write(p, how)
    options = {"digits": digits}
    if labels:
        options |= {"kind": TaskKind.MULTILABEL, "targets": (rng.random(p.shape) < p).astype(float)}
    elif rng.random() < 0.7:
        options["label"] = (rng.random(n) < p[:, 0]).astype(int) if columns == 1 else draw_labels(rng, p)
    sample = make_outputs(values, **options)
    results = [find_check(name).result(sample, 0.05) for name in CODES if name != "zero_probability"]
    if np.isin(values, [0, 1]).all():  # as written, these are decisions; of a single 0 nobody can tell
        results = results[1:]
    bad = [result.message for result in results if result.status in (Status.WARN, Status.FAIL)]
    return (seed, how, p.shape, bad) if bad else None


def test_no_check_accuses_a_valid_file():
    assert [bad for bad in map(accusation, range(204)) if bad] == []


@pytest.mark.slow
def test_no_check_accuses_one_of_thousands_of_valid_files():
    assert [bad for bad in map(accusation, range(1000, 4300)) if bad] == []


# --- LC501


@pytest.mark.parametrize(
    ("make", "status", "words", "repair"),
    [
        (np.log, Status.FAIL, "log-probabilities", "NLLLoss"),
        (lambda p: np.log(p) + 1.5, Status.FAIL, "logits", "apply softmax"),
        (lambda p: 100 * p, Status.FAIL, "percentages", "divide by 100"),
        (lambda p: 7 * p, Status.FAIL, "divided by 7", "by its sum"),
        (
            lambda p: (p == p.max(axis=1, keepdims=True)) * 1.0,
            Status.WARN,
            "calibration is not defined",
            "predict_proba",
        ),
        (lambda p: -np.log(p), Status.FAIL, "−log p", "Change the sign"),
    ],
)
def test_what_the_outputs_are_is_said(make, status, words, repair):
    p, label = model()
    result = found("representation", make(p), label)
    assert result.status is status
    assert words in result.message
    assert repair in result.advice


def test_margins_are_no_probabilities():
    z = np.random.default_rng(0).normal(size=100)
    result = found("representation", np.stack((1 - z, z), axis=1))
    assert result.status is Status.FAIL
    assert "Apply a sigmoid to z" in result.advice
    assert found("simplex", np.stack((1 - z, z), axis=1)).status is Status.FAIL


def test_ambiguous_outputs_show_the_readings_and_the_option():
    p, label = model()
    scores = sigmoid(np.log(p))
    result = found("representation", scores, label)
    assert result.status is Status.FAIL
    shares = np.log((scores / scores.sum(axis=1, keepdims=True))[np.arange(200), label]).mean()
    logits = np.log(softmax(scores)[np.arange(200), label]).mean()
    assert f"{shares:.3f}"[:6] in result.message
    assert f"{logits:.2f}"[:5] in result.message
    assert "--outputs probabilities" in result.advice
    assert "--outputs logits" in result.advice
    assert "Log-likelihood" not in found("representation", scores).message
    for name in ("simplex", "zero_probability"):
        skipped = found(name, scores, label)
        assert (skipped.status, "not settled" in skipped.message) == (Status.SKIP, True)


def test_a_missing_column_is_named_with_the_repair():
    p, label = model()
    label_map = LabelMap("by name", ("a", "b", "c", "d"), tuple(np.bincount(label).tolist()), (0, 1, 2, -1))
    options = {"label": np.where(label < 3, label, -1), "label_map": label_map}
    result = found("representation", p[:, :3], **options)
    assert result.status is Status.FAIL
    assert "'d'" in result.message
    assert "column of every class" in result.advice
    sums = found("simplex", p[:, :3], **options)
    assert sums.status is Status.FAIL
    assert "'d'" in sums.advice


def test_what_was_asked_for_is_used_and_what_differs_is_said():
    p, label = model()
    agreed = found("representation", p, label, asked=Asked(Numbers.PROBABILITIES))
    assert (agreed.status, agreed.advice) == (Status.PASS, "")
    other = found("representation", p, label, asked=Asked(Numbers.LOGITS))
    assert other.status is Status.NOTE
    assert "look like probabilities" in other.message
    assert found("simplex", p, label, asked=Asked(Numbers.LOGITS)).status is Status.SKIP
    rows = found("simplex", np.log(p), label, asked=Asked(Numbers.PROBABILITIES))
    assert rows.status is Status.FAIL
    assert rows.message.startswith("None of the 200 rows is a distribution")


def test_suspected_single_scores():
    rng = np.random.default_rng(0)
    p = sigmoid(2 * rng.normal(size=300))
    label = (rng.random(300) < p).astype(int)
    twice = found("representation", sigmoid(p), label)
    assert (twice.status, "0.7311" in twice.message) == (Status.WARN, True)
    winner = found("representation", np.maximum(p, 1 - p), label)
    assert (winner.status, "confidence in the predicted class" in winner.message) == (Status.WARN, True)


def test_a_softmax_over_labels_that_are_not_exclusive():
    p, _ = model()
    targets = (np.random.default_rng(1).random(p.shape) < 0.5).astype(float)
    options = {"kind": TaskKind.MULTILABEL}
    assert found("representation", p, targets=targets, **options).status is Status.WARN
    assert found("representation", sigmoid(np.log(p)), targets=targets, **options).status is Status.PASS
    exclusive = np.eye(4)[targets.argmax(axis=1)]
    assert found("representation", p, targets=exclusive, **options).status is Status.PASS


# --- LC502


def test_bad_rows_are_counted_exactly_and_listed_worst_first():
    p, _ = model(n=5000)
    bad = np.arange(17, 5000, 50)
    factor = 1 + np.linspace(0.02, 0.5, bad.size)
    p[bad] *= factor[:, None]
    result = found("simplex", p, row=np.arange(5000) + 1001)
    assert result.status is Status.FAIL
    assert "100 of 5,000 rows" in result.message
    assert result.rows == tuple(int(row) + 1001 for row in bad[::-1][:20])
    assert result.effect.value == pytest.approx(0.5)
    assert f"row {result.rows[0]} sums to 1.5, not 1" in result.message


@pytest.mark.parametrize(("factor", "status"), [(1.009, Status.WARN), (1.011, Status.FAIL), (1.00001, Status.WARN)])
def test_rows_that_are_slightly_off_are_a_warning(factor, status):
    p, _ = model()
    p[3] *= factor
    result = found("simplex", p)
    assert (result.status, result.rows) == (status, (4,))
    assert f"sums to {factor:g}, not 1" in result.message


def test_what_single_precision_and_digits_explain_is_no_more_than_a_note():
    p, _ = model()
    p[3] *= 1 + 3e-7
    result = found("simplex", p)
    assert (result.status, result.rows) == (Status.NOTE, (4,))
    assert "single precision" in result.message
    equal = np.full((50, 167), 0.01)
    result = found("simplex", equal, digits=Digits(HALF, 2, 1))
    assert result.status is Status.NOTE
    assert "explained by rounding to 2 decimals" in result.message
    assert len(result.rows) == 20


def test_numbers_outside_of_the_range_are_named():
    p, _ = model()
    p[8] = [0.5, 0.7, -0.2, 0.0]
    result = found("simplex", p)
    assert result.status is Status.FAIL
    assert "row 9 has -0.2, outside of the range from 0 to 1" in result.message
    scores = found("simplex", np.array([*np.linspace(0, 1, 99), 1.4]))
    assert (scores.status, scores.rows) == (Status.FAIL, (100,))
    assert "1 of 100 rows is outside of the range" in scores.message


def test_sums_of_log_probabilities_and_percentages():
    p, _ = model()
    log_p, percent = np.log(p), 100 * p
    assert found("simplex", log_p).status is Status.PASS
    assert found("simplex", percent).status is Status.PASS
    log_p[5] += 0.1
    percent[5] *= 1.1
    for outputs in (log_p, percent):
        result = found("simplex", outputs)
        assert (result.status, result.rows) == (Status.FAIL, (6,))
    assert "110, not 100" in found("simplex", percent).message
    assert "off by 0.105" in found("simplex", log_p).message


def test_logits_need_not_sum_to_anything():
    result = found("simplex", np.random.default_rng(0).normal(size=(50, 3)))
    assert result.status is Status.SKIP
    assert "logits" in result.message
    assert found("simplex", np.array([1.0, -1.0, 1.0])).status is Status.SKIP
    asked = {"asked": Asked(Numbers.LOG_PROBABILITIES)}
    assert found("simplex", np.log(np.linspace(0.1, 1, 9)), **asked).status is Status.SKIP


# --- LC503


def test_a_second_softmax_is_a_suspicion_with_its_inversion():
    p, label = model()
    result = found("double_softmax", softmax(p), label)
    assert result.status is Status.WARN
    assert "p = log q + (1 − Σ log q)/K" in result.message
    assert "suspicion" in result.message
    assert "drop the softmax before CrossEntropyLoss" in result.advice
    assert "0.744" in result.advice  # log(e + 3) − 1
    assert found("double_softmax", p[:49], label[:49]).message == "needs at least 50 rows, there are 49"
    assert found("double_softmax", np.log(p) + 3.0, label).status is Status.SKIP


# --- LC504


def test_exact_zeros_at_the_true_class_fail_and_are_listed():
    p, label = model()
    for row in (11, 60):
        p[row] = 0.25 * (np.arange(4) != label[row]) / 0.75
    result = found("zero_probability", p, label)
    assert (result.status, result.rows, result.statistic) == (Status.FAIL, (12, 61), 2)
    assert result.effect.value == 0.01
    assert "2 rows (1 %)" in result.message
    log_p = found("zero_probability", np.log(np.maximum(p, 1e-300)) + np.where(p > 0, 0, -np.inf), label)
    assert (log_p.status, log_p.rows) == (Status.FAIL, (12, 61))


def test_zeros_elsewhere_do_not_matter():
    p, label = model()
    p = np.where(p == p.min(axis=1, keepdims=True), 0, p)
    p /= p.sum(axis=1, keepdims=True)
    label = p.argmax(axis=1)
    assert found("zero_probability", p, label).status is Status.PASS


def test_a_written_zero_is_an_interval():
    values, digits = write(np.array([[0.99999, 0.00001], [0.25, 0.75], [0.5, 0.5], [0.9, 0.1]]), "%.4f")
    result = found("zero_probability", values, [1, 1, 0, 0], digits=digits)
    assert (result.status, result.rows) == (Status.WARN, (1,))
    assert "less than 5e-05" in result.message
    least = -np.log([5e-5, 0.75005, 0.50005, 0.90005]).mean()
    assert f"between {least:.3g} and infinity" in result.message
    exact = found("zero_probability", values, [1, 1, 0, 0], digits=Digits(DOUBLE))
    assert exact.status is Status.FAIL
    scientific, digits = write(np.array([[1.0, 1e-12], [0.25, 0.75], [1.0, 0.0]]), "%.3g")
    assert found("zero_probability", scientific, [0, 1, 1], digits=digits).status is Status.FAIL


def test_zeros_of_single_scores_labels_and_soft_labels():
    single = found("zero_probability", np.array([0.0, 0.3, 1.0, 1.0]), [1, 0, 0, 1])
    assert (single.status, single.rows) == (Status.FAIL, (1, 3))
    scores, targets = np.array([[0.0, 0.4], [0.2, 1.0], [0.1, 0.0]]), np.array([[1, 0], [0, 0], [1, 0]])
    several = found("zero_probability", scores, kind=TaskKind.MULTILABEL, targets=targets.astype(float))
    assert (several.status, several.rows) == (Status.FAIL, (1, 2))
    soft = np.array([[0.5, 0.5], [0.0, 1.0]])
    result = found("zero_probability", [[0.99, 0.01], [0.0, 1.0]], kind=TaskKind.SOFT, targets=soft)
    assert result.status is Status.PASS
    result = found("zero_probability", [[1.0, 0.0], [0.3, 0.7]], kind=TaskKind.SOFT, targets=soft)
    assert (result.status, result.rows) == (Status.FAIL, (1,))


def test_rows_whose_label_has_no_column_are_not_counted():
    p, label = model()
    assert found("zero_probability", p, np.full(200, -1)).message == "no row has a true class with a column"
    label[:50] = -1
    p[0] = [1.0, 0.0, 0.0, 0.0]
    assert found("zero_probability", p, label).status is Status.PASS


def test_logits_and_decisions_have_no_such_rows():
    p, label = model()
    assert found("zero_probability", 900 * np.log(p) + 3, label).status is Status.PASS
    assert "decisions" in found("zero_probability", np.eye(4)[label], label).message


# --- LC505


def test_votes_are_named_with_the_pseudo_count():
    rng = np.random.default_rng(0)
    p, label = model()
    result = found("few_values", rng.multinomial(30, p) / 30, label)
    assert (result.status, result.statistic) == (Status.NOTE, 30)
    assert "(votes + 1)/(30 + K)" in result.advice
    rounded = found("few_values", np.round(p[:, 0], 2), (label == 0).astype(int), digits=Digits(HALF, 2, 2))
    assert rounded.status is Status.NOTE
    assert "or numbers that were rounded" in rounded.message
    assert found("few_values", np.log(p), label).status is Status.SKIP


# --- LC506


def test_undefined_and_infinite_outputs_fail():
    p, label = model()
    columns = Columns(target="y", predictions=("p0", "p1", "p2", "p3"))
    options = {
        "missing": (LeftOut("p2", 3, (4, 9, 11)), LeftOut("y", 7, (1, 2))),
        "non_finite": (LeftOut("p1", 1, (250,)),),
    }
    sample = make_outputs(p, label, **options)
    object.__setattr__(sample, "info", InputInfo((), 211, 200, columns))
    result = find_check("finite_outputs").result(sample, 0.05)
    assert (result.status, result.rows) == (Status.FAIL, (4, 9, 11, 250))
    assert "3 rows with an output that is undefined or empty in 'p2'" in result.message
    assert "1 row with an output that is infinite in 'p1'" in result.message
    assert "11 rows of 211" in result.message
    assert result.effect.value == pytest.approx(3 / 211)


def test_a_missing_label_is_no_fault_of_the_outputs():
    p, label = model()
    sample = make_outputs(p, label, missing=(LeftOut("y", 7, (1, 2)),))
    object.__setattr__(sample, "info", InputInfo((), 207, 200, Columns(target="y", predictions=("p0", "p1"))))
    assert find_check("finite_outputs").result(sample, 0.05).status is Status.PASS


def test_minus_infinity_is_legal_in_log_probabilities_only():
    p, label = model()
    p[7] = [0.0, 0.5, 0.5, 0.0]
    with np.errstate(divide="ignore"):
        log_p = np.log(p)
    result = found("finite_outputs", log_p, label)
    assert result.status is Status.PASS
    assert "1 row with −inf" in result.message
    logits = found("finite_outputs", log_p + 2, label)
    assert (logits.status, logits.rows) == (Status.FAIL, (8,))
