"""The report as JUnit XML: a test case for each check, in the schema that Jenkins and its kin read."""

from __future__ import annotations

from html import escape as escape_markup

from losscheck.render.figures import LINE_COMMAND, escape, write_number
from losscheck.render.tables import write_numbers
from losscheck.results import CheckResult, Report, Status

PACKAGE = "losscheck"


def write_junit(report: Report) -> str:
    """Return one test suite: checks that fail the gate are failures, skipped ones are skipped, the others pass.

    What a passing test case has to say, a warning for instance, is its output. There are no times.
    """
    failures = sum(report.stops(check) for check in report.checks)
    skipped = sum(check.status is Status.SKIP for check in report.checks)
    counts = f'tests="{len(report.checks)}" failures="{failures}" errors="0"'
    name = _text(", ".join(file.name for file in report.input.files) or PACKAGE)
    properties = "".join(
        f'      <property name="{key}" value="{_text(value)}"/>\n' for key, value in _properties(report) if value
    )
    cases = "".join(_case(check, report.stops(check)) for check in report.checks)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="{PACKAGE}" {counts}>\n'
        f'  <testsuite name="{name}" {counts} skipped="{skipped}" time="0">\n'
        f"    <properties>\n{properties}    </properties>\n{cases}  </testsuite>\n</testsuites>\n"
    )


def _properties(report: Report) -> list[tuple[str, str]]:
    verdict = report.verdict
    return [
        ("losscheck.version", report.version),
        ("verdict.status", verdict.status.value),
        ("verdict.loss", verdict.loss or ""),
        ("verdict.current_loss", verdict.current_loss or ""),
        ("verdict.headline", verdict.headline),
        ("verdict.confidence", "" if verdict.confidence is None else write_number(verdict.confidence, 6)),
        ("input.rows", str(report.input.rows)),
        ("input.rows_used", str(report.input.rows_used)),
        ("task.kind", report.task.kind.value),
    ]


def _case(check: CheckResult, stops: bool) -> str:
    opening = f'    <testcase classname="{PACKAGE}.{_text(check.code)}" name="{_text(check.id)}" time="0"'
    if check.status is Status.PASS:
        return f"{opening}/>\n"
    message = _text(check.message)
    if check.status is Status.SKIP:
        return f'{opening}>\n      <skipped message="{message}"/>\n    </testcase>\n'
    if stops:
        return (
            f'{opening}>\n      <failure type="{check.status.value}" message="{message}">'
            f"{_body(check)}</failure>\n    </testcase>\n"
        )
    return f"{opening}>\n      <system-out>{_body(check)}</system-out>\n    </testcase>\n"


def _body(check: CheckResult) -> str:
    """Return what was found, what to do, and the numbers, a line each."""
    rows = f"rows {', '.join(map(str, check.rows))}" if check.rows else ""
    lines = [
        f"{check.status.value}: {check.title}",
        check.message,
        check.advice and f"→ {check.advice}",
        "; ".join(part for part in (*write_numbers(check), rows) if part),
    ]
    return "\n".join(_text(line) for line in lines if line)


def _text(text: str) -> str:
    """Return a text as data of one line: no markup, no characters that XML forbids, no commands to a CI log."""
    return LINE_COMMAND.sub(r"\1&#58;", escape_markup(escape(text)))
