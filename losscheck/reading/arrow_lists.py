"""Lists of one length in a column of Arrow, a column each: probabilities of classes, and the vectors of Spark ML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from losscheck.numeric.lazy import Array, np
from losscheck.results import InputError

VECTOR = {"type", "size", "indices", "values"}
"""The fields of a vector of Spark ML, dense (all values) or sparse (its size, and the values at some indices)."""
DENSE = 1
MOST_PLACES = 25_000
"""Longer lists are no outputs of classes (ImageNet's largest set of labels has 21,841), but images or sounds."""


@dataclass(frozen=True)
class Field:
    """A column of the table: a column of the file, or one place in its lists, which are `width` long."""

    column: str
    place: int = 0
    width: int = 0


def list_fields(name: str, column: Any) -> dict[str, Field]:
    """Return the columns of the table that the first rows of a column of the file make, by their names.

    Lists that are of several lengths, or not of numbers, stay what they are: NAME. Others are NAME_0, NAME_1 and so on.
    """
    lengths = set(_measure(column).tolist()) - {-1} if _is_list(column.type) else set()
    width = lengths.pop() if len(lengths) == 1 else 0
    if not 0 < width <= MOST_PLACES:
        return {name: Field(name)}
    if width == 1:
        return {name: Field(name, 0, 1)}
    return {f"{name}_{place}": Field(name, place, width) for place in range(width)}


def require_no_list(column: Any, name: str, row: int, file: str) -> None:
    """Raise `InputError` where a column that is needed has lists of several lengths; its first row has this number."""
    if _is_list(column.type):
        lengths = _measure(column)
        known = np.flatnonzero(lengths >= 0)
        if known.size:
            _require_length(lengths, int(lengths[known[0]]), name, row, file)
            raise InputError(
                f"{file}, column '{name}': its lists have {lengths[known[0]]:,} numbers, and cannot be read as outputs "
                f"of classes. Write a number a row, or a list with a number for each class."
            )


def to_matrix(column: Any, field: Field, row: int, file: str) -> Array:
    """Return lists as an array (rows, width), NaN where one is missing; `InputError` for one of another length.

    `row` is the number of the first row.
    """
    lengths = _measure(column)
    _require_length(lengths, field.width, field.column, row, file)
    if _is_vector(column.type):
        return _vectors_to_matrix(column, field.width)
    values = column.flatten().to_numpy(zero_copy_only=False)
    if (lengths >= 0).all():
        whole: Array = values.reshape(len(column), field.width)
        return whole
    kind = values.dtype if values.dtype.kind == "f" else np.dtype(np.float64)
    matrix = np.full((len(column), field.width), np.nan, dtype=kind)
    matrix[lengths >= 0] = values.reshape(-1, field.width)
    return matrix


def _require_length(lengths: Array, width: int, name: str, row: int, file: str) -> None:
    wrong = np.flatnonzero((lengths >= 0) & (lengths != width))
    if wrong.size:
        raise InputError(
            f"{file}, row {row + int(wrong[0])}, column '{name}': the list has {int(lengths[wrong[0]]):,} numbers, and "
            f"those above have {width:,}. Write lists of one length, a number for each class."
        )


def _is_list(kind: Any) -> bool:
    """Tell whether a type is that of lists of numbers, or of Spark's vectors."""
    import pyarrow as pa

    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return bool(pa.types.is_integer(kind.value_type) or pa.types.is_floating(kind.value_type))
    return _is_vector(kind)


def _is_vector(kind: Any) -> bool:
    import pyarrow as pa

    if not pa.types.is_struct(kind) or {kind.field(place).name for place in range(kind.num_fields)} != VECTOR:
        return False
    return bool(pa.types.is_list(kind.field("indices").type) and pa.types.is_list(kind.field("values").type))


def _measure(column: Any) -> Any:
    """Return the length of each list, -1 for a missing one."""
    import pyarrow.compute as pc

    if _is_vector(column.type):
        dense = pc.equal(_part(column, "type"), DENSE)
        lengths = pc.if_else(dense, pc.list_value_length(_part(column, "values")), _part(column, "size"))
    else:
        lengths = pc.list_value_length(column)
    return pc.fill_null(lengths.cast("int64"), -1).to_numpy(zero_copy_only=False)


def _part(column: Any, name: str) -> Any:
    """Return a field of a struct, missing where the struct is."""
    import pyarrow.compute as pc

    return pc.struct_field(column, name)


def _vectors_to_matrix(column: Any, width: int) -> Array:
    """Return vectors of Spark ML as an array (rows, width): what a sparse one does not name is 0."""
    import pyarrow.compute as pc

    values, indices = _part(column, "values"), _part(column, "indices")
    counts = pc.fill_null(pc.list_value_length(values), 0).to_numpy(zero_copy_only=False)
    dense = pc.fill_null(pc.equal(_part(column, "type"), DENSE), False).to_numpy(zero_copy_only=False)
    missing = column.is_null().to_numpy(zero_copy_only=False)
    matrix = np.zeros((len(column), width))
    matrix[missing] = np.nan
    rows = np.repeat(np.arange(len(column)), counts)
    places = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    places[~dense[rows]] = indices.flatten().to_numpy(zero_copy_only=False)
    if places.size and not 0 <= places.min() <= places.max() < width:
        raise ValueError(f"a sparse vector of {width} numbers has an index beyond them")
    matrix[rows, places] = values.flatten().to_numpy(zero_copy_only=False)
    return matrix
