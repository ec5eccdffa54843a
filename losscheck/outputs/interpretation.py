"""What the outputs are: probabilities, logits, percentages …, decided on the whole file and never per batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.reading import Interpretation
from losscheck.results import TaskKind
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from losscheck.sample import ClassSample


__all__ = ["Interpretation", "interpret"]


@once_per_sample
def interpret(sample: ClassSample) -> Interpretation:
    """Return what the numbers are."""
    asked = sample.asked.outputs
    if asked is not None:
        return Interpretation(asked, "as asked for by --outputs", 100.0 if asked is Numbers.PERCENT else 1.0)
    if sample.kind is TaskKind.MULTILABEL or sample.outputs.shape[1] == 1:
        return _interpret_single(sample)
    return _interpret_rows(sample.outputs)


def _interpret_single(sample: ClassSample) -> Interpretation:
    low, high = float(sample.outputs.min()), float(sample.outputs.max())
    if low < 0:
        return Interpretation(Numbers.LOGITS, "some scores are negative")
    kind = Numbers.SIGMOIDS if sample.kind is TaskKind.MULTILABEL else Numbers.PROBABILITIES
    if high <= 1:
        return Interpretation(kind, "all scores lie between 0 and 1")
    if high <= 100:
        return Interpretation(Numbers.PERCENT, "all scores lie between 0 and 100", 100.0)
    return Interpretation(Numbers.LOGITS, "some scores are above 100")


ROUNDING = 1e-2


def _interpret_rows(outputs: Array) -> Interpretation:
    low, high = outputs.min(axis=1), outputs.max(axis=1)
    inside = (low >= -ROUNDING) & (high <= 1 + ROUNDING)
    if _most(inside & (np.abs(outputs.sum(axis=1) - 1) <= ROUNDING)):
        return Interpretation(Numbers.PROBABILITIES, "every row lies between 0 and 1 and sums to 1")
    if _most((high <= ROUNDING) & (np.abs(scipy.special.logsumexp(outputs, axis=1)) <= ROUNDING)):
        return Interpretation(Numbers.LOG_PROBABILITIES, "the exponentials of every row sum to 1")
    if _most((low >= 0) & (np.abs(outputs.sum(axis=1) - 100) <= 100 * ROUNDING)):
        return Interpretation(Numbers.PERCENT, "every row lies between 0 and 100 and sums to 100", 100.0)
    if _most(inside):
        return Interpretation(Numbers.AMBIGUOUS, "all numbers lie between 0 and 1, but rows do not sum to 1")
    return Interpretation(Numbers.LOGITS, "numbers of either sign that do not sum to 1")


def _most(rows: Array) -> bool:
    return bool(np.mean(rows) >= 0.95)
