import numpy as np
import pytest

from losscheck import InputError
from losscheck.testing import assert_loss_fits

RNG = np.random.default_rng(1)
PREDICTION = RNG.normal(10, 3, 800)
NORMAL, HEAVY = PREDICTION + RNG.standard_normal(800), PREDICTION + RNG.standard_t(1.5, 800)


def test_the_right_loss_passes_and_the_report_is_returned():
    report = assert_loss_fits(NORMAL, PREDICTION, loss="mse")
    assert report.failing == ()
    assert report.verdict.loss == "mse"


def test_the_wrong_loss_fails_with_the_verdict_and_the_code_to_paste():
    with pytest.raises(AssertionError) as caught:
        assert_loss_fits(HEAVY, PREDICTION, loss="mse")
    text = str(caught.value)
    assert text.startswith("1 check fails: declared_loss\n\n")
    assert "Switch from MSE to student_t" in text
    assert "→ train with student_t instead" in text
    assert "\n# pytorch\n" in text
    assert len(text.splitlines()) < 30


def test_warnings_and_chosen_checks_can_count():
    with pytest.raises(AssertionError, match="bias"):
        assert_loss_fits(NORMAL + 1, PREDICTION, loss="mse", fail_on="warn")
    assert_loss_fits(NORMAL + 1, PREDICTION, loss="mse", fail_on="warn", ignore=["LC1", "LC9"])
    assert_loss_fits(HEAVY, PREDICTION, loss="mse", select=["LC3"])
    assert_loss_fits(HEAVY, PREDICTION, loss="mse", fail_on="never")


def test_what_the_rows_cannot_decide_is_never_passed_in_silence():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(150, 3)) * 2
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    label = (p.cumsum(axis=1) < rng.random((150, 1))).sum(axis=1)
    with pytest.warns(UserWarning, match="not enough to decide .*temperature") as caught:
        assert_loss_fits(label, p, loss="cross_entropy")
    assert caught[0].filename == __file__
    assert_loss_fits(label, p, loss="cross_entropy", fail_on_inconclusive=False)
    with pytest.raises(AssertionError, match="temperature"):
        assert_loss_fits(label, p, loss="cross_entropy", fail_on_inconclusive=True)


def test_class_outputs_have_the_same_assertion():
    logits = RNG.normal(size=(600, 3)) * 2
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    label = (p.cumsum(axis=1) < RNG.random((600, 1))).sum(axis=1)
    assert_loss_fits(label, p, loss="cross_entropy", fail_on_inconclusive=False)
    with pytest.raises(AssertionError, match="temperature"):
        assert_loss_fits(label, p**4 / (p**4).sum(axis=1, keepdims=True), loss="cross_entropy")


@pytest.mark.parametrize("options", [{"fail_on": "sometimes"}, {"select": ["LC999"]}, {"loss": "no_such_loss"}])
def test_what_cannot_be_checked_has_not_passed(options):
    with pytest.raises(InputError):
        assert_loss_fits(NORMAL, PREDICTION, **options)
    with pytest.raises(InputError):
        assert_loss_fits(NORMAL[:5], PREDICTION, loss="mse")
