"""Rows that the outputs call next to impossible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.classes.outcome import skip
from losscheck.checks.intervals import share_interval
from losscheck.checks.wording import effect_with, figure, percent
from losscheck.outputs.extreme_rows import ExtremeRows, find_extreme_rows
from losscheck.outputs.temperature import fit_temperature
from losscheck.outputs.undefined import Undefined, usable_moments
from losscheck.results import Need, Status, TaskKind
from losscheck.sample import Stage

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

MOST_ROWS = 20


def run(sample: ClassSample, alpha: float) -> Finding:
    """List the rows whose true class the outputs themselves give a chance below 1 in 1,000·n, least likely first."""
    if sample.asked.stage is Stage.INIT:
        return Finding(Status.SKIP, "a model at initialisation has no opinion of its rows yet")
    moments = usable_moments(sample)
    if isinstance(moments, Undefined):
        return skip(moments)
    fitted = fit_temperature(sample)
    temperature = None if isinstance(fitted, Undefined) or not 1 < fitted.value < float("inf") else fitted.value
    found = find_extreme_rows(moments, temperature)
    count = found.row.size
    statements = "rows" if sample.kind is not TaskKind.MULTILABEL else "labels of rows"
    share = share_interval(count, moments.n, alpha)
    effect = effect_with(f"share of {statements} called next to impossible", count / moments.n, share)
    limit = f"less than 1 in {figure(1 / found.limit)}"
    if not count:
        message = f"No true class had a chance of {limit} by the outputs themselves."
        return Finding(Status.PASS, message, effect=effect)
    rows = tuple(dict.fromkeys(found.row[: 2 * MOST_ROWS].tolist()))[:MOST_ROWS]
    message = (
        f"In {count:,} of {moments.n:,} {statements} ({percent(count / moments.n)}) the true class had a chance of "
        f"{limit} by the outputs themselves; if these were right, fewer than one file in 1,000 would have any. "
        f"{_describe_worst(found)}{_say_softened(found, temperature)} Label noise or overconfidence: without repeated "
        "labels of the same rows the two cannot be told apart."
    )
    return Finding(Status.WARN, message, effect=effect, rows=rows)


def _describe_worst(found: ExtremeRows) -> str:
    if found.loss[0] == float("inf"):
        return f"The worst is row {found.row[0]}, with probability 0."
    return f"The worst is row {found.row[0]}, with a loss of {figure(float(found.loss[0]))} nats."


def _say_softened(found: ExtremeRows, temperature: float | None) -> str:
    """Say how many would be left if the outputs were made less sure as a whole."""
    if temperature is None or found.softened is None:
        return ""
    left = "none is" if not found.softened else "it still is" if found.softened == found.row.size == 1 else ""
    left = left or (f"{found.softened:,} still are" if found.softened > 1 else "1 still is")
    return f" With the logits divided by {figure(temperature)}, the temperature that fits best, {left} so improbable."


CHECK = Check(
    id="extreme_rows",
    code="LC706",
    title="Rows called next to impossible",
    question="Which rows have a class that the outputs all but exclude?",
    null="Labels are drawn from the stated distributions: fewer than one file in 1,000 has any such row.",
    why="A loss of −log p has no ceiling: a few confident errors can be most of the mean loss, and in training most "
    "of the gradient. Whether they are wrong labels or wrong outputs decides what to repair.",
    advice="Look at the listed rows first. Wrong labels: correct them. Right ones: the outputs are too sure; fit the "
    "temperature on held-out rows, or train with label smoothing if wrong labels are part of the data.",
    misleads="Overconfidence as a whole makes many such rows: settle the temperature first. A row is also listed "
    "when rounding or an overflow made its probability 0.",
    references=("Northcutt, Jiang & Chuang 2021, Confident learning, doi:10.1613/jair.1.12125",),
    worst=Status.WARN,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.LABELS, Need.PROBABILITIES}),
    varies=False,
)
