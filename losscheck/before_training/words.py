"""The words of the verdict before training, with this file's numbers."""

from __future__ import annotations

import math

from losscheck.before_training.domain import Observed, ruled_out, why_impossible
from losscheck.before_training.facts import TargetFacts
from losscheck.before_training.rules import contenders, starts_far_off
from losscheck.checks.wording import figure, percent
from losscheck.families import regression_family_named, regression_loss_named
from losscheck.rule import Choice, Request

LOSSES_NAMED = 6
HARDLY = 0.005
"""Nats a row that nobody would see."""
NEXT = "Then run losscheck on its held-out predictions"
NOTE = (
    "There is no trained model yet, so nothing here is about noise: targets that look skewed or heavy-tailed may leave "
    "normal residuals, and the other way round. Fits are of the targets around one constant, their mean."
)


def list_losses(losses: tuple[str, ...]) -> str:
    """Return the ids, the first few of many: a, b and 3 more."""
    shown, left = losses[:LOSSES_NAMED], len(losses) - LOSSES_NAMED
    if left > 0:
        return f"{', '.join(shown)} and {left} more"
    return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)


def write_headline(rule: str, choice: Choice, facts: TargetFacts, request: Request) -> str:
    """Return what to do, what it rests on, and what decides the rest."""
    said = _SAY[rule](choice, facts, request)
    if facts.start is None:
        return said
    if not starts_far_off(facts):
        return f"The squared error starts at {figure(facts.start.ratio)} times the variance of the targets. {said}"
    found = (facts.checks[id] for id in ("initial_error", "output_scale") if id in facts.checks)
    worst = next(check for check in found if check.status.value == "warn")
    return f"Fix the start first. {worst.message} {said}"


def _say_quantile(choice: Choice, facts: TargetFacts, request: Request) -> str:
    q = f"{request.estimand.quantile:g}"
    return (
        f"Train with pinball (q = {q}): it aims at the {q} quantile whatever the noise, and nothing in the targets "
        f"has a say in that."
    )


def _say_pile(choice: Choice, facts: TargetFacts, request: Request) -> str:
    piled = f"{_capital(facts.seen.atoms)}, and a density has no probability for one value"
    if choice.status.value == "undecided":
        return (
            f"Undecided: {piled}, but no likelihood that knows such values aims at the mean of any targets. "
            f"MSE does, without being their likelihood. Residuals given predictions decide."
        )
    rest = (
        " Which of the likelihoods that know such values it is, the residuals decide." if contenders(facts)[1:] else ""
    )
    median = " mae aims at the median, as you asked." if choice.loss == "mae" else ""
    return (
        f"Train with {choice.loss}: {piled[0].lower()}{piled[1:]}, so that the domain rules out noise around a "
        f"prediction, MSE's too.{median}{rest} {NEXT}."
    )


def _say_counts(choice: Choice, facts: TargetFacts, request: Request) -> str:
    zeros = f", {percent(facts.seen.target.zeros)} of them 0" if facts.seen.zeros else ""
    median = " It aims at the median, as you asked." if choice.loss == "mae" else ""
    return (
        f"Train a first model with {choice.loss}: the targets are counts{zeros}, and noise around a prediction would "
        f"go below 0 and between them.{median} Whether their spread is Poisson's or wider, "
        f"the residuals decide. {NEXT}."
    )


def _say_ladder(choice: Choice, facts: TargetFacts, request: Request) -> str:
    low, high = f"{facts.seen.target.lowest:g}", f"{facts.seen.target.highest:g}"
    return (
        f"Undecided: the targets are the whole numbers {low} to {high} without a thin tail, which may be names of "
        f"classes or ratings (say --task multiclass), counts (--task count) or plain numbers (--task regression). "
        f"{choice.loss} is the insurance for numbers only."
    )


def _say_residuals(choice: Choice, facts: TargetFacts, request: Request) -> str:
    insurance = (
        f"nothing in the targets speaks against {choice.loss}"
        if request.declared is not None and choice.loss == request.declared.loss
        else f"{choice.loss} is the insurance for a first model"
    )
    return (
        f"Undecided before there is a model: {insurance}. Residuals given predictions decide, not the targets: train "
        f"it, and run losscheck on its held-out predictions."
    )


_SAY = {
    "quantile_wanted": _say_quantile,
    "pile_at_an_end": _say_pile,
    "counts_with_zeros": _say_counts,
    "classes_or_counts": _say_ladder,
    "residuals_decide": _say_residuals,
}


def write_reasons(fact: str, facts: TargetFacts) -> tuple[str, ...]:
    """Return what the rule saw, what the domain rules out, what holds whatever the model, and the targets' shape.

    That fractions are no counts, and large numbers no shares, goes without saying (it stands in LC708).
    """
    out = [(why, losses) for why, losses in ruled_out(facts.seen).items() if set(losses) & {"gamma", "mse", "tweedie"}]
    reasons = [fact, *(f"ruled out, {why}: {list_losses(losses)}" for why, losses in out)]
    return (*reasons, *_of_counts(facts), *_of_shape(facts))


def _of_counts(facts: TargetFacts) -> list[str]:
    seen = facts.seen
    if not seen.target.count or facts.ladder or seen.mean <= 0:
        return []
    found = []
    spread = f"the variance of the targets is {figure(seen.variance)}, their mean {figure(seen.mean)}"
    if facts.zero_free:
        found.append(
            f"no target is 0, where Poisson counts of this mean have at least {percent(math.exp(-seen.mean))}: they "
            "start at 1 by definition (subtract 1, or truncate), or are no counts"
        )
    elif facts.even:
        found.append(
            f"{spread}: given predictions it can only be smaller, so no Poisson or wider count has it; a binomial, or "
            "noise that is rounded, may"
        )
    elif seen.variance > seen.mean:
        share = percent(facts.explained_if_poisson)
        found.append(
            f"{spread}: predictions that explain {share} of the variance leave Poisson counts, any that explain less "
            "leave wider ones (negative binomial)"
        )
    return found


def _of_shape(facts: TargetFacts) -> list[str]:
    """Return which likelihood the targets themselves follow, around one constant."""
    ranked = facts.constant.ranked
    if not ranked:
        return []
    normal = next((fit for fit in ranked if fit.family == "normal"), ranked[0])
    lead = normal.score - ranked[0].score
    best = normal if lead < HARDLY else ranked[0]
    around = f"around one constant, {figure(facts.constant.mean)}, the targets look likeliest"
    ahead = f", {figure(lead)} nats a row ahead of the normal" if lead >= HARDLY else ""
    title = regression_family_named(best.family).title
    return [f"{around} {title}{ahead}: the baseline that every model must beat, and no evidence on the noise"]


def write_domain(seen: Observed) -> str:
    """Return the domain in words."""
    target = seen.target
    reach = f"from {figure(target.lowest)} to {figure(target.highest)}"
    if seen.atoms:
        return f"Continuous {reach}, and {seen.atoms}"
    if target.whole:
        return f"Whole numbers {reach}"
    return f"Continuous {reach}"


def why_declared_fails(loss: str, seen: Observed) -> str:
    """Return why a declared loss is no likelihood of these targets; empty where it may be one."""
    return why_impossible(regression_loss_named(loss), seen)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
