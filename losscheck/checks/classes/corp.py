"""CORP: miscalibration, discrimination and uncertainty of the Brier score."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.classes.outcome import FEWEST_ROWS, OF_A_QUESTION, TRAINED_ON, hold, redrawn_p_text, skip
from losscheck.checks.intervals import standard_interval
from losscheck.checks.wording import effect_with, figure
from losscheck.outputs.corp import decompose_scores
from losscheck.outputs.monte_carlo import calibrate
from losscheck.outputs.undefined import Undefined
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.outputs.corp import Decomposition
    from losscheck.sample import ClassSample

MARGIN = 0.005
"""In units of (p − y)²."""


def run(sample: ClassSample, alpha: float) -> Finding:
    """Hold the miscalibration of the Brier score, less its mean for calibrated outputs, against 0.005.

    The standard error is the sum of the two that it is made of: of what recalibration changes row by row, and of the
    isotonic regression itself, as in the redrawn labels. In simulations with T = 1 to 3 and n = 50 to 5,000 the 95 %
    interval held the truth in 96 to 100 % of samples; the root of the sum of squares, in 94 to 100 %.
    """
    corp, found = decompose_scores(sample), calibrate(sample)
    if isinstance(corp, Undefined) or isinstance(found, Undefined):
        return skip(corp, found)
    by_chance = float(found.miscalibration.mean())
    value, p = found.observed_miscalibration - by_chance, found.p[CHECK.id]
    interval = standard_interval(value, corp.se + float(found.miscalibration.std()), alpha)
    effect = effect_with("miscalibration beyond chance", value, interval, MARGIN)
    brier = corp.brier
    score = brier.miscalibration - brier.discrimination + brier.uncertainty
    measured = (
        f"The Brier score {figure(score)} is {figure(brier.miscalibration)} miscalibration - "
        f"{figure(brier.discrimination)} discrimination + {figure(brier.uncertainty)} uncertainty "
        f"(log score: {_describe(corp.log)}); calibrated outputs have {figure(by_chance)} miscalibration by chance "
        f"({redrawn_p_text(p)})"
    )
    return hold(sample, measured, effect, interval, family=CHECK.id, statistic=brier.miscalibration, p_value=p)


def _describe(log: Decomposition) -> str:
    if not isfinite(log.miscalibration):
        return "infinite, by a probability of 0 for what happened"
    return f"{figure(log.miscalibration)} - {figure(log.discrimination)} + {figure(log.uncertainty)}"


CHECK = Check(
    id="corp",
    code="LC606",
    title="CORP decomposition",
    question="How much of the Brier score would any monotone recalibration remove?",
    null="The labels are draws from the stated probabilities: recalibration removes only what fits the chance in them.",
    why="It finds a miscalibration of any monotone shape, without bins, and says what it costs beside what the outputs "
    "are worth: discrimination is what they know, uncertainty what the class frequencies alone leave.",
    advice="If a temperature (LC604) or offsets (LC605) do not account for it, recalibrate by isotonic regression on "
    "validation rows. Large miscalibration with good discrimination is a good model with a bad last step.",
    misleads="Isotonic regression removes something from perfect outputs too, hence the comparison with redrawn "
    f"labels; it cannot see a relation that is not monotone. {OF_A_QUESTION} {TRAINED_ON}",
    references=(
        "Dimitriadis, Gneiting & Jordan 2021, Stable reliability diagrams for probabilistic classifiers, "
        "doi:10.1073/pnas.2016191118",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.LABELS}),
    minimum_rows=FEWEST_ROWS,
    varies=False,
)
