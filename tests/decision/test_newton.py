import numpy as np
import pytest
from numpy.testing import assert_allclose

from losscheck.numeric.newton import Minimum, hessian, minimise

FREE = 1e6


def box(size: int, low: float = -FREE, high: float = FREE) -> tuple[np.ndarray, np.ndarray]:
    return np.full(size, low), np.full(size, high)


class Recorded:
    """Terms that remember where they were evaluated."""

    def __init__(self, terms):
        self.terms, self.seen = terms, []

    def __call__(self, theta):
        self.seen.append(theta.copy())
        return self.terms(theta)


ROWS = np.random.default_rng(1).standard_normal((40, 2)) + [1.5, -0.5]
WEIGHT = np.random.default_rng(2).uniform(0.5, 2, 40)


def squares(theta):
    """½‖theta − row‖² for every row: the minimum of the weighted sum is the weighted mean."""
    away = theta[:, None] - ROWS.T
    return 0.5 * (away**2).sum(axis=0), away


def valleys(theta):
    """Rosenbrock's function as ten terms with weights that add to 1: the minimum is (1, 1)."""
    x, y = theta
    value = 100 * (y - x * x) ** 2 + (1 - x) ** 2
    slope = np.array([-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)])
    return np.full(10, value), np.repeat(slope[:, None], 10, axis=1)


def rosenbrock_hessian(x: float, y: float) -> list[list[float]]:
    return [[1200 * x * x - 400 * y + 2, -400 * x], [-400 * x, 200.0]]


def solve(terms, start, weight, low, high) -> Minimum:
    return minimise(terms, np.array(start, dtype=float), weight, np.array(low, float), np.array(high, float))


def test_quadratic_takes_one_step():
    terms, start = Recorded(squares), np.array([0.5, 0.5])
    end = minimise(terms, start, WEIGHT, *box(2))
    mean = WEIGHT @ ROWS / WEIGHT.sum()
    assert_allclose(end.theta, mean, atol=1e-8)
    near = [min(abs(seen - start).max(), abs(seen - mean).max()) for seen in terms.seen]
    assert max(near) < 1e-4  # only the start, the minimum and the differences about them


def test_report_is_that_of_the_end():
    end = minimise(squares, np.zeros(2), WEIGHT, *box(2))
    values, gradients = squares(end.theta)
    assert end.total == pytest.approx(float(WEIGHT @ values), rel=1e-14)
    assert_allclose(end.values, values)
    assert_allclose(end.gradients, gradients)
    assert_allclose(end.hessian, WEIGHT.sum() * np.eye(2), atol=1e-6)
    assert not end.at_low.any()
    assert not end.at_high.any()


@pytest.mark.parametrize("start", [(-1.2, 1.0), (3.0, -2.0), (0.0, 0.0), (1.0, 1.0), (-10.0, 50.0)])
def test_bent_valley_is_followed_to_its_end(start):
    end = solve(valleys, start, np.full(10, 0.1), *box(2))
    assert_allclose(end.theta, [1.0, 1.0], atol=1e-6)
    assert end.total == pytest.approx(0.0, abs=1e-12)


def test_every_step_descends():
    terms = Recorded(valleys)
    weight = np.full(10, 0.1)
    end = solve(terms, (-1.2, 1.0), weight, *box(2))
    assert end.total <= min(float(weight @ valleys(theta)[0]) for theta in terms.seen) + 1e-12


@pytest.mark.parametrize(
    ("low", "high", "end", "at_low", "at_high"),
    [
        ([0, 0], [5, 5], [None, 0], [False, True], [False, False]),
        ([-5, -5], [1, 5], [1, None], [False, False], [True, False]),
        ([2, -5], [5, -1], [2, -1], [True, False], [False, True]),
    ],
)
def test_ends_of_the_box_are_reached_and_told(low, high, end, at_low, at_high):
    """The free minimum is near (1.5, −0.5); of a sum of squares each coordinate stops on its own."""
    mean = WEIGHT @ ROWS / WEIGHT.sum()
    expected = [m if e is None else e for e, m in zip(end, mean, strict=True)]
    for start in ([3, 3], [-3, -3], [0, -2]):
        found = solve(squares, start, WEIGHT, low, high)
        assert_allclose(found.theta, expected, atol=1e-8)
        assert found.at_low.tolist() == at_low
        assert found.at_high.tolist() == at_high


def test_nothing_is_evaluated_outside_of_the_box():
    terms = Recorded(squares)
    low, high = np.array([1.0, -0.25]), np.array([1.25, 0.0])
    minimise(terms, np.array([9.0, 9.0]), WEIGHT, low, high)
    seen = np.array(terms.seen)
    assert (seen >= low - 1e-12).all()
    assert (seen <= high + 1e-12).all()


def barrier(theta):
    """X − log x, infinite with a slope that points inside for x ≤ 0: the minimum is 1."""
    x = float(theta[0])
    return (np.array([x - np.log(x)]), np.array([[1 - 1 / x]])) if x > 0 else (np.array([np.inf]), np.array([[-1.0]]))


def test_start_where_the_sum_is_infinite():
    end = solve(barrier, [-0.5], np.ones(1), *box(1))
    assert end.theta[0] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("start", [1e-3, 0.5, 1.9, 40.0])
def test_steps_into_an_infinite_region_are_shortened(start):
    end = solve(barrier, [start], np.ones(1), *box(1))
    assert end.theta[0] == pytest.approx(1.0, abs=1e-6)
    assert np.isfinite(end.total)


def test_saddle_is_left():
    """x⁴/4 − x²/2 + y² has a saddle at 0 and minima at x = ±1."""

    def terms(theta):
        x, y = theta
        return np.array([x**4 / 4 - x**2 / 2 + y**2]), np.array([[x**3 - x], [2 * y]])

    end = solve(terms, [1e-3, 0.5], np.ones(1), *box(2))
    assert_allclose(end.theta, [1.0, 0.0], atol=1e-6)


@pytest.mark.parametrize("at", [(1.0, 1.0), (-1.2, 1.0), (0.3, -0.7)])
def test_central_differences_are_the_analytic_hessian(at):
    theta, weight = np.array(at), np.full(10, 0.1)
    central = hessian(valleys, theta, weight, None, *box(2))
    assert_allclose(central, rosenbrock_hessian(*at), rtol=1e-7, atol=1e-6)
    assert_allclose(central, central.T, rtol=0)
    forward = hessian(valleys, theta, weight, valleys(theta)[1] @ weight, *box(2))
    assert_allclose(forward, rosenbrock_hessian(*at), rtol=1e-2)


@pytest.mark.parametrize("corner", ["low", "high"])
def test_at_an_end_of_the_box_differences_look_inside(corner):
    terms, theta, weight = Recorded(valleys), np.array([0.3, -0.7]), np.full(10, 0.1)
    low, high = (theta, theta + 1) if corner == "low" else (theta - 1, theta)
    found = hessian(terms, theta, weight, None, low, high)
    assert_allclose(found, rosenbrock_hessian(0.3, -0.7), rtol=1e-3)
    assert all((seen >= low).all() and (seen <= high).all() for seen in terms.seen)
