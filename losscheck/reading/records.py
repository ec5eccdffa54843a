"""Lines of text to records: how every delimiter and quote would split them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from losscheck.reading.number import SPACES, parse_sample
from losscheck.reading.spelling import WHITESPACE

DELIMITERS = (",", ";", "\t", "|", WHITESPACE)  # in a tie the first is taken
QUOTES = ('"', "'")
DECIMALS = (".", ",")
SAMPLE_RECORDS = 256
LONGEST_ROW = 16 * 1024 * 1024
NO_LIMIT = 2**31 - 1
"""Characters of a cell, for the csv module, whose own limit is 128 KiB: rows have a limit of their own."""

Records = Sequence[Sequence[str]]


def split_records(lines: Sequence[str], delimiter: str, quote: str) -> Iterator[tuple[list[str], int, int]]:
    """Yield every record that is not blank, the index of its first line and of the line after it.

    `csv.Error` where quotes do not match.
    """
    csv.field_size_limit(NO_LIMIT)
    if delimiter == WHITESPACE:
        # Blanks and tabs alone: a no-break blank is no blank to any reader of such tables, and part of its cell.
        lines = [" ".join(filter(None, line.replace("\t", " ").split(" "))) for line in lines]
    quoting: dict[str, Any] = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE, "quotechar": None}
    reader = csv.reader(
        (line + "\n" for line in lines), delimiter=delimiter, skipinitialspace=True, strict=True, **quoting
    )
    start = 0
    for record in reader:
        # A blank line is no record; an empty cell in quotes is.
        if len(record) > 1 or (record and (record[0] or lines[start].strip(SPACES))):
            yield record, start, reader.line_num
        start = reader.line_num


def split_text(text: str, delimiter: str, quote: str) -> Iterator[tuple[list[str], int]]:
    """Yield the records of a text and the index of the first line of each, as far as its quotes match."""
    with suppress(csv.Error):
        for record, start, _ in split_records(text.split("\n"), delimiter, quote):
            yield record, start


def explain_fault(error: str) -> str:
    """Say in words what the csv module found wrong with a line."""
    if error.startswith("unexpected end"):
        return "a quote is opened and never closed. Close it, or double quotes within a cell."
    if "expected after" in error:
        return "a quoted cell goes on after its closing quote. Double quotes within a quoted cell."
    if "field limit" in error:
        return (
            f"a cell is longer than {LONGEST_ROW:,} characters. Is a quote opened and never closed? Shorten the cell."
        )
    return f"the line cannot be split into cells ({error})."


def take_records(
    lines: Sequence[str], delimiter: str, quote: str
) -> tuple[tuple[tuple[str, ...], ...], tuple[int, ...], str]:
    """Return the first records, the line after each of them, and what stopped the splitting, if anything."""
    records: list[tuple[str, ...]] = []
    ends: list[int] = []
    try:
        for record, _, after in split_records(lines, delimiter, quote):
            ends.append(after)
            records.append(tuple(record))
            if len(records) == SAMPLE_RECORDS:
                break
    except csv.Error as error:
        # The last record may only be cut off; bad quotes elsewhere are reported with their line when it is read.
        return tuple(records), tuple(ends), str(error)
    return tuple(records), tuple(ends), ""


def find_decimal(rows: Sequence[Sequence[str]], delimiter: str, quote: str) -> tuple[str, float]:
    """Return the decimal mark under which most cells are numbers, and their share."""
    cells = [cell for row in rows for cell in row]
    share = {mark: sum(parse_sample(cell, mark) is not None for cell in cells) for mark in DECIMALS}
    decimal = "," if share[","] > share["."] and (delimiter != "," or quote) else "."
    return decimal, share[decimal] / max(1, len(cells))
