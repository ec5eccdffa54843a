"""The report as JSON: the same bytes for the same input. Its schema is shipped beside this module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files

from losscheck.render.figures import RUNNER_COMMAND, is_unprintable
from losscheck.results import Report


def write_json(report: Report) -> str:
    """Return the report of the contract, indented, with a newline at its end."""
    return write_plain(report.to_dict())


def write_plain(plain: Mapping[str, object]) -> str:
    """Return JSON values as text.

    Characters that steer a terminal, and commands to CI logs, are JSON escapes: the same data for any parser.
    """
    text = json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)
    steering = {ord(char): json.dumps(char)[1:-1] for char in set(text) - {"\n"} if is_unprintable(char)}
    return RUNNER_COMMAND.sub(r"\\u0023", text.translate(steering)) + "\n"


def read_schema() -> str:
    """Return the JSON Schema of the report, as it is shipped."""
    return files("losscheck.render").joinpath("schema.json").read_text(encoding="utf-8")
