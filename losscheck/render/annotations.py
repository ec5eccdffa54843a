"""The report as GitHub's annotations: a workflow command a line, the worst first.

A step shows at most ten annotations of a level, so the tenth says what there is beside the first nine.
"""

from __future__ import annotations

from collections.abc import Iterator

from losscheck.render.figures import escape, write_list
from losscheck.render.tables import collapse
from losscheck.results import CheckResult, Report, Status

MOST = 10
LEVELS = {
    "error": (Status.FAIL,),
    "warning": (Status.WARN, Status.INCONCLUSIVE),
    "notice": (Status.NOTE,),
}
"""The statuses that are told, at the levels that GitHub has."""


def write_annotations(report: Report) -> str:
    """Return the verdict as a notice, and an annotation for each check that did not pass."""
    lines = [line for level in ("error", "warning") for line in _annotate(report, level, MOST)]
    verdict = report.verdict
    lines.append(_command("notice", f"losscheck: {verdict.status.value}", escape(verdict.headline)))
    lines += _annotate(report, "notice", MOST - 1)
    return "\n".join(lines) + "\n"


def _annotate(report: Report, level: str, most: int) -> Iterator[str]:
    statuses = LEVELS[level]
    checks = sorted(
        (check for check in collapse(report) if check.status in statuses),
        key=lambda check: (statuses.index(check.status), check.code),
    )
    shown = checks if len(checks) <= most else checks[: most - 1]
    for check in shown:
        yield _command(level, f"{check.code} {check.id}", _describe(check))
    if rest := checks[len(shown) :]:
        codes = write_list(tuple(dict.fromkeys(check.code for check in rest)))
        yield _command(level, f"{len(rest)} more of losscheck", f"{codes}: the report has them")


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
