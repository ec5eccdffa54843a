"""Repeated values: how many there are, and the grid that rounding left behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.numeric.ordered import Ordered, order

if TYPE_CHECKING:
    from numpy.typing import NDArray

TIED_SHARE = 0.2  # docs/decision.md step 1: above this share of repeated values the likelihood is that of intervals
MERGE = 1e-9  # in units of spread: 0.30000000000000004 is 0.3, while 10⁷ normal rows lie 250 times wider
OFF_GRID = 1e-6  # in grid steps
LEAST_ALONE = 0.9  # of the rows of a summary must lie on values of their own for their grid to be that of all
LEAST_OCCUPIED = 0.05  # share of grid cells in use; random reals fit any grid that is fine enough


@dataclass(frozen=True)
class Ties:
    """The share of values that occur more than once, and the grid step when they lie on one."""

    share: float
    step: float | None


def describe_ties(values: Array, count: Array | None = None, merged: NDArray[np.bool_] | None = None) -> Ties:
    """Return the share of repeated values and, above 20 %, the largest step h of a grid that holds them all.

    `count` are the rows at each value; of `merged` ones, which differ a little, none counts as repeated, and where
    most rows are not merged, the grid need not hold those that are.

    >>> describe_ties(np.array([0.1, 0.1 + 0.2, 0.3, 0.5, 0.1]))
    Ties(share=0.8, step=0.2)
    """
    if count is not None and merged is not None:
        return _ties_beside_merged(values, count, merged)
    ranked = order(values, count)
    ordered, rows = ranked.value, ranked.n
    if rows < 2:
        return Ties(0.0, None)
    tolerance = np.maximum(MERGE * _spread(ranked), 8 * np.finfo(float).eps * np.abs(ordered[1:]))
    halves = ordered / 2  # the difference of two values near ±1e308 would overflow
    starts = np.flatnonzero(np.concatenate(([True], np.diff(halves) > tolerance / 2)))
    counts = np.diff(np.append(starts, values.size)) if count is None else np.add.reduceat(ranked.rows, starts)
    share = float(counts[counts > 1].sum() / rows)
    if share <= TIED_SHARE or starts.size < 2:
        return Ties(share, None)
    return Ties(share, _grid_step(ordered[starts], counts))


def _ties_beside_merged(values: Array, count: Array, merged: NDArray[np.bool_]) -> Ties:
    alone = ~merged
    part = float(count[alone].sum() / count.sum())
    found = describe_ties(values[alone], count[alone])
    share = found.share * part
    return Ties(share, found.step if part >= LEAST_ALONE and share > TIED_SHARE else None)


def distinct_values(
    values: Array, count: Array | None = None, merged: NDArray[np.bool_] | None = None
) -> tuple[Array, Array]:
    """Return the distinct values and how many rows are exactly there: one where the rows differ a little."""
    if count is None:
        distinct, counts = np.unique(values, return_counts=True)
        return distinct, counts.astype(float)
    distinct, place = np.unique(values, return_inverse=True)
    exactly = count if merged is None else np.where(merged, np.minimum(count, 1.0), count)
    return distinct, np.bincount(place, exactly).astype(float)


def rounding_step(values: Array, count: Array | None = None, merged: NDArray[np.bool_] | None = None) -> float | None:
    """Return the grid step of the values; None when at most 20 % are repeated or no grid holds them all."""
    return describe_ties(values, count, merged).step


def midranks(values: Array, count: Array | None = None) -> Array:
    """Return ranks from 1; equal values share the mean of their ranks."""
    position = np.argsort(values)
    ordered = values[position]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    counts = np.diff(np.append(starts, values.size))
    if count is None:
        rank = starts + (counts + 1) / 2
    else:
        rows = np.add.reduceat(count[position], starts)
        rank = np.cumsum(rows) - rows + (rows + 1) / 2
    ranks = np.empty(values.size)
    ranks[position] = np.repeat(rank, counts)
    return ranks


def _spread(ordered: Ordered) -> float:
    """Return the narrowest central range that is not zero: half of the values may be equal."""
    last = ordered.n - 1
    for tail in (0.25, 0.1, 0.01, 0.0):
        width = float(ordered.at(round(last * (1 - tail))) / 2 - ordered.at(round(last * tail)) / 2)
        if width > 0:
            return width
    return 0.0


def _grid_step(distinct: Array, counts: Array) -> float | None:
    scale = float(np.abs(distinct).max())
    points = distinct / scale
    cumulated = np.cumsum(counts) / counts.sum()
    inner = points[(cumulated >= 0.1) & (cumulated - counts / counts.sum() <= 0.9)]
    body = float(inner[-1] - inner[0]) if inner.size > 1 else float(points[-1] - points[0])
    finest = LEAST_OCCUPIED * body / max(inner.size, 2)
    noise = np.maximum(MERGE * _spread(Ordered(points)), 8 * np.finfo(float).eps)
    step = _common_divisor(np.diff(points), finest, float(noise))
    return None if step is None else _shortest(step * scale)


def _common_divisor(gaps: Array, finest: float, noise: float) -> float | None:
    """Return the largest real that divides all gaps up to noise (Euclid's algorithm); None below `finest`."""
    step = float(gaps.min())
    for _ in range(64):
        if step < finest or step <= 4 * noise:
            return None
        step = _refine(gaps, step)
        left_over = np.abs(gaps - step * np.round(gaps / step))
        off = left_over > OFF_GRID * step + 4 * noise
        if not off.any():
            return step
        step = float(left_over[off].min())
    return None


def _refine(gaps: Array, step: float) -> float:
    """Return the step averaged over ever longer gaps, so that a far outlier still counts whole steps."""
    for reach in (10.0, 1e3, 1e5):
        short = gaps[gaps < reach * step]
        steps = np.round(short / step)
        exact = np.abs(short - step * steps) < 0.01 * step
        if exact.any():
            step = float(short[exact].sum() / steps[exact].sum())
    return step


def _shortest(step: float) -> float:
    """Return 0.1 for 0.09999999999999998: a rounding step is a short decimal, if one is near."""
    short = float(f"{step:.6g}")
    return short if abs(short - step) <= 1e-9 * step else step
