"""The columns beside the target, for a baseline: numbers, and words as levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from losscheck.reading.collect import FEATURE, Kept
from losscheck.reading.column import Column
from losscheck.reading.columns import Roles, find_chosen, find_weight
from losscheck.reading.labels import Labels
from losscheck.reading.layout import REGRESSIONS, Layout
from losscheck.reading.names import PREDICTION_NAMES, RESIDUAL_NAMES, TARGET_NAMES, flatten, is_pair
from losscheck.reading.number import show
from losscheck.reading.wording import list_names
from losscheck.results import InputError, TaskKind
from losscheck.sample import Features

MOST_LEVELS = 1000
"""Different words; a column with more holds names, texts or dates, and is not told apart any further."""


class Levels(Labels):
    """The different words of a feature; it stops taking them in where they are too many to be levels of anything."""

    def code(self, cell: str) -> float:
        """Return the number of the word in a cell, NaN where it is missing or one of too many."""
        return float("nan") if len(self.values) > MOST_LEVELS else super().code(cell)

    @property
    def words(self) -> tuple[str, ...]:
        """The words in the order of their codes; none where they are too many."""
        return () if len(self.values) > MOST_LEVELS else tuple(self.values)


def take_features(kept: Kept, columns: Sequence[Column], levels: Mapping[str, Levels]) -> Features | None:
    """Return what was read for a baseline, and take it out of the other columns; None where nothing was."""
    if not columns:
        return None
    kept.sort()  # with the other columns, while it is one of them
    names = tuple(column.name for column in columns)
    words = tuple(levels[name].words if name in levels else None for name in names)
    return Features(names, kept.columns.pop(FEATURE), words)


def find_features(columns: Sequence[Column], roles: Roles, headed: bool, file: str, task: TaskKind | None) -> Layout:
    """Return the target, and every column without a role as a feature.

    `InputError` where there is none, where the target is not one column of numbers, or where there are predictions.
    """
    if task is not None and task not in REGRESSIONS:
        raise InputError(
            f"--fit-baseline predicts numbers, and --task {task} has classes. Give the outputs of a model."
        )
    chosen = find_chosen(columns, roles, headed, file)
    taken = {column.index for group in chosen.values() for column in group}
    free = [column for column in columns if column.index not in taken and not column.is_index]
    target = _only_target(chosen.get("target", ()), free, file)
    rest = [column for column in free if column is not target]
    predicted = [*chosen.get("prediction", ()), *chosen.get("residual", ()), *_predictions(target, rest)]
    if predicted:
        raise InputError(
            f"{file} has predictions ({list_names(predicted)}), so that there is nothing to fit. Leave out "
            f"--fit-baseline, or take these columns out of the file: a feature that is a prediction leaks."
        )
    weight = {} if "weight" in chosen else {role: (column,) for role, column in find_weight(rest, file).items()}
    weights = [column for group in weight.values() for column in group]
    features = tuple(column for column in rest if column not in weights)
    if not features:
        raise InputError(
            f"{file}: --fit-baseline predicts '{target.name}' from the other columns, and there are none. Add "
            f"features, or leave it out to look at the targets alone."
        )
    given = {role: group for role, group in chosen.items() if role != "target"}
    return Layout({"target": (target,), **given, **weight, FEATURE: features})


def _predictions(target: Column, rest: Sequence[Column]) -> list[Column]:
    """Return the columns that by their names are predictions of the target, or its residuals."""
    known = (*flatten(PREDICTION_NAMES), *RESIDUAL_NAMES)
    return [c for c in rest if c.numeric and (c.normal in known or is_pair(target.normal, c.normal))]


def _only_target(chosen: Sequence[Column], free: Sequence[Column], file: str) -> Column:
    found = list(chosen) or [column for column in free if column.normal in flatten(TARGET_NAMES)]
    if len(found) != 1:
        several = f"several columns could be the target: {list_names(found)}" if found else "no target was found"
        raise InputError(f"{file}: {several}. Name the column that --fit-baseline predicts with -t COL.")
    if found[0].is_text:
        raise InputError(
            f"{file}: column '{found[0].name}' has text like {show(found[0].text)}, and --fit-baseline predicts "
            f"numbers. For classes give the outputs of a model; leave it out to look at the labels alone."
        )
    return found[0]
