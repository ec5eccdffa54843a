"""The report as GitHub's annotations: a workflow command a line, the worst first.

A step shows at most ten annotations of a level, so the tenth says what there is beside the first nine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from losscheck.render.figures import escape, write_list
from losscheck.render.tables import collapse
from losscheck.results import CheckResult, Report, Status

MOST = 10
TOLD = (Status.FAIL, Status.WARN, Status.INCONCLUSIVE, Status.NOTE)
"""The statuses that are told, the worst first."""
LEVELS = {"warning": TOLD[:3], "notice": TOLD[3:]}
"""The levels that GitHub has for them where they do not fail the gate; what does is an error."""


def write_annotations(report: Report) -> str:
    """Return the verdict as a notice, and an annotation for each check that did not pass."""
    lines = [line for level in ("error", "warning") for line in _annotate(report, level, MOST)]
    verdict = report.verdict
    lines.append(_command("notice", f"losscheck: {verdict.status.value}", escape(verdict.headline)))
    lines += _annotate(report, "notice", MOST - 1)
    return "\n".join(lines) + "\n"


def _annotate(report: Report, level: str, most: int) -> Iterator[str]:
    failing = tuple(check for check in report.checks if report.stops(check))
    rest = collapse(replace(report, checks=tuple(check for check in report.checks if check not in failing)))
    chosen = failing if level == "error" else tuple(check for check in rest if check.status in LEVELS[level])
    checks = sorted(chosen, key=lambda check: (TOLD.index(check.status), check.code))
    shown = checks if len(checks) <= most else checks[: most - 1]
    for check in shown:
        yield _command(level, f"{check.code} {check.id}", _describe(check))
    if more := checks[len(shown) :]:
        codes = write_list(tuple(dict.fromkeys(check.code for check in more)))
        yield _command(level, f"{len(more)} more of losscheck", f"{codes}: the report has them")


def _describe(check: CheckResult) -> str:
    inconclusive = "inconclusive: " if check.status is Status.INCONCLUSIVE else ""
    advice = f"\n→ {escape(check.advice)}" if check.advice else ""
    return f"{inconclusive}{escape(check.message)}{advice}"


def _command(level: str, title: str, message: str) -> str:
    return f"::{level} title={_encode(escape(title), ':,')}::{_encode(message)}"


def _encode(text: str, more: str = "") -> str:
    """Return the text with what would end it, or a property, as hexadecimal codes."""
    for char in f"%\r\n{more}":
        text = text.replace(char, f"%{ord(char):02X}")
    return text
