"""Values agree with R (nortest, lmtest, tseries, robustbase: tests/reference/checks.R) and with statsmodels."""

import json
from pathlib import Path

import numpy as np
import pytest
from samples_for_checks import make_sample, result_of
from scipy import special, stats

from losscheck.checks.noise import (
    anderson_darling,
    cramer_von_mises,
    excess_kurtosis,
    jarque_bera,
    l_kurtosis,
    lilliefors,
    robust_jarque_bera,
    shapiro_wilk,
    skewness,
    top_share,
)
from losscheck.checks.noise.measures import detrended
from losscheck.numeric.ordered import order
from losscheck.numeric.scale import rank_score_test
from losscheck.numeric.trend import fit_trend
from losscheck.results import Status

REFERENCE = json.loads((Path(__file__).parent.parent / "reference" / "checks.json").read_text())
TESTS = [
    "shapiro_wilk",
    "shapiro_francia",
    "anderson_darling",
    "lilliefors",
    "cramer_von_mises",
    "jarque_bera",
    "robust_jarque_bera",
    "breusch_pagan",
    "white",
    "durbin_watson",
    "ljung_box",
]
EFFECTS = ["skewness", "excess_kurtosis", "l_skewness", "l_kurtosis", "medcouple", "hill", "bias"]


@pytest.mark.parametrize("name", TESTS)
@pytest.mark.parametrize("case", REFERENCE)
def test_statistic_and_p_value_are_those_of_r(case, name):
    data = REFERENCE[case]
    statistic, p = data[name]
    found = result_of(name, data["residual"], data["prediction"])
    if found.status == "skip":
        pytest.skip(found.message)
    assert found.statistic == pytest.approx(statistic, rel=1e-6)
    # scipy and R evaluate AS R94 in different precision far out
    assert found.p_value == pytest.approx(p, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("name", EFFECTS)
@pytest.mark.parametrize("case", REFERENCE)
def test_effect_is_that_of_r(case, name):
    data = REFERENCE[case]
    found = result_of(name, data["residual"], data["prediction"])
    if found.status == "skip":
        pytest.skip(found.message)
    assert found.effect.value == pytest.approx(data[name], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("case", REFERENCE)
def test_rank_scores_and_calibration_slope_are_those_of_r(case):
    residual, prediction = (np.array(REFERENCE[case][name]) for name in ("residual", "prediction"))
    test = rank_score_test(residual, prediction)
    assert (test.statistic, test.p_value) == pytest.approx(REFERENCE[case]["scale_rank"], rel=1e-6)
    slope = fit_trend(residual, prediction).calibration
    assert slope.value == pytest.approx(REFERENCE[case]["calibration_slope"], rel=1e-6)


@pytest.mark.parametrize("case", REFERENCE)
def test_tests_replaced_for_speed_agree_with_statsmodels(case):
    from statsmodels.stats.diagnostic import acorr_ljungbox, het_breuschpagan, het_white

    data = REFERENCE[case]
    sample = make_sample(data["residual"], data["prediction"])
    columns = np.column_stack((np.ones(sample.n), sample.prediction))
    for name, reference in (("breusch_pagan", het_breuschpagan), ("white", het_white)):
        found = result_of(name, data["residual"], data["prediction"])
        assert (found.statistic, found.p_value) == pytest.approx(reference(detrended(sample), columns)[:2], rel=1e-8)
    if sample.n >= 15:
        found = result_of("ljung_box", data["residual"], data["prediction"])
        row = acorr_ljungbox(sample.residual, lags=[min(10, sample.n // 5)]).iloc[0]
        assert (found.statistic, found.p_value) == pytest.approx((row["lb_stat"], row["lb_pvalue"]), rel=1e-8)


def test_anderson_darling_is_finite_where_phi_rounds_to_one():
    z = np.concatenate((np.linspace(-1, 1, 1000), [60.0]))
    assert np.isfinite(anderson_darling.distance(order(z, None)))


def test_margins_are_the_values_of_t_noise_where_mse_keeps_95_percent():
    nu = 10.4659  # (ν − 2)(ν + 3) / (ν (ν + 1)) = 0.95
    assert (nu - 2) * (nu + 3) / (nu * (nu + 1)) == pytest.approx(0.95, abs=1e-5)
    u = (np.arange(400_000) + 0.5) / 400_000
    q = stats.t(nu).ppf(u) * np.sqrt((nu - 2) / nu)
    gap = u - special.ndtr(q)
    kurtosis = 6 / (nu - 4)
    assert pytest.approx(kurtosis, abs=0.005) == excess_kurtosis.MARGIN
    assert pytest.approx(kurtosis**2 / 24, abs=1e-4) == jarque_bera.MARGIN
    assert pytest.approx(np.abs(gap).max(), abs=1e-4) == lilliefors.MARGIN
    # the average over the normal's own distribution and over the noise's differ by little
    assert pytest.approx(np.sqrt((gap**2).mean()), abs=3e-4) == cramer_von_mises.MARGIN
    z = special.ndtri(u)
    assert pytest.approx(1 - np.corrcoef(q, z)[0, 1] ** 2, abs=1e-4) == shapiro_wilk.MARGIN
    weights = 20 * u**3 - 30 * u**2 + 12 * u - 1
    for limit, degrees in ((excess_kurtosis.NO_FOURTH_MOMENT, 4), (skewness.NO_SIXTH_MOMENT, 6)):
        t = stats.t(degrees).ppf(u)
        assert (t * weights).mean() / (t * (2 * u - 1)).mean() == pytest.approx(limit, abs=2e-4)
    assert pytest.approx((q * weights).mean() / (q * (2 * u - 1)).mean(), abs=1e-4) == l_kurtosis.MARGIN
    assert pytest.approx(30 / np.pi * np.arctan(np.sqrt(2)) - 9, abs=1e-12) == l_kurtosis.NORMAL
    unit = np.sqrt(np.pi / 2) * np.abs(q).mean()
    assert pytest.approx((kurtosis + 3) / unit**4 - 3, abs=0.01) == robust_jarque_bera.MARGIN
    square = np.sort(q * q)
    assert pytest.approx(square[-4000:].sum() / square.sum(), abs=1e-3) == top_share.MARGIN


def test_dispersion_is_pearson_over_rows():
    """By hand: predictions 4 with targets 2 and 6 in turn give (2²/4 + 2²/4)/2 = 1; with 0 and 8, 4."""
    for far, value, status in ((2, 1.0, Status.PASS), (4, 4.0, Status.NOTE)):
        residual = np.tile([far, -far], 20)
        found = result_of("dispersion", residual, np.full(40, 4.0))
        assert found.effect.value == pytest.approx(value)
        assert found.status is status


def test_excess_zeros_is_the_score_test_of_van_den_broek():
    """By hand, with 30 zeros and 20 fours, mean 1.6, p0 = exp(−1.6): S = (30/p0 − 50)²/(50(1 − p0)/p0 − 80)."""
    target = np.repeat([0.0, 4.0], [30, 20])
    p0 = np.exp(-1.6)
    found = result_of("excess_zeros", target - 1.6, np.full(50, 1.6))
    assert found.statistic == pytest.approx((30 / p0 - 50) ** 2 / (50 * (1 - p0) / p0 - 80))
    assert found.effect.value == pytest.approx(0.6 - p0)
    assert found.status is Status.NOTE


def test_mean_variance_finds_the_power():
    """Residuals ± f^(p/2): the variance is f^p exactly, at every prediction."""
    f = np.geomspace(1, 50, 400)
    for power in (0.0, 1.0, 2.0, 3.0):
        sign = np.where(np.arange(400) % 2, 1.0, -1.0)
        found = result_of("mean_variance", 0.1 * sign * f ** (power / 2), f)
        assert found.effect.value == pytest.approx(power, abs=1e-8)
        assert (found.status is Status.NOTE) == (power > 0.5)


def test_heaping_counts_last_digits():
    target = np.concatenate([np.arange(10, 60), np.full(50, 40.0)])
    found = result_of("heaping", target - 30.0, np.full(100, 30.0))
    assert found.effect.value == pytest.approx(0.6)
    assert found.status is Status.NOTE
    even = result_of("heaping", np.arange(10, 110) - 30.0, np.full(100, 30.0))
    assert even.effect.value == pytest.approx(0.2)
    assert even.status is Status.PASS


def test_semicontinuous_targets_have_zeros_and_amounts():
    target = np.concatenate([np.zeros(30), np.linspace(0.31, 9.7, 70)])
    found = result_of("semicontinuous", target - 2.0, np.full(100, 2.0))
    assert found.effect.value == pytest.approx(0.3)
    assert found.status is Status.NOTE
    assert result_of("semicontinuous", np.round(target) - 2.0, np.full(100, 2.0)).status is Status.PASS


def test_impossible_predictions_are_listed():
    target, prediction = np.linspace(0.5, 9, 40), np.linspace(-1, 9, 40)
    found = result_of("impossible_predictions", target - prediction, prediction)
    assert found.status is Status.WARN
    assert found.rows == (1, 2, 3, 4)
    signed = result_of("impossible_predictions", target - 5 - prediction, prediction)
    assert signed.status is Status.PASS
