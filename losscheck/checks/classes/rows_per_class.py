"""Number of rows, over all and of each class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import BEFORE, CLASSES, Check, Finding
from losscheck.checks.wording import figure, names_text
from losscheck.numeric.lazy import Array, np
from losscheck.results import Effect, Need, Status, TaskKind

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

FEW_ROWS = 50
"""Below it a share of one half has a standard error above 0.07, and a calibration margin of 0.01 is out of reach."""
FEW_OF_A_CLASS = 5
SHARE_OF_CLASSES = 0.2
"""Cochran's rule (1954): χ² is not to be trusted with more than a fifth of the classes below 5 expected rows."""


def run(sample: ClassSample, alpha: float) -> Finding:
    """Count rows, by their weights, over all and of the rarest class."""
    counts, what = _count(sample)
    rows = sample.effective_rows
    smallest = float(counts.min())
    effect = Effect(f"rows of the rarest {what}", smallest, margin=float(FEW_OF_A_CLASS))
    total = f"{figure(rows)} rows" if sample.weight is None else f"{figure(rows)} effective rows (by their weights)"
    few = [name for name, count in zip(sample.classes, counts, strict=True) if count < FEW_OF_A_CLASS]
    measured = f"{total}, {figure(smallest)} of the rarest {what}"
    if few:
        measured = f"{measured}; fewer than {FEW_OF_A_CLASS} of {len(few):,} of {len(counts):,}: {names_text(few)}"
    if rows < FEW_ROWS:
        message = f"Few rows: {measured}. Below {FEW_ROWS} rows most checks can only be inconclusive."
        return Finding(Status.WARN, message, effect=effect)
    if len(few) > SHARE_OF_CLASSES * len(counts):
        message = f"{measured}. With so many rare ones, what is said by class means little."
        return Finding(Status.WARN, message, effect=effect)
    if few:
        return Finding(Status.NOTE, f"{measured}. What is said of these means little.", effect=effect)
    return Finding(Status.PASS, f"{measured}.", effect=effect)


def _count(sample: ClassSample) -> tuple[Array, str]:
    """Return the rows of every class, or of the rarer answer to every label, each worth its weight."""
    weight = np.ones(sample.n) if sample.weight is None else sample.weight
    if sample.label is not None:
        kept = sample.label >= 0
        rows = np.bincount(sample.label[kept], weight[kept], minlength=len(sample.classes))
        return rows.astype(np.float64), "class"
    assert sample.targets is not None  # the check needs one of the two
    counts: Array = weight @ sample.targets
    if sample.kind is TaskKind.MULTILABEL:
        return np.minimum(counts, weight.sum() - counts), "answer to a label"
    return counts, "class"


CHECK = Check(
    id="rows_per_class",
    code="LC707",
    title="Rows of each class",
    question="Are there rows enough for what is said of them?",
    null="At least 50 rows, and 5 of nearly every class.",
    why="Intervals shrink with the root of the number of rows, and what is said of a class rests on the rows of that "
    "class alone: of 3 rows nothing follows.",
    advice="Take more rows of the classes that matter. Until then read what is said over all classes, and take an "
    "inconclusive check for what it is: not a pass.",
    misleads="Rows that are alike (many of one patient, frames of one video) count for fewer than there are.",
    references=("Cochran 1954, Some methods for strengthening the common χ² tests, doi:10.2307/3001616",),
    worst=Status.WARN,
    run=run,
    tasks=CLASSES | BEFORE,
    needs=frozenset({Need.TARGET}),
    varies=False,
)
