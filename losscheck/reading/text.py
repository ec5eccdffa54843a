"""Rows from text, cell by cell: the reading that decides, and that knows line and column of an error."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.reading.dialect import DELIMITER_NAMES, ONE_COLUMN, Dialect
from losscheck.reading.labels import Labels
from losscheck.reading.number import advise, parse_number, parse_time, show
from losscheck.reading.records import explain_fault, split_records
from losscheck.reading.spelling import WHITESPACE
from losscheck.reading.swallowed import Swallowed
from losscheck.results import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

OTHER_BLANK = re.compile(r"[^\S \t\v\f\n]")
REPLACED = "\ufffd"  # stands for bytes that are no characters
ENCODING = "Name it with --encoding, or save the file as UTF-8"
DROP_OPTION = "leave such rows out with --on-bad-row drop"


class Kind(Enum):
    """What the cells of a column must be."""

    NUMBER = "a number"
    WEIGHT = "a number that is not negative"
    TIME = "a date as in 2024-12-31 (ISO 8601)"
    LABEL = "a label"  # any text


@dataclass(frozen=True)
class Wanted:
    """A column to read; one of labels is read as their codes in `labels`."""

    index: int
    name: str
    kind: Kind = Kind.NUMBER
    labels: Labels | None = None


@dataclass(frozen=True)
class Rows:
    """Consecutive data rows: a column of `table` per wanted one, the row numbers, and the rows that were dropped.

    `lines` are those of the file that the rows take, `bytes` the length of their text (0: not known).
    """

    table: Array
    row: NDArray[np.int64]
    count: int
    bad: tuple[int, ...] = ()
    lines: int = 0
    bytes: int = 0

    @property
    def columns(self) -> tuple[Array, ...]:
        """The columns one by one."""
        return tuple(self.table.T)


@dataclass(frozen=True)
class Place:
    """Where a block of text begins: its file, and the numbers of its first line and of its first data row."""

    file: str
    codec: str
    line: int
    row: int


def parse_text(
    text: bytes,
    dialect: Dialect,
    wanted: Sequence[Wanted],
    place: Place,
    drop_bad_rows: bool = False,
    faults: Mapping[int, str] = MappingProxyType({}),
) -> Rows:
    """Return the rows in `text`; `InputError` names the first cell or row that is wrong.

    `faults` is what is known to be wrong with rows, by the index of the line where they begin.
    """
    if (nul := text.find(b"\0")) >= 0:
        line = place.line + text.count(b"\n", 0, nul)
        raise InputError(f"{place.file}, line {line} has a NUL byte: the file is damaged. Write it again.")
    parsers = [(cell_parser(column, dialect), column.index) for column in wanted]
    lines = text.decode(place.codec, "replace").split("\n")
    values: list[list[float]] = []
    good: list[int] = []
    bad: list[int] = []
    row, after = place.row, 0
    swallowed = find_swallowed(dialect, wanted)
    try:
        for record, start, after in split_records(lines, dialect.delimiter, dialect.quote):
            try:
                if start in faults:
                    raise BadRow(faults[start])
                _check_length(record, dialect)
                if after - start > 1:
                    _check_lines(record, swallowed, place.line + after - 1)
                values.append([parse(record[index]) for parse, index in parsers])
                good.append(row)
            except BadRow as error:
                if error.never_dropped or not drop_bad_rows:
                    raise InputError(f"{place.file}, line {place.line + start}{error}") from None
                _check_order(record, dialect, f"{place.file}, line {place.line + start}")
                bad.append(row)
            row += 1
    except csv.Error as error:
        line = place.line + after
        raise InputError(f"{place.file}, line {line}: {explain_fault(str(error))}") from None
    table = np.array(values, dtype=np.float64, order="F").reshape((len(values), len(wanted)), order="A")
    return Rows(table, np.array(good, dtype=np.int64), row - place.row, tuple(bad), text.count(b"\n"))


class BadRow(Exception):
    """Says what is wrong with a row, as the words after "FILE, line N"."""

    def __init__(self, message: str, never_dropped: bool = False) -> None:
        """Say the message; `never_dropped` is an error whatever --on-bad-row says."""
        super().__init__(message)
        self.never_dropped = never_dropped


def _check_length(record: Sequence[str], dialect: Dialect) -> None:
    if len(record) == dialect.fields:
        return
    expected = "the header has" if dialect.header else "the rows above have"
    reason = ""
    if len(record) == dialect.fields + 1 and not record[-1].strip():
        reason = " (the line ends in a delimiter)"
    elif dialect.delimiter != ONE_COLUMN and len(record) > dialect.fields:
        name = DELIMITER_NAMES.get(dialect.delimiter) or show(dialect.delimiter)
        row_names = ", and give row names a header" if len(record) == dialect.fields + 1 and dialect.header else ""
        reason = f" (the delimiter is {name}; quote cells that contain it{row_names})"
    if dialect.delimiter == WHITESPACE and (odd := OTHER_BLANK.search(" ".join(record))):
        reason = f" (the blank U+{ord(odd[0]):04X} separates no cells: write plain blanks)"
    fields = "1 field" if len(record) == 1 else f"{len(record)} fields"
    raise BadRow(f" has {fields}, but {expected} {dialect.fields}{reason}. Fix the line, or {DROP_OPTION}.")


def _check_order(record: Sequence[str], dialect: Dialect, where: str) -> None:
    """Refuse a row that is the header in another order: to drop it would be to read the rows below wrongly."""
    names = [cell.strip() for cell in record]
    if dialect.header is not None and names != list(dialect.header) and sorted(names) == sorted(dialect.header):
        raise InputError(
            f"{where} is the header again, with the columns in another order. Give the parts as files of their own."
        )


def find_swallowed(dialect: Dialect, wanted: Sequence[Wanted]) -> Swallowed:
    """Return what recognises a row within quotes."""
    numbers = [column.index for column in wanted if column.kind in (Kind.NUMBER, Kind.WEIGHT)]
    return Swallowed(dialect.delimiter, dialect.fields, numbers, dialect.decimal)


def _check_lines(record: Sequence[str], swallowed: Swallowed, last: int) -> None:
    """Refuse a record over several lines that has a row in one of its cells, even if bad rows are to be dropped."""
    for cell in record:
        if (line := swallowed.find(cell)) is not None:
            raise BadRow(
                f" begins a row that ends in line {last}: a quote is opened in the one and closed in the other, and "
                f"{show(line)} between them looks like a row of its own. Close the quote in its line, or double it.",
                never_dropped=True,
            )


def cell_parser(column: Wanted, dialect: Dialect) -> Callable[[str], float]:
    """Return what makes the value of a cell of this column, and raises `BadRow` where it is none."""
    decimal = dialect.decimal
    if (labels := column.labels) is not None:

        def parse_label(cell: str) -> float:
            # labels that were different words would be the same with their characters replaced
            if REPLACED in cell:
                raise BadRow(f", column '{column.name}': {show(cell)} has characters of another encoding. {ENCODING}.")
            return labels.code(cell)

        return parse_label

    def parse(cell: str) -> float:
        value = parse_time(cell) if column.kind is Kind.TIME else parse_number(cell, decimal)
        if value is None:
            raise BadRow(_explain_cell(cell, column, dialect))
        if column.kind is Kind.WEIGHT and value < 0:
            raise BadRow(
                f", column '{column.name}': the weight {show(cell.strip())} is negative. Weights must be 0 or more.",
                never_dropped=True,
            )
        return value

    return parse


def _explain_cell(cell: str, column: Wanted, dialect: Dialect) -> str:
    what = Kind.NUMBER if column.kind is Kind.WEIGHT else column.kind
    advice = "Fix the cell" if column.kind is Kind.TIME else advise(cell)
    if dialect.header and cell.strip() == column.name:
        advice = "The header is repeated here: remove it, or give the parts as files of their own"
    return f", column '{column.name}': {show(cell)} is not {what.value}. {advice}, or {DROP_OPTION}."
