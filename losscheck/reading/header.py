"""What stands above the rows of a table: lines that are no part of it, the names of the columns, their units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, zip_longest

from losscheck.reading.number import SPACES, is_missing, is_misspelt, parse_number, parse_sample

_UNIT = re.compile(r"\[[^\[\]]*\]|\([^()]*\)")
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_LETTER = re.compile(r"[^\W\d_]|[%°]")

FEWEST_NAMED = 3
"""Rows whose names, not in quotes, show what they are."""

Records = Sequence[Sequence[str]]


def find_comments(lines: Sequence[bytes]) -> tuple[int, str | None]:
    """Count the lines before the table: blank, comments, and Excel's `sep=;` (returned as the delimiter)."""
    declared = None
    for number, line in enumerate(lines):
        stripped = line.strip()
        said = line.strip(b" ")
        if len(said) == 5 and said.lower().startswith(b"sep=") and declared is None:
            declared = chr(said[4])
        elif stripped and not stripped.startswith(b"#"):
            return number, declared
    return len(lines), declared


def is_number(cell: str, decimal: str) -> bool:
    """Tell whether a cell is a number, which a missing one is not."""
    return not is_missing(cell) and parse_number(cell, decimal) is not None


def is_numeric(rows: Records, index: int, decimal: str) -> bool:
    """Tell whether most cells of a column are numbers."""
    cells = [row[index] for row in rows if index < len(row) and not is_missing(row[index])]
    return bool(cells) and 2 * sum(parse_sample(cell, decimal) is not None for cell in cells) > len(cells)


def has_header(records: Records, decimal: str) -> bool:
    """Tell whether the first record names the columns: by text above columns of numbers."""
    first, rows = records[0], records[1:]
    texts = [parse_number(cell, decimal) is None for cell in first]
    if not rows:
        return any(texts)
    numeric = [is_numeric(rows, index, decimal) for index in range(len(first))]
    found = any(text for text, number in zip(texts, numeric, strict=True) if number)
    if not any(numeric):
        found = all(text or is_missing(cell) for text, cell in zip(texts, first, strict=True))
    return found or _is_numbered(first, rows)


def find_doubtful(header: Sequence[str]) -> str | None:
    """Return the first cell of a header that has nothing but misspelt numbers, and may be a row: 1_000,10%."""
    named = [cell.strip() for cell in header if cell.strip()]
    doubtful = bool(named) and all(
        any(char.isdecimal() for char in cell) and parse_number(cell) is None and is_misspelt(cell) for cell in named
    )
    return named[0] if doubtful else None


def _is_numbered(first: Sequence[str], rows: Records) -> bool:
    """Recognise 0, 1, 2 …, the header that pandas gives to columns without names, above fractions."""
    names = list(first[1:] if first[0] == "" else first)
    if not names or names != [str(number) for number in range(len(names))]:
        return False
    return first[0] == "" or (len(rows) > 2 and not _has_whole(rows))


def may_be_numbered(records: Records) -> bool:
    """Tell whether a first record of 0, 1, 2 … may be such a header, or a row: most of a column below are fractions.

    1, 2 … is no header of pandas', and looks like one only above nothing but fractions.
    """
    first, rows = [cell.strip(SPACES) for cell in records[0]], records[1:]
    from_zero = first == [str(number) for number in range(len(first))]
    from_one = len(first) > 1 and first == [str(number) for number in range(1, len(first) + 1)]
    if not rows or not (from_zero or (from_one and not _has_whole(rows))):
        return False
    return any(2 * sum(map(_is_fraction, column)) > len(rows) for column in zip_longest(*rows, fillvalue=""))


def _has_whole(rows: Records) -> bool:
    return any(_WHOLE.fullmatch(cell.strip(SPACES)) for row in rows for cell in row)


def _is_fraction(cell: str) -> bool:
    return not is_missing(cell) and _WHOLE.fullmatch(cell.strip(SPACES)) is None and any(map(str.isdecimal, cell))


def has_row_names(records: Records, quoted: bool, delimiter: str) -> bool:
    """Tell whether the header is one name short because the first column has the names of rows, as R writes them.

    It might as well lack the name of the last column, or every row might have a comma within a number. So the names
    are all different, and they are in quotes (`quoted`), words, or count the rows; where no comma separates cells, they
    may also rise, for rows that were chosen from others.
    """
    first, rows = records[0], records[1:]
    if any(len(row) != len(first) + 1 for row in rows) or not any(row[-1].strip() for row in rows):
        return False
    names = [row[0].strip() for row in rows]
    if "" in names or len(set(names)) < len(names) or len(rows) < (2 if quoted else FEWEST_NAMED):
        return False
    if quoted or not any(parse_number(name) is not None for name in names):
        return True
    if not all(name.isdecimal() for name in names):
        return False
    numbers = [int(name) for name in names]
    steps = {after - before for before, after in pairwise(numbers)}
    return (steps == {1} and numbers[0] in (0, 1)) if delimiter == "," else min(steps) > 0


def has_units(rows: Records, decimal: str) -> bool:
    """Tell whether the first row below the header has units in brackets over every column of numbers: [m], (kg)."""
    if len(rows) < 2:
        return False
    over = [cell.strip() for index, cell in enumerate(rows[0]) if is_numeric(rows[1:], index, decimal)]
    named = [cell for cell in over if not is_missing(cell)]
    return bool(named) and all(
        _UNIT.fullmatch(cell) and _LETTER.search(cell) and not is_number(cell[1:-1], decimal) for cell in named
    )


def name_from_comment(records: Records, modal: int, decimal: str) -> tuple[str, ...] | None:
    """Return the names in a comment right above the data, where numpy's `savetxt` puts them."""
    if not records or len(records[0]) != modal:
        return None
    named = all(parse_number(name, decimal) is None for name in records[0])
    return tuple(name.strip() for name in records[0]) if named else None
