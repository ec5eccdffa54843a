"""Lilliefors' test: the largest gap to the normal distribution function."""

from __future__ import annotations

from math import exp, sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import band_half_width
from losscheck.checks.noise.measures import standardise
from losscheck.checks.wording import effect_with, normality_finding, percent
from losscheck.numeric.lazy import scipy
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 0.0152  # D of t noise with 10.5 degrees of freedom, where MSE keeps 95 % of the rows


def run(sample: Sample, alpha: float) -> Finding:
    """Test with the Kolmogorov–Smirnov distance, estimated mean and standard deviation."""
    z = standardise(sample).ordered
    n, below, half = z.n, scipy.special.ndtr(z.value), z.spread / 2
    gap = max(float(((z.after - half) / n - below).max()), float((below - (z.before + half) / n).max()))
    reach = band_half_width(n, alpha)
    interval = (max(0.0, gap - reach), min(1.0, gap + reach))
    effect = effect_with("largest gap to the normal distribution function", gap, interval, MARGIN)
    measured = f"at the widest gap the share of residuals differs by {percent(gap)} from the normal's"
    return normality_finding(gap, _p_value(gap, n), alpha, effect, measured)


def _p_value(gap: float, n: int) -> float:
    """Return the p-value of Dallal and Wilkinson below 0.1 and of Stephens above, as in R's nortest."""
    scaled, rows = (gap, float(n)) if n <= 100 else (gap * (n / 100) ** 0.49, 100.0)
    shift = rows + 2.78019
    p = exp(
        -7.01256 * scaled * scaled * shift
        + 2.99587 * scaled * sqrt(shift)
        - 0.122119
        + 0.974598 / sqrt(rows)
        + 1.67997 / rows
    )
    if p <= 0.1:
        return p
    k = (sqrt(n) - 0.01 + 0.85 / sqrt(n)) * gap
    for limit, coefficients in STEPHENS:
        if k <= limit:
            value = sum(c * k**power for power, c in enumerate(coefficients))
            return min(max(value, 0.0), 1.0)
    return 0.0


STEPHENS: tuple[tuple[float, tuple[float, ...]], ...] = (
    (0.302, (1.0,)),
    (0.5, (2.76773, -19.828315, 80.709644, -138.55152, 81.218052)),
    (0.9, (-4.901232, 40.662806, -97.490286, 94.029866, -32.355711)),
    (1.31, (6.198765, -19.558097, 23.186922, -12.234627, 2.423045)),
)

CHECK = Check(
    id="lilliefors",
    code="LC204",
    title="Lilliefors",
    question="Where the residuals' distribution function is farthest from the normal's, how far is it?",
    null="The residuals are independent draws from one normal distribution.",
    why="The gap is a share of rows, so it can be read directly; a plain Kolmogorov–Smirnov p-value would be "
    "far too large here, because mean and standard deviation are estimated from the same rows.",
    advice="Use the size of the gap as a plain figure, and Anderson–Darling (LC203) as the test: this one hardly "
    "sees tails.",
    misleads="It looks at the middle, where losses hardly differ, and rounding alone makes a gap of half a step.",
    references=(
        "Lilliefors 1967, On the Kolmogorov–Smirnov test for normality, doi:10.1080/01621459.1967.10482916",
        "Dallal & Wilkinson 1986, An analytic approximation, doi:10.1080/00031305.1986.10475419",
    ),
    worst=Status.NOTE,
    run=run,
    minimum_rows=5,
)
