"""The table of segments: what each is advised, and how the one loss does there."""

from __future__ import annotations

from losscheck.render.blocks import Block, Heading, Role, Row, Span, Table
from losscheck.render.figures import escape, quote_name, write_number
from losscheck.render.tables import STATUS_ROLES
from losscheck.results import Group, Report, VerdictStatus

SHOWN = 12
"""Segments shown without `-v`, the worst ones."""


def list_groups(report: Report, verbose: bool) -> tuple[Block, ...]:
    """Return the verdicts of the segments, the worst first; nothing where none was asked for."""
    if not report.groups:
        return ()
    shown = report.groups if verbose else report.groups[:SHOWN]
    names = {group.judged.effect.name for group in report.groups if group.judged.effect is not None}
    title = names.pop() if len(names) == 1 else "measured"
    titles = ("segment", "rows", "fits", "verdict", escape(title))
    left_out = len(report.groups) - len(shown)
    caption = "Intervals are widened for the number of segments." + (f" {left_out} more with -v." if left_out else "")
    column = quote_name(report.input.columns.group or "group")
    rows = tuple(_row(group) for group in shown)
    return Heading(f"Segments of {column}, worst first"), Table(rows, titles, frozenset({1}), caption)


def _row(group: Group) -> Row:
    judged, verdict = group.judged, group.verdict
    to = " to" if verdict.status is VerdictStatus.SWITCH else ""
    loss = f"{to} {verdict.loss}" if verdict.loss else ""
    return Row(
        (
            Span(escape(group.name), Role.STRONG),
            f"{group.rows:,}",
            Span(judged.status.value, STATUS_ROLES[judged.status]),
            f"{verdict.status.value}{loss}",
            _measured(group),
        )
    )


def _measured(group: Group) -> str:
    effect = group.judged.effect
    if effect is None or effect.value is None:
        return escape(group.judged.id)
    if effect.low is None or effect.high is None:
        return write_number(effect.value)
    return f"{write_number(effect.value, 2)} [{write_number(effect.low, 2)}, {write_number(effect.high, 2)}]"
