"""How many digits the outputs were written with, read from the raw text: what rounding alone can explain."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from losscheck.reading.dialect import Dialect
from losscheck.reading.records import split_text
from losscheck.reading.spelling import WHITESPACE
from losscheck.sample import Digits

FIRST_BYTES, LATER_BYTES = 64 * 1024, 8 * 1024
"""What is looked at of the first block and of each later one: a writer's format is the same all over a file.

Small files are looked at as a whole.
"""
SLICES = 16
"""Places in a block that are looked at: a file may be sorted, and begin with 1.0 and 0.0."""
ENOUGH_DIGITS = 17
"""Significant digits that give a float64 exactly: nothing later can be more precise."""
FLOAT16, FLOAT32, FLOAT64 = 2.0**-10, 2.0**-23, 2.0**-52
"""Machine epsilons: the distance from 1 to the next number."""
FLOAT16_DIGITS, FLOAT32_DIGITS = 5, 9
"""Significant digits that give every number of the type exactly (IEEE 754: 1 + ⌈p log10 2⌉ for p bits)."""

_PARTS = re.compile(r"^[ \t]*[+-]?(\d*)[.,]?(\d*)(?:e([+-]?\d+))?[ \t]*$", re.ASCII | re.IGNORECASE | re.MULTILINE)


class DigitCount:
    """Counts the digits of some columns, block by block."""

    def __init__(self, columns: Collection[int]) -> None:
        """Look at the columns with these indexes."""
        self.columns = tuple(columns)
        self.decimals = 0
        self.significant = 0
        self.epsilon: float | None = None
        self._later = False

    def take_type(self, epsilon: float) -> None:
        """Take the machine epsilon of the numbers, where they were not written as text: the coarsest counts."""
        self.epsilon = max(epsilon, self.epsilon or 0.0)

    def look(self, text: bytes, dialect: Dialect, codec: str) -> None:
        """Count the digits of rows from all over a block of whole rows."""
        size = LATER_BYTES if self._later else FIRST_BYTES
        self._later = True
        if self.significant >= ENOUGH_DIGITS or not self.columns:
            return
        sample = _take_slices(text, size)
        content = sample.decode(codec, "replace")
        plain = dialect.delimiter != WHITESPACE and not (dialect.quote and dialect.quote.encode() in sample)
        rows: Iterable[Sequence[str]] = (line.split(dialect.delimiter) for line in content.split("\n"))
        if not plain:
            rows = (row for row, _ in split_text(content, dialect.delimiter, dialect.quote))
        cells: set[str] = set()
        for row in rows:
            if len(row) == dialect.fields:
                cells.update([row[column] for column in self.columns])
        self.decimals, self.significant = count_digits(cells, self.decimals, self.significant)

    def result(self) -> Digits:
        """Return what was found; the type is that of the fewest bits for which so many digits make sense."""
        if self.epsilon is not None:
            return Digits(self.epsilon)
        if self.significant <= FLOAT16_DIGITS:
            epsilon = FLOAT16
        else:
            epsilon = FLOAT32 if self.significant <= FLOAT32_DIGITS else FLOAT64
        return Digits(epsilon, self.decimals, self.significant)


def _take_slices(text: bytes, size: int) -> bytes:
    """Return whole lines of about so many bytes from equally spaced places, all of a small text."""
    if len(text) <= max(size, SLICES):
        return text
    step = len(text) // SLICES
    starts = [text.find(b"\n", place * step) + 1 if place else 0 for place in range(SLICES)]
    ends = [text.find(b"\n", min(start + size // SLICES, len(text) - 1)) + 1 for start in starts]
    return b"".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def count_digits(cells: Iterable[str], decimals: int = 0, significant: int = 0) -> tuple[int, int]:
    """Return the most decimals and the most significant digits of numbers as they are written, or those given.

    Zeros at the end count: they were written, too.

    >>> [count_digits([cell]) for cell in ("0.1230", "12.5", "1e-05", "1.50E-3", "0.0000", "7", "nan")]
    [(4, 4), (1, 3), (5, 1), (5, 3), (4, 0), (0, 1), (0, 0)]
    """
    for whole, fraction, exponent in _PARTS.findall("\n".join(cells)):
        decimals = max(decimals, len(fraction) - int(exponent or 0))
        significant = max(significant, len((whole + fraction).lstrip("0")))
    return decimals, significant
