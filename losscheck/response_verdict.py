"""Parameters, explanation, code and judgement of losses of the target's own domain, from the contest's fits."""

from __future__ import annotations

import math
from collections.abc import Mapping

from losscheck.checks.check import Finding
from losscheck.checks.wording import figure
from losscheck.contest import SCALE_HEAD_LEEWAY, Contest, Kind, kind_of
from losscheck.facts import Facts
from losscheck.families import regression_family_named, regression_loss_named
from losscheck.families.pair_fitting import FittedPairs
from losscheck.families.response_family import Domain, ResponseFamily
from losscheck.response_rules import RESPONSE_RULES
from losscheck.results import Code, Effect, Estimate, Likelihood, Status, Verdict
from losscheck.rule import Choice, Request

NATS_OF_EFFICIENCY = 0.25
"""A scale that changes at random, log-normally, costs −¼ log(efficiency) nats a row: KL = ½(log E v − E log v) and
efficiency = 1/(E v · E 1/v)."""


def entry_for(family: ResponseFamily, facts: Facts) -> FittedPairs | None:
    """Return the fit of a family in the contest; None where the target's domain leaves it out."""
    return None if facts.contest is None else facts.contest.by_id.get(family.id)


def own_parameters(family: ResponseFamily, facts: Facts, reach: float) -> dict[str, Estimate]:
    """Return the loss's parameters with their intervals, `reach` standard errors to each side."""
    entry = entry_for(family, facts)
    if entry is None:
        return {}
    ends = {shape.name: (shape.low, shape.high) for shape in family.shapes}
    found = {}
    for name in family.loss.parameters:
        parameter = entry.fit.parameters[name]
        low, high = ends.get(name, (-math.inf, math.inf))
        if parameter.se is None:
            found[name] = Estimate(parameter.value)
        else:
            off = reach * parameter.se
            found[name] = Estimate(parameter.value, max(parameter.value - off, low), min(parameter.value + off, high))
    return found


def explain_own(family: ResponseFamily, facts: Facts, parameters: Mapping[str, Estimate]) -> Likelihood:
    """Fill the family's formulas with the fitted numbers."""
    entry = entry_for(family, facts)
    density, likelihood = family.density, family.negative_log_likelihood
    if entry is not None:
        numbers = ", ".join(f"{name} = {figure(p.value)}" for name, p in entry.fit.parameters.items())
        density += f", fitted to this file: {numbers}"
        likelihood += f"; here {entry.fit.nll_per_row:.4g} nats per row"
    settings = ", ".join(f"{name} = {figure(e.value)}" for name, e in parameters.items() if e.value is not None)
    loss = f"{family.loss.title}: {family.loss.formula}"
    return Likelihood(family.assumption, density, likelihood, f"{loss}, set to {settings}" if settings else loss)


def write_own_code(family: ResponseFamily, parameters: Mapping[str, Estimate]) -> Code:
    """Return the family's code with the parameters filled in; none where one of them has no value."""
    values = {name: e.value for name, e in parameters.items() if e.value is not None}
    return family.fill_code(values) if set(values) >= set(family.loss.parameters) else Code()


def judge_in_nats(name: str, loss: str, contest: Contest, verdict: Verdict, request: Request, reach: float) -> Finding:
    """Hold a declared loss against the recommended one by their paired difference in nats a row.

    The margin is what --min-efficiency is worth in nats, −¼ log of it: 0.056 at 0.8.
    """
    mine = next((e for e in contest.entries if e.family.loss.id == loss), None)
    single = contest.best((Kind.OWN, Kind.LOG, Kind.PLAIN))
    best = contest.by_id.get(verdict.family or "", single)
    if mine is None or best is None:
        return Finding(Status.INCONCLUSIVE, f"{name} is the likelihood of other targets than these can be")
    difference = mine.rows - best.rows
    behind = contest.pairs.mean(difference)
    se = math.sqrt(contest.pairs.mean((difference - behind) ** 2) / contest.pairs.n)
    margin = -NATS_OF_EFFICIENCY * math.log(request.min_efficiency)
    low, high = behind - reach * se, behind + reach * se
    effect = Effect(f"nats a row behind {best.family.loss.id}", behind, low, high, margin)
    told = f"{name} is {figure(behind)} [{figure(low)}, {figure(high)}] nats a row behind"
    if mine is best or contest.tells_not(mine, best) or high <= margin:
        return Finding(Status.PASS, f"{told} {best.family.loss.id}: it matches these targets", effect=effect)
    if low > margin and request.predictions_from != "training":
        advice = f"train with {verdict.loss} instead"
        message = f"{told} {best.family.loss.id}, more than the {figure(margin)} that --min-efficiency is worth"
        return Finding(Status.FAIL, message, effect=effect, advice=advice)
    return Finding(Status.INCONCLUSIVE, f"{told} {best.family.loss.id}; the margin is {figure(margin)}", effect=effect)


def is_cut(choice: Choice) -> bool:
    """Return whether targets are cut off at a bound: predictions of what lies behind the cut look biased then."""
    family = None if choice.family is None else regression_family_named(choice.family)
    return isinstance(family, ResponseFamily) and family.domain is Domain.CENSORED


def mean_loss(facts: Facts) -> str:
    """Return the likeliest mean-consistent loss of the target's own domain; '' where a scale head is clearly ahead."""
    standing = None if facts.contest is None else facts.contest.standing(mean_only=True)
    if standing is None or standing.head_lead > SCALE_HEAD_LEEWAY:
        return ""
    return standing.best.family.loss.id


def per_estimand(rule: str, loss: str | None, facts: Facts) -> dict[str, str]:
    """Return which losses give the mean and the median, where they differ."""
    if rule == "skewed":
        return {"mean": "mse", "median": "mae"}
    if loss is None or rule not in ("log_target", *RESPONSE_RULES):
        return {}
    if rule == "log_target":
        return {"mean": mean_loss(facts) or "gaussian_nll", "median": loss}
    family = regression_loss_named(loss)
    if isinstance(family, ResponseFamily):
        return {"mean": loss if family.mean_consistent else mean_loss(facts) or "mse", "median": "mae"}
    return {"mean": mean_loss(facts) or "mse", "median": loss}


def tied_own(choice: Choice, facts: Facts) -> tuple[str, ...]:
    """Return the losses of the target's own domain that are as likely as the recommended noise."""
    contest = facts.contest
    mine = None if contest is None else contest.by_id.get(choice.family or "")
    if contest is None or mine is None or mine.family.loss.id != choice.loss:
        return ()
    own = {entry.family.loss.id for entry in contest.entries if kind_of(entry.family) in (Kind.OWN, Kind.LOG)}
    return tuple(loss for loss in contest.tied_with(mine) if loss in own)
