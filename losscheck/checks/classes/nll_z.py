"""Whether the log loss is what the outputs expect it to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.classes.outcome import FEWEST_ROWS, TRAINED_ON, compare_scores, hold, skip
from losscheck.checks.intervals import standard_interval
from losscheck.checks.wording import effect_with
from losscheck.outputs.score_tests import nll_test
from losscheck.outputs.undefined import Undefined, usable_moments
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

MARGIN, RELATIVE_MARGIN = 0.01, 0.01
"""The larger of 0.01 nats a row and 1 % of the expected log loss."""


def run(sample: ClassSample, alpha: float) -> Finding:
    """Hold the log loss less the mean entropy of the outputs against the margin."""
    test, moments = nll_test(sample), usable_moments(sample)
    if isinstance(test, Undefined) or isinstance(moments, Undefined):
        return skip(moments, test)
    expected = moments.mean(moments.entropy)
    margin = max(MARGIN, RELATIVE_MARGIN * expected)
    interval = standard_interval(test.excess, test.se, alpha)
    effect = effect_with("excess log loss in nats a row", test.excess, interval, margin)
    measured, p = compare_scores(sample, CHECK.id, "log loss in nats a row", expected, test, interval)
    return hold(sample, measured, effect, interval, family=CHECK.id, statistic=test.z, p_value=p)


CHECK = Check(
    id="nll_z",
    code="LC602",
    title="Log loss against its expectation",
    question="Is the log loss what the outputs themselves expect?",
    null="The labels are draws from the stated probabilities: the log loss then has their mean entropy as expectation.",
    why="Outputs that are sure have a low entropy, and promise a low loss. A loss above it means overconfidence, below "
    "it too much caution. The statistic is the score test of temperature 1, so it asks what LC604 asks.",
    advice="Divide the logits by the temperature of LC604, fitted on rows that are not these. If the excess comes "
    "from a few rows, look at them first (LC702): one sure error can outweigh hundreds of good rows.",
    misleads="It sees only what a temperature would repair: overconfidence in some rows and caution in others cancel. "
    f"It says nothing where all log-probabilities of a row are equal. {TRAINED_ON}",
    references=(
        "Gneiting & Raftery 2007, Strictly proper scoring rules, prediction, and estimation, "
        "doi:10.1198/016214506000001437",
        "Guo et al. 2017, On calibration of modern neural networks, arXiv:1706.04599",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.LABELS}),
    minimum_rows=FEWEST_ROWS,
    varies=False,
)
