"""Columns from a stream of text: pandas where a block is plainly a table, cell by cell where it is not."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from losscheck.numeric.lazy import Array, np
from losscheck.reading.ahead import map_ahead
from losscheck.reading.dialect import Dialect
from losscheck.reading.digits import DigitCount
from losscheck.reading.footers import Footers
from losscheck.reading.frame import parse_table
from losscheck.reading.points import Points
from losscheck.reading.records import LONGEST_ROW
from losscheck.reading.source import Source
from losscheck.reading.spelling import WHITESPACE
from losscheck.reading.swallowed import Swallowed
from losscheck.reading.text import Kind, Place, Rows, Wanted, find_swallowed, parse_text
from losscheck.results import InputError

# Importing pandas takes as long as reading 1 to 2 MiB cell by cell; once there, it is faster from some rows on.
IMPORT_PANDAS_FROM = 1024 * 1024
USE_PANDAS_FROM = 16 * 1024
# pandas takes some 50 microseconds for each column of a block, which has to be little beside the numbers in it.
BYTES_A_COLUMN = 128 * 1024
SHORT_BLOCK = 64 * 1024
LARGEST_BLOCK = 32 * 1024 * 1024
NEWLINE = 10


def read_rows(
    source: Source,
    dialect: Dialect,
    wanted: Sequence[Wanted],
    drop_bad_rows: bool = False,
    digits: DigitCount | None = None,
) -> Iterator[Rows]:
    """Yield the wanted columns of `source` in blocks, and show each to `digits`.

    `InputError` for a row or a cell that is wrong.
    """
    line, row, points = dialect.first_line, 1, Points(dialect, wanted)
    texts = _whole_rows(
        source.blocks(dialect.start), dialect.quote, min(dialect.fields * BYTES_A_COLUMN, LARGEST_BLOCK)
    )
    parse = partial(_parse_large, dialect=dialect, wanted=wanted, codec=source.codec, footers=Footers(dialect, wanted))
    blocks = _mark_ends(texts)
    labelled = any(column.labels is not None for column in wanted)  # which are numbered in the order of the rows
    parsed = ((block, parse(block)) for block in blocks) if labelled else map_ahead(parse, blocks)
    try:
        for (text, _, _), (plain, faults) in parsed:
            if plain is not None:
                numbers = np.arange(row, row + plain.count, dtype=np.int64)
                rows = Rows(plain.table, numbers, plain.count, (), plain.lines)
            else:
                place = Place(source.name, source.codec, line, row)
                rows = parse_text(text, dialect, wanted, place, drop_bad_rows, faults)
            points.look(text, source.codec, rows, row, line)
            line += rows.lines
            row += rows.count
            yield rows
            if digits is not None:  # after the rows were taken, which may show that digits are of no interest
                digits.look(text, dialect, source.codec)
        points.finish(source.name)
    except _EndlessRow as error:
        raise InputError(
            f"{source.name}, line {line} begins a row of more than {LONGEST_ROW:,} bytes{error}. "
            f"Write the table with one row per line."
        ) from None


class _EndlessRow(Exception):
    """Says that a row does not end, with a guess at the reason."""


def _whole_rows(blocks: Iterable[bytes], quote: str, size: int) -> Iterator[bytes]:
    """Yield the text cut at ends of rows (the line ends outside of quotes)."""
    rest = b""
    for block in _gather(blocks, size):
        cut = _last_row_end(block, rest.count(quote.encode()) if quote else 0, quote)
        if cut:
            yield b"".join((rest, memoryview(block)[:cut]))
            rest = block[cut:]
        else:
            rest += block
        if len(rest) > LONGEST_ROW:
            opened = bool(quote) and quote.encode() in rest
            raise _EndlessRow(f" (is a quote {quote} opened and never closed?)" if opened else "")
    if rest:
        yield rest + b"\n"


class _Block(NamedTuple):
    """A text of whole rows, and whether it is the first and the last of its file."""

    text: bytes
    first: bool
    last: bool


def _mark_ends(texts: Iterable[bytes]) -> Iterator[_Block]:
    """Yield the blocks, of which the last is known: a short one is put to the one before, so that it has a few rows.

    What cannot be had raises where it stands.
    """
    held, first = b"", True
    try:
        for text in texts:
            if len(text) < SHORT_BLOCK:
                held += text
                continue
            if held:
                yield _Block(held, first, False)
                first = False
            held = text
    except Exception:
        if held:
            yield _Block(held, first, False)
        raise
    if held:
        yield _Block(held, first, True)


def _gather(blocks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the blocks, put together until they are of this size."""
    parts: list[bytes] = []
    for block in blocks:
        parts.append(block)
        if sum(map(len, parts)) >= size:
            yield b"".join(parts)
            parts.clear()
    if parts:
        yield b"".join(parts)


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


@dataclass(frozen=True, eq=False)
class _Plain:
    """A block that was plainly a table: its columns, and how many rows and lines it takes."""

    table: Array
    count: int
    lines: int


def _parse_large(
    block: _Block, dialect: Dialect, wanted: Sequence[Wanted], codec: str, footers: Footers
) -> tuple[_Plain | None, dict[int, str]]:
    """Return the rows of a block that is worth the start of pandas and has no peculiarity, and what is wrong with rows.

    A row that sums up others is wrong, and a peculiarity.
    """
    text = block.text
    faults = footers.find(text, codec, block.first, block.last)
    worthwhile = len(text) >= (USE_PANDAS_FROM if "pandas" in sys.modules else IMPORT_PANDAS_FROM)
    return (_parse_fast(text, dialect, wanted, codec) if worthwhile and not faults else None), faults


def _parse_fast(text: bytes, dialect: Dialect, wanted: Sequence[Wanted], codec: str = "utf-8") -> _Plain | None:
    """Return the rows of a block without any peculiarity; None leaves it to `parse_text`.

    pandas' own check of row lengths is off once columns are chosen (short rows are padded, long ones cut), so
    the delimiters are counted first. Its grammar of numbers is no wider than `parse_number`'s: a test holds it
    to that.
    """
    if b"\0" in text or any(column.kind is Kind.TIME for column in wanted):
        return None
    original = text
    if dialect.delimiter == WHITESPACE:
        text = _squeeze(text)
    swallowed = find_swallowed(dialect, wanted)
    count = _count_rows(text, dialect, swallowed)
    if count is None and b"\n\n" in text:
        text = re.sub(rb"\n\n+", b"\n", text).lstrip(b"\n")
        count = _count_rows(text, dialect, swallowed)
    if count is None:
        return None
    if codec != "utf-8" and any(column.kind is Kind.LABEL for column in wanted):
        text = text.decode(codec, "replace").encode()
    try:
        table = parse_table(text, dialect, wanted, count)
    except ValueError:
        return None
    if table is None:
        return None
    as_they_are = text is original and not (dialect.quote and dialect.quote.encode() in text)
    lines = count if as_they_are else original.count(b"\n")
    return _Plain(table, count, lines)


def _count_rows(text: bytes, dialect: Dialect, swallowed: Swallowed) -> int | None:
    """Return the number of rows where all have the same fields: the text without all else is then a pattern.

    None, too, where a row may be within quotes.
    """
    delimiter, quote = dialect.delimiter.encode(), dialect.quote.encode()
    if quote and quote in text:
        marks = _outside_quotes(text, ord(delimiter), ord(quote), swallowed)
    else:
        marks = text.translate(None, bytes(set(range(256)) - set(delimiter + b"\n")))
    if marks is None or len(marks) % dialect.fields:
        return None
    count = len(marks) // dialect.fields
    return count if marks == (delimiter * (dialect.fields - 1) + b"\n") * count else None


def _outside_quotes(text: bytes, delimiter: int, quote: int, swallowed: Swallowed) -> bytes | None:
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
    if not (starts.all() and ends.all()) or swallowed.is_in(text, opening, closing):
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
