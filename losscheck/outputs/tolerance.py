"""How far from 1 the sum of a row may lie: what the arithmetic of the type leaves, and what rounding adds.

Measured over softmax rows of up to 32,000 classes, max |Σp − 1| is 9e-16 in double precision, 4.7e-7 in single, 7.2e-4
in half and 3.0e-3 in bfloat16. Rounding to d decimals adds at most ½·10^−d a class, and 4 standard deviations of it
are 4·√(K/12)·10^−d.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.sample import Digits

DOUBLE, SINGLE, HALF, BRAIN = 2.0**-52, 2.0**-23, 2.0**-10, 2.0**-7
"""Machine epsilons of the types that outputs are written from; the last is bfloat16."""
DOUBLE_FLOOR = 1e-12
"""Less is never an error of the model: sums of some ten thousand doubles, or a constant written with 12 digits."""
HALF_SMALLEST = 2.0**-25
"""Half of the smallest positive number in half precision: what a small probability loses as it becomes 0."""
SMALLEST_NORMAL = 1e-36
"""Below it single precision and bfloat16 begin to lose digits."""
PERCENT = 100.0
"""The one total of which whole numbers are rounded shares."""
TIE = 1e-6
"""Numbers of a binary type often lie halfway between two decimal ones, and then a last bit decides."""
SAME_TYPE_CELLS = 1 << 16
"""So many numbers of the offending rows say which type they are from."""


@dataclass(frozen=True)
class Tolerance:
    """What separates a sound sum from `total`, in the units of the numbers.

    `arithmetic` is what the type leaves; it also bounds how far a number may lie outside of [0, total], where rounding
    cannot bring it. `rounding` is what the digits typically add. `unit` is half a unit of the last decimal
    (0: not rounded); `relative` is half a unit of the last significant digit as a share of the number (0 where all
    numbers have the same decimals).
    """

    total: float
    arithmetic: float
    rounding: float
    unit: float
    relative: float

    @property
    def sum(self) -> float:
        """How far a sum may lie from `total`."""
        return self.arithmetic + self.rounding

    def largest_rounding(self, classes: int, gap: Array) -> Array:
        """Return what sums that are off by `gap` may be off by at most from rounding and arithmetic."""
        return classes * self.unit + self.relative * (self.total + gap) + self.arithmetic


def set_tolerance(digits: Digits, classes: int, largest: float, total: float = 1.0) -> Tolerance:
    """Return the tolerance of rows of so many classes that sum to `total`; `largest` is the largest number of all."""
    arithmetic = total * arithmetic_error(digits.epsilon, classes)
    if digits.decimals is None:
        return Tolerance(total, arithmetic, 0.0, 0.0, 0.0)
    unit = 0.5 * 10.0**-digits.decimals
    if 2 * unit >= total or (digits.decimals == 0 and total != PERCENT):  # whole numbers are counts
        return Tolerance(total, arithmetic, 0.0, 0.0, 0.0)
    rounding, relative = _typical(unit, classes), 0.0
    if digits.significant and not _fixed(digits.decimals, digits.significant, largest):
        # At most ten numbers of a row are as coarse as its largest can be.
        relative = 0.5 * 10.0 ** (1 - digits.significant)
        rounding = max(rounding, _typical(0.1 * relative * total, min(classes, 10)))
    return Tolerance(total, arithmetic, rounding, unit, relative)


def _fixed(decimals: int, significant: int, largest: float) -> bool:
    """Tell whether all numbers have the same decimals: the largest then has the most significant digits."""
    place = min(math.floor(math.log10(largest)), -1) if 0 < largest < math.inf else -1
    return decimals - significant <= -(place + 1)


def arithmetic_error(epsilon: float, classes: int) -> float:
    """Return how far a row of probabilities may be from 1 in a type of this machine epsilon."""
    if epsilon < HALF:
        return max(8 * epsilon, DOUBLE_FLOOR)
    return 2 * epsilon + (classes * HALF_SMALLEST if epsilon < BRAIN else 0.0)


def _typical(unit: float, classes: int) -> float:
    return 4 * math.sqrt(classes / 12) * 2 * unit


def rounding_explains(values: Array, tolerance: Tolerance) -> NDArray[np.bool_]:
    """Tell for every row (m, K) whether numbers that round to it could sum to the total.

    That is exact: a number written v lies within half a unit of v and is not negative. Below the total this is the
    bound ½·K·10^−d; above it classes that were written as 0 give nothing back.
    """
    half = np.full_like(values, tolerance.unit)
    if tolerance.relative:
        with np.errstate(divide="ignore"):
            place = np.floor(np.log10(np.abs(values)))
        np.maximum(half, tolerance.relative * np.where(np.isfinite(place), 10.0**place, 0.0), out=half)
    excess = values.sum(axis=1) - tolerance.total
    too_low = -excess - half.sum(axis=1)
    too_high = excess - np.minimum(half, np.maximum(values, 0.0)).sum(axis=1)
    explained: NDArray[np.bool_] = np.maximum(too_low, too_high) <= tolerance.arithmetic
    return explained


def widen(tolerance: Tolerance, digits: Digits, classes: int, values: Array) -> Tolerance:
    """Return the tolerance of the type that these numbers are really from, where it is coarser than they look.

    Half and single precision that was converted before it was written has all digits of a double, but only values
    that the coarser type has, up to the rounding of the text.
    """
    epsilon = coarsest_type(values[:SAME_TYPE_CELLS], tolerance)
    if epsilon <= digits.epsilon:
        return tolerance
    return replace(tolerance, arithmetic=tolerance.total * arithmetic_error(epsilon, classes))


def coarsest_type(values: Array, tolerance: Tolerance) -> float:
    """Return the machine epsilon of the coarsest type that has all of these values; that of doubles if none has.

    Numbers written so coarsely that they lie near some value of the type anyhow say nothing and are passed over.
    """
    size = np.abs(values)
    for epsilon in (BRAIN, HALF, SINGLE):
        # The digits of single precision are its shortest ones, off by up to half a unit of that type.
        share = tolerance.relative if epsilon == SINGLE else max(tolerance.relative, SINGLE / 2)
        half = np.maximum(tolerance.unit, share * size) * (1 + TIE)
        telling = (size * epsilon > 8 * half) & (size > SMALLEST_NORMAL)
        if not telling.any():
            continue
        difference = np.abs(_round_to(values[telling], epsilon) - values[telling])
        if bool((difference <= half[telling]).all()):
            return epsilon
    return DOUBLE


def _round_to(values: Array, epsilon: float) -> Array:
    with np.errstate(over="ignore"):
        if epsilon == HALF:
            return values.astype(np.float16).astype(np.float64)
        single = values.astype(np.float32)
    if epsilon == SINGLE:
        return single.astype(np.float64)
    bits = single.view(np.uint32) + np.uint32(0x8000)  # to the nearest number with 16 bits less
    return (bits & np.uint32(0xFFFF0000)).view(np.float32).astype(np.float64)
