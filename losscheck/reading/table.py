"""Columns from a stream of text: pandas where a block is plainly a table, cell by cell where it is not."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from losscheck.numeric.lazy import Array, np
from losscheck.reading.ahead import map_ahead
from losscheck.reading.dialect import Dialect
from losscheck.reading.digits import DigitCount
from losscheck.reading.footers import Footers
from losscheck.reading.plain import PlainText, find_plain, parse_plain
from losscheck.reading.points import Points
from losscheck.reading.records import LONGEST_ROW
from losscheck.reading.source import Source
from losscheck.reading.text import Place, Rows, Wanted, parse_text
from losscheck.results import InputError

# Importing pandas takes as long as reading 1 to 2 MiB cell by cell; once there, it is faster from some rows on.
IMPORT_PANDAS_FROM = 1024 * 1024
USE_PANDAS_FROM = 16 * 1024
# pandas takes some 50 microseconds for each column of a block, which has to be little beside the numbers in it.
BYTES_A_COLUMN = 128 * 1024
SHORT_BLOCK = 64 * 1024
LARGEST_BLOCK = 32 * 1024 * 1024


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
    blocks = _look_at(_mark_ends(texts), dialect, wanted, source.codec)
    labelled = any(column.labels is not None for column in wanted)  # which are numbered in the order of the rows
    parse = partial(_parse, dialect=dialect, wanted=wanted)
    parsed = ((block, parse(block)) for block in blocks) if labelled else map_ahead(parse, blocks)
    try:
        for (text, faults, plain), table in parsed:
            if plain is not None and table is not None:
                numbers = np.arange(row, row + plain.count, dtype=np.int64)
                rows = Rows(table, numbers, plain.count, (), plain.lines, len(text))
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
    """A text of whole rows, what is wrong with some of them by their lines, and the same as text for pandas."""

    text: bytes
    faults: dict[int, str]
    plain: PlainText | None


def _look_at(
    texts: Iterable[tuple[bytes, bool, bool]], dialect: Dialect, wanted: Sequence[Wanted], codec: str
) -> Iterator[_Block]:
    """Yield the blocks; those that are worth the start of pandas and have no peculiarity, as it takes them.

    A row that sums up others is wrong, and a peculiarity. All this is done beside the parsing.
    """
    footers = Footers(dialect, wanted)
    for text, first, last in texts:
        faults = footers.find(text, codec, first, last)
        worthwhile = len(text) >= (USE_PANDAS_FROM if "pandas" in sys.modules else IMPORT_PANDAS_FROM)
        yield _Block(text, faults, find_plain(text, dialect, wanted, codec) if worthwhile and not faults else None)


def _parse(block: _Block, dialect: Dialect, wanted: Sequence[Wanted]) -> Array | None:
    return None if block.plain is None else parse_plain(block.plain, dialect, wanted)


def _mark_ends(texts: Iterable[bytes]) -> Iterator[tuple[bytes, bool, bool]]:
    """Yield the blocks, and whether they are the first and the last: a short one is put to the one before.

    So the last has a few rows. What cannot be had raises where it stands.
    """
    held, first = b"", True
    try:
        for text in texts:
            if len(text) < SHORT_BLOCK:
                held += text
                continue
            if held:
                yield held, first, False
                first = False
            held = text
    except Exception:
        if held:
            yield held, first, False
        raise
    if held:
        yield held, first, True


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
