"""The closed choices of the command line's options."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What goes to standard output."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    JUNIT = "junit"
    GITHUB = "github"


class FailOn(StrEnum):
    """The gate: the mildest status that makes the exit code 1."""

    FAIL = "fail"
    WARN = "warn"
    INCONCLUSIVE = "inconclusive"
    NEVER = "never"


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
