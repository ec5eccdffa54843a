"""Excess kurtosis: the weight of the far residuals."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import standard_interval
from losscheck.checks.noise.measures import l_ratios, moments
from losscheck.checks.wording import effect_with, figure
from losscheck.results import Effect, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 0.93  # 6/(ν − 4) at ν = 10.5, where MSE keeps 95 % of the rows
NORMAL_VARIANCE = 24.0  # n times the variance on normal noise: samples without far rows underestimate their own
NO_FOURTH_MOMENT = 0.2168  # L-kurtosis of t noise with 4 degrees of freedom, the first without a fourth moment


def run(sample: Sample, alpha: float) -> Finding:
    """Measure m₄/m₂² − 3."""
    found = moments(sample).kurtosis
    se = max(found.se, sqrt(NORMAL_VARIANCE / sample.n))
    effect = effect_with("excess kurtosis", found.value, standard_interval(found.value, se, alpha), MARGIN)
    caveat = ""
    if tails_heavier_than(NO_FOURTH_MOMENT, sample):
        caveat = (
            " The tails are so heavy that it may grow with the number of rows without end, and its interval is void."
        )
    return ratio_finding(effect, 0.0, "heavier", "lighter", caveat)


def tails_heavier_than(limit: float, sample: Sample) -> bool:
    """Return whether L-kurtosis, which exists wherever the mean does, is above the limit (from 20 rows on)."""
    return sample.n >= 20 and l_ratios(sample).kurtosis.value > limit


def ratio_finding(effect: Effect, normal: float, above: str, below: str, caveat: str = "") -> Finding:
    """Note a shape ratio whose interval leaves out the normal's value; `above` and `below` say what that is."""
    value, low, high = effect.value or 0.0, effect.low or 0.0, effect.high or 0.0
    measured = f"{effect.name[0].upper()}{effect.name[1:]} {figure(value)} ({figure(low)} to {figure(high)})"
    if low <= normal <= high:
        return Finding(Status.PASS, f"{measured} includes the normal's {figure(normal)}.{caveat}", effect=effect)
    kind = above if value > normal else below
    return Finding(
        Status.NOTE, f"{measured}: {kind} than the normal, whose value is {figure(normal)}.{caveat}", effect=effect
    )


CHECK = Check(
    id="excess_kurtosis",
    code="LC210",
    title="Excess kurtosis",
    question="How heavy are the tails, by the fourth moment?",
    null="The excess kurtosis is 0, as the normal's.",
    why="The variance of the estimated variance is decided by it, and squared error follows the far residuals "
    "that make it large.",
    advice="Above 1, compare with L-kurtosis (LC212): if both are high the tails are heavy throughout; if only "
    "this one is, a few rows make it (LC217).",
    misleads="It is decided by the few largest residuals and bounded by n. For t noise with 4 degrees of freedom "
    "or fewer it does not exist. As a rule (above 1: robust loss) it misses every third noise that "
    "matters at 300 rows.",
    references=(
        "Westfall 2014, Kurtosis as peakedness, 1905–2014, R.I.P., doi:10.1080/00031305.2014.917055",
        "Joanes & Gill 1998, Comparing measures of sample skewness and kurtosis, doi:10.1111/1467-9884.00122",
    ),
    worst=Status.NOTE,
    run=run,
    minimum_rows=8,
)
