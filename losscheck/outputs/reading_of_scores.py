"""What single scores are: one column for two classes, or one column for each label of a multilabel sample.

Nothing has to sum to anything here, so that only the range of the numbers tells, and the labels where they are there.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.label_likelihood import compare_readings
from losscheck.outputs.reading import Interpretation, count_of
from losscheck.outputs.rows import blocks_by_class, measure_rows
from losscheck.outputs.simplex import FEW, SINGLE_PRECISION, SLIGHT
from losscheck.results import TaskKind
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.sample import ClassSample

LARGEST_LOGIT = 40.0
"""A sigmoid is 1 to the last bit from 37 on: a larger score from 0 to 100 is taken for a percentage."""


def read_scores(sample: ClassSample) -> Interpretation:
    """Return what the scores are; `SIGMOIDS` for probabilities of several labels."""
    rows = measure_rows(sample)
    own = Numbers.SIGMOIDS if sample.kind is TaskKind.MULTILABEL else Numbers.PROBABILITIES
    if decisions := _read_decisions(sample):
        return decisions
    inside = (rows.low >= -SLIGHT) & (rows.high <= 1 + SLIGHT)
    if _nearly_all(inside) and not _small_logits(sample, inside):
        return Interpretation(own, f"numbers between 0 and 1 in {_rows(inside)}")
    negative = rows.low < 0
    if _nearly_all(rows.high <= 0):
        logarithms = Interpretation(Numbers.LOG_PROBABILITIES, "")
        return Interpretation(
            Numbers.AMBIGUOUS,
            f"no positive number in {_rows(rows.high <= 0)}: logarithms of probabilities, or logits of a rare class",
            readings=compare_readings(sample, (logarithms, Interpretation(Numbers.LOGITS, ""))),
        )
    if not _nearly_all(~negative):
        return Interpretation(Numbers.LOGITS, f"negative numbers in {_rows(negative)}")
    return _read_positive(sample, inside)


def _read_decisions(sample: ClassSample) -> Interpretation | None:
    """Read scores that take only two values, 0 and 1 or −1 and 1; all of them 0 may be logits as well."""
    rows = measure_rows(sample)
    top, bottom = float(rows.high.max()), float(rows.low.min())
    if top == bottom == 0.0:
        own, logits = Interpretation(Numbers.PROBABILITIES, ""), Interpretation(Numbers.LOGITS, "")
        return Interpretation(
            Numbers.AMBIGUOUS,
            "every number is 0: the probability of an impossible class, or the logit of an untrained network",
            readings=compare_readings(sample, (own, logits)),
        )
    if top != 1.0 or bottom not in (0.0, -1.0, 1.0):
        return None
    lower = min(bottom, 0.0)
    for _, block in blocks_by_class(sample.outputs):
        if not bool(((block == 1.0) | (block == lower)).all()):
            return None
    return Interpretation(Numbers.ONE_HOT, f"every number is {lower:g} or 1")


def _small_logits(sample: ClassSample, inside: NDArray[np.bool_]) -> bool:
    """Tell whether numbers near 0 of both signs are logits: half of them negative is no rounding of probabilities."""
    rows = measure_rows(sample)
    size = float(np.abs(rows.high[inside]).max()) if inside.any() else 0.0
    negative = rows.low < -SINGLE_PRECISION * max(size, -float(rows.low.min()))
    return _share(negative & inside) > FEW


def _read_positive(sample: ClassSample, inside: NDArray[np.bool_]) -> Interpretation:
    """Read scores of which none is negative and some are above 1."""
    rows = measure_rows(sample)
    up_to_100 = rows.high <= 100 * (1 + SLIGHT)
    above = count_of(int(np.count_nonzero(rows.high > 1)), sample.n)
    percent = Interpretation(Numbers.PERCENT, f"all scores lie between 0 and 100, and in {above} above 1", 100.0)
    if _nearly_all(up_to_100) and float(rows.high[up_to_100].max()) > LARGEST_LOGIT:
        return percent
    logits = Interpretation(Numbers.LOGITS, "")
    if _nearly_all(up_to_100):
        return Interpretation(
            Numbers.AMBIGUOUS,
            f"no number is negative, and in {above} above 1: percentages of a rare class, or logits",
            readings=compare_readings(sample, (percent, logits)),
        )
    return Interpretation(
        Numbers.AMBIGUOUS,
        "no number is negative and some are above 100: logits, or a score (a count, a rank, a distance) that states "
        "no probability",
        readings=compare_readings(sample, (logits,)),
    )


class Suspicion(StrEnum):
    """What scores in [0.5, 1] may be instead of the probability of the second class."""

    SIGMOID_TWICE = "sigmoid twice"
    WINNER = "the winner's confidence"


SIGMOID_OF_ONE = 1 / (1 + math.exp(-1))
"""0.7311: a sigmoid of a probability lies between 0.5 and this."""
FEWEST_SUSPECT = 20
MOST_UNLIKELY = 4.0
"""Standard deviations between the second class's share and what the scores state on average."""
NATS = 5.0
"""By so much must the log-likelihood of all labels be larger for the suspected reading: odds of e^5 = 148 to 1."""


def suspect_scores(sample: ClassSample) -> Suspicion | None:
    """Return what a single column of probabilities from 0.5 on may be instead; None where nothing speaks for it.

    A model may well give every row more than 0.5, so that the labels must speak against the numbers as they are:
    the true classes are much less often the second one than stated, or much likelier under the sigmoid undone.
    """
    p, label = sample.outputs[:, 0], sample.label
    if label is None or sample.outputs.shape[1] > 1 or sample.n < FEWEST_SUSPECT:
        return None
    if p.min() < 0.5 or p.max() > 1 or p.min() == p.max():
        return None
    if p.max() <= SIGMOID_OF_ONE + SINGLE_PRECISION:
        inner = np.clip(np.log(p) - np.log1p(-p), SLIGHT, 1 - SLIGHT)
        return Suspicion.SIGMOID_TWICE if _log_likelihood(inner, label) > _log_likelihood(p, label) + NATS else None
    variance = float((p * (1 - p)).sum())
    surplus = float(p.sum() - label.sum())
    both = 0 < label.sum() < label.size
    return Suspicion.WINNER if both and surplus > MOST_UNLIKELY * math.sqrt(variance) else None


def _log_likelihood(p: Array, label: NDArray[np.int64]) -> float:
    with np.errstate(divide="ignore"):
        return float(np.where(label == 1, np.log(p), np.log1p(-p)).sum())


def _share(rows: NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(rows) / rows.size)


def _nearly_all(rows: NDArray[np.bool_]) -> bool:
    return _share(rows) >= 1 - FEW


def _rows(rows: NDArray[np.bool_]) -> str:
    return count_of(int(np.count_nonzero(rows)), rows.size)
