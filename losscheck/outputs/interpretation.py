"""What the outputs are: probabilities, logits, percentages …, decided on the whole file and never per batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.reading import Interpretation
from losscheck.outputs.reading_of_columns import read_columns
from losscheck.outputs.reading_of_scores import read_scores
from losscheck.outputs.simplex import judge_exponentials
from losscheck.outputs.tolerance import PERCENT
from losscheck.results import TaskKind
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from losscheck.sample import ClassSample


@once_per_sample
def interpret(sample: ClassSample) -> Interpretation:
    """Return what the numbers are: as asked for with `--outputs`, else as detected."""
    asked = sample.asked.outputs
    if asked is None:
        return detect(sample)
    why = f"as asked for (--outputs {asked.value})"
    if asked is Numbers.PERCENT:
        return Interpretation(asked, why, PERCENT)
    if asked is Numbers.LOG_PROBABILITIES and not single_scores(sample):
        found = judge_exponentials(sample)
        return Interpretation(asked, why) if found is None else Interpretation(asked, why, base=found.base)
    if asked is Numbers.PROBABILITIES and sample.kind is TaskKind.MULTILABEL:
        asked = Numbers.SIGMOIDS
    return Interpretation(asked, why)


@once_per_sample
def detect(sample: ClassSample) -> Interpretation:
    """Return what the numbers are by themselves, whatever was asked for."""
    return read_scores(sample) if single_scores(sample) else read_columns(sample)


def single_scores(sample: ClassSample) -> bool:
    """Tell whether every number stands for itself: one column for two classes, or one for each of several labels."""
    return sample.kind is TaskKind.MULTILABEL or sample.outputs.shape[1] == 1


__all__ = ["Interpretation", "detect", "interpret", "single_scores"]
