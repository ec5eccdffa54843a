"""What could be the true class, and what could be an output, among the columns that have no role yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

from losscheck.reading.class_blocks import Block, find_blocks
from losscheck.reading.class_names import CLASS_TARGET_NAMES, IGNORE_INDICES, is_score, key_of, tidy
from losscheck.reading.column import Column, find_numbered
from losscheck.reading.names import (
    PREDICTION_NAMES,
    STRONG_TARGETS,
    TARGET_NAMES,
    WEAK_TARGETS,
    WEIGHT_NAMES,
    flatten,
    is_pair,
    keep_strongest,
)
from losscheck.reading.wording import list_names
from losscheck.results import InputError, TaskKind

MOST_LABELS = 20
"""A target with more different values in its first rows, and more than two for each output, holds no classes."""
GROUPED = (TaskKind.MULTILABEL, TaskKind.SOFT)
"""Tasks with a column of targets for each class."""

Chosen = Mapping[str, tuple[Column, ...]]
"""The columns of each role; a role may have several."""


def labels_of(target: Column) -> list[str]:
    """Return the different labels in the first rows, without those that stand for "no label"."""
    labels = list(dict.fromkeys(tidy(value) for value in target.values))
    return [label for label in labels if label not in IGNORE_INDICES or len(labels) <= 2]


def is_decision(column: Column) -> bool:
    """Tell whether a prediction may be a class rather than how likely it is: words, or whole numbers."""
    return column.is_text or column.is_whole


@dataclass(frozen=True)
class Candidates:
    """The free columns of a file, what was chosen already, and the task if it was named."""

    free: tuple[Column, ...]
    target: tuple[Column, ...]
    outputs: tuple[Column, ...]
    file: str
    task: TaskKind | None

    @cached_property
    def named_targets(self) -> list[Column]:
        """The target that was chosen, else the columns with the name of one, the strongest ones."""
        return keep_strongest(self._every_target)

    @cached_property
    def _every_target(self) -> list[Column]:
        """The target that was chosen, else the columns with the name of one; beside a mere `label` also true_label."""
        known = flatten(TARGET_NAMES)
        named = list(self.target) or [column for column in self.free if column.normal in known]
        return named if self.target else sorted((*named, *self._rivals(named)), key=lambda column: column.index)

    def _rivals(self, named: Sequence[Column]) -> list[Column]:
        """Return the columns that are as good a target of classes as `label` is, which may be the predicted class.

        `outcome` or `class` are where they have the same classes, or words, too; elsewhere they may be features.
        """
        if not named or not all(c.normal in WEAK_TARGETS and c.has_labels for c in named):
            return []
        rest = [c for c in self.free if c.normal in CLASS_TARGET_NAMES]
        return [c for c in rest if c.normal in STRONG_TARGETS or any(_are_alike(c, label) for label in named)]

    @property
    def unnamed_rivals(self) -> list[Column]:
        """The targets that a regression does not know by name, where no target was chosen."""
        known = flatten(TARGET_NAMES)
        return [] if self.target else [column for column in self.named_targets if column.normal not in known]

    @cached_property
    def class_targets(self) -> list[Column]:
        """The columns that could hold the true class beside a block of outputs."""
        named = self._every_target or [c for c in self.free if c.normal in CLASS_TARGET_NAMES]
        return [column for column in named or self._whole_stems() if self.is_class_like(column)]

    def is_class_like(self, column: Column) -> bool:
        """Tell whether the first rows have words or whole numbers; a task that was named needs no such evidence."""
        return column.has_labels or self.task is not None

    def blocks(self, target: Column | None = None) -> list[Block]:
        """Return the blocks of outputs that the task allows."""
        blocks = find_blocks(column for column in self.free if column is not target)
        return [block for block in blocks if self.task is not TaskKind.BINARY or len(block.columns) == 2]

    def predictions(self, target: Column) -> list[Column]:
        """Return the columns of numbers, also misspelt, that a regression would take for predictions of `target`."""
        known = flatten(PREDICTION_NAMES)
        rest = [column for column in self.free if column is not target and not column.is_text]
        return [column for column in rest if column.normal in known or is_pair(target.normal, column.normal)]

    def labels_alone(self) -> Column | None:
        """Return the target of a file without outputs: it was chosen, or there is nothing else in the file."""
        if len(self.named_targets) != 1 or self.outputs:
            return None
        others = [c for c in self.free if c is not self.named_targets[0] and c.normal not in WEIGHT_NAMES]
        return self.named_targets[0] if self.target or not others else None

    def only_target(self, targets: Sequence[Column]) -> Column:
        """Return the one target, or the one whose name says more; `InputError` for several."""
        strongest = keep_strongest(targets)
        if len(strongest) > 1:
            self.refuse_targets(strongest)
        return strongest[0]

    def refuse_targets(self, targets: Sequence[Column]) -> NoReturn:
        """Say that the target must be chosen."""
        raise InputError(
            f"{self.file}: several columns could be the target: {list_names(targets)}. "
            f"Choose with -t {targets[0].name}."
        )

    def refuse_outputs(self, groups: Sequence[Sequence[Column]]) -> NoReturn:
        """Say that the outputs must be chosen."""
        if all(len(group) == 1 for group in groups):
            names, first = list_names([group[0] for group in groups]), f"-p {groups[0][0].name}"
            raise InputError(f"{self.file}: several columns could be the prediction: {names}. Choose with {first}.")
        listed = " or ".join(list_names(group[:3]) + (" …" if len(group) > 3 else "") for group in groups)
        options = " ".join(f"-p {column.name}" for column in groups[0][:3]) + (" …" if len(groups[0]) > 3 else "")
        stems = [group[0].name.rpartition("_")[0] for group in groups]
        if all(find_numbered(self.free, stem) == list(group) for stem, group in zip(stems, groups, strict=True)):
            options = " or ".join(f"-p {stem}" for stem in stems)
        raise InputError(
            f"{self.file}: several groups of columns could be the outputs: {listed}. Choose with {options}."
        )

    def _whole_stems(self) -> list[Column]:
        """Return the columns X of which there are X_cat_PREDICTION and X_dog_PREDICTION."""
        ends = ("_prediction", "_score", "_prob", "_probability")
        outputs = [c.normal for c in self.free if c.numeric and c.normal.endswith(ends)]
        return [c for c in self.free if c.normal and sum(name.startswith(f"{c.normal}_") for name in outputs) >= 2]


def _are_alike(one: Column, other: Column) -> bool:
    """Tell whether two columns may hold the same classes."""
    return one.has_labels and ((one.is_text and other.is_text) or _share_a_class(one, other))


def _share_a_class(one: Column, other: Column) -> bool:
    return bool(set(map(key_of, one.values)) & set(map(key_of, other.values)))


def is_rest(column: Column) -> bool:
    """Tell whether nothing about a column's name says what it is."""
    known = (*flatten(PREDICTION_NAMES), *flatten(TARGET_NAMES))
    return column.normal not in known and not is_score(column.normal)
