"""A table whose columns come as arrays (Parquet, Arrow, NumPy): numbers, labels and dates by the rules of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from losscheck.numeric.lazy import Array, np
from losscheck.reading.column import Column, list_columns
from losscheck.reading.dialect import Dialect
from losscheck.reading.digits import FLOAT16, FLOAT32, FLOAT64, DigitCount
from losscheck.reading.records import SAMPLE_RECORDS
from losscheck.reading.text import BadRow, Kind, Rows, Wanted, cell_parser
from losscheck.results import InputError

EPSILONS = {"float16": FLOAT16, "float32": FLOAT32}
Block = Sequence[Any]
"""Arrays of equal length, one for each column that was asked for."""


@dataclass(frozen=True)
class TypedTable:
    """Columns of arrays: `names` (None: by number), the first rows, and how to get the `blocks` of some columns."""

    file: str
    names: tuple[str, ...] | None
    sample: Block
    blocks: Callable[[Sequence[int]], Iterator[Block]]
    described: Mapping[str, Any]

    @property
    def headed(self) -> bool:
        """True where the columns have names."""
        return self.names is not None

    @cached_property
    def dialect(self) -> Dialect:
        """The first rows as text, and how that text is written."""
        columns = [[write_cell(value) for value in _list(column[:SAMPLE_RECORDS])] for column in self.sample]
        rows = tuple(zip(*columns, strict=True))
        return Dialect(",", '"', ".", self.names, len(self.sample), 0, 1, 0, rows)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns with what the first rows say about them."""
        return list_columns(self.dialect)

    def describe(self) -> dict[str, Any]:
        """Return the format."""
        return dict(self.described)

    def read(self, wanted: Sequence[Wanted], drop_bad_rows: bool, digits: DigitCount) -> Iterator[Rows]:
        """Yield the wanted columns in blocks; `InputError` names the row and column of the first wrong cell."""
        row = 1
        for block in self.blocks([column.index for column in wanted]):
            count = len(block[0])
            table = np.empty((count, len(wanted)), order="F")
            bad: dict[int, str] = {}
            for place, (array, column) in enumerate(zip(block, wanted, strict=True)):
                table[:, place], wrong = self._convert(array, column, row)
                bad = {**wrong, **bad}
                if column.index in digits.columns:
                    digits.take_type(EPSILONS.get(array.dtype.name, FLOAT64))
            if bad and not drop_bad_rows:
                first = min(bad)
                raise InputError(f"{self.file}, row {row + first}{bad[first]}")
            rows = np.arange(row, row + count, dtype=np.int64)
            if bad:
                good = np.ones(count, dtype=bool)
                good[list(bad)] = False
                table, rows = np.asfortranarray(table[good]), rows[good]
            yield Rows(table, rows, count, tuple(row + place for place in sorted(bad)))
            row += count

    def _convert(self, array: Any, column: Wanted, row: int) -> tuple[Array, dict[int, str]]:
        """Return a column as numbers, and what is wrong with the cells that are none, by their places."""
        if array.dtype.kind in "iuf" and column.labels is None and column.kind is not Kind.TIME:
            numbers: Array = array.astype(np.float64)
            if column.kind is Kind.WEIGHT and (negative := np.flatnonzero(numbers < 0)).size:
                self._parse(str(numbers[negative[0]]), column, row + int(negative[0]))
            return numbers, {}
        if array.dtype.kind in "iufb":
            array, inverse = np.unique(array, return_inverse=True)
        else:
            inverse = None
        result = np.empty(len(array))
        known: dict[str, float | str] = {}
        wrong: dict[int, str] = {}
        for place, value in enumerate(_list(array)):
            cell = write_cell(value)
            if cell not in known:
                known[cell] = self._parse(cell, column, row + place)
            found = known[cell]
            if isinstance(found, str):
                wrong[place], found = found, np.nan
            result[place] = found
        if inverse is None:
            return result, wrong
        places = {value: np.flatnonzero(inverse == value) for value in wrong}
        return result[inverse], {int(place): wrong[value] for value in wrong for place in places[value]}

    def _parse(self, cell: str, column: Wanted, row: int) -> float | str:
        """Return the value of a cell, or what is wrong with it."""
        try:
            return cell_parser(column, self.dialect)(cell)
        except BadRow as error:
            if error.never_dropped:
                raise InputError(f"{self.file}, row {row}{error}") from None
            return str(error)


def _list(array: Any) -> list[Any]:
    """Return the values as Python objects; dates as dates, not as the integers that nanoseconds become."""
    if array.dtype.kind == "M":
        array = array.astype("datetime64[us]")
    if array.dtype.kind == "f" and array.dtype.itemsize < 8:
        return [float(str(value)) for value in array]  # 0.1 of a float32 is written as 0.1
    values: list[Any] = array.tolist()
    return values


def write_cell(value: Any) -> str:
    """Return a value as the cell of a text file."""
    if value is None or value != value:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return f"{value:.0f}.0"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
