"""The report in each format. Every renderer of texts translates one document; none of them decides what is said."""

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


def render_markdown(report: Report, verbosity: Verbosity = Verbosity.NORMAL) -> str:
    """Return the report as GitHub's Markdown, for job summaries and comments."""
    from losscheck.render.document import build_document
    from losscheck.render.markdown import write_markdown

    return write_markdown(build_document(report, verbosity))


def render_html(report: Report, verbosity: Verbosity = Verbosity.NORMAL) -> str:
    """Return the whole report as one page without any reference to the network, whatever the verbosity."""
    from losscheck.render.document import build_document, name_report
    from losscheck.render.page import write_page

    return write_page(build_document(report, Verbosity.VERBOSE), name_report(report), report.version)


def render_fragment(report: Report) -> str:
    """Return what `render_html` does, as a part of another page: what a notebook shows."""
    from losscheck.render.document import build_document
    from losscheck.render.page import write_fragment

    return write_fragment(build_document(report, Verbosity.VERBOSE), report.version)


def render_junit(report: Report, verbosity: Verbosity = Verbosity.NORMAL) -> str:
    """Return the checks as JUnit XML, a test case each, whatever the verbosity."""
    from losscheck.render.junit import write_junit

    return write_junit(report)


def render_annotations(report: Report, verbosity: Verbosity = Verbosity.NORMAL) -> str:
    """Return what needs attention as annotations of GitHub, the worst first, whatever the verbosity."""
    from losscheck.render.annotations import write_annotations

    return write_annotations(report)


RENDERERS: Mapping[str, Callable[[Report, Verbosity], str]] = {
    "text": render_text,
    "json": render_json,
    "markdown": render_markdown,
    "html": render_html,
    "junit": render_junit,
    "github": render_annotations,
}
ENDINGS: Mapping[str, str] = {
    ".txt": "text",
    ".json": "json",
    ".md": "markdown",
    ".html": "html",
    ".xml": "junit",
}
"""File endings of `--output`, and the format that each stands for."""

__all__ = ["ENDINGS", "RENDERERS", "Verbosity", "render_fragment", "render_json", "render_text"]
