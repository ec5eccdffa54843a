"""Text that is plainly a table: all rows have the same fields, so pandas may parse it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.reading.dialect import Dialect
from losscheck.reading.frame import parse_table
from losscheck.reading.spelling import WHITESPACE
from losscheck.reading.swallowed import Swallowed
from losscheck.reading.text import Kind, Wanted, find_swallowed

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEWLINE = 10
PIECE = 256 * 1024


@dataclass(frozen=True)
class PlainText:
    """Text for pandas, its rows, and the lines of the file that they take."""

    text: bytes
    count: int
    lines: int


def find_plain(text: bytes, dialect: Dialect, wanted: Sequence[Wanted], codec: str = "utf-8") -> PlainText | None:
    """Return whole rows as text for pandas; None where only `parse_text` can tell what they are.

    pandas' own check of row lengths is off once columns are chosen (short rows are padded, long ones cut), so
    the delimiters are counted first.
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
    as_they_are = text is original and not (dialect.quote and dialect.quote.encode() in text)
    lines = count if as_they_are else original.count(b"\n")
    if codec != "utf-8" and any(column.kind is Kind.LABEL for column in wanted):
        text = text.decode(codec, "replace").encode()
    return PlainText(text, count, lines)


def parse_plain(plain: PlainText, dialect: Dialect, wanted: Sequence[Wanted]) -> Array | None:
    """Return a column per wanted one, None where only `parse_text` can tell what a cell is.

    The grammar of numbers is no wider than `parse_number`'s: a test holds it to that.
    """
    try:
        return parse_table(plain.text, dialect, wanted, plain.count)
    except ValueError:
        return None


def _count_rows(text: bytes, dialect: Dialect, swallowed: Swallowed) -> int | None:
    """Return the number of rows where all have the same fields: the text without all else is then a pattern.

    None, too, where a row may be within quotes.
    """
    delimiter, quote = ord(dialect.delimiter), dialect.quote.encode()
    if quote and quote in text:
        marks = _outside_quotes(text, delimiter, ord(quote), swallowed)
    else:
        marks = _find_marks(np.frombuffer(text, dtype=np.uint8), delimiter)
    if marks is None or len(marks) % dialect.fields:
        return None
    rows = marks.reshape(-1, dialect.fields)
    return len(rows) if (rows[:, :-1] == delimiter).all() and (rows[:, -1] == NEWLINE).all() else None


def _find_marks(data: NDArray[np.uint8], delimiter: int) -> NDArray[np.uint8]:
    """Return the delimiters and line ends, in pieces that stay in the cache.

    Of `bytes`, `translate` takes half the time, but no other thread runs meanwhile, and a reading waits for the parser.
    """
    pieces = (data[start : start + PIECE] for start in range(0, data.size, PIECE))
    return np.concatenate([piece[(piece == delimiter) | (piece == NEWLINE)] for piece in pieces])


def _outside_quotes(text: bytes, delimiter: int, quote: int, swallowed: Swallowed) -> NDArray[np.uint8] | None:
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
    found: NDArray[np.uint8] = marks[outside & (marks != quote)]
    return found


def _squeeze(text: bytes) -> bytes:
    """Return the text with runs of blanks and tabs as one blank, and none at either end of a line."""
    data = np.frombuffer(text.replace(b"\t", b" "), dtype=np.uint8)
    blank = data == ord(WHITESPACE)
    data = data[~(blank & np.concatenate(([True], (blank | (data == NEWLINE))[:-1])))]
    return bytes(data[~((data == ord(WHITESPACE)) & np.concatenate((data[1:] == NEWLINE, [True])))])
