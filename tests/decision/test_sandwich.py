import math

import numpy as np
import pytest
from scipy.special import ndtr
from statsmodels.regression.quantile_regression import hall_sheather

from losscheck.efficiency.candidates import CANDIDATES, Candidate
from losscheck.efficiency.sandwich import loss_variance, m_estimate, relative_efficiency
from losscheck.families import family_named
from losscheck.numeric.points import Points, make_points

N = 6000  # the most rows that are their own points


def loss(name: str, *shapes: float, scale: float = 1.0) -> Candidate:
    return Candidate(family_named(name), shapes, scale)


MSE, MAE = loss("normal"), loss("laplace")


def variance(points: Points, candidate: Candidate) -> tuple[float, float]:
    """Log V̂ of the loss at a fixed scale in the target's units, and its standard error by the influence."""
    fixed = Candidate(candidate.family, candidate.shapes, candidate.scale / points.scale)
    found = loss_variance(points, fixed)
    w = points.weight / points.n
    error = math.sqrt(float(w @ found.influence**2) / points.n)
    return found.log_variance + 2 * math.log(points.scale), error


def huber_at_normal(c: float) -> float:
    inside = 2 * ndtr(c) - 1
    density = math.exp(-c * c / 2) / math.sqrt(2 * math.pi)
    return (inside - 2 * c * density + c * c * (1 - inside)) / inside**2


def huber_at_laplace(c: float) -> float:
    """E min(x², c²) = 2 − e^−c (2c + 2), P(|x| < c) = 1 − e^−c."""
    return (2 - math.exp(-c) * (2 * c + 2)) / (1 - math.exp(-c)) ** 2


DRAWS = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "laplace": lambda rng, n: rng.laplace(size=n),
    "t5": lambda rng, n: rng.standard_t(5, n),
    "logistic": lambda rng, n: rng.logistic(size=n),
}

CLOSED = [
    ("normal", MSE, 1.0),
    ("normal", MAE, math.pi / 2),
    ("normal", loss("huber", 1.345), huber_at_normal(1.345)),
    ("normal", loss("huber", 0.7), huber_at_normal(0.7)),
    ("laplace", MSE, 2.0),
    ("laplace", MAE, 1.0),
    ("laplace", loss("huber", 1.0), huber_at_laplace(1.0)),
    ("t5", MSE, 5 / 3),
    ("t5", MAE, (3 * math.pi * math.sqrt(5) / 16) ** 2),  # 1/4f(0)², f(0) = 8/(3π√5)
    ("t5", loss("student_t", 5.0), 8 / 6),  # its own likelihood: 1/I = (ν+3)/(ν+1)
    ("logistic", loss("logistic"), 3.0),
]


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(("noise", "candidate", "expected"), CLOSED, ids=lambda x: getattr(x, "label", None))
def test_variance_is_within_four_standard_errors(noise, candidate, expected, seed):
    points = make_points(10 + DRAWS[noise](np.random.default_rng(seed), N))
    found, error = variance(points, candidate)
    assert 0 < error < 0.15
    assert abs(found - math.log(expected)) < 4 * error


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda c: c.label)
def test_shift_scale_reflection_and_weights_as_rows(candidate):
    rng = np.random.default_rng(5)
    x, w = rng.standard_t(4, 400), rng.integers(1, 4, 400)
    same = [make_points(v) for v in (x, 7 - 3 * x)]
    rows = [make_points(np.repeat(x, w)), make_points(x, w.astype(float))]
    for one, other in (same, rows):
        first, second = (loss_variance(p, candidate) for p in (one, other))
        if first is None:
            assert second is None
            continue
        # Half-open bins of the sparsity are not mirrored exactly: one row.
        assert first.log_variance == pytest.approx(second.log_variance, abs=1e-8)
        power = [float(p.weight @ v.influence**2 / p.n) for p, v in ((one, first), (other, second))]
        assert power[0] == pytest.approx(power[1], rel=0.05)


@pytest.mark.parametrize("candidate", [MSE, loss("huber", 1.0), loss("student_t", 4.0, scale=0.9), loss("logistic")])
def test_influence_has_mean_zero(candidate):
    """ψ²/A and ψ'/B have mean 1, so that the influence ψ²/A − 2ψ'/B + 1 has mean 0."""
    points = make_points(np.random.default_rng(6).standard_t(4, 500))
    influence = loss_variance(points, candidate).influence
    assert float(points.weight @ influence) == pytest.approx(0.0, abs=1e-9)


def test_influence_is_the_derivative_of_log_variance_in_the_weights():
    """D log V̂ / d w_i for a symmetric sample, where the estimate itself does not move to first order."""
    x = np.random.default_rng(7).standard_t(5, 200)
    x = np.concatenate([x, -x])
    candidate, h = loss("student_t", 4.0), 1e-4

    def log_variance(row: int, more: float) -> float:
        weight = np.ones(x.size)
        weight[[row, (row + 200) % 400]] += more  # the mirror image too
        return loss_variance(Points(x, weight, 0.0, 1.0), candidate).log_variance

    influence = loss_variance(Points(x, np.ones(x.size), 0.0, 1.0), candidate).influence
    for row in (0, 17, 133):
        slope = (log_variance(row, h) - log_variance(row, -h)) / (2 * h) * x.size / 2
        assert slope == pytest.approx(influence[row], rel=1e-5, abs=1e-6)


def test_interval_of_mse_against_mae_covers():
    """95 % intervals of V(MSE)/V(MAE) = 2/π on 300 normal samples of 1000; binomial sd 0.0126."""
    rng = np.random.default_rng(2024)
    covered = 0
    for _ in range(300):
        points = make_points(rng.standard_normal(1000))
        mse, mae = loss_variance(points, MSE), loss_variance(points, MAE)
        _, low, high = relative_efficiency(points, mae, mse, 1.0, 1.959964)
        covered += low <= 2 / math.pi <= high
    assert 0.90 <= covered / 300 <= 0.99


def test_ratio_of_a_loss_with_itself_is_one_exactly():
    points = make_points(np.random.default_rng(8).standard_normal(300))
    one = loss_variance(points, loss("huber", 1.0))
    assert relative_efficiency(points, one, one, 1.0, 1.96) == (1.0, 1.0, 1.0)


def test_dependence_widens_the_interval():
    points = make_points(np.random.default_rng(9).standard_normal(1000))
    mse, mae = loss_variance(points, MSE), loss_variance(points, MAE)
    free, held = (relative_efficiency(points, mae, mse, tempering, 1.96) for tempering in (1.0, 0.25))
    assert free[0] == held[0] == pytest.approx(math.exp(mse.log_variance - mae.log_variance))
    assert math.log(held[2] / held[0]) == pytest.approx(2 * math.log(free[2] / free[0]))
    assert math.log(held[0] / held[1]) == pytest.approx(2 * math.log(free[0] / free[1]))


@pytest.mark.parametrize("n", [50, 1000, 6000])
def test_sparsity_of_the_median_by_hall_and_sheather(n):
    """Statsmodels' bandwidth; the quantiles of the step function at ½ ± h."""
    x = np.random.default_rng(n).standard_normal(n)
    points = Points(x, np.ones(n), 0.0, 1.0)
    h = float(hall_sheather(n, 0.5, alpha=0.05))
    low, high = np.quantile(x, [0.5 - h, 0.5 + h], method="averaged_inverted_cdf")
    found = loss_variance(points, MAE)
    assert found.log_variance == pytest.approx(math.log(((high - low) / (2 * h)) ** 2 / 4), abs=1e-12)
    inside = (x > low) & (x <= high)
    assert found.influence[inside] == pytest.approx(2 - 1 / h)
    assert found.influence[~inside] == pytest.approx(2.0)


def test_evenly_spread_values_have_the_sparsity_of_the_uniform():
    x = np.linspace(-1, 1, 4001)
    assert loss_variance(Points(x, np.ones(x.size), 0.0, 1.0), MAE).log_variance == pytest.approx(0.0, abs=0.01)


def test_no_variance_where_there_is_none_to_measure():
    constant = Points(np.zeros(40), np.ones(40), 0.0, 1.0)
    assert loss_variance(constant, MSE) is None
    assert loss_variance(constant, MAE) is None
    mostly = Points(np.append(np.zeros(98), [3.0, -3.0]), np.ones(100), 0.0, 1.0)
    assert loss_variance(mostly, MAE) is None


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda c: c.label)
def test_estimate_of_symmetric_values_is_their_centre(candidate):
    x = np.random.default_rng(10).standard_t(3, 100)
    points = Points(np.concatenate([x, -x]), np.ones(200), 0.0, 1.0)
    assert m_estimate(points, candidate) == pytest.approx(0.0, abs=0.05 if candidate.loss == "mae" else 1e-9)


def test_estimate_minimises_the_loss():
    x = np.random.default_rng(11).exponential(size=400)
    points = make_points(x)
    assert m_estimate(points, MSE) == pytest.approx((x.mean() - points.center) / points.scale, abs=1e-9)
    candidate = loss("huber", 1.0)
    center = m_estimate(points, candidate)
    mean_loss = [candidate.family.nll(points.value - c, 1.0).mean() for c in (center - 0.01, center, center + 0.01)]
    assert mean_loss[1] < min(mean_loss[0], mean_loss[2])


@pytest.mark.parametrize("seed", range(5))
def test_slope_of_a_very_narrow_huber_loss_is_not_measured(seed):
    """With delta → 0 the Huber loss is MAE; its mean slope rests on the rows within delta, here 2 of 3,000."""
    points = make_points(np.random.default_rng(seed).standard_t(2, 3000))
    assert loss_variance(points, loss("huber", 1.0, scale=1e-3)) is None
    assert loss_variance(points, loss("huber", 1.0, scale=0.1)) is not None
