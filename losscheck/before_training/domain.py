"""Which likelihoods give the targets that occur any chance at all: what the domain rules out, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from losscheck.checks.wording import figure, percent, rows_text
from losscheck.families import FAMILIES, RESPONSE_FAMILIES, regression_loss_named
from losscheck.families.family import Family, View
from losscheck.families.response_family import Domain, ResponseFamily
from losscheck.numeric.lazy import Array, np
from losscheck.sample import Values
from losscheck.target import Target, describe_target

AnyFamily = Family | ResponseFamily
WHOLE_NUMBERS = (Domain.COUNT, Domain.BOUNDED_COUNT)


@dataclass(frozen=True)
class Observed:
    """The domain of a column of targets, with the rows behind it."""

    target: Target
    n: int
    mean: float
    variance: float
    below_zero: int
    zeros: int
    fraction: float | None
    at_low: int
    at_high: int

    @property
    def atoms(self) -> str:
        """What sits on the ends of an otherwise continuous range, in words; empty where nothing does."""
        ends = (
            (self.target.low_atom, self.at_low, self.target.lowest),
            (self.target.high_atom, self.at_high, self.target.highest),
        )
        return " and ".join(
            f"{rows_text(count)} ({percent(count / self.n)}) are exactly {figure(value)}"
            for there, count, value in ends
            if there
        )


def observe(target: Array, weight: Array | None = None) -> Observed:
    """Return what matters about the domain of these targets."""
    whole = target == np.rint(target)
    mean = float(np.average(target, weights=weight))
    with np.errstate(over="ignore"):
        variance = float(np.average((target - mean) ** 2, weights=weight))
    return Observed(
        target=describe_target(Values(target)),
        n=int(target.size),
        mean=mean,
        variance=variance,
        below_zero=int((target < 0).sum()),
        zeros=int((target == 0).sum()),
        fraction=None if whole.all() else float(target[np.argmin(whole)]),
        at_low=int((target == target.min()).sum()),
        at_high=int((target == target.max()).sum()),
    )


def why_impossible(family: AnyFamily, seen: Observed) -> str:
    """Return why a likelihood cannot be that of these targets, empty where it can.

    Either some target that occurs has probability or density zero under every prediction, or a value of which there
    are many has a density only, which no single value can be given.
    """
    if isinstance(family, ResponseFamily):
        return _outside(family.domain, seen)
    if family.view is View.LOG_RATIO and (reason := _not_above_zero(seen)):
        return reason
    if seen.target.atomic:
        return f"{seen.atoms}, and a density has no probability for one value"
    return ""


def _outside(domain: Domain, seen: Observed) -> str:
    if domain in WHOLE_NUMBERS:
        if seen.below_zero:
            return f"{rows_text(seen.below_zero)} below 0, the lowest {figure(seen.target.lowest)}"
        return "" if seen.fraction is None else f"targets have fractions, like {seen.fraction:.6g}"
    if domain is Domain.POSITIVE:
        return _not_above_zero(seen)
    if domain is Domain.NON_NEGATIVE:
        if seen.below_zero:
            return f"{rows_text(seen.below_zero)} below 0, the lowest {figure(seen.target.lowest)}"
        bounded = seen.target.high_atom or (seen.target.low_atom and seen.target.lowest > 0)
        return f"{seen.atoms}: only zeros have a probability of their own there" if bounded else ""
    if domain in (Domain.UNIT, Domain.CLOSED_UNIT):
        if seen.target.lowest < 0 or seen.target.highest > 1:
            return (
                f"targets reach from {figure(seen.target.lowest)} to {figure(seen.target.highest)}, not within 0 to 1"
            )
        on_ends = seen.target.lowest == 0 or seen.target.highest == 1
        return "some targets are exactly 0 or 1" if domain is Domain.UNIT and on_ends else ""
    return ""


def _not_above_zero(seen: Observed) -> str:
    if seen.below_zero:
        return f"{rows_text(seen.below_zero)} below 0, the lowest {figure(seen.target.lowest)}"
    return f"{rows_text(seen.zeros)} exactly 0 ({percent(seen.zeros / seen.n)})" if seen.zeros else ""


def ruled_out(seen: Observed) -> dict[str, tuple[str, ...]]:
    """Return the losses whose likelihood is impossible, by reason; every loss once."""
    found: dict[str, list[str]] = {}
    families: tuple[AnyFamily, ...] = (*RESPONSE_FAMILIES, *FAMILIES)
    for family in families:
        reason = why_impossible(family, seen)
        if reason:
            found.setdefault(reason, []).append(family.loss.id)
    return {reason: tuple(dict.fromkeys(losses)) for reason, losses in found.items()}


def allowed(seen: Observed, losses: Iterable[str]) -> tuple[str, ...]:
    """Return those of the losses that the domain does not rule out."""
    return tuple(loss for loss in losses if not why_impossible(regression_loss_named(loss), seen))
