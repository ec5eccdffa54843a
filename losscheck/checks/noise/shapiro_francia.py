"""Shapiro and Francia's test: the squared correlation of a normal quantile plot."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.noise.measures import standardise
from losscheck.checks.noise.shapiro_wilk import MOST_ROWS, straightness
from losscheck.checks.wording import normality_finding
from losscheck.numeric.lazy import np, scipy
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample


def run(sample: Sample, alpha: float) -> Finding:
    """Test with the squared correlation of sorted residuals and normal quantiles."""
    z = standardise(sample).ordered.expanded()
    n = z.size
    quantiles = scipy.special.ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    statistic = min(float(z @ quantiles) ** 2 / float(z @ z) / float(quantiles @ quantiles), 1.0)
    effect, measured = straightness(sample, 1 - statistic, alpha)
    return normality_finding(statistic, _p_value(1 - statistic, n), alpha, effect, measured)


def _p_value(bend: float, n: int) -> float:
    """Return Royston's p-value: log(1 − W′) is nearly normal for 5 ≤ n ≤ 5000."""
    if bend <= 0:
        return 1.0
    u = log(n)
    v = log(u)
    mean = -1.2725 + 1.0521 * (v - u)
    sd = 1.0308 - 0.26758 * (v + 2 / u)
    return float(scipy.special.ndtr(-(log(bend) - mean) / sd))


CHECK = Check(
    id="shapiro_francia",
    code="LC202",
    title="Shapiro–Francia",
    question="How straight is the normal quantile plot of the residuals?",
    null="The residuals are independent draws from one normal distribution.",
    why="The statistic is the squared correlation that one sees in a quantile plot; against heavy tails it is "
    "a little more powerful than Shapiro and Wilk's.",
    advice="Look at the ends of the quantile plot: both bent outwards are heavy tails (a robust loss), one bent "
    "is skew (a transform or a skewed likelihood).",
    misleads="As LC201: ties, dependence, trend and changing scale are rejected too, and n decides what is "
    "significant.",
    references=(
        "Shapiro & Francia 1972, An approximate analysis of variance test, doi:10.1080/01621459.1972.10481232",
        "Royston 1993, A toolkit for testing for non-normality, doi:10.2307/2348109",
    ),
    worst=Status.NOTE,
    run=run,
    minimum_rows=5,
    maximum_rows=MOST_ROWS,
)
