"""A summary as a sample of points that stand for many rows each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from losscheck.numeric.lazy import Array, np
from losscheck.results import InputInfo
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
    cells, joint = _cells(summary, info, targets), None
    if summary.joint is not None and targets is not None:
        points = _expand_pairs(summary.joint, (0.0, summary.center.prediction))
        joint = _paired(_within(points.first, targets), points, info)
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
        joint=joint,
        targets=targets,
    )


def _cells(summary: Summary, info: InputInfo, targets: Values | None) -> Sample | None:
    """Return the points of residual and prediction, whose targets follow."""
    if summary.pairs is None:
        return None
    points = _expand_pairs(summary.pairs, (summary.center.residual, summary.center.prediction))
    target = points.prediction + points.first
    return _paired(target if targets is None else _within(target, targets), points, info, points.first)


def _paired(target: Array, points: _Points, info: InputInfo, residual: Array | None = None) -> Sample:
    return Sample(
        residual=target - points.prediction if residual is None else residual,
        row=np.empty(0, np.int64),
        info=info,
        target=target,
        prediction=points.prediction,
        ordered=False,
        count=points.count,
        merged=points.merged,
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

    A density has no hump as narrow as one bucket: many rows have the same value there. In the last bucket of either end
    that value is the end.
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
    left = np.where(high, count - rest, count)
    whole = 2.0**HIGH_BITS
    ends = np.zeros((2, bucket.size), dtype=bool)  # where all rows lie nearer to 0 than the value, or farther
    ends[int(bucket[-1] < 0), -1] = ends[int(bucket[0] > 0), 0] = True
    inner, outer = ends
    total = count * mean - np.where(inner, 0.0, rest * whole / 2)
    at = np.clip(total / np.where(inner | outer, left + rest / 2, left), 0.0, whole - 1)
    start, stop = np.where(outer, at, 0.0), np.where(inner, at, whole)
    both = np.concatenate
    return (
        both((which, which[high])),
        both((left, rest[high])),
        both((np.where(high, at, mean), ((start + stop) / 2)[high])),
        both((np.where(high, 0.0, variance), ((stop - start) ** 2 / 12)[high])),
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


@dataclass(frozen=True, eq=False)
class _Points:
    """Points of two columns, the rows that each stands for, and which stand for rows that differ."""

    first: Array
    prediction: Array
    count: Array
    merged: NDArray[np.bool_]


def _expand_pairs(pairs: Pairs, centers: tuple[float, float]) -> _Points:
    """Return four points a cell with its moments up to 2.

    At r̄ ± s the prediction is p̄ ± ρt ± √(1 − ρ²)t, s and t the standard deviations and ρ the correlation in the cell.
    Without those of the prediction the coefficients of a changing scale would be off by 0.2 standard errors at 10⁶
    rows.
    """
    first, prediction = pairs.buckets()
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
        for lead, bucket, bits, center in zip(at, (first, prediction), pairs.bits, centers, strict=True)
        for power, unit in (_octave(bucket, bits),)
    ]
    return _Points(values[0], values[1], (count / number)[cell], number[cell] > 1)


def _octave(bucket: Integers, bits: int) -> tuple[Array, Array]:
    """Return the signed power of two below each bucket, and the unit of its leading mantissas."""
    power, _ = lower_edge(np.sign(bucket) * (np.abs(bucket) >> bits), 0)
    return power, power / 2**CELL_BITS
