"""Hill's tail index."""

from __future__ import annotations

from math import ceil, sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import normal_reach
from losscheck.checks.noise.measures import distances
from losscheck.checks.wording import effect_with, figure
from losscheck.numeric.lazy import np
from losscheck.numeric.ordered import total_of
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

TAIL = 0.1  # share of rows taken as tails
CAVEAT = "at 1,000 rows normal noise gives 4.7 and Laplace 3.1: it never decides"


def run(sample: Sample, alpha: float) -> Finding:
    """Measure the index on the largest tenth of |residual − median|."""
    size = distances(sample)
    k = ceil(TAIL * size.n)
    threshold = float(size.at(size.n - k - 1))
    if threshold <= 0:
        return Finding(Status.SKIP, "nine tenths of the residuals are equal")
    tail = size.value > threshold
    spread = total_of(np.log(size.value[tail] / threshold), None if size.count is None else size.count[tail]) / k
    if spread <= 0:
        return Finding(Status.SKIP, "the largest tenth of the residuals has one size")
    index = 1 / spread
    reach = normal_reach(alpha) / sqrt(k)
    effect = effect_with("Hill tail index", index, (max(0.0, index * (1 - reach)), index * (1 + reach)))
    return Finding(Status.PASS, f"Hill index {figure(index)} on the largest tenth of rows ({CAVEAT}).", effect=effect)


CHECK = Check(
    id="hill",
    code="LC216",
    title="Hill tail index",
    question="If the tails were a power law, which power?",
    null="None is tested: the index is a description.",
    why="Many texts use it, so it is here, with what it gives on noise that has no power law at all.",
    advice="Take the tail shape (LC215), which allows for exponential and bounded tails, or L-kurtosis (LC212).",
    misleads="It assumes a power law and returns a finite index for any noise; only at 10⁵ rows and far in the "
    "tail does it mean what it says.",
    references=(
        "Hill 1975, A simple general approach to inference about the tail, doi:10.1214/aos/1176343247",
        "Drees, de Haan & Resnick 2000, How to make a Hill plot, doi:10.1214/aos/1016120372",
    ),
    worst=Status.NOTE,
    run=run,
    minimum_rows=50,
)
