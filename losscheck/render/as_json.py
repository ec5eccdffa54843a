"""The report as JSON: the same bytes for the same input."""

from __future__ import annotations

import json

from losscheck.results import Report


def write_json(report: Report) -> str:
    """Return the report of the contract, indented, with a newline at its end."""
    return json.dumps(report.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
