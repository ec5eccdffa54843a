"""Statistics that a sample does not define: the reason in words, where a number would mean nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.outputs.interpretation import interpret
from losscheck.outputs.moments import row_moments
from losscheck.outputs.stated import state
from losscheck.sample import Numbers, Stage

if TYPE_CHECKING:
    from losscheck.outputs.moments import RowMoments
    from losscheck.sample import ClassSample

ZERO_AT_TRUE_CLASS = "a true class was given probability 0, which makes the log-likelihood infinite (LC504)"


@dataclass(frozen=True)
class Undefined:
    """Stands in for a statistic; `reason` completes "skipped: …"."""

    reason: str


def usable_moments(sample: ClassSample) -> RowMoments | Undefined:
    """Return the moments of the rows, or why there are no probabilities to hold labels against."""
    if sample.asked.stage is Stage.INIT:
        return Undefined("the outputs are those of a model before training (--stage init)")
    if state(sample) is None:
        return Undefined("the outputs are not probabilities and cannot be turned into ones")
    if interpret(sample).numbers is Numbers.ONE_HOT:
        return Undefined("every row is one-hot: a decision and not a probability, so calibration is undefined")
    moments = row_moments(sample)
    if moments is None:
        return Undefined("needs one true class a row")
    return moments if moments.n else Undefined("no row has a true class among the columns")
