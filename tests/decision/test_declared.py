"""A declared loss against the recommended one of the same name, and against the quantile that is wanted."""

import numpy as np
import pytest

import losscheck
from losscheck.results import Status, VerdictStatus

RNG = np.random.default_rng(3)
N = 3000
F = RNG.uniform(10, 30, N)
GROSS = RNG.standard_normal(N) * np.where(RNG.random(N) < 0.006, 12.0, 1.0)


def gate(report):
    return next(check for check in report.checks if check.code == "LC901")


def test_a_recommended_huber_has_its_own_delta():
    free = losscheck.check(F + GROSS, F).verdict
    hopeless = losscheck.check(F + GROSS, F, loss="huber:delta=0.01").verdict
    assert free.loss == hopeless.loss == "huber"
    assert hopeless.status is VerdictStatus.SWITCH
    assert hopeless.parameters["delta"] == free.parameters["delta"]
    assert "from huber:delta=0.01 to huber (delta = " in hopeless.headline


def test_a_kept_huber_keeps_its_delta():
    verdict = losscheck.check(F + GROSS, F, loss="huber:delta=1.5").verdict
    assert verdict.status is VerdictStatus.KEEP
    assert verdict.parameters["delta"].value == 1.5


@pytest.mark.parametrize(
    ("loss", "estimand", "status"),
    [
        ("pinball:q=0.9", "quantile:0.9", Status.PASS),
        ("pinball:q=0.9", "any", Status.PASS),
        ("mae", "quantile:0.5", Status.PASS),
        ("pinball:q=0.9", "quantile:0.5", Status.FAIL),
        ("mse", "quantile:0.9", Status.FAIL),
    ],
)
def test_only_a_loss_of_the_wanted_quantile_passes(loss, estimand, status):
    report = losscheck.check(F + GROSS, F, loss=loss, estimand=estimand)
    assert gate(report).status is status
    assert (report.verdict.status is VerdictStatus.KEEP) == (status is Status.PASS)


def test_intervals_stay_within_the_range_of_the_parameter():
    rng = np.random.default_rng(1)
    found = losscheck.check(residual=rng.standard_t(4, 40)).verdict
    wide = losscheck.check(residual=rng.standard_t(1.5, 40)).verdict
    for verdict in (found, wide):
        for name, estimate in verdict.parameters.items():
            if estimate.low is not None:
                assert estimate.low >= (1.0 if name == "nu" else 0.0)


def test_four_placeholders_in_four_hundred_rows_are_said_to_drive_it():
    residual = 3 * RNG.standard_normal(400)
    residual[:4] = -999
    because = " ".join(losscheck.check(residual=residual).verdict.because)
    assert "4 rows drive this" in because
