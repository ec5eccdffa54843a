"""What kind of target this is."""

from __future__ import annotations

from losscheck.results import Task
from losscheck.sample import ClassSample, Sample


def detect_task(sample: Sample | ClassSample) -> Task:
    """Return the task with the reason for the guess."""
    if isinstance(sample, ClassSample):
        return Task(sample.kind, sample.why)
    columns = sample.info.columns
    if sample.target is None:
        why = f"column '{columns.residual}' holds residuals" if columns.residual else "residuals were given"
    else:
        why = "the targets are numbers and there is one number predicted for each"
    return Task(sample.kind, why)
