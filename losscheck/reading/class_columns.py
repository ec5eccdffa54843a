"""Which columns are outputs of classes and which hold the true ones: names first, contents to confirm.

Every search returns the roles `target` (missing where there are only outputs) and `prediction`, or None.
"""

from __future__ import annotations

from losscheck.reading.class_blocks import Block, find_blocks, find_named_block, name_classes
from losscheck.reading.class_candidates import (
    GROUPED,
    MOST_LABELS,
    Candidates,
    Chosen,
    is_decision,
    is_rest,
    labels_of,
)
from losscheck.reading.class_names import HARD_NAMES, IDENTIFIERS, key_of
from losscheck.reading.class_targets import find_target_group, match_targets
from losscheck.reading.column import Column
from losscheck.reading.columns import SeveralPredictions
from losscheck.reading.score_columns import find_score, find_score_given
from losscheck.reading.wording import list_names
from losscheck.results import InputError, TaskKind


def find_by_names(candidates: Candidates) -> Chosen | None:
    """Return what was chosen, completed, or what well-known names say."""
    if len(candidates.outputs) > 1:
        return _find_targets(candidates)
    if len(candidates.target) > 1:
        return _find_outputs(candidates)
    if candidates.outputs:
        return find_score_given(candidates)
    return _find_block(candidates) or _find_groups(candidates) or find_score(candidates)


def find_by_contents(candidates: Candidates) -> Chosen | None:
    """Return what is left to try where no regression was found either: targets without a known name, or none."""
    if candidates.outputs or (candidates.target and candidates.task is None):
        return None
    if not candidates.target:
        plain = _without_parts([block for block in candidates.blocks() if block.is_plain])
        if len(plain) > 1:
            candidates.refuse_outputs([block.columns for block in plain])
        if plain and candidates.named_targets:
            names, target = list_names(plain[0].columns[:3]), candidates.named_targets[0]
            raise InputError(
                f"{candidates.file}: {names} … are named like outputs of classes, but the target '{target.name}' holds "
                f"no classes (it begins with {', '.join(target.values[:3])}). Name the true class with -t COL; for a "
                f"regression, name its prediction with -p COL."
            )
        if plain:
            return _with_target(_unnamed_target(candidates, plain[0]), plain[0].columns)
        if found := _find_words(candidates):
            return found
    return _take_all(candidates) if candidates.task else None


def _with_target(target: tuple[Column, ...], outputs: tuple[Column, ...]) -> Chosen:
    return {"target": target, "prediction": outputs} if target else {"prediction": outputs}


def _find_block(candidates: Candidates) -> Chosen | None:
    """Find a block beside a target of classes that was chosen or has a known name."""
    found = []
    for target in [] if candidates.task in GROUPED else candidates.class_targets:
        labels = labels_of(target)
        blocks = [block for block in candidates.blocks(target) if block.suits(labels)]
        if not any(block.fit(labels) for block in blocks):
            named = find_named_block([c for c in candidates.free if c is not target], labels)
            blocks = [named] if named else blocks
        best = max((block.fit(labels) for block in blocks), default=0)
        for block in _without_parts([block for block in blocks if block.fit(labels) == best]):
            if not _has_too_many(target, block) and not _has_own_prediction(candidates, target, block):
                found.append((best > 0, target, block))
    found = [item for item in found if item[0] == max(found, key=lambda item: item[0])[0]]
    if not found:
        return None
    target = candidates.only_target(list(dict.fromkeys(target for _, target, _ in found)))
    blocks = [block for _, beside, block in found if beside is target]
    if len(blocks) > 1:
        candidates.refuse_outputs([block.columns for block in blocks])
    return {"target": (target,), "prediction": blocks[0].columns}


def _without_parts(blocks: list[Block]) -> list[Block]:
    """Return the blocks that are not part of another, and only one of the same columns."""
    sets = [frozenset(column.index for column in block.columns) for block in blocks]
    return [b for i, b in enumerate(blocks) if sets[i] not in sets[:i] and not any(sets[i] < other for other in sets)]


def _has_own_prediction(candidates: Candidates, target: Column, block: Block) -> bool:
    """Tell whether numbers with fractions are predicted for a target of numbers: then the task is a regression.

    Only a block that says what it is, and has a column for every label, goes before that.
    """
    labels = labels_of(target)
    if target.is_text or candidates.task or (block.is_plain and block.fit(labels) == len(labels)):
        return False
    return any(c not in block.columns and not is_decision(c) for c in candidates.predictions(target))


def _find_groups(candidates: Candidates) -> Chosen | None:
    """Find label_cat and label_dog with prob_cat and prob_dog."""
    if candidates.target:
        return None
    found = []
    for block in _without_parts(find_blocks(candidates.free)):
        rest = [column for column in candidates.free if column not in block.columns]
        if group := find_target_group(rest, block.columns):
            found.append(_with_target(group, block.columns))
    if len(found) > 1:
        candidates.refuse_outputs([pair["prediction"] for pair in found])
    return found[0] if found else None


def _find_outputs(candidates: Candidates) -> Chosen:
    """Find the outputs for several columns of targets that were chosen."""
    blocks = [b for b in find_blocks(candidates.free) if match_targets(candidates.target, b.columns) is not None]
    blocks = _without_parts(blocks)
    if len(blocks) > 1:
        candidates.refuse_outputs([block.columns for block in blocks])
    if not blocks:
        raise InputError(
            f"{candidates.file}: no outputs were found for the targets {list_names(candidates.target)}. "
            f"Name a column for each with -p COL."
        )
    return _with_target(candidates.target, blocks[0].columns)


def _find_targets(candidates: Candidates) -> Chosen:
    """Find the true classes for several columns of outputs that were chosen."""
    outputs = candidates.outputs
    block = Block(outputs, "", name_classes([column.name for column in outputs])[0])
    targets = candidates.class_targets
    if candidates.named_targets and not targets:
        name = candidates.named_targets[0].name
        raise SeveralPredictions(
            f"{candidates.file}: several predictions need a target of classes, and '{name}' has numbers with "
            f"fractions. Choose one prediction with -p {outputs[0].name}.",
            [column.name for column in outputs],
        )
    numbers = targets[0] if len(targets) == 1 and not targets[0].is_text else None
    if numbers and not candidates.task and not block.fit(labels_of(numbers)) and _has_too_many(numbers, block):
        raise SeveralPredictions(
            f"{candidates.file}: '{numbers.name}' has more different numbers than there are outputs, and none of them "
            f"is the name of one. Choose one prediction with -p {outputs[0].name}.",
            [column.name for column in outputs],
        )
    if len(candidates.target) > 1:
        return _with_target(candidates.target, outputs)
    group = () if candidates.target else find_target_group(candidates.free, outputs)
    if group and (candidates.task in GROUPED or not targets):
        return _with_target(group, outputs)
    if len(targets) > 1:
        targets = [target for target in targets if block.fit(labels_of(target))] or targets
    if len(targets) > 1:
        targets = [candidates.only_target(targets)]
    return _with_target(tuple(targets) or _unnamed_target(candidates, block), outputs)


def _has_too_many(target: Column, block: Block) -> bool:
    """Tell whether a target has too many values for a block to be the outputs of its classes."""
    return len(labels_of(target)) > max(MOST_LABELS, 2 * len(block.columns))


def _unnamed_target(candidates: Candidates, block: Block) -> tuple[Column, ...]:
    """Return the column whose words are the block's classes, or the only one that could hold its labels."""
    rest = [c for c in candidates.free if c not in block.columns and is_rest(c) and c.normal not in HARD_NAMES]
    words = [c for c in rest if c.is_text and block.fit(labels_of(c)) == len(labels_of(c))]
    if len(words) == 1:
        return (words[0],)
    rest = [c for c in rest if c.normal not in IDENTIFIERS]
    if len(rest) != 1 or not candidates.is_class_like(rest[0]):
        return ()
    labels = labels_of(rest[0])
    return (rest[0],) if block.suits(labels) and len(labels) <= 2 * len(block.columns) else ()


def _find_words(candidates: Candidates) -> Chosen | None:
    """Find a column of words that are the names of other columns."""
    found = []
    for column in candidates.free:
        if column.is_text and is_rest(column) and column.normal not in HARD_NAMES:
            block = find_named_block([c for c in candidates.free if c is not column], column.values)
            if block and block.fit(column.values) >= 2:
                found.append(_with_target((column,), block.columns))
    return found[0] if len(found) == 1 else None


def _are_features(target: Column, outputs: tuple[Column, ...], task: TaskKind | None) -> bool:
    """Tell whether columns without known names can be no outputs of the classes of a target that was chosen."""
    labels = labels_of(target)
    if task in GROUPED:
        return False
    if target.is_text and len(outputs) > 1:
        return not set(map(key_of, labels)) & {key_of(column.name) for column in outputs}
    return len(outputs) not in ((1, 2) if task is TaskKind.BINARY else (len(labels),))


def _take_all(candidates: Candidates) -> Chosen | None:
    """Take every column of numbers for an output: the task was named, and nothing else is known."""
    target = tuple(candidates.named_targets)
    if len(target) > 1 and not candidates.target:
        candidates.refuse_targets(target)
    rest = [column for column in candidates.free if column not in target]
    outputs = tuple(c for c in rest if c.numeric and c.normal not in HARD_NAMES | IDENTIFIERS)
    whole = [column for column in outputs if column.is_whole]
    fewest = 1 if candidates.task is TaskKind.BINARY else 2
    if len(outputs) < fewest or 0 < len(whole) < len(outputs):
        return None
    if candidates.target and _are_features(target[0], outputs, candidates.task):
        return None
    return _with_target(target, outputs)
