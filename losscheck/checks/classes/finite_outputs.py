"""Outputs that are infinite, undefined or not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.wording import percent, rows_text
from losscheck.numeric.lazy import np
from losscheck.outputs.interpretation import interpret
from losscheck.outputs.rows import measure_rows
from losscheck.results import Effect, Status
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from losscheck.sample import ClassSample, LeftOut

MOST_ROWS = 20
MOST_COLUMNS = 3


def run(sample: ClassSample, alpha: float) -> Finding:
    """Count the rows without a finite number in some column of the outputs."""
    total = max(sample.info.rows, sample.n, 1)
    gone = [(item, "undefined or empty") for item in _of_outputs(sample, sample.missing)]
    gone += [(item, "infinite") for item in _of_outputs(sample, sample.non_finite)]
    low = measure_rows(sample).low
    minus = np.flatnonzero(np.isneginf(low)) if np.isneginf(low.min()) else np.empty(0, dtype=np.int64)
    legal = interpret(sample).numbers is Numbers.LOG_PROBABILITIES
    worst = max([item.count for item, _ in gone] + [0 if legal else minus.size])
    effect = Effect("largest share of rows without a number in one column", worst / total, margin=0.0)
    if worst == 0:
        also = f" ({rows_text(minus.size)} with −inf, the log-probability of the impossible)" if minus.size else ""
        return Finding(Status.PASS, f"Every output is a finite number{also}.", effect=effect)
    said = [f"{rows_text(i.count)} with an output that is {what} in '{i.column}'" for i, what in gone[:MOST_COLUMNS]]
    if len(gone) > MOST_COLUMNS:
        said.append(f"and others in {len(gone) - MOST_COLUMNS:,} more columns")
    rows = [row for item, _ in gone for row in item.rows]
    if minus.size and not legal:
        said.append(f"{rows_text(minus.size)} with −inf")
        rows += [int(row) for row in sample.row[minus[:MOST_ROWS]]]
    listed = tuple(dict.fromkeys(rows))[:MOST_ROWS]
    left = f" {rows_text(total - sample.n)} of {total:,} ({percent((total - sample.n) / total)}) are left out below."
    return Finding(Status.FAIL, f"{', '.join(said)}.{left if gone else ''}", float(worst), effect=effect, rows=listed)


def _of_outputs(sample: ClassSample, left_out: tuple[LeftOut, ...]) -> list[LeftOut]:
    """Return what was left out because of an output, not of a label or a weight."""
    columns = sample.info.columns
    outputs = set(columns.predictions or ()) | ({columns.prediction} if columns.prediction else set())
    return [item for item in left_out if item.count and (not outputs or item.column in outputs)]


CHECK = Check(
    id="finite_outputs",
    code="LC506",
    title="Infinite or undefined outputs",
    question="Is every output a finite number?",
    null="Every output is a finite number; only log-probabilities may be −inf.",
    why="A NaN is a diverged model, a division by a sum of zero or an overflow in exp: softmax of (1000, 0) computed "
    "plainly is NaN. Such rows have no loss at all, and leaving them out makes the rest look better than the model.",
    advice="Find where they arise: a softmax without subtracting the largest logit, log(0), half-precision overflow, a "
    "learning rate that is too high. Then predict again; do not fill in a number.",
    misleads="A NaN that was written as an empty cell cannot be told from a value that was never there.",
    references=(
        "Blanchard, Higham & Higham 2021, Accurately computing the log-sum-exp and softmax functions, "
        "doi:10.1093/imanum/draa038",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    varies=False,
)
