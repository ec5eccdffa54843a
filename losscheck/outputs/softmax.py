"""A softmax that was applied to probabilities: how it shows, and how to undo it.

With q = softmax(p) of a distribution p, K·(mean log q − min log q) = 1 − K·min p: it is at most 1 in every row, and
close to 1 wherever p leaves some class next to nothing. A model that is nearly uniform by nature may look the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.interpretation import interpret, single_scores
from losscheck.outputs.rows import measure_rows, some_rows
from losscheck.outputs.simplex import SLIGHT, tolerance_of
from losscheck.outputs.stated import state
from losscheck.outputs.tolerance import DOUBLE_FLOOR
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from losscheck.outputs.stated import Block, Stated
    from losscheck.outputs.tolerance import Tolerance
    from losscheck.sample import ClassSample

HIGH_SPREAD = 0.9
"""Nine of ten rows spread up to more than this; simulated with K = 2 … 1000, no plain model was as even."""
SPREAD_LEVEL = 0.9
HIGHEST_SPREAD = 0.95
"""Some row of a model that is sure of anything comes closer to 1; logits that were cut off anywhere else do not."""
LARGEST_GAP = 1.0
"""Where 80 % of the rows are closer to each other than the rest is to 1, they are one answer with some noise."""
FEWEST_ROWS = 50
"""Of fewer rows of an even model, one in some thousand has all spreads by chance as a second softmax makes them."""
MOST_SLACK, MOST_SLACK_ALONE = 0.15, 0.05
"""With digits so coarse that the spread is uncertain by more than this, with and without labels, nothing is told."""
FEWEST_DISTINCT = 10
DISTINCT_ROWS = 1000
"""Models that know a few answers only (a constant, a stump) may have them anywhere."""
LABELLED_ROWS = 20_000
"""Evenly spread rows whose labels are asked; more would not change the answer."""
POWERS = (2.0, 8.0)
NATS = 2.0
"""Labels must be likelier by this much in all when the outputs are sharper; fewer rows say little."""


@dataclass(frozen=True)
class SoftmaxTwice:
    """The signs of a softmax of probabilities: the largest spread of log q and its 90 % point, both near 1.

    `slack` is what rounding may add to the spread of the middle row. `top` and `undone_top` are the mean largest
    probability as it stands and after undoing the outer softmax.
    """

    classes: int
    largest: float
    upper: float
    slack: float
    top: float
    undone_top: float

    @property
    def lowest_loss(self) -> float:
        """What cross-entropy cannot go below when it is fed such probabilities as if they were logits."""
        return lowest_loss(self.classes)


def lowest_loss(classes: int) -> float:
    """Return log(e + K − 1) − 1, the cross-entropy of a sure and right row after a second softmax.

    >>> round(lowest_loss(2), 4), round(lowest_loss(10), 4)
    (0.3133, 1.4612)
    """
    return math.log(math.e + classes - 1) - 1


def undo_softmax(log_q: Array) -> Array:
    """Return the distributions p with q = softmax(p): log q + (1 − Σ log q)/K, row by row."""
    undone: Array = log_q + (1 - log_q.sum(axis=1, keepdims=True)) / log_q.shape[1]
    return undone


def find_second_softmax(sample: ClassSample) -> SoftmaxTwice | None:
    """Return the signs of a softmax of probabilities; None where there are none or they cannot be told."""
    reading, stated = interpret(sample), state(sample)
    if stated is None or reading.numbers not in (Numbers.PROBABILITIES, Numbers.LOG_PROBABILITIES):
        return None
    if single_scores(sample) or sample.n < FEWEST_ROWS:
        return None
    found = _measure(stated, tolerance_of(sample, 1.0))
    return found if found is not None and _speaks_for(stated, found) else None


def _measure(stated: Stated, tolerance: Tolerance) -> SoftmaxTwice | None:
    """Return the spreads of all rows, None as soon as a row has a larger one than a softmax of probabilities."""
    classes, spreads, middle, top, undone_top = stated.classes, [], 0.0, 0.0, 0.0
    start, low_of_row = 0, measure_rows(stated.sample).low
    for block in stated.blocks():
        rows = slice(start, start + block.log_p.shape[0])
        start = rows.stop
        log_p = _sound(block.log_p, low_of_row[rows], stated)
        if not log_p.size:
            continue
        low = log_p.min(axis=1)
        if low.min() == -np.inf:
            return None
        mean, high = log_p.mean(axis=1), log_p.max(axis=1)
        spread, slack = classes * (mean - low), _slack(tolerance, low, stated)
        middle = float(np.median(slack))
        if middle > MOST_SLACK or not bool((spread <= 1 + slack).all()):
            return None
        spreads.append(spread)
        top += float(np.exp(high).sum())
        undone_top += float((high - mean + 1 / classes).sum())
    if not spreads:
        return None
    spread = np.concatenate(spreads)
    lower, upper = (float(level) for level in np.quantile(spread, (1 - SPREAD_LEVEL, SPREAD_LEVEL)))
    if upper <= HIGH_SPREAD or spread.max() <= HIGHEST_SPREAD or 1 - upper > LARGEST_GAP * (upper - lower) + middle:
        return None
    return SoftmaxTwice(stated.classes, float(spread.max()), upper, middle, top / spread.size, undone_top / spread.size)


def _sound(log_p: Array, low_of_row: Array, stated: Stated) -> Array:
    """Return the rows without a negative probability; all of them, uncopied, in most blocks."""
    if stated.interpretation.numbers is Numbers.LOG_PROBABILITIES or bool((low_of_row >= 0).all()):
        return log_p
    return log_p[low_of_row >= 0]


def _slack(tolerance: Tolerance, low: Array, stated: Stated) -> Array:
    """Return what digits and type may add to the spread of rows with this smallest log q: K·δ/min q."""
    classes = stated.classes
    relative = 2 * tolerance.relative + max(stated.sample.digits.epsilon, DOUBLE_FLOOR)
    if stated.interpretation.numbers is Numbers.LOG_PROBABILITIES:
        return np.full(low.size, classes * (2 * tolerance.unit + relative * math.log(classes)))
    slack: Array = classes * (2 * tolerance.unit * np.exp(-low) + relative)
    return slack


def _speaks_for(stated: Stated, found: SoftmaxTwice) -> bool:
    """Tell whether different rows, and the labels, speak for a second softmax rather than for an even model."""
    sample = stated.sample
    rows = stated.take(np.arange(sample.n)[some_rows(sample.n, DISTINCT_ROWS)]).p
    if bool((rows.argmax(axis=1) == rows[0].argmax()).all()):
        return False  # a model that is sure of one class everywhere is rather one that always says the same
    mixed = rows @ np.sin(np.arange(1.0, rows.shape[1] + 1))  # equal for equal rows, and only there
    distinct = np.unique(np.round(mixed, 12)).size
    short_of_one = found.upper < 1 - max(found.slack, SLIGHT * SLIGHT)
    if distinct < FEWEST_DISTINCT and (distinct < 2 or short_of_one):
        return False
    if short_of_one and found.upper == found.largest:  # logits that were cut off at some bound
        return False
    gain = _sharper_gain(stated)
    return found.slack <= MOST_SLACK_ALONE if gain is None else gain > NATS


def _sharper_gain(stated: Stated) -> float | None:
    """Return by how much labels are likelier under sharper outputs, in nats over some rows; None without labels.

    Sharper outputs are those with the outer softmax undone, or powers of them: a model that is too sure after undoing
    it is still too even before.
    """
    if not stated.labelled:
        return None
    sample = stated.sample
    return float(_block_gain(stated.take(np.arange(sample.n)[some_rows(sample.n, LABELLED_ROWS)])).max())


def _block_gain(block: Block) -> Array:
    assert block.label is not None
    known = (block.label >= 0) & (block.log_p.min(axis=1) > -np.inf)
    log_p, label = block.log_p[known], block.label[known]
    row = np.arange(label.size)
    plain = log_p[row, label]
    undone = np.log(np.maximum(undo_softmax(log_p)[row, label], SLIGHT * SLIGHT))
    powers = [power * plain - np.log(np.exp(power * log_p).sum(axis=1)) for power in POWERS]
    return np.array([float((sharper - plain).sum()) for sharper in (undone, *powers)])
