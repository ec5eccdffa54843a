"""Columns that stand in the names of directories, day=2024-12-31/part-0.parquet, as Hive and Spark write partitions."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from losscheck.numeric.lazy import np
from losscheck.reading.column import Column, list_columns
from losscheck.reading.columns import Roles
from losscheck.reading.dialect import Dialect
from losscheck.reading.digits import DigitCount
from losscheck.reading.names import compose
from losscheck.reading.tables import Table
from losscheck.reading.text import BadRow, Rows, Wanted, cell_parser
from losscheck.results import InputError

MISSING = "__HIVE_DEFAULT_PARTITION__"
"""What Hive and Spark write for a missing value."""


def find_partitions(path: str | os.PathLike[str]) -> dict[str, str]:
    """Return what the directories of a file say, by their keys.

    >>> find_partitions("preds/day=2024-12-31/model=a%2Fb/part-0.parquet")
    {'day': '2024-12-31', 'model': 'a/b'}
    """
    pairs = (part.partition("=") for part in Path(path).parts[:-1])
    return {unquote(key): "" if value == MISSING else unquote(value) for key, mark, value in pairs if key and mark}


def add_partitions(table: Table, partitions: Mapping[str, Mapping[str, str]], roles: Roles, file: str) -> Table:
    """Return a table with those keys of its directories as columns that the user has named and the file does not have.

    What nobody has named is no column: directories say how files are kept, and not what is in them.
    """
    chosen = [getattr(roles, field.name) for field in fields(roles)]
    names = {compose(name) for one in chosen if one is not None for name in ((one,) if isinstance(one, str) else one)}
    own = {compose(column.name) for column in table.columns}
    keys = [key for key in partitions.get(file, {}) if compose(key) in names - own and table.headed]
    if not keys:
        return table
    known = {key: tuple(dict.fromkeys(each[key] for each in partitions.values() if key in each)) for key in keys}
    return PartitionedTable(table, {key: partitions[file][key] for key in keys}, known, file)


@dataclass(frozen=True)
class PartitionedTable:
    """A table with a further column, behind its own, for each key of its directories; `known` are all their values."""

    table: Table
    values: Mapping[str, str]
    known: Mapping[str, tuple[str, ...]]
    file: str

    @property
    def headed(self) -> bool:
        """True: the keys are names."""
        return True

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the file, and those of its directories: what all files say of these decides what they are."""
        own = self.table.columns
        added = (list_columns(_describe(key, self.known[key]))[0] for key in self.values)
        return (*own, *(replace(column, index=len(own) + place) for place, column in enumerate(added)))

    def describe(self) -> dict[str, Any]:
        """Return how the file was read."""
        return {**self.table.describe(), "partitions": ", ".join(self.values)}

    def read(self, wanted: Sequence[Wanted], drop_bad_rows: bool, digits: DigitCount) -> Iterator[Rows]:
        """Yield the rows with what their directories say; `InputError` for a value that cannot be what it must be."""
        own = len(self.table.columns)
        real = [column for column in wanted if column.index < own]
        if not real:
            raise InputError(f"{self.file}: only names of directories are chosen. Name a column of the file, too.")
        added = {place: self._parse(column) for place, column in enumerate(wanted) if column.index >= own}
        for rows in self.table.read(real, drop_bad_rows, digits):
            table = np.empty((len(rows.row), len(wanted)), order="F")
            given = iter(rows.table.T)
            for place in range(len(wanted)):
                table[:, place] = added[place] if place in added else next(given)
            yield replace(rows, table=table)

    def _parse(self, column: Wanted) -> float:
        value = self.values[column.name]
        try:
            return cell_parser(column, _describe(column.name, (value,)))(value)
        except BadRow:
            raise InputError(
                f"{self.file}: its directory is {column.name}={value}, and '{value}' is not {column.kind.value}. "
                f"Choose another column."
            ) from None


def _describe(key: str, values: Sequence[str]) -> Dialect:
    """Return values as they would stand in a file of text."""
    return Dialect(",", '"', ".", (key,), 1, 0, 1, 0, tuple((value,) for value in values))
