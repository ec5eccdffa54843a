"""L-kurtosis: the weight of the tails, measured by order statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import standard_interval
from losscheck.checks.noise.excess_kurtosis import ratio_finding
from losscheck.checks.noise.measures import l_ratios
from losscheck.checks.wording import effect_with
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

NORMAL = 0.12260171954089094  # (30/π)·atan√2 − 9
MARGIN = 0.1526  # its value for t noise with 10.5 degrees of freedom, where MSE keeps 95 % of the rows


def run(sample: Sample, alpha: float) -> Finding:
    """Measure λ₄/λ₂."""
    found = l_ratios(sample).kurtosis
    effect = effect_with("L-kurtosis", found.value, standard_interval(found.value, found.se, alpha), MARGIN)
    return ratio_finding(effect, NORMAL, "heavier tails", "lighter tails")


CHECK = Check(
    id="l_kurtosis",
    code="LC212",
    title="L-kurtosis",
    question="How heavy are the tails, measured so that single rows do not decide?",
    null="The L-kurtosis is 0.1226, as the normal's.",
    why="It exists for every noise with a mean, has a small error, and orders the families: uniform 0, normal "
    "0.123, logistic 0.167, Laplace 0.236, t with 3 degrees of freedom 0.261.",
    advice="Above 0.153 squared error wastes more than about 5 % of the rows if the noise is symmetric: see the "
    "verdict's efficiencies for the loss to take.",
    misleads="A scale that changes with the prediction (LC301) mixes normals into heavy tails and is not cured by "
    "a robust loss alone; skewness raises it too.",
    references=("Hosking 1990, L-moments, doi:10.1111/j.2517-6161.1990.tb01775.x",),
    worst=Status.NOTE,
    run=run,
    minimum_rows=8,
)
