import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from losscheck.summary.buckets import (
    FINE_BITS,
    bucket_of,
    coarser,
    fine_offset,
    leading_mantissa,
    lower_edge,
    split_bits,
)

VALUES = (0.0, -0.0, 1.0, -1.0, 0.1, -0.3, 3.0, 1e300, -1e-300, 2.0**-1022, 5e-324, 1 - 2.0**-53, 1.0078125, 127.5)
RANDOM = tuple(np.random.default_rng(1).standard_t(1, 200).tolist())


def by_hand(x: float, bits: int) -> int:
    """The definition in words: e = floor(log2 |x|), corrected by comparison, then the part of [2^e, 2^(e+1))."""
    size = abs(x)
    if size < 2.0**-1022:
        return 0
    e = math.floor(math.log2(size))
    e += (size >= 2.0 ** (e + 1) if e < 1023 else False) - (size < 2.0**e)
    part = math.floor((size / 2.0**e - 1) * 2**bits)
    return (2**bits * (e + 1023) + part) * (1 if x > 0 else -1)


@pytest.mark.parametrize("bits", [0, 4, FINE_BITS])
def test_buckets_are_what_their_definition_says(bits):
    values = np.array(VALUES + RANDOM)
    taken = split_bits(values)
    assert bucket_of(taken, bits).tolist() == [by_hand(x, bits) for x in values.tolist()]


@pytest.mark.parametrize("bits", [0, 4, FINE_BITS])
def test_edges_hold_their_values(bits):
    values = np.array([x for x in VALUES + RANDOM if abs(x) >= 2.0**-1022])
    taken = split_bits(values)
    edge, width = lower_edge(bucket_of(taken, bits), bits)
    assert ((values - edge) * np.sign(values) >= 0).all()
    assert (np.abs(values - edge) < np.abs(width)).all()
    assert (np.abs(width) <= np.abs(values) / 2**bits).all()


def test_offsets_give_the_value_back():
    values = np.array(RANDOM)
    taken = split_bits(values)
    edge, width = lower_edge(bucket_of(taken, FINE_BITS), FINE_BITS)
    high, low = fine_offset(taken.magnitude)
    assert_allclose(edge + width * (high / 2**16 + low / 2**40), values, rtol=2.0**-46)
    power, _ = lower_edge(bucket_of(taken, 0), 0)
    assert_allclose(power * (1 + leading_mantissa(taken.magnitude) / 2**16), values, rtol=2.0**-16)


def test_coarser_buckets_are_unions():
    taken = split_bits(np.array(VALUES + RANDOM))
    for bits in range(1, FINE_BITS + 1):
        fine = bucket_of(taken, bits)
        assert (coarser(fine, 1) == bucket_of(taken, bits - 1)).all()


def test_zero_has_a_bucket_of_its_own():
    edge, width = lower_edge(np.array([0]), FINE_BITS)
    assert edge.tolist() == width.tolist() == [0.0]
