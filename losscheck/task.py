"""What kind of target this is."""

from __future__ import annotations

from losscheck.families import RESPONSE_FAMILIES
from losscheck.results import Task, TaskKind
from losscheck.sample import ClassSample, Sample


def detect_task(sample: Sample | ClassSample, family: str | None = None) -> Task:
    """Return the task with the reason for the guess; `family` is the likelihood that the targets were found to follow.

    Whole numbers alone are no counts: a day's births or ounces of weight are whole and normal.
    """
    if isinstance(sample, ClassSample):
        return Task(sample.kind, sample.why)
    if sample.kind is TaskKind.TARGETS:
        return Task(sample.kind, "the targets are numbers, and there are no predictions of a model")
    columns = sample.info.columns
    targets = sample.target_values
    if targets is None:
        why = f"column '{columns.residual}' holds residuals" if columns.residual else "residuals were given"
        return Task(sample.kind, why)
    if any(response.id == family and response.discrete for response in RESPONSE_FAMILIES):
        return Task(TaskKind.COUNT, "the targets are whole numbers from 0 on, and counts is what they behave as")
    whole = targets.whole and bool((targets.value >= 0).all())
    why = "the targets are numbers and there is one number predicted for each"
    if sample.baseline is not None:
        why = "the targets are numbers, predicted out of fold by a baseline that was fitted here"
    return Task(sample.kind, f"{why}; they are whole, but not spread as counts are" if whole else why)
