"""Scores that are how sure a model is of the class it predicted, told by the column of that class beside them.

Such a score (PyCaret's `prediction_score`, the `score` of a Hugging Face pipeline, Weka's `prediction`) is at least 1
divided by the number of classes in every row. The probability of one of two classes is not: it is below one half where
the other class is predicted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.reading.class_candidates import MOST_LABELS, labels_of
from losscheck.reading.class_names import HARD_NAMES, is_score, key_of, polarity, strip_common
from losscheck.reading.column import Column
from losscheck.reading.labels import Labels
from losscheck.reading.names import PREDICTION_NAMES, flatten, is_pair
from losscheck.reading.wording import list_texts, say_task
from losscheck.results import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LABEL_NAMES = frozenset({"label", "labels"})
"""What Hugging Face pipelines call the predicted class, beside a target with a name that says more."""
FURTHER_NAMES = frozenset({"class", "category", "outcome", "pred_y", "predicted_category", "top_class", "top_label"})
ROUNDING = 1e-6
"""How far below one half, against the whole, a float32 may lie that is one half."""
PERCENT = 100.0


@dataclass(frozen=True)
class Decision:
    """A column of predicted classes: its name, and the classes in the order of their codes."""

    name: str
    values: Sequence[str]


class DecisionLabels(Labels):
    """The classes of such a column; cells beyond a number of different ones have no code, because it has no classes."""

    def code(self, cell: str) -> float:
        """Return the number of the class in a cell, NaN where it is missing or one too many."""
        full = len(self.values) >= self.limit.most
        return float("nan") if full and cell not in self._codes else super().code(cell)


def find_decisions(free: Iterable[Column], target: Column, score: Column) -> tuple[Column, ...]:
    """Return the columns that may hold the class of which `score` says how sure the model is.

    Empty where the score is below 1 / (number of classes) in a row, and so is the probability of one class.
    """
    labels = labels_of(target)
    if len(labels) > MOST_LABELS or not _is_sure(score, max(len(labels), 2)):
        return ()
    rest = (column for column in free if column not in (target, score))
    return tuple(column for column in rest if _may_be_decision(column, target, labels))


def _is_sure(score: Column, classes: int) -> bool:
    numbers = [number for number in score.numbers if number == number]
    return bool(numbers) and not score.text and find_whole(min(numbers), max(numbers), classes) is not None


def find_whole(lowest: float, highest: float, classes: int) -> float | None:
    """Return the whole, 1 or 100 (percent), of scores of the likeliest of so many classes; None if they are not.

    >>> find_whole(0.5, 1.0, 2), find_whole(0.4, 1.0, 2), find_whole(34.0, 99.9, 3)
    (1.0, None, 100.0)
    """
    whole = 1.0 if highest <= 1 + ROUNDING else PERCENT
    return whole if whole * (1 / classes - ROUNDING) <= lowest <= highest <= whole * (1 + ROUNDING) else None


def _may_be_decision(column: Column, target: Column, labels: Sequence[str]) -> bool:
    name, values = column.normal, labels_of(column)
    called = name in HARD_NAMES or name in flatten(PREDICTION_NAMES) or is_pair(target.normal, name)
    if is_score(name) or not (called or name in LABEL_NAMES or name in FURTHER_NAMES):
        return False
    if not column.has_labels or not 0 < len(values) <= max(len(labels), 2):
        return False
    alike = match_decisions(values, labels) is not None
    return alike or (column.is_text and name not in FURTHER_NAMES)


def match_decisions(values: Sequence[str], labels: Sequence[str]) -> Mapping[str, str] | None:
    """Return the label that each predicted class is: by name, by LABEL_0 for 0, or yes for 1; None where one is none.

    >>> match_decisions(["LABEL_0", "LABEL_1"], ["0", "1"]), match_decisions(["ham", "spam"], ["0", "1"])
    ({'LABEL_0': '0', 'LABEL_1': '1'}, None)
    """
    known = {key_of(label): label for label in labels}
    for spelled in (values, strip_common(values)):
        if all(key_of(name) in known for name in spelled):
            return {value: known[key_of(name)] for value, name in zip(values, spelled, strict=True)}
    sides = {side: label for label in labels if (side := polarity(label)) is not None}
    said = [(value, side) for value in values if (side := polarity(value)) is not None]
    if len(sides) == len(labels) == 2 and len(said) == len(values):
        return {value: sides[side] for value, side in said}
    return None


def refuse_several(
    scores: Array, decisions: Sequence[Decision], labels: Sequence[str], where: str, score: str, file: str
) -> None:
    """Raise `InputError` where one score is how sure the model is of its choice among three or more classes."""
    named = [decision for decision in decisions if match_decisions(decision.values, labels) is not None]
    if named and find_whole(float(scores.min()), float(scores.max()), len(labels)) is not None:
        raise InputError(
            f"{where}: '{score}' is how sure the model is of the class in '{named[0].name}', one of {len(labels)} "
            f"({list_texts(labels)}), and does not say how likely the others are. Write the probabilities of all "
            f"classes, a column each, as in prob_{labels[0]} (predict_proba; PyCaret: raw_score=True; Hugging Face: "
            f"top_k=None); if this is a regression, say {say_task('regression', file)}."
        )


def convert(
    scores: Array,
    decided: Array,
    decisions: Sequence[Decision],
    classes: tuple[str, str],
    where: str,
    score: str,
    row: NDArray[np.int64],
) -> tuple[Array, Decision] | None:
    """Return the probabilities of the second class, and the decisions that prove that `scores` (rows,) need it.

    They do where scores are at least one half although the first class is predicted, and no threshold above one half
    tells the rows with one prediction from those with the other. None where that is not so; `decided` (rows, decisions)
    holds codes. `InputError` where it is, and it cannot be told which class is predicted.
    """
    whole = find_whole(float(scores.min()), float(scores.max()), 2)
    if whole is None:
        return None
    for codes, decision in zip(decided.T, decisions, strict=True):
        there = ~np.isnan(codes)
        seen = [decision.values[int(code)] for code in np.unique(codes[there])]
        matched = match_decisions(seen, classes)
        if matched is None and len(seen) != 2:
            continue
        second = seen[-1:] if matched is None else [value for value, label in matched.items() if label == classes[1]]
        is_second = np.isin(codes, [code for code, value in enumerate(decision.values) if value in second])
        if not _is_proven(scores[there & is_second], scores[there & ~is_second], whole, matched is None):
            continue
        if matched is None:
            raise InputError(
                f"{where}: '{score}' is how sure the model is of the class in '{decision.name}', and it cannot be told "
                f"which of {list_texts(seen)} is {classes[1]}. Write that column with the labels {list_texts(classes)}."
            )
        if not there.all():
            raise InputError(
                f"{where}, row {row[np.flatnonzero(~there)[0]]}: '{score}' is how sure the model is of the class in "
                f"'{decision.name}', which is missing here. Fill it in, or leave the row out."
            )
        return np.where(is_second, scores, whole - scores), decision
    return None


def _is_proven(second: Array, first: Array, whole: float, either: bool) -> bool:
    """Tell whether no threshold on the probability of the second class (of `either`) predicts these rows."""
    return _defies_threshold(second, first, whole) and not (either and not _defies_threshold(first, second, whole))


def _defies_threshold(above: Array, below: Array, whole: float) -> bool:
    """Tell whether no threshold has all of the one above it, and the other, of which there are some, below it."""
    if not below.size or not above.size:
        return bool(below.size)
    return bool(above.min() < below.max() or below.max() >= whole * (1 - ROUNDING))


def explain(score: str, decision: str, classes: tuple[str, str]) -> str:
    """Return what the scores were taken for, for the report."""
    return (
        f"'{score}' is how sure the model is of the class in '{decision}' (it is one half or more whichever that is): "
        f"the probability of {classes[1]} is '{score}' where '{decision}' is {classes[1]}, and 1 - '{score}' elsewhere"
    )
