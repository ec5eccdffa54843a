import numpy as np
import pytest

from losscheck.numeric.dependence import autocorrelations, effective_rows, normal_scores, tempering


def autoregression(rho, n, seed=1):
    noise = np.random.default_rng(seed).normal(size=n)
    for i in range(1, n):
        noise[i] += rho * noise[i - 1]
    return noise


def test_ar1_has_its_textbook_inflations():
    rho = autocorrelations(normal_scores(autoregression(0.7, 40_000)))
    assert rho[:3] == pytest.approx([0.7, 0.49, 0.343], abs=0.02)
    # docs/decision.md, step 2: (1 + ρ³)/(1 − ρ³) = 2.04 for the shape; (1 + ρ)/(1 − ρ) = 5.67 for the mean
    assert 1 / tempering(rho) == pytest.approx(2.04, abs=0.08)
    assert effective_rows(40_000, rho) == pytest.approx(40_000 / 5.67, rel=0.08)


def test_monotone_transforms_and_outliers_do_not_matter():
    values = autoregression(0.5, 500)
    assert autocorrelations(normal_scores(np.exp(values))) == pytest.approx(autocorrelations(normal_scores(values)))


def test_independent_rows_have_none():
    rho = autocorrelations(normal_scores(np.random.default_rng(4).standard_cauchy(5000)))
    assert rho.size == 0
    assert (tempering(rho), effective_rows(5000, rho)) == (1.0, 5000.0)


def test_long_memory_is_the_same_by_products_and_by_transform():
    values = np.cumsum(np.random.default_rng(5).normal(size=3000))
    rho = autocorrelations(normal_scores(values))
    scores = normal_scores(values)
    assert rho.size > 40
    assert rho[39] == pytest.approx(scores[40:] @ scores[:-40] / (scores @ scores), abs=1e-12)


def test_negative_dependence_never_adds_rows():
    rho = np.array([-0.9, 0.8, -0.7])
    assert tempering(rho) == 1.0
    assert effective_rows(100, rho) == 100.0
    assert effective_rows(100, np.full(300, 0.9)) == 1.0


@pytest.mark.parametrize("values", [np.ones(20), np.array([1.0]), np.array([1.0, 2.0, 3.0])])
def test_nothing_to_measure(values):
    assert autocorrelations(normal_scores(values)).size == 0
