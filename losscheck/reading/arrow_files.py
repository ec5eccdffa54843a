"""Parquet, and Arrow (Feather) files and streams, by pyarrow, an extra."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import IO, Any

from losscheck.numeric.lazy import np
from losscheck.reading.decompression import refuse_size
from losscheck.reading.formats import Format
from losscheck.reading.records import SAMPLE_RECORDS
from losscheck.reading.source import Source
from losscheck.reading.typed_table import Block, TypedTable
from losscheck.results import InputError

BLOCK_ROWS = 2**17
INDEX = re.compile(r"__index_level_\d+__")
"""The index of a pandas frame, which is no column of it."""
BYTES_A_CELL = 8
STREAM = b"\xff\xff\xff\xff"


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
    try:
        schema, batches = opener(file, source.name, most)
        names = [name for name in schema.names if not INDEX.fullmatch(name)]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"{source.name} has several columns named '{twice}'. Rename all but one.")
        first = next((batch for batch in batches(names) if batch.num_rows), None)
        if first is None or not names:
            raise InputError(f"{source.name} holds no rows. Give a row per observation.")
        sample = [_to_array(first.column(name).slice(0, SAMPLE_RECORDS)) for name in names]
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(source, error) from None

    def blocks(chosen: Sequence[int]) -> Iterator[Block]:
        try:
            for batch in batches(list(dict.fromkeys(names[index] for index in chosen))):
                if batch.num_rows:
                    yield [_to_array(batch.column(names[index])) for index in chosen]
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(source, error) from None

    described = {"format": source.format.value, "compression": source.compression}
    return TypedTable(source.name, tuple(names), sample, blocks, described)


def _damaged(source: Source, error: Exception) -> InputError:
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return InputError(f"{source.name} is a damaged {source.format.value} file: {line.rstrip('.')}. Write it again.")


def _open_parquet(file: IO[bytes], name: str, most: int) -> tuple[Any, Any]:
    import pyarrow.parquet as pq

    parquet = pq.ParquetFile(file)
    metadata = parquet.metadata
    # A column of one value repeated takes next to nothing in the file, and all of its cells in memory.
    claimed = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    if max(claimed, metadata.num_rows * BYTES_A_CELL) > most:
        refuse_size(name, f"its {metadata.num_rows:,} rows take more than", most)

    def batches(names: list[str]) -> Iterator[Any]:
        yield from parquet.iter_batches(BLOCK_ROWS, columns=names)

    return parquet.schema_arrow, batches


def _open_arrow(file: IO[bytes], name: str, most: int) -> tuple[Any, Any]:
    import pyarrow as pa

    streamed = file.read(len(STREAM)) == STREAM
    file.seek(0)
    schema = (pa.ipc.open_stream if streamed else pa.ipc.open_file)(file).schema

    def batches(names: list[str]) -> Iterator[Any]:
        file.seek(0)
        expanded = 0
        opened = (pa.ipc.open_stream if streamed else pa.ipc.open_file)(file)
        for batch in opened if streamed else map(opened.get_batch, range(opened.num_record_batches)):
            expanded += batch.nbytes
            if expanded > most:
                refuse_size(name, "its columns take more than", most)
            yield from pa.Table.from_batches([batch]).select(names).to_batches(max_chunksize=BLOCK_ROWS)

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
