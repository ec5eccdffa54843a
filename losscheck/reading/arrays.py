"""Arrays to a sample: lists, numpy arrays, pandas and polars columns and frames, tensors."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from losscheck.numeric.lazy import Array, np
from losscheck.reading.array_values import (
    check_weights,
    holds_words,
    name_columns,
    new_labels,
    to_array,
    to_floats,
    to_labels,
)
from losscheck.reading.class_arrays import SEGMENT_COLUMN, Given, sample_of_classes, sample_of_two
from losscheck.reading.collect import Collector
from losscheck.reading.labels import SEGMENTS
from losscheck.reading.layout import REGRESSIONS, parse_task
from losscheck.reading.regression import NO_GROUPS, make_regression
from losscheck.reading.score_columns import DECISION_ADVICE
from losscheck.reading.targets import make_labels, make_targets
from losscheck.reading.undecided import Undecided
from losscheck.results import Columns, InputError, InputInfo, TaskKind
from losscheck.sample import Asked, ClassSample, Sample

NEEDED = "Give target and prediction, or residual (target − prediction), or target alone."


def sample_from_arrays(
    *,
    target: Any = None,
    prediction: Any = None,
    residual: Any = None,
    weight: Any = None,
    order: Any = None,
    group: Any = None,
    task: str = "auto",
    classes: Sequence[Any] | None = None,
    asked: Asked = Asked(),  # noqa: B008 (frozen)
) -> Sample | ClassSample:
    """Make a sample of columns of equal length, paired by position.

    Accepts lists, numpy arrays (integers, booleans, objects, masked, one column of shape (n, 1)), pandas Series
    and anything that numpy makes an array of. A prediction of shape (n, K), or text and truth values as targets, are
    outputs of classes: the target may then be labels, a column for each class, or left out. `classes` names the
    columns in their order (a DataFrame's columns have names already), or the two classes of a single score.
    None, NaN, NA and masked values are missing; their rows are left out and counted.
    Raises `InputError` with the argument, the position and the value for anything else.
    """
    kind = parse_task(task)
    roles = ("target", "prediction", "residual", "weight", "order", "group")
    given = dict(zip(roles, (target, prediction, residual, weight, order, group), strict=True))
    given = {role: values for role, values in given.items() if values is not None}
    arrays = {role: to_array(values, role) for role, values in given.items()}
    data = Given(given, arrays, kind, asked, None if classes is None else tuple(map(str, classes)))
    if "target" in given and not {"prediction", "residual"} & set(given):
        _check_indexes(given)
        return _target_alone(data)
    if _has_classes(given, arrays, kind):
        _check_class_roles(given, arrays)
        _check_indexes(given)
        return sample_of_classes(data)
    _check_roles(given)
    _check_indexes(given)
    segments = new_labels(SEGMENT_COLUMN, SEGMENTS)
    columns = {
        role: to_labels(given[role], array.ravel(), role, segments) if role == "group" else to_floats(array, role)
        for role, array in arrays.items()
    }
    _check_lengths(columns)
    names = name_columns(given)
    if kind is None and "target" in columns and "prediction" in columns:
        undecided = Undecided(names["target"], names["prediction"], "")
        if undecided.look(columns["target"], columns["prediction"]) and (why := undecided.explain_binary()):
            return sample_of_two(data, columns, why, segments.values)
    collector = Collector({role: (name,) for role, name in names.items()})
    rows = next(iter(columns.values())).size
    table = {role: values.reshape(-1, 1) for role, values in columns.items()}
    collector.add(table, np.arange(1, rows + 1, dtype=np.int64))
    info = InputInfo((), 0, 0, Columns(**names))  # type: ignore[arg-type]
    return make_regression(collector.finish(), info, segments.values, kind, asked)


def _target_alone(data: Given) -> Sample | ClassSample:
    """Return the sample of targets without predictions: of labels where they are words, or the task says so."""
    if "group" in data.values:
        raise InputError(NO_GROUPS)
    target = data.arrays["target"]
    if data.task in (TaskKind.MULTILABEL, TaskKind.SOFT) or (target.ndim > 1 and target.shape[1] > 1):
        raise InputError(
            "targets alone are one column. Several columns of targets need the outputs for each: prediction."
        )
    words = data.task not in REGRESSIONS and (data.task is not None or holds_words(data.values["target"], target))
    names = name_columns(data.values)
    labels = new_labels(names["target"])
    columns = {role: to_floats(array, role) for role, array in data.arrays.items() if role != "target" or not words}
    if words:
        columns = {"target": to_labels(data.values["target"], target.ravel(), "target", labels), **columns}
    _check_lengths(columns)
    collector = Collector({role: (names[role],) for role in columns})
    table = {role: values.reshape(-1, 1) for role, values in columns.items()}
    collector.add(table, np.arange(1, columns["target"].size + 1, dtype=np.int64))
    info, kept = InputInfo((), 0, 0, Columns(**names)), collector.finish()  # type: ignore[arg-type]
    if words:
        return make_labels(kept, info, labels.values, data.task, data.asked)
    return make_targets(kept, info, data.task, data.asked)


def _has_classes(given: Mapping[str, Any], arrays: Mapping[str, Any], task: TaskKind | None) -> bool:
    """Tell whether the arrays are outputs of classes, by their shape, by labels in words, or as the task says."""
    if task is not None:
        return task not in REGRESSIONS
    if "residual" in given or "prediction" not in given:
        return False
    prediction = arrays["prediction"]
    if prediction.ndim > 1 and prediction.shape[1] > 1:
        return True
    return "target" in given and holds_words(given["target"], arrays["target"])


def _check_class_roles(given: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    if "prediction" not in given:
        raise InputError("prediction is missing. Give the outputs of the classes, a column for each.")
    if "residual" in given:
        raise InputError("residual is given, and classes have none. Give target and prediction.")
    rows = {role: len(array) if array.ndim else 1 for role, array in arrays.items()}
    _check_sizes(rows)
    prediction = arrays["prediction"]
    coded = prediction.ndim == 1 and prediction.dtype.kind in "iu" and np.unique(prediction).size <= 2
    if coded or holds_words(given["prediction"], prediction):
        raise InputError(f"prediction holds the predicted class, and not how likely it is. {DECISION_ADVICE}")


def _check_roles(given: Mapping[str, Any]) -> None:
    main = [role for role in ("target", "prediction", "residual") if role in given]
    if len(main) == 3:
        raise InputError("target, prediction and residual are all given, and one follows from the other two.")
    if main == ["prediction"]:
        raise InputError(f"target is missing. {NEEDED}")
    if not main:
        raise InputError(f"nothing to check. {NEEDED}")


def _check_indexes(given: Mapping[str, Any]) -> None:
    """Refuse different indexes of pandas: it would pair rows by label, and here they go by position."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return
    indexed = {r: v for r, v in given.items() if isinstance(v, (pandas.Series, pandas.DataFrame))}
    kind = "Series" if all(isinstance(values, pandas.Series) for values in indexed.values()) else "objects"
    for role, values in list(indexed.items())[1:]:
        first = next(iter(indexed))
        if len(values) == len(indexed[first]) and not values.index.equals(indexed[first].index):
            raise InputError(
                f"{first} and {role} are pandas {kind} with different indexes. Values are paired by position: "
                f"align them first, or pass {first}.to_numpy() and {role}.to_numpy()."
            )


def _check_lengths(columns: Mapping[str, Array]) -> None:
    _check_sizes({role: values.size for role, values in columns.items()})
    if "weight" in columns:
        check_weights(columns["weight"])


def _check_sizes(sizes: Mapping[str, int]) -> None:
    first = next(iter(sizes))
    for role, size in sizes.items():
        if size != sizes[first]:
            raise InputError(f"{first} has {sizes[first]:,} values and {role} has {size:,}. They must be as many.")
    if sizes[first] == 0:
        raise InputError(f"{first} is empty. {NEEDED}")
