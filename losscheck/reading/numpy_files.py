"""NumPy's files, NPY and NPZ: what their headers claim is checked first, and nothing is ever unpickled."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from losscheck.numeric.lazy import np
from losscheck.reading.decompression import refuse_size
from losscheck.reading.formats import Format
from losscheck.reading.source import NoRows, Source
from losscheck.reading.typed_table import Block, TypedTable
from losscheck.results import InputError

BLOCK_ROWS = 2**17
KINDS = "biufUSM"
"""Types of arrays that columns may have: numbers, text and dates."""
NESTED = "V"
"""The type of an array of records, which has a column for each field."""


@dataclass(frozen=True)
class _Member:
    """What the header of an array claims, and where it is: its name in the archive, '' for a file of its own."""

    name: str
    shape: tuple[int, ...]
    dtype: Any


def open_numpy(source: Source, most: int) -> TypedTable:
    """Return the table of a file: a column for each array, or for each column of an array of two dimensions.

    The columns of the array NAME are NAME_0, NAME_1 and so on; those of an NPY file have numbers. Arrays of objects
    are refused, because to read them is to run what they hold; so are arrays of other dimensions and other types.
    """
    file = source.whole()
    try:
        members = list(_list_members(file, source, most))
        named = source.format is Format.NPZ
        arrays = {member.name: _load(file, member, named) for member in members}
    except InputError:
        raise
    except Exception as error:  # damage shows in exceptions of many kinds
        raise InputError(f"{source.name} is a damaged {source.format.value}: {error}. Write it again.") from None
    columns = [pair for name, array in arrays.items() for pair in _split(name, array)]
    lengths = {name: len(column) for name, column in columns}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"'{name}' {length:,}" for name, length in list(lengths.items())[:6])
        raise InputError(
            f"{source.name}: the arrays have different numbers of rows ({shown}). Write one file with the columns of "
            f"the same rows."
        )
    if not columns or not next(iter(lengths.values())):
        raise NoRows(f"{source.name} holds no rows. Give a row per observation.")
    names = tuple(name for name, _ in columns)
    data = [column for _, column in columns]
    headed = named or all(member.dtype.names for member in members)
    described = {"format": source.format.value, "compression": source.compression}
    return TypedTable(source.name, names if headed else None, data, lambda chosen: _cut(data, chosen), described)


def _cut(data: Sequence[Any], chosen: Sequence[int]) -> Iterator[Block]:
    for start in range(0, len(data[0]), BLOCK_ROWS):
        yield [data[index][start : start + BLOCK_ROWS] for index in chosen]


def _list_members(file: IO[bytes], source: Source, most: int) -> Iterator[_Member]:
    """Yield what is in the file, its size and type checked by the header alone; `InputError` for what is not read."""
    if source.format is Format.NPY:
        size = file.seek(0, 2)
        file.seek(0)
        yield _check_header("", file, size, source.name, most)
        return
    total = 0
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            total += info.file_size
            if total > most:
                refuse_size(source.name, "its arrays take more than", most)
            name = info.filename.removesuffix(".npy")
            with archive.open(info) as stream:
                member = _check_header(name, stream, info.file_size, source.name, most)
            if member.shape:  # a single value, a setting of the writer's, is no column
                yield member


def _check_header(name: str, stream: IO[bytes], size: int, file: str, most: int) -> _Member:
    what = f"{file}: the array '{name}'" if name else file
    version = np.lib.format.read_magic(stream)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read is None:
        raise InputError(f"{what} is of version {version[0]}.{version[1]} of NumPy's format. Save it with plain names.")
    shape, _, dtype = read(stream)
    if dtype.hasobject:
        raise InputError(
            f"{what} holds Python objects, which are not read because to read them is to run what they hold. "
            f"Save an array of numbers, or of text (astype(str))."
        )
    fields = [dtype] if dtype.names is None else [dtype[field] for field in dtype.names]
    if any(field.kind not in KINDS or field.shape for field in fields) or len(shape) > 2:
        raise InputError(
            f"{what} has the type {dtype} and the shape {' × '.join(map(str, shape))}. Save numbers or text in one "
            f"dimension, or in two with a column for each class."
        )
    claimed = dtype.itemsize
    for length in shape:
        claimed *= int(length)
    if claimed > most:
        refuse_size(file, f"its array claims {claimed:,} bytes, more than", most)
    if claimed > size:
        raise InputError(f"{what} claims {claimed:,} bytes, and there are {size:,}: it is cut short. Write it again.")
    return _Member(name, tuple(int(length) for length in shape), dtype)


def _load(file: IO[bytes], member: _Member, archived: bool) -> Any:
    file.seek(0)
    if not archived:
        return np.lib.format.read_array(file, allow_pickle=False)
    with zipfile.ZipFile(file) as archive, archive.open(f"{member.name}.npy") as stream:
        return np.lib.format.read_array(stream, allow_pickle=False)


def _split(name: str, array: Any) -> Iterator[tuple[str, Any]]:
    """Yield the columns of an array with their names."""
    if array.dtype.names is not None and array.ndim == 1:
        yield from (((f"{name}_{field}" if name else field), array[field]) for field in array.dtype.names)
    elif array.ndim == 1 or array.shape[1] == 1:
        yield name or "1", array.reshape(-1)
    else:
        yield from ((f"{name}_{place}" if name else str(place + 1), array[:, place]) for place in range(array.shape[1]))
