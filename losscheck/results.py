"""What a run produces: closed choices as enums, everything else as frozen dataclasses.

Imports no sibling but the numbers behind the plots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum, StrEnum
from math import isfinite
from typing import Any

from losscheck.plots import Histogram, Plots, QuantileStrip, Reliability

SCHEMA_VERSION = "1"
JSON_DIGITS = 12


class InputError(Exception):
    """Says what is wrong with the input or the options: the file, line, column and value, and what to do."""

    def __str__(self) -> str:
        """Return the message on one line: what a name or a cell brings along that is not printable is escaped."""
        text = super().__str__()
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class Status(StrEnum):
    """How a check ended; `severity` orders them for the gate."""

    PASS = "pass"
    NOTE = "note"
    WARN = "warn"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    SKIP = "skip"


class VerdictStatus(StrEnum):
    """What to do about the loss."""

    KEEP = "keep"
    SWITCH = "switch"
    UNDECIDED = "undecided"
    FIX_FIRST = "fix-first"
    INVALID = "invalid"


class TaskKind(StrEnum):
    """What the targets are."""

    REGRESSION = "regression"
    COUNT = "count"
    BINARY = "binary"
    MULTICLASS = "multiclass"
    MULTILABEL = "multilabel"
    SOFT = "soft"
    TARGETS = "targets"


class Need(StrEnum):
    """A column that a check or a family cannot do without."""

    PREDICTION = "prediction"
    TARGET = "target"
    ORDER = "order"
    ROWS = "rows"  # the rows one by one
    LABELS = "labels"  # one true class a row
    PROBABILITIES = "probabilities"  # outputs that are, or could be made, probabilities of classes


@dataclass(frozen=True)
class Estimate:
    """A number with its interval (95 % unless `--alpha` says otherwise)."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Parameter:
    """A fitted parameter and its standard error (None at a boundary, or where the fit is not regular)."""

    value: float
    se: float | None = None


@dataclass(frozen=True)
class Effect:
    """The size behind a test: what is measured, its interval, and the margin it is held against."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    margin: float | None = None


@dataclass(frozen=True)
class CheckResult:
    """One check on one sample. `rows` are 1-based data rows of their file, the worst first."""

    id: str
    code: str
    title: str
    status: Status
    message: str
    advice: str = ""
    statistic: float | None = None
    p_value: float | None = None
    effect: Effect | None = None
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Fit:
    """One family fitted by maximum likelihood; likelihoods are in nats, on the scale of the target.

    `score` is what fits are ranked by: held-out nats per row, or half of AIC per row where there is no such figure.
    """

    family: str
    loss: str
    parameters: Mapping[str, Parameter]
    nll_per_row: float
    heldout_nll_per_row: Parameter | None
    aic: float
    bic: float
    weight: float | None = None
    note: str = field(default="", metadata={"json": False})
    score: float = field(default=0.0, metadata={"json": False})


@dataclass(frozen=True)
class Likelihood:
    """The explanation of the recommended loss, in words and formulas, with the fitted numbers."""

    assumption: str
    density: str
    negative_log_likelihood: str
    loss: str


@dataclass(frozen=True)
class Code:
    """Code to paste, a framework each; None where the framework is not covered."""

    numpy: str | None = None
    pytorch: str | None = None
    keras: str | None = None
    jax: str | None = None
    sklearn: str | None = None
    xgboost: str | None = None
    lightgbm: str | None = None
    catboost: str | None = None


@dataclass(frozen=True)
class Verdict:
    """The recommendation, how sure it is, and the rule and facts behind it."""

    status: VerdictStatus
    loss: str | None
    family: str | None
    parameters: Mapping[str, Estimate]
    current_loss: str | None
    headline: str
    confidence: float | None
    tied: tuple[str, ...]
    rule: str
    because: tuple[str, ...]
    needs_rows: int | None
    efficiency: Mapping[str, Estimate]
    estimand: str
    per_estimand: Mapping[str, str]
    likelihood: Likelihood | None
    code: Code
    efficiency_method: str = field(default="", metadata={"json": False})


@dataclass(frozen=True)
class InputFile:
    """One file that was read; `name` is its last path component, never the whole path."""

    name: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True)
class Columns:
    """The column names that were used, by role."""

    target: str | None = None
    targets: tuple[str, ...] | None = field(default=None, metadata={"json": "if given"})
    prediction: str | None = None
    predictions: tuple[str, ...] | None = field(default=None, metadata={"json": "if given"})
    residual: str | None = None
    weight: str | None = None
    group: str | None = None
    order: str | None = None


@dataclass(frozen=True)
class InputInfo:
    """Where the rows came from and how many were used."""

    files: tuple[InputFile, ...]
    rows: int
    rows_used: int
    columns: Columns
    dialect: Mapping[str, Any] | None = None
    precision: str = "float64"
    summarized: bool = False
    summary: Mapping[str, Any] | None = field(default=None, metadata={"json": "if given"})


@dataclass(frozen=True)
class Task:
    """What kind of target this is, and why it was taken for that."""

    kind: TaskKind
    why: str


@dataclass(frozen=True)
class Group:
    """The verdict on one segment of the rows; `judged` is the check that places it among the segments."""

    name: str
    rows: int
    verdict: Verdict
    judged: CheckResult = field(metadata={"json": False})


@dataclass(frozen=True)
class Report:
    """Everything that a run found; `to_dict()` is the JSON of the contract.

    `failing` are the ids of the checks that make the exit code 1, None where no gate was asked: those that failed.
    `caveats` are those of the `notes` without which the verdict would be misread: quiet output has them, too.
    """

    version: str
    input: InputInfo
    task: Task
    verdict: Verdict
    fits: tuple[Fit, ...]
    checks: tuple[CheckResult, ...]
    groups: tuple[Group, ...] = ()
    notes: tuple[str, ...] = field(default=(), metadata={"json": False})
    caveats: tuple[str, ...] = field(default=(), metadata={"json": False})
    histogram: Histogram | None = field(default=None, metadata={"json": False})
    quantiles: QuantileStrip | None = field(default=None, metadata={"json": False})
    reliability: Reliability | None = field(default=None, metadata={"json": False})
    derivation: str = field(default="", metadata={"json": False})
    plots: Plots = field(default_factory=Plots, metadata={"json": False})
    failing: tuple[str, ...] | None = field(default=None, metadata={"json": False})

    def __str__(self) -> str:
        """Return the verdict's status and headline; `repr` shows every field."""
        return f"Verdict: {self.verdict.status.value}\n{self.verdict.headline}"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the page of the HTML report, as a part of the notebook's own page."""
        from losscheck.render import render_fragment

        return render_fragment(self)

    @property
    def passed(self) -> bool:
        """True when no check failed: what `--fail-on fail` asks."""
        return all(check.status is not Status.FAIL for check in self.checks)

    def stops(self, check: CheckResult) -> bool:
        """Return whether this check makes the exit code 1."""
        return check.status is Status.FAIL if self.failing is None else check.id in self.failing

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON values: 12 significant digits, NaN and infinities as None."""
        plain: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "tool": {"name": "losscheck", "version": self.version},
        }
        return plain | {
            f.name: to_plain(getattr(self, f.name))
            for f in fields(self)
            if f.name != "version" and f.metadata.get("json", True)
        }


def to_plain(value: Any) -> Any:
    """Return `value` as JSON values: dataclasses as dicts, floats rounded to 12 significant digits."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        shown = {f.name: (getattr(value, f.name), f.metadata.get("json", True)) for f in fields(value)}
        return {n: to_plain(v) for n, (v, json) in shown.items() if json and not (json == "if given" and v is None)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, int):
        return value
    return float(f"{float(value):.{JSON_DIGITS}g}") if isfinite(value) else None
