"""The rows of the rules table about what the target is: zeros first, then the likelihood of the target's own domain."""

from __future__ import annotations

from losscheck.contest import SCALE_HEAD_LEEWAY, Kind, Standing, kind_of
from losscheck.facts import Facts
from losscheck.results import VerdictStatus
from losscheck.rule import DECIDED, FEWEST_ROWS, Choice, Request, Rule
from losscheck.target import SMALLEST_ATOM


def standing_for(facts: Facts, request: Request) -> Standing | None:
    """Return how the best likelihood stands that aims at what is asked for."""
    if facts.contest is None:
        return None
    return facts.contest.standing(mean_only=request.estimand.name == "mean")


def atom_share(facts: Facts) -> float:
    """Return the share of targets on an end of a continuous range."""
    if facts.contest is None or not facts.contest.target.atomic:
        return 0.0
    target = facts.contest.target
    return max(target.low_share * target.low_atom, target.high_share * target.high_atom)


def own_probability(facts: Facts, request: Request) -> float:
    """Return the probability that the noise is that of the target's own likelihood; 0 where another rule knows better.

    A scale head that is clearly ahead goes on to the rules about the scale. So does a log likelihood under a scale
    that grows: it has a rule of its own. A positive target whose spread does not grow with its level is no log target.
    """
    standing = standing_for(facts, request)
    if standing is None or facts.n < FEWEST_ROWS or atom_share(facts) > 0:
        return 0.0
    if standing.head_lead > SCALE_HEAD_LEEWAY:
        return 0.0
    if kind_of(standing.best.family) is Kind.LOG and facts.contest is not None:
        has_own_rule = facts.gate_open and facts.scale_grows
        return 0.0 if has_own_rule or not facts.contest.grows else standing.probability
    return standing.probability


def _decide_own(facts: Facts, request: Request) -> Choice:
    standing = standing_for(facts, request)
    assert standing is not None
    family = standing.best.family
    if request.estimand.name == "median" and kind_of(family) is Kind.OWN:
        return Choice(VerdictStatus.SWITCH, "mae", family.id)
    return Choice(VerdictStatus.SWITCH, family.loss.id, family.id)


ZEROS_FIRST = Rule(
    "zeros_first",
    "share of targets at an end of their range, where a continuous noise has none",
    SMALLEST_ATOM,
    lambda f, r: atom_share(f) if standing_for(f, r) is not None and f.n >= FEWEST_ROWS else 0.0,
    _decide_own,
)
OWN_LIKELIHOOD = Rule(
    "own_likelihood",
    "probability that the target follows a likelihood of its own domain rather than noise of a constant scale",
    DECIDED,
    own_probability,
    _decide_own,
)
RESPONSE_RULES = (ZEROS_FIRST.id, OWN_LIKELIHOOD.id)
"""The rules whose losses are compared in nats, not by the efficiency of a location loss."""
