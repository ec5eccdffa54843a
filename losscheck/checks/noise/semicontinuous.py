"""Exact zeros among otherwise continuous, positive targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import share_interval
from losscheck.checks.wording import effect_with, percent
from losscheck.numeric.ordered import rows_where, taken
from losscheck.numeric.ties import distinct_values
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 0.02
MOST_REPEATED = 0.2
"""Positive targets of which more are repeated lie on a grid, where zero is a value like any other."""


def run(sample: Sample, alpha: float) -> Finding:
    """Measure the share of exact zeros among targets that are otherwise positive and continuous."""
    targets = sample.target_values
    assert targets is not None
    target, rows, merged = targets.value, targets.count, targets.merged
    zeros = rows_where(target == 0, rows)
    share = zeros / sample.n
    effect = effect_with("share of exact zeros", share, share_interval(zeros, sample.n, alpha), MARGIN)
    above = target > 0
    _, counts = distinct_values(target[above], taken(rows, above), taken(merged, above))
    positive = sample.n - zeros
    continuous = positive > 1 and float(counts[counts > 1].sum()) <= MOST_REPEATED * positive
    if target.min() < 0 or not continuous or share <= MARGIN:
        return Finding(Status.PASS, "The targets are not amounts with exact zeros among them.", effect=effect)
    message = f"{percent(share)} of the targets are exactly 0, all others are positive and hardly ever the same."
    return Finding(Status.NOTE, message, effect=effect)


CHECK = Check(
    id="semicontinuous",
    code="LC224",
    title="Amounts with exact zeros",
    question="Is the target nothing or an amount: exactly zero in many rows, positive and continuous in the others?",
    null="No more than 2 % of the targets are exactly zero.",
    why="No continuous noise gives one value to many rows: the right likelihood gains several nats a row, more "
    "than any "
    "other choice of loss.",
    advice="Zero because nothing happened (claims, rain): tweedie. Whether and how much as two questions: a hurdle, a "
    "classifier for the zeros and gamma or log-normal for the amounts. Zero because values are cut off there: "
    "tobit_nll.",
    misleads="Zeros that stand for missing values look the same: ask where they come from before modelling them.",
    references=(
        "Duan, Manning, Morris & Newhouse 1983, Alternative models for the demand for medical care, "
        "doi:10.2307/1391852",
    ),
    worst=Status.NOTE,
    run=run,
    needs=frozenset({Need.TARGET}),
    minimum_rows=30,
)
