"""Which checks a report has, and which of them make the exit code 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from losscheck.gate.changes import Change, Move, list_changes
from losscheck.gate.earlier import Earlier, read_earlier
from losscheck.results import CheckResult, InputError, Report, Status

if TYPE_CHECKING:
    from losscheck.checks.check import Check


class FailOn(StrEnum):
    """The mildest status that makes the exit code 1."""

    FAIL = "fail"
    WARN = "warn"
    INCONCLUSIVE = "inconclusive"
    NEVER = "never"


STOPS = {
    FailOn.FAIL: frozenset({Status.FAIL}),
    FailOn.WARN: frozenset({Status.FAIL, Status.WARN}),
    FailOn.INCONCLUSIVE: frozenset({Status.FAIL, Status.WARN, Status.INCONCLUSIVE}),
    FailOn.NEVER: frozenset[Status](),
}
NAMED = 8
"""Checks that a note names before it counts the rest."""


@dataclass(frozen=True)
class Gate:
    """`stops` are the statuses that count; `select` and `ignore` are beginnings of codes, or ids, in small letters.

    Without `select` all checks are selected. `earlier`: what was as bad there does not count.
    """

    stops: frozenset[Status]
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    earlier: Earlier | None = None

    def apply(self, report: Report) -> Report:
        """Return the report with the selected checks alone, those that fail the gate named, and a note on the rest."""
        checks = tuple(check for check in report.checks if self.selects(check))
        failing = [check for check in checks if check.status in self.stops]
        notes = report.notes
        if left_out := len(report.checks) - len(checks):
            notes = (*notes, f"{left_out} of {len(report.checks)} checks are left out by --select and --ignore.")
        if self.earlier is not None:
            before = tuple(check for check in self.earlier.checks if self.selects(check))
            changes = list_changes(before, checks)
            worse = {change.id for change in changes if change.move in (Move.WORSE, Move.NEW)}
            notes = (*notes, *describe_changes(self.earlier.name, changes, [c for c in failing if c.id not in worse]))
            failing = [check for check in failing if check.id in worse]
        return replace(report, checks=checks, notes=notes, failing=tuple(check.id for check in failing))

    def selects(self, check: CheckResult) -> bool:
        """Return whether a check is shown and counts; of --select and --ignore the longer code wins, then --ignore."""
        chosen = max((len(name) for name in self.select if _matches(name, check)), default=0 if self.select else 1)
        return chosen > max((len(name) for name in self.ignore if _matches(name, check)), default=0)


def open_gate(
    fail_on: FailOn = FailOn.FAIL,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    against: Path | None = None,
    fail_on_inconclusive: bool = False,
) -> Gate:
    """Return the gate that was asked for; raises InputError for a code that no check has, or a report that is none."""
    stops = STOPS[fail_on] | ({Status.INCONCLUSIVE} if fail_on_inconclusive else set())
    earlier = None if against is None else read_earlier(against)
    return Gate(stops, _read_codes("--select", select), _read_codes("--ignore", ignore), earlier)


def describe_changes(name: str, changes: Iterable[Change], excused: Sequence[CheckResult]) -> list[str]:
    """Return what is worse and what is better than in the earlier report, and what is excused by it."""
    moves = {move: [change.shown for change in changes if change.move is move] for move in (Move.WORSE, Move.BETTER)}
    lines = [f"{move.value}: {_name(checks)}" for move, checks in moves.items() if checks]
    if excused:
        lines.append(f"as bad before, so no failure: {_name(excused)}")
    return [f"Against {name}: {'; '.join(lines) if lines else 'nothing is clearly better or worse'}."]


def _name(checks: Sequence[CheckResult]) -> str:
    names = [f"{check.code} {check.id}" for check in checks[:NAMED]]
    return ", ".join(names) + (f" and {len(checks) - NAMED} more" if len(checks) > NAMED else "")


def _matches(name: str, check: CheckResult | Check) -> bool:
    return check.code.lower().startswith(name) or check.id == name


def _read_codes(option: str, given: Sequence[str]) -> tuple[str, ...]:
    names = tuple(part.strip() for text in given for part in text.split(",") if part.strip())
    if names:
        from losscheck.checks import CHECKS  # all of them, which takes a while

        for name in names:
            if not any(_matches(name.lower(), check) for check in CHECKS):
                raise InputError(f"{option} {name}: no check has this code or id{_nearest(name, CHECKS)}")
    return tuple(name.lower() for name in names)


def _nearest(name: str, checks: Sequence[Check]) -> str:
    from difflib import get_close_matches

    codes = {check.code.lower(): check.code for check in checks}
    close = get_close_matches(name.lower(), [*codes, *(check.id for check in checks)], n=3)
    nearest = f"; did you mean {' or '.join(codes.get(each, each) for each in close)}?" if close else ";"
    return f"{nearest} `losscheck explain` lists them"
