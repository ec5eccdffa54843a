"""Arrays of outputs and labels to a `ClassSample`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from losscheck.numeric.lazy import Array, np
from losscheck.reading.array_values import (
    check_weights,
    convert,
    epsilon_of,
    is_named,
    name_columns,
    name_of,
    new_labels,
    to_floats,
    to_labels,
)
from losscheck.reading.class_blocks import name_classes
from losscheck.reading.class_sample import Naming, Request, make_class_sample
from losscheck.reading.class_targets import pair_columns
from losscheck.reading.collect import Collector
from losscheck.reading.labels import SEGMENTS, Labels
from losscheck.reading.wording import list_texts
from losscheck.results import Columns, InputError, InputInfo, TaskKind
from losscheck.sample import Asked, ClassSample, Digits

SEGMENT_COLUMN = "group"
BLOCK_CELLS = 1 << 20
"""Numbers converted at a time, so that no second copy of the outputs is in memory."""


@dataclass(frozen=True)
class Given:
    """The arguments by role, as they were passed and as numpy arrays, and what was asked."""

    values: Mapping[str, Any]
    arrays: Mapping[str, Any]
    task: TaskKind | None
    asked: Asked
    classes: tuple[str, ...] | None


def sample_of_classes(given: Given) -> ClassSample:
    """Return the sample of outputs with labels, with a column of targets for each class, or without either."""
    outputs = _two_dimensional(given.arrays["prediction"], "prediction")
    naming, order = _name(given, outputs.shape[1])
    target = given.arrays.get("target")
    labels = new_labels(naming.target)
    columns: dict[str, Array] = {}
    if target is not None and not naming.targets:
        columns["target"] = to_labels(given.values["target"], target.ravel(), "target", labels)
    segments = new_labels(SEGMENT_COLUMN, SEGMENTS)
    if "group" in given.arrays:
        columns["group"] = to_labels(given.values["group"], given.arrays["group"].ravel(), "group", segments)
    columns |= {role: to_floats(given.arrays[role], role) for role in ("weight", "order") if role in given.arrays}
    if "weight" in columns:
        check_weights(columns["weight"])
    names: dict[str, tuple[str, ...]] = {"prediction": naming.outputs}
    if naming.targets:
        names = {"target": naming.targets} | names
    names |= {role: (name_of(given.values[role], role),) for role in columns}
    collector = Collector(names, outputs=True)
    step = max(1, BLOCK_CELLS // outputs.shape[1])
    for start in range(0, len(outputs), step):
        rows = slice(start, min(start + step, len(outputs)))
        block = {role: values[rows].reshape(-1, 1) for role, values in columns.items()}
        block["prediction"] = convert(outputs[rows], "prediction", start)
        if target is not None and naming.targets:
            block["target"] = convert(target[rows], "target", start)[:, order]
        collector.add({role: block[role] for role in names}, np.arange(start, rows.stop, dtype=np.int64) + 1)
    return _make(given, collector, naming, labels, segments.values)


def sample_of_two(given: Given, columns: Mapping[str, Array], why: str, segments: Sequence[str] = ()) -> ClassSample:
    """Return the sample of numbers that have turned out to be two classes and their score."""
    naming, _ = _name(given, 1)
    labels = new_labels(naming.target)
    table = {role: values.reshape(-1, 1) for role, values in columns.items()}
    table["target"] = labels.encode(table["target"])
    names = {role: (name,) for role, name in name_columns(given.values).items()}
    collector = Collector(names, outputs=True)
    collector.add(table, np.arange(1, len(table["target"]) + 1, dtype=np.int64))
    return _make(given, collector, naming, labels, segments, why)


def _make(
    given: Given, collector: Collector, naming: Naming, labels: Labels, segments: Sequence[str], why: str = ""
) -> ClassSample:
    several = {f"{role}s": names for role, names in collector.names.items() if len(names) > 1}
    single = {role: names[0] for role, names in collector.names.items() if len(names) == 1}
    epsilon, precision = epsilon_of(given.values["prediction"], given.arrays["prediction"])
    columns = Columns(**several, **single)  # type: ignore[arg-type]
    info = InputInfo((), 0, 0, columns, precision=precision)
    request = Request(given.task, given.asked, why)
    kept = collector.finish()
    sample = make_class_sample(kept, info, naming, Digits(epsilon), request, labels.values)
    return replace(sample, segments=kept.take_segments(segments))


def _two_dimensional(array: Any, role: str) -> Any:
    if array.ndim not in (1, 2):
        shape = " × ".join(map(str, array.shape)) if array.ndim else "a single value"
        raise InputError(f"{role} must have a row for each case and a column for each class; it has shape {shape}.")
    return array.reshape(-1, 1) if array.ndim == 1 else array


def _name(given: Given, count: int) -> tuple[Naming, list[int]]:
    """Return what the columns are called, and for each output the position of its column of targets."""
    prediction, target = given.values["prediction"], given.values.get("target")
    outputs = _column_names(prediction, "prediction", count)
    named = is_named(prediction, count) and count > 1
    classes = given.classes
    if classes is not None and len(classes) != max(count, 2):
        raise InputError(f"classes has {len(classes)} names, and prediction has {max(count, 2)} classes. Name each.")
    ways = name_classes(outputs) if named or count == 1 else (tuple(map(str, range(count))),)
    targets: tuple[str, ...] = ()
    order, name = list(range(count)), ""
    if target is not None:
        array = given.arrays["target"]
        width = array.shape[1] if array.ndim == 2 else 1
        if width > 1 and width != count:
            raise InputError(f"target has {width} columns and prediction has {count}. They must be as many.")
        if width == 1:
            name = name_of(target, "target")
        else:
            targets = _column_names(target, "target", width)
            order = _pair(targets, outputs, named and classes is None and is_named(target, width))
    return (
        Naming(
            outputs=outputs,
            classes=ways if classes is None else (classes,),
            nameless=classes is None and not named and count > 1,
            listed=classes is not None,
            target=name,
            targets=tuple(targets[position] for position in order) if targets else (),
        ),
        order,
    )


def _pair(targets: tuple[str, ...], outputs: tuple[str, ...], named: bool) -> list[int]:
    """Return the order of the targets: by name where both have names, else as they are."""
    order = pair_columns(targets, outputs) if named else list(range(len(outputs)))
    if order is None:
        raise InputError(
            f"the columns of target {list_texts(targets)} cannot be matched by name with those of prediction "
            f"{list_texts(outputs)}. Give both the same names, or pass them without names (to_numpy())."
        )
    return order


def _column_names(values: Any, role: str, count: int) -> tuple[str, ...]:
    if is_named(values, count) and count > 1:
        return tuple(map(str, values.columns))
    return (name_of(values, role),) if count == 1 else tuple(f"{role}[:, {k}]" for k in range(count))
