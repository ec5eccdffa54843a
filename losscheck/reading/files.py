"""Files to a `Sample`: one data set in one or more text files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from losscheck.reading.collect import Collector
from losscheck.reading.columns import Column, Roles, find_column, find_columns, list_columns
from losscheck.reading.database import is_address, read_table
from losscheck.reading.dialect import Dialect, probe_dialect
from losscheck.reading.source import STANDARD_INPUT, Source, open_source
from losscheck.reading.table import read_rows
from losscheck.reading.text import Kind, Wanted
from losscheck.results import Columns, InputError, InputFile, InputInfo
from losscheck.sample import Sample
from losscheck.summary import Summary, is_summary, merge_summaries, parse_summary, sample_of
from losscheck.summary.folding import Center

SUMMARIZE_ABOVE = 5_000_000
"""Rows, which take 120 MB: above, only their summary is kept (docs/scale.md)."""
MOST_CENTERS = 4
NOT_IN_SUMMARY = ("weight", "order")
NOT_READ = ("group",)  # resolved and reported, but a sample has no place for its values


def read_sample(
    files: Sequence[str | os.PathLike[str]],
    roles: Roles = Roles(),  # noqa: B008 (frozen)
    *,
    drop_bad_rows: bool = False,
    exact: bool = False,
    table: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Sample:
    """Read targets and predictions from text files, which together are one data set; `-` is standard input.

    Columns are found by `roles` and by name (docs/input.md) in the first file, and matched by name in the others.
    Rows with a missing or infinite value in a used column are left out and counted. `drop_bad_rows` also drops
    and counts rows that cannot be read, which are an error otherwise. More than `SUMMARIZE_ABOVE` rows are folded into
    a summary unless `exact`; summaries are read as files, and so is a `table` behind the address of a database.
    `progress` is told what has been read.
    Raises `InputError`, and nothing else, for anything that is wrong with the input.
    """
    if (address := _only_address(files, table)) is not None:
        return sample_of(read_table(address, table, roles))
    reading = _read(files, _Reading(roles, drop_bad_rows, progress, None if exact else SUMMARIZE_ABOVE))
    if reading.summaries:
        return sample_of(reading.merged())
    if reading.collector.folder is None:
        return reading.sample()
    summary = reading.summary()
    better = None if STANDARD_INPUT in map(str, files) else summary.better_center()
    if better is not None:
        summary = _read_about(better, files, roles, drop_bad_rows, progress)
    return sample_of(summary)


def read_summary(
    files: Sequence[str | os.PathLike[str]],
    roles: Roles = Roles(),  # noqa: B008 (frozen)
    *,
    drop_bad_rows: bool = False,
    center: Center | None = None,
    table: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Summary:
    """Read text files as `read_sample` does, keeping only their summary.

    Without a `center`, the files are read again about a better one where residuals or predictions lie far from 0
    against their spread. Raises `InputError`.
    """
    if (address := _only_address(files, table)) is not None:
        return read_table(address, table, roles, center)
    if center is not None:
        return _read(files, _Reading(roles, drop_bad_rows, progress, 0, center)).summary()
    return _read_about(Center(), files, roles, drop_bad_rows, progress)


def _read_about(
    center: Center,
    files: Sequence[str | os.PathLike[str]],
    roles: Roles,
    drop_bad_rows: bool,
    progress: Callable[[str], None] | None,
) -> Summary:
    """Return the summary about this center or, where that will not do, about a better one."""
    for _ in range(MOST_CENTERS):
        summary = _read(files, _Reading(roles, drop_bad_rows, progress, 0, center)).summary()
        better = summary.better_center()
        if better is None:
            break
        if STANDARD_INPUT in map(str, files):
            raise InputError(
                "the values lie far from 0 against their spread, and standard input cannot be read a second time. "
                f"Give --center {better.residual!r},{better.prediction!r} (of residuals, of predictions), or a file."
            )
        center = better
    return summary


def read_summaries(files: Sequence[str | os.PathLike[str]]) -> Summary:
    """Read files of summaries and add them up; raises `InputError`."""
    reading = _read(files, _Reading(Roles(), False, None, None))
    if not reading.summaries:
        raise InputError(f"{files[0]} is no summary. Make one with: summarize.")
    return reading.merged()


def _only_address(files: Sequence[str | os.PathLike[str]], table: str | None) -> str | None:
    """Return the address of a database, if that is what was given."""
    addresses = [str(path) for path in files if is_address(str(path))]
    if not addresses and table is not None:
        raise InputError(f"--table {table} needs the address of a database, as in duckdb://file.ddb")
    if addresses and len(files) > 1:
        raise InputError("one database at a time: summarize each, and merge the summaries")
    return addresses[0] if addresses else None


def _read(files: Sequence[str | os.PathLike[str]], reading: _Reading) -> _Reading:
    if not files:
        raise InputError("no file is given. Give at least one, or - for standard input.")
    if sum(str(path) == STANDARD_INPUT for path in files) > 1:
        raise InputError("standard input (-) is given twice, and can be read only once.")
    for path in files:
        with open_source(path) as source:
            reading.read(source)
    return reading


class _Reading:
    """The state of reading several files: the columns that the first one settled, and the rows so far."""

    def __init__(
        self,
        roles: Roles,
        drop_bad_rows: bool,
        progress: Callable[[str], None] | None,
        most_rows: int | None,
        center: Center | None = None,
    ) -> None:
        self.roles = roles
        self.most_rows = most_rows
        self.center = center
        self.summaries: list[tuple[str, Summary]] = []
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
        if self._is_summary(source):
            text = b"".join(source.blocks()).decode(source.codec, "replace")
            self.summaries.append((source.name, parse_summary(text, source.name)))
            return
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
        return self.collector.sample(self._info())

    def summary(self) -> Summary:
        """Return the summary of what was read."""
        if self.summaries:
            raise InputError(f"{self.summaries[0][0]} is a summary already. Put summaries together with: merge.")
        return self.collector.summary(self._info())

    def merged(self) -> Summary:
        """Return the sum of the summaries that were read."""
        names = [name for name, _ in self.summaries]
        merged = merge_summaries([summary for _, summary in self.summaries], names)
        for role in (*NOT_IN_SUMMARY, "target", "prediction", "residual"):
            asked, there = getattr(self.roles, role), getattr(merged.info.columns, role, None)
            if asked is not None and asked != there:
                raise InputError(f"{names[0]} is a summary, and holds no {role} '{asked}'. Leave --{role} out.")
        return merged

    def _info(self) -> InputInfo:
        names: dict[str, Any] = {role: column.name for role, column in self.found.items()}
        return InputInfo(tuple(self.files), 0, 0, Columns(**names), self.dialect)

    def _is_summary(self, source: Source) -> bool:
        found = is_summary(source.head)
        if (found and self.files) or (self.summaries and not found):
            first = self.files[0].name if found else self.summaries[0][0]
            one, other = (source.name, first) if found else (first, source.name)
            raise InputError(f"{one} is a summary and {other} is not. Summarize all of them, or none.")
        return found

    def _settle_columns(self, dialect: Dialect, source: Source) -> Mapping[str, Column]:
        self.headed = dialect.header is not None
        self.fields = dialect.fields
        self.found = find_columns(list_columns(dialect), self.roles, self.headed, source.name)
        self.dialect = dialect.describe(source)
        names = {role: column.name for role, column in self.found.items() if role not in NOT_READ}
        kept = [role for role in NOT_IN_SUMMARY if role in names]
        if kept and self.center is not None:
            raise InputError(
                f"a summary keeps no {kept[0]} ('{names[kept[0]]}' in {source.name}). Check the rows themselves, or "
                f"write a file without the column."
            )
        self.collector = Collector(names, None if kept else self.most_rows, self.center)
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
