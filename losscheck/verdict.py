"""From facts to the verdict: the rule that fires, against the loss in use, with its likelihood and code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from statistics import NormalDist

from losscheck.advice import percent, write_headline, write_mean_first, write_reasons
from losscheck.checks import advice as advice_check
from losscheck.checks import declared_loss
from losscheck.checks.check import Finding
from losscheck.checks.wording import figure
from losscheck.contest import Kind
from losscheck.facts import Facts
from losscheck.families import family_named, regression_loss_named
from losscheck.families.family import Family, ShapeClass, View
from losscheck.families.response_family import ResponseFamily
from losscheck.loss_choice import LossChoice
from losscheck.ranking import FamilyFits
from losscheck.response_rules import RESPONSE_RULES, standing_for
from losscheck.response_verdict import (
    explain_own,
    is_cut,
    judge_in_nats,
    own_parameters,
    per_estimand,
    tied_own,
    write_own_code,
)
from losscheck.results import (
    CheckResult,
    Code,
    Effect,
    Estimate,
    Likelihood,
    Parameter,
    Status,
    Verdict,
    VerdictStatus,
)
from losscheck.rules import FEWEST_ROWS, Choice, Request, fired_rule, outcome_probability

MAD_RELATIVE_SE = 1.1664
"""√n times the relative standard error of the MAD on normal data (Huber & Ronchetti 2009)."""
GOOD_ENOUGH = 0.9
"""A loss in use that keeps this share of the rows is kept; MSE and the gate use the same figure."""
SHAPE_RULES = ("not_normal", "mse_adequate")


def recommend(facts: Facts, fits: FamilyFits, request: Request, alpha: float) -> Verdict:
    """Return the verdict of the first rule that fires, held against the loss in use."""
    rule = fired_rule(facts, request)
    choice = _against_current(rule.id, rule.choose(facts, request), facts, request)
    family = None if choice.loss is None else regression_loss_named(choice.loss)
    parameters = {} if family is None else _loss_parameters(family, choice.status, facts, fits, request, alpha)
    choice = replace(choice, parameters=parameters, noise=_describe_noise(facts, fits))
    headline = write_headline(rule, choice, facts, request)
    mend_first = bool(facts.material) and not is_cut(choice)
    if mend_first:
        headline = write_mean_first(facts, headline)
    return Verdict(
        status=VerdictStatus.FIX_FIRST if mend_first else choice.status,
        loss=choice.loss,
        family=choice.family,
        parameters=parameters,
        current_loss=None if request.declared is None else request.declared.loss,
        headline=headline,
        confidence=_confidence(rule.id, facts, request),
        tied=_tied(rule.id, choice, facts, request),
        rule="mean_structure" if mend_first else rule.id,
        because=write_reasons(rule, facts, request),
        needs_rows=None if rule.id in RESPONSE_RULES else _needs_rows(facts, choice),
        efficiency=_efficiency_table(facts),
        estimand=str(request.estimand),
        per_estimand=per_estimand(rule.id, choice.loss, facts),
        likelihood=None if family is None else _explain(family, facts, fits, parameters),
        code=Code() if family is None else _write_code(family, fits, parameters, mend_first),
        efficiency_method=facts.efficiency_method,
    )


def _against_current(rule: str, choice: Choice, facts: Facts, request: Request) -> Choice:
    """Keep the loss in use where it is the recommended one, tied with it, or keeps 0.9 of the rows."""
    if choice.status in (VerdictStatus.FIX_FIRST, VerdictStatus.UNDECIDED) or choice.loss is None:
        return choice
    declared = request.declared
    if declared is None:
        return replace(choice, status=VerdictStatus.KEEP if choice.loss == "mse" else VerdictStatus.SWITCH)
    good = facts.declared is not None and (facts.declared.value or 0.0) >= GOOD_ENOUGH
    if request.estimand.quantile is not None:
        same = _aims_at(declared, request.estimand.quantile)
    else:
        same = declared.loss == choice.loss and (facts.declared is None or rule not in SHAPE_RULES)
        same |= declared.loss in _tied(rule, choice, facts, request) and rule in RESPONSE_RULES
    if same or (rule in SHAPE_RULES and good):
        return replace(choice, status=VerdictStatus.KEEP, loss=declared.loss)
    return replace(choice, status=VerdictStatus.SWITCH)


def _aims_at(declared: LossChoice, quantile: float) -> bool:
    """Return whether the declared loss is minimised by this quantile."""
    return declared.parameters.get("q") == quantile or (declared.loss == "mae" and quantile == 0.5)


def _confidence(rule: str, facts: Facts, request: Request) -> float:
    """Return how probable the outcome is: by the contest where that decided, else by scale gate and shape."""
    standing = standing_for(facts, request) if rule in RESPONSE_RULES else None
    return outcome_probability(facts) if standing is None else standing.probability


def _tied(rule: str, choice: Choice, facts: Facts, request: Request) -> tuple[str, ...]:
    """Return the losses that the data cannot tell from the recommended one."""
    standing = standing_for(facts, request)
    if rule in RESPONSE_RULES and standing is not None and choice.loss == standing.best.family.loss.id:
        return standing.tied
    shape_rule = rule in SHAPE_RULES or rule == "undecided"
    tied = facts.tied if shape_rule and choice.loss == facts.best.loss else ()
    return tuple(dict.fromkeys((*tied, *tied_own(choice, facts))))


def _loss_parameters(
    family: Family | ResponseFamily,
    status: VerdictStatus,
    facts: Facts,
    fits: FamilyFits,
    request: Request,
    alpha: float,
) -> dict[str, Estimate]:
    """Return the loss's parameters in the target's units: the user's where their loss is kept, else fitted or set."""
    declared = request.declared
    if declared is not None and status is VerdictStatus.KEEP:
        given = {name: Estimate(value) for name, value in declared.parameters.items()}
        if set(given) >= set(_settable(family)):
            return given
    if request.estimand.quantile is not None:
        return {"q": Estimate(request.estimand.quantile)}
    if isinstance(family, ResponseFamily):
        return own_parameters(family, facts, _normal_quantile(alpha))
    fitted = fits.fitted(family.id) if family.id in fits.ids else None
    names = _settable(family)
    competes = family.id == facts.best.family.id
    if fitted is not None and (not competes or family.id == facts.family):
        values = fitted.fit.parameters
        if all(values[name].se is not None for name in names):
            z = _normal_quantile(alpha)
            return {n: _interval(family, n, values[n].value, z * (values[n].se or 0.0)) for n in names}
        if not competes:
            return {n: Estimate(values[n].value) for n in names}
    spread = math.exp(_normal_quantile(alpha) * MAD_RELATIVE_SE / math.sqrt(max(facts.effective_n, 1.0)))
    chosen = facts.best.parameters(facts.robust_scale) if competes else {}
    scales = ("sigma", "delta")
    return {n: Estimate(v, v / spread, v * spread) if n in scales else Estimate(v) for n, v in chosen.items()}


def _settable(family: Family | ResponseFamily) -> tuple[str, ...]:
    """Return the parameters that a user sets; with a scale head the model predicts sigma."""
    head = isinstance(family, Family) and family.view is View.SCALED
    return tuple(name for name in family.loss.parameters if not (head and name == "sigma"))


def _interval(family: Family, name: str, value: float, reach: float) -> Estimate:
    """Return value ± reach, held within the range of the parameter."""
    ends = {shape.name: (shape.low, shape.high) for shape in family.shapes}
    low, high = ends.get(name, (0.0, math.inf))  # all others are scales
    return Estimate(value, max(value - reach, low), min(value + reach, high))


def _normal_quantile(alpha: float) -> float:
    return NormalDist().inv_cdf(1 - alpha / 2)


def _needs_rows(facts: Facts, choice: Choice) -> int | None:
    if choice.status is VerdictStatus.UNDECIDED:
        rows = facts.rows_to_decide
    elif facts.family_weight < 0.8 and facts.n >= FEWEST_ROWS:
        rows = facts.rows_to_name
    else:
        return None
    return rows if rows is not None and rows > facts.n else None


def _efficiency_table(facts: Facts) -> dict[str, Estimate]:
    heads = {loss: Estimate(value) for loss, value in facts.scale_heads.items()}
    return dict(facts.efficiency) | heads


def _explain(
    family: Family | ResponseFamily, facts: Facts, fits: FamilyFits, parameters: Mapping[str, Estimate]
) -> Likelihood:
    """Fill the family's formulas with the fitted numbers."""
    if isinstance(family, ResponseFamily):
        return explain_own(family, facts, parameters)
    fitted = fits.fitted(family.id) if family.id in fits.ids else None
    numbers, size = "", ""
    if fitted is not None:
        numbers = ", ".join(f"{name} = {_round_off(p)}" for name, p in fitted.fit.parameters.items())
        size = f"; here {fitted.fit.nll_per_row:.4g} nats per row"
    settings = ", ".join(f"{name} = {figure(e.value)}" for name, e in parameters.items() if e.value is not None)
    loss = f"{family.loss.title}: {family.loss.formula}"
    return Likelihood(
        assumption=family.assumption,
        density=f"{family.density}, fitted to this file: {numbers}" if numbers else family.density,
        negative_log_likelihood=f"{family.negative_log_likelihood}{size}",
        loss=f"{loss}, set to {settings}" if settings else loss,
    )


def _describe_noise(facts: Facts, fits: FamilyFits) -> str:
    """Return the likeliest family with its fitted shapes: 'Student-t, nu = 3.1'."""
    family = family_named(facts.family)
    if facts.gate_open or not family.shapes:  # the fits are of the residuals before the scale was divided out
        return family.title
    values = fits.fitted(family.id).fit.parameters
    shapes = ", ".join(f"{name} = {figure(p.value)}" for name, p in values.items() if name not in ("mu", "sigma"))
    return f"{family.title}, {shapes}"


def _round_off(parameter: Parameter) -> str:
    """Return four digits, and 0 for what is numerically nothing beside its standard error."""
    nothing = parameter.se is not None and abs(parameter.value) < 1e-6 * parameter.se
    return "0" if nothing else figure(parameter.value)


def _write_code(
    family: Family | ResponseFamily, fits: FamilyFits, parameters: Mapping[str, Estimate], corrected: bool
) -> Code:
    if isinstance(family, ResponseFamily):
        return write_own_code(family, parameters)
    values = {name: e.value for name, e in parameters.items() if e.value is not None}
    more = {} if family.settings is None else family.settings(fits.residuals, values)
    shift = ""
    own_center = family.view is View.RESIDUAL and family.shape_class is ShapeClass.SKEWED
    if own_center and family.loss.id != "pinball" and not corrected:
        mu = fits.fitted(family.id).fit.parameters["mu"].value
        shift = f"f = f {'+' if mu >= 0 else '-'} {abs(mu):.6g}  # mu of the noise: predictions keep their level"
    return family.fill_code(values | more, shift)


def judge_loss(facts: Facts, verdict: Verdict, request: Request, alpha: float = 0.05) -> tuple[CheckResult, ...]:
    """Return LC900 (advice to switch) and LC901 (is the declared loss right?)."""
    if request.declared is None:
        switches = verdict.status is VerdictStatus.SWITCH
        finding = Finding(
            Status.WARN if switches else Status.PASS,
            f"against MSE, the default, {verdict.loss} is the better loss" if switches else "no reason to leave MSE",
            effect=_effect("efficiency of mse", facts.efficiency["mse"], request.min_efficiency),
            advice=f"train with {verdict.loss}; declare the loss you use with --loss to make this a gate",
        )
        return (advice_check.CHECK.report(finding),)
    return (declared_loss.CHECK.report(_judge_declared(facts, verdict, request, alpha)),)


def _judge_declared(facts: Facts, verdict: Verdict, request: Request, alpha: float) -> Finding:
    declared = request.declared
    assert declared is not None
    loss, least = declared.title, request.min_efficiency
    assumed = f" ({', '.join(declared.assumed)}: the framework's default)" if declared.assumed else ""
    aimed = request.estimand.name != "any" and verdict.status is VerdictStatus.KEEP
    quantile = request.estimand.quantile
    if quantile is not None and not _aims_at(declared, quantile):
        advice = f"train with pinball:q={quantile:g}, or name the quantile that you want"
        return Finding(Status.FAIL, f"{loss}{assumed} does not aim at the {quantile:g} quantile", advice=advice)
    if declared.loss == verdict.loss and (facts.declared is None or aimed):
        wanted = f" for predictions of the {request.estimand}" if aimed else ""
        return Finding(Status.PASS, f"{loss}{assumed} is the recommended loss{wanted}")
    efficiency = facts.declared
    if efficiency is None and declared.loss in facts.scale_heads:
        efficiency = Estimate(facts.scale_heads[declared.loss])
    if efficiency is None and facts.contest is not None and facts.contest.best((Kind.OWN, Kind.LOG, Kind.PLAIN)):
        reach = _normal_quantile(alpha)
        return judge_in_nats(f"{loss}{assumed}", declared.loss, facts.contest, verdict, request, reach)
    if efficiency is None or efficiency.value is None:
        message = f"{loss}{assumed} aims at something else than a location loss; compare nats per row instead"
        return Finding(Status.INCONCLUSIVE, message)
    low = efficiency.value if efficiency.low is None else efficiency.low
    high = efficiency.value if efficiency.high is None else efficiency.high
    effect = _effect(f"efficiency of {declared.loss}", efficiency, least)
    keeps = (
        f"{loss}{assumed} uses {percent(efficiency.value)} [{100 * low:.0f}, {100 * high:.0f}] of the rows' information"
    )
    if low >= least:
        return Finding(Status.PASS, f"{keeps}, at least the {percent(least)} asked for", effect=effect)
    if high < least and request.predictions_from != "training":
        advice = f"train with {verdict.loss} instead" if verdict.loss else "fix the model first"
        return Finding(Status.FAIL, f"{keeps}, below the {percent(least)} asked for", effect=effect, advice=advice)
    if high < least:
        message = f"{keeps}; residuals of training rows fail no loss, check held-out predictions"
        return Finding(Status.INCONCLUSIVE, message, effect=effect)
    return Finding(Status.INCONCLUSIVE, f"{keeps}; the data cannot tell it from {percent(least)}", effect=effect)


def _effect(name: str, estimate: Estimate, margin: float) -> Effect:
    return Effect(name, estimate.value, estimate.low, estimate.high, margin)
