"""Rows left out because a value is infinite or not a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import NUMBERS, Check, Finding
from losscheck.checks.missing_values import left_out_finding
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample


def run(sample: Sample, alpha: float) -> Finding:
    """Count the infinities and NaNs that the reader left out."""
    return left_out_finding(sample, sample.non_finite, "an infinite or undefined value")


CHECK = Check(
    id="non_finite",
    code="LC002",
    title="Infinite or undefined values",
    question="Did the model or the data produce infinities or NaN?",
    null="Every value is a finite number.",
    why="An infinite prediction is a diverged model or an overflow; any average over its loss is infinite "
    "too, and these rows are not in this report.",
    advice="Find where they arise: a logarithm of zero or below, a division by zero, float16 overflow, a "
    "learning rate that is too high. Clip gradients or fix the transform, then predict again.",
    misleads="An infinity that was written as an empty cell is counted as missing (LC001) instead.",
    references=("Goldberg 1991, What every computer scientist should know, doi:10.1145/103162.103163",),
    worst=Status.WARN,
    run=run,
    tasks=NUMBERS,
    varies=False,
)
