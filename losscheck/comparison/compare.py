"""The comparison of two sides, and its texts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import losscheck
from losscheck.comparison.losses import LossChange, compare_losses
from losscheck.comparison.side import Side, require_like
from losscheck.gate.changes import Change, Move, list_changes
from losscheck.render.blocks import Block, Document, Heading, Paragraph, Role, Row, Span, Table, Words
from losscheck.render.figures import escape, quote_name, write_estimate, write_number
from losscheck.results import SCHEMA_VERSION, CheckResult, Estimate, Status, to_plain

MOVE_ROLES = {Move.WORSE: Role.BAD, Move.BETTER: Role.GOOD, Move.NEW: Role.NOTE, Move.GONE: Role.NOTE}
QUIET = (Status.PASS, Status.SKIP)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two sides, what became of every check, and of the losses of every row."""

    before: Side
    after: Side
    changes: tuple[Change, ...]
    losses: tuple[LossChange, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain JSON values."""
        sides = {"before": self.before, "after": self.after}
        return {
            "schema_version": SCHEMA_VERSION,
            "tool": {"name": "losscheck", "version": losscheck.__version__},
            **{role: {"name": side.name, "verdict": _brief(side)} for role, side in sides.items()},
            "efficiency": {
                loss: {"before": to_plain(was), "after": to_plain(now)}
                for loss, (was, now) in _pair_efficiencies(self.before, self.after).items()
            },
            "losses": [to_plain(change) for change in self.losses],
            "checks": [
                {
                    "id": change.id,
                    "code": change.shown.code,
                    "move": change.move.value,
                    "before": _state(change.before),
                    "after": _state(change.after),
                }
                for change in self.changes
            ],
        }

    def stops(self, statuses: Collection[Status]) -> bool:
        """Return whether a check that is worse, or was not there, ended in one of these statuses."""
        moves = (Move.WORSE, Move.NEW)
        return any(c.move in moves and c.after is not None and c.after.status in statuses for c in self.changes)

    def to_document(self) -> Document:
        """Return what changed, in words: the verdicts, efficiencies, losses, and the checks that moved."""
        names = " → ".join(quote_name(side.name) for side in (self.before, self.after))
        return Document(
            (
                Paragraph(Span(f"{names} · {self._count()}", Role.MUTED), hanging=2),
                Heading(self._title(), self._role()),
                *(_say_verdict("before", self.before), _say_verdict("after", self.after)),
                *_list_efficiencies(self.before, self.after),
                *_list_losses(self.losses),
                *_list_moves(self.changes),
            )
        )

    def _title(self) -> str:
        worse = [change for change in self.changes if change.move is Move.WORSE]
        better = [change for change in self.changes if change.move is Move.BETTER]
        if not worse and not better:
            return "Nothing is clearly better or worse"
        parts = [f"{len(found)} {word}" for found, word in ((worse, "worse"), (better, "better")) if found]
        return f"Checks: {', '.join(parts)}"

    def _role(self) -> Role:
        moves = {change.move for change in self.changes}
        return Role.BAD if Move.WORSE in moves else Role.GOOD if Move.BETTER in moves else Role.PLAIN

    def _count(self) -> str:
        return f"{sum(change.move is Move.SAME for change in self.changes)} of {len(self.changes)} checks the same"


def compare(before: Side, after: Side, alpha: float = 0.05) -> Comparison:
    """Return what changed; raises InputError where one side is about classes and the other about numbers."""
    require_like(before, after)
    changes = list_changes(before.checks, after.checks)
    return Comparison(before, after, changes, compare_losses(before.losses, after.losses, alpha))


def _brief(side: Side) -> dict[str, Any]:
    return {name: side.verdict.get(name) for name in ("status", "loss", "current_loss", "headline", "confidence")}


def _state(check: CheckResult | None) -> dict[str, Any] | None:
    return None if check is None else {"status": check.status.value, "effect": to_plain(check.effect)}


def _say_verdict(when: str, side: Side) -> Paragraph:
    headline = escape(str(side.verdict.get("headline", "")))
    return Paragraph(
        (Span(f"{when:<6}  ", Role.MUTED), Span(str(side.verdict.get("status", "")), Role.STRONG), f": {headline}"), 8
    )


def _pair_efficiencies(before: Side, after: Side) -> dict[str, tuple[Estimate, Estimate]]:
    """Return the efficiency of every loss that has one on the noise of both sides, in the order of the later."""
    return {loss: (before.efficiency[loss], now) for loss, now in after.efficiency.items() if loss in before.efficiency}


def _list_efficiencies(before: Side, after: Side) -> tuple[Block, ...]:
    pairs = _pair_efficiencies(before, after)
    if not pairs:
        return ()
    rows = tuple(
        Row((Span(escape(loss), Role.STRONG), *(write_estimate(side, 2) for side in sides)))
        for loss, sides in pairs.items()
    )
    return Heading("Efficiency of each loss"), Table(rows, ("loss", "before", "after"))


def _list_losses(losses: tuple[LossChange, ...]) -> tuple[Block, ...]:
    if not losses:
        return ()
    rows = tuple(
        Row((Span(c.loss, Role.STRONG), write_number(c.before), write_number(c.after), write_estimate(c.difference)))
        for c in losses
    )
    how = "row by row: both files have the same rows" if losses[0].paired else "as of two files of other rows"
    titles = ("loss", "before", "after", "after - before")
    return Heading("Losses"), Table(rows, titles, frozenset({1, 2}), f"The interval is taken {how}.")


def _list_moves(changes: tuple[Change, ...]) -> tuple[Block, ...]:
    told = [
        c for c in changes if c.move in (Move.WORSE, Move.BETTER) or (c.move in (Move.NEW, Move.GONE) and _matters(c))
    ]
    if not told:
        return ()
    order = list(Move)
    rows = tuple(
        Row((change.shown.code, Span(change.move.value, MOVE_ROLES[change.move]), _describe(change)))
        for change in sorted(told, key=lambda change: (order.index(change.move), change.shown.code))
    )
    return Heading("Checks that changed"), Table(rows)


def _matters(change: Change) -> bool:
    return change.shown.status not in QUIET


def _describe(change: Change) -> Words:
    states = [_write_state(check) for check in (change.before, change.after)]
    effect = change.shown.effect
    measured = f" ({escape(effect.name)})" if effect is not None else ""
    return (Span(change.id, Role.STRONG), f"  {states[0]} → {states[1]}", Span(measured, Role.MUTED))


def _write_state(check: CheckResult | None) -> str:
    if check is None:
        return "not there"
    effect = check.effect
    if effect is None or effect.value is None:
        return check.status.value
    bounds = (
        ""
        if effect.low is None or effect.high is None
        else f" [{write_number(effect.low)}, {write_number(effect.high)}]"
    )
    return f"{check.status.value} {write_number(effect.value)}{bounds}"
