"""What each check is for: it speaks up where it should, and only there."""

import re

import numpy as np
import pytest
from samples_for_checks import make_sample, result_of
from scipy import stats

from losscheck.numeric.trend import fit_trend
from losscheck.results import Status, TaskKind
from losscheck.sample import LeftOut


def draw(seed=3, n=1000):
    return np.random.default_rng(seed), n


def test_missing_and_infinite_values_are_listed():
    left_out = (LeftOut("y", 2, (3, 9)), LeftOut("yhat", 0, ()))
    found = result_of("missing_values", np.arange(8.0), missing=left_out)
    assert (found.status, found.rows) == (Status.WARN, (3, 9))
    assert "2 rows in y" in found.message
    assert result_of("non_finite", np.arange(8.0), non_finite=left_out).status is Status.WARN
    assert result_of("non_finite", np.arange(8.0), missing=left_out).status is Status.PASS


@pytest.mark.parametrize(("n", "status"), [(29, Status.WARN), (30, Status.NOTE), (99, Status.NOTE), (100, Status.PASS)])
def test_few_rows(n, status):
    assert result_of("too_few_rows", np.zeros(n)).status is status


def test_weights_count_as_effective_rows():
    assert result_of("too_few_rows", np.zeros(200), weight=np.full(200, 0.1)).status is Status.WARN


def test_copied_rows_are_found_and_rounding_is_not():
    rng, n = draw()
    p, r = rng.normal(size=n), rng.normal(size=n)
    copied = np.concatenate((np.arange(n), np.arange(0, n, 5)))
    found = result_of("duplicates", r[copied], p[copied])
    assert found.status is Status.WARN
    assert found.rows[0] == n + 1
    target, prediction = np.round(p + r, 1), np.round(p, 1)
    rounded = result_of("duplicates", target - prediction, prediction, target=target)
    assert rounded.status is Status.PASS
    assert "rounding explains" in rounded.message
    assert result_of("duplicates", r, p).status is Status.PASS
    assert result_of("duplicates", np.round(r), np.ones(n)).status is Status.SKIP


def test_material_bias_warns_and_small_bias_is_a_note():
    rng, n = draw()
    r = rng.normal(size=20_000)
    assert result_of("bias", r[:n] + 0.4).status is Status.WARN
    assert "below the targets" in result_of("bias", r[:n] + 0.4).message
    assert result_of("bias", r + 0.05).status is Status.NOTE
    assert result_of("bias", r - r.mean()).status is Status.PASS


def test_trends_warn_exactly_where_the_verdict_finds_them_material():
    rng = np.random.default_rng(8)
    seen = set()
    for n in (40, 100, 400):
        for size in np.linspace(0, 0.6, 30):
            p = rng.normal(size=n)
            r = rng.normal(size=n) + size * (1 + p + p * p)
            material = fit_trend(r, p).material
            for check, name in (("bias", "bias"), ("calibration_slope", "slope"), ("curvature", "curvature")):
                found = result_of(check, r, p)
                assert (found.status is Status.WARN) == (name in material)
                seen.add((found.status, "large but not certain" in found.message))
    assert seen >= {(Status.PASS, False), (Status.WARN, False), (Status.NOTE, True)}


def test_a_trend_that_is_not_clear_says_so_first():
    rng, n = draw()
    p, r = rng.normal(size=n), rng.normal(size=n)
    for check, name in (("bias", "bias"), ("calibration_slope", "slope"), ("curvature", "curvature")):
        assert result_of(check, r, p).message.startswith(f"No clear {name}: ")


def test_slope_and_curvature_are_told_apart():
    rng, n = draw()
    p = rng.normal(size=n)
    r = rng.normal(size=n)
    slope = result_of("calibration_slope", r + 0.5 * p, p)
    assert slope.status is Status.WARN
    assert "too timid" in slope.message
    assert result_of("curvature", r + 0.5 * p, p).status is Status.PASS
    assert result_of("curvature", r + 0.3 * (p * p - 1), p).status is Status.WARN


def test_outliers_are_listed_worst_first():
    rng, n = draw()
    r = rng.normal(size=n)
    r[[10, 500]] = 20.0, -30.0
    found = result_of("outliers", r)
    assert (found.status, found.rows) == (Status.WARN, (501, 11))
    assert result_of("outliers", rng.normal(size=n)).status is Status.PASS


def test_two_humps_are_found_in_a_mixture_only():
    rng, n = draw()
    r = rng.normal(size=n)
    found = result_of("bimodality", np.where(rng.random(n) < 0.3, r + 5, r))
    assert found.status is Status.NOTE
    assert "Two humps" in found.message
    for noise in (r, rng.standard_t(2, size=n), rng.exponential(size=n), rng.random(n), np.round(r * 2) / 2):
        assert result_of("bimodality", noise).status is Status.PASS


def test_rounding_step_is_named():
    rng, n = draw()
    found = result_of("ties", np.round(rng.normal(size=n), 1))
    assert (found.status, found.effect.value) == (Status.NOTE, pytest.approx(0.1))


def test_clipped_targets_pile_up_but_counts_and_ratings_do_not():
    rng, n = draw()
    latent = rng.normal(size=n)
    clipped = np.maximum(latent, -1.0)
    found = result_of("pile_up", clipped - 0.1 * latent, 0.1 * latent, target=clipped)
    assert found.status is Status.WARN
    assert "smallest target" in found.message
    assert clipped[np.array(found.rows) - 1].max() == -1.0
    counts = rng.poisson(0.2, size=n).astype(float)
    as_counts = {"target": counts, "kind": TaskKind.COUNT}
    assert result_of("pile_up", counts - 0.01 * latent, 0.01 * latent, **as_counts).status is Status.PASS
    ratings = np.clip(np.round(2 * latent + 5), 1, 10)
    assert result_of("pile_up", ratings - latent, latent, target=ratings).status is Status.PASS


def test_changing_scale_opens_the_gate_and_heavy_tails_do_not():
    rng, n = draw()
    p = rng.normal(size=n)
    assert result_of("scale_rank", rng.standard_t(3, size=n), p).status is Status.PASS
    found = result_of("scale_rank", rng.standard_t(3, size=n) * np.exp(0.5 * p), p)
    assert found.status is Status.WARN
    low, middle, high = (float(word) for word in re.findall(r"[\d.]+(?= at (?:low|middle)| at high)", found.message))
    assert low < middle < high
    assert "predictions (5 %, 50 % and 95 % quantile)" in found.message
    # log σ = p/2: e = 1 / (E e^p · E e^−p) = exp(−1)
    assert found.effect.low < np.exp(-1) < found.effect.high


def test_a_harmless_change_of_scale_passes():
    rng = np.random.default_rng(5)
    p = rng.normal(size=20_000)
    found = result_of("scale_rank", rng.normal(size=20_000) * np.exp(0.05 * p), p)
    assert found.p_value < 0.01
    assert found.status is Status.PASS


def test_dependent_rows_are_noted_and_sorted_rows_are_recognised():
    rng, n = draw()
    noise = rng.normal(size=n)
    r = noise.copy()
    for i in range(1, n):
        r[i] = 0.7 * r[i - 1] + noise[i]
    for name in ("lag1_autocorrelation", "durbin_watson", "ljung_box"):
        assert result_of(name, r).status is Status.NOTE
        assert "sorted by residual" in result_of(name, np.sort(r)).message
        assert result_of(name, r, ordered=False).status is Status.SKIP
    by_target = make_sample(noise, np.sort(noise), target=np.sort(noise) + 1)
    assert "sorted by prediction" in result_of("lag1_autocorrelation", noise, by_target.prediction).message


def test_a_least_squares_trend_in_cauchy_noise_does_not_open_the_gate():
    rng = np.random.default_rng(1)
    opened = [
        result_of("scale_rank", rng.standard_cauchy(500), rng.gamma(1, size=500)).status is Status.WARN
        for _ in range(100)
    ]
    assert np.mean(opened) < 0.08  # some 30 % when the least-squares trend is removed all the same


def test_the_worst_rows_carry_more_under_heavy_tails():
    rng, n = draw()
    found = result_of("top_share", rng.standard_t(2, size=n))
    assert found.status is Status.NOTE
    assert len(found.rows) == 10
    assert re.fullmatch(
        r"1 % of the rows carry [\d.]+ % of the squared error, [\d.]+ times the normal's share; "
        r"0\.1 % carry [\d.]+ %\.",
        found.message,
    )
    assert result_of("top_share", rng.normal(size=n)).status is Status.PASS


def test_shape_ratios_say_when_their_interval_is_void():
    rng, n = draw()
    for name in ("skewness", "excess_kurtosis"):
        assert "interval is void" in result_of(name, rng.standard_t(2.5, size=n)).message
        assert "void" not in result_of(name, rng.normal(size=n)).message
    between = stats.t(5).ppf((np.arange(n) + 0.5) / n)  # a fourth moment, and no sixth
    assert "interval is void" in result_of("skewness", between).message
    assert "void" not in result_of("excess_kurtosis", between).message


def test_one_lag_is_singular():
    rng = np.random.default_rng(2)
    noise = rng.normal(size=401)
    messages = [result_of("lag1_autocorrelation", noise[1:] + c * noise[:-1]).message for c in (0.2, 0.3, 0.5, 0.9)]
    assert any("over 1 lag:" in message for message in messages)
    assert not any("1 lags" in message for message in messages)


def test_tail_shape_of_known_noises():
    rng = np.random.default_rng(9)
    pareto = rng.pareto(2, size=40_000) * rng.choice([-1, 1], size=40_000)
    found = result_of("gpd_tail", pareto)
    assert found.effect.low < 0.5 < found.effect.high
    # About −0.16 for normal noise at n = 1000
    values = [result_of("gpd_tail", rng.normal(size=1000)).effect.value for _ in range(40)]
    assert np.mean(values) == pytest.approx(-0.16, abs=0.05)


def test_harmless_rejection_says_so():
    rng = np.random.default_rng(1)
    found = result_of("anderson_darling", rng.standard_t(30, size=100_000))
    assert found.status is Status.NOTE
    assert "costs squared error nothing" in found.message
