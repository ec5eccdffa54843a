import numpy as np
import pytest

from losscheck.numeric.ties import describe_ties, midranks, rounding_step

rng = np.random.default_rng(2)
NORMAL = rng.normal(size=4000)


@pytest.mark.parametrize(
    ("values", "step"),
    [
        (np.round(NORMAL, 1), 0.1),
        (np.round(NORMAL, 1) - np.round(NORMAL[::-1], 1), 0.1),
        (np.round(1e6 + NORMAL, 2) - np.round(1e6 + NORMAL[::-1], 2), 0.01),
        (np.round(NORMAL * 4) / 4 + 17.3, 0.25),
        (np.round(NORMAL * 3) / 3, 1 / 3),
        (np.round(NORMAL, 1) * 1e299, 1e298),
        (np.round(NORMAL, 1) * 1e-299, 1e-300),
        (np.append(np.round(NORMAL), 1e6), 1.0),
        (np.round(NORMAL) * np.where(NORMAL > 0, 2, 3), 1.0),
        (np.tile([0.0, 1.0], 30), 1.0),
    ],
)
def test_the_grid_is_found(values, step):
    assert rounding_step(values) == pytest.approx(step, rel=1e-9)


@pytest.mark.parametrize(
    "values",
    [
        NORMAL,
        np.repeat(NORMAL, 3),
        np.where(NORMAL > 0.3, 0, NORMAL),
        np.round(NORMAL * 3) - rng.choice(NORMAL[:30], 4000),
        np.ones(50),
        np.array([1.0]),
        np.array([]),
    ],
)
def test_no_grid_is_made_up(values):
    assert rounding_step(values) is None


def test_a_step_is_a_short_decimal():
    assert rounding_step(np.arange(50).repeat(2) * 0.1) == 0.1


def test_float_noise_does_not_hide_repeats():
    assert describe_ties(np.array([0.3, 0.1 + 0.2, 5.0, 6.0])).share == 0.5


def test_few_repeats_are_counted_and_need_no_grid():
    ties = describe_ties(np.append(NORMAL, NORMAL[:100]))
    assert ties.share == pytest.approx(200 / 4100)
    assert ties.step is None


def test_midranks():
    # by hand; R: rank(c(3, 1, 3, 2))
    assert midranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]
