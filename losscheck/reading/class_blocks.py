"""Columns that are, by their names, the outputs of one classifier: a block with a column for each class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from losscheck.numeric.lazy import Array, np
from losscheck.reading.class_names import (
    HARD_NAMES,
    IGNORE_INDICES,
    SUMMARIES,
    are_numbered,
    is_plain,
    is_whole,
    key_of,
    polarity,
    split_output,
    strip_common,
    tidy,
)
from losscheck.reading.column import Column

SUM_ERROR = 0.02
"""How far from 1 the sum of a row's probabilities may lie in the first rows, for rounding to two digits."""


@dataclass(frozen=True)
class Block:
    """Two or more columns of numbers with one stem, and what the rest of each name is."""

    columns: tuple[Column, ...]
    stem: str
    classes: tuple[str, ...]

    @cached_property
    def is_numbered(self) -> bool:
        """True where the classes are the numbers from 0 or from 1 on."""
        return are_numbered(self.classes)

    @property
    def is_plain(self) -> bool:
        """True where the names say "outputs of classes" without any targets: prob_cat, logit_3, p0."""
        return is_plain(self.stem, self.is_numbered)

    @cached_property
    def keys(self) -> frozenset[str]:
        """What labels may be called to have a column here."""
        return frozenset(key_of(name) for naming in name_classes([c.name for c in self.columns]) for name in naming)

    def fit(self, labels: Sequence[str]) -> int:
        """Return how many of the labels have a column by name."""
        return sum(key_of(label) in self.keys for label in labels)

    def suits(self, labels: Sequence[str]) -> bool:
        """Tell whether labels of this kind can be those of the block; weak names need labels that agree with them."""
        labels = [label for label in labels if label not in IGNORE_INDICES]
        fit = self.fit(labels)
        if not self.stem and all(column.is_whole for column in self.columns) and not _sums_to_one(self.columns):
            return False  # pixels, counts
        if fit and (fit >= 2 or fit == len(labels)):
            return True
        if all(is_whole(tidy(label)) for label in labels) or all(polarity(label) is not None for label in labels):
            return (self.is_numbered and bool(self.stem)) or self.is_plain
        return is_plain(self.stem)


def find_blocks(columns: Iterable[Column]) -> list[Block]:
    """Return every group of two or more columns that can be read as outputs with one stem; numbers may be misspelt."""
    groups: dict[str, list[tuple[Column, str]]] = {}
    for column in columns:
        if column.is_text or column.normal in HARD_NAMES:
            continue
        if column.name.isdecimal():
            groups.setdefault("", []).append((column, column.name))
        for stem, name in split_output(column.name):
            groups.setdefault(stem, []).append((column, name))
    blocks = (_make_block(stem, group) for stem, group in groups.items())
    return [block for block in blocks if len(block.columns) >= 2 and (block.stem or block.is_numbered)]


def _make_block(stem: str, group: list[tuple[Column, str]]) -> Block:
    """Return the block without columns that were made from the others: prob_max beside prob_0 and prob_1."""
    rest = [(column, name) for column, name in group if name.casefold() not in SUMMARIES]
    if stem.startswith("*"):  # the decision X_PREDICTION stands beside X_cat_PREDICTION and X_dog_PREDICTION
        whole = {name for _, name in rest if sum(other.startswith(f"{name}_") for _, other in rest) >= 2}
        rest = [(column, name) for column, name in rest if name not in whole]
    digits = [(column, name) for column, name in rest if name.isdecimal()]
    if len(digits) >= 2 and are_numbered([name for _, name in digits]):
        rest = digits
    kept = rest if len(rest) >= 2 else group
    return Block(tuple(column for column, _ in kept), stem, tuple(name for _, name in kept))


def find_named_block(columns: Sequence[Column], labels: Sequence[str]) -> Block | None:
    """Return the columns that are called as the labels are, with those of classes that the labels do not show.

    A file may begin with one class only, and a class may never occur: where the columns found do not sum to 1 in the
    first rows, the longest run of neighbours that does is taken.
    """
    wanted = {key_of(label) for label in labels}
    usable = [c for c in columns if c.numeric and c.normal not in HARD_NAMES and not c.name.isdecimal()]
    found = [position for position, column in enumerate(usable) if key_of(column.name) in wanted]
    if not found:
        return None
    chosen = usable[found[0] : found[-1] + 1]
    neighbours = chosen[-1].index - chosen[0].index == len(chosen) - 1
    if not (neighbours and _sums_to_one(chosen)):
        chosen = _longest_run(usable, found[0], found[-1]) or [usable[position] for position in found]
    return Block(tuple(chosen), "", tuple(column.name for column in chosen)) if len(chosen) >= 2 else None


def _sums_to_one(columns: Sequence[Column]) -> bool:
    sums: Array = np.array([column.numbers for column in columns]).sum(axis=0)
    sums = sums[np.isfinite(sums)]
    return sums.size > 0 and bool((np.abs(sums - 1) <= SUM_ERROR).all())


def _longest_run(columns: Sequence[Column], first: int, last: int) -> list[Column]:
    """Return the most neighbouring columns around `first` to `last` whose rows sum to 1; none where no run does."""
    low, high = first, last
    while low > 0 and columns[low - 1].index == columns[low].index - 1:
        low -= 1
    while high + 1 < len(columns) and columns[high + 1].index == columns[high].index + 1:
        high += 1
    table = np.array([column.numbers for column in columns[low : high + 1]])
    table = table[:, np.isfinite(table).all(axis=0)]
    total = np.vstack((np.zeros(table.shape[1]), np.cumsum(table, axis=0)))
    ends = np.arange(last - low + 1, high - low + 2)
    runs = [
        (int(end) - start, start)
        for start in range(first - low + 1)
        for end in ends[(np.abs(total[ends] - total[start] - 1) <= SUM_ERROR).all(axis=1)]
    ]
    length, start = max(runs, default=(0, 0)) if table.size else (0, 0)
    return list(columns[low + start : low + start + length])


def name_classes(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return every way to name the classes by what the names of their columns say, the most telling first.

    >>> name_classes(["prob_type_a", "prob_type_b"])
    (('type_a', 'type_b'), ('a', 'b'), ('prob_type_a', 'prob_type_b'))
    """
    splits = [dict(split_output(name)) for name in names]
    stems = [stem for stem in splits[0] if all(stem in split for split in splits)]
    namings = [tuple(split[stem] for split in splits) for stem in stems]
    if len(names) > 1:
        namings.append(strip_common(names))
    return tuple(dict.fromkeys([*namings, tuple(names)]))
