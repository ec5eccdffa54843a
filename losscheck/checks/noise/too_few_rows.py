"""Whether there are enough rows to tell losses apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import NUMBERS, Check, Finding
from losscheck.checks.wording import figure, rows_text
from losscheck.results import Effect, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

FEWEST = 30  # docs/decision.md step 0: below, no family is named
FEW = 100  # measured there: at n = 50 the verdict is right for 72 % of noises, at 100 for 87 %, at 300 for 96 %


def run(sample: Sample, alpha: float) -> Finding:
    """Hold the number of rows, or what they weigh, against 30 and 100."""
    n = sample.effective_rows
    effect = Effect("rows" if sample.weight is None else "effective rows", n, margin=float(FEWEST))
    rows = rows_text(sample.n) if sample.weight is None else f"{figure(n)} effective rows (of {sample.n:,})"
    if n < FEWEST:
        return Finding(Status.WARN, f"{rows}: too few rows to name a family.", effect=effect)
    if n < FEW:
        return Finding(Status.NOTE, f"{rows}: MSE against robust is often undecided below {FEW} rows.", effect=effect)
    return Finding(Status.PASS, f"{rows}: enough to tell MSE from a robust loss.", effect=effect)


CHECK = Check(
    id="too_few_rows",
    code="LC004",
    title="Number of rows",
    question="Are there enough rows to tell one noise from another?",
    null="There are at least 100 rows.",
    why="The shape of noise shows in its tails, and with 50 rows the tails are two or three rows. In "
    "simulations over 20 noises the verdict was right in 72 % of the cases at 50 rows, 87 % at 100, 96 % "
    "at 300 and 99 % at 1,000.",
    advice="Predict more held-out rows, or pool the folds of a cross-validation; until then take the recommended "
    "loss as insurance, not as a finding.",
    misleads="Rows that depend on each other or repeat each other count for less than their number: see LC401, LC003.",
    references=("Sivula et al. 2020, Uncertainty in predictive model comparison, arXiv:2008.10296",),
    worst=Status.WARN,
    run=run,
    tasks=NUMBERS,
    varies=False,
)
