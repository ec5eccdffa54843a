"""Counts that vary more, or less, than Poisson ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import influence_se, standard_interval
from losscheck.checks.wording import effect_with, figure
from losscheck.numeric.lazy import np
from losscheck.numeric.ordered import mean_of, rows_of, taken
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

LARGEST = 1e15
"""Beyond it a double no longer tells one whole number from the next."""
MARGIN = 0.2
"""From here on a Poisson interval is a tenth too narrow or too wide."""


def run(sample: Sample, alpha: float) -> Finding:
    """Average (y − f)²/f over the rows with a positive prediction."""
    pairs, targets = sample.paired, sample.target_values
    assert targets is not None
    assert pairs.target is not None
    assert pairs.prediction is not None
    target, prediction = pairs.target, pairs.prediction
    if targets.value.min() < 0 or targets.value.max() > LARGEST or not targets.whole:
        return Finding(Status.SKIP, "needs counts: whole numbers from 0 on")
    above = prediction > 0
    count = taken(pairs.count, above)
    if rows_of(prediction[above], count) < 30:
        return Finding(Status.SKIP, "needs 30 positive predictions: a count's mean is positive")
    ratio = (target[above] - prediction[above]) ** 2 / prediction[above]
    value = mean_of(ratio, count)
    se = influence_se(ratio - value, count=count)
    if not np.isfinite([value, se]).all():
        return Finding(Status.SKIP, "shows no dispersion: predictions next to 0 make it boundless")
    low, high = standard_interval(value, se, alpha)
    effect = effect_with("variance over mean", value, (max(low, 0.0), high), 1 + MARGIN)
    measured = f"{figure(value)} [{figure(max(low, 0.0))}, {figure(high)}] times what Poisson's would be"
    if low > 1 and value > 1 + MARGIN:
        return Finding(Status.NOTE, f"Overdispersed: the counts' variance is {measured}.", effect=effect)
    if high < 1 and value < 1 - MARGIN:
        message = f"Underdispersed: the counts' variance is {measured}."
        advice = (
            "A score with a maximum is binomial; otherwise compare with normal noise, in intervals of whole numbers."
        )
        return Finding(Status.NOTE, message, effect=effect, advice=advice)
    return Finding(Status.PASS, f"The counts' variance is {measured}.", effect=effect)


CHECK = Check(
    id="dispersion",
    code="LC305",
    title="Dispersion of counts",
    question="Do counts vary more, or less, than Poisson counts of the same mean?",
    null="The variance is the mean: Pearson's chi-squared over its degrees of freedom is 1.",
    why="The Poisson loss still aims at the mean, but probabilities and intervals from it are too narrow by the "
    "root of "
    "this figure, and its weights are right only where the figure is the same at every level.",
    advice="Overdispersed counts: a negative binomial loss, or the Poisson loss with intervals widened by the "
    "root of the "
    "dispersion (quasi-Poisson).",
    misleads="A poor model looks overdispersed: what it misses of the mean is counted as variance. Whole "
    "numbers that are "
    "no counts (amounts in whole units) have any dispersion, as it depends on the unit.",
    references=("Cameron & Trivedi 1990, Regression-based tests for overdispersion, doi:10.1016/0304-4076(90)90014-K",),
    worst=Status.NOTE,
    run=run,
    needs=frozenset({Need.TARGET, Need.PREDICTION}),
    minimum_rows=30,
)
