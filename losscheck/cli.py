"""The command line: options → diagnose → renderer → exit code."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand

import losscheck
from losscheck.choices import FailOn, Format, OnBadRow, PredictionsFrom, TaskChoice
from losscheck.output import Color, Progress, check_output, print_document, print_text, write_files
from losscheck.render import ENDINGS, RENDERERS, Verbosity
from losscheck.render.figures import escape, write_list
from losscheck.results import InputError, Report, Status
from losscheck.summaries import merge_command, sql_command, summarize_command

FOUND, BAD_INPUT, INTERNAL, INTERRUPTED = 1, 2, 3, 130

# Typer has its own copy of click in some versions and imports it in others: this class is reached the same in all.
UsageError: Any = typer.BadParameter.__base__


GATES = {
    FailOn.FAIL: {Status.FAIL},
    FailOn.WARN: {Status.FAIL, Status.WARN},
    FailOn.INCONCLUSIVE: {Status.FAIL, Status.WARN, Status.INCONCLUSIVE},
    FailOn.NEVER: set(),
}

EXAMPLES = """[bold]Examples[/bold]

  losscheck residuals.csv

  losscheck val.csv -t y -p yhat --loss huber:delta=1.0

  losscheck val.csv --loss mse -o report.json --fail-on warn

  losscheck val.csv -f markdown -o report.html -o junit.xml

  losscheck explain huber"""


class CheckCommand(TyperCommand):
    """The default command, whose help is also that of the program."""

    def get_usage(self, ctx: Any) -> str:
        """Return the usage of all commands, as a user types them."""
        return (
            "Usage: losscheck FILE... [options]\n       losscheck explain [NAME|CODE]\n"
            "       losscheck summarize FILE... -o S.lcs.json\n       losscheck merge S... -o S.lcs.json\n"
            "       losscheck sql [options]\n       losscheck schema"
        )


app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"losscheck {losscheck.__version__}")
        raise typer.Exit()


COLUMNS, NOISE, OUTPUT = "Columns (detected when left out)", "What is asked", "Output"
Name = str | None
Names = list[str] | None


def _column(help: str, *flags: str) -> Any:
    return typer.Option(*flags, metavar="COL", help=help, rich_help_panel=COLUMNS, show_default=False)


def _asked(metavar: str, help: str, *flags: str) -> Any:
    return typer.Option(*flags, metavar=metavar, help=help, rich_help_panel=NOISE)


def _shown(metavar: str, help: str, *flags: str, **more: Any) -> Any:
    return typer.Option(*flags, metavar=metavar, help=help, rich_help_panel=OUTPUT, **more)


# The choices stand in the help and not in the metavar, which would leave the help no room in 80 columns.
ColorOption = Annotated[Color, _shown("WHEN", "auto, always or never; auto heeds NO_COLOR and FORCE_COLOR.", "--color")]
DebugOption = Annotated[bool, _shown("", "Show the traceback of an internal error.", "--debug")]
FilesArgument = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="CSV files; several are one data set.", show_default=False)
]


@app.command(
    "check",
    cls=CheckCommand,
    epilog=EXAMPLES,
    help="Does your loss match your noise?\n\nReads targets and predictions, says which likelihood the residuals "
    "follow, what the loss in use wastes on them, and which loss to train with.",
)
def check_command(
    files: FilesArgument,
    target: Annotated[Names, _column("What was to be predicted; several for multilabel.", "-t", "--target")] = None,
    prediction: Annotated[Names, _column("What the model said; one a class.", "-p", "--prediction")] = None,
    residual: Annotated[Names, _column("target - prediction, instead of the two.", "--residual")] = None,
    weight: Annotated[Names, _column("Importance weights of the rows.", "--weight")] = None,
    order: Annotated[Names, _column("Time, or whatever else orders the rows.", "--order")] = None,
    loss: Annotated[Name, _asked("NAME[:p=v,...]", "The loss you train with: is it right?", "--loss")] = None,
    min_efficiency: Annotated[
        float, _asked("NUMBER", "Below this efficiency the loss you train with fails.", "--min-efficiency")
    ] = 0.8,
    estimand: Annotated[
        str, _asked("WHAT", "What predictions must be: any, mean, median or quantile:Q.", "--estimand")
    ] = "any",
    predictions_from: Annotated[
        PredictionsFrom, _asked("WHERE", "unknown, heldout or training rows.", "--predictions-from")
    ] = PredictionsFrom.UNKNOWN,
    task: Annotated[
        TaskChoice, _asked("TASK", "auto, regression, binary, multiclass, multilabel or soft.", "--task")
    ] = TaskChoice.AUTO,
    outputs: Annotated[
        str,
        _asked("WHAT", "Class outputs are: auto, probabilities, logits, log-probabilities, percent.", "--outputs"),
    ] = "auto",
    stage: Annotated[str, _asked("STAGE", "train, or init for outputs before training.", "--stage")] = "train",
    ordinal: Annotated[bool, _asked("", "The classes are ordered.", "--ordinal")] = False,
    seed: Annotated[int, _asked("NUMBER", "Seed of the redrawn labels.", "--seed")] = 0,
    on_bad_row: Annotated[
        OnBadRow, _asked("WHAT", "error or drop, at a row that cannot be read.", "--on-bad-row")
    ] = OnBadRow.ERROR,
    table: Annotated[
        str | None, _asked("NAME", "Of a database: FILE is its Ibis URL, duckdb://preds.ddb.", "--table")
    ] = None,
    exact: Annotated[bool, _asked("", "Keep all rows in memory, however many.", "--exact")] = False,
    alpha: Annotated[float, _asked("NUMBER", "Intervals cover 1 - alpha.", "--alpha")] = 0.05,
    format: Annotated[
        Format, _shown("FORMAT", f"{write_list(tuple(RENDERERS), 'or')}, to standard output.", "-f", "--format")
    ] = Format.TEXT,
    output: Annotated[
        list[Path] | None,
        _shown(
            "FILE", f"Also write the report here: {write_list(tuple(ENDINGS), 'or')}. Repeatable.", "-o", "--output"
        ),
    ] = None,
    fail_on: Annotated[
        FailOn, _shown("STATUS", "Exit with 1 from here on: fail, warn, inconclusive or never.", "--fail-on")
    ] = FailOn.FAIL,
    quiet: Annotated[bool, _shown("", "Only the verdict and what failed.", "-q", "--quiet")] = False,
    verbose: Annotated[bool, _shown("", "Everything.", "-v", "--verbose")] = False,
    color: ColorOption = Color.AUTO,
    debug: DebugOption = False,
    version: Annotated[
        bool, _shown("", "Show the version.", "--version", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Check the files, write the report, and exit with the gate's code."""
    verbosity = _choose_verbosity(quiet, verbose)
    given = {"residual": residual, "weight": weight, "order": order}
    columns = {role: _only_column(role, names) for role, names in given.items()}
    for path in output or []:
        check_output(path, files)
    with Progress(wanted=not quiet and (verbose or sys.stderr.isatty())) as progress:
        from losscheck.diagnose import check_file

        report = check_file(
            files,
            target=_columns(target),
            prediction=_columns(prediction),
            **columns,
            task=task.value,
            outputs=outputs,
            stage=stage,
            ordinal=ordinal,
            seed=seed,
            loss=loss,
            estimand=estimand,
            min_efficiency=min_efficiency,
            alpha=alpha,
            predictions_from=predictions_from.value,
            drop_bad_rows=on_bad_row is OnBadRow.DROP,
            exact=exact,
            table=table,
            progress=progress.say,
        )
    write_files({path: RENDERERS[ENDINGS[path.suffix.lower()]](report, verbosity) for path in output or []})
    _show(report, format, verbosity, color)
    raise typer.Exit(FOUND if any(check.status in GATES[fail_on] for check in report.checks) else 0)


@app.command("explain")
def explain_command(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME|CODE]", help="A loss, a family or a check; all when left out.")
    ] = None,
    color: ColorOption = Color.AUTO,
    debug: DebugOption = False,
) -> None:
    """What a loss, a noise family or a check assumes, when it misleads, and where it comes from."""
    from losscheck.explain import explain_text

    print_document(explain_text(name), color)


app.command("summarize")(summarize_command)
app.command("merge")(merge_command)
app.command("sql")(sql_command)


def _columns(names: list[str] | None) -> str | list[str] | None:
    """Return the column of a role, or its columns."""
    return names[0] if names is not None and len(names) == 1 else names


@app.command("schema")
def schema_command(debug: DebugOption = False) -> None:
    """The JSON Schema of the report in JSON."""
    from losscheck.render.as_json import read_schema

    print_text(read_schema(), encoding="utf-8")


def _only_column(role: str, names: list[str] | None) -> str | None:
    """Return the column of a role; keeping the last of several silently would check another one than was meant."""
    if names is not None and len(names) > 1:
        raise InputError(f"one {role} column at a time for now: {', '.join(repr(name) for name in names)} were given")
    return names[0] if names else None


def _choose_verbosity(quiet: bool, verbose: bool) -> Verbosity:
    if quiet and verbose:
        raise InputError("-q and -v exclude each other")
    return Verbosity.QUIET if quiet else Verbosity.VERBOSE if verbose else Verbosity.NORMAL


def _show(report: Report, format: Format, verbosity: Verbosity, color: Color) -> None:
    """Write the report to standard output; only text knows the terminal."""
    if format is Format.TEXT:
        from losscheck.render.document import build_document

        print_document(build_document(report, verbosity), color)
    else:
        print_text(RENDERERS[format.value](report, verbosity), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code of the contract."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = typer.main.get_command(app).main(args=_with_command(given), prog_name="losscheck", standalone_mode=False)
        sys.exit(code or 0)
    except InputError as error:
        _fail(str(error), BAD_INPUT)
    except UsageError as error:
        _fail(f"{_plain(error.format_message())} (see losscheck --help)", BAD_INPUT)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(INTERRUPTED)
    except Exception as error:
        if "--debug" in given:
            traceback.print_exc()
        hint = "" if "--debug" in given else " (a bug: --debug shows the traceback)"
        _fail(f"internal error: {type(error).__name__}: {error}{hint}", INTERNAL)


def _plain(message: str) -> str:
    """Return Typer's message as one line, without its full stop and the words of the validation behind it."""
    return " ".join(message.replace("Value error, ", "").split()).rstrip(".")


def _with_command(arguments: list[str]) -> list[str]:
    """Return the arguments with the command that they leave out."""
    if not arguments:
        return ["check", "--help"]
    commands = {command.name for command in app.registered_commands}
    return arguments if arguments[0] in commands else ["check", *arguments]


def _fail(message: str, code: int) -> NoReturn:
    print(f"losscheck: {escape(message)}", file=sys.stderr)
    sys.exit(code)
