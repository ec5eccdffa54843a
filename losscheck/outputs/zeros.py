"""Rows whose true class was given no probability: the log loss is infinite there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.interpretation import Interpretation, interpret
from losscheck.outputs.rows import CACHED_CELLS, measure_rows
from losscheck.outputs.simplex import tolerance_of
from losscheck.results import TaskKind
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.sample import ClassSample

STATE_ZEROS = frozenset(
    {Numbers.PROBABILITIES, Numbers.SIGMOIDS, Numbers.PERCENT, Numbers.VOTES, Numbers.LOG_PROBABILITIES}
)
"""Readings under which a number can mean probability 0; finite logits give every class some."""
FEWEST_DECIMALS_OF_A_TYPE = 13
"""So many decimals are all that a type has: its 0 is a 0."""


@dataclass(frozen=True, eq=False)
class ZeroTruths:
    """Rows with probability 0 at a true class, among `rows` with a true class that has a column.

    `below` is what a written 0 leaves room for (5e-5 for 0.0000), 0 where a 0 is a 0. `least_loss` is the log loss of
    all rows if every true class has as much as its digits allow. `smallest` is the smallest probability of a true
    class, in row `smallest_index`.
    """

    index: NDArray[np.int64]
    rows: int
    below: float
    least_loss: float
    smallest: float
    smallest_index: int


def find_zero_truths(sample: ClassSample) -> ZeroTruths | None:
    """Return the rows whose true class has probability 0; None where no true class has a column."""
    reading = interpret(sample)
    truth = _true_probabilities(sample, reading)
    known = ~np.isnan(truth)
    rows = int(np.count_nonzero(known))
    if rows == 0:
        return None
    below = _room_below(sample, reading)
    with np.errstate(divide="ignore"):
        loss = -np.log(np.minimum(truth[known] + below, 1.0))
    weight = None if sample.weight is None else sample.weight[known]
    smallest = int(np.nanargmin(truth))
    return ZeroTruths(
        np.flatnonzero(truth <= 0),
        rows,
        below,
        float(np.average(loss, weights=weight)),
        max(float(truth[smallest]), 0.0),
        smallest,
    )


def _true_probabilities(sample: ClassSample, reading: Interpretation) -> Array:
    """Return the smallest probability of a true class in each row, NaN where none has a column."""
    if sample.kind is TaskKind.MULTILABEL or sample.label is None:
        return _smallest_of_targets(sample, reading)
    label, outputs = sample.label, sample.outputs
    if outputs.shape[1] == 1:
        p = _probabilities(outputs[:, 0], reading)
        return np.where(label == 1, p, 1 - p)
    truth = _probabilities(outputs[np.arange(label.size), np.maximum(label, 0)], reading)
    if reading.numbers is not Numbers.LOG_PROBABILITIES:
        total = measure_rows(sample).total / reading.total
        truth = np.divide(truth, total, out=np.zeros_like(truth), where=total > 0)
    return np.where(label < 0, np.nan, truth)


def _smallest_of_targets(sample: ClassSample, reading: Interpretation) -> Array:
    """Return the smallest probability of what is true in each row of several labels or of soft labels."""
    assert sample.targets is not None  # the check needs one of label and targets
    smallest = np.empty(sample.n)
    step = max(1, CACHED_CELLS // sample.outputs.shape[1])
    for start in range(0, sample.n, step):
        rows = slice(start, start + step)
        p, target = _probabilities(sample.outputs[rows], reading), sample.targets[rows]
        other = 1 - p if sample.kind is TaskKind.MULTILABEL else np.inf
        smallest[rows] = np.where(target > (0.5 if sample.kind is TaskKind.MULTILABEL else 0.0), p, other).min(axis=1)
    return np.where(np.isinf(smallest), np.nan, smallest)


def _probabilities(values: Array, reading: Interpretation) -> Array:
    """Return numbers as probabilities; those of logarithms are never 0 but at −inf."""
    if reading.numbers is Numbers.LOG_PROBABILITIES:
        smallest = np.finfo(np.float64).tiny
        return np.where(np.isneginf(values), 0.0, np.maximum(np.exp(values * math.log(reading.base)), smallest))
    return values / reading.total


def _room_below(sample: ClassSample, reading: Interpretation) -> float:
    """Return the largest probability that is written as 0; 0 where the digits would show any that is not."""
    decimals = sample.digits.decimals
    if decimals is None or decimals >= FEWEST_DECIMALS_OF_A_TYPE:
        return 0.0
    if reading.numbers in (Numbers.LOG_PROBABILITIES, Numbers.VOTES):
        return 0.0
    tolerance = tolerance_of(sample, reading.total)
    return 0.0 if tolerance.relative else tolerance.unit / reading.total
