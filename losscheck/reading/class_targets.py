"""Several columns of targets, one for each column of outputs: one-hot, multilabel and soft labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from losscheck.reading.class_blocks import name_classes
from losscheck.reading.class_names import are_numbered, key_of, split_target, strip_common
from losscheck.reading.column import Column


def pair_columns(targets: Sequence[str], outputs: Sequence[str]) -> list[int] | None:
    """Return for each name of an output the position of its target: by name, or by order where both are numbered."""
    if len(targets) != len(outputs):
        return None
    namings = [names for names in name_targets(targets) if len(set(map(key_of, names))) == len(targets)]
    for output_names in name_classes(outputs):
        for names in namings:
            position = {key_of(name): index for index, name in enumerate(names)}
            if all(key_of(name) in position for name in output_names):
                return [position[key_of(name)] for name in output_names]
    numbered = any(map(are_numbered, namings)) and any(map(are_numbered, name_classes(outputs)))
    return list(range(len(outputs))) if numbered else None


def match_targets(targets: Sequence[Column], outputs: Sequence[Column]) -> list[int] | None:
    """Return the same for columns of a file: by order where they have no names."""
    if len(targets) == len(outputs) and not any(column.normal for column in (*targets, *outputs)):
        return list(range(len(outputs)))
    return pair_columns([column.name for column in targets], [column.name for column in outputs])


def name_targets(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return every way to name the classes by what the names of the columns of targets say."""
    splits = [dict(split_target(name)) for name in names]
    stems = [stem for stem in splits[0] if all(stem in split for split in splits)]
    namings = [tuple(split[stem] for split in splits) for stem in stems]
    return tuple(dict.fromkeys([*namings, strip_common(names), tuple(names)]))


def find_target_group(columns: Iterable[Column], outputs: Sequence[Column]) -> tuple[Column, ...]:
    """Return columns between 0 and 1 that are the targets of the outputs by their names, in the order of these.

    label_cat and label_dog beside prob_cat and prob_dog, or cat and dog beside them; empty where there are none.
    """
    groups: dict[str, list[Column]] = {}
    for column in columns:
        if _could_be_target(column):
            for stem, _ in split_target(column.name):
                groups.setdefault(stem, []).append(column)
            groups.setdefault("", []).append(column)
    for stem, group in groups.items():
        chosen = group if stem else _called_alike(group, outputs)
        order = match_targets(chosen, outputs) if chosen else None
        if order is not None:
            return tuple(chosen[position] for position in order)
    return ()


def _could_be_target(column: Column) -> bool:
    return column.numeric and not column.text and not any(number < 0 or number > 1 for number in column.numbers)


def _called_alike(columns: Sequence[Column], outputs: Sequence[Column]) -> list[Column]:
    """Return the columns that bear the names of the classes themselves."""
    for names in name_classes([column.name for column in outputs]):
        by_key = {key_of(column.name): column for column in columns if not column.name.isdecimal()}
        if all(key_of(name) in by_key for name in names):
            return [by_key[key_of(name)] for name in names]
    return []
