"""The command line: options → diagnose → renderer → exit code."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from errno import ENOSPC
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand

import losscheck
from losscheck import reading_options as reads
from losscheck.cli_options import (
    AgainstOption,
    AlphaOption,
    ColorOption,
    ConfigOption,
    DebugOption,
    EstimandOption,
    ExactOption,
    FailOnOption,
    FilesArgument,
    FitBaselineOption,
    Format,
    FormatOption,
    GroupOption,
    IgnoreOption,
    InconclusiveOption,
    LossOption,
    MinEfficiencyOption,
    OnBadRow,
    OnBadRowOption,
    OrderOption,
    OrdinalOption,
    OutputOption,
    OutputsOption,
    PredictionOption,
    PredictionsFrom,
    PredictionsFromOption,
    QuietOption,
    ResidualOption,
    SeedOption,
    SelectOption,
    StageOption,
    TableOption,
    TargetOption,
    TaskChoice,
    TaskOption,
    VerboseOption,
    WeightOption,
    one_or_more,
    only_column,
    shown,
)
from losscheck.comparing import compare_command
from losscheck.configuration import UsageError, configure, plain_message
from losscheck.gate import FailOn, open_gate
from losscheck.output import Color, Progress, check_output, drop_output, print_document, print_text, write_files
from losscheck.render import ENDINGS, Verbosity
from losscheck.render.figures import escape
from losscheck.render.several import build_documents, render_reports
from losscheck.results import InputError, Report
from losscheck.several import check_each, list_inputs
from losscheck.summaries import merge_command, sql_command, summarize_command

HELP_NAMES = ["-h", "--help"]
FOUND, BAD_INPUT, INTERNAL, INTERRUPTED = 1, 2, 3, 130

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
            "       losscheck compare BEFORE AFTER [options]\n"
            "       losscheck summarize FILE... -o S.lcs.json\n       losscheck merge S... -o S.lcs.json\n"
            "       losscheck sql [options]\n       losscheck schema"
        )


app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"losscheck {losscheck.__version__}")
        raise typer.Exit()


VersionOption = Annotated[bool, shown("", "Show the version.", "--version", callback=_show_version, is_eager=True)]


@app.command(
    "check",
    cls=CheckCommand,
    epilog=EXAMPLES,
    help="Does your loss match your noise?\n\nReads targets and predictions, says which likelihood the residuals "
    "follow, what the loss in use wastes on them, and which loss to train with.",
)
def check_command(
    context: typer.Context,
    files: FilesArgument,
    target: TargetOption = None,
    prediction: PredictionOption = None,
    residual: ResidualOption = None,
    weight: WeightOption = None,
    order: OrderOption = None,
    group: GroupOption = None,
    loss: LossOption = None,
    min_efficiency: MinEfficiencyOption = 0.8,
    estimand: EstimandOption = "any",
    predictions_from: PredictionsFromOption = PredictionsFrom.UNKNOWN,
    task: TaskOption = TaskChoice.AUTO,
    outputs: OutputsOption = "auto",
    stage: StageOption = "train",
    ordinal: OrdinalOption = False,
    seed: SeedOption = 0,
    fit_baseline: FitBaselineOption = False,
    on_bad_row: OnBadRowOption = OnBadRow.ERROR,
    table: TableOption = None,
    delimiter: reads.Delimiter = None,
    decimal: reads.Decimal = None,
    encoding: reads.Encoding = None,
    header: reads.Header = None,
    max_uncompressed: reads.MaxUncompressed = None,
    targets: reads.Targets = None,
    on: reads.On = None,
    exact: ExactOption = False,
    alpha: AlphaOption = 0.05,
    fail_on: FailOnOption = FailOn.FAIL,
    fail_on_inconclusive: InconclusiveOption = False,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    against: AgainstOption = None,
    format: FormatOption = Format.TEXT,
    output: OutputOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    color: ColorOption = Color.AUTO,
    debug: DebugOption = False,
    config: ConfigOption = None,
    version: VersionOption = False,
) -> None:
    """Check the files, write the report, and exit with the gate's code."""
    verbosity = _choose_verbosity(quiet, verbose)
    if verbose and context.obj is not None:
        print(f"losscheck: options from {escape(str(context.obj.path))}", file=sys.stderr)
    gate = open_gate(fail_on, select or (), ignore or (), against, fail_on_inconclusive)
    given = {"residual": residual, "weight": weight, "order": order, "group": group}
    columns = {role: only_column(role, names) for role, names in given.items()}
    inputs = list_inputs(files, targets) if output else []
    for path in output or []:
        check_output(path, inputs)
    with Progress(wanted=not quiet and (verbose or sys.stderr.isatty())) as progress:
        reports = check_each(
            files,
            gate,
            target=one_or_more(target),
            prediction=one_or_more(prediction),
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
            fit_baseline=fit_baseline,
            exact=exact,
            table=table,
            delimiter=delimiter,
            decimal=decimal,
            encoding=encoding,
            header=header,
            max_uncompressed=max_uncompressed,
            targets=targets,
            on=on,
            progress=progress.say,
        )
    reports = tuple(gate.apply(each if context.obj is None else context.obj.note(each)) for each in reports)
    write_files({path: render_reports(reports, ENDINGS[path.suffix.lower()], verbosity) for path in output or []})
    _show(reports, format, verbosity, color)
    raise typer.Exit(FOUND if any(each.failing for each in reports) else 0)


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


app.command("compare")(compare_command)
app.command("summarize")(summarize_command)
app.command("merge")(merge_command)
app.command("sql")(sql_command)


@app.command("schema")
def schema_command(debug: DebugOption = False) -> None:
    """The JSON Schema of the report in JSON."""
    from losscheck.render.as_json import read_schema

    print_text(read_schema(), encoding="utf-8")


def _choose_verbosity(quiet: bool, verbose: bool) -> Verbosity:
    if quiet and verbose:
        raise InputError("-q and -v exclude each other")
    return Verbosity.QUIET if quiet else Verbosity.VERBOSE if verbose else Verbosity.NORMAL


def _show(reports: Sequence[Report], format: Format, verbosity: Verbosity, color: Color) -> None:
    """Write the reports to standard output; only text knows the terminal."""
    if format is Format.TEXT:
        print_document(build_documents(reports, verbosity), color)
    else:
        print_text(render_reports(reports, format.value, verbosity), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code of the contract."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    name, *words = _with_command(given)
    program = "losscheck" if name == "check" else f"losscheck {name}"
    try:
        # The command itself: the group in front of it has no options, and half of the start is Typer reading them.
        command: Any = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
        configuration = None
        if name == "check":
            words, configuration = configure(command, words, Path.cwd())
        context = {"obj": configuration, "help_option_names": HELP_NAMES}
        code = command.main(args=words, prog_name=program, standalone_mode=False, **context)
        sys.exit(code or 0)
    except InputError as error:
        _fail(str(error), BAD_INPUT)
    except UsageError as error:
        _fail(f"{plain_message(error)} (see {program} --help)", BAD_INPUT)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(INTERRUPTED)
    except OSError as error:
        if error.errno != ENOSPC:
            _fail_internally(error, "--debug" in given)
        drop_output()  # help does not go through `print_text`
        _fail(f"cannot write: {error.strerror}. Make room on the disk.", BAD_INPUT)
    except Exception as error:
        _fail_internally(error, "--debug" in given)


def _fail_internally(error: Exception, debug: bool) -> NoReturn:
    if debug:
        traceback.print_exc()
    hint = "" if debug else " (a bug: --debug shows the traceback)"
    _fail(f"internal error: {type(error).__name__}: {error}{hint}", INTERNAL)


def _with_command(arguments: list[str]) -> list[str]:
    """Return the arguments with the command that they leave out."""
    if not arguments:
        return ["check", "--help"]
    commands = {command.name for command in app.registered_commands}
    return arguments if arguments[0] in commands else ["check", *arguments]


def _fail(message: str, code: int) -> NoReturn:
    print(f"losscheck: {escape(message)}", file=sys.stderr)
    sys.exit(code)
