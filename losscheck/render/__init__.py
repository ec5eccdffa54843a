"""The report in each format. Every text renderer translates one document; none of them decides what is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from losscheck.render.blocks import Verbosity
from losscheck.results import Report


def render_text(report: Report, verbosity: Verbosity = Verbosity.NORMAL) -> str:
    """Return the report as plain text of 80 columns."""
    from losscheck.render.document import build_document
    from losscheck.render.terminal import write_document

    return write_document(build_document(report, verbosity))


def render_json(report: Report, verbosity: Verbosity = Verbosity.NORMAL) -> str:
    """Return the whole report as JSON, whatever the verbosity."""
    from losscheck.render.as_json import write_json

    return write_json(report)


RENDERERS: Mapping[str, Callable[[Report, Verbosity], str]] = {"text": render_text, "json": render_json}
ENDINGS: Mapping[str, str] = {".txt": "text", ".json": "json"}
"""File endings of `--output`, and the format that each stands for."""

__all__ = ["ENDINGS", "RENDERERS", "Verbosity", "render_json", "render_text"]
