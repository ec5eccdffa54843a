"""Points that may separate thousands: 1.205 below 236 and 240 is 1205 where 1.2 would have been written 1.2."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.reading.dialect import Dialect
from losscheck.reading.number import SPACES, is_missing, parse_number, show
from losscheck.reading.records import SAMPLE_RECORDS, split_text
from losscheck.reading.text import Kind, Rows, Wanted
from losscheck.results import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Positions = NDArray[np.int64]

_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_WHOLE = re.compile(r"[+-]?(?:0|[1-9]\d{0,2})", re.ASCII)
FIRST_VALUES = 1024
"""Of a block: in most columns one of them settles the question."""
MOST_LOOKED_AT = 128
"""Cells of a block whose text is looked at for a form that was not met yet."""
CHUNK = 32_768
"""Values at a time, which stay in the cache."""
NEWLINE = 10


class _Form(Enum):
    GROUPS = "1.205"
    WHOLE = "236"
    OTHER = "any other number"


@dataclass
class _Watch:
    """What was met in a column so far; `line` is that of the first cell like 1.205, `cell` its text."""

    column: Wanted
    place: int  # among the wanted columns
    line: int = 0
    cell: str = ""
    whole: bool = False
    near: bool = False  # one like 1.205 is among the first rows, perhaps 1.000, which as a number is 1

    def lacks(self, form: _Form) -> bool:
        """Tell whether no cell of this form has been met."""
        return not (self.cell if form is _Form.GROUPS else self.whole)


class Points:
    """Looks for columns in which every number is whole and below 1000, or has a point and three digits behind it.

    Decimals that are written without zeros at their ends have other lengths, too, and those of one length have them in
    every cell. Numbers are looked at, and texts only where numbers leave it open: 1.5 and 1.500 are the same.
    """

    def __init__(self, dialect: Dialect, wanted: Sequence[Wanted]) -> None:
        """Look at the columns of numbers; at none where the decimal mark was said, or is a comma."""
        self.dialect = dialect
        numbers = [(place, c) for place, c in enumerate(wanted) if c.kind in (Kind.NUMBER, Kind.WEIGHT)]
        self.watched = [_Watch(column, place) for place, column in numbers if not dialect.decimal_is_sure]
        for watch in list(self.watched):
            forms = {_form_of(row[watch.column.index]) for row in dialect.sample if len(row) == dialect.fields}
            watch.whole, watch.near = _Form.WHOLE in forms, _Form.GROUPS in forms
            if _Form.OTHER in forms:
                self.watched.remove(watch)

    def look(self, text: bytes, codec: str, rows: Rows, row: int, line: int) -> None:
        """Look at a block of rows whose first has these numbers of data row and of line in the file."""
        if not self.watched:
            return
        cells = _Cells(text, codec, self.dialect, rows, row, line)
        for watch in list(self.watched):
            if self._is_settled(watch, rows.table[:, watch.place], cells):
                self.watched.remove(watch)

    def finish(self, file: str) -> None:
        """Raise `InputError` where it cannot be told what a point is."""
        comma = self.dialect.comma
        for watch in self.watched:
            if watch.cell and (watch.whole or comma):
                reason = "some cells of the column have no point, and all points have three digits behind them"
                if comma:
                    reason = f"{show(comma[1])} in column '{comma[0]}' has a decimal comma"
                raise InputError(
                    f"{file}, line {watch.line}, column '{watch.column.name}': it cannot be told whether "
                    f"{show(watch.cell)} has a decimal point or a thousands separator: {reason}. Write numbers without "
                    f"thousands separators, or say --decimal point."
                )

    def _is_settled(self, watch: _Watch, values: Array, cells: _Cells) -> bool:
        """Tell whether a column has a number of another form, and note those of these forms."""
        if _has_other(values[:FIRST_VALUES]):
            return True
        for form in (_Form.GROUPS, _Form.WHOLE):
            if not watch.lacks(form) or (form is _Form.GROUPS and not cells.have_points):
                continue
            positions = _find_values(values, form is _Form.WHOLE, MOST_LOOKED_AT)
            if form is _Form.GROUPS and watch.near:
                positions, watch.near = list(range(min(len(values), SAMPLE_RECORDS))), False
            for position in positions:
                cell = cells.read(watch.column.index, position)
                found = _form_of(cell)
                if found is _Form.OTHER:
                    return True
                if found is _Form.GROUPS and not watch.cell:
                    watch.cell, watch.line = cell.strip(SPACES), cells.line_of(position)
                watch.whole |= found is _Form.WHOLE
                if not watch.lacks(form):
                    break
        if not watch.cell or not (watch.whole or self.dialect.comma):
            return False
        broken = np.array(_find_values(values, False, len(values)), dtype=np.int64)
        short = broken[np.rint(values[broken] * 1000) % 10 == 0]
        return _has_other(values) or any(
            _form_of(cells.read(watch.column.index, position)) is _Form.OTHER for position in short.tolist()
        )


class _Cells:
    """The texts of the cells of a block, found by the positions of rows in its table."""

    def __init__(self, text: bytes, codec: str, dialect: Dialect, rows: Rows, row: int, line: int) -> None:
        self._text = text
        self._codec = codec
        self._dialect = dialect
        self._rows = rows
        self._row = row
        self._line = line

    @cached_property
    def have_points(self) -> bool:
        """True where there is a point anywhere in the block."""
        return b"." in self._text

    def read(self, column: int, position: int) -> str:
        """Return the cell of a row."""
        record = int(self._rows.row[position]) - self._row
        line = self._text[int(self._starts[record]) : int(self._starts[record + 1])].decode(self._codec, "replace")
        cells, _ = next(split_text(line, self._dialect.delimiter, self._dialect.quote))
        return cells[column]

    def line_of(self, position: int) -> int:
        """Return the line of a row in the file."""
        start = int(self._starts[int(self._rows.row[position]) - self._row])
        return self._line + self._text.count(b"\n", 0, start)

    @cached_property
    def _starts(self) -> Positions:
        """Where each record begins, and the end of the text."""
        ends = np.flatnonzero(np.frombuffer(self._text, dtype=np.uint8) == NEWLINE) + 1
        starts = np.concatenate(([0], ends))
        if self._rows.lines == self._rows.count:
            return starts
        text = self._text.decode(self._codec, "replace")
        lines = [start for _, start in split_text(text, self._dialect.delimiter, self._dialect.quote)]
        chosen: Positions = starts[np.array([*lines, len(ends)])]
        return chosen


def _find_values(values: Array, whole: bool, most: int) -> list[int]:
    """Return the positions of the first finite values that are whole, or are not."""
    found: list[int] = []
    for start in range(0, len(values), CHUNK):
        chunk = values[start : start + CHUNK]
        equal = np.rint(chunk) == chunk
        if not whole:
            if equal.all():
                continue
            equal = ~equal & np.isfinite(chunk)
        elif not equal.any():
            continue
        found += (start + np.flatnonzero(equal)).tolist()
        if len(found) >= most:
            break
    return found[:most]


def _form_of(cell: str) -> _Form | None:
    """Return the form of a number, None where there is none."""
    text = cell.strip(SPACES)
    if _GROUPS.fullmatch(text):
        return _Form.GROUPS
    if _WHOLE.fullmatch(text):
        return _Form.WHOLE
    number = None if is_missing(text) else parse_number(text)
    return _Form.OTHER if number is not None and abs(number) < float("inf") else None


def _has_other(values: Array) -> bool:
    """Tell whether a number can be neither whole and below 1000, nor one of three decimals of at least 1."""
    size = np.abs(values[np.isfinite(values)])
    thousandths = size * 1000
    far = (size >= 1000) | ((size > 0) & (size < 1)) | (np.abs(thousandths - np.rint(thousandths)) > 1e-6)
    return bool(far.any())
