import numpy as np
import pytest
from numpy.testing import assert_allclose

from losscheck.numeric.points import (
    BINS,
    CELL_BINS,
    CELL_COLUMNS,
    EXACT_ROWS,
    MAD_TO_SD,
    compress,
    make_cells,
    make_points,
    robust_center_scale,
    weighted_quantile,
)


def moments(z: np.ndarray, w: np.ndarray) -> list[float]:
    return [float(w.sum()), float(w @ z), float(w @ z**2)]


NOISES = {
    "normal": lambda rng: rng.standard_normal(50_000),
    "t2": lambda rng: rng.standard_t(2, 50_000),
    "skewed": lambda rng: rng.exponential(size=50_000) - 1,
    "far from 0": lambda rng: 300 + rng.standard_normal(50_000),
    "two values": lambda rng: np.repeat([-1.0, 2.0], 25_000),
}


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("weighted", [False, True])
def test_compression_keeps_count_mean_and_mean_square(noise, weighted):
    rng = np.random.default_rng(1)
    z = NOISES[noise](rng)
    w = rng.uniform(0.1, 3, z.size) if weighted else np.ones(z.size)
    small, weight = compress(z, w)
    assert small.size <= 2 * BINS < z.size
    assert (weight > 0).all()
    count, first, second = moments(z, w)
    assert_allclose(moments(small, weight), [count, first, second], rtol=1e-10, atol=1e-10 * np.sqrt(count * second))


def test_a_bin_is_two_points_of_half_its_weight_at_mean_and_sd():
    # Values 1, 2, 6 with weights 1, 1, 2: mean 15/4, variance (1 + 4 + 72)/4 − (15/4)² = 83/16.
    value, weight = compress(np.array([1.0, 2.0, 6.0]), np.array([1.0, 1.0, 2.0]), bins=1)
    sd = np.sqrt(83) / 4
    assert_allclose(value, [3.75 - sd, 3.75 + sd], rtol=1e-14)
    assert_allclose(weight, [2.0, 2.0])


def test_equal_values_compress_to_themselves():
    value, weight = compress(np.full(10, 0.25), np.ones(10))
    assert_allclose(value, [0.25, 0.25])
    assert_allclose(weight, [5.0, 5.0])


def test_rows_are_their_own_points_up_to_the_limit():
    x = np.random.default_rng(2).standard_normal(EXACT_ROWS)
    points = make_points(x)
    assert_allclose(points.center + points.scale * points.value, x, rtol=0, atol=1e-13)
    assert (points.weight == 1).all()
    assert points.n == EXACT_ROWS
    more = make_points(np.append(x, 0.0))
    assert more.n == pytest.approx(EXACT_ROWS + 1, rel=1e-12)
    assert (more.weight != 1).any()


def test_points_carry_their_own_description():
    x = 40 + 5 * np.random.default_rng(3).standard_normal(200)
    points = make_points(x, step=0.5, jacobian=-1.5)
    assert points.center == np.median(x)
    assert points.scale == pytest.approx(1.4826022185056 * np.median(np.abs(x - np.median(x))), rel=1e-12)
    assert points.width * points.scale == pytest.approx(0.5, rel=1e-14)
    assert points.jacobian == -1.5
    assert points.design is None


def test_rounded_values_merge():
    x = np.array([0.1 + 0.2, 0.3, 0.5, 0.1, 0.3, 0.7, 0.9])  # 0.1 + 0.2 is not 0.3 for a computer
    points = make_points(x, step=0.2)
    assert_allclose(points.center + points.scale * points.value, [0.1, 0.3, 0.5, 0.7, 0.9], atol=1e-8)
    assert points.weight.tolist() == [1, 3, 1, 1, 1]


def test_many_rounded_rows_are_exact():
    x = np.round(np.random.default_rng(4).standard_normal(100_000), 1)
    points = make_points(x, step=0.1)
    value, count = np.unique(x, return_counts=True)
    assert_allclose(points.center + points.scale * points.value, value, atol=1e-8)
    assert_allclose(points.weight, count, rtol=0)


def test_weights_stand_for_rows():
    rng = np.random.default_rng(5)
    x, w = rng.standard_normal(300), rng.integers(1, 5, 300)
    weighted, repeated = make_points(x, w.astype(float)), make_points(np.repeat(x, w))
    assert weighted.center == repeated.center
    assert weighted.scale == repeated.scale
    assert weighted.n == repeated.n
    assert_allclose(moments(weighted.value, weighted.weight), moments(repeated.value, repeated.weight), rtol=1e-12)


def test_cells_of_few_rows_are_the_rows():
    rng = np.random.default_rng(6)
    x, c = rng.standard_normal(100), rng.standard_normal(100)
    points = make_cells(x, c, None, make_points(x, step=0.1))
    assert_allclose(points.design, [np.ones(100), c, c**2])
    assert_allclose(points.value * points.scale + points.center, x, atol=1e-14)
    assert points.width * points.scale == pytest.approx(0.1)


@pytest.mark.parametrize("weighted", [False, True])
def test_cells_keep_the_moments_of_the_values(weighted):
    rng = np.random.default_rng(7)
    c = rng.standard_normal(40_000)
    x = np.exp(0.5 * c) * rng.standard_t(4, c.size)
    w = rng.uniform(0.5, 2, c.size) if weighted else None
    points = make_cells(x, c, w, make_points(x, w))
    mass = np.ones(c.size) if w is None else w
    assert points.value.size <= 2 * CELL_COLUMNS * CELL_BINS < c.size
    count, first, second = moments((x - points.center) / points.scale, mass)
    assert_allclose(moments(points.value, points.weight), [count, first, second], rtol=1e-9, atol=1e-6)
    assert points.design[1] @ points.weight == pytest.approx(c @ mass, abs=1e-8 * c.size)
    assert_allclose(points.design[2], points.design[1] ** 2)
    # Within a cell the covariate is its mean, so that a little of its spread is lost.
    assert points.design[2] @ points.weight == pytest.approx(c**2 @ mass, rel=2e-3)


def test_robust_scale_of_normal_values_is_the_standard_deviation():
    x = 3 + 2 * np.random.default_rng(8).standard_normal(200_000)
    center, scale = robust_center_scale(x)
    # Standard errors: 1.2533/√n of the median, 1.1664/√n of the relative MAD.
    assert abs(center - 3) < 4 * 1.2533 * 2 / np.sqrt(x.size)
    assert abs(scale / 2 - 1) < 4 * 1.1664 / np.sqrt(x.size)
    assert pytest.approx(1 / 0.6744897501960817, rel=1e-14) == MAD_TO_SD


@pytest.mark.parametrize("weight", [None, np.ones(5), np.full(5, 0.3)])
def test_robust_scale_where_most_values_are_equal_is_the_mean_absolute_deviation(weight):
    # Median 0 and MAD 0; the mean of |x| is 10/5.
    assert robust_center_scale(np.array([0.0, 0.0, 10.0, 0.0, 0.0]), weight) == pytest.approx((0.0, 2.0))


@pytest.mark.parametrize("value", [0.0, -7.5, 1e-300])
def test_robust_scale_of_a_constant_is_one(value):
    assert robust_center_scale(np.full(9, value)) == (value, 1.0)


LEVELS = (0.0, 0.01, 0.25, 0.3, 0.5, 0.75, 0.9, 1.0)


@pytest.mark.parametrize("n", [1, 2, 7, 8, 100, 101])
@pytest.mark.parametrize("level", LEVELS)
def test_quantile_of_equal_weights_is_numpys_of_the_step_function(level, n):
    x = np.random.default_rng(n).standard_normal(n)
    expected = np.quantile(x, level, method="averaged_inverted_cdf")
    for weight in (1.0, 0.37, 1e-9):
        assert weighted_quantile(x, np.full(n, weight), level) == pytest.approx(expected, rel=1e-14)
    assert weighted_quantile(x, np.ones(n), 0.5) == pytest.approx(np.median(x), rel=1e-14)
    assert weighted_quantile(x, None, level) == pytest.approx(np.quantile(x, level), rel=1e-14)


@pytest.mark.parametrize("level", LEVELS)
def test_integer_weights_are_repeated_rows(level):
    rng = np.random.default_rng(9)
    x, w = rng.standard_normal(60), rng.integers(1, 6, 60)
    repeated = np.repeat(x, w)
    found = weighted_quantile(x, w.astype(float), level)
    assert found == pytest.approx(weighted_quantile(repeated, np.ones(repeated.size), level), rel=1e-14)
    assert found == pytest.approx(np.quantile(repeated, level, method="averaged_inverted_cdf"), rel=1e-14)


def test_order_of_the_rows_is_nothing():
    rng = np.random.default_rng(10)
    x, w = rng.standard_normal(500), rng.uniform(0.2, 3, 500)
    turn = rng.permutation(500)
    assert robust_center_scale(x, w) == pytest.approx(robust_center_scale(x[turn], w[turn]), rel=1e-13)
    for one, other in zip(compress(x, w), compress(x[turn], w[turn]), strict=True):
        assert_allclose(one, other, rtol=1e-12)
