"""The table in a file, whatever its format: columns, and rows in blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from losscheck.reading.column import Column, list_columns
from losscheck.reading.dialect import Dialect, probe_dialect
from losscheck.reading.digits import DigitCount
from losscheck.reading.formats import Format
from losscheck.reading.source import Source
from losscheck.reading.spelling import Spelling
from losscheck.reading.table import read_rows
from losscheck.reading.text import Rows, Wanted


class Table(Protocol):
    """Columns with names (or numbers, where it is not `headed`), and rows."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns with what the first rows say about them."""
        ...

    @property
    def headed(self) -> bool:
        """True where the columns have names."""
        ...

    def describe(self) -> dict[str, Any]:
        """Return how it was read, for the report."""
        ...

    def read(self, wanted: Sequence[Wanted], drop_bad_rows: bool, digits: DigitCount) -> Iterator[Rows]:
        """Yield the wanted columns in blocks, once only, and show each to `digits`; `InputError` at a wrong cell."""
        ...


@dataclass(frozen=True)
class TextTable:
    """A table in lines of text."""

    source: Source
    dialect: Dialect

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns with what the first rows say about them."""
        return list_columns(self.dialect)

    @property
    def headed(self) -> bool:
        """True where there is a header."""
        return self.dialect.header is not None

    def describe(self) -> dict[str, Any]:
        """Return the dialect."""
        return self.dialect.describe(self.source)

    def read(self, wanted: Sequence[Wanted], drop_bad_rows: bool, digits: DigitCount) -> Iterator[Rows]:
        """Yield the rows."""
        return read_rows(self.source, self.dialect, wanted, drop_bad_rows, digits)


def open_table(source: Source, spelling: Spelling, drop_bad_rows: bool = False) -> Table:
    """Return the table of a file; `InputError` where it cannot be read."""
    source.require_content()
    # Each format in a module of its own, imported where there is such a file.
    if source.format is Format.TEXT:
        return TextTable(source, probe_dialect(source, spelling))
    if source.format is Format.JSON_LINES:
        from losscheck.reading.json_lines import open_json_lines

        return open_json_lines(source, drop_bad_rows)
    if source.format in (Format.PARQUET, Format.ARROW):
        from losscheck.reading.arrow_files import open_arrow

        return open_arrow(source, spelling.max_uncompressed)
    from losscheck.reading.numpy_files import open_numpy

    return open_numpy(source, spelling.max_uncompressed)
