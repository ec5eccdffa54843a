"""A table where it is: the summary is counted by its engine, and only the summary is fetched."""

from __future__ import annotations

import csv
import io
from typing import Any

from losscheck.reading.column import Column
from losscheck.reading.columns import Roles, find_columns
from losscheck.reading.formats import Format
from losscheck.reading.names import normalise
from losscheck.reading.source import open_source
from losscheck.reading.spelling import Spelling
from losscheck.results import Columns, InputError
from losscheck.summary import Summary
from losscheck.summary.folding import Center
from losscheck.summary.query import summary_query
from losscheck.summary.result import summary_of_result

MOST_CENTERS = 4
NOT_IN_SUMMARY = ("weight", "order", "group")


def is_address(path: str) -> bool:
    """Tell whether this is the address of a database and not a file."""
    return "://" in path


def read_table(address: str, table: str | None, roles: Roles, center: Center | None = None) -> Summary:
    """Return the summary of a table behind an Ibis address, counted there; raises InputError.

    Neither the address nor anything in it (it may hold a password) is kept or shown.
    """
    engine = address.split("://", 1)[0]
    if table is None:
        raise InputError(f"which table of the {engine} database? Name it with --table.")
    try:
        import ibis
    except ImportError:
        raise InputError(f"{engine} databases are read with Ibis: pip install 'losscheck[ibis]'") from None
    try:
        rows = ibis.connect(address).table(table)
    except Exception as error:  # every engine has its own
        raise InputError(f"{engine}, table {table}: {_first_line(error).replace(address, engine)}") from None
    columns = _find(rows, table, roles)
    about = center or Center()
    for _ in range(MOST_CENTERS):
        try:
            result = summary_query(rows, columns.target, columns.prediction, columns.residual, about).to_pyarrow()
        except Exception as error:
            raise InputError(f"{engine}, table {table}: {_first_line(error).replace(address, engine)}") from None
        dialect = {"engine": engine, "table": table}
        summary = summary_of_result(result.to_pydict(), columns, about, dialect, table)
        better = None if center is not None else summary.better_center()
        if better is None:
            break
        about = better
    return summary


def write_query(dialect: str, table: str, roles: Roles, center: Center | None = None) -> str:
    """Return the query as text in an engine's dialect of SQL; raises InputError for one that Ibis cannot write."""
    try:
        import ibis
    except ImportError:
        raise InputError("the query is written with Ibis: pip install 'losscheck[ibis]'") from None
    target, prediction = roles.only("target"), roles.only("prediction")
    names = [name for name in (target, prediction, roles.residual) if name is not None]
    if roles.residual is None and len(names) < 2:
        raise InputError("name the columns: -t COL and -p COL, or --residual COL")
    rows = ibis.table(dict.fromkeys(names, "float64"), name=table)
    query = summary_query(rows, target, prediction, roles.residual, center or Center())
    try:
        # Ibis' own name for Spark needs a session; Databricks' SQL is the same here
        return str(ibis.to_sql(query, dialect="databricks" if dialect in ("spark", "pyspark") else dialect)) + "\n"
    except Exception as error:
        raise InputError(f"--dialect {dialect}: {_first_line(error)}") from None


def read_result(
    path: str,
    roles: Roles,
    center: Center | None = None,
    spelling: Spelling = Spelling(),  # noqa: B008 (frozen)
) -> Summary:
    """Return the summary in a CSV file of what the query gave elsewhere; raises InputError."""
    if spelling.decimal is not None or spelling.header is not None:
        raise InputError("the result of a query has a header above whole numbers: leave --decimal and --header out.")
    with open_source(path, spelling) as source:
        if source.format is not Format.TEXT:
            raise InputError(f"{source.name} is a {source.format.value} file. Write the query's result to a CSV file.")
        text = b"".join(source.blocks()).decode(source.codec, "replace")
        lines = list(csv.reader(io.StringIO(text), delimiter=spelling.delimiter or ","))
        header, records = [name.strip().lower() for name in lines[0]], [line for line in lines[1:] if line]
        columns = Columns(target=roles.only("target"), prediction=roles.only("prediction"), residual=roles.residual)
        try:
            numbers = [
                [cell if name == "part" else int(cell) for name, cell in zip(header, line, strict=True)]
                for line in records
            ]
            result = {name: [row[i] for row in numbers] for i, name in enumerate(header)}
            return summary_of_result(result, columns, center or Center(), {"engine": "query"}, source.name)
        except (ValueError, OverflowError) as error:
            raise InputError(f"{source.name} is no result of the query: {error}.") from None


def _find(rows: Any, table: str, roles: Roles) -> Columns:
    kinds = rows.schema().items()
    described = [Column(index, name, normalise(name), kind.is_numeric()) for index, (name, kind) in enumerate(kinds)]
    found = find_columns(described, roles, True, table)
    kept = [role for role in NOT_IN_SUMMARY if role in found]
    if kept:
        raise InputError(
            f"a summary keeps no {kept[0]} ('{found[kept[0]].name}' in {table}). Select the other columns."
        )
    for column in found.values():
        if not column.numeric:
            raise InputError(f"{table}, column '{column.name}' does not hold numbers.")
    return Columns(**{role: column.name for role, column in found.items()})  # type: ignore[arg-type]


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0]}"
