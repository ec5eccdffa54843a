"""Every class by itself: its frequency, and the sharpness of its probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.classes.outcome import FEWEST_ROWS, TRAINED_ON, exact_p, hold, skip
from losscheck.checks.intervals import normal_reach
from losscheck.checks.wording import effect_with, figure, p_text
from losscheck.numeric.lazy import np
from losscheck.outputs.classwise import class_tests
from losscheck.outputs.undefined import Undefined
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.outputs.classwise import ClassTests
    from losscheck.sample import ClassSample

MARGIN = 0.005
"""In units of (p − y)² of one class."""
MOST_NAMED = 5


def run(sample: ClassSample, alpha: float) -> Finding:
    """Hold the largest excess of a class's Brier score against 0.005; name the classes that Holm's test finds off."""
    tests = class_tests(sample)
    if isinstance(tests, Undefined):
        return skip(tests)
    sizes, reaches = np.abs(tests.excess), normal_reach(alpha / tests.excess.size) * tests.se
    at = int(sizes.argmax())
    value = float(sizes[at])
    interval = max(0.0, float((sizes - reaches).max())), float((sizes + reaches).max())
    effect = effect_with("largest excess Brier score of a class", value, interval, MARGIN)
    p, words = exact_p(sample, CHECK.id, float(tests.p.min()))
    side = "above" if tests.excess[at] > 0 else "below"
    measured = (
        f"{_name_classes(tests, alpha)}; the Brier score of class {tests.names[at]} is {figure(value)} {side} the "
        f"stated one, the largest difference ({words})"
    )
    statistic = float(np.abs(tests.z).max())
    return hold(sample, measured, effect, interval, family=CHECK.id, statistic=statistic, p_value=p)


def _name_classes(tests: ClassTests, alpha: float) -> str:
    """Name the classes with a significant deviation, the clearest first."""
    smallest = tests.p.min(axis=0)
    off = [int(k) for k in np.argsort(smallest, kind="stable") if smallest[k] < alpha]
    if not off:
        return "No class stands out by its frequency or its Brier score"
    named = ", ".join(
        f"{tests.names[k]} ({'frequency' if tests.p[0, k] <= tests.p[1, k] else 'Brier score'}, "
        f"{p_text(float(smallest[k]))} by Holm)"
        for k in off[:MOST_NAMED]
    )
    more = f" and {len(off) - MOST_NAMED} more" if len(off) > MOST_NAMED else ""
    return f"Off are {named}{more}"


CHECK = Check(
    id="classwise",
    code="LC608",
    title="Class by class",
    question="Which classes are off, in frequency or in sharpness?",
    null="The labels are draws from the stated probabilities: each class has its stated frequency and Brier score.",
    why="With many classes the totals of LC602 to LC604 can look right while single classes are not. Each class gets "
    "two tests here, of its frequency and of its Brier score, corrected for their number.",
    advice="Look at the named classes: labels that are confused with a neighbour, few training rows, or a class whose "
    "meaning changed. An offset per class repairs frequencies (LC605), not sharpness.",
    misleads="Rare classes have few rows to show anything, and their normal p-values are rough; the redrawn labels are "
    f"exact, where there are some. {TRAINED_ON}",
    references=(
        "Vaicenavicius et al. 2019, Evaluating model calibration in classification, arXiv:1902.06977",
        "Kull et al. 2019, Beyond temperature scaling, arXiv:1910.12656",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.LABELS}),
    minimum_rows=FEWEST_ROWS,
    varies=False,
)
