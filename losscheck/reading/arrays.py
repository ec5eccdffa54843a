"""Arrays to a `Sample`: lists, numpy arrays, pandas and polars columns, tensors."""

from __future__ import annotations

import sys
from numbers import Real
from typing import Any

from losscheck.numeric.lazy import Array, np
from losscheck.reading.collect import Collector
from losscheck.reading.number import show
from losscheck.results import Columns, InputError, InputInfo
from losscheck.sample import Sample

NEEDED = "Give target and prediction, or residual (target − prediction)."


def sample_from_arrays(
    *, target: Any = None, prediction: Any = None, residual: Any = None, weight: Any = None, order: Any = None
) -> Sample:
    """Make a sample of columns of equal length, paired by position.

    Accepts lists, numpy arrays (integers, booleans, objects, masked, one column of shape (n, 1)), pandas Series
    and anything that numpy makes an array of. None, NaN, NA and masked values are missing; their rows are left out
    and counted. Raises `InputError` with the argument, the position and the value for anything else.
    """
    given = {"target": target, "prediction": prediction, "residual": residual, "weight": weight, "order": order}
    given = {role: values for role, values in given.items() if values is not None}
    _check_roles(given)
    _check_indexes(given)
    columns = {role: _to_floats(values, role) for role, values in given.items()}
    _check_lengths(columns)
    if "weight" in columns:
        _check_weights(columns["weight"])
    names: dict[str, Any] = {role: _name(values, role) for role, values in given.items()}
    if len(set(names.values())) < len(names):
        names = {role: role for role in names}
    collector = Collector(names)
    rows = next(iter(columns.values())).size
    collector.add(columns, np.arange(1, rows + 1, dtype=np.int64))
    return collector.sample(InputInfo((), 0, 0, Columns(**names)))


def _check_roles(given: dict[str, Any]) -> None:
    main = [role for role in ("target", "prediction", "residual") if role in given]
    if len(main) == 3:
        raise InputError("target, prediction and residual are all given, and one follows from the other two.")
    if main == ["target"]:
        raise InputError(f"prediction is missing. {NEEDED}")
    if main == ["prediction"]:
        raise InputError(f"target is missing. {NEEDED}")
    if not main:
        raise InputError(f"nothing to check. {NEEDED}")


def _check_indexes(given: dict[str, Any]) -> None:
    """Refuse Series with different indexes: pandas would pair them by label, and here they go by position."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return
    series = {role: values for role, values in given.items() if isinstance(values, pandas.Series)}
    for role, values in list(series.items())[1:]:
        first = next(iter(series))
        if len(values) == len(series[first]) and not values.index.equals(series[first].index):
            raise InputError(
                f"{first} and {role} are pandas Series with different indexes. Values are paired by position: "
                f"align them first, or pass {first}.to_numpy() and {role}.to_numpy()."
            )


def _to_floats(values: Any, role: str) -> Array:
    """Return `values` as a new 1-D float64 array, NaN where they are missing."""
    array = _to_array(values, role)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array.ravel()
    if array.ndim != 1:
        shape = " × ".join(map(str, array.shape)) if array.ndim else "a single value"
        raise InputError(f"{role} must have one dimension, but it has shape {shape}. Pass one column.")
    if array.dtype.kind in "biuf":
        floats = array.astype(np.float64)
        if isinstance(array, np.ma.MaskedArray):
            floats = floats.filled(np.nan)
        return np.asarray(floats)
    if array.dtype.kind == "M" and role == "order":
        return np.where(np.isnat(array), np.nan, array.astype("datetime64[us]").astype(np.float64))
    if array.dtype.kind in "OUSc" or array.dtype.kind not in "mMV":
        return _convert_each(array, role)
    raise InputError(f"{role} has the type {array.dtype}. Pass numbers.")


def _to_array(values: Any, role: str) -> Any:
    if hasattr(values, "to_numpy"):
        kind = getattr(getattr(values, "dtype", None), "kind", "")
        # Nullable and Arrow columns of pandas: as objects their NA would have to be told from text.
        if hasattr(values, "isna") and kind in tuple("biuf"):
            return values.to_numpy(dtype=np.float64, na_value=np.nan)
    try:
        if isinstance(values, np.ma.MaskedArray):
            return values
        if isinstance(values, (str, bytes, dict, set)):
            raise TypeError(f"it is a {type(values).__name__}")
        return np.asarray(values if hasattr(values, "__array__") or hasattr(values, "__len__") else list(values))
    except (TypeError, ValueError, RuntimeError) as error:
        # Nested lists of different lengths; tensors that live elsewhere or want to be detached.
        raise InputError(f"{role} cannot be made an array of numbers: {error}. Pass one column.") from None


def _convert_each(array: Any, role: str) -> Array:
    result = np.empty(array.size)
    masked = np.ma.getmaskarray(array) if isinstance(array, np.ma.MaskedArray) else None
    for position, value in enumerate(np.ma.getdata(array).tolist() if masked is not None else array.tolist()):
        missing = value is None or type(value).__name__ in ("NAType", "NaTType")
        if missing or (masked is not None and masked[position]):
            result[position] = np.nan
            continue
        # Decimal is no Real; text and bytes would pass float() and must not.
        if not isinstance(value, Real) and type(value).__name__ != "Decimal":
            what = show(value) if isinstance(value, str) else repr(value)
            advice = " Class labels are not handled by this version." if role == "target" else ""
            raise InputError(f"{role}[{position}] is {what}, which is not a number.{advice}")
        try:
            result[position] = float(value)
        except (OverflowError, ValueError):
            raise InputError(f"{role}[{position}] is too large for a float64.") from None
    return result


def _check_lengths(columns: dict[str, Array]) -> None:
    first = next(iter(columns))
    for role, values in columns.items():
        if values.size != columns[first].size:
            raise InputError(
                f"{first} has {columns[first].size:,} values and {role} has {values.size:,}. They must be as many."
            )
    if columns[first].size == 0:
        raise InputError(f"{first} is empty. {NEEDED}")


def _check_weights(weight: Array) -> None:
    negative = np.flatnonzero(weight < 0)
    if negative.size:
        position = int(negative[0])
        raise InputError(f"weight[{position}] is {weight[position]:g}, which is negative. Weights must be 0 or more.")


def _name(values: Any, role: str) -> str:
    name = getattr(values, "name", None)
    return name if isinstance(name, str) and name else role
