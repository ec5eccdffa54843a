"""Parquet, and Arrow (Feather) files and streams, by pyarrow, an extra."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import IO, Any

from losscheck.numeric.lazy import np
from losscheck.reading.arrow_lists import Field, list_fields, require_no_list, to_matrix
from losscheck.reading.decompression import refuse_size
from losscheck.reading.formats import Format
from losscheck.reading.records import SAMPLE_RECORDS
from losscheck.reading.source import NoRows, Source
from losscheck.reading.typed_table import Block, TypedTable
from losscheck.results import InputError

BLOCK_ROWS = 2**17
"""At once; fewer where a row has more outputs than `FEW_COLUMNS`, so that as many cells are in memory."""
FEW_COLUMNS = 8
SAMPLE_CELLS = 2**19
FEWEST_SAMPLED = 16
"""Rows that are looked at however long their lists are: of more than 2,048 places fewer rows than of less."""
INDEX = re.compile(r"__index_level_\d+__")
"""The index of a pandas frame, which is no column of it."""
BYTES_A_CELL = 8
STREAM = b"\xff\xff\xff\xff"
Batches = Callable[[list[str], int], Iterator[Any]]
"""Yields the columns with these names in batches of Arrow, of at most so many rows, from the first row on."""


def open_arrow(source: Source, most: int) -> TypedTable:
    """Return the table of a Parquet or Arrow file; `InputError` for damage, too many bytes, or without pyarrow."""
    try:
        import pyarrow as pa
    except ImportError:
        raise InputError(
            f"{source.name} is {'a' if source.format is Format.PARQUET else 'an'} {source.format.value} file, which "
            f"pyarrow reads. Install it: pip install 'losscheck[pyarrow]'; or write a CSV file."
        ) from None
    file = source.whole()
    opener = _open_parquet if source.format is Format.PARQUET else _open_arrow
    described = {"format": source.format.value, "compression": source.compression}
    try:
        schema, batches = opener(file, source.name, most)
        names = [name for name in schema.names if not INDEX.fullmatch(name)]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"{source.name} has several columns named '{twice}'. Rename all but one.")
        first = next((batch for batch in batches(names, SAMPLE_RECORDS) if batch.num_rows), None)
        return make_table(source.name, names, first, batches, described, partial(_damaged, source))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(source, error) from None


def make_table(
    file: str,
    names: Sequence[str],
    first: Any,
    batches: Batches,
    described: Mapping[str, Any],
    damaged: Callable[[Exception], InputError],
) -> TypedTable:
    """Return the table of some columns that come in batches of Arrow, the `first` of them in hand (None: no rows).

    `damaged` words the error where a batch cannot be read. `InputError` without rows, and for lists that clash.
    """
    import pyarrow as pa

    if first is None or not names:
        raise NoRows(f"{file} holds no rows. Give a row per observation.")
    first = first.slice(0, SAMPLE_RECORDS)
    fields = _list_fields(first, names, file)
    first = first.slice(0, max(FEWEST_SAMPLED, SAMPLE_CELLS // len(fields)))
    sample = list(_read_fields(first, list(fields.values()), 1, file))

    def blocks(chosen: Sequence[int]) -> Iterator[Block]:
        wanted, row = [list(fields.values())[index] for index in chosen], 1
        columns = list(dict.fromkeys(field.column for field in wanted))
        at_once = max(SAMPLE_RECORDS, BLOCK_ROWS * FEW_COLUMNS // max(FEW_COLUMNS, len(wanted)))
        try:
            for batch in batches(columns, at_once):
                if batch.num_rows:
                    _require_no_lists(batch, wanted, row, file)
                    yield list(_read_fields(batch, wanted, row, file))
                    row += batch.num_rows
        except (pa.ArrowException, OSError, ValueError) as error:
            raise damaged(error) from None

    lists = {field.column: field.width for field in fields.values() if field.width}
    return TypedTable(file, tuple(fields), sample, blocks, {**described, **({"lists": lists} if lists else {})})


def _list_fields(first: Any, names: Sequence[str], file: str) -> dict[str, Field]:
    """Return the columns of the table by their names; `InputError` where lists would have those of others."""
    fields: dict[str, Field] = {}
    for name in names:
        for key, field in list_fields(name, first.column(name)).items():
            if fields.setdefault(key, field) is not field:
                raise InputError(
                    f"{file} has a column '{key}' and lists in '{fields[key].column if fields[key].width else name}', "
                    f"whose columns are named so. Rename one of them."
                )
    return fields


def _require_no_lists(batch: Any, wanted: Sequence[Field], row: int, file: str) -> None:
    for field in wanted:
        if not field.width:
            require_no_list(batch.column(field.column), field.column, row, file)


def _read_fields(batch: Any, wanted: Sequence[Field], row: int, file: str) -> Iterator[Any]:
    """Yield the columns of the table one by one, from rows that begin with this number."""
    matrices: dict[str, Any] = {}
    for field in wanted:
        column = batch.column(field.column)
        if not field.width:
            yield _to_array(column)
            continue
        if field.column not in matrices:
            matrices[field.column] = to_matrix(column, field, row, file)
        yield matrices[field.column][:, field.place]


def _damaged(source: Source, error: Exception) -> InputError:
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return InputError(f"{source.name} is a damaged {source.format.value} file: {line.rstrip('.')}. Write it again.")


def _open_parquet(file: IO[bytes], name: str, most: int) -> tuple[Any, Any]:
    import pyarrow.parquet as pq

    parquet = pq.ParquetFile(file)
    metadata = parquet.metadata
    # A column of one value repeated takes next to nothing in the file, and all of its cells in memory.
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    claimed = sum(group.total_byte_size for group in groups)
    leaves = range(metadata.num_columns)
    longest = max((sum(group.column(leaf).num_values for group in groups) for leaf in leaves), default=0)
    if max(claimed, longest * BYTES_A_CELL) > most:
        refuse_size(name, f"its {metadata.num_rows:,} rows take more than", most)

    def batches(names: list[str], rows: int) -> Iterator[Any]:
        yield from parquet.iter_batches(rows, columns=names)

    return parquet.schema_arrow, batches


def _open_arrow(file: IO[bytes], name: str, most: int) -> tuple[Any, Any]:
    import pyarrow as pa

    streamed = file.read(len(STREAM)) == STREAM
    file.seek(0)
    schema = (pa.ipc.open_stream if streamed else pa.ipc.open_file)(file).schema

    def batches(names: list[str], rows: int) -> Iterator[Any]:
        file.seek(0)
        expanded = 0
        opened = (pa.ipc.open_stream if streamed else pa.ipc.open_file)(file)
        for batch in opened if streamed else map(opened.get_batch, range(opened.num_record_batches)):
            expanded += batch.nbytes
            if expanded > most:
                refuse_size(name, "its columns take more than", most)
            yield from pa.Table.from_batches([batch]).select(names).to_batches(max_chunksize=rows)

    return schema, batches


def _to_array(column: Any) -> Any:
    """Return a column of Arrow as one of numpy; NaN or None where a value is missing."""
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        if getattr(column.type, "tz", None) is not None:
            column = column.cast(pa.timestamp(column.type.unit))  # UTC, which times without a zone are taken for
        return column.cast(pa.timestamp("us"), safe=False).to_numpy(zero_copy_only=False)
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return column.to_numpy(zero_copy_only=False)
    return _as_objects(column.to_pylist())


def _as_objects(values: list[Any]) -> Any:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
