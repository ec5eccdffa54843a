"""The verdict on class outputs: the rule that fires, against the loss in use, with its likelihood and code."""

from __future__ import annotations

from losscheck.checks import advice as advice_check
from losscheck.checks import declared_loss
from losscheck.checks.check import Finding
from losscheck.checks.wording import figure, percent
from losscheck.classes.facts import ClassFacts
from losscheck.classes.request import ClassRequest
from losscheck.classes.rules import CLASS_RULES, ClassRule, fired_class_rule
from losscheck.classes.words import write_cost
from losscheck.families.label_family import LabelFamily
from losscheck.results import (
    CheckResult,
    Effect,
    Estimate,
    Fit,
    Likelihood,
    Parameter,
    Status,
    TaskKind,
    Verdict,
    VerdictStatus,
)


def recommend_class_loss(facts: ClassFacts, request: ClassRequest) -> Verdict:
    """Return the verdict of the first rule that fires, held against the loss in use."""
    rule = fired_class_rule(facts)
    family, declared = facts.family, request.family
    status, headline = rule.status, rule.say(facts)
    if request.declared is not None and status is VerdictStatus.KEEP and not _is_likelihood(declared, facts):
        status, headline = VerdictStatus.SWITCH, f"{_switch(facts, request)} {headline}"
    temperature = facts.temperature if rule.id == "temperature" else None
    parameters = {"temperature": temperature} if temperature is not None else {}
    return Verdict(
        status=status,
        loss=family.loss.id,
        family=family.id,
        parameters=parameters,
        current_loss=request.declared,
        headline=headline,
        confidence=None,
        tied=(),
        rule=rule.id,
        because=_reasons(rule, facts),
        needs_rows=_needs_rows(rule, facts),
        efficiency=_efficiencies(facts),
        estimand="any",
        per_estimand={},
        likelihood=_explain(facts),
        code=family.code(None if temperature is None else temperature.value),
        efficiency_method="sandwich, for these stated probabilities",
    )


def describe_fit(facts: ClassFacts) -> tuple[Fit, ...]:
    """Return the likelihood of the labels under the stated probabilities as a fit, with its temperature."""
    if facts.log_loss is None:
        return ()
    parameters = {} if facts.fitted is None else {"temperature": Parameter(facts.fitted.value)}
    total = 2 * facts.n * facts.log_loss
    return (
        Fit(
            facts.family.id,
            facts.family.loss.id,
            parameters,
            facts.log_loss,
            heldout_nll_per_row=None,
            aic=total,
            bic=total,
            note="nats a row as stated, without a fitted parameter",
            score=facts.log_loss,
        ),
    )


def _is_likelihood(declared: LabelFamily | None, facts: ClassFacts) -> bool:
    """Return whether the declared loss is that of these labels; of two classes, softmax and sigmoid are the same."""
    if declared is None or not declared.likelihood:
        return False
    return declared.id == facts.family.id or (facts.kind is TaskKind.BINARY and declared.loss.id == "cross_entropy")


def _switch(facts: ClassFacts, request: ClassRequest) -> str:
    declared, recommended = request.family, facts.family
    if declared is None:
        return (
            f"Switch from {request.declared} to {recommended.loss.id}: {request.declared} is a loss of residuals, and "
            "class labels are not draws around a centre."
        )
    if declared.noise_twin and facts.squared_error is not None and facts.squared_error.value is not None:
        return (
            f"Switch from squared error to {recommended.loss.id}: on class targets it is the Brier score, the "
            f"likelihood of normal noise of one sd, and uses {percent(facts.squared_error.value)} of what the rows "
            "tell about these probabilities."
        )
    if not declared.proper:
        return (
            f"Switch from {declared.loss.id} to {recommended.loss.id}: {declared.loss.id} is not proper, so its "
            "outputs are no probabilities."
        )
    return (
        f"Switch from {declared.loss.id} to {recommended.loss.id}: {declared.loss.id} is the likelihood of "
        f"{declared.subject}, these are {recommended.subject}."
    )


def _reasons(rule: ClassRule, facts: ClassFacts) -> tuple[str, ...]:
    reasons = [rule.fact, f"the numbers: {facts.interpretation.why}"]
    if facts.log_loss is not None and facts.entropy is not None:
        reasons.append(
            f"log loss {figure(facts.log_loss)} nats a row; if the labels were draws from what is stated, "
            f"{figure(facts.entropy)} would be expected"
        )
    also = [other for other in CLASS_RULES[CLASS_RULES.index(rule) + 1 : -3] if other.fires(facts)]
    reasons += [f"also: {other.fact}" for other in also if other.id != "no_labels" or not facts.labelled]
    cost = write_cost(facts)
    return tuple(reasons + ([cost] if cost else []))


def _needs_rows(rule: ClassRule, facts: ClassFacts) -> int | None:
    """Return the rows at which the interval of the temperature would fit within its margin, were its value the same."""
    check = facts.checks.get("temperature")
    if rule.id != "unsettled" or check is None or check.effect is None:
        return None
    effect = check.effect
    if effect.value is None or effect.low is None or effect.high is None:
        return None
    room = min(effect.value - 0.9, 1.1 - effect.value)
    reach = (effect.high - effect.low) / 2
    return int(facts.n * (reach / room) ** 2) + 1 if room > 0 and reach > room else None


def _efficiencies(facts: ClassFacts) -> dict[str, Estimate]:
    found = {facts.family.loss.id: Estimate(1.0)}
    if facts.squared_error is not None:
        found["mse"] = facts.squared_error
    return found


def _explain(facts: ClassFacts) -> Likelihood:
    """Fill the likelihood's formulas with this file's numbers."""
    family = facts.family
    size = ""
    if facts.log_loss is not None:
        total = figure(facts.n * facts.log_loss)
        size = f"; here {total} nats over {facts.n:,} rows, {figure(facts.log_loss)} a row"
    classes = ", ".join(facts.names[:6]) + (" …" if len(facts.names) > 6 else "")
    return Likelihood(
        assumption=family.assumption,
        density=f"{family.density}; here {facts.classes} classes: {classes}",
        negative_log_likelihood=f"{family.negative_log_likelihood}{size}",
        loss=f"{family.loss.title}: {family.loss.formula}",
    )


def judge_class_loss(facts: ClassFacts, verdict: Verdict, request: ClassRequest) -> tuple[CheckResult, ...]:
    """Return LC900 (no loss was declared) or LC901 (is the declared loss right?)."""
    if request.declared is None:
        finding = Finding(Status.PASS, f"{verdict.loss} is the likelihood of these labels, and the default")
        return (advice_check.CHECK.report(finding),)
    return (declared_loss.CHECK.report(_judge_declared(facts, verdict, request)),)


def _judge_declared(facts: ClassFacts, verdict: Verdict, request: ClassRequest) -> Finding:
    declared, least = request.family, request.min_efficiency
    advice = f"train with {verdict.loss} instead"
    if declared is None:
        message = f"{request.declared} is a loss of residuals; its minimum is not at the probabilities of classes"
        return Finding(Status.FAIL, message, advice=advice)
    if _is_likelihood(declared, facts):
        return Finding(Status.PASS, f"{declared.loss.id} is the likelihood of these labels")
    if not declared.proper:
        return Finding(Status.FAIL, f"{declared.loss.id} is not a proper score of probabilities", advice=advice)
    efficiency = facts.squared_error
    if not declared.noise_twin:
        message = f"{declared.loss.id} is the likelihood of {declared.subject}, these are {facts.family.subject}"
        return Finding(Status.FAIL, message, advice=advice)
    if efficiency is None or efficiency.value is None or efficiency.low is None or efficiency.high is None:
        return Finding(Status.INCONCLUSIVE, "what squared error costs cannot be told from these outputs")
    effect = Effect("efficiency of squared error", efficiency.value, efficiency.low, efficiency.high, least)
    keeps = (
        f"squared error uses {percent(efficiency.value)} [{100 * efficiency.low:.0f}, {100 * efficiency.high:.0f}] of "
        "what the rows tell about these probabilities"
    )
    if efficiency.low >= least:
        return Finding(Status.PASS, f"{keeps}, at least the {percent(least)} asked for", effect=effect)
    if efficiency.high < least and not request.in_training:
        return Finding(Status.FAIL, f"{keeps}, below the {percent(least)} asked for", effect=effect, advice=advice)
    return Finding(Status.INCONCLUSIVE, f"{keeps}; not surely above or below {percent(least)}", effect=effect)
