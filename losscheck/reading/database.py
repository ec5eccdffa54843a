"""A table where it is: its engine counts the summary and only that is fetched, or the rows where they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from losscheck.reading.join import Targets
from losscheck.reading.layout import Layout
from losscheck.reading.need_rows import NOT_IN_SUMMARY
from losscheck.reading.records import SAMPLE_RECORDS
from losscheck.reading.spelling import Spelling
from losscheck.reading.tables import Table
from losscheck.reading.wording import list_texts
from losscheck.results import InputError
from losscheck.summary import Summary
from losscheck.summary.folding import Center, settle_center
from losscheck.summary.query import summary_query
from losscheck.summary.result import summary_of_result

FILES = ("duckdb", "sqlite")
"""Engines whose address is a file, which they make where there is none."""
TABLES = "select table_name from information_schema.tables where table_schema = current_schema()"
NOT_OFFERED = ("OperationNotDefinedError", "UnsupportedOperationError")
"""What Ibis says where an engine lacks a function, as SQLite that of NaN."""
NO_FILES = (":memory:", "md:", "motherduck:")


def is_address(path: str) -> bool:
    """Tell whether this is the address of a database and not a file."""
    return "://" in path


class NotCountedError(InputError):
    """Says that the engine cannot count a summary, though it can give the rows."""


@dataclass(frozen=True)
class EngineTable:
    """A table of a database, as an Ibis expression.

    Neither the address nor anything in it (it may hold a password) is kept or shown.
    """

    engine: str
    table: str
    address: str
    expression: Any

    @property
    def name(self) -> str:
        """What the table is called in messages."""
        return f"table {self.table}"

    @cached_property
    def rows(self) -> Table:
        """The rows, fetched when they are read; `InputError` where there are none, or the engine refuses."""
        from losscheck.reading.arrow_files import make_table

        kinds = self.expression.schema().items()
        readable = [name for name, kind in kinds if not (kind.is_unknown() or kind.is_binary() or kind.is_interval())]
        described = {"engine": self.engine, "table": self.table}
        first = next(
            (batch for batch in self._batches(readable, SAMPLE_RECORDS, SAMPLE_RECORDS) if batch.num_rows), None
        )
        return make_table(self.name, readable, first, self._batches, described, self.explain)

    def is_counted(self, layout: Layout) -> bool:
        """Tell whether the columns are a regression's, and numbers to the engine, so that it can count them."""
        in_rows = layout.has_classes or layout.target_alone or any(role in layout.roles for role in NOT_IN_SUMMARY)
        return not in_rows and not self._find_words(layout)

    def require_numbers(self, layout: Layout) -> None:
        """Raise `InputError` where a column is not one of numbers to the engine."""
        if words := self._find_words(layout):
            raise InputError(f"{self.name}, column '{words}' does not hold numbers. Cast it in a view.")

    def _find_words(self, layout: Layout) -> str:
        kinds = self.expression.schema()
        names = [column.name for group in layout.roles.values() for column in group]
        return next((name for name in names if name not in kinds or not kinds[name].is_numeric()), "")

    def count(self, layout: Layout, center: Center | None = None) -> Summary:
        """Return the summary, counted by the engine; raises InputError, NotCountedError where it cannot count."""
        if center is not None:
            return self._count_about(layout, center)
        return settle_center(partial(self._count_about, layout))

    def _count_about(self, layout: Layout, center: Center) -> Summary:
        columns = layout.describe()
        try:
            query = summary_query(self.expression, columns.target, columns.prediction, columns.residual, center)
            result = query.to_pyarrow()
        except Exception as error:
            if type(error).__name__ in NOT_OFFERED:
                raise NotCountedError(
                    f"{self.engine} does not offer what a summary is counted with ({first_line(error)}). Check the "
                    f"rows themselves, or copy the table to a file and summarize that."
                ) from None
            raise self.explain(error) from None
        dialect = {"engine": self.engine, "table": self.table}
        return summary_of_result(result.to_pydict(), columns, center, dialect, self.name)

    def explain(self, error: Exception) -> InputError:
        """Return what the engine said, without the address."""
        return InputError(f"{self.engine}, {self.name}: {first_line(error).replace(self.address, self.engine)}")

    def _batches(self, names: list[str], at_once: int, limit: int | None = None) -> Iterator[Any]:
        kinds = self.expression.schema()
        chosen = {
            name: self.expression[name].cast("float64") if kinds[name].is_decimal() else self.expression[name]
            for name in names
        }
        try:
            rows = self.expression.select(**chosen)
            yield from _fetch(rows if limit is None else rows.limit(limit), at_once)
        except Exception as error:
            raise self.explain(error) from None


def refuse_spelling(spelling: Spelling, join: Targets | None) -> None:
    """Raise `InputError` for options on how files are written, where there is a table of a database and no file."""
    said = [name for name in ("delimiter", "decimal", "encoding", "header") if getattr(spelling, name) is not None]
    if said and join is None:
        raise InputError(f"--{said[0]} says how files are written, and a table of a database is none. Leave it out.")


def open_database(address: str, table: str | None) -> EngineTable:
    """Return a table behind an Ibis address; raises InputError where there is none, with the tables that there are."""
    engine = address.split("://", 1)[0]
    if table is None:
        raise InputError(f"which table of the {engine} database? Name it with --table.")
    _require_file(engine, address)
    try:
        import ibis
    except ImportError:
        raise InputError(f"{engine} databases are read with Ibis: pip install 'losscheck[ibis]'") from None
    try:
        backend = ibis.connect(address)
    except Exception as error:  # every engine has its own
        raise EngineTable(engine, table, address, None).explain(error) from None
    try:
        return EngineTable(engine, table, address, backend.table(table))
    except Exception as error:
        raise _no_table(EngineTable(engine, table, address, None), backend, error) from None


def _require_file(engine: str, address: str) -> None:
    """Raise `InputError` where the file of a database is not there: the engine would make an empty one."""
    parts = urlparse(address)
    path = parts.netloc + parts.path
    if engine in FILES and path and not path.startswith(NO_FILES) and not Path(path).exists():
        raise InputError(f"{path}: there is no such file.")


def _no_table(asked: EngineTable, backend: Any, error: Exception) -> InputError:
    """Return what is wrong where a table cannot be opened: it is not among those that there are, or what was said."""
    try:
        names = sorted(_list_tables(backend))
    except Exception:
        return asked.explain(error)
    if asked.table in names:
        return asked.explain(error)
    found = f"Its tables are {list_texts(names)}." if names else "It has no tables."
    return InputError(f"{asked.engine} has no table '{asked.table}'. {found}")


def _list_tables(backend: Any) -> list[str]:
    try:
        return list(backend.list_tables())
    except AttributeError:  # Ibis 12 calls what DuckDB 2 no longer has
        return [name for (name,) in backend.raw_sql(TABLES).fetchall()]


def _fetch(rows: Any, at_once: int) -> Iterator[Any]:
    """Yield the rows of an expression in batches of Arrow, at most so many at once."""
    import ibis

    connection = getattr(rows.get_backend(), "con", None)
    if connection is not None and hasattr(
        connection, "to_arrow_reader"
    ):  # DuckDB by itself: Ibis 12 calls what DuckDB 2 no longer has
        yield from connection.sql(str(ibis.to_sql(rows))).to_arrow_reader(at_once)
    else:
        yield from rows.to_pyarrow_batches(chunk_size=at_once)


def first_line(error: Exception) -> str:
    """Return the kind and the first line of an engine's error."""
    return f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0]}"
