"""Figures of calibration against scikit-learn 1.9, statsmodels 0.15, model-diagnostics 1.5, R 4.2, or enumeration."""

import itertools

import numpy as np
import pytest
from calibration_examples import C1, C2, C3, C4, C5, example
from scipy.optimize import isotonic_regression

from losscheck.outputs.corp import decompose_scores
from losscheck.outputs.cox import fit_recalibration
from losscheck.outputs.ece import calibration_error
from losscheck.outputs.moments import row_moments
from losscheck.outputs.monte_carlo import DRAWS, calibrate
from losscheck.outputs.score_tests import g_test, in_the_large, nll_test, spiegelhalter_test
from losscheck.outputs.temperature import fit_temperature
from losscheck.sample import Asked

TO = {"rel": 0, "abs": 1e-9}


def parts(decomposition):
    return decomposition.miscalibration, decomposition.discrimination, decomposition.uncertainty


def log_loss(pair):
    moments = row_moments(example(pair))
    return -moments.mean(moments.true_log_p)


@pytest.mark.parametrize(
    ("pair", "expected"),
    [(C1, 0.537004196581), (C2, 0.777661295762), (C3, 0.764527888859), (C4, 0.747937047182)],
    ids=["C1", "C2", "C3", "C4"],
)
def test_log_loss(pair, expected):
    assert log_loss(pair) == pytest.approx(expected, **TO)


def test_log_loss_of_other_columns_and_of_a_second_softmax():
    again = np.exp(C4[0]) / np.exp(C4[0]).sum(axis=1, keepdims=True)
    assert log_loss((np.roll(C4[0], 1, axis=1), C4[1])) == pytest.approx(1.625572542718, **TO)
    assert log_loss((again, C4[1])) == pytest.approx(0.931466133649, **TO)
    assert fit_temperature(example((again, C4[1]))).value == pytest.approx(0.213122938259, **TO)


def test_mean_entropy():
    first, fourth = row_moments(example(C1)), row_moments(example(C4))
    assert first.mean(first.entropy) == pytest.approx(0.511038515589, **TO)
    assert fourth.mean(fourth.entropy) == pytest.approx(0.896977815974, **TO)


@pytest.mark.parametrize(
    ("pair", "brier", "spiegelhalter", "nll"),
    [
        (C1, 0.18525, 0.260045518715, 0.172104212245),
        (C2, 0.28, 5.0, 5.0),
        (C3, 0.25, 20 / 3, 20 / 3),
        (C4, 0.42375, -0.7499930288, -0.741382371841),
    ],
    ids=["C1", "C2", "C3", "C4"],
)
def test_scores_against_their_expectation(pair, brier, spiegelhalter, nll):
    sample = example(pair)
    moments, test = row_moments(sample), spiegelhalter_test(sample)
    expected = (1 - moments.mean(moments.square)) / (2 if moments.classes == 2 else 1)
    assert test.z == pytest.approx(spiegelhalter, **TO)
    assert nll_test(sample).z == pytest.approx(nll, **TO)
    assert expected + test.excess == pytest.approx(brier, **TO)


def test_spiegelhalter_p_value():
    assert spiegelhalter_test(example(C1)).p == pytest.approx(0.794828662182, **TO)


def test_calibration_in_the_large():
    assert in_the_large(example(C1)).z[1] == pytest.approx(0.422141256049, **TO)
    assert in_the_large(example(C2)).z[1] == pytest.approx(0, **TO)
    fourth = in_the_large(example(C4))
    assert (fourth.chi_square, fourth.p) == pytest.approx((0.530858020177, 0.766876881475), **TO)
    assert fourth.df == 2


@pytest.mark.parametrize(
    ("pair", "temperature", "ratio"),
    [
        (C1, 1.11822898591, 0.0281383650814),
        (C2, 3.41902258, 20.9299257506),
        (C3, 2.593213886, 30.732717361),
        (C4, 0.615792117161, 0.662196172863),
    ],
    ids=["C1", "C2", "C3", "C4"],
)
def test_temperature(pair, temperature, ratio):
    fit = fit_temperature(example(pair))
    assert fit.value == pytest.approx(temperature, abs=5e-9)  # some are known to nine digits
    assert fit.likelihood_ratio == pytest.approx(ratio, **TO)


def test_recalibration():
    first, second = fit_recalibration(example(C1)), fit_recalibration(example(C2))
    assert first.intercepts[1] == pytest.approx(0.318302668557, **TO)
    assert first.slope == pytest.approx(0.889794003807, **TO)
    assert first.likelihood_ratio == pytest.approx(0.208221124815, **TO)
    assert (second.intercepts[1], second.slope) == pytest.approx((0, 0.292481250), **TO)
    assert second.likelihood_ratio == pytest.approx(20.9299257506, **TO)


def test_corp():
    first, second = decompose_scores(example(C1)), decompose_scores(example(C2))
    assert parts(first.brier) == pytest.approx((0.0519166666667, 0.1066666666667, 0.24), **TO)
    assert parts(first.log) == pytest.approx((0.155095695604, 0.291103166032, 0.673011667009), **TO)
    assert parts(second.brier) == pytest.approx((0.04, 0.01, 0.25), **TO)


def test_expected_calibration_error():
    assert calibration_error(example(C2)) == pytest.approx(0.2, **TO)


def test_constant_predictions_are_the_g_test_of_the_counts():
    counts = np.array([18.0, 55.0, 27.0])
    assert g_test(counts, C5[0][0]) == pytest.approx((2.813869588833, 0.244892780603), **TO)
    # Pearson's form of the same test, by hand: 49/25 + 25/50 + 4/25
    assert in_the_large(example(C5)).chi_square == pytest.approx(2.62, **TO)


def enumerate_labels(p):
    """Return every label vector (sets, n) and its probability."""
    labels = np.array(list(itertools.product(range(p.shape[1]), repeat=p.shape[0])))
    return labels, p[np.arange(p.shape[0]), labels].prod(axis=1)


def exact_p(statistic, chance, observed):
    return float(chance[statistic >= observed - 1e-10].sum())


def two_columns(p):
    return np.stack((1 - p, p), axis=1)


def brier_z(p, labels):
    rows = np.arange(p.shape[0])
    excess = ((p**2).sum(axis=1) - p[rows, labels]).sum(axis=-1)
    return np.abs(excess) / np.sqrt(((p**3).sum(axis=1) - (p**2).sum(axis=1) ** 2).sum())


def log_z(p, labels):
    rows, entropy = np.arange(p.shape[0]), -(p * np.log(p)).sum(axis=1)
    variance = (p * np.log(p) ** 2).sum() - (entropy**2).sum()
    return np.abs((-np.log(p[rows, labels]) - entropy).sum(axis=-1)) / np.sqrt(variance)


def miscalibration(p, labels):
    """Brier score less that of the isotonic probabilities, of rows sorted by p."""
    fitted = np.array([isotonic_regression(y.astype(float)).x for y in labels])
    return ((p - labels) ** 2).mean(axis=1) - ((fitted - labels) ** 2).mean(axis=1)


def chi_square(p, labels):
    d = np.stack([(labels == k).sum(axis=-1) for k in range(p.shape[1])], axis=-1) - p.sum(axis=0)
    inverse = np.linalg.pinv(np.diag(p.sum(axis=0)) - p.T @ p)
    return np.einsum("bi,ij,bj->b", d, inverse, d)


EXACT = {
    "C1": {"spiegelhalter": 0.86915584, "nll_z": 0.882198784, "corp": 0.944743744},
    "C4": {"spiegelhalter": 0.4978, "nll_z": 0.509152, "calibration_in_the_large": 0.782789},
}


@pytest.mark.parametrize("name", EXACT)
def test_exact_p_values_by_enumeration_of_all_labels(name):
    """The enumeration agrees with the published figures, and so it is right for those that are not published."""
    found = enumerated(name)
    for statistic, expected in EXACT[name].items():
        assert found[statistic] == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_monte_carlo_p_values_are_within_their_error_of_the_exact_ones(name, seed):
    found = calibrate(example({"C1": C1, "C4": C4}[name], asked=Asked(seed=seed))).p
    for statistic, p in enumerated(name).items():
        assert found[statistic] == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / DRAWS) + 1 / DRAWS)


def enumerated(name):
    p, observed = (two_columns(C1[0]), C1[1]) if name == "C1" else C4
    labels, chance = enumerate_labels(p)
    statistics = {"spiegelhalter": brier_z, "nll_z": log_z, "calibration_in_the_large": chi_square}
    found = {
        key: exact_p(statistic(p, labels), chance, statistic(p, observed[None, :])[0])
        for key, statistic in statistics.items()
    }
    if name == "C1":
        found["corp"] = exact_p(miscalibration(C1[0], labels), chance, miscalibration(C1[0], observed[None, :])[0])
    return found
