"""What the statistics along the stated probability are when the labels are drawn again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.corp import fit_isotonic
from losscheck.outputs.ece import bin_errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.outputs.question import Pooled

AT_ONCE = 1 << 17
"""Numbers worked on at a time, so that they stay in the cache."""
NORMAL_FROM = 100.0
"""From this variance of a group's count on it is drawn as normal."""
COARSE_GROUPS = 2000
"""Groups of neighbouring probabilities of a large file. Isotonic regression pools about n^(2/3) rows anyway; where it
pools fewer, at both ends, groups hide some: by chance there is 7 to 15 % less miscalibration (n = 20,000 to 100,000, a
few 1e-4). So the observed one is taken from the same groups where it is compared with the draws."""


@dataclass(frozen=True, eq=False)
class QuestionDraws:
    """The observed statistic first, and then one of each draw.

    `miscalibration` of the Brier score (CORP), `drift` (the largest cumulative difference) and `error` (the expected
    calibration error).
    """

    miscalibration: Array
    drift: Array
    error: Array


def pool_draws(pooled: Pooled, came_true: NDArray[np.bool_], weight: Array | None) -> QuestionDraws:
    """Return the statistics of labels by row (draws + 1, n), the observed ones first."""
    step = max(1, AT_ONCE // came_true.shape[1])
    ordered_weight = None if weight is None else weight[pooled.order]
    parts = []
    for start in range(0, came_true.shape[0], step):
        hits = came_true[start : start + step, pooled.order].astype(np.float64)
        if ordered_weight is not None:
            hits *= ordered_weight
        parts.append(_measure(pooled, np.add.reduceat(hits, pooled.start, axis=1)))
    return QuestionDraws(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def draw_groups(pooled: Pooled, draws: int, seed: int) -> QuestionDraws:
    """Return the statistics with the number that come true drawn for groups of neighbours, instead of row by row.

    It is binomial with the group's mean probability, out of Kish's effective number of its rows; normal where its
    variance is large, which is ten times as fast.
    """
    coarse = coarsen(pooled, COARSE_GROUPS)
    rows = np.maximum(np.round(coarse.weight**2 / coarse.square_weight), 1.0)
    p = np.clip(coarse.p, 0.0, 1.0)
    variance = rows * p * (1 - p)
    few = variance < NORMAL_FROM
    random = np.random.default_rng(seed)
    parts = [_measure(coarse, coarse.came_true[None, :])]
    step = max(1, AT_ONCE // rows.size)
    for start in range(0, draws, step):
        size = min(step, draws - start)
        counts = rows * p + np.sqrt(variance) * random.standard_normal((size, rows.size))
        counts[:, few] = random.binomial(rows[few].astype(np.int64), p[few], (size, int(few.sum())))
        parts.append(_measure(coarse, counts * (coarse.weight / rows)))
    return QuestionDraws(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def coarsen(pooled: Pooled, groups: int) -> Pooled:
    """Return the groups joined with their neighbours in the same bin, into about `groups` of equal weight."""
    share = (np.cumsum(pooled.weight) - pooled.weight / 2) / pooled.total
    place = np.floor(share * groups)
    first = np.flatnonzero(
        np.concatenate((np.ones(1, dtype=np.bool_), (np.diff(place) > 0) | (np.diff(pooled.bin) > 0)))
    )
    weight, square_weight, stated, came_true, square_came_true = (
        np.add.reduceat(part, first)
        for part in (
            pooled.weight,
            pooled.square_weight,
            pooled.weight * pooled.p,
            pooled.came_true,
            pooled.square_came_true,
        )
    )
    return replace(
        pooled,
        p=stated / weight,
        weight=weight,
        square_weight=square_weight,
        came_true=came_true,
        square_came_true=square_came_true,
        bin=pooled.bin[first],
        start=pooled.start[first],
    )


def _measure(pooled: Pooled, came_true: Array) -> tuple[Array, Array, Array]:
    """Return miscalibration, drift and calibration error of what came true in every group, (draws, groups)."""
    p, total = pooled.p, pooled.total
    stated = pooled.weight * p
    # Σ w·((p − y)² − (x − y)²), where Σ w·x² = Σ w·x·y because x are means of y
    gained = np.array([float(fit_isotonic(row, pooled.weight) @ row) for row in came_true])
    miscalibration = (stated @ p - 2 * (came_true @ p) + gained) / total
    drift = np.abs(np.cumsum(came_true - stated, axis=1)).max(axis=1) / total
    return miscalibration, drift, bin_errors(came_true, pooled)
