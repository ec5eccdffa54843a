"""The options of the command line, each declared once: its names, its choices and its help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from losscheck.gate import FailOn
from losscheck.output import Color
from losscheck.render import ENDINGS, RENDERERS
from losscheck.render.figures import write_list
from losscheck.results import InputError


class Format(StrEnum):
    """What goes to standard output."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    JUNIT = "junit"
    GITHUB = "github"


class TaskChoice(StrEnum):
    """What the targets are."""

    AUTO = "auto"
    REGRESSION = "regression"
    COUNT = "count"
    BINARY = "binary"
    MULTICLASS = "multiclass"
    MULTILABEL = "multilabel"
    SOFT = "soft"


class PredictionsFrom(StrEnum):
    """Where the predictions come from, and so what the report may claim."""

    UNKNOWN = "unknown"
    HELDOUT = "heldout"
    TRAINING = "training"


class OnBadRow(StrEnum):
    """What a row that cannot be read does."""

    ERROR = "error"
    DROP = "drop"


COLUMNS, NOISE, OUTPUT, GATE = "Columns (detected when left out)", "What is asked", "Output", "Gate"
Name = str | None
Names = list[str] | None


def _column(help: str, *flags: str) -> Any:
    return typer.Option(*flags, metavar="COL", help=help, rich_help_panel=COLUMNS, show_default=False)


def _asked(metavar: str, help: str, *flags: str) -> Any:
    return typer.Option(*flags, metavar=metavar, help=help, rich_help_panel=NOISE)


def shown(metavar: str, help: str, *flags: str, **more: Any) -> Any:
    """Return the declaration of an option of the output."""
    return typer.Option(*flags, metavar=metavar, help=help, rich_help_panel=OUTPUT, **more)


def _gate(metavar: str, help: str, *flags: str) -> Any:
    return typer.Option(*flags, metavar=metavar, help=help, rich_help_panel=GATE)


# The choices stand in the help and not in the metavar, which would leave the help no room in 80 columns.
ColorOption = Annotated[Color, shown("WHEN", "auto, always or never; auto heeds NO_COLOR and FORCE_COLOR.", "--color")]
DebugOption = Annotated[bool, shown("", "Show the traceback of an internal error.", "--debug")]
ConfigOption = Annotated[
    Path | None, shown("FILE", "Options from this TOML file, not from the nearest losscheck.toml.", "--config")
]
FilesArgument = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="Files; several are one data set.", show_default=False)
]

TargetOption = Annotated[Names, _column("What was to be predicted; several for multilabel.", "-t", "--target")]
PredictionOption = Annotated[Names, _column("What the model said; one a class.", "-p", "--prediction")]
ResidualOption = Annotated[Names, _column("target - prediction, instead of the two.", "--residual")]
WeightOption = Annotated[Names, _column("Importance weights of the rows.", "--weight")]
OrderOption = Annotated[Names, _column("Time, or whatever else orders the rows.", "--order")]
GroupOption = Annotated[Names, _column("Segments, each with a verdict of its own.", "--group")]

LossOption = Annotated[Name, _asked("NAME[:p=v,...]", "The loss you train with: is it right?", "--loss")]
MinEfficiencyOption = Annotated[
    float, _asked("NUMBER", "Below this efficiency the loss you train with fails.", "--min-efficiency")
]
EstimandOption = Annotated[
    str, _asked("WHAT", "What predictions must be: any, mean, median or quantile:Q.", "--estimand")
]
PredictionsFromOption = Annotated[
    PredictionsFrom, _asked("WHERE", "unknown, heldout or training rows.", "--predictions-from")
]
TaskOption = Annotated[
    TaskChoice, _asked("TASK", "auto, regression, count, binary, multiclass, multilabel or soft.", "--task")
]
OutputsOption = Annotated[
    str, _asked("WHAT", "Class outputs are: auto, probabilities, logits, log-probabilities, percent.", "--outputs")
]
StageOption = Annotated[str, _asked("STAGE", "train, or init for outputs before training.", "--stage")]
OrdinalOption = Annotated[bool, _asked("", "The classes are ordered.", "--ordinal")]
SeedOption = Annotated[int, _asked("NUMBER", "Seed of redrawn labels and of folds.", "--seed")]
FitBaselineOption = Annotated[
    bool, _asked("", "No predictions but features: fit a quick model, out of fold.", "--fit-baseline")
]
OnBadRowOption = Annotated[OnBadRow, _asked("WHAT", "error or drop, at a row that cannot be read.", "--on-bad-row")]
TableOption = Annotated[Name, _asked("NAME", "Of a database: FILE is its Ibis URL, duckdb://preds.ddb.", "--table")]
ExactOption = Annotated[bool, _asked("", "Keep all rows in memory, however many.", "--exact")]
AlphaOption = Annotated[float, _asked("NUMBER", "Intervals cover 1 - alpha.", "--alpha")]

FormatOption = Annotated[
    Format, shown("FORMAT", f"{write_list(tuple(RENDERERS), 'or')}, to standard output.", "-f", "--format")
]
OutputOption = Annotated[
    list[Path] | None,
    shown("FILE", f"Also write the report here: {write_list(tuple(ENDINGS), 'or')}. Repeatable.", "-o", "--output"),
]
QuietOption = Annotated[bool, shown("", "Only the verdict and what failed.", "-q", "--quiet")]
VerboseOption = Annotated[bool, shown("", "Everything.", "-v", "--verbose")]

FailOnOption = Annotated[
    FailOn, _gate("STATUS", "Exit with 1 from here on: fail, warn, inconclusive or never.", "--fail-on")
]
InconclusiveOption = Annotated[bool, _gate("", "Exit with 1 at inconclusive checks too.", "--fail-on-inconclusive")]
SelectOption = Annotated[Names, _gate("CODES", "Only these checks: LC2, LC204, gpd_tail, ...", "--select")]
IgnoreOption = Annotated[Names, _gate("CODES", "Without these checks.", "--ignore")]
AgainstOption = Annotated[
    Path | None, _gate("REPORT", "Exit with 1 only at what is worse than in this report.json.", "--against")
]


def one_or_more(names: list[str] | None) -> str | tuple[str, ...] | None:
    """Return the column of a role, or its columns."""
    return None if names is None else names[0] if len(names) == 1 else tuple(names)


def only_column(role: str, names: list[str] | None) -> str | None:
    """Return the column of a role; keeping the last of several silently would check another one than was meant."""
    if names is not None and len(names) > 1:
        raise InputError(f"one {role} column at a time for now: {', '.join(repr(name) for name in names)} were given")
    return names[0] if names else None
