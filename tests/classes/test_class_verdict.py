"""The verdict on class outputs: every rule on a file that calls for it, the loss in use, and what is printed."""

import numpy as np
import pytest

import losscheck
from losscheck.classes.rules import CLASS_RULES
from losscheck.results import InputError, Status, VerdictStatus

KEEP, SWITCH, INVALID = VerdictStatus.KEEP, VerdictStatus.SWITCH, VerdictStatus.INVALID
FIX_FIRST, UNDECIDED = VerdictStatus.FIX_FIRST, VerdictStatus.UNDECIDED
N = 800


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def draw(k=4, n=N, spread=1.5, seed=1):
    rng = np.random.default_rng(seed)
    p = softmax(spread * rng.standard_normal((n, k)))
    return p, (p.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)


def tempered(t, **more):
    p, y = draw(**more)
    return softmax(np.log(p) * t), y


def with_offset(size, seed=1):
    p, y = draw(seed=seed)
    return softmax(np.log(p) + size * np.eye(4)[0]), y


def sharpened_ends():
    """Right in the middle, wrong at both ends by as much: neither a slope nor an offset of the logits."""
    rng = np.random.default_rng(5)
    true = rng.uniform(0.02, 0.98, 20_000)
    stated = np.clip(true + 0.15 * np.sin(6 * np.pi * true), 0.01, 0.99)
    return stated, (rng.random(true.size) < true).astype(int)


def swapped():
    p, y = draw()
    return p[:, [1, 0, 2, 3]], y


def some_rows_off():
    p, y = draw()
    p[::40] *= 0.8
    return p, y


def zeroed():
    p, y = draw()
    p[7] = np.eye(4)[(y[7] + 1) % 4]
    return p, y


def leaking():
    y = draw()[1]
    return 0.9 * np.eye(4)[y] + 0.025, y


def annotated():
    p = draw()[0]
    return p, np.array([np.random.default_rng(9).multinomial(7, row) for row in p]) / 7


def untrained():
    return 0.1 * np.random.default_rng(6).standard_normal((400, 4)), draw(n=400)[1]


def shuffled():
    """Sure of classes that have nothing to do with the rows: a constant would do better."""
    p, y = draw(seed=1)
    return softmax(0.3 * np.log(p)), np.random.default_rng(2).permutation(y)


CASES = {
    "ambiguous_outputs": (UNDECIDED, lambda: (np.random.default_rng(3).uniform(0, 1, (300, 4)), draw(n=300)[1]), {}),
    "missing_column": (INVALID, lambda: (draw()[0][:, :3], draw()[1]), {}),
    "not_distributions": (INVALID, some_rows_off, {}),
    "other_numbers": (INVALID, lambda: (100 * draw()[0], draw()[1]), {}),
    "softmax_twice": (INVALID, lambda: (softmax(draw(spread=4)[0]), draw(spread=4)[1]), {}),
    "hard_decisions": (FIX_FIRST, lambda: (np.eye(4)[draw()[0].argmax(axis=1)], draw()[1]), {}),
    "misaligned": (FIX_FIRST, swapped, {}),
    "zero_probability": (FIX_FIRST, zeroed, {}),
    "leak_at_start": (FIX_FIRST, leaking, {"stage": "init"}),
    "worse_than_constant": (FIX_FIRST, shuffled, {}),
    "at_start": (KEEP, untrained, {"stage": "init", "outputs": "logits"}),
    "unchecked": (KEEP, annotated, {}),
    "no_labels": (KEEP, lambda: (draw()[0], None), {}),
    "temperature": (KEEP, lambda: tempered(1.6), {}),
    "prior_shift": (KEEP, lambda: with_offset(0.8), {}),
    "miscalibrated": (KEEP, sharpened_ends, {}),
    "unsettled": (KEEP, lambda: draw(n=100), {}),
    "calibrated": (KEEP, lambda: draw(n=60_000, k=2), {}),
}


@pytest.mark.parametrize("rule", CASES)
def test_rule_and_status(rule):
    status, make, options = CASES[rule]
    outputs, labels = make()
    verdict = losscheck.check(labels, outputs, **options).verdict
    assert (verdict.rule, verdict.status) == (rule, status)
    assert verdict.loss in ("cross_entropy", "bce", "soft_cross_entropy")
    assert verdict.family in ("categorical", "bernoulli", "soft_categorical")


def test_every_rule_has_a_case():
    assert {rule.id for rule in CLASS_RULES} - set(CASES) == {"labels_without_column"}


def test_a_label_without_a_column_is_to_be_fixed(tmp_path):
    p, y = draw(k=3)
    path = tmp_path / "outputs.csv"
    lines = ["label,prob_cat,prob_dog,prob_bird"]
    names = np.array(["cat", "dog", "bird"])[y]
    names[:60] = "fish"
    lines += [f"{name},{row[0]:.6f},{row[1]:.6f},{row[2]:.6f}" for name, row in zip(names, p, strict=True)]
    path.write_text("\n".join(lines))
    verdict = losscheck.check_file(path).verdict
    assert (verdict.rule, verdict.status) == ("labels_without_column", FIX_FIRST)
    assert "fish" in verdict.headline


@pytest.mark.parametrize(
    ("convert", "words"),
    [
        (lambda p: 100 * p, "divide by 100"),
        (lambda p: np.log(p) + 3.0, "apply softmax"),
        (np.log, "take exp"),
    ],
)
def test_repair_is_named_and_the_rest_runs_on_converted_numbers(convert, words):
    p, y = draw()
    plain, converted = losscheck.check(y, p), losscheck.check(y, convert(p))
    assert converted.verdict.status is INVALID
    assert words in converted.verdict.headline
    by_id = {check.id: check for check in plain.checks}
    for check in converted.checks:
        if check.code.startswith("LC6") and check.id != "corp":
            assert check.status is by_id[check.id].status
            if check.effect is not None:
                assert check.effect.value == pytest.approx(by_id[check.id].effect.value, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("outputs", "convert"), [("logits", np.log), ("percent", lambda p: 100 * p)])
def test_outputs_that_are_what_was_said_are_no_fault(outputs, convert):
    p, y = draw()
    report = losscheck.check(y, convert(p), outputs=outputs)
    assert report.verdict.status is KEEP
    assert report.passed


def test_columns_called_logits_may_hold_logits(tmp_path):
    p, y = draw(k=3, n=500)
    path = tmp_path / "outputs.csv"
    rows = [f"{label},{','.join(f'{z:.5f}' for z in row)}" for label, row in zip(y, np.log(p) + 1, strict=True)]
    path.write_text("\n".join(["label,logit_0,logit_1,logit_2", *rows]))
    assert losscheck.check_file(path).verdict.status is KEEP
    path.write_text("\n".join(["label,prob_0,prob_1,prob_2", *rows]))
    assert losscheck.check_file(path).verdict.status is INVALID


@pytest.mark.parametrize(
    ("k", "loss", "status", "gate"),
    [
        (4, "cross_entropy", KEEP, Status.PASS),
        (4, "nll", KEEP, Status.PASS),
        (4, "bce", SWITCH, Status.FAIL),
        (4, "focal", SWITCH, Status.FAIL),
        (4, "huber", SWITCH, Status.FAIL),
        (4, "multilabel_bce", SWITCH, Status.FAIL),
        (2, "bce", KEEP, Status.PASS),
        (2, "cross_entropy", KEEP, Status.PASS),
    ],
)
def test_declared_loss(k, loss, status, gate):
    p, y = draw(k=k)
    report = losscheck.check(y, p, loss=loss)
    judged = next(check for check in report.checks if check.code == "LC901")
    assert (report.verdict.status, judged.status) == (status, gate)


def test_squared_error_is_judged_by_its_efficiency():
    rng = np.random.default_rng(3)
    z = rng.normal(-4.0, 2.0, 2000)  # a rare class: most rows are sure, and squared error hears only the others
    p = np.stack((1 / (1 + np.exp(z)), 1 / (1 + np.exp(-z))), axis=1)
    y = (rng.random(2000) < p[:, 1]).astype(int)
    report = losscheck.check(y, p, loss="mse")
    w = p[:, 0] * p[:, 1]
    expected = np.mean(w**2) ** 2 / (np.mean(w) * np.mean(w**3))
    judged = next(check for check in report.checks if check.code == "LC901")
    assert report.verdict.current_loss == "mse"
    assert report.verdict.efficiency["mse"].value == pytest.approx(expected, rel=1e-9)
    assert judged.status is Status.FAIL
    assert judged.effect.value == pytest.approx(expected, rel=1e-9)
    assert "Brier" in report.verdict.headline
    lenient = losscheck.check(y, p, loss="mse", min_efficiency=0.3)
    assert next(check for check in lenient.checks if check.code == "LC901").status is Status.PASS


def test_temperature_stands_in_the_parameters_and_in_the_code():
    p, y = tempered(2.0)
    verdict = losscheck.check(y, p).verdict
    found = verdict.parameters["temperature"]
    assert found.low < 2.0 < found.high
    space = {"np": np, "logits": np.log(p), "y": y}
    exec(verdict.code.numpy, space)
    assert space["p"] == pytest.approx(softmax(np.log(p) / found.value), rel=1e-4)
    assert f"{found.value:.6g}" in verdict.code.pytorch


def test_prior_shift_names_the_factor():
    p, y = with_offset(np.log(3.0))
    headline = losscheck.check(y, p).verdict.headline
    assert "other rates than stated" in headline
    assert "class weights" in headline.lower()


def test_smoothed_labels_are_recognised_by_their_floor():
    rng = np.random.default_rng(8)
    y = rng.integers(0, 5, 1500)
    p = 0.8 * softmax(12.0 * np.eye(5)[y] + rng.standard_normal((1500, 5))) + 0.04
    headline = losscheck.check(y, p).verdict.headline
    assert "label smoothing" in headline


def test_a_class_loss_on_numbers_is_refused_and_says_what_to_do():
    with pytest.raises(InputError, match="--task"):
        losscheck.check(np.arange(50.0), np.arange(50.0) + np.sin(np.arange(50.0)), loss="cross_entropy")


@pytest.mark.parametrize(
    ("option", "value"), [("outputs", "wishes"), ("stage", "end"), ("seed", -1), ("task", "guess")]
)
def test_bad_option(option, value):
    p, y = draw(n=50)
    with pytest.raises(InputError, match=f"--{option}"):
        losscheck.check(y, p, **{option: value})


def test_same_seed_same_report():
    p, y = draw(n=300)
    first, again, other = (losscheck.check(y, p, seed=seed).to_dict() for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_json_has_the_keys_of_the_contract():
    p, y = draw(n=300)
    report = losscheck.check(y, p).to_dict()
    assert report["task"]["kind"] == "multiclass"
    assert set(report["verdict"]) >= {"status", "loss", "family", "parameters", "efficiency", "likelihood", "code"}
    assert report["fits"][0]["family"] == "categorical"
    assert report["fits"][0]["nll_per_row"] == pytest.approx(-np.mean(np.log(p[np.arange(300), y])), rel=1e-9)


def test_multilabel_and_soft_targets_have_their_likelihoods():
    rng = np.random.default_rng(4)
    p = rng.uniform(0.05, 0.95, (800, 3))
    labels = (rng.random((800, 3)) < p).astype(int)
    assert losscheck.check(labels, p).verdict.loss == "multilabel_bce"
    q = softmax(rng.standard_normal((300, 3)))
    shares = np.array([rng.multinomial(7, row) for row in q]) / 7
    assert losscheck.check(shares, q).verdict.loss == "soft_cross_entropy"
    assert losscheck.check(draw()[1], draw()[0], ordinal=True).verdict.loss == "ordinal"


def test_more_classes_than_rows_end_in_a_report():
    p, y = draw(k=100, n=20, spread=0.02)
    report = losscheck.check(y, np.round(p, 2) / np.round(p, 2).sum(axis=1, keepdims=True))
    assert report.verdict.loss == "cross_entropy"
