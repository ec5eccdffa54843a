"""Cumulative differences along the stated probability."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.classes.outcome import FEWEST_ROWS, OF_A_QUESTION, TRAINED_ON, exact_p, hold, skip
from losscheck.checks.wording import effect_with, figure, percent
from losscheck.outputs.cumulative import measure_drift
from losscheck.outputs.undefined import Undefined
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

MARGIN = 0.01
"""Of all rows."""


def run(sample: ClassSample, alpha: float) -> Finding:
    """Hold the largest cumulative difference between what came true and what was stated against 1 % of the rows."""
    drift = measure_drift(sample)
    if isinstance(drift, Undefined):
        return skip(drift)
    interval = drift.interval(alpha)
    effect = effect_with("largest cumulative difference, share of rows", drift.drift, interval, MARGIN)
    p, words = exact_p(sample, CHECK.id, drift.p)
    side = "more" if drift.signed > 0 else "less"
    measured = (
        f"Over the rows up to a stated probability of {figure(drift.where)}, {side} came true than was stated, by "
        f"{percent(drift.drift)} of all rows: the largest cumulative difference ({words})"
    )
    return hold(sample, measured, effect, interval, family=CHECK.id, statistic=drift.statistic, p_value=p)


CHECK = Check(
    id="cumulative",
    code="LC607",
    title="Cumulative differences",
    question="Along the stated probability, does the difference from what came true add up anywhere?",
    null="The labels are draws from the stated probabilities: the cumulative difference wanders like a random walk.",
    why="It needs no bins and no fitted curve. A stretch of probabilities with a bias shows as a slope of the "
    "cumulative difference, however the error is shaped.",
    advice="The probability where the difference is largest ends the stretch that is off. See the reliability diagram "
    "there; a temperature (LC604), offsets (LC605) or isotonic recalibration (LC606) repair it.",
    misleads="The difference is in shares of all rows, so a strong bias among few rows is small here. The interval is "
    f"wide on purpose: it holds for the whole curve. {OF_A_QUESTION} {TRAINED_ON}",
    references=(
        "Tygert 2020, Plots of the cumulative differences between observed and expected values of ordered Bernoulli "
        "variates, arXiv:2006.02504",
        "Arrieta-Ibarra et al. 2022, Metrics of calibration for probabilistic predictions, arXiv:2205.09680",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.LABELS}),
    minimum_rows=FEWEST_ROWS,
    varies=False,
)
