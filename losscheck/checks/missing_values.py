"""Rows left out because a value is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import NUMBERS, Check, Finding
from losscheck.checks.wording import percent, rows_text
from losscheck.results import Effect, Status

if TYPE_CHECKING:
    from losscheck.sample import LeftOut, Sample


def run(sample: Sample, alpha: float) -> Finding:
    """Count the empty cells that the reader left out."""
    return left_out_finding(sample, sample.missing, "a missing value")


def left_out_finding(sample: Sample, left_out: tuple[LeftOut, ...], what: str) -> Finding:
    """Say which columns lost how many rows; a row may be counted in two columns."""
    total = max(sample.info.rows, sample.n, 1)
    columns = [item for item in left_out if item.count]
    worst = max((item.count for item in columns), default=0)
    effect = Effect("largest share of rows left out by one column", worst / total)
    if not columns:
        return Finding(Status.PASS, f"No row has {what}.", effect=effect)
    each = ", ".join(f"{rows_text(i.count)} in {i.column} ({percent(i.count / total)})" for i in columns)
    rows = tuple(dict.fromkeys(row for item in columns for row in item.rows))
    return Finding(Status.WARN, f"Left out for {what}: {each}.", effect=effect, rows=rows)


CHECK = Check(
    id="missing_values",
    code="LC001",
    title="Missing values",
    question="Are rows left out because a target or a prediction is missing?",
    null="Every row has all of its values.",
    why="All that follows is about the rows that are there. If values are missing more often where the model "
    "errs, the noise looks better than it is.",
    advice="Look at the listed rows: if the target is missing where the prediction is extreme, the rows that "
    "remain are a biased sample. Fill the gaps at the source, or leave them out and say so.",
    misleads="The count says nothing about why values are missing; one percent missing for a reason is worse than "
    "twenty percent missing at random.",
    references=("Rubin 1976, Inference and missing data, doi:10.1093/biomet/63.3.581",),
    worst=Status.WARN,
    run=run,
    tasks=NUMBERS,
    varies=False,
)
