"""Spiegelhalter's test: whether the Brier score is what the outputs expect it to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.classes.outcome import FEWEST_ROWS, TRAINED_ON, compare_scores, hold, skip
from losscheck.checks.intervals import standard_interval
from losscheck.checks.wording import effect_with
from losscheck.outputs.score_tests import spiegelhalter_test
from losscheck.outputs.undefined import Undefined, usable_moments
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

MARGIN = 0.005
"""In units of the Brier score: (p − y)² for two classes, the sum over the classes for more."""


def run(sample: ClassSample, alpha: float) -> Finding:
    """Hold the Brier score less the one that the outputs expect against 0.005."""
    test, moments = spiegelhalter_test(sample), usable_moments(sample)
    if isinstance(test, Undefined) or isinstance(moments, Undefined):
        return skip(moments, test)
    expected = (1 - moments.mean(moments.square)) * (0.5 if moments.classes == 2 else 1.0)
    interval = standard_interval(test.excess, test.se, alpha)
    effect = effect_with("excess Brier score", test.excess, interval, MARGIN)
    measured, p = compare_scores(sample, CHECK.id, "Brier score", expected, test, interval)
    return hold(sample, measured, effect, interval, family=CHECK.id, statistic=test.z, p_value=p)


CHECK = Check(
    id="spiegelhalter",
    code="LC603",
    title="Brier score against its expectation",
    question="Is the Brier score what the outputs themselves expect?",
    null="The labels are draws from the stated probabilities: the Brier score then has the mean of 1 − Σp² as "
    "expectation, half of it for two classes.",
    why="It is the same comparison as LC602 in squared error, which no single row can dominate: a sure error counts at "
    "most 1 (2 with more classes). It stays defined where a true class was given probability 0.",
    advice="With LC602: divide the logits by the temperature of LC604. Alone, without LC602: the error lies among the "
    "middling probabilities, and the reliability diagram shows where.",
    misleads="It has no power at p = 1/2 (two classes) or where all rows are uniform, and overconfidence in some rows "
    f"cancels caution in others. {TRAINED_ON}",
    references=(
        "Spiegelhalter 1986, Probabilistic prediction in patient management and clinical trials, "
        "doi:10.1002/sim.4780050506",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.LABELS}),
    minimum_rows=FEWEST_ROWS,
    varies=False,
)
