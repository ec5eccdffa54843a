"""The squared error before training, against that of the constant prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import BEFORE, Check, Finding
from losscheck.checks.intervals import standard_interval
from losscheck.checks.targets.measures import start_of
from losscheck.checks.wording import effect_with, figure, interval_text, percent
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.checks.targets.measures import Start
    from losscheck.sample import Sample

KNOWS = 0.5
"""Of the variance: outputs that leave less have seen the targets, or are a rare stroke of luck."""
HIGH, FAR = 2.0, 10.0
"""Variances of the target: independent outputs with the variance of standardised targets cost 2; far above, the first
steps do nothing but find the level and the unit."""

WORTHWHILE = 1.5
"""Times that standardising must lower the start to be named as its cure."""


def run(sample: Sample, alpha: float) -> Finding:
    """Measure mean (y − f)² in variances of the target, and what it would be of standardised targets."""
    found = start_of(sample)
    if found is None:
        return Finding(Status.SKIP, "the targets have no finite variance above 0")
    low, high = standard_interval(found.ratio, found.ratio_se, alpha)
    effect = effect_with("initial squared error in variances of the target", found.ratio, (max(low, 0.0), high), HIGH)
    measured = (
        f"The squared error starts at {figure(found.mse)}, {figure(found.ratio)} times the variance of the targets "
        f"({interval_text((max(low, 0.0), high), alpha)}), which is what predicting their mean costs."
    )
    status, meaning, advice = _judge(found, low, high)
    return Finding(status, f"{measured} {meaning}", found.mse, effect=effect, advice=advice)


def _judge(found: Start, low: float, high: float) -> tuple[Status, str, str | None]:
    saved = _saved(found)
    if high < KNOWS:
        meaning = (
            f"Outputs that know nothing explain {percent(1 - found.ratio)} of it by rare luck only, less rare "
            "where there are one or two features."
        )
        return Status.WARN, meaning, KNOWING
    if low > FAR:
        return Status.WARN, saved, None
    if low > HIGH:
        return Status.NOTE, saved, None
    if found.ratio > HIGH:
        return Status.INCONCLUSIVE, f"Too few rows to tell whether that is above {figure(HIGH)}. {saved}", None
    return Status.PASS, "That is where a network starts that knows nothing.", None


def _saved(found: Start) -> str:
    """Say what standardised targets would save; nothing where the outputs are what is too wide."""
    times = found.ratio / found.standardised if found.standardised > 0 else 0.0
    if times < WORTHWHILE:
        return "Standardising the targets would not mend it: the outputs themselves vary too much."
    return (
        f"Standardising the targets would start it at {figure(found.standardised)} variances with the same outputs, "
        f"{figure(times)} times lower."
    )


KNOWING = (
    "Start from another seed: luck goes away, a leak does not. If it stays, look for a checkpoint that was loaded, a "
    "feature made from the target, or rows of a model that had been trained."
)
CHECK = Check(
    id="initial_error",
    code="LC710",
    title="Squared error at initialisation",
    question="Does the loss start where a network starts that knows nothing?",
    null="The squared error before training lies between half of the variance of the targets and twice that.",
    why="It is the cheapest test of a training set-up. A start at a hundred variances means that the first steps only "
    "find the level and the unit of the targets; a start far below one variance means that something knows them.",
    advice="Standardise the targets, (y - mean)/sd, and undo it after prediction; or start the last bias at the mean "
    "of the targets and scale the last weights down.",
    misleads="Outputs of a log or logit link are no predictions yet: apply exp or a sigmoid before writing them. With "
    "few features, random ones may explain much of the targets by luck.",
    references=(
        "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, doi:10.1007/3-540-49430-8_2",
        "Kaufman et al. 2012, Leakage in data mining, doi:10.1145/2382577.2382579",
    ),
    worst=Status.WARN,
    run=run,
    tasks=BEFORE,
    needs=frozenset({Need.TARGET, Need.PREDICTION}),
    minimum_rows=3,
    varies=False,
)
