"""The verdict before training: the rule that fires on the domain, and what is left for the residuals to decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from losscheck.before_training.domain import ruled_out
from losscheck.before_training.facts import TargetFacts
from losscheck.before_training.rules import TARGET_RULES, contenders, fired_target_rule, starts_far_off
from losscheck.before_training.words import list_losses, why_declared_fails, write_domain, write_headline, write_reasons
from losscheck.checks import advice as advice_check
from losscheck.checks import declared_loss
from losscheck.checks.check import Finding
from losscheck.checks.targets import target_domain
from losscheck.checks.wording import percent
from losscheck.families import regression_loss_named
from losscheck.families.family import Family
from losscheck.families.response_family import Domain, Link, ResponseFamily
from losscheck.numeric.lazy import np
from losscheck.results import CheckResult, Code, Estimate, Likelihood, Status, Verdict, VerdictStatus
from losscheck.rule import Choice, Request
from losscheck.sample import Sample

AnyFamily = Family | ResponseFamily
UNSETTLED = (TARGET_RULES[-1].id, TARGET_RULES[-2].id)
"""The rules that leave the loss to the residuals."""


def recommend_before_training(facts: TargetFacts, request: Request) -> Verdict:
    """Return the verdict of the first rule that fires; nothing is said about noise, and no confidence is stated."""
    rule = fired_target_rule(facts, request)
    choice = _against_declared(rule.id, rule.choose(facts, request), facts, request)
    assert choice.loss is not None
    family, far = regression_loss_named(choice.loss), starts_far_off(facts)
    parameters = _parameters(family, facts, request)
    others = () if rule.id == "quantile_wanted" else contenders(facts)
    return Verdict(
        status=VerdictStatus.FIX_FIRST if far else choice.status,
        loss=choice.loss,
        family=choice.family,
        parameters=parameters,
        current_loss=None if request.declared is None else request.declared.loss,
        headline=write_headline(rule.id, choice, facts, request),
        confidence=None,
        tied=tuple(loss for loss in others if loss != choice.loss),
        rule="far_start" if far else rule.id,
        because=write_reasons(rule.fact, facts),
        needs_rows=None,
        efficiency={},
        estimand=str(request.estimand),
        per_estimand={},
        likelihood=_explain(family, facts, parameters),
        code=_write_code(family, facts, parameters),
    )


def _against_declared(rule: str, choice: Choice, facts: TargetFacts, request: Request) -> Choice:
    """Keep the loss in use where the domain leaves it, undecided where only the residuals can tell."""
    if request.declared is None or request.estimand.name in ("median", "quantile"):
        return choice
    family = request.declared.family
    if rule in UNSETTLED:
        possible = not why_declared_fails(family.loss.id, facts.seen)
        return replace(choice, loss=family.loss.id, family=family.id) if possible else choice
    if family.loss.id in contenders(facts) and choice.status is VerdictStatus.SWITCH:
        return Choice(VerdictStatus.KEEP, family.loss.id, family.id)
    return choice


def _parameters(family: AnyFamily, facts: TargetFacts, request: Request) -> dict[str, Estimate]:
    """Return the loss's parameters: as declared, the usual default, or fitted around the constant as a first value."""
    values: dict[str, float] = {}
    if request.estimand.quantile is not None and family.loss.id == "pinball":
        values = {"q": request.estimand.quantile}
    if request.declared is not None and request.declared.family is family:
        values |= request.declared.parameters
    if isinstance(family, ResponseFamily):
        entry = facts.entry(family.id)
        fitted = {} if entry is None else {name: p.value for name, p in entry.fit.parameters.items()}
        values = {n: v for n, v in fitted.items() if n in family.loss.parameters} | dict(family.loss.defaults) | values
    return {name: Estimate(values[name]) for name in family.loss.parameters if name in values}


def _explain(family: AnyFamily, facts: TargetFacts, parameters: Mapping[str, Estimate]) -> Likelihood:
    fit = next((fit for fit in facts.constant.ranked if fit.family == family.id), None)
    size = "" if fit is None else f"; around one constant {fit.nll_per_row:.4g} nats per row, the baseline"
    settings = ", ".join(f"{name} = {e.value:.4g}" for name, e in parameters.items() if e.value is not None)
    loss = f"{family.loss.title}: {family.loss.formula}"
    return Likelihood(
        assumption=family.assumption,
        density=family.density,
        negative_log_likelihood=f"{family.negative_log_likelihood}{size}",
        loss=f"{loss}, to start with {settings}" if settings else loss,
    )


def _write_code(family: AnyFamily, facts: TargetFacts, parameters: Mapping[str, Estimate]) -> Code:
    """Return the code with the numbers in it; none where a parameter is only known from residuals."""
    values = {name: e.value for name, e in parameters.items() if e.value is not None}
    if set(values) < set(family.loss.parameters):
        return Code()
    if isinstance(family, Family) and family.settings is not None:
        values |= family.settings(facts.constant.prepared.residuals, values)
    return family.fill_code(values)


def judge_before_training(
    sample: Sample, facts: TargetFacts, verdict: Verdict, request: Request
) -> tuple[CheckResult, ...]:
    """Return LC708 (what the domain rules out), and LC900 (advice) or LC901 (is the declared loss possible?)."""
    domain = target_domain.CHECK.report(_judge_domain(facts))
    if request.declared is None:
        switches = verdict.status is VerdictStatus.SWITCH
        finding = Finding(
            Status.WARN if switches else Status.PASS,
            f"the domain of the targets asks for {verdict.loss} instead of MSE, the default"
            if switches
            else "no reason to leave MSE before there are residuals",
            advice=f"train with {verdict.loss}; declare the loss you use with --loss to make this a gate",
        )
        return domain, advice_check.CHECK.report(finding)
    return domain, declared_loss.CHECK.report(_judge_declared(sample, facts, verdict, request))


def _judge_domain(facts: TargetFacts) -> Finding:
    reasons = ruled_out(facts.seen)
    out = "; ".join(f"{reason}: {list_losses(losses)}" for reason, losses in reasons.items())
    message = f"{write_domain(facts.seen)}. Ruled out as likelihoods: {out or 'none'}."
    noise = any("mse" in losses for losses in reasons.values())
    return Finding(Status.NOTE if noise or facts.counts else Status.PASS, message)


def _judge_declared(sample: Sample, facts: TargetFacts, verdict: Verdict, request: Request) -> Finding:
    declared = request.declared
    assert declared is not None
    advice = f"train with {verdict.loss} instead"
    reason = why_declared_fails(declared.loss, facts.seen)
    if reason and _is_fair_of_means(declared.family, facts):
        message = (
            f"{declared.title} aims at the mean of any targets from 0 on, but is no likelihood of these: {reason}; "
            "what that costs the residuals tell"
        )
        return Finding(Status.INCONCLUSIVE, message, advice=advice)
    if isinstance(declared.family, ResponseFamily) and reason:
        return Finding(
            Status.FAIL, f"{declared.title} cannot be the likelihood of these targets: {reason}", advice=advice
        )
    share = _undefined_share(declared.family, sample)
    if share > 0:
        message = f"{percent(share)} of the first outputs are where {declared.loss} is not defined, so it starts at NaN"
        return Finding(Status.FAIL, message, advice="put exp (or a sigmoid for shares) after the last layer")
    if reason:
        message = f"{declared.title} is no likelihood of these targets ({reason}); what that costs the residuals tell"
        return Finding(Status.INCONCLUSIVE, message, advice=advice)
    if verdict.status is VerdictStatus.KEEP:
        return Finding(Status.PASS, f"{declared.title} is a likelihood of these targets' own domain")
    if declared.loss == verdict.loss:
        message = f"{declared.title} is possible on these targets; whether it matches the noise the residuals tell"
        return Finding(Status.PASS, message)
    message = f"{declared.title} is possible on these targets, but not of their own domain; the residuals decide"
    return Finding(Status.INCONCLUSIVE, message, advice=advice)


def _is_fair_of_means(family: AnyFamily, facts: TargetFacts) -> bool:
    """Return whether a loss of counts or amounts can be trained on targets that are neither, for their mean."""
    if not isinstance(family, ResponseFamily) or not family.mean_consistent or facts.seen.below_zero:
        return False
    return family.domain in (Domain.COUNT, Domain.NON_NEGATIVE)


def _undefined_share(family: AnyFamily, sample: Sample) -> float:
    """Return the share of outputs before training at which the loss has no value."""
    f = sample.prediction
    if f is None or not isinstance(family, ResponseFamily) or family.link is Link.IDENTITY:
        return 0.0
    bad = f <= 0 if family.link is Link.LOG else (f <= 0) | (f >= 1)
    return float(np.mean(bad))
