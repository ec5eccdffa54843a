"""White's test of a constant variance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.noise.breusch_pagan import regressor, scale_finding
from losscheck.checks.noise.measures import detrended, mean_trend
from losscheck.numeric.lazy import np
from losscheck.numeric.scale import explained_share
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample


def run(sample: Sample, alpha: float) -> Finding:
    """Regress the squared residual on the prediction and its square: n R² is χ²(2)."""
    x = regressor(sample)
    if x is None or mean_trend(sample).curvature is None:
        return Finding(Status.SKIP, "needs at least three different predictions")
    share = explained_share(detrended(sample) ** 2, np.stack((x, x * x)), sample.paired.count)
    return scale_finding(share, 2, sample.n, alpha)


CHECK = Check(
    id="white",
    code="LC303",
    title="White",
    question="Does the squared residual follow a parabola in the prediction?",
    null="The squared residual has no linear or quadratic relation to the prediction.",
    why="It also sees spread that is larger in the middle or at both ends, which Breusch and Pagan's test does not.",
    advice="See LC301 for the size of the change; a scale head or weights are the cure, not another test.",
    misleads="Heavy tails cost it power, and extreme predictions have great leverage in the square.",
    references=("White 1980, A heteroskedasticity-consistent covariance matrix estimator, doi:10.2307/1912934",),
    worst=Status.NOTE,
    run=run,
    needs=frozenset({Need.PREDICTION}),
    minimum_rows=10,
)
