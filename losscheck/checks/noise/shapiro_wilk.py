"""Shapiro and Wilk's test of normal shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import influence_se, standard_interval
from losscheck.checks.noise.measures import l_influence, standardise
from losscheck.checks.wording import effect_with, figure, normality_finding
from losscheck.numeric.lazy import np, scipy
from losscheck.numeric.ordered import Ordered
from losscheck.results import Effect, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 0.0049  # 1 − W of t noise with 10.5 degrees of freedom, where MSE keeps 95 % of the rows
MOST_ROWS = 5000  # the p-value of algorithm AS R94 is calibrated up to here


def run(sample: Sample, alpha: float) -> Finding:
    """Test with scipy's Shapiro–Wilk."""
    from scipy.stats import shapiro

    statistic, p = (float(value) for value in shapiro(standardise(sample).ordered.expanded()))
    effect, measured = straightness(sample, 1 - statistic, alpha)
    return normality_finding(statistic, p, alpha, effect, measured)


def straightness(sample: Sample, bend: float, alpha: float) -> tuple[Effect, str]:
    """Return the share of variance off the normal line of a quantile plot, with its interval, and the words."""
    z = standardise(sample).ordered.expanded()
    n = z.size
    slope = l_influence(Ordered(z), scipy.special.ndtri(np.arange(1, n) / n))
    line = float(z @ scipy.special.ndtri((np.arange(n) + 0.5) / n)) / n
    influence = (1 - bend) * (2 * slope / max(line, 1e-12) - (z * z - float((z * z).mean())))
    interval = standard_interval(bend, influence_se(influence), alpha)
    effect = effect_with("share of variance off the normal line", bend, (max(0.0, interval[0]), interval[1]), MARGIN)
    return effect, f"{figure(100 * bend)} % of the variance lies off a straight normal quantile plot"


CHECK = Check(
    id="shapiro_wilk",
    code="LC201",
    title="Shapiro–Wilk",
    question="Do the residuals lie on a straight line against normal quantiles?",
    null="The residuals are independent draws from one normal distribution.",
    why="Squared error is the normal's negative log-likelihood. This is the most powerful general test of "
    "normality; it is reported for reference and decides nothing, because harmless noise is rejected too "
    "when rows are many.",
    advice="Read the verdict's efficiency of MSE, not this p-value: a rejection matters only as far as a robust "
    "loss would use the rows better.",
    misleads="Rounded, sorted or dependent rows, a remaining trend and a changing scale are all rejected as if the "
    "noise were not normal. At 5,000 rows it rejects t noise with 20 degrees of freedom, where MSE keeps 98.6 % "
    "of the rows, 94 times in 100.",
    references=(
        "Shapiro & Wilk 1965, An analysis of variance test for normality, doi:10.1093/biomet/52.3-4.591",
        "Royston 1995, Remark AS R94, doi:10.2307/2986146",
    ),
    worst=Status.NOTE,
    run=run,
    minimum_rows=3,
    maximum_rows=MOST_ROWS,
)
