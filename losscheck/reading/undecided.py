"""A column of whole numbers and one prediction: two classes and a score, or a regression. All rows decide."""

from __future__ import annotations

from dataclasses import dataclass, field

from losscheck.numeric.lazy import Array, np
from losscheck.reading.class_names import is_score
from losscheck.reading.labels import drop_ignored
from losscheck.reading.names import normalise
from losscheck.reading.score_columns import DECISION_ADVICE
from losscheck.reading.wording import list_texts, say_task
from losscheck.results import InputError

MOST_VALUES = 20
"""Whole numbers that may be classes; with more the task is a regression."""
FIRST_ROWS = 256
"""Looked at first: in most regressions they settle it."""
COMMON_PAIRS = ({"0", "1"}, {"-1", "1"}, {"1", "2"})
"""How two classes are coded. Other pairs of numbers are classes only if the prediction's name says "score"."""


@dataclass
class Undecided:
    """Looks at blocks of targets and predictions until they cannot be two classes any more."""

    target: str
    prediction: str
    file: str = ""
    values: set[float] = field(default_factory=set)
    in_unit: bool = True
    predicted: set[float] = field(default_factory=set)

    def look(self, target: Array, prediction: Array) -> bool:
        """Take in a block; False once this can only be a regression: too many values for classes, or fractions."""
        if not all(self._add(part) for part in (target[:FIRST_ROWS], target)):
            return False
        prediction = prediction[~np.isnan(prediction)]
        self.in_unit &= bool(((prediction >= 0) & (prediction <= 1)).all())
        if len(self.predicted) <= MOST_VALUES:
            self.predicted |= set(np.unique(prediction)[: MOST_VALUES + 1].tolist())
        return len(self.values) <= 2 or is_score(normalise(self.prediction))

    def _add(self, target: Array) -> bool:
        """Take in the values of the target; False where they cannot be classes."""
        target = target[~np.isnan(target)]
        new = target[~np.isin(target, list(self.values))]
        while new.size and len(self.values) <= MOST_VALUES:
            self.values.add(float(new[0]))
            new = new[new != new[0]]
        return len(self.values) <= MOST_VALUES and all(value.is_integer() for value in self.values)

    @property
    def _before(self) -> str:
        return f"{self.file}: " if self.file else ""

    def explain_binary(self) -> str:
        """Return why this is two classes and a score; empty for a regression.

        `InputError` for predictions that are decisions, and for one score of several classes.
        """
        written = [f"{value:.0f}" for value in sorted(self.values)]
        labels = drop_ignored(written, 1)
        values = " and ".join(labels)
        if is_score(normalise(self.prediction)):
            if len(labels) > 2 and self.in_unit:
                raise InputError(
                    f"{self._before}'{self.target}' has {len(labels)} different values ({list_texts(labels)}), and "
                    f"'{self.prediction}' is one score between 0 and 1, which can tell two classes apart. Give a "
                    f"column of outputs for each class; for a regression say {say_task('regression', self.file)}."
                )
            if len(labels) == 2 or (len(written) == 1 and set(labels) <= {"0", "1"}):
                return f"the values of '{self.target}' are {values}, and '{self.prediction}' is named like a score"
            return ""
        if len(written) != 2 or set(written) not in COMMON_PAIRS:
            return ""
        if self.predicted == self.values:
            raise InputError(
                f"{self._before}'{self.prediction}' has only the values of '{self.target}', {values}: the predicted "
                f"class, and not how likely it is. {DECISION_ADVICE} If these are numbers to predict, say "
                f"{say_task('regression', self.file)}."
            )
        if self.in_unit and not self.predicted <= {0.0, 1.0}:
            return (
                f"the values of '{self.target}' are {values}, and '{self.prediction}' lies between 0 and 1 in every row"
            )
        return ""
