"""How likely the labels are under each reading of ambiguous outputs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.conversion import log_probabilities, single_log_probabilities
from losscheck.outputs.reading import Interpretation
from losscheck.results import TaskKind
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

BLOCK_CELLS = 1 << 18


def compare_readings(sample: ClassSample, readings: Iterable[Interpretation]) -> dict[Numbers, float]:
    """Return the mean log-likelihood a row of the labels under each reading, NaN without labels.

    Rows count by their weights; rows whose label has no column say nothing. For multilabel outputs it is the mean over
    rows and labels.
    """
    return {reading.numbers: _mean_log_likelihood(sample, reading) for reading in readings}


def _mean_log_likelihood(sample: ClassSample, reading: Interpretation) -> float:
    total = weights = 0.0
    step = max(1, BLOCK_CELLS // sample.outputs.shape[1])
    for start in range(0, sample.n, step):
        rows = slice(start, start + step)
        likelihood = _row_log_likelihood(sample, reading, rows)
        if likelihood is None:
            return math.nan
        known = ~np.isnan(likelihood)
        weight = np.ones(likelihood.size) if sample.weight is None else sample.weight[rows]
        total += float((likelihood[known] * weight[known]).sum())
        weights += float(weight[known].sum())
    return total / weights if weights > 0 else math.nan


def _row_log_likelihood(sample: ClassSample, reading: Interpretation, rows: slice) -> Array | None:
    """Return log p of the labels of some rows, NaN where a label has no column; None without labels."""
    outputs = sample.outputs[rows]
    if sample.kind is TaskKind.MULTILABEL:
        if sample.targets is None:
            return None
        log_p = single_log_probabilities(outputs.ravel(), reading)
        right = np.where(sample.targets[rows].ravel() > 0.5, log_p[:, 1], log_p[:, 0])
        return np.asarray(right.reshape(outputs.shape).mean(axis=1))
    single = outputs.shape[1] == 1
    log_p = single_log_probabilities(outputs[:, 0], reading) if single else log_probabilities(outputs, reading)
    if sample.label is not None:
        label = sample.label[rows]
        return np.where(label < 0, np.nan, log_p[np.arange(label.size), np.maximum(label, 0)])
    if sample.targets is None:
        return None
    target = sample.targets[rows]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(target > 0, target * log_p, 0.0).sum(axis=1))
