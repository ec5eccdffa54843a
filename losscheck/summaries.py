"""The commands that make summaries and add them up."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from losscheck import reading_options as reads
from losscheck.cli_options import DebugOption, OnBadRow, OnBadRowOption, TableOption, TaskChoice
from losscheck.output import Progress, print_text, write_files
from losscheck.results import InputError

if TYPE_CHECKING:
    from losscheck.summary.folding import Center

Column = str | None
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write; standard output when left out.")
]


def summarize_command(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files of one data set.")],
    output: Output = None,
    target: Annotated[Column, typer.Option("-t", "--target", metavar="COL", help="What was to be predicted.")] = None,
    prediction: Annotated[
        Column, typer.Option("-p", "--prediction", metavar="COL", help="What the model said.")
    ] = None,
    residual: Annotated[Column, typer.Option("--residual", metavar="COL", help="target - prediction.")] = None,
    center: Annotated[
        str | None,
        typer.Option(metavar="R,P", help="Of residuals and predictions; the same for all parts that will be merged."),
    ] = None,
    task: Annotated[
        TaskChoice, typer.Option(metavar="TASK", help="regression, if the targets look like classes and are none.")
    ] = TaskChoice.AUTO,
    on_bad_row: OnBadRowOption = OnBadRow.ERROR,
    table: TableOption = None,
    query_result: Annotated[
        bool, typer.Option("--query-result", help="FILE is a CSV of what the query of `losscheck sql` gave.")
    ] = False,
    delimiter: reads.Delimiter = None,
    decimal: reads.Decimal = None,
    encoding: reads.Encoding = None,
    header: reads.Header = None,
    max_uncompressed: reads.MaxUncompressed = None,
    debug: DebugOption = False,
) -> None:
    """Fold any number of rows into a summary of bounded size, which can be checked like the rows."""
    _require_place(output, files)
    with Progress(wanted=sys.stderr.isatty()) as progress:
        from losscheck.reading import Roles, make_spelling, read_result, read_summary
        from losscheck.summary import write_summary

        roles = Roles(target=target, prediction=prediction, residual=residual)
        about = parse_center(center)
        spelling = make_spelling(delimiter, decimal, encoding, header, max_uncompressed)
        if query_result and len(files) > 1:
            raise InputError("one result of a query at a time: merge the summaries")
        summary = (
            read_result(files[0], roles, about, spelling)
            if query_result
            else read_summary(
                files,
                roles,
                task=task.value,
                drop_bad_rows=on_bad_row is OnBadRow.DROP,
                center=about,
                table=table,
                spelling=spelling,
                progress=progress.say,
            )
        )
        text = write_summary(summary)
    _write(text, output)


def merge_command(
    files: Annotated[list[str], typer.Argument(metavar="SUMMARY...", help="Summaries of parts of one data set.")],
    output: Output = None,
    debug: DebugOption = False,
) -> None:
    """Add summaries up: the result is that of all rows at once."""
    _require_place(output, [])
    from losscheck.reading import read_summaries
    from losscheck.summary import write_summary

    _write(write_summary(read_summaries(files)), output)


def sql_command(
    dialect: Annotated[str, typer.Option(metavar="D", help="bigquery, snowflake, spark, duckdb, postgres, trino …")],
    table: Annotated[str, typer.Option(metavar="T", help="The table, as the query should name it.")],
    target: Annotated[Column, typer.Option("-t", "--target", metavar="COL", help="What was to be predicted.")] = None,
    prediction: Annotated[Column, typer.Option("-p", "--prediction", metavar="COL", help="What was predicted.")] = None,
    residual: Annotated[Column, typer.Option("--residual", metavar="COL", help="target - prediction.")] = None,
    center: Annotated[str | None, typer.Option(metavar="R,P", help="Of residuals and predictions.")] = None,
    debug: DebugOption = False,
) -> None:
    """Print the query that makes a summary, to run where the data is: then summarize --query-result."""
    from losscheck.reading import Roles, write_query

    roles = Roles(target=target, prediction=prediction, residual=residual)
    print_text(write_query(dialect, table, roles, parse_center(center)), encoding="utf-8")


def parse_center(text: str | None) -> Center | None:
    """Return what --center says: a number for the residuals, and one for the predictions."""
    if text is None:
        return None
    from losscheck.summary.folding import Center

    try:
        residual, prediction = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--center is two numbers as in 0,1000 (of residuals, of predictions), not '{text}'") from None
    if not (math.isfinite(residual) and math.isfinite(prediction)):
        raise InputError(f"--center must be finite, it is '{text}'")
    return Center(residual, prediction)


def _require_place(output: Path | None, inputs: list[str]) -> None:
    """Refuse an output that cannot be written, before any work is done."""
    if output is None:
        return
    if not output.parent.is_dir() or output.is_dir():
        raise InputError(f"-o {output}: is a directory, or its directory does not exist")
    from losscheck.reading.paths import list_files

    paths = list_files(inputs).paths if inputs else ()
    if output.exists() and any(Path(file).exists() and output.samefile(file) for file in paths):
        raise InputError(f"-o {output}: would overwrite the input")


def _write(text: str, output: Path | None) -> None:
    if output is None:
        print_text(text, encoding="utf-8")
    else:
        write_files({output: text})
