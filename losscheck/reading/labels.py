"""Labels as they stand in the file, and which column of the outputs each of them means."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from losscheck.numeric.lazy import Array, np
from losscheck.reading.class_names import (
    IGNORE_INDICES,
    is_whole,
    key_of,
    number_in,
    polarity,
    strip_common,
    tidy,
)
from losscheck.reading.number import MISSING, SPACES
from losscheck.reading.wording import list_texts
from losscheck.results import InputError


@dataclass(frozen=True)
class Limit:
    """How many different labels a column may have, for what, and what to do about more."""

    most: int
    what: str
    advice: str


CLASSES = Limit(10_000, "classes", "Name the column that has the true classes.")
SEGMENTS = Limit(1_000, "segments", "Name a column of groups, or write one with the groups that matter.")
"""A column with more holds names or measurements."""
BY_NAME, BY_POSITION = "by name", "by position, from 0"


class Labels:
    """The different labels of a column and the code of each, in the order in which they are met."""

    def __init__(self, where: str, legal: Collection[str] = (), limit: Limit = CLASSES) -> None:
        """Take labels from a column; those in `legal` are labels even where they spell a missing value (none)."""
        self.where = where
        self.limit = limit
        self.missing = MISSING - frozenset(legal)
        self.values: list[str] = []
        self._codes: dict[str, float] = {}

    def code(self, cell: str) -> float:
        """Return the number of the label in a cell, NaN where it is missing."""
        cell = cell.strip(SPACES)
        if (known := self._codes.get(cell)) is not None:
            return known
        if cell in self.missing:
            return float("nan")
        label = tidy(cell)
        code = self._codes.setdefault(label, float(len(self.values)))
        self._codes[cell] = code
        if code == len(self.values):
            self.values.append(label)
        if len(self.values) > self.limit.most:
            raise InputError(
                f"{self.where} has more than {self.limit.most:,} different values, too many for {self.limit.what}. "
                f"{self.limit.advice}"
            )
        return code

    def encode(self, numbers: Array) -> Array:
        """Return the codes of labels that were read as whole numbers."""
        codes = np.full(numbers.shape, np.nan)
        for value in np.unique(numbers[~np.isnan(numbers)]).tolist():
            codes[numbers == value] = self.code(f"{value:.0f}")
        return codes


def sort_labels(values: Sequence[str]) -> list[int]:
    """Return the positions of the labels in order: numbers by value, then text."""

    def rank(position: int) -> tuple[bool, float, str]:
        number = number_in(values[position])
        return number is None, number or 0.0, values[position]

    return sorted(range(len(values)), key=rank)


def match_labels(
    values: Sequence[str],
    namings: Sequence[tuple[str, ...]],
    where: str,
    nameless: bool = False,
    listed: bool = False,
) -> tuple[tuple[str, ...], list[int], str]:
    """Return the names of the classes, the column of each label (−1 where it has none), and how they were matched.

    `namings` are the ways to name the columns; `nameless` columns have only positions, and `listed` names were given
    in the order of the columns. Labels are matched by name, and whole numbers by position only in these two cases.
    `InputError` where no label has a column.
    """
    real = drop_ignored(values, len(namings[0]))
    if nameless:
        return namings[0], _match_positions(values, real, len(namings[0]), where), BY_POSITION
    spellings = (values, strip_common(values))  # the label "class 3" is called 3 in prob_3
    matches = [(naming, _match_names(labels, naming)) for labels in spellings for naming in namings]
    naming, columns = max(matches, key=lambda match: _count(match[1]))
    if len(naming) == 2 and (opposite := _match_sides(values, real, namings)) and _count(opposite[1]) > _count(columns):
        pairs = zip(values, opposite[1], strict=True)
        return *opposite, "by meaning: " + ", ".join(f"{v} is {opposite[0][c]}" for v, c in pairs if c >= 0)
    if listed and not _count(columns) and all(is_whole(value) for value in real):
        return naming, _match_positions(values, real, len(naming), where), BY_POSITION
    if not _count(columns) and not IGNORE_INDICES.issuperset(values):
        raise InputError(
            f"{where}: no label has a column of outputs. The labels are {list_texts(real)}, the columns are those of "
            f"{list_texts(naming)}. Name the columns by the labels, as in prob_{real[0]}."
        )
    return naming, columns, BY_NAME


def drop_ignored(values: Sequence[str], classes: int) -> list[str]:
    """Return the labels without the indices that mean "no label"; −1 and 255 may be one of two classes."""
    if classes <= 2:
        dropped = {"-100"} | ({"-1"} if "0" in values else set()) | ({"255"} if "1" in values else set())
        kept = [value for value in values if value not in dropped]
        if len(kept) <= 2:
            return kept or list(values)
    return [value for value in values if value not in IGNORE_INDICES] or list(values)


def _count(columns: Sequence[int]) -> int:
    return sum(column >= 0 for column in columns)


def _match_names(values: Sequence[str], naming: Sequence[str]) -> list[int]:
    exact = {name.strip(): position for position, name in enumerate(naming)}
    loose: dict[str, int] = {}
    for position, name in enumerate(naming):
        key = key_of(name)
        loose[key] = -1 if key in loose else position  # two columns that differ in case only need exact labels
    return [exact.get(value, loose.get(key_of(value), -1)) for value in values]


def _match_positions(values: Sequence[str], real: Sequence[str], classes: int, where: str) -> list[int]:
    if classes == 2 and set(real) - {"0", "1"} and (sides := take_sides(real)):
        return [sides.get(value, -1) for value in values]
    if not all(is_whole(value) for value in real):
        raise InputError(
            f"{where}: the labels are {list_texts(real)}, and the {classes} columns of outputs have no names to match "
            f"them with. Give the names of the classes in the order of the columns."
        )
    return [int(value) if is_whole(value) and 0 <= int(value) < classes else -1 for value in values]


def _match_sides(
    values: Sequence[str], real: Sequence[str], namings: Sequence[tuple[str, ...]]
) -> tuple[tuple[str, ...], list[int]] | None:
    """Match yes and no with 1 and 0, with True and False …, where labels and columns have both sides."""
    sides = take_sides(real)
    for naming in namings if sides else ():
        if column := take_sides(naming):
            position = {side: index for index, side in enumerate(column.values())}
            return naming, [position.get(sides.get(value, -1), -1) for value in values]
    return None


def take_sides(labels: Sequence[str]) -> dict[str, int]:
    """Return 0 for the label that says no and 1 for the one that says yes; empty where that is not so of each."""
    sides = {label: side for label in labels if (side := polarity(label)) is not None}
    return sides if len(sides) == len(labels) == len(set(sides.values())) else {}
