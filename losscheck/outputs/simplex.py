"""Which rows are distributions: non-negative numbers that sum to the total, up to arithmetic and rounding."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.rows import CACHED_CELLS, largest_number, measure_rows, some_rows, sum_exponentials
from losscheck.outputs.tolerance import SINGLE, Tolerance, arithmetic_error, rounding_explains, set_tolerance, widen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.sample import ClassSample

SLIGHT = 1e-2
"""A row that is off by less, as a share of the total, is still meant as a distribution."""
SINGLE_PRECISION = 8 * SINGLE
"""Sums that are off by no more than this are what single precision leaves, whatever type they were stored in later."""
MOST = 0.5
FEW = 0.05
"""Shares of rows: the majority, and the bad rows that a reading by a range leaves room for."""
BASES = (math.e, 2.0, 10.0)
JUDGED_ROWS = 1 << 16
"""Rows judged at a time: with ten million rows, every further array of them would cost 80 MB."""
BASE_ROWS = 4096
"""Rows that decide on the base of log-probabilities."""
FEWEST_FITTING = 0.3
"""With a smaller share of those rows near 1 under every base, the numbers are no log-probabilities."""


class Level(IntEnum):
    """How a row does as a distribution, from good to bad."""

    SOUND = 0
    ROUNDED = 1  # its digits explain where it is off
    SLIGHT = 2  # off by less than 1 % of the total
    WRONG = 3


@dataclass(frozen=True, eq=False)
class Judged:
    """The rows held against a total: `off` is how far each is from a distribution, as a share of the total.

    That is the larger of |Σ − total| and of the distance of any number from [0, total]. `allowed` is what passes.
    """

    off: Array
    level: NDArray[np.int8]
    allowed: float
    total: float = 1.0

    def share(self, worst: Level) -> float:
        """Return the share of the rows that are no worse than this."""
        return float(np.count_nonzero(self.level <= worst) / self.level.size)

    @property
    def holds(self) -> bool:
        """True where most rows are meant as distributions with this total.

        Other numbers have this sum to within arithmetic by chance in less than one row of a hundred, so more than half
        of the rows decide, however bad the rest are. To within 1 % it takes nearly all: scores of confident models
        of each class against the rest come as close in many rows.
        """
        return self.share(Level.ROUNDED) > MOST or self.share(Level.SLIGHT) >= 1 - FEW


def tolerance_of(sample: ClassSample, total: float) -> Tolerance:
    """Return the tolerance of the sample's rows where they sum to `total`."""
    return set_tolerance(sample.digits, sample.outputs.shape[1], largest_number(sample), total)


def judge_sums(sample: ClassSample, total: float) -> Judged:
    """Hold every row against a total: 1 for probabilities, 100 for percentages, the number of votes."""
    rows, tolerance = measure_rows(sample), tolerance_of(sample, total)
    off, level, widened = np.empty(sample.n), np.zeros(sample.n, dtype=np.int8), False
    for start in range(0, sample.n, JUDGED_ROWS):
        part = slice(start, start + JUDGED_ROWS)
        gap, outside = np.abs(rows.total[part] - total), np.maximum(-rows.low[part], rows.high[part] - total)
        off[part] = np.maximum(gap, outside) / total + 0.0  # no negative zeros
        suspect = np.flatnonzero((gap > tolerance.sum) | (outside > tolerance.arithmetic))
        if suspect.size and not widened:
            tolerance, widened = _widened(sample, suspect + start, tolerance), True
            suspect = suspect[(gap[suspect] > tolerance.sum) | (outside[suspect] > tolerance.arithmetic)]
        if suspect.size:
            outputs = sample.outputs[part]
            level[part][suspect] = _grade(outputs, suspect, gap[suspect], outside[suspect], tolerance)
    return Judged(off, level, tolerance.sum / total, total)


def _widened(sample: ClassSample, suspect: NDArray[np.int64], tolerance: Tolerance) -> Tolerance:
    """Return the tolerance of a coarser type where the first suspect rows are all from it."""
    classes = sample.outputs.shape[1]
    values = sample.outputs[suspect[: 1 + CACHED_CELLS // classes]].ravel()
    return widen(tolerance, sample.digits, classes, values[np.isfinite(values)])


def _grade(
    outputs: Array, suspect: NDArray[np.int64], gap: Array, outside: Array, tolerance: Tolerance
) -> NDArray[np.int8]:
    """Return the levels of suspect rows of some outputs: what digits and single precision explain, and what is off."""
    off = np.maximum(gap, outside) / tolerance.total
    level = np.where(off <= SLIGHT, Level.SLIGHT, Level.WRONG).astype(np.int8)
    level[off <= SINGLE_PRECISION] = Level.ROUNDED
    classes = outputs.shape[1]
    inside = np.flatnonzero((outside <= tolerance.arithmetic) & np.isfinite(gap))
    near = inside[gap[inside] <= tolerance.largest_rounding(classes, gap[inside])]
    step = max(1, CACHED_CELLS // classes)
    for start in range(0, near.size, step):
        some = near[start : start + step]
        level[some[rounding_explains(outputs[suspect[some]], tolerance)]] = Level.ROUNDED
    return level


def judge_ranges(sample: ClassSample, total: float) -> Judged:
    """Hold every number on its own against [0, total]: single scores, and those of a multilabel sample."""
    rows = measure_rows(sample)
    allowed = total * arithmetic_error(sample.digits.epsilon, 1)
    off = np.maximum(np.maximum(-rows.low, rows.high - total), 0.0) / total
    level = np.where(off <= SLIGHT, Level.SLIGHT, Level.WRONG).astype(np.int8)
    level[off <= allowed / total] = Level.SOUND
    return Judged(off, level, allowed / total, total)


@dataclass(frozen=True, eq=False)
class Exponentials:
    """The sums of base^x of every row, where most rows could be logarithms of probabilities in that base."""

    base: float
    judged: Judged


@once_per_sample
def judge_exponentials(sample: ClassSample) -> Exponentials | None:
    """Take the numbers for log-probabilities in their likeliest base; None where few rows can be."""
    high = measure_rows(sample).high
    if np.count_nonzero(high <= SLIGHT) * 2 <= sample.n:
        return None
    base, share = _likeliest_base(sample)
    if share < FEWEST_FITTING:
        return None
    return Exponentials(base, judge_logarithms(sample, base))


def judge_logarithms(sample: ClassSample, base: float) -> Judged:
    """Hold the sums of base^x of every row against 1.

    An error e of log p changes p by p·e, so that rounding to a unit adds no more than the unit itself, and arithmetic
    the mean of |log p|, at most log K.
    """
    classes, rate = sample.outputs.shape[1], math.log(base)
    with np.errstate(over="ignore"):
        total = sum_exponentials(sample.outputs, rate)
    tolerance = tolerance_of(sample, 1.0)
    spread = 1 + math.log(classes)
    rounding = math.expm1(rate * tolerance.unit) + tolerance.relative * spread
    arithmetic = arithmetic_error(sample.digits.epsilon, classes) * spread
    off = np.maximum(np.abs(total - 1), measure_rows(sample).high * rate)
    level = np.where(off <= SLIGHT, Level.SLIGHT, Level.WRONG).astype(np.int8)
    level[off <= rounding + arithmetic] = Level.SOUND
    return Judged(off, level, rounding + arithmetic)


def _likeliest_base(sample: ClassSample) -> tuple[float, float]:
    """Return the base in which most rows sum to nearly 1, the closest one where several do, and their share."""
    some = sample.outputs[some_rows(sample.n, BASE_ROWS)]
    unit = set_tolerance(sample.digits, 1, 1.0).unit
    found = []
    for base in BASES:
        with np.errstate(over="ignore"):
            off = np.abs(sum_exponentials(some, math.log(base)) - 1)
        near = off <= max(SLIGHT, math.expm1(math.log(base) * unit))
        found.append((float(near.mean()), -float(off[near].mean()) if near.any() else 0.0, base))
    share, _, base = max(found, key=lambda one: one[:2])
    return base, share
