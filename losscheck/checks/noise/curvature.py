"""Curvature: whether the mean of the residual bends along the prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.noise.bias import trend_finding
from losscheck.checks.noise.measures import mean_trend
from losscheck.checks.wording import figure
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample


def run(sample: Sample, alpha: float) -> Finding:
    """Hold the quadratic part of the residual against 0.1 residual standard deviations."""
    fit = mean_trend(sample)
    if fit.curvature is None:
        return Finding(Status.SKIP, "needs at least three different predictions")
    side = "low" if fit.curvature.value > 0 else "high"
    measured = (
        f"small and large predictions together are too {side} against those between, by "
        f"{figure(abs(fit.curvature.value))} residual sd"
    )
    return trend_finding(fit, "curvature", alpha, "curvature in residual sd", measured)


CHECK = Check(
    id="curvature",
    code="LC103",
    title="Curvature",
    question="Do the residuals bend along the prediction?",
    null="The mean of the residual is not quadratic in the prediction.",
    why="A bend is a model on the wrong scale (additive where the world multiplies) or a missing interaction. "
    "It mixes a moving mean into the noise, which then looks skewed or two-humped.",
    advice="Plot residual against prediction. Try the logarithm of the target (a bend with growing spread), let "
    "the model bend (trees, splines, interactions), or recalibrate with an isotonic fit on held-out rows.",
    misleads="A few extreme predictions can carry the whole bend; look at the plot before believing it.",
    references=(
        "Ramsey 1969, Tests for specification errors, doi:10.1111/j.2517-6161.1969.tb00796.x",
        "Newey & West 1987, A positive semi-definite HAC covariance matrix, doi:10.2307/1913610",
    ),
    worst=Status.WARN,
    run=run,
    needs=frozenset({Need.PREDICTION}),
    minimum_rows=10,
)
