"""Level and spread of the first outputs beside those of the targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import BEFORE, Check, Finding
from losscheck.checks.targets.measures import start_of
from losscheck.checks.wording import figure
from losscheck.results import Effect, Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

NARROW, WIDE = 30.0, 0.1
"""Times that targets are wider than the outputs: weights grow slowly to the one, and gradients explode at the other."""
NEAR_UNIT = 10.0
"""Targets of a smaller sd are in a unit that a network reaches soon: a last layer near 0 is a good start there."""
GAP = 3.0
"""Sds of the target between the means: the level alone then costs nine variances."""


def run(sample: Sample, alpha: float) -> Finding:
    """Compare mean and sd of the outputs with those of the targets."""
    found = start_of(sample)
    if found is None:
        return Finding(Status.SKIP, "the targets have no finite variance above 0")
    spread = (
        "The outputs are all the same"
        if found.output_sd == 0
        else f"The targets are {figure(found.times)} times as wide as the outputs"
        if found.times >= 1
        else f"The outputs are {figure(1 / found.times)} times as wide as the targets"
    )
    message = (
        f"{spread} (sd {figure(found.target_sd)} of the targets, {figure(found.output_sd)} of the outputs), and the "
        f"means are {figure(found.gap)} sds of the target apart ({figure(found.target_mean)} and "
        f"{figure(found.output_mean)})."
    )
    times = None if found.output_sd == 0 else found.times
    effect = Effect("sd of the targets over that of the outputs", times, margin=NARROW)
    too_narrow = times is not None and times > NARROW and found.target_sd > NEAR_UNIT
    off = found.gap > GAP or too_narrow or (times is not None and times < WIDE)
    return Finding(Status.WARN if off else Status.PASS, message, found.gap, effect=effect)


CHECK = Check(
    id="output_scale",
    code="LC711",
    title="Scale of the first outputs",
    question="Do the outputs start in the unit of the targets?",
    null="Targets are between a tenth and 30 times as wide as the first outputs (or their sd is below 10), and the "
    "means are within 3 sds.",
    why="A network that starts a thousand times too small has to grow its weights first, and one learning rate does "
    "not suit both that and the fit that comes after. Adam hides it for longer; weight decay works against it.",
    advice="Standardise the targets and undo it after prediction. If the outputs are too wide, scale down the weights "
    "of the last layer.",
    misleads="A last layer of zeros gives the same output everywhere, which is a good start: only its level is looked "
    "at then. Heavy tails widen the targets' sd more than what a network has to reach.",
    references=(
        "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, doi:10.1007/3-540-49430-8_2",
        "He et al. 2015, Delving deep into rectifiers, arXiv:1502.01852",
    ),
    worst=Status.WARN,
    run=run,
    tasks=BEFORE,
    needs=frozenset({Need.TARGET, Need.PREDICTION}),
    minimum_rows=3,
    varies=False,
)
