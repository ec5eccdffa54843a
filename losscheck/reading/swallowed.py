"""Rows within quotes: a quote opened in one row and closed in a later one hides the rows between, and is sound CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import np
from losscheck.reading.number import is_missing, parse_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Positions = NDArray[np.int64]


class Swallowed:
    """Recognises a row in the text of a quoted cell: as many cells as rows have, with numbers where numbers must be."""

    def __init__(self, delimiter: str, fields: int, numbers: Sequence[int], decimal: str) -> None:
        """Take rows of so many `fields`, with numbers in the columns at the places `numbers`."""
        self.delimiter = delimiter
        self.fields = fields
        self.numbers = tuple(numbers)
        self.decimal = decimal

    def find(self, cell: str) -> str | None:
        """Return the first line within a cell that is a row, None where there is none."""
        if not self.numbers or self.fields < 2:
            return None
        for line in cell.split("\n")[1:]:
            parts = line.split(self.delimiter)
            if len(parts) != self.fields:
                continue
            values = [parse_number(parts[index], self.decimal) for index in self.numbers]
            if all(value is not None for value in values) and not all(is_missing(parts[i]) for i in self.numbers):
                return line
        return None

    def is_in(self, text: bytes, opening: Positions, closing: Positions) -> bool:
        """Tell whether a row is in one of the quoted cells, which begin and end at these positions of the text."""
        breaks = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n"))
        broken = np.flatnonzero(np.searchsorted(breaks, opening) < np.searchsorted(breaks, closing))
        for start, end in zip(opening[broken].tolist(), closing[broken].tolist(), strict=True):
            if self.find(text[start + 1 : end].decode("utf-8", "replace")) is not None:
                return True
        return False
