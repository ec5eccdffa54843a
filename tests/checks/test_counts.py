"""Points that stand for several rows give what the rows themselves give."""

from dataclasses import fields, replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from samples_for_checks import make_sample

from losscheck.checks import CHECKS
from losscheck.checks.noise import NOISE_CHECKS
from losscheck.checks.noise.measures import mean_trend, scale_model
from losscheck.diagnose import diagnose
from losscheck.estimand import find_shifts
from losscheck.families import RESPONSE_FAMILIES
from losscheck.numeric.trend import fit_trend
from losscheck.options import make_options
from losscheck.results import Need, Status

IN_ORDER = {"lag1_autocorrelation", "durbin_watson", "ljung_box"}
BY_ORDER = {"bias", "calibration_slope", "curvature"}  # their standard errors follow the order of the rows


def points(seed: int, size: int = 400, most: int = 6):
    """Residuals and predictions at `size` points, and how many rows each stands for."""
    rng = np.random.default_rng(seed)
    prediction = rng.uniform(2, 10, size)
    count = rng.integers(1, most, size).astype(float)
    residual = 0.3 * rng.standard_t(4, size) * prediction
    trend = np.polyfit(prediction, residual, 2, w=np.sqrt(count))  # else it is material by one standard error only
    return residual - np.polyval(trend, prediction), prediction, count


def both(seed: int, *, size: int = 400, step: float = 0.0):
    """The same sample twice: points with counts, and one row each."""
    residual, prediction, count = points(seed, size)
    if step:
        residual = np.round(residual / step) * step
    rows = count.astype(int)
    counted = make_sample(residual, prediction, count=count, ordered=False)
    return replace(counted, row=np.empty(0, int)), make_sample(np.repeat(residual, rows), np.repeat(prediction, rows))


def compare(one, other, rtol):
    for field in fields(one):
        first, second = getattr(one, field.name), getattr(other, field.name)
        if isinstance(first, float) and isinstance(second, float):
            assert first == pytest.approx(second, rel=rtol, abs=1e-12), field.name
        elif field.name == "effect" and first is not None:
            compare(first, second, rtol)
        elif field.name != "rows":
            assert first == second, field.name


@pytest.mark.parametrize("check", [c for c in NOISE_CHECKS if c.id not in IN_ORDER | BY_ORDER], ids=lambda c: c.id)
@pytest.mark.parametrize("step", [0.0, 0.25])
def test_counts_are_repeated_rows(check, step):
    counted, rows = both(1, step=step)
    found, expected = check.result(counted, 0.05), check.result(rows, 0.05)
    if check.id == "duplicates":
        assert found.status is Status.SKIP
        assert "one by one" in found.message
        return
    # Distances of rounded residuals from the median are tied but for rounding, and that ranks them by chance.
    compare(found, expected, 5e-3 if step and check.id == "scale_rank" else 1e-9)


@pytest.mark.parametrize("check", [c for c in CHECKS if c.id in IN_ORDER], ids=lambda c: c.id)
def test_what_needs_an_order_says_so(check):
    counted, _ = both(2)
    found = check.result(counted, 0.05)
    assert found.status is Status.SKIP
    assert "summary does not keep" in found.message
    assert Need.ORDER in check.needs


def test_trend_of_counted_rows_is_that_of_the_rows_with_hc3_errors():
    residual, prediction, count = points(3)
    rows = count.astype(int)
    r, p = np.repeat(residual, rows), np.repeat(prediction, rows)
    found, expected = fit_trend(residual, prediction, count), fit_trend(r, p)
    for name in ("bias", "slope", "curvature", "calibration"):
        assert getattr(found, name).value == pytest.approx(getattr(expected, name).value, rel=1e-9)
    assert (found.sd, found.free, found.mean) == pytest.approx((expected.sd, expected.free, expected.mean), rel=1e-12)
    # HC3 by hand (MacKinnon and White 1985): (X'X)⁻¹ X' diag(e²/(1 − h)²) X (X'X)⁻¹, on standardised columns.
    x = expected.basis.columns(p)
    inverse = np.linalg.inv(x @ x.T)
    y = r / expected.sd
    e = (y - (inverse @ x @ y) @ x) / (1 - np.einsum("ji,ji->i", x, inverse @ x))
    hc3 = np.sqrt(np.diag(inverse @ (x * e**2) @ x.T @ inverse))
    plain = np.sqrt(np.diag(inverse) * ((y - (inverse @ x @ y) @ x) ** 2).sum() / (y.size - 3))
    assert_allclose([found.bias.se, found.slope.se, found.curvature.se], np.maximum(hc3, plain), rtol=1e-9)


def test_scale_of_counted_rows_is_that_of_the_rows():
    counted, rows = both(4)
    (test, fit), (same_test, same_fit) = scale_model(counted), scale_model(rows)
    assert test.statistic == pytest.approx(same_test.statistic, rel=1e-9)
    assert_allclose(fit.coefficients, same_fit.coefficients, rtol=1e-9, atol=1e-9)
    assert_allclose(fit.covariance, same_fit.covariance, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("step", [0.0, 0.5])
@pytest.mark.parametrize("seed", [5, 6])
def test_the_report_is_that_of_the_rows(seed, step):
    """Sizes are chosen so that the rows are points themselves (up to 6,000)."""
    counted, rows = both(seed, size=900, step=step)
    request = make_options("mse", "any", 0.8, 0.05, "heldout")
    found, expected = diagnose(counted, request), diagnose(replace(rows, ordered=False), request)
    assert mean_trend(counted).material == mean_trend(rows).material
    assert found.verdict.headline == expected.verdict.headline
    assert found.verdict.rule == expected.verdict.rule
    assert [fit.family for fit in found.fits] == [fit.family for fit in expected.fits]
    for one, other in zip(found.fits, expected.fits, strict=True):
        assert one.nll_per_row == pytest.approx(other.nll_per_row, rel=1e-7)
        assert one.bic == pytest.approx(other.bic, rel=1e-7)
    assert_allclose(found.histogram.counts, expected.histogram.counts)
    assert_allclose(found.quantiles.observed, expected.quantiles.observed, atol=1e-9)
    assert all(not check.rows for check in found.checks)


def both_targets(kind: str, seed: int, size: int = 700):
    """Targets of a domain of their own, once as points with counts and once as rows."""
    rng = np.random.default_rng(seed)
    f = np.exp(rng.normal(1.0, 0.5, size))
    count = rng.integers(1, 5, size).astype(float)
    if kind == "counts":
        target = np.where(rng.random(size) < 0.15, 0.0, rng.poisson(f))
        f = f * (target @ count) / (f @ count)
    elif kind == "heaped":
        target = rng.poisson(20 * f).astype(float)
        f, target = 20 * f, np.where(rng.random(size) < 0.4, 5 * np.round(target / 5), target)
    elif kind == "amounts":
        target = rng.gamma(2.0, f / 2)
        f = np.where(rng.random(size) < 0.03, -0.1 * f, f)
    elif kind == "zeros":
        target = np.where(rng.random(size) < 0.3, 0.0, rng.gamma(2.0, f / 2))
        f = f * (target @ count) / (f @ count)
    else:
        f = 1 / (1 + f)
        target = rng.beta(8 * f, 8 * (1 - f))
    rows = count.astype(int)
    counted = make_sample(target - f, f, target=target, count=count, ordered=False)
    each = [np.repeat(part, rows) for part in (target - f, f, target)]
    return replace(counted, row=np.empty(0, int)), make_sample(*each[:2], target=each[2], ordered=False)


@pytest.mark.parametrize("kind", ["counts", "heaped", "amounts", "zeros", "shares"])
@pytest.mark.parametrize("check", [c for c in NOISE_CHECKS if Need.TARGET in c.needs], ids=lambda c: c.id)
def test_checks_of_targets_count_rows(check, kind):
    counted, rows = both_targets(kind, 7)
    found, expected = check.result(counted, 0.05), check.result(rows, 0.05)
    if Need.ROWS not in check.needs:
        compare(found, expected, 1e-9)


@pytest.mark.parametrize("kind", ["counts", "heaped", "amounts", "zeros", "shares"])
def test_likelihoods_of_targets_are_those_of_the_rows(kind):
    counted, rows = both_targets(kind, 8)
    options = make_options(None, "any", 0.8, 0.05, "heldout")
    found, expected = diagnose(counted, options), diagnose(rows, options)
    assert found.verdict.headline == expected.verdict.headline
    assert (found.verdict.rule, found.verdict.tied) == (expected.verdict.rule, expected.verdict.tied)
    assert found.task == expected.task
    assert [fit.family for fit in found.fits] == [fit.family for fit in expected.fits]
    assert any(fit.family in {family.id for family in RESPONSE_FAMILIES} for fit in found.fits)
    for one, other in zip(found.fits, expected.fits, strict=True):
        assert one.note == other.note
        assert one.bic == pytest.approx(other.bic, rel=1e-6)
        assert one.score == pytest.approx(other.score, rel=1e-6, abs=1e-7)
        for name, parameter in one.parameters.items():
            assert parameter.value == pytest.approx(other.parameters[name].value, rel=1e-4, abs=1e-4), name
    assert_allclose(found.plots.quantiles[0].observed, expected.plots.quantiles[0].observed, atol=1e-9)
    assert_allclose(found.plots.scale.middle, expected.plots.scale.middle, rtol=1e-9)


@pytest.mark.parametrize("kind", ["zeros", "amounts"])
@pytest.mark.parametrize("weighted", [False, True])
def test_shifts_of_counted_points_are_those_of_the_rows(kind, weighted):
    counted, rows = both_targets(kind, 9)
    if weighted:
        weight = np.random.default_rng(10).uniform(0.5, 1.5, counted.residual.size)
        counted = replace(counted, weight=weight)
        rows = replace(rows, weight=np.repeat(weight, counted.count.astype(int)))
    found, expected = find_shifts(counted), find_shifts(rows)
    assert expected
    assert [shift.loss for shift in found] == [shift.loss for shift in expected]
    for one, other in zip(found, expected, strict=True):
        assert (one.value, one.mean) == pytest.approx((other.value, other.mean), rel=1e-9)
