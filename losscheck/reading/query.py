"""The query of a summary as text, and what it gave elsewhere."""

from __future__ import annotations

import csv
import io

from losscheck.reading.columns import Roles
from losscheck.reading.database import first_line
from losscheck.reading.formats import Format
from losscheck.reading.source import open_source
from losscheck.reading.spelling import Spelling
from losscheck.results import Columns, InputError
from losscheck.summary import Summary
from losscheck.summary.folding import Center
from losscheck.summary.query import summary_query
from losscheck.summary.result import summary_of_result


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
        raise InputError(f"--dialect {dialect}: {first_line(error)}") from None


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
