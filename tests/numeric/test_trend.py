import numpy as np
import pytest
from scipy import stats

from losscheck.numeric.trend import fit_trend, hac_lag


def draw(n=300, seed=8):
    rng = np.random.default_rng(seed)
    return rng.normal(size=n), rng.gamma(2, size=n)


def test_it_is_the_hac_regression_of_statsmodels_with_residuals_over_one_minus_leverage():
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.sandwich_covariance import S_hac_simple

    r, p = draw()
    r = (r + 0.3 + 0.2 * p - 0.05 * p * p) * (0.5 + p)
    x = (p - p.mean()) / p.std()
    square = x * x - 1 - (x**3).mean() * x
    columns = np.column_stack((np.ones(300), x, square / np.sqrt((square**2).mean())))
    plain = OLS(r / r.std(ddof=1), columns).fit()
    inverse = np.linalg.inv(columns.T @ columns)
    leverage = plain.get_influence().hat_matrix_diag
    # Newey and West's rule at n = 300: 4·3^(2/9) = 5.1
    meat = S_hac_simple(columns * (plain.resid / (1 - leverage))[:, None], nlags=5)
    robust = np.sqrt(np.diag(inverse @ meat @ inverse))
    found = fit_trend(r, p)
    ours = (found.bias, found.slope, found.curvature)
    se = np.maximum(robust, plain.bse)
    assert (robust > plain.bse).any()
    assert [c.value for c in ours] == pytest.approx(plain.params, rel=1e-9)
    assert [c.se for c in ours] == pytest.approx(se, rel=1e-9)
    assert [c.p for c in ours] == pytest.approx(2 * stats.t.sf(np.abs(plain.params) / se, 297), rel=1e-9)
    assert found.fitted(p) == pytest.approx(plain.fittedvalues * r.std(ddof=1))
    covariance = inverse @ meat @ inverse * np.outer(se / robust, se / robust)
    assert found.p == pytest.approx(float(plain.f_test(np.eye(3), cov_p=covariance).pvalue), rel=1e-6)


def test_a_far_prediction_does_not_count_as_exact():
    rng = np.random.default_rng(4)
    rejected = 0
    for _ in range(200):
        p = np.exp(rng.normal(size=200))
        rejected += fit_trend(rng.normal(size=200) * p, p).slope.p < 0.05
    # sd in proportion to a log-normal prediction: 28 % without the leverage, 5 % would be exact
    assert rejected / 200 < 0.17


def test_calibration_is_the_slope_of_target_on_prediction():
    r, p = draw()
    # by hand: the slope of p + r on p
    assert fit_trend(r, p).calibration.value == pytest.approx(np.polyfit(p, p + r, 1)[0])


def test_without_prediction_only_the_bias_is_there():
    r, _ = draw()
    found = fit_trend(r + 2)
    assert (found.slope, found.curvature, found.calibration) == (None, None, None)
    assert found.bias.value == pytest.approx((r.mean() + 2) / r.std(ddof=1))
    assert found.fitted(None) == pytest.approx([r.mean() + 2])


def test_two_distinct_predictions_have_no_curvature():
    r, _ = draw()
    found = fit_trend(r, np.tile([1.0, 2.0], 150))
    assert found.slope is not None
    assert found.curvature is None
    assert fit_trend(r, np.full(300, 7.0)).slope is None


def test_the_lag_of_newey_and_west():
    assert [hac_lag(n) for n in (2, 100, 1000, 1_000_000)] == [1, 4, 6, 30]


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 40])
def test_total_on_odd_input(n, scale):
    rng = np.random.default_rng(n)
    for p in (None, rng.normal(size=n) * scale, np.zeros(n), np.arange(n) % 2 * scale):
        for r in (rng.normal(size=n) * scale, np.zeros(n), np.full(n, scale), np.append(np.zeros(n - 1), scale)):
            found = fit_trend(r, p)
            assert np.isfinite([found.bias.value, found.bias.se, found.bias.p, found.p, found.sd]).all()
            assert np.isfinite(found.fitted(p)).all()
