"""Kept rows of outputs, with or without true classes, to a `ClassSample` of the right kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.reading.class_names import key_of
from losscheck.reading.collect import DECISION, Kept
from losscheck.reading.decisions import Decision, convert, explain, refuse_several
from losscheck.reading.labels import BY_NAME, drop_ignored, match_labels, sort_labels
from losscheck.reading.target_rows import Grouped, group_targets
from losscheck.reading.two_classes import match_two
from losscheck.reading.wording import list_texts, say_task
from losscheck.results import InputError, InputInfo, TaskKind
from losscheck.sample import Asked, ClassSample, Digits, LabelMap, Numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Naming:
    """What the columns of outputs and targets are called.

    `classes` are the ways to name the classes by the names of the columns; `nameless` says that there are none but
    positions, `listed` that the user gave them in the order of the columns. `targets` are the names of several columns
    of targets, already in the order of the outputs. `spare` are columns of numbers without a role, `decisions` those of
    predicted classes.
    """

    outputs: tuple[str, ...]
    classes: tuple[tuple[str, ...], ...]
    nameless: bool = False
    listed: bool = False
    target: str = ""
    targets: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    file: str = ""


@dataclass(frozen=True)
class Request:
    """The task that was named (None: to be found), why the columns were taken for classes, and what was asked."""

    task: TaskKind | None
    asked: Asked = field(default_factory=Asked)
    why: str = ""


def make_class_sample(
    kept: Kept, info: InputInfo, naming: Naming, digits: Digits, request: Request, labels: Sequence[str] = ()
) -> ClassSample:
    """Return the sample; the target of `kept` holds positions in `labels`, or a column for each class.

    `info` lacks only the counts of rows. `InputError` where no row is left, or what is there is no classes.
    """
    kept.require_rows(info)
    kept.sort()
    outputs = kept.columns["prediction"]
    target = kept.columns.pop("target", None)
    decided = kept.columns.pop(DECISION, None)
    label, label_map, targets = None, None, None
    if target is not None and target.shape[1] > 1:
        grouped = group_targets(target, outputs, naming.targets, request.task, naming.file, kept.row)
        kind, why, targets, label, label_map = _take_group(grouped, naming)
        classes = naming.classes[0]
    elif target is not None:
        if decided is not None:
            _refuse_several(outputs, labels, naming)
        classes, label, label_map = _map_labels(target[:, 0], labels, naming)
        kind, why = _kind_of(naming, request), _explain(naming, request)
        if decided is not None and not label_map.how.startswith(BY_NAME):
            outputs, said = _convert(outputs, decided, classes, naming, request, kept)
            info, why = (replace(info, dialect={**(info.dialect or {}), "score": said}), said) if said else (info, why)
    else:
        classes = _classes_alone(naming)
        kind, why = _kind_of(naming, request), _explain(naming, request)
    missing, non_finite = kept.left_out()
    return ClassSample(
        outputs=outputs,
        row=kept.row,
        info=kept.counted(info),
        kind=kind,
        classes=classes,
        why=why,
        digits=digits,
        label=label,
        label_map=label_map,
        targets=targets,
        weight=kept.scaled_weight(),
        missing=missing,
        non_finite=non_finite,
        asked=request.asked,
    )


def _refuse_several(outputs: Array, labels: Sequence[str], naming: Naming) -> None:
    real = drop_ignored(labels, 1)
    if len(real) > 2:
        where = f"{naming.file}: column '{naming.target}'"
        order = [real[position] for position in sort_labels(real)]
        refuse_several(outputs[:, 0], naming.decisions, order, where, naming.outputs[0], naming.file)


def _convert(
    outputs: Array, decided: Array, classes: tuple[str, ...], naming: Naming, request: Request, kept: Kept
) -> tuple[Array, str]:
    """Return the probabilities of the second class, and what the outputs are where they are none; else no word."""
    if request.asked.outputs not in (None, Numbers.PROBABILITIES, Numbers.PERCENT):
        return outputs, ""
    pair, score = (classes[0], classes[1]), naming.outputs[0]
    found = convert(outputs[:, 0], decided, naming.decisions, pair, naming.file, score, kept.row)
    if found is None:
        return outputs, ""
    return found[0].reshape(-1, 1), explain(score, found[1].name, pair)


def _kind_of(naming: Naming, request: Request) -> TaskKind:
    """Return the kind of outputs with one label a row, or none; `InputError` where it cannot be the task named."""
    count, task = len(naming.outputs), request.task
    where, said = f"{naming.file}: " if naming.file else "", say_task(str(task), naming.file)
    if task is TaskKind.BINARY and count > 2:
        raise InputError(f"{where}{said} takes one score or two columns of outputs, and there are {count}.")
    if task is TaskKind.MULTICLASS and count < 2:
        raise InputError(f"{where}{said} needs a column of outputs for each class, and there is one.")
    if task in (TaskKind.MULTILABEL, TaskKind.SOFT) and naming.target:
        raise InputError(
            f"{where}{said} needs a column of targets for each class, and there is one ('{naming.target}')."
        )
    return task or (TaskKind.BINARY if count <= 2 else TaskKind.MULTICLASS)


def _explain(naming: Naming, request: Request) -> str:
    outputs, count = list_texts(naming.outputs), len(naming.outputs)
    if request.task is not None:
        return say_task(request.task, naming.file)
    if request.why:
        return request.why
    if not naming.target:
        none = "no column of true classes was found (-t COL names one)" if naming.file else "no target is given"
        return f"{outputs} are outputs of {count} classes; {none}"
    if count == 1:
        return f"'{naming.target}' holds two classes, and '{naming.outputs[0]}' is the score of one of them"
    return f"'{naming.target}' holds classes, and {outputs} are the outputs of {count} classes"


def _classes_alone(naming: Naming) -> tuple[str, ...]:
    return naming.classes[0] if len(naming.outputs) > 1 or naming.listed else ("0", "1")


def _map_labels(
    codes: Array, labels: Sequence[str], naming: Naming
) -> tuple[tuple[str, ...], NDArray[np.int64], LabelMap]:
    """Return the names of the classes, the class of each row and how the labels were matched."""
    index = codes.astype(np.int64)
    counts = np.bincount(index, minlength=len(labels))
    order = [position for position in sort_labels(labels) if counts[position]]
    values = [labels[position] for position in order]
    where = f"{naming.file}: column '{naming.target}'" if naming.file else naming.target
    classes: tuple[str, ...]
    if len(naming.outputs) == 1 and not naming.listed:
        names = [] if naming.nameless else [way[0] for way in naming.classes]
        regression = say_task(TaskKind.REGRESSION, naming.file)
        classes, columns, how = match_two(values, names, where, naming.outputs[0], regression, naming.target)
    else:
        classes, columns, how = match_labels(values, naming.classes, where, naming.nameless, naming.listed)
    _refuse_left_columns([v for v, c in zip(values, columns, strict=True) if c < 0], naming)
    table = np.full(len(labels), -1, dtype=np.int64)
    table[order] = columns
    label_map = LabelMap(how, tuple(values), tuple(int(counts[position]) for position in order), tuple(columns))
    return classes, table[index], label_map


def _refuse_left_columns(unmatched: Sequence[str], naming: Naming) -> None:
    """Refuse labels that have a column of their own which was not taken for an output."""
    keys = {key_of(name): name for name in naming.spare}
    left = [keys[key_of(value)] for value in unmatched if key_of(value) in keys and not value.isdecimal()]
    if left:
        raise InputError(
            f"{naming.file}: there are columns for the labels {list_texts(left)}, but they were not taken for outputs, "
            f"because the first rows do not have these labels. Name all columns of outputs with -p COL."
        )


def _take_group(
    grouped: Grouped, naming: Naming
) -> tuple[TaskKind, str, Array | None, NDArray[np.int64] | None, LabelMap | None]:
    """Return kind, reason, targets, label and map of several columns of targets."""
    if grouped.label is None:
        return grouped.kind, grouped.why, grouped.targets, None, None
    counts = np.bincount(grouped.label, minlength=len(naming.targets))
    by_position = naming.nameless or naming.listed
    how = f"one-hot columns, {'by position' if by_position else 'by name'}"
    columns = tuple(range(len(naming.targets)))
    label_map = LabelMap(how, naming.targets, tuple(int(count) for count in counts), columns)
    return grouped.kind, grouped.why, None, grouped.label, label_map
