"""Input at the edge: a report without NaN and without a warning, or an InputError that says what is wrong.

Warnings are errors here, so that a case marked "warns" gives numbers to a user, after a RuntimeWarning.
"""

import json

import numpy as np
import pytest

import losscheck
from losscheck.results import InputError, Report, VerdictStatus

N = 120
RNG = np.random.default_rng(0)
F = RNG.uniform(1, 9, N)
R = RNG.standard_normal(N)
HALF_ZERO = np.where(RNG.random(N) < 0.5, 0.0, R)
ALTERNATING = np.tile([-1.0, 1.0], N // 2)


def weights(special: float, rest: float = 1.0) -> np.ndarray:
    return np.where(np.arange(N) == 3, special, rest)


def fine(name: str, columns: dict, marks=()):
    return pytest.param(columns, id=name, marks=marks)


CASES = [
    fine("constant residuals", {"residual": np.full(50, 2.5)}),
    fine("constant residuals of predictions", {"target": F + 1, "prediction": F}),
    fine("perfect predictions", {"target": F, "prediction": F}),
    fine("one row", {"target": [1.0], "prediction": [2.0]}),
    fine("two rows", {"target": [1.0, 2.0], "prediction": [2.0, 1.0]}),
    fine("all weight in one row", {"residual": R, "weight": weights(1.0, 0.0)}),
    fine("outlier of 1e300", {"residual": np.append(R, 1e300)}),
    fine("outlier of 1e300 with predictions", {"target": np.append(F + R, 1e300), "prediction": np.append(F, 5.0)}),
    fine("outlier of 1e12", {"residual": np.append(R, 1e12)}),
    fine("residuals of 1e300", {"residual": R * 1e300}),
    fine("residuals of 1e-310", {"residual": R * 1e-310}),
    fine("no weight but in far rows", {"residual": [0.0, 2.0], "weight": [2.0, 100.0]}),
    fine("one weight but in far rows", {"residual": [-17.0, 10.0, -5.0], "weight": [1.0, 2.0, 100.0]}),
    fine("outlier of 1e19 among 100", {"target": np.append(R[:99], 1e19) + 3, "prediction": np.full(100, 3.0)}),
    fine("three rows", {"target": [1.0, 2.0, 3.0], "prediction": [2.0, 1.0, 3.5]}),
    fine("three residuals", {"residual": [0.1, 0.2, -0.5]}),
    fine("four rows, one fits", {"target": [1.0, 2.0, 3.0, 5.0], "prediction": [2.0, 1.0, 3.5, 5.0]}),
    fine("twelve rows", {"target": F[:12] + R[:12], "prediction": F[:12]}),
    fine("29 rows", {"target": F[:29] + R[:29], "prediction": F[:29]}, pytest.mark.slow),
    fine("30 rows", {"target": F[:30] + R[:30], "prediction": F[:30]}, pytest.mark.slow),
    fine("two distinct residuals", {"residual": ALTERNATING}),
    fine("two distinct residuals of predictions", {"target": F + ALTERNATING, "prediction": F}, pytest.mark.slow),
    fine("three distinct residuals", {"residual": np.tile([-1.0, 0.0, 1.0], 40)}),
    fine("one row differs", {"residual": np.append(np.zeros(99), 1.0)}),
    fine("outlier of 1e8", {"residual": np.append(R, 1e8)}, pytest.mark.slow),
    fine("residuals of 1e-280", {"residual": R * 1e-280}),
    fine("all of 1e-300", {"target": (F + R) * 1e-300, "prediction": F * 1e-300}, pytest.mark.slow),
    fine("residuals of 1e150", {"residual": R * 1e150}),
    fine("targets of 1e15", {"target": 1e15 + np.round(R), "prediction": np.full(N, 1e15)}),
    fine("integers", {"residual": RNG.integers(-3, 4, N)}),
    fine("integer targets", {"target": RNG.poisson(5, N), "prediction": np.full(N, 5)}),
    fine("booleans", {"target": R > 0, "prediction": F / 10}),
    fine("constant predictions", {"target": 5 + R, "prediction": np.full(N, 5.0)}),
    fine("two predictions", {"target": np.repeat([1.0, 5.0], N // 2) + R, "prediction": np.repeat([1.0, 5.0], N // 2)}),
    fine(
        "two predictions, two scales",
        {"target": np.repeat([1.0, 5.0], N // 2) * (1 + R), "prediction": np.repeat([1.0, 5.0], N // 2)},
    ),
    fine("one far prediction", {"target": np.append(F + R, 5.0), "prediction": np.append(F, 1e6)}, pytest.mark.slow),
    fine("half are 0", {"residual": HALF_ZERO}),
    fine("half are 0, with predictions", {"target": F + HALF_ZERO, "prediction": F}, pytest.mark.slow),
    fine("half of the targets are 0", {"target": np.where(HALF_ZERO == 0, 0.0, F), "prediction": F / 2}),
    fine("some weights 0", {"residual": R, "weight": np.where(np.arange(N) < 50, 0.0, 1.0)}),
    fine("one huge weight", {"residual": R, "weight": weights(1e12)}, pytest.mark.slow),
    fine("tiny weights", {"residual": R, "weight": np.arange(1, N + 1) * 1e-300}),
    fine("sorted residuals", {"residual": np.sort(R)}),
    fine("a straight line", {"residual": np.linspace(-1, 1, N)}),
    fine("tails of tails", {"residual": np.random.default_rng(1).standard_cauchy(N) ** 3}, pytest.mark.slow),
    fine("targets over 8 decades", {"target": np.exp(4 * R), "prediction": np.ones(N)}, pytest.mark.slow),
    fine("missing values", {"residual": np.where(np.arange(N) < 5, np.nan, R)}),
]


def sensible(report: Report) -> None:
    json.dumps(report.to_dict(), allow_nan=False)
    verdict = report.verdict
    assert "nan" not in verdict.headline
    assert verdict.confidence is None or 0 <= verdict.confidence <= 1 + 1e-9
    for estimate in (*verdict.efficiency.values(), *verdict.parameters.values()):
        assert estimate.value is None or np.isfinite(estimate.value)
    assert all(np.isfinite(fit.nll_per_row) for fit in report.fits)


@pytest.mark.parametrize("columns", CASES)
def test_report_or_a_helpful_sentence(columns):
    try:
        sensible(losscheck.check(**columns))
    except InputError as error:
        assert len(str(error).split()) > 4  # noqa: PT017


EMPTY = [
    ({"residual": np.full(50, 2.5)}, "all 50 residuals are equal to 2.5"),
    ({"residual": np.zeros(40)}, "all 40 residuals are equal to 0.*leak"),
    ({"target": F, "prediction": F}, "all 120 residuals are equal to 0.*leak"),
    ({"target": [1.0], "prediction": [2.0]}, "1 usable rows"),
    ({"residual": R, "weight": weights(1.0, 0.0)}, "1 usable rows"),
    ({"residual": R * 1e-310}, "change the unit"),
    ({"residual": R * 1e300}, "change the unit"),
    ({"residual": R, "weight": np.zeros(N)}, "every weight is 0"),
    ({"residual": np.full(5, np.nan)}, "5 of 5 have no value"),
    ({"residual": []}, "empty"),
    ({"target": [1.0, np.inf], "prediction": [np.nan, 1.0]}, "no row is left"),
    ({"target": [1e308], "prediction": [-1e308]}, "no row is left"),
    ({}, "nothing to check"),
    ({"residual": R, "weight": weights(-1.0)}, "negative"),
]


@pytest.mark.parametrize(("columns", "words"), EMPTY)
def test_nothing_to_look_at(columns, words):
    with pytest.raises(InputError, match=words):
        losscheck.check(**columns)


@pytest.mark.parametrize("n", [3, 12, 29])
def test_below_thirty_rows_nothing_is_named(n):
    verdict = losscheck.check(F[:n] + R[:n], F[:n]).verdict
    assert (verdict.status, verdict.rule, verdict.family) == (VerdictStatus.UNDECIDED, "too_few_rows", None)
    assert f"{n} rows are too few" in verdict.headline


def test_from_thirty_rows_a_family_is_named():
    verdict = losscheck.check(F[:30] + R[:30], F[:30]).verdict
    assert verdict.rule != "too_few_rows"
    assert verdict.family is not None


def test_a_hundred_rows_that_weigh_as_much_as_one_are_too_few():
    """Kish: (1e12 + 119)²/(1e24 + 119) = 1."""
    assert losscheck.check(residual=R, weight=weights(1e12)).verdict.rule == "too_few_rows"


def test_rows_of_weight_zero_are_not_there():
    weight = np.where(np.arange(N) < 40, 0.0, 1.0)
    with_, without = losscheck.check(residual=R, weight=weight), losscheck.check(residual=R[40:])
    assert with_.verdict == without.verdict
    assert with_.input.rows_used == 80


def test_equal_weights_are_none():
    assert losscheck.check(residual=R, weight=np.full(N, 7.0)).verdict == losscheck.check(residual=R).verdict


def test_one_far_row_is_named():
    because = " ".join(losscheck.check(residual=np.append(R, 1e8)).verdict.because)
    assert f"row {N + 1}" in because


@pytest.mark.parametrize("columns", [{"residual": HALF_ZERO}, {"target": F + HALF_ZERO, "prediction": F}])
def test_atom_is_a_finding(columns):
    (check,) = [check for check in losscheck.check(**columns).checks if check.id == "ties"]
    assert check.status == "note"
    assert "atom" in check.message


@pytest.mark.parametrize("columns", [{"residual": HALF_ZERO}, {"target": F + HALF_ZERO, "prediction": F}])
def test_atom_is_not_heavy_tails(columns):
    """Zeros first, nothing else matters until they are seen."""
    verdict = losscheck.check(**columns).verdict
    assert (verdict.status, verdict.loss, verdict.rule) == (VerdictStatus.FIX_FIRST, None, "atom")
    assert "exactly 0" in verdict.headline


@pytest.mark.parametrize("x", [ALTERNATING, np.tile([-1.0, 0.0, 1.0], 40), np.append(np.zeros(99), 1.0)])
def test_a_handful_of_distinct_residuals_is_too_few(x):
    verdict = losscheck.check(residual=x).verdict
    assert (verdict.status, verdict.rule) == (VerdictStatus.UNDECIDED, "too_few_rows")
    assert "different residuals are too few" in verdict.headline


def test_constant_predictions_are_no_predictions():
    one, other = losscheck.check(5 + R, np.full(N, 5.0)).verdict, losscheck.check(residual=R).verdict
    assert (one.status, one.loss, one.rule) == (other.status, other.loss, other.rule)
    assert one.confidence == pytest.approx(other.confidence, abs=1e-6)


@pytest.mark.parametrize("scale", [1e-250, 1e-100, 1e100])
def test_units_at_the_ends_of_the_numbers(scale):
    one, other = losscheck.check(residual=R).verdict, losscheck.check(residual=R * scale).verdict
    assert (one.status, one.loss, one.rule, one.family) == (other.status, other.loss, other.rule, other.family)
    assert one.confidence == pytest.approx(other.confidence, abs=1e-6)
