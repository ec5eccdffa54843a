"""The unit of the targets, against that of a network's first outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import BEFORE, Check, Finding
from losscheck.checks.wording import figure
from losscheck.numeric.lazy import np
from losscheck.results import Effect, Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

FAR = 10.0
"""Variances of the target: a start from there spends its first steps on the level and the unit."""
UNIT = 30.0
"""An sd this many times away from 1 is another unit than that of a network's first outputs."""


def run(sample: Sample, alpha: float) -> Finding:
    """Measure what outputs of mean 0 and variance 1, independent of the targets, would cost in variances of these."""
    if sample.prediction is not None:
        return Finding(Status.SKIP, "the outputs are there: see LC710 and LC711")
    target = sample.target
    assert target is not None
    mean = float(np.average(target, weights=sample.weight))
    sd = float(np.sqrt(np.average((target - mean) ** 2, weights=sample.weight)))
    if not 0 < sd < np.inf:
        return Finding(Status.SKIP, "the targets have no finite sd above 0")
    start = 1 + (mean**2 + 1) / sd**2
    effect = Effect("squared error of a first output in variances of the target", start, margin=FAR)
    message = (
        f"mean {figure(mean)}, sd {figure(sd)}: outputs that start near 0 with sd 1 cost {figure(start)} variances of "
        f"the target, {figure(start * sd**2)} in squared error; the constant prediction costs 1"
    )
    if start > FAR or not 1 / UNIT <= sd <= UNIT:
        return Finding(Status.NOTE, f"{message}.", effect=effect)
    return Finding(Status.PASS, f"{message}.", effect=effect)


CHECK = Check(
    id="target_scale",
    code="LC709",
    title="Unit of the targets",
    question="Are the targets in a unit that a network can start from?",
    null="Outputs of mean 0 and sd 1 cost less than 10 variances of the target, and its sd is between 1/30 and 30.",
    why="Networks start with outputs near 0 of sd around 1. Targets of mean 200 make the first thousand steps learn "
    "the number 200, at gradients a hundred times too large for the learning rate that comes after.",
    advice="Standardise the targets, (y - mean)/sd, and undo it after prediction; or start the last bias at the mean. "
    "With a log link start it at log(mean).",
    misleads="Trees, linear least squares and anything else without a random start do not care. Heavy tails make the "
    "sd large; the median and the MAD are the better unit then.",
    references=("LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, doi:10.1007/3-540-49430-8_2",),
    worst=Status.NOTE,
    run=run,
    tasks=BEFORE,
    needs=frozenset({Need.TARGET}),
    varies=False,
)
