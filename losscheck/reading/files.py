"""Files to a `Sample`: one data set in one or more text files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from losscheck.reading.collect import Collector
from losscheck.reading.columns import Column, Roles, find_column, find_columns, list_columns
from losscheck.reading.dialect import Dialect, probe_dialect
from losscheck.reading.source import STANDARD_INPUT, Source, open_source
from losscheck.reading.table import read_rows
from losscheck.reading.text import Kind, Wanted
from losscheck.results import Columns, InputError, InputFile, InputInfo
from losscheck.sample import Sample

NOT_READ = ("group",)  # resolved and reported, but a sample has no place for its values


def read_sample(
    files: Sequence[str | os.PathLike[str]],
    roles: Roles = Roles(),  # noqa: B008 (frozen)
    *,
    drop_bad_rows: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Sample:
    """Read targets and predictions from text files, which together are one data set; `-` is standard input.

    Columns are found by `roles` and by name (docs/input.md) in the first file, and matched by name in the others.
    Rows with a missing or infinite value in a used column are left out and counted. `drop_bad_rows` also drops
    and counts rows that cannot be read, which are an error otherwise. `progress` is told what has been read.
    Raises `InputError`, and nothing else, for anything that is wrong with the input.
    """
    if not files:
        raise InputError("no file is given. Give at least one, or - for standard input.")
    if sum(str(path) == STANDARD_INPUT for path in files) > 1:
        raise InputError("standard input (-) is given twice, and can be read only once.")
    reading = _Reading(roles, drop_bad_rows, progress)
    for path in files:
        with open_source(path) as source:
            reading.read(source)
    return reading.sample()


class _Reading:
    """The state of reading several files: the columns that the first one settled, and the rows so far."""

    def __init__(self, roles: Roles, drop_bad_rows: bool, progress: Callable[[str], None] | None) -> None:
        self.roles = roles
        self.drop_bad_rows = drop_bad_rows
        self.progress = progress
        self.files: list[InputFile] = []
        self.dialect: dict[str, Any] = {}
        self.headed = True
        self.fields = 0
        self.found: Mapping[str, Column] = {}
        self.collector = Collector({})

    def read(self, source: Source) -> None:
        """Read one file to its end."""
        dialect = probe_dialect(source)
        found = self._match_columns(dialect, source) if self.files else self._settle_columns(dialect, source)
        wanted = [Wanted(c.index, c.name, _kind(role, c)) for role, c in found.items() if role not in NOT_READ]
        names = [role for role in found if role not in NOT_READ]
        rows = 0
        for block in read_rows(source, dialect, wanted, self.drop_bad_rows):
            self.collector.add(dict(zip(names, block.columns, strict=True)), block.row, block.bad)
            rows += block.count
            if self.progress:
                self.progress(f"{source.name}: {rows:,} rows")
        self.files.append(source.summary(rows))

    def sample(self) -> Sample:
        """Return what was read."""
        names: dict[str, Any] = {role: column.name for role, column in self.found.items()}
        columns = Columns(**names)
        return self.collector.sample(InputInfo(tuple(self.files), 0, 0, columns, self.dialect))

    def _settle_columns(self, dialect: Dialect, source: Source) -> Mapping[str, Column]:
        self.headed = dialect.header is not None
        self.fields = dialect.fields
        self.found = find_columns(list_columns(dialect), self.roles, self.headed, source.name)
        self.dialect = dialect.describe(source)
        names = {role: column.name for role, column in self.found.items() if role not in NOT_READ}
        self.collector = Collector(names)
        return self.found

    def _match_columns(self, dialect: Dialect, source: Source) -> Mapping[str, Column]:
        """Find the first file's columns in a later one: by name, or by number where there is no header."""
        first = self.files[0].name
        if self.headed != (dialect.header is not None):
            with_header, without = (first, source.name) if self.headed else (source.name, first)
            raise InputError(f"{with_header} has a header and {without} has none. Files of one data set must agree.")
        if not self.headed and dialect.fields != self.fields:
            raise InputError(
                f"{source.name} has {dialect.fields} columns and {first} has {self.fields}. "
                f"Files of one data set must agree."
            )
        columns = list_columns(dialect)
        described = dialect.describe(source)
        if described != self.dialect:
            self.dialect.setdefault("others", {})[source.name] = described
        try:
            return {role: find_column(columns, c.name, self.headed, source.name) for role, c in self.found.items()}
        except InputError as error:
            raise InputError(f"{error} The columns must be those of {first}.") from None


def _kind(role: str, column: Column) -> Kind:
    if role == "order" and not column.numeric:
        return Kind.TIME
    return Kind.WEIGHT if role == "weight" else Kind.NUMBER
