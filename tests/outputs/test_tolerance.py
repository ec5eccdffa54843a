"""How far sums may be off: measured on real arithmetic, and by exact reasoning about roundings."""

import numpy as np
import pytest
from simulated_outputs import BRAIN, DOUBLE, HALF, SINGLE, make_outputs, read_digits, softmax, write

from losscheck.outputs.simplex import Level, judge_sums, tolerance_of
from losscheck.outputs.tolerance import arithmetic_error, coarsest_type, rounding_explains, set_tolerance
from losscheck.sample import Digits


def test_tolerances_of_the_types():
    # 8 machine epsilons in single, a floor of 1e-12 in double, 2 epsilons below, K·2^-25 more in half.
    assert arithmetic_error(DOUBLE, 10) == 1e-12
    assert arithmetic_error(SINGLE, 10) == pytest.approx(9.5367e-7, rel=1e-4)
    assert arithmetic_error(HALF, 1) == pytest.approx(1.9531e-3, rel=1e-3)
    assert arithmetic_error(HALF, 32000) == pytest.approx(2 * HALF + 32000 * 2.0**-25)
    assert arithmetic_error(BRAIN, 10) == pytest.approx(1.5625e-2)


@pytest.mark.parametrize("classes", [2, 10, 1000, 32000])
@pytest.mark.parametrize("spread", [0.01, 1.0, 10.0])
def test_softmax_in_each_type_stays_within_its_tolerance(classes, spread):
    rng = np.random.default_rng(classes)
    logits = rng.normal(scale=spread, size=(20, classes))
    for dtype in (np.float64, np.float32, np.float16):
        z = logits.astype(dtype)
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True, dtype=np.float32 if dtype == np.float16 else dtype).astype(dtype)
        off = np.abs(p.astype(float).sum(axis=1) - 1).max()
        # Half precision in every step is rougher than a softmax that is only stored in it.
        stored = softmax(logits).astype(dtype).astype(float)
        assert np.abs(stored.sum(axis=1) - 1).max() <= arithmetic_error(float(np.finfo(dtype).eps), classes)
        if dtype != np.float16:
            assert off <= arithmetic_error(float(np.finfo(dtype).eps), classes)


def test_typical_rounding_and_the_bound():
    # 4·√(K/12)·10^-d = 3.65e-4 at K = 10, d = 4; the bound ½·K·10^-d = 5e-4 is reached by equal probabilities.
    tolerance = set_tolerance(Digits(DOUBLE, 4, 4), 10, 0.9)
    assert tolerance.rounding == pytest.approx(4 * np.sqrt(10 / 12) * 1e-4)
    low = np.full((1, 10), 0.09995)
    assert rounding_explains(low, tolerance).all()
    assert not rounding_explains(low - 1e-6, tolerance).any()


def test_what_was_rounded_away_gives_nothing_back_above_the_sum():
    tolerance = set_tolerance(Digits(DOUBLE, 2, 2), 10, 0.9)
    above = np.array([[0.96, 0.05, *[0.0] * 8], [0.91, *[0.01] * 9], [0.95, *[0.01] * 9]])
    # Two numbers can have been 0.005 smaller each, ten of them 0.05 in all.
    assert rounding_explains(above, tolerance).tolist() == [True, True, True]
    assert not rounding_explains(np.array([[0.97, 0.05, *[0.0] * 8], [0.97, *[0.01] * 9]]), tolerance).any()


@pytest.mark.parametrize("how", ["%.1f", "%.2f", "%.3f", "%.5f", "%.1g", "%.2g", "%.4g"])
def test_every_rounding_of_a_distribution_is_explained(how):
    rng = np.random.default_rng(5)
    for classes in (2, 3, 17, 150, 1000):
        for spread in (0.001, 0.3, 3.0, 30.0):
            values, digits = write(softmax(rng.normal(scale=spread, size=(40, classes))), how)
            sample = make_outputs(values, digits=digits)
            assert rounding_explains(values, tolerance_of(sample, 1.0)).all()
            assert judge_sums(sample, 1.0).level.max() <= Level.ROUNDED


def test_rounding_that_is_not_typical_is_told_apart():
    equal = np.full((50, 7), 0.143)  # 1/7 rounded to three digits sums to 1.001, typical are up to 3.1e-3
    assert judge_sums(make_outputs(equal, digits=Digits(DOUBLE, 3, 3)), 1.0).level.max() == Level.SOUND
    equal = np.full((50, 167), 0.01)  # 1/167 rounded to two
    assert (judge_sums(make_outputs(equal, digits=Digits(DOUBLE, 2, 1)), 1.0).level == Level.ROUNDED).all()


def test_sums_beyond_what_digits_explain_are_bad_rows():
    p = softmax(np.random.default_rng(1).normal(size=(30, 5)))
    for factor, level in ((1 + 1e-7, Level.ROUNDED), (1.002, Level.SLIGHT), (1.05, Level.WRONG), (0.9, Level.WRONG)):
        spoiled = p.copy()
        spoiled[7] *= factor
        judged = judge_sums(make_outputs(spoiled), 1.0)
        assert judged.level[7] == level
        assert np.delete(judged.level, 7).max() == Level.SOUND
        assert judged.off[7] == pytest.approx(abs(factor - 1), rel=1e-6)


def test_a_number_outside_of_the_range_is_a_bad_row_whatever_the_sum():
    rows = np.array([[1.2, -0.2], [0.3, 0.7], [1.004, -0.004], [1.0, 0.0]])
    assert judge_sums(make_outputs(rows), 1.0).level.tolist() == [Level.WRONG, Level.SOUND, Level.SLIGHT, Level.SOUND]


@pytest.mark.parametrize(("how", "epsilon"), [("single array", SINGLE), ("half array", HALF), ("brain", BRAIN)])
def test_the_type_that_numbers_come_from_is_seen_behind_more_digits(how, epsilon):
    p = softmax(np.random.default_rng(2).normal(size=(50, 6)))
    values, _ = write(p, how)
    tolerance = set_tolerance(Digits(DOUBLE), 6, 1.0)
    assert coarsest_type(values.ravel(), tolerance) == epsilon
    assert coarsest_type(p.ravel(), tolerance) == DOUBLE
    assert judge_sums(make_outputs(values), 1.0).level.max() <= Level.SOUND


def test_single_precision_written_with_ten_decimals_is_seen():
    p = softmax(np.random.default_rng(2).normal(size=(200, 6)).astype(np.float32))
    assert p.dtype == np.float32
    values, digits = write(p.astype(float), "%.12f")
    assert digits.epsilon == DOUBLE
    sample = make_outputs(values, digits=digits)
    assert np.abs(values.sum(axis=1) - 1).max() > tolerance_of(sample, 1.0).sum
    assert judge_sums(sample, 1.0).level.max() == Level.SOUND


def test_numbers_of_a_few_significant_digits_are_not_held_to_the_decimals_of_the_smallest():
    _, digits = write(np.array([[0.8765, 0.1234, 0.0001234567]]), "%.3g")
    assert digits == Digits(HALF, 6, 3)
    assert set_tolerance(digits, 3, 0.877).relative == pytest.approx(0.005)
    assert set_tolerance(read_digits(["0.8765", "0.0001"]), 3, 0.8765).relative == 0
    assert set_tolerance(read_digits(["0.0012", "0.0001"]), 3, 0.0012).relative == 0  # %.4f of 1000 classes


def test_whole_numbers_are_counts_but_of_one_hundred():
    assert set_tolerance(Digits(HALF, 0, 2), 5, 30.0, 30.0).unit == 0
    assert set_tolerance(Digits(HALF, 0, 2), 5, 1.0, 1.0).unit == 0
    assert set_tolerance(Digits(HALF, 0, 2), 5, 90.0, 100.0).unit == 0.5
