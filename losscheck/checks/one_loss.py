"""One loss for all segments."""

from __future__ import annotations

from losscheck.checks.check import CLASSES, NOISE, Check
from losscheck.results import Status

CHECK = Check(
    id="one_loss",
    code="LC902",
    title="One loss for all segments",
    question="Does the loss fit the rows of every segment (--group)?",
    null="In every segment the loss keeps at least the share of the rows' worth that --min-efficiency asks for.",
    why="A loss that is right on average can be wrong where it matters: one shop, sensor or age group with other tails "
    "or another scale. Residuals of several scales together also look heavy-tailed when none of them is.",
    advice="Look at the segments listed, the worst first. Where scales differ, weight the rows by 1/sigma² of their "
    "segment or give the model a scale head; where shapes differ, train the segments apart, or take the loss that "
    "loses least in the worst of them.",
    misleads="Segments of few rows cannot be told from the rest. All intervals are widened for the number of segments "
    "(Bonferroni), so a split into very many finds less. A segment chosen because its residuals look odd is no test.",
    references=(
        "Dunn 1961, Multiple comparisons among means, doi:10.1080/01621459.1961.10482090",
        "Huber 1964, Robust estimation of a location parameter, doi:10.1214/aoms/1177703732",
    ),
    worst=Status.FAIL,
    run=None,
    tasks=NOISE | CLASSES,
    varies=False,
)
