"""Medcouple: asymmetry of the middle of the residuals."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import standard_interval
from losscheck.checks.noise.excess_kurtosis import ratio_finding
from losscheck.checks.noise.measures import standardise
from losscheck.checks.wording import effect_with
from losscheck.numeric.lazy import Array, np
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 0.047  # its value for gamma noise of skewness 0.324, where the mean keeps 95 % of the rows
NORMAL_VARIANCE = 1.25  # n times the variance on normal noise (Brys, Hubert & Struyf 2004, section 3)
MOST_POINTS = 501  # all pairs are compared


def medcouple(ordered: Array) -> float:
    """Return the median of ((x − m) − (m − y))/(x − y) over x ≥ m ≥ y, m the median of the sorted values.

    Our own, equal to statsmodels' (tests): importing that costs more than all checks of a small file.
    """
    z = ordered - np.median(ordered)
    upper, lower = z[z >= 0], z[z <= 0]
    with np.errstate(invalid="ignore"):
        kernel = (upper[:, None] + lower) / (upper[:, None] - lower)
    ties = int((lower == 0).sum())
    if ties:  # pairs of values at the median: the sign of their ranks' sum (Brys et al., equation 2.2)
        i = np.arange(ties)
        kernel[:ties, -ties:] = np.sign(i[:, None] - i[::-1])
    return float(np.median(kernel))


def run(sample: Sample, alpha: float) -> Finding:
    """Measure the medcouple, above 501 rows of evenly spaced order statistics."""
    value = medcouple(standardise(sample).ordered.evenly(MOST_POINTS))
    interval = standard_interval(value, sqrt(NORMAL_VARIANCE / sample.n), alpha)
    effect = effect_with("medcouple", value, (max(-1.0, interval[0]), min(1.0, interval[1])), MARGIN)
    caveat = f" Computed from {MOST_POINTS:,} evenly spaced order statistics." if sample.n > MOST_POINTS else ""
    return ratio_finding(effect, 0.0, "a longer upper side", "a longer lower side", caveat)


CHECK = Check(
    id="medcouple",
    code="LC214",
    title="Medcouple",
    question="Are the middle rows lopsided, whatever the outliers do?",
    null="The medcouple is 0.",
    why="A quarter of the rows may be arbitrarily wrong before it breaks, so it separates skewed noise from "
    "contaminated noise.",
    advice="If skewness is large and this is near 0, the asymmetry sits in a few rows: look at them (LC217) "
    "before choosing a skewed likelihood.",
    misleads="The interval is that of normal noise, about right near 0 only; heavy rounding pulls the medcouple to 0.",
    references=("Brys, Hubert & Struyf 2004, A robust measure of skewness, doi:10.1198/106186004X12632",),
    worst=Status.NOTE,
    run=run,
    minimum_rows=10,
)
