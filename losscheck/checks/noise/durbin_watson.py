"""Durbin and Watson's statistic."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import normal_reach
from losscheck.checks.noise.lag1_autocorrelation import sorted_words
from losscheck.checks.noise.measures import sorted_by, standardise
from losscheck.checks.wording import effect_with, figure, p_text
from losscheck.numeric.lazy import np, scipy
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample


def run(sample: Sample, alpha: float) -> Finding:
    """Measure Σ(rᵢ − rᵢ₋₁)² / Σr² of the centred residuals; two-sided normal p-value."""
    order = sorted_by(sample)
    if order:
        return Finding(Status.SKIP, sorted_words(order))
    n = sample.n
    r = standardise(sample).values
    statistic = float(np.sum(np.diff(r) ** 2) / (r @ r))
    se = 2 * sqrt((n - 2) / ((n - 1) * (n + 1)))  # von Neumann's ratio about its mean 2
    p = 2 * float(scipy.special.ndtr(-abs(statistic - 2) / se))
    value, reach = 1 - statistic / 2, normal_reach(alpha) * se / 2
    effect = effect_with("autocorrelation 1 − d/2", value, (max(-1.0, value - reach), min(1.0, value + reach)))
    message = f"Durbin–Watson {figure(statistic)}, an autocorrelation of {figure(value)} ({p_text(p)})."
    return Finding(Status.NOTE if p < alpha else Status.PASS, message, statistic, p, effect)


CHECK = Check(
    id="durbin_watson",
    code="LC402",
    title="Durbin–Watson",
    question="Is the next residual near the last one?",
    null="Neighbouring residuals are uncorrelated: the statistic is 2.",
    why="Every regression table has it: near 0 neighbours agree, near 4 they alternate. LC401 asks the same "
    "in a way that heavy tails do not disturb.",
    advice="Below 1.5 treat the rows as a series: lagged features, a split by time, HAC standard errors.",
    misleads="It sees the first lag only, needs the rows in their real order, and its p-value here takes the "
    "predictions as given (held out), not as a regression fitted to these rows.",
    references=("Durbin & Watson 1950, Testing for serial correlation, doi:10.1093/biomet/37.3-4.409",),
    worst=Status.NOTE,
    run=run,
    needs=frozenset({Need.ORDER}),
    minimum_rows=10,
)
