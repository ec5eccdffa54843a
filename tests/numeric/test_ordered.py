import numpy as np
import pytest
from numpy.testing import assert_allclose

from losscheck.numeric.ordered import (
    Ordered,
    mean_of,
    median_of,
    order,
    product_of,
    quantiles,
    rows_of,
    sd_of,
    total_of,
)
from losscheck.numeric.ties import describe_ties, distinct_values, midranks

LEVELS = (0.0, 0.05, 0.25, 0.5, 0.77, 1.0)


def points(seed: int):
    rng = np.random.default_rng(seed)
    values, count = np.round(rng.standard_normal(80), 2), rng.integers(1, 5, 80).astype(float)
    return values, count, np.repeat(values, count.astype(int))


@pytest.mark.parametrize("seed", range(3))
def test_sums_and_quantiles_are_those_of_the_rows(seed):
    values, count, rows = points(seed)
    assert rows_of(values, count) == rows.size
    assert total_of(values, count) == pytest.approx(rows.sum())
    assert mean_of(values, count) == pytest.approx(rows.mean())
    assert sd_of(values, count) == pytest.approx(rows.std())
    assert median_of(values, count) == np.median(rows)
    assert_allclose(quantiles(values, count, LEVELS), np.quantile(rows, LEVELS), rtol=1e-12)
    twice = np.stack((values, values**2))
    repeated = np.stack((rows, rows**2))
    assert_allclose(product_of(twice, twice, count), repeated @ repeated.T, rtol=1e-12)


def test_order_statistics_are_those_of_the_rows():
    values, count, rows = points(4)
    ordered, plain = order(values, count), order(rows, None)
    assert_allclose(ordered.expanded(), np.sort(rows))
    assert_allclose(ordered.at(np.arange(rows.size)), plain.at(np.arange(rows.size)))
    assert_allclose(ordered.evenly(31), plain.evenly(31))
    assert_allclose(ordered.distances(0.1).expanded(), np.sort(np.abs(rows - 0.1)))
    for k in (1, 17, rows.size):
        assert ordered.largest(k) @ ordered.value == pytest.approx(np.sort(rows)[-k:].sum())
        assert ordered.largest(k).sum() == k


def test_halves_of_rows_count_as_halves():
    ordered = Ordered(np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, 2.0]))
    assert ordered.n == 3
    assert ordered.at(np.arange(3)).tolist() == [1.0, 3.0, 3.0]
    assert ordered.middle.tolist() == [0.25, 0.75, 2.0]


def test_ranks_and_ties_are_those_of_the_rows():
    values, count, rows = points(5)
    assert_allclose(np.repeat(midranks(values, count), count.astype(int)), midranks(rows))
    assert describe_ties(values, count) == describe_ties(rows)
    found, expected = distinct_values(values, count), np.unique(rows, return_counts=True)
    assert_allclose(found[0], expected[0])
    assert_allclose(found[1], expected[1])


def test_rows_that_differ_a_little_are_no_ties():
    values, count = np.array([0.0, 0.5, 1.0, 1.2]), np.array([40.0, 30.0, 30.0, 5.0])
    merged = np.array([False, False, False, True])
    ties = describe_ties(values, count, merged)
    assert ties.share == pytest.approx(100 / 105)
    assert ties.step == 0.5  # the merged rows need not lie on the grid
    assert distinct_values(values, count, merged)[1].tolist() == [40, 30, 30, 1]
    assert describe_ties(values, count, ~merged).share == pytest.approx(5 / 105)
