"""Titles above a table: lines that are no part of it, and no rows of another table either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from losscheck.reading.header import is_number, is_numeric
from losscheck.reading.number import is_missing
from losscheck.reading.records import DELIMITERS, QUOTES, Records, find_decimal, take_records
from losscheck.reading.spelling import WHITESPACE

MOST_TITLE_LINES = 20
TABLE_SHARE = 0.9
"""Of the lines below a title that must have the fields of the header."""


def count_title_lines(lines: Sequence[str], declared: str | None) -> int:
    """Return how many lines are a title above the table."""
    for delimiter in [declared] if declared else [mark for mark in DELIMITERS if mark != WHITESPACE]:
        records, ends, _ = take_records(lines, delimiter, QUOTES[0])
        if len({len(record) for record in records}) > 1:
            decimal, _ = find_decimal(records, delimiter, QUOTES[0])
            if title := find_title(records, decimal):
                return ends[title - 1]
    return _count_lines_of_prose(lines) if declared in (None, WHITESPACE) else 0


def _count_lines_of_prose(lines: Sequence[str]) -> int:
    """Return how many lines are a title above a table between blanks, as which words would look themselves.

    A blank line must set it apart, and nothing but blanks may separate the names below.
    """
    for start in range(1, min(len(lines), MOST_TITLE_LINES + 1)):
        line = lines[start]
        if lines[start - 1].strip() or any(mark in line for mark in DELIMITERS if mark != WHITESPACE):
            continue
        records, _, _ = take_records(lines[start:], WHITESPACE, QUOTES[0])
        decimal, _ = find_decimal(records, WHITESPACE, QUOTES[0])
        fields = len(records[0]) if line.strip() and records else 0
        if fields < 2 or any(map(is_missing, records[0])) or not is_table(records, decimal):
            continue
        if is_prose(lines[:start], fields, decimal):
            return start
    return 0


def find_title(records: Records, decimal: str) -> int:
    """Return how many records are a title above the table, and no part of it; 0 where that is not plain.

    A title has other numbers of fields than the table, and no number; a header of words stands below it, and numbers
    below that. So neither a row nor the rows of another table are taken for one.
    """
    modal = Counter(map(len, records)).most_common(1)[0][0] if records else 0
    first = next((place for place, record in enumerate(records) if len(record) == modal), 0)
    if modal < 2 or not 0 < first <= MOST_TITLE_LINES:
        return 0
    if any(is_number(cell, decimal) for record in records[:first] for cell in record):
        return 0
    return first if is_table(records[first:], decimal) else 0


def is_table(records: Records, decimal: str) -> bool:
    """Tell whether a header of words stands above rows of as many cells, with a column of numbers."""
    header, rows = records[0], records[1:]
    if sum(not cell.strip() for cell in header) > 1 or any(is_number(cell, decimal) for cell in header):
        return False
    if sum(len(row) == len(header) for row in rows) < TABLE_SHARE * len(rows):
        return False
    return any(is_numeric(rows, index, decimal) for index in range(len(header)))


def is_prose(lines: Sequence[str], fields: int, decimal: str) -> bool:
    """Tell whether lines above a table of so many fields, split at blanks, are words and no rows of any table.

    Numbers may stand among as many words (Results of run 3), if no two lines have the same number of fields: those
    might be the rows of another table.
    """
    split = [line.split() for line in lines if line.strip()]
    numbers = [sum(is_number(cell, decimal) for cell in cells) for cells in split]
    if any(numbers) and len({len(cells) for cells in split}) < len(split):
        return False
    return all(
        len(cells) != fields and not is_number(cells[0], decimal) and 2 * count <= len(cells)
        for cells, count in zip(split, numbers, strict=True)
    )
