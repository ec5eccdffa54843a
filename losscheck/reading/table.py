"""Columns of numbers from a stream of text: pandas where a block is plainly a table, cell by cell where it is not."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from losscheck.numeric.lazy import Array, np
from losscheck.reading.dialect import WHITESPACE, Dialect
from losscheck.reading.number import MISSING
from losscheck.reading.source import Source
from losscheck.reading.text import Kind, Place, Rows, Wanted, parse_text
from losscheck.results import InputError

LONGEST_ROW = 16 * 1024 * 1024
# Importing pandas takes as long as reading 1 to 2 MiB cell by cell; once there, it is faster from some rows on.
IMPORT_PANDAS_FROM = 1024 * 1024
USE_PANDAS_FROM = 16 * 1024
ROUND_TRIP_IS_DEFAULT = (3, 1)  # pandas; before, the default could be off in the last digit
NEWLINE = 10


def read_rows(
    source: Source, dialect: Dialect, wanted: Sequence[Wanted], drop_bad_rows: bool = False
) -> Iterator[Rows]:
    """Yield the wanted columns of `source` in blocks; `InputError` for a row or a cell that is wrong."""
    line, row = dialect.first_line, 1
    for text, lines in _whole_rows(source.blocks(dialect.start), dialect.quote, source.name, line):
        worthwhile = len(text) >= (USE_PANDAS_FROM if "pandas" in sys.modules else IMPORT_PANDAS_FROM)
        rows = _parse_fast(text, dialect, wanted, row) if worthwhile else None
        if rows is None:
            place = Place(source.name, source.codec, line, row)
            rows = parse_text(text, dialect, wanted, place, drop_bad_rows)
        line += lines
        row += rows.count
        yield rows


def _whole_rows(blocks: Iterable[bytes], quote: str, name: str, line: int) -> Iterator[tuple[bytes, int]]:
    """Yield the text cut at ends of rows (the line ends outside of quotes), and the number of its lines."""
    rest = b""
    for block in blocks:
        cut = _last_row_end(block, rest.count(quote.encode()) if quote else 0, quote)
        if cut:
            text = b"".join((rest, memoryview(block)[:cut]))
            lines = _count_lines(text)
            line += lines
            yield text, lines
            rest = block[cut:]
        else:
            rest += block
        if len(rest) > LONGEST_ROW:
            opened = f" (is a quote {quote} opened and never closed?)" if quote and quote.encode() in rest else ""
            raise InputError(
                f"{name}, line {line} begins a row of more than {LONGEST_ROW:,} bytes{opened}. "
                f"Write the table with one row per line."
            )
    if rest:
        yield rest + b"\n", _count_lines(rest) + 1


def _count_lines(text: bytes) -> int:
    # bytes.count takes eight times as long where the hits are close together.
    return int(np.count_nonzero(np.frombuffer(text, dtype=np.uint8) == NEWLINE))


def _last_row_end(block: bytes, quotes_before: int, quote: str) -> int:
    """Return the end of the last whole row in `block`, 0 where there is none."""
    end = block.rfind(b"\n") + 1
    if not quote:
        return end
    mark = quote.encode()
    if not quotes_before and mark not in block:
        return end
    quotes = quotes_before + block.count(mark, 0, end)
    while end and quotes % 2:
        previous = block.rfind(b"\n", 0, end - 1) + 1
        quotes -= block.count(mark, previous, end)
        end = previous
    return end


class _Buffer:
    """Gives bytes to pandas as they are: wrapped in `BytesIO` they would be decoded and encoded again."""

    mode = "r"

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._position = 0

    def read(self, size: int) -> bytes:
        piece = self._text[self._position : self._position + size]
        self._position += len(piece)
        return piece

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._text.splitlines(keepends=True))


def _parse_fast(text: bytes, dialect: Dialect, wanted: Sequence[Wanted], row: int) -> Rows | None:
    """Return the rows of a block without any peculiarity; None leaves it to `parse_text`.

    pandas' own check of row lengths is off once columns are chosen (short rows are padded, long ones cut), so
    the delimiters are counted first. Its grammar of numbers is no wider than `parse_number`'s: a test holds it
    to that.
    """
    import pandas as pd

    if b"\0" in text or any(column.kind is Kind.TIME for column in wanted):
        return None
    if dialect.delimiter == WHITESPACE:
        text = _squeeze(text)
    count = _count_rows(text, dialect)
    if count is None and b"\n\n" in text:
        text = re.sub(rb"\n\n+", b"\n", text).lstrip(b"\n")
        count = _count_rows(text, dialect)
    if count is None:
        return None
    try:
        frame = pd.read_csv(_Buffer(text), **_pandas_options(dialect, wanted, b" " in text))  # type: ignore[call-overload]
    except ValueError:
        return None
    if len(frame) != count:
        return None
    columns = tuple(np.ascontiguousarray(frame[column.index].to_numpy()) for column in wanted)
    for column, values in zip(wanted, columns, strict=True):
        if (column.kind is Kind.WEIGHT and bool((values < 0).any())) or _may_be_truth_values(values, text):
            return None
    return Rows(columns, np.arange(row, row + count, dtype=np.int64), count)


def _may_be_truth_values(values: Array, text: bytes) -> bool:
    """Tell whether pandas may have read True and False as 1 and 0, which it does where a block has nothing else."""
    if not bool(((values == 0) | (values == 1) | np.isnan(values)).all()):
        return False
    return re.search(rb"true|false", text, re.IGNORECASE) is not None


def _pandas_options(dialect: Dialect, wanted: Sequence[Wanted], blanks: bool) -> dict[str, Any]:
    import pandas as pd

    options: dict[str, Any] = {
        "sep": dialect.delimiter,
        "header": None,
        "index_col": False,
        "usecols": sorted(column.index for column in wanted),
        "dtype": {column.index: np.float64 for column in wanted},
        "na_values": sorted(MISSING),
        "keep_default_na": False,
        "skipinitialspace": blanks,  # takes an eighth of the time
        "decimal": dialect.decimal,
        "quoting": csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        "engine": "c",
        "low_memory": False,
    }
    if dialect.quote:
        options["quotechar"] = dialect.quote
    if tuple(int(part) for part in pd.__version__.split(".")[:2]) < ROUND_TRIP_IS_DEFAULT:
        options["float_precision"] = "round_trip"
    return options


def _count_rows(text: bytes, dialect: Dialect) -> int | None:
    """Return the number of rows where all have the same fields: the text without all else is then a pattern."""
    delimiter, quote = dialect.delimiter.encode(), dialect.quote.encode()
    if quote and quote in text:
        marks = _outside_quotes(text, ord(delimiter), ord(quote))
    else:
        marks = text.translate(None, bytes(set(range(256)) - set(delimiter + b"\n")))
    if marks is None or len(marks) % dialect.fields:
        return None
    count = len(marks) // dialect.fields
    return count if marks == (delimiter * (dialect.fields - 1) + b"\n") * count else None


def _outside_quotes(text: bytes, delimiter: int, quote: int) -> bytes | None:
    """Return the delimiters and line ends outside of quotes; None where a quote is not at the edge of a cell."""
    data = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(data == quote)
    if quotes.size % 2:
        return None
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, data[opening - 1], NEWLINE)
    after = data[closing + 1]  # the text ends in a newline
    doubled = np.zeros(opening.size, dtype=bool)
    doubled[1:] = opening[1:] == closing[:-1] + 1
    starts = (before == delimiter) | (before == NEWLINE) | doubled
    ends = (after == delimiter) | (after == NEWLINE) | (after == quote)
    if not (starts.all() and ends.all()):
        return None
    marks = data[(data == quote) | (data == delimiter) | (data == NEWLINE)]
    outside = np.cumsum(marks == quote) % 2 == 0
    return bytes(marks[outside & (marks != quote)])


def _squeeze(text: bytes) -> bytes:
    """Return the text with runs of blanks and tabs as one blank, and none at either end of a line."""
    data = np.frombuffer(text.replace(b"\t", b" "), dtype=np.uint8)
    blank = data == ord(WHITESPACE)
    data = data[~(blank & np.concatenate(([True], (blank | (data == NEWLINE))[:-1])))]
    return bytes(data[~((data == ord(WHITESPACE)) & np.concatenate((data[1:] == NEWLINE, [True])))])
