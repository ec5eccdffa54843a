"""Cramér and von Mises' test: the average gap to the normal distribution function."""

from __future__ import annotations

from math import exp, sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import band_half_width
from losscheck.checks.noise.measures import standardise
from losscheck.checks.wording import effect_with, normality_finding, percent
from losscheck.numeric.lazy import np, scipy
from losscheck.numeric.ordered import product_of
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 0.0105  # √(W²/n) of t noise with 10.5 degrees of freedom, where MSE keeps 95 % of the rows
SMALLEST_P = 7.37e-10  # where Stephens' formula ends


def run(sample: Sample, alpha: float) -> Finding:
    """Test with W², estimated mean and standard deviation."""
    z = standardise(sample).ordered
    n = z.n
    gaps = scipy.special.ndtr(z.value) - z.middle / n
    # c rows at one value are off its mean gap by half a step, one and a half, …: (c³ − c)/(12 n²) in all
    equal = 0.0 if z.count is None else float(np.where(z.spread > 0, 0.0, z.count**3 - z.count).sum())
    statistic = (1 + equal / n) / (12 * n) + float(product_of(gaps, gaps, z.count))
    root = sqrt(statistic / n)
    reach = band_half_width(n, alpha)
    effect = effect_with(
        "average gap to the normal distribution function", root, (max(0.0, root - reach), root + reach), MARGIN
    )
    measured = f"on average the share of residuals below a point differs by {percent(root)} from the normal's"
    return normality_finding(statistic, _p_value(statistic, n), alpha, effect, measured)


def _p_value(statistic: float, n: int) -> float:
    """Return Stephens' p-value for estimated mean and variance (1986, table 4.9), as in R's nortest."""
    w = statistic * (1 + 0.5 / n)
    if w < 0.0275:
        return 1 - exp(-13.953 + 775.5 * w - 12542.61 * w * w)
    if w < 0.051:
        return 1 - exp(-5.903 + 179.546 * w - 1515.29 * w * w)
    if w < 0.092:
        return exp(0.886 - 31.62 * w + 10.897 * w * w)
    return exp(1.111 - 34.242 * w + 12.832 * w * w) if w < 1.1 else SMALLEST_P


CHECK = Check(
    id="cramer_von_mises",
    code="LC205",
    title="Cramér–von Mises",
    question="How far is the residuals' distribution function from the normal's on average?",
    null="The residuals are independent draws from one normal distribution.",
    why="It averages the gap instead of taking the widest, so it is steadier than Lilliefors' test.",
    advice="Read it beside Anderson–Darling (LC203): if only that one rejects, the deviation sits in the tails.",
    misleads="Like every test of normality it rejects anything when rows are many; see the size of the gap.",
    references=("Stephens 1974, EDF statistics for goodness of fit, doi:10.1080/01621459.1974.10480196",),
    worst=Status.NOTE,
    run=run,
    minimum_rows=8,
)
