"""How many digits the outputs were written with, read from the raw text: what rounding alone can explain."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable

from losscheck.reading.dialect import Dialect, split_records
from losscheck.sample import Digits

FIRST_BYTES, LATER_BYTES = 64 * 1024, 8 * 1024
"""What is looked at of the first block and of each later one: a writer's format is the same all over a file."""
ENOUGH_DIGITS = 17
"""Significant digits that give a float64 exactly: nothing later can be more precise."""
FLOAT16, FLOAT32, FLOAT64 = 2.0**-10, 2.0**-23, 2.0**-52
"""Machine epsilons: the distance from 1 to the next number."""
FLOAT16_DIGITS, FLOAT32_DIGITS = 5, 9
"""Significant digits that give every number of the type exactly (IEEE 754: 1 + ⌈p log10 2⌉ for p bits)."""

_PARTS = re.compile(r"[+-]?(\d*)[.,]?(\d*)(?:e([+-]?\d+))?", re.ASCII | re.IGNORECASE)


class DigitCount:
    """Counts the digits of some columns, block by block."""

    def __init__(self, columns: Collection[int]) -> None:
        """Look at the columns with these indexes."""
        self.columns = tuple(columns)
        self.decimals = 0
        self.significant = 0
        self._later = False

    def look(self, text: bytes, dialect: Dialect, codec: str) -> None:
        """Count the digits in the first rows of a block of whole rows."""
        size = LATER_BYTES if self._later else FIRST_BYTES
        self._later = True
        if self.significant >= ENOUGH_DIGITS:
            return
        end = text.find(b"\n", min(size, len(text) - 1))
        lines = text[: end + 1].decode(codec, "replace").split("\n")
        cells: set[str] = set()
        try:
            for record, _, _ in split_records(lines, dialect.delimiter, dialect.quote):
                if len(record) == dialect.fields:
                    cells.update(record[column] for column in self.columns)
        except csv.Error:
            pass  # a quote that goes on in the next line; faults are reported when the rows are read
        self._count(cells)

    def _count(self, cells: Iterable[str]) -> None:
        for cell in cells:
            decimals, significant = count_digits(cell)
            self.decimals = max(self.decimals, decimals)
            self.significant = max(self.significant, significant)

    def result(self) -> Digits:
        """Return what was found; the type is that of the fewest bits for which so many digits make sense."""
        if self.significant <= FLOAT16_DIGITS:
            epsilon = FLOAT16
        else:
            epsilon = FLOAT32 if self.significant <= FLOAT32_DIGITS else FLOAT64
        return Digits(epsilon, self.decimals, self.significant)


def count_digits(cell: str) -> tuple[int, int]:
    """Return the decimals and the significant digits of a number as it is written; zeros at the end were written, too.

    >>> [count_digits(cell) for cell in ("0.1230", "12.5", "1e-05", "1.50E-3", "0.0000", "7", "nan")]
    [(4, 4), (1, 3), (5, 1), (5, 3), (4, 0), (0, 1), (0, 0)]
    """
    parts = _PARTS.fullmatch(cell.strip())
    if parts is None:
        return 0, 0
    whole, fraction, exponent = parts.groups()
    digits = (whole + fraction).lstrip("0")
    return max(0, len(fraction) - int(exponent or 0)), len(digits)
