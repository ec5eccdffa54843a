"""Jarque and Bera's test: skewness and kurtosis together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import standard_interval
from losscheck.checks.noise.measures import moments
from losscheck.checks.wording import effect_with, figure, normality_finding
from losscheck.numeric.lazy import scipy
from losscheck.results import Effect, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 0.0359  # K²/24 of t noise with 10.5 degrees of freedom (K = 0.928), where MSE keeps 95 % of the rows


def run(sample: Sample, alpha: float) -> Finding:
    """Test n·(S²/6 + K²/24) against χ² with 2 degrees of freedom; equal to scipy's, without its import."""
    statistic = sample.n * moments(sample).distance.value
    effect, measured = moment_distance(sample, alpha)
    return normality_finding(statistic, float(scipy.special.chdtrc(2, statistic)), alpha, effect, measured)


def moment_distance(sample: Sample, alpha: float) -> tuple[Effect, str]:
    """Return S²/6 + K²/24 with its interval, and skewness and excess kurtosis in words."""
    found = moments(sample)
    low, high = standard_interval(found.distance.value, found.distance.se, alpha)
    effect = effect_with("S²/6 + K²/24", found.distance.value, (max(0.0, low), high), MARGIN)
    return effect, f"skewness {figure(found.skewness.value)}, excess kurtosis {figure(found.kurtosis.value)}"


CHECK = Check(
    id="jarque_bera",
    code="LC206",
    title="Jarque–Bera",
    question="Are skewness and kurtosis those of the normal?",
    null="The residuals are independent draws from one normal distribution.",
    why="It is the score test of the normal within a wide class of skewed and heavy-tailed distributions, and "
    "it names its reason: skewness or kurtosis.",
    advice="See which of the two parts is large (LC210, LC211), and prefer their L-moment versions (LC212, "
    "LC213) when a few rows dominate.",
    misleads="Its χ² distribution is slow to arrive (at n = 200 it rejects some 4 % instead of 5 %), and one "
    "outlier is enough to reject.",
    references=("Jarque & Bera 1987, A test for normality of observations, doi:10.2307/1403192",),
    worst=Status.NOTE,
    run=run,
    minimum_rows=8,
)
