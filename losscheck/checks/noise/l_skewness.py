"""L-skewness: asymmetry measured by order statistics."""

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

MARGIN = 0.053  # its value for gamma noise of skewness 0.324, where the mean keeps 95 % of the rows


def run(sample: Sample, alpha: float) -> Finding:
    """Measure λ₃/λ₂."""
    found = l_ratios(sample).skewness
    effect = effect_with("L-skewness", found.value, standard_interval(found.value, found.se, alpha), MARGIN)
    return ratio_finding(effect, 0.0, "a longer upper tail", "a longer lower tail")


CHECK = Check(
    id="l_skewness",
    code="LC213",
    title="L-skewness",
    question="Is one tail longer than the other, measured so that single rows do not decide?",
    null="The L-skewness is 0.",
    why="It lies between −1 and 1 (exponential noise: 1/3) and tells skewed noise from symmetric noise with a "
    "few far rows on one side.",
    advice="As for skewness (LC211): decide whether the prediction must be a mean or a median before changing "
    "the loss; for a positive target try its logarithm.",
    misleads="A curved mean (LC103) and a pile-up at a bound (LC221) look like skewed noise.",
    references=("Hosking 1990, L-moments, doi:10.1111/j.2517-6161.1990.tb01775.x",),
    worst=Status.NOTE,
    run=run,
    minimum_rows=8,
)
