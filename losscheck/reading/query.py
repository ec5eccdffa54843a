"""The query of a summary as text, and what it gave elsewhere."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

from losscheck.reading.columns import Roles
from losscheck.reading.database import first_line
from losscheck.reading.formats import Format
from losscheck.reading.number import show
from losscheck.reading.source import open_source
from losscheck.reading.spelling import Spelling
from losscheck.results import Columns, InputError
from losscheck.summary import Summary
from losscheck.summary.folding import Center
from losscheck.summary.query import COLUMNS, summary_query
from losscheck.summary.result import summary_of_result

WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
FLOAT = re.compile(r"[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
EXACT_BELOW = 2.0**53
LARGEST = 2**63 - 1


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
        columns = Columns(target=roles.only("target"), prediction=roles.only("prediction"), residual=roles.residual)
        result = _parse(text, spelling.delimiter or ",", source.name)
        summary = summary_of_result(result, columns, center or Center(), {"engine": "query"}, source.name)
        return replace(summary, info=replace(summary.info, files=(source.summary(summary.info.rows),)))


def _parse(text: str, delimiter: str, name: str) -> dict[str, list[str] | list[int]]:
    """Return the columns of the result; other ones, as an index that was saved with them, are passed over."""
    lines = csv.reader(io.StringIO(text), delimiter=delimiter)
    header = [cell.strip().lower() for cell in next(lines, [])]
    lacking = [column for column in COLUMNS if header.count(column) != 1]
    if lacking:
        raise InputError(
            f"{name} is no result of the query: it has no column '{lacking[0]}', or several. Its columns must be "
            f"{', '.join(COLUMNS)}."
        )
    places = {column: header.index(column) for column in COLUMNS}
    part, *others = COLUMNS
    parts: list[str] = []
    numbers: dict[str, list[int]] = {column: [] for column in others}
    try:
        for line in lines:
            if not line:
                continue
            if len(line) != len(header):
                raise InputError(
                    f"{name}, line {lines.line_num} has {len(line)} cells and the header {len(header)}. Save the whole "
                    f"result again."
                )
            parts.append(line[places[part]].strip())
            for column in others:
                numbers[column].append(_parse_whole(line[places[column]], f"{name}, line {lines.line_num}", column))
    except csv.Error as error:
        raise InputError(f"{name} is no result of the query: {error}.") from None
    return {part: parts, **numbers}


def _parse_whole(cell: str, where: str, column: str) -> int:
    """Return a whole number, also one that was saved as a float as long as that is exact; `InputError` for others."""
    cell = cell.strip()
    value = float(cell) if FLOAT.fullmatch(cell) else 0.5
    if WHOLE.fullmatch(cell):
        number = int(cell)
    elif not value.is_integer():
        raise InputError(f"{where}, column '{column}': {show(cell)} is no whole number. Save the whole result again.")
    elif abs(value) >= EXACT_BELOW:
        raise InputError(
            f"{where}, column '{column}': {show(cell)} was saved as a float, which is not exact from 2^53 on. Save the "
            f"columns as whole numbers: in pandas, result.astype({{'{column}': 'int64'}})."
        )
    else:
        number = int(value)
    if abs(number) > LARGEST:
        raise InputError(
            f"{where}, column '{column}': {show(cell)} is beyond 64 bits, and no count or sum of the query."
        )
    return number
