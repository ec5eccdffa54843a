"""Rows that repeat another row exactly."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.wording import figure, percent, rows_text
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.ties import rounding_step
from losscheck.results import Effect, Need, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.sample import Sample

    Keys = NDArray[np.uint64]

MARGIN = 0.05  # above this share the effective number of rows is off enough to move intervals by 2.5 %
FEWEST_NEIGHBOURS = 20  # pairs with neighbouring predictions, to see how often targets agree by chance
TOLERANCE = 1.25  # neighbouring predictions are not equal ones: their residuals agree a little less often
MOST_ROWS = 20


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows with equal prediction and target: how many there are, and how many are expected by chance."""

    found: int
    expected: float


def run(sample: Sample, alpha: float) -> Finding:
    """Compare how often rows with equal predictions share their target with how often neighbouring ones do."""
    if sample.target is None or sample.prediction is None:
        return Finding(Status.SKIP, "needs a target and a prediction column")
    key = _key(sample.target, sample.prediction)
    ordered = np.sort(key)
    repeats = sample.n - 1 - int(np.count_nonzero(ordered[1:] != ordered[:-1]))
    effect = Effect("share of rows that repeat another", repeats / sample.n, margin=MARGIN)
    if repeats == 0:
        return Finding(Status.PASS, "No row repeats another (same target, same prediction).", effect=effect)
    pairs = _count_pairs(sample.target, sample.prediction)
    if pairs is None:
        return Finding(Status.SKIP, "too few different predictions to tell repeated rows from rounding")
    message = (
        f"{rows_text(repeats)} ({percent(repeats / sample.n)}) have the target and the prediction of an earlier row: "
        f"{figure(pairs.found)} such pairs, of which rounding explains about {figure(pairs.expected)}."
    )
    excess = min(float(repeats), pairs.found - TOLERANCE * pairs.expected - 3 * sqrt(pairs.expected))
    if excess < 1:
        return Finding(Status.PASS, message, effect=effect)
    status = Status.WARN if excess / sample.n > MARGIN else Status.NOTE
    return Finding(status, message, effect=effect, rows=_repeated_rows(sample, key))


def _key(target: Array, prediction: Array) -> Keys:
    """Return 64 bits for every pair; two different pairs share them with probability 2⁻⁶⁴."""
    first, second = (target + 0.0).view(np.uint64), (prediction + 0.0).view(np.uint64)  # + 0.0 turns −0 into 0
    rotated = second >> np.uint64(35)
    second <<= np.uint64(29)
    second |= rotated
    second *= np.uint64(0xC2B2AE3D27D4EB4F)
    first *= np.uint64(0x9E3779B97F4A7C15)
    first ^= second
    return first


def _count_pairs(target: Array, prediction: Array) -> Pairs | None:
    """Count pairs with equal predictions, and expect among them the agreement of neighbouring predictions."""
    _, group, size = np.unique(prediction, return_inverse=True, return_counts=True)
    values, value = np.unique(target, return_inverse=True)
    chance = _chance_of_agreement(target, prediction, int(size.max()))
    if chance is None:
        return None
    _, counts = np.unique(group * values.size + value, return_counts=True)
    same_prediction = float((size * (size - 1.0)).sum() / 2)
    return Pairs(int((counts * (counts - 1)).sum() // 2), chance * same_prediction)


def _chance_of_agreement(target: Array, prediction: Array, largest_group: int) -> float | None:
    """Return how often two rows of like but different prediction would share a target, were it the same.

    On a grid of step h two targets at one prediction agree when their residuals differ by less than h/2; without
    a grid the targets themselves are compared.
    """
    order = np.argsort(prediction, kind="stable")
    target, prediction = target[order], prediction[order]
    step = rounding_step(target)
    pairs, agree, lag = 0, 0.0, 1
    while lag <= min(largest_group, target.size - 1):
        differ = prediction[lag:] != prediction[:-lag]
        apart = np.abs(target[lag:] - target[:-lag])
        if step is not None:
            apart = np.abs(target[lag:] - prediction[lag:] - (target[:-lag] - prediction[:-lag])) / step
        near = (apart == 0) if step is None else np.clip((0.5 - apart) * 1e6 + 0.5, 0, 1)  # at h/2 by halves
        pairs += int(np.count_nonzero(differ))
        agree += float(near[differ].sum())
        lag *= 2
    return agree / pairs if pairs >= FEWEST_NEIGHBOURS else None


def _repeated_rows(sample: Sample, key: Keys) -> tuple[int, ...]:
    _, first = np.unique(key, return_index=True)
    later = np.ones(key.size, dtype=bool)
    later[first] = False
    return sample.rows_at(later, MOST_ROWS)


CHECK = Check(
    id="duplicates",
    code="LC003",
    title="Repeated rows",
    question="Do rows repeat each other exactly, more often than rounding explains?",
    null="Rows with equal predictions share their target no more often than rows with neighbouring predictions.",
    why="A repeated row adds no information but is counted as if it did: intervals get too short, and an "
    "outlier that is copied looks like a heavy tail. Copies on both sides of a split make held-out errors "
    "too good.",
    advice="Remove exact copies before splitting into training and test, or give them one row with a weight.",
    misleads="Replicated measurements of the same input legitimately share a prediction and, when rounded "
    "coarsely, a target. Trees predict few distinct values, where repeated rows cannot be told from "
    "coincidence.",
    references=("Barz & Denzler 2020, Do we train on test data?, doi:10.3390/jimaging6060041",),
    worst=Status.WARN,
    run=run,
    needs=frozenset({Need.TARGET, Need.PREDICTION, Need.ROWS}),
    minimum_rows=30,
    varies=False,
)
