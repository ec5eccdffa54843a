import numpy as np
import pytest

from losscheck.numeric.scale import fit_scale, rank_score_test


def draw(n=4000, seed=6):
    rng = np.random.default_rng(seed)
    return rng, rng.normal(5, 2, size=n)


@pytest.mark.parametrize("noise", ["normal", "t3", "laplace"])
def test_a_log_linear_scale_is_recovered_under_any_tails(noise):
    rng, p = draw(20_000)
    z = {"normal": rng.normal(size=p.size), "t3": rng.standard_t(3, size=p.size), "laplace": rng.laplace(size=p.size)}
    x = (p - 5) / 2
    fit = fit_scale(z[noise] * np.exp(0.4 * x), p)
    ratio = fit.sigma(np.array([7.0])) / fit.sigma(np.array([5.0]))
    assert np.log(ratio) == pytest.approx(0.4, abs=0.04)
    # log σ = 0.4 x: e = exp(−4·0.16) = 0.527; held beyond the 0.5 % quantiles it is a little more
    assert fit.efficiency(p) == pytest.approx(0.527, abs=0.05)


def test_sigma_is_a_robust_standard_deviation():
    rng, p = draw(20_000)
    fit = fit_scale(rng.normal(size=p.size) * 3, p)
    assert fit.sigma(p).mean() == pytest.approx(3, rel=0.02)


def test_standard_errors_cover():
    rng, p = draw(500)
    x = (p - p.mean()) / p.std()
    inside = 0
    for _ in range(200):
        fit = fit_scale(rng.normal(size=p.size) * np.exp(0.3 * x), p)
        found = fit.efficiency_interval(p, 0.95)
        truth = 1 / (np.exp(0.6 * x).mean() * np.exp(-0.6 * x).mean())
        inside += found.low <= truth <= found.high
    assert 0.88 <= inside / 200 <= 0.99


def test_one_far_residual_does_not_bend_the_curve():
    rng, p = draw()
    r = rng.normal(size=p.size)
    before = fit_scale(r, p).efficiency(p)
    r[np.argmax(p)] = 1e6
    assert fit_scale(r, p).efficiency(p) == pytest.approx(before, abs=0.02)


def test_far_predictions_do_not_explode():
    rng, p = draw()
    fit = fit_scale(rng.normal(size=p.size) * np.exp(0.2 * p), p)
    assert np.isfinite(fit.sigma(np.array([-1e308, 0.0, 1e308]))).all()
    assert fit.sigma(np.array([1e308]))[0] == fit.sigma(np.array([p.max()]))[0]


@pytest.mark.parametrize(
    ("values", "degree"), [([2.0], 0), ([1.0, 2.0], 1), ([1.0, 2.0, 3.0], 2), ([1.0, 2.0, 9.0], 2)]
)
def test_few_distinct_predictions_lower_the_degree(values, degree):
    rng, _ = draw()
    p = np.resize(values, 300)
    r = rng.normal(size=300)
    assert min(degree, 1) <= rank_score_test(r, p).degrees_of_freedom <= degree
    fit = fit_scale(r, p)
    assert not fit.coefficients[degree + 1 :].any()
    assert np.isfinite(fit.covariance).all()


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 40])
def test_total_on_odd_input(n, scale):
    rng = np.random.default_rng(n)
    for p in (rng.normal(size=n) * scale, np.zeros(n), np.arange(n) % 2 * scale):
        for r in (rng.normal(size=n) * scale, np.zeros(n), np.where(np.arange(n) == 0, scale, 0)):
            test, fit = rank_score_test(r, p), fit_scale(r, p)
            assert 0 <= test.p_value <= 1
            assert 0 < fit.efficiency(p) <= 1
            found = fit.efficiency_interval(p, 0.95)
            assert 0 <= found.low <= found.value <= found.high <= 1
            assert (fit.sigma(p) >= 0).all()


def test_rank_score_finds_a_line_and_a_valley():
    rng, p = draw(400)
    x = (p - p.mean()) / p.std()
    z = rng.standard_t(3, size=400)
    line, valley = (rank_score_test(z * np.exp(0.5 * c), p) for c in (x, x * x - 1))
    assert valley.degrees_of_freedom == 2
    assert max(line.p_value, valley.p_value) < 1e-6


def test_rank_score_needs_no_unit():
    rng, p = draw(300)
    r = rng.standard_t(3, size=300)
    assert rank_score_test(8 * r, p + 100).statistic == pytest.approx(rank_score_test(r, p).statistic)
