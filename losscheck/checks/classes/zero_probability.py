"""Rows whose true class has probability 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.intervals import share_interval
from losscheck.checks.wording import effect_with, figure, percent, rows_text
from losscheck.outputs.interpretation import interpret
from losscheck.outputs.zeros import STATE_ZEROS, find_zero_truths
from losscheck.results import Need, Status
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

MOST_ROWS = 20
SKIPPED = {
    Numbers.ONE_HOT: "the outputs are decisions (LC501): every wrong one gives its true class probability 0",
    Numbers.AMBIGUOUS: "what the outputs are is not settled (LC501)",
    Numbers.INVALID: "the outputs state no distribution (LC501)",
}


def run(sample: ClassSample, alpha: float) -> Finding:
    """Count the rows whose log loss is infinite."""
    numbers = interpret(sample).numbers
    if numbers in SKIPPED:
        return Finding(Status.SKIP, SKIPPED[numbers])
    if numbers not in STATE_ZEROS:
        return Finding(Status.PASS, "Finite logits give every class some probability.")
    found = find_zero_truths(sample)
    if found is None:
        return Finding(Status.SKIP, "no row has a true class with a column")
    count = int(found.index.size)
    interval = share_interval(count, found.rows, alpha)
    effect = effect_with("share of rows with probability 0 at the true class", count / found.rows, interval, 0.0)
    if count == 0:
        row = int(sample.row[found.smallest_index])
        message = f"No true class has probability 0; the smallest has {figure(found.smallest)} (row {row})."
        return Finding(Status.PASS, message, found.smallest, effect=effect)
    rows = tuple(int(row) for row in sample.row[found.index[:MOST_ROWS]])
    some = f"{rows_text(count)} ({percent(count / found.rows)}) {'gives' if count == 1 else 'give'} the true class"
    if found.below > 0:
        message = (
            f"{some} a probability that is written as 0, which means less than {figure(found.below)}. With these "
            f"digits the log loss of all rows lies between {figure(found.least_loss)} and infinity."
        )
        return Finding(Status.WARN, message, count, effect=effect, rows=rows, advice=WRITE_MORE_DIGITS)
    message = f"{some} probability 0: the log loss is infinite, whatever the other rows say."
    return Finding(Status.FAIL, message, count, effect=effect, rows=rows)


WRITE_MORE_DIGITS = (
    "Write more digits, or better the logits or log-probabilities: then the loss of these rows is a number. "
    "Replacing 0 by some small number would make that choice the result."
)
CHECK = Check(
    id="zero_probability",
    code="LC504",
    title="Probability 0 at the true class",
    question="Does any row say that what happened was impossible?",
    null="Every true class has some probability.",
    why="−log 0 is infinite: one such row decides the likelihood of the whole file. Most tools replace the 0 by some "
    "small number without a word; then that number, not the model, is the loss.",
    advice="Look at the listed rows. Votes of trees or neighbours: add a pseudo-count to each class, (votes + 1)/(m + "
    "K). A saturated softmax: compute the loss from logits, and save those. Else the label may be wrong.",
    misleads="A single wrong label is enough. That a 0 is only a rounded number is inferred from the digits of the "
    "file; arrays have no digits, so that their 0 is taken for a 0.",
    references=(
        "Good 1952, Rational decisions, doi:10.1111/j.2517-6161.1952.tb00104.x",
        "Gneiting & Raftery 2007, Strictly proper scoring rules, doi:10.1198/016214506000001437",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.TARGET}),
    varies=False,
)
