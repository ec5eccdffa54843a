"""Autocorrelation of neighbouring rows, on normal scores."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import normal_reach
from losscheck.checks.noise.measures import autocorrelations, scores_in_order, sorted_by
from losscheck.checks.wording import effect_with, figure, lags_text, p_text
from losscheck.numeric.dependence import effective_rows, first_autocorrelation, tempering
from losscheck.numeric.lazy import scipy
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample


def run(sample: Sample, alpha: float) -> Finding:
    """Measure the correlation of each row with the next, and what it leaves of the rows."""
    order = sorted_by(sample)
    if order:
        return Finding(Status.SKIP, sorted_words(order))
    scores = scores_in_order(sample)
    n, value = sample.n, first_autocorrelation(scores)
    statistic = value * sqrt(scores.size)
    p = 2 * float(scipy.special.ndtr(-abs(statistic)))
    reach = normal_reach(alpha) * sqrt(max(1 - value * value, 0.0) / scores.size)
    effect = effect_with("autocorrelation of neighbours", value, (max(-1.0, value - reach), min(1.0, value + reach)))
    if p >= alpha:
        message = f"Neighbouring rows look independent: autocorrelation {figure(value)} ({p_text(p)})."
        return Finding(Status.PASS, message, statistic, p, effect)
    rho = autocorrelations(sample)
    message = (
        f"Neighbouring residuals are correlated, {figure(value)} ({p_text(p)}), over {lags_text(max(rho.size, 1))}: "
        f"{n:,} rows count as {effective_rows(n, rho):,.0f} for the mean and {n * tempering(rho):,.0f} for the shape."
    )
    return Finding(Status.NOTE, message, statistic, p, effect)


def sorted_words(order: str) -> str:
    """Say why the order of the rows says nothing about dependence."""
    return f"rows look sorted by {order}; autocorrelation is meaningless (--order COL gives the real order)"


CHECK = Check(
    id="lag1_autocorrelation",
    code="LC401",
    title="Autocorrelation",
    question="Do neighbouring rows err together?",
    null="The order of the residuals is random.",
    why="Dependent rows carry less information than their number: every interval and every probability in "
    "this report is widened by it. Normal scores keep heavy tails from hiding or faking the correlation.",
    advice="If rows are a series: add lags or the last error as features, and split by time, not at random. The "
    "loss itself is rarely the problem.",
    misleads="In a shuffled file dependence cannot be seen, nor dependence within groups that do not lie side by "
    "side. A trend over time looks like autocorrelation.",
    references=("Bartels 1982, The rank version of von Neumann's ratio test, doi:10.1080/01621459.1982.10477764",),
    worst=Status.NOTE,
    run=run,
    needs=frozenset({Need.ORDER}),
    minimum_rows=10,
)
