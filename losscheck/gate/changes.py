"""What became of each check between two reports: worse, better or the same, by the size of the effect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import hypot, inf, isfinite, log

from losscheck.results import CheckResult, Effect, Status

TOLERANCE = 0.1
"""A move of less than this share of the margin, or of the earlier effect where there is none, is none."""
RATIOS = frozenset({"temperature", "cox", "dispersion"})
"""Checks whose effect is best at 1, and as bad at one half as at two."""
HIGHER_IS_WORSE = frozenset({"alignment"})
"""Checks whose effect is an amount of evidence: below 0 it speaks for the good case."""
LOWER_IS_WORSE = frozenset(
    {"advice", "declared_loss", "scale_rank", "baseline", "too_few_rows", "rows_per_class", "hill", "imbalance"}
)
"""Checks whose effect is the better the larger it is: efficiencies, explained shares, numbers of rows, tail indices."""
SEVERITY = {
    Status.SKIP: 0,
    Status.PASS: 0,
    Status.NOTE: 1,
    Status.INCONCLUSIVE: 2,
    Status.WARN: 3,
    Status.FAIL: 4,
}


class Move(StrEnum):
    """What became of a check."""

    WORSE = "worse"
    SAME = "same"
    BETTER = "better"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True)
class Change:
    """One check in two reports; None where a report does not have it."""

    before: CheckResult | None
    after: CheckResult | None
    move: Move

    @property
    def id(self) -> str:
        """The id of the check."""
        return self.shown.id

    @property
    def shown(self) -> CheckResult:
        """The check as it is now, or as it was."""
        found = self.after or self.before
        assert found is not None  # one of them is what the change is of
        return found


def list_changes(before: Iterable[CheckResult], after: Iterable[CheckResult]) -> tuple[Change, ...]:
    """Return what became of every check of either report, in the order of the later one."""
    earlier = {check.id: check for check in before}
    later = {check.id: check for check in after}
    pairs = [(earlier.get(check.id), check) for check in later.values()]
    changes = [Change(was, now, judge_move(was, now)) for was, now in pairs]
    gone = [Change(check, None, Move.GONE) for check in earlier.values() if check.id not in later]
    return (*changes, *gone)


def judge_move(before: CheckResult | None, after: CheckResult) -> Move:
    """Return what became of a check: by its effects where both reports have one, else by its status."""
    if before is None or Status.SKIP in (before.status, after.status):
        return Move.SAME if before is not None and before.status is after.status else Move.NEW
    if before.status is after.status is Status.PASS:
        return Move.SAME
    moved = _moved(before, after)
    if moved is None:
        moved = SEVERITY[after.status] - SEVERITY[before.status]
    return Move.WORSE if moved > 0 else Move.BETTER if moved < 0 else Move.SAME


def _moved(before: CheckResult, after: CheckResult) -> float | None:
    """Return how much worse the effect is, 0 within the tolerance or by chance; None where it is not known.

    Chance is the root of the sum of the squared half widths of both intervals: two standard errors of the difference
    of independent files. A ratio of 0 or less has no distance from 1.
    """
    was, now = before.effect, after.effect
    if was is None or now is None or was.name != now.name or was.value is None or now.value is None:
        return None
    if after.id in RATIOS and min(was.value, now.value) <= 0:
        return None
    worse = _badness(after.id, now.value) - _badness(before.id, was.value)
    scale = now.margin if now.margin else _badness(before.id, was.value)
    chance = hypot(_half_width(after.id, was), _half_width(after.id, now))
    return 0.0 if abs(worse) <= max(TOLERANCE * abs(scale), chance) else worse


def _badness(name: str, value: float) -> float:
    """Return how far an effect is from where it is best."""
    if name in RATIOS:
        return abs(log(value))
    return -value if name in LOWER_IS_WORSE else value if name in HIGHER_IS_WORSE else abs(value)


def _half_width(name: str, effect: Effect) -> float:
    """Return half of the interval; 0 where there is none, for nothing is known of chance then."""
    low, value, high = effect.low, effect.value, effect.high
    if low is None or value is None or high is None:
        return 0.0
    if name in RATIOS:  # an interval that reaches 0 says how far up the ratio may be, on the scale of its logarithm
        return log(high / low) / 2 if low > 0 else log(high / value)
    return (high - low) / 2 if isfinite(high - low) else inf
