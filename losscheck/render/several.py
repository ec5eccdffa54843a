"""Several reports, one for each prediction of the same targets, in each format; a single one is what it always was."""

from __future__ import annotations

from collections.abc import Sequence

from losscheck.render import RENDERERS, Verbosity
from losscheck.render.blocks import Block, Document, Heading, Row, Span, Table
from losscheck.render.figures import escape, quote_name
from losscheck.results import SCHEMA_VERSION, Report


def render_reports(reports: Sequence[Report], format: str, verbosity: Verbosity) -> str:
    """Return the reports in one of the formats of `RENDERERS`."""
    if len(reports) == 1:
        return RENDERERS[format](reports[0], verbosity)
    match format:
        case "json":
            from losscheck.render.as_json import write_plain

            tool = reports[0].to_dict()["tool"]
            plain = [report.to_dict() for report in reports]
            return write_plain({"schema_version": SCHEMA_VERSION, "tool": tool, "reports": plain})
        case "junit":
            from losscheck.render.junit import write_junit

            return write_junit(*reports)
        case "markdown":
            from losscheck.render.markdown import write_markdown

            return write_markdown(build_documents(reports, verbosity))
        case "html":
            from losscheck.render.page import write_page

            title = f"{len(reports)} predictions · losscheck"
            return write_page(build_documents(reports, Verbosity.VERBOSE), title, reports[0].version)
        case "text":
            from losscheck.render.terminal import write_document

            return write_document(build_documents(reports, verbosity))
        case _:
            from losscheck.render.annotations import write_annotations

            return "".join(write_annotations(report, f"Prediction {_name(report)}") for report in reports)


def build_documents(reports: Sequence[Report], verbosity: Verbosity) -> Document:
    """Return one document: that of each report below the name of its prediction, and the verdicts side by side."""
    from losscheck.render.document import build_document

    if len(reports) == 1:
        return build_document(reports[0], verbosity)
    blocks: list[Block] = []
    for report in reports:
        blocks.append(Heading(f"Prediction {_name(report)}"))
        blocks += build_document(report, verbosity).blocks
    return Document((*blocks, *_summarise(reports)), verbosity)


def _summarise(reports: Sequence[Report]) -> tuple[Block, ...]:
    rows = tuple(
        Row((Span(_name(report)), report.verdict.status.value, escape(report.verdict.loss or ""), _count(report)))
        for report in reports
    )
    return Heading(f"All {len(reports)} predictions"), Table(rows, ("prediction", "verdict", "loss", "checks"))


def _name(report: Report) -> str:
    return quote_name(report.input.columns.prediction or "")


def _count(report: Report) -> str:
    failing = sum(report.stops(check) for check in report.checks)
    return f"{failing} fail the gate" if failing else "none fails the gate"
