"""Values of every make as numpy arrays of numbers or as labels, and what is said about those that do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

from losscheck.numeric.lazy import Array, np
from losscheck.reading.digits import FLOAT16, FLOAT32, FLOAT64
from losscheck.reading.labels import CLASSES, Labels, Limit
from losscheck.reading.number import MISSING, show
from losscheck.results import InputError

MISSING_TYPES = ("NAType", "NaTType")


def to_array(values: Any, role: str) -> Any:
    """Return `values` as a numpy array of any type and dimension."""
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


def to_floats(array: Any, role: str) -> Array:
    """Return an array as a new 1-D float64 array, NaN where values are missing."""
    if array.ndim == 2 and array.shape[1] == 1:
        array = array.ravel()
    if array.ndim != 1:
        shape = " × ".join(map(str, array.shape)) if array.ndim else "a single value"
        raise InputError(f"{role} must have one dimension, but it has shape {shape}. Pass one column.")
    if array.dtype.kind == "M" and role == "order":
        return np.where(np.isnat(array), np.nan, array.astype("datetime64[us]").astype(np.float64))
    return convert(array, role)


def check_weights(weight: Array) -> None:
    """Refuse weights that are negative."""
    negative = np.flatnonzero(weight < 0)
    if negative.size:
        position = int(negative[0])
        raise InputError(f"weight[{position}] is {weight[position]:g}, which is negative. Weights must be 0 or more.")


def convert(array: Any, role: str, first_row: int = 0) -> Array:
    """Return an array of any shape as new float64 numbers; `InputError` names the first that is none."""
    if array.dtype.kind in "biuf":
        floats = array.astype(np.float64)
        if isinstance(array, np.ma.MaskedArray):
            floats = floats.filled(np.nan)
        return np.asarray(floats)
    if array.dtype.kind in "mMV":
        raise InputError(f"{role} has the type {array.dtype}. Pass numbers.")
    result = np.empty(array.size)
    masked = np.ma.getmaskarray(array).ravel() if isinstance(array, np.ma.MaskedArray) else None
    for position, value in enumerate(np.ma.getdata(array).ravel().tolist()):
        if is_missing_value(value) or (masked is not None and masked[position]):
            result[position] = np.nan
            continue
        try:
            # Decimal is no Real; text and bytes would pass float() and must not.
            if not isinstance(value, Real) and type(value).__name__ != "Decimal":
                what = show(value) if isinstance(value, str) else repr(value)
                raise InputError(f"{_place(array, role, position, first_row)} is {what}, which is not a number.")
            result[position] = float(value)
        except (OverflowError, ValueError):
            place = _place(array, role, position, first_row)
            raise InputError(f"{place} is too large for a float64.") from None
    return result.reshape(array.shape)


def _place(array: Any, role: str, position: int, first_row: int) -> str:
    row, *column = (int(index) for index in np.unravel_index(position, array.shape))
    return f"{role}[{', '.join(map(str, (row + first_row, *column)))}]"


def is_missing_value(value: Any) -> bool:
    """Tell whether a Python object stands for a missing value."""
    return value is None or type(value).__name__ in MISSING_TYPES


def holds_words(values: Any, array: Any) -> bool:
    """Tell whether a column has text or truth values, which are labels and no numbers."""
    kind = getattr(getattr(values, "dtype", None), "kind", "")
    if array.ndim != 1 or array.dtype.kind in "iuf":
        return bool(kind == "b")
    if array.dtype.kind in "bUS":
        return True
    first = next(
        (value for value in np.ma.getdata(array).tolist() if not is_missing_value(value) and value == value), 0
    )
    return isinstance(first, (str, bytes, bool))


def to_labels(values: Any, array: Any, role: str, labels: Labels) -> Array:
    """Return the code of each label in a column, NaN where it is missing."""
    if getattr(getattr(values, "dtype", None), "kind", "") == "b" and array.dtype.kind == "f":
        array = np.array([None if value != value else bool(value) for value in array.tolist()], dtype=object)
    if isinstance(values, (list, tuple)) and array.dtype.kind in "US":
        array = np.array([None, *values], dtype=object)[1:]  # numpy makes the text 'nan' of NaN beside words
    masked = np.ma.getmaskarray(array) if isinstance(array, np.ma.MaskedArray) else None
    data = np.ma.getdata(array)
    if data.dtype.kind in "iuf":
        codes = _encode_numbers(data, role, labels)
    else:
        known: dict[Any, float] = {}
        codes = np.empty(data.size)
        for position, value in enumerate(data.tolist()):
            code = known.get((type(value), value))
            if code is None:
                code = _encode(value, f"{role}[{position}]", labels)
                known[type(value), value] = code
            codes[position] = code
    return codes if masked is None else np.where(masked, np.nan, codes)


def _encode_numbers(data: Any, role: str, labels: Labels) -> Array:
    numbers = data.astype(np.float64)
    wrong = np.flatnonzero(~np.isnan(numbers) & (numbers != np.floor(numbers)))
    if wrong.size:
        position = int(wrong[0])
        raise InputError(
            f"{role}[{position}] is {numbers[position]:g}; classes are whole numbers or text. For shares of the "
            f"classes pass a column for each class."
        )
    return labels.encode(numbers)


def _encode(value: Any, place: str, labels: Labels) -> float:
    if is_missing_value(value) or value != value:
        return float("nan")
    if isinstance(value, bytes):
        return labels.code(value.decode("utf-8", "replace"))
    if isinstance(value, (str, bool)):
        return labels.code(str(value))
    if isinstance(value, Real) and float(value).is_integer():
        return labels.code(str(int(float(value))))
    raise InputError(f"{place} is {value!r}; classes are whole numbers or text.")


def new_labels(name: str, limit: Limit = CLASSES) -> Labels:
    """Return labels that may be any text: in an array "NA" is a word; numpy itself writes "nan" where it makes text."""
    return Labels(name, MISSING - {"", "nan"}, limit)


def epsilon_of(values: Any, array: Any) -> tuple[float, str]:
    """Return the machine epsilon of the coarsest type among the columns, and the name of that type."""
    columns: Any = getattr(values, "dtypes", None)  # of a frame; a Series has one, which is no list
    types = list(columns) if isinstance(columns, Sequence) or hasattr(columns, "tolist") else []
    types = types or [getattr(values, "dtype", array.dtype)]
    names = {str(kind).casefold().removeprefix("torch.") for kind in types}
    for name, epsilon in (("float16", FLOAT16), ("float32", FLOAT32)):
        if name in names:
            return epsilon, name
    return FLOAT64, "float64"


def name_of(values: Any, role: str) -> str:
    """Return the name of a Series, else the role."""
    name = getattr(values, "name", None)
    return name if isinstance(name, str) and name else role


def name_columns(values: Mapping[str, Any]) -> dict[str, str]:
    """Return a name for each role: those of the Series, or the roles where names repeat."""
    names = {role: name_of(column, role) for role, column in values.items()}
    return names if len(set(names.values())) == len(names) else {role: role for role in names}


def is_named(values: Any, count: int) -> bool:
    """Tell whether the columns of a frame have names, rather than the numbers 0, 1, 2 … that all frames have."""
    columns = getattr(values, "columns", None)
    return columns is not None and len(columns) == count and list(columns) != list(range(count))
