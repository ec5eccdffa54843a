"""A summary as a sample of points that stand for many rows each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from losscheck.numeric.lazy import Array, np
from losscheck.sample import Sample, Values
from losscheck.summary.buckets import CELL_BITS, FINE_BITS, HIGH_BITS, LOW_BITS, lower_edge
from losscheck.summary.folding import Summary
from losscheck.summary.tables import Pairs, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.summary.buckets import Integers

SHARES = 100_000
"""A bucket becomes as many points as it has such shares of the rows, at least two where its rows differ: with two alone
the distribution function would rise by 0.1 % at a point, a finding for Lilliefors' test at 10⁶ rows, and the median of
10⁶ rows would be off by half a standard error; so it is off by 0.02 (tests)."""
ROUND_OFF = 1e-5
"""Of the standard deviation in a cell: less across the line of residual and prediction is rounding of the moments."""
ERROR = 0.02
"""By which a fitted parameter may move at 10⁶ rows, of its standard error (tests; docs/scale.md)."""
NEARLY_WHOLE = 0.01
"""A cell of one whole number has it up to the 16 bits of its moments."""
ATOM_TIMES, ATOM_SHARE = 10.0, 0.01
"""A bucket with so many times the rows of either neighbour, and with this share of all, holds one value many times."""


def sample_of(summary: Summary) -> Sample:
    """Return the points of a summary: residuals finely, residual with prediction in cells."""
    values = expand(summary.residual, summary.center.residual)
    targets = None if summary.target is None else expand(summary.target, 0.0)
    rows = np.empty(0, np.int64)
    info = replace(summary.info, summarized=True, summary=_describe(summary))
    cells = None
    if summary.pairs is not None:
        residual, prediction, count, merged = _expand_pairs(summary)
        target = prediction + residual if targets is None else _within(prediction + residual, targets)
        cells = Sample(
            residual=residual,
            row=rows,
            info=info,
            target=target,
            prediction=prediction,
            ordered=False,
            count=count,
            merged=merged,
        )
    return Sample(
        residual=values.value,
        row=rows,
        info=info,
        ordered=False,
        missing=summary.missing,
        non_finite=summary.non_finite,
        count=values.count,
        merged=values.merged,
        cells=cells,
        targets=targets,
    )


def _within(target: Array, targets: Values) -> Array:
    """Return the targets of cells within the range of all, and whole where all are whole."""
    target = np.clip(target, targets.value.min(), targets.value.max())
    if targets.whole:
        whole = np.rint(target)
        target = np.where(np.abs(target - whole) < NEARLY_WHOLE, whole, target)
    return target


def _describe(summary: Summary) -> dict[str, Any]:
    """Return what the report's JSON says about the summary."""
    described = {"buckets": int(summary.residual.bucket.size), "bucket_width": 2.0**-FINE_BITS}
    if summary.pairs is not None:
        described |= {"cells": int(summary.pairs.table.bucket.size), "center_prediction": summary.center.prediction}
        described |= dict(zip(("residual_bits", "prediction_bits"), summary.pairs.bits, strict=True))
    return described | {"center_residual": summary.center.residual, "error_in_standard_errors": ERROR}


def expand(table: Table, center: float) -> Values:
    """Return every bucket as evenly spaced points with its mean and standard deviation; one where its rows are equal.

    Two points are half of the rows each at mean ± sd.
    """
    edge, width = lower_edge(table.bucket, FINE_BITS)
    count, high, low, square = (column.astype(np.float64) for column in table.sums)
    mean = (high + low / 2**LOW_BITS) / count
    variance = np.where(_equal(table), 0.0, np.maximum(square / count - (high / count) ** 2, 0.0))
    which, count, mean, variance = _split_atoms(table.bucket, count, mean, variance)
    edge, unit = edge[which], width[which] / 2**HIGH_BITS
    points = np.minimum(np.ceil(count * (SHARES / count.sum())), count)
    number = np.where(variance > 0, np.maximum(points, 2), 1).astype(np.int64)
    value = edge + unit * mean
    spread = _evenly(number)
    at = np.repeat(value, number) + spread * np.repeat(np.abs(unit) * np.sqrt(variance), number) + center
    return Values(at, np.repeat(count / number, number), np.repeat(variance > 0, number))


def _split_atoms(bucket: Integers, count: Array, mean: Array, variance: Array) -> tuple[Integers, Array, Array, Array]:
    """Part buckets with far more rows than their neighbours into one value and what the neighbours lead to expect.

    A density has no hump as narrow as one bucket: many rows have the same value there.
    """
    near = np.diff(bucket) == 1
    below = np.concatenate(([0.0], np.where(near, count[:-1], 0.0)))
    above = np.concatenate((np.where(near, count[1:], 0.0), [0.0]))
    rest = (below + above) / 2
    high = (variance > 0) & (rest > 0) & (count > ATOM_TIMES * np.maximum(below, above))
    high &= count > ATOM_SHARE * count.sum()
    which = np.arange(bucket.size)
    if not high.any():
        return which, count, mean, variance
    middle = 2.0 ** (HIGH_BITS - 1)
    left = np.where(high, count - rest, count)
    at = np.where(high, np.clip((count * mean - rest * middle) / left, 0.0, 2 * middle - 1), mean)
    evenly = np.full(int(high.sum()), middle * middle / 3)
    both = np.concatenate
    return (
        both((which, which[high])),
        both((left, rest[high])),
        both((at, np.full(evenly.size, middle))),
        both((np.where(high, 0.0, variance), evenly)),
    )


def _equal(table: Table) -> Array:
    """Tell, exactly, in which buckets all rows are equal up to 2^−16 of the bucket: n Σx² = (Σx)²."""
    count, high, _, square = table.sums
    exact = [int(n) * int(s) == int(h) ** 2 for n, h, s in zip(count, high, square, strict=True)]
    return np.array(exact, dtype=bool)


def _evenly(number: Integers) -> Array:
    """Return, for every group of so many points, evenly spaced numbers of mean 0 and variance 1."""
    size = np.repeat(number, number).astype(np.float64)
    index = np.arange(size.size) - np.repeat(np.cumsum(number) - number, number)
    spread: Array = np.sqrt(3 / np.maximum(size * size - 1, 1)) * (2 * index + 1 - size)
    return spread


def _expand_pairs(summary: Summary) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
    """Return residual, prediction, rows and whether they differ, of four points a cell with its moments up to 2.

    At r̄ ± s the prediction is p̄ ± ρt ± √(1 − ρ²)t, s and t the standard deviations and ρ the correlation in the cell.
    Without those of the prediction the coefficients of a changing scale would be off by 0.2 standard errors at 10⁶
    rows.
    """
    pairs: Pairs | None = summary.pairs
    assert pairs is not None
    residual, prediction = pairs.buckets()
    count, *sums = (column.astype(np.float64) for column in pairs.table.sums)
    r, p, rr, pp, rp = (column / count for column in sums)
    s, t = np.sqrt(np.maximum(rr - r * r, 0.0)), np.sqrt(np.maximum(pp - p * p, 0.0))
    along = np.where(s > 0, np.clip((rp - r * p) / np.where(s > 0, s, 1.0), -t, t), 0.0)
    across = np.sqrt(np.maximum(t * t - along * along, 0.0))
    across[across <= ROUND_OFF * t] = 0.0  # two rows are two points
    sides, tilts = np.where(s > 0, 2, 1), np.where(across > 0, 2, 1)
    number = sides * tilts
    cell = np.repeat(np.arange(number.size), number)
    within = np.arange(cell.size) - np.repeat(np.cumsum(number) - number, number)
    side = np.where(sides[cell] == 2, 1.0 - 2 * (within % 2), 0.0)
    tilt = np.where(tilts[cell] == 2, 1.0 - 2 * (within // sides[cell]), 0.0)
    at = r[cell] + side * s[cell], p[cell] + side * along[cell] + tilt * across[cell]
    values = [
        (power + unit * 0.5 * (bucket != 0))[cell] + unit[cell] * lead + center
        for lead, bucket, bits, center in zip(
            at, (residual, prediction), pairs.bits, (summary.center.residual, summary.center.prediction), strict=True
        )
        for power, unit in (_octave(bucket, bits),)
    ]
    return values[0], values[1], (count / number)[cell], number[cell] > 1


def _octave(bucket: Integers, bits: int) -> tuple[Array, Array]:
    """Return the signed power of two below each bucket, and the unit of its leading mantissas."""
    power, _ = lower_edge(np.sign(bucket) * (np.abs(bucket) >> bits), 0)
    return power, power / 2**CELL_BITS
