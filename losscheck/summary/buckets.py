"""Signed buckets: a power of two cut into 2^bits equal parts, read off the bits of a double, so exact everywhere.

The bucket of x ≠ 0 is ±(2^bits·(e + 1023) + j), e = ⌊log2 |x|⌋ and j = ⌊(|x|/2^e − 1)·2^bits⌋; that of 0 is 0. Numbers
below 2^−1022 count as 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

MANTISSA, EXPONENT_ZERO = 52, 1023
FINE_BITS = 7
"""Of a column by itself: 128 parts, so a bucket is at most 0.8 % wide."""
HIGH_BITS, LOW_BITS = 16, 24
"""The offset of a number within its fine bucket as an integer of 40 bits, in two parts: sums of 2^31 parts, and of the
squares of the upper, fit 64 bits. Together they leave out the last 5 bits of a double."""
CELL_BITS = 16
"""Bits of the mantissa whose sums are kept in the cells of residual and prediction."""


@dataclass(frozen=True, eq=False)
class Bits:
    """Doubles taken apart: the magnitude's bits as integers (0 below 2^−1022), and the signs −1 and 1."""

    magnitude: Integers
    sign: Integers


def split_bits(values: Array) -> Bits:
    """Return the bits of doubles."""
    bits = np.ascontiguousarray(values, dtype=np.float64).view(np.int64)
    magnitude = bits & np.int64(0x7FFFFFFFFFFFFFFF)
    magnitude *= magnitude >= (1 << MANTISSA)
    return Bits(magnitude, (bits >> 63) | 1)


def bucket_of(values: Bits, bits: int) -> Integers:
    """Return the signed number of each bucket."""
    bucket: Integers = (values.magnitude >> (MANTISSA - bits)) * values.sign
    return bucket


def fine_offset(magnitude: Integers) -> tuple[Integers, Integers]:
    """Return upper and lower part of the offset within the fine bucket, in 2^−16 and 2^−40 of its width."""
    high = (magnitude >> (MANTISSA - FINE_BITS - HIGH_BITS)) & ((1 << HIGH_BITS) - 1)
    low = (magnitude >> (MANTISSA - FINE_BITS - HIGH_BITS - LOW_BITS)) & ((1 << LOW_BITS) - 1)
    return high, low


def leading_mantissa(magnitude: Integers) -> Integers:
    """Return the first 16 bits of the mantissa: the offset within the power of two, in 2^−16 of it."""
    return (magnitude >> (MANTISSA - CELL_BITS)) & ((1 << CELL_BITS) - 1)


def lower_edge(bucket: Integers, bits: int) -> tuple[Array, Array]:
    """Return the edge of each bucket that is nearer to 0, and the signed width away from it; both 0 at 0."""
    size, sign = np.abs(bucket), np.sign(bucket).astype(np.float64)
    power = np.ldexp(sign, (size >> bits) - EXPONENT_ZERO)
    part = (size & ((1 << bits) - 1)).astype(np.float64)
    return power * (1 + part / 2**bits), power / 2**bits


def coarser(bucket: Integers, shift: int) -> Integers:
    """Return the bucket of `shift` bits less that each lies in."""
    union: Integers = np.sign(bucket) * (np.abs(bucket) >> shift)
    return union
