"""The held-out likelihood of a fitted family: every row under the parameters fitted without it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from losscheck.families.family import Family
from losscheck.families.likelihood import box, density_terms, maximise
from losscheck.families.search import solve
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.newton import Minimum
from losscheck.numeric.points import Points
from losscheck.results import Parameter

if TYPE_CHECKING:
    from numpy.typing import NDArray

HIGH_LEVERAGE, LARGEST_ERROR = 0.1, 1e-4
"""Nats by which leaving a row out raises its nll, to first order: above it the Newton step may be far off, by about
its square. Of many rows only those are refitted whose error would move the mean by more than 1e-4 nats."""
MOST_REFITS = 12
IMPOSSIBLE = 700.0
"""Nats, in robust units: a row that is worse without itself counts as this; its density is 0 in double precision."""


def leave_one_out(
    family: Family, points: Points, end: Minimum, free: NDArray[np.bool_], inverse: Array | None, offset: float
) -> Parameter | None:
    """Return the mean of each row's nll at the parameters fitted without it, and its standard error.

    Rows of little leverage by one Newton step: without row i the gradient at the maximum is −g_i, and theta moves
    by (J − g_i g_i')⁻¹ g_i, where the outer product stands for the row's own Hessian, which for a single row may be
    far from positive. That raises the nll of the row by h/(1 − h), h = g_i'J⁻¹g_i. The few rows of high leverage
    are refitted without. At n = 60 the mean is within 1e-4 nats of refitting every row for the normal, within 2e-3
    for t and Cauchy (tests), and the error falls as 1/n². Where psi jumps (Laplace), it is the mean over what the
    gaps between the central values might have been. The standard error leaves out how the Jacobian of a log ratio
    varies: that is the same for every family.
    """
    if inverse is None:
        return None
    gradients = end.gradients[free]
    leverage = np.einsum("in,ij,jn->n", gradients, inverse, gradients)
    rows = end.values + leverage / np.maximum(1 - leverage, 0.5)
    whole = points.weight > 1 - 1e-9  # half of a row, as compressed points are, cannot be left out
    high = max(HIGH_LEVERAGE, float(np.sqrt(LARGEST_ERROR * points.n)))
    order = np.argsort(-leverage, kind="stable")[:MOST_REFITS]
    for i in order[(leverage[order] > high) & whole[order]].tolist():
        rows[i] = _nll_without(family, points, end, i)
    rows = np.fmin(rows, np.maximum(end.values, IMPOSSIBLE))
    n = points.n
    mean = float(points.weight @ rows) / n
    variance = float(points.weight @ (rows - mean) ** 2) / max(n - 1, 1.0)
    return Parameter(mean + offset, float(np.sqrt(variance / n)))


def _nll_without(family: Family, points: Points, end: Minimum, row: int) -> float:
    """Return the nll of a row at the parameters refitted without it; +inf where they make it impossible."""
    left = points.weight.copy()
    left[row] -= 1
    rest = _select(replace(points, weight=left), left > 1e-9)
    low, high = box(family, points)
    pinned = end.at_low & end.at_high
    low[pinned] = high[pinned] = end.theta[pinned]
    again = solve(family, rest) or maximise(family, rest, [end.theta], (low, high))
    alone = _select(points, np.arange(left.size) == row)
    return float(density_terms(family, alone)(again.theta)[0][0])


def _select(points: Points, which: NDArray[np.bool_]) -> Points:
    design = None if points.design is None else points.design[:, which]
    return replace(points, value=points.value[which], weight=points.weight[which], design=design)
