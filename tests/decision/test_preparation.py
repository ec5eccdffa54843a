from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import losscheck
from losscheck.preparation import FINE_STEP, MOST_IMPOSSIBLE, Prepared, find_scale_gate, prepare
from losscheck.reading import sample_from_arrays
from losscheck.sample import Sample

ALPHA = 0.05


def made(residual, prediction=None, weight=None, seed: int = 0) -> Sample:
    if prediction is None:
        prediction = np.random.default_rng(seed).uniform(2, 10, len(residual))
    return sample_from_arrays(target=prediction + residual, prediction=prediction, weight=weight)


def predictions(n: int, seed: int = 100) -> np.ndarray:
    return np.random.default_rng(seed).uniform(2, 10, n)


def normal(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n)


def prepared(residual, prediction=None, *, mean_wanted: bool = False, **more) -> Prepared:
    return prepare(made(residual, prediction, **more), ALPHA, mean_wanted)


TRENDS = {
    "bias": lambda x: np.full(x.size, 0.5),
    "slope": lambda x: 0.5 * x,
    "curvature": lambda x: 0.5 * (x**2 - 1),
}


@pytest.mark.parametrize("trend", TRENDS)
def test_material_trend_is_found_and_removed(trend):
    f = predictions(1500)
    mean = TRENDS[trend]((f - f.mean()) / f.std())
    noise = normal(1500)
    found = prepared(mean + noise, f)
    assert found.material == (trend,)
    left = found.values - noise
    assert np.abs(left).max() < 0.25  # the estimated trend stays near the true one
    assert abs(found.values.mean()) < 1e-9
    assert abs(np.corrcoef(found.values, f)[0, 1]) < 1e-9


def test_small_trends_stay():
    f = predictions(20_000)
    residual = 0.05 + 0.05 * (f - f.mean()) / f.std() + normal(20_000)
    found = prepared(residual, f)
    assert found.material == ()
    assert_allclose(found.values, residual, atol=1e-12)
    assert found.trend.bias.p < 0.001  # significant, and yet too small to matter


def test_large_trends_of_a_few_rows_stay():
    """0.3 sd in 20 rows is 1.3 standard errors."""
    residual = normal(20, 3)
    residual += 0.3 - residual.mean()
    assert prepared(residual).material == ()


def test_residuals_alone_have_a_bias_only():
    found = prepare(sample_from_arrays(residual=1 + normal(500)), ALPHA)
    assert found.material == ("bias",)
    assert found.gate is None
    assert found.cells is None
    assert found.logs is None
    assert abs(found.values.mean()) < 1e-12


@pytest.mark.parametrize("side", [1, -1])
def test_median_predictions_on_skewed_noise_are_biased_only_for_the_mean(side):
    rng = np.random.default_rng(4)
    residual = side * (rng.exponential(size=2000) - np.log(2))  # median 0, mean 0.31
    assert prepared(residual).material == ()
    assert prepared(residual, mean_wanted=True).material == ("bias",)


def test_where_median_and_mean_are_off_it_is_a_bias():
    assert prepared(0.5 + normal(500)).material == ("bias",)


@pytest.mark.parametrize("seed", range(5))
def test_gate_opens_for_a_scale_in_proportion_to_the_prediction(seed):
    f = predictions(400, seed)
    for noise in (normal(400, seed), np.random.default_rng(seed).standard_t(3, 400)):
        found = prepared(0.3 * f * noise, f)
        assert found.gate is not None
        assert found.gate.open
        assert found.gate.efficiency.low <= found.gate.efficiency.value <= found.gate.efficiency.high <= 1
        size = found.shape.value * found.shape.scale
        assert size.size == 400
        assert 0.6 < np.median(np.abs(size)) / 0.6745 < 1.7  # the scale is divided out


def test_gate_follows_the_true_scale():
    f = predictions(20_000)
    found = prepared(f * normal(20_000), f)
    at = np.array([3.0, 6.0, 9.0])
    assert_allclose(found.gate.fit.sigma(at), at, rtol=0.1)
    # Closed form 6 with k = 5: 3k/(k² + k + 1) = 15/31.
    assert found.gate.efficiency.value == pytest.approx(15 / 31, abs=0.03)


def test_gate_stays_shut_where_tails_are_heavy_and_the_scale_is_constant():
    opened = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        gate = find_scale_gate(made(rng.standard_t(3, 200), rng.uniform(2, 10, 200)), ALPHA)
        opened += gate.open
    assert opened <= 6


def test_gate_stays_shut_where_the_change_costs_nothing():
    f = predictions(50_000)
    found = prepared((1 + 0.02 * f) * normal(50_000), f)
    assert found.gate.test.p_value < 1e-6
    assert not found.gate.open
    assert found.shape is found.residuals


@pytest.mark.parametrize("prediction", [np.full(100, 3.0), None])
def test_no_gate_without_predictions_that_vary(prediction):
    residual = normal(100)
    sample = sample_from_arrays(residual=residual) if prediction is None else made(residual, prediction)
    assert find_scale_gate(sample, ALPHA) is None


def test_no_gate_for_a_handful_of_rows():
    assert find_scale_gate(made(normal(12), predictions(12)), ALPHA) is None


def test_step_of_rounded_residuals():
    found = prepare(sample_from_arrays(residual=np.round(normal(400) * 4) / 4), ALPHA)
    assert found.step == 0.25
    assert found.residuals.width * found.residuals.scale == pytest.approx(0.25)


def test_step_of_integer_targets():
    f = predictions(400)
    target = np.round(f + 2 * normal(400))
    found = prepare(sample_from_arrays(target=target, prediction=f), ALPHA)
    assert found.step == 1.0


def test_fine_rounding_is_ignored():
    fine = 0.8 * FINE_STEP
    found = prepare(sample_from_arrays(residual=np.round(normal(3000) / fine) * fine), ALPHA)
    assert found.step == 0.0
    assert found.residuals.width == 0.0


def test_unrounded_residuals_have_no_step():
    assert prepared(normal(500)).step == 0.0


def test_log_view_of_positive_targets():
    rng = np.random.default_rng(5)
    f = rng.uniform(1, 10, 500)
    y = f * np.exp(0.4 * rng.standard_normal(500))
    found = prepare(sample_from_arrays(target=y, prediction=f), ALPHA)
    assert found.logs is not None
    assert found.logs.rows == 500
    ratios = found.logs.ratios
    assert_allclose(np.sort(ratios.value * ratios.scale + ratios.center), np.sort(np.log(y / f)), atol=1e-12)
    assert ratios.jacobian == pytest.approx(-np.mean(np.log(y)))
    assert found.logs.cells.value.size == 500


def test_no_log_view_where_a_target_is_not_positive():
    f = np.linspace(1, 10, 300)
    y = f * np.exp(0.2 * normal(300))
    for least in (0.0, -1.0):
        target = y.copy()
        target[7] = least
        assert prepare(sample_from_arrays(target=target, prediction=f), ALPHA).logs is None


def impossible(share: float, n: int = 400) -> Prepared:
    """Positive targets of which a share is predicted to be negative."""
    rng = np.random.default_rng(6)
    f = rng.uniform(1, 10, n)
    y = f * np.exp(0.3 * rng.standard_normal(n))
    f[: round(share * n)] = -0.1
    return prepare(sample_from_arrays(target=y, prediction=f), ALPHA)


def test_a_few_impossible_predictions_are_left_out_of_the_log_view():
    found = impossible(MOST_IMPOSSIBLE)
    assert found.logs is not None
    assert found.logs.rows == 380
    assert found.logs.cells.value.size == found.logs.ratios.value.size == 380
    assert found.values.size == 400


def test_many_impossible_predictions_end_the_log_view():
    assert impossible(MOST_IMPOSSIBLE + 0.01).logs is None


def autoregressive(n: int, rho: float, seed: int = 7) -> np.ndarray:
    shock = normal(n, seed)
    x = np.empty(n)
    x[0] = shock[0]
    for k in range(1, n):
        x[k] = rho * x[k - 1] + np.sqrt(1 - rho * rho) * shock[k]
    return x


def test_dependence_tempers():
    """AR(ρ): 1 + 2Σρ³ᵏ = (1 + ρ³)/(1 − ρ³) for the shape (2.04 at 0.7), (1 + ρ)/(1 − ρ) = 5.7 for the mean."""
    found = prepare(sample_from_arrays(residual=autoregressive(20_000, 0.7)), ALPHA)
    assert found.rho[0] == pytest.approx(0.7, abs=0.03)
    assert 1 / found.tempering == pytest.approx(2.04, abs=0.15)
    assert 20_000 / found.effective_rows == pytest.approx(17 / 3, rel=0.2)


def test_independent_rows_count_in_full():
    found = prepared(normal(2000))
    assert found.tempering == pytest.approx(1.0, abs=1e-3)
    assert found.effective_rows > 1800


def test_without_an_order_there_is_no_dependence_to_see():
    sample = sample_from_arrays(residual=autoregressive(2000, 0.7))
    assert prepare(sample, ALPHA).tempering < 0.8
    found = prepare(replace(sample, ordered=False), ALPHA)
    assert found.rho.size == 0
    assert found.tempering == 1.0
    assert found.effective_rows == 2000


def test_an_order_column_brings_dependence_back():
    x = autoregressive(2000, 0.7)
    turn = np.random.default_rng(8).permutation(2000)
    shuffled = prepare(sample_from_arrays(residual=x[turn]), ALPHA)
    restored = prepare(sample_from_arrays(residual=x[turn], order=turn), ALPHA)
    assert shuffled.tempering > 0.95
    assert restored.tempering == prepare(sample_from_arrays(residual=x), ALPHA).tempering


def test_weights_make_the_rows():
    f, residual = predictions(300), normal(300)
    w = np.random.default_rng(9).uniform(0.5, 2, 300)
    found = prepared(residual, f, weight=w)
    kish = w.sum() ** 2 / (w**2).sum()
    assert found.residuals.n == pytest.approx(kish)
    assert found.effective_rows <= kish + 1e-9


def test_a_sorted_file_says_nothing_about_dependence():
    f = np.sort(predictions(500))
    target = f + 0.3 * np.cumsum(normal(500)) / 5
    assert prepare(sample_from_arrays(target=target, prediction=f), ALPHA).tempering == 1.0
    walk = 0.3 * np.cumsum(normal(500)) / 5
    assert (
        prepare(sample_from_arrays(target=predictions(500) + walk, prediction=predictions(500)), ALPHA).tempering < 0.5
    )


def test_a_bias_that_leaves_one_sign_is_material():
    rng = np.random.default_rng(12)
    f = rng.uniform(0, 10, 300)
    report = losscheck.check(f + 8 + rng.standard_normal(300), f)
    assert report.verdict.rule == "mean_structure"
    assert "bias" in report.verdict.headline
