"""Every check on every odd sample: no warning, no NaN, no status worse than declared, reasons in words."""

import dataclasses
import math

import numpy as np
import pytest
from samples_for_checks import make_sample, result_of

from losscheck.checks import CHECKS, run_checks
from losscheck.checks.check import WEIGHTS_IGNORED
from losscheck.results import CheckResult, Status, TaskKind

SEVERITY = [Status.SKIP, Status.PASS, Status.NOTE, Status.WARN, Status.FAIL]
RUN = [check for check in CHECKS if check.run is not None and TaskKind.REGRESSION in check.tasks]
# what depends on the order of rows, on the zero of the residual, or on the values themselves
ORDERED = {"bias", "calibration_slope", "curvature", "lag1_autocorrelation", "durbin_watson", "ljung_box"}
UNSHIFTED = {"bias"}
IN_UNITS = {"ties"}


def odd_samples():
    rng = np.random.default_rng(7)
    normal, prediction = rng.normal(size=300), rng.normal(10, 3, size=300)
    yield "normal", make_sample(normal, prediction)
    yield "one row", make_sample([1.5], [2.0])
    yield "two rows", make_sample([1.5, -1.0], [2.0, 3.0])
    yield "three rows", make_sample([1.5, 2.0, -1.0], [2.0, 3.0, 2.0])
    yield "five rows", make_sample(normal[:5], prediction[:5])
    yield "twenty rows", make_sample(normal[:20], prediction[:20])
    yield "constant", make_sample(np.full(50, 0.1), prediction[:50])
    yield "zero", make_sample(np.zeros(50), prediction[:50])
    yield "one differs", make_sample(np.append(np.zeros(299), 1.0), prediction)
    yield "two values", make_sample(np.tile([-1.0, 1.0], 150), prediction)
    yield "three values", make_sample(np.tile([-1.0, 0.0, 1.0], 100), np.repeat([1.0, 2.0, 3.0], 100))
    yield "half zero", make_sample(np.where(np.arange(300) % 2, normal, 0.0), prediction)
    yield "rounded", make_sample(np.round(normal * 2) / 2, np.round(prediction))
    yield "huge", make_sample(normal * 1e300, prediction * 1e300)
    yield "tiny", make_sample(normal * 1e-300, prediction * 1e-300)
    yield "far out", make_sample(np.append(normal, 1e300), np.append(prediction, 1.0))
    yield "far prediction", make_sample(normal, np.append(prediction[1:], 1e300), target=prediction)
    yield "offset", make_sample(normal + 1e9, prediction)
    yield "cauchy", make_sample(rng.standard_cauchy(300), prediction)
    yield "one prediction", make_sample(normal, np.full(300, 2.0))
    yield "two predictions", make_sample(normal, np.tile([1.0, 2.0], 150))
    yield "sorted", make_sample(np.sort(normal), prediction)
    yield "residuals only", make_sample(normal)
    yield "exact fit but one end", make_sample(np.where(prediction > 12, normal, 0.0), prediction)
    yield "weighted", make_sample(normal, prediction, weight=np.full(300, 0.5))


ODD = dict(odd_samples())


def numbers_of(result: CheckResult) -> list[float]:
    effect = result.effect.value if result.effect is not None else None
    return [-1.0 if number is None else number for number in (result.statistic, result.p_value, effect)]


def assert_sound(result: CheckResult) -> None:
    effect = result.effect
    numbers = [result.statistic, result.p_value]
    if effect is not None:
        numbers += [effect.value, effect.low, effect.high]
        if effect.low is not None and effect.high is not None:
            assert effect.low <= effect.value <= effect.high
    assert all(number is None or math.isfinite(number) for number in numbers)
    assert result.p_value is None or 0 <= result.p_value <= 1
    assert result.message
    assert "nan" not in result.message.replace("nance", "")
    assert len(result.rows) <= 20
    if result.status is Status.SKIP:
        assert len(result.message.split()) >= 3
    if result.status in (Status.NOTE, Status.WARN):
        assert result.advice


@pytest.mark.parametrize("case", ODD)
@pytest.mark.parametrize("check", RUN, ids=lambda check: check.id)
def test_odd_samples_give_sound_results(check, case):
    result = check.result(ODD[case], 0.05)
    assert_sound(result)
    assert SEVERITY.index(result.status) <= SEVERITY.index(check.worst)


@pytest.mark.parametrize("check", RUN, ids=lambda check: check.id)
@pytest.mark.parametrize("move", ["shift", "scale", "order"])
def test_shift_scale_and_row_order_do_not_matter(check, move):
    rng = np.random.default_rng(11)
    residual, prediction = rng.standard_t(4, size=400) + 0.3, rng.normal(size=400)
    before = check.result(make_sample(residual, prediction), 0.05)
    if move == "shift":
        after = make_sample(residual + 8, prediction, target=prediction + residual)
    elif move == "scale":
        after = make_sample(residual * 1024, prediction * 1024)
    else:
        order = rng.permutation(400)
        after = make_sample(residual[order], prediction[order])
    if (move == "order" and check.id in ORDERED) or (move == "shift" and check.id in UNSHIFTED):
        pytest.skip("depends on it by its question")
    found = check.result(after, 0.05)
    assert found.status == before.status
    assert numbers_of(found) == pytest.approx(numbers_of(before), rel=1e-6, abs=1e-9)


def test_results_come_in_the_order_of_the_codes_and_leave_out_the_verdict():
    codes = [result.code for result in run_checks(ODD["normal"])]
    assert codes == sorted(codes)
    assert not {"LC900", "LC901"} & set(codes)


def test_constant_residuals_are_skipped_in_words():
    assert result_of("shapiro_wilk", [2.0] * 9).message == "all residuals are equal"


def test_three_rows_are_skipped_in_words():
    assert result_of("anderson_darling", [1.0, 2.0, 4.0]).message == "needs at least 8 rows, there are 3"


def test_weights_are_said_to_be_ignored():
    for result in run_checks(ODD["weighted"]):
        noise = not result.code.startswith("LC0") and result.status is not Status.SKIP
        assert (WEIGHTS_IGNORED in result.message) == noise


def test_results_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        result_of("bias", [1.0, 2.0, 3.0, 4.0, 5.0]).status = Status.PASS
