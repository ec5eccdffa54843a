"""The words of the verdict: the headline of each rule, and the facts behind it, with this file's numbers."""

from __future__ import annotations

from collections.abc import Callable

from losscheck.checks.wording import figure
from losscheck.contest import Kind, kind_of
from losscheck.facts import Facts
from losscheck.families import family_named
from losscheck.response_advice import (
    write_impossible,
    write_own,
    write_shifts,
    write_slope,
    write_smearing,
    write_zeros_first,
)
from losscheck.response_rules import RESPONSE_RULES, standing_for
from losscheck.results import Estimate, VerdictStatus
from losscheck.rules import DECIDED, FEWEST_ROWS, Choice, Request, Rule, nearest_rule

NEXT_TO_NOTHING, NEXT_TO_ALL = 0.985, 0.05
"""Efficiencies beyond these are said in words: their digits are those of a model, not of the data."""
NEARLY_AS_GOOD = 0.9
"""From this efficiency on the loss in use is no waste to speak of, though another likelihood is the likelier one."""


def percent(value: float) -> str:
    """Return a share as whole percent, with one digit below 1 %."""
    return f"{100 * value:.0f} %" if value >= 0.01 or value < 0.0005 else f"{100 * value:.1f} %"


def with_interval(estimate: Estimate) -> str:
    """Return 'efficiency 0.48 [0.40, 0.58]'."""
    if estimate.value is None:
        return "efficiency unknown"
    if estimate.low is None or estimate.high is None:
        return f"efficiency {estimate.value:.2f}"
    return f"efficiency {estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"


def write_headline(rule: Rule, choice: Choice, facts: Facts, request: Request) -> str:
    """Return what to do and what it costs not to, in two or three sentences."""
    return _HEADLINES[rule.id](choice, facts, request)


def _current_title(request: Request) -> str:
    return "MSE" if request.declared is None or request.declared.loss == "mse" else request.declared.title


def _current_efficiency(facts: Facts, request: Request) -> Estimate:
    if facts.declared is not None:
        return facts.declared
    if request.declared is not None:
        return facts.efficiency.get(request.declared.loss, Estimate(None))
    return facts.efficiency["mse"]


def _switch(choice: Choice, request: Request) -> str:
    """Return the first words: 'Keep MSE', 'Switch from MSE to huber (delta = 1.2)'."""
    if choice.status is VerdictStatus.KEEP:
        return f"Keep {_current_title(request)}"
    return f"Switch from {_current_title(request)} to {choice.title}"


def _waste(efficiency: float | None) -> str:
    value = efficiency or 0.0
    return "next to nothing" if value >= NEXT_TO_NOTHING else percent(1 - value)


def _cost(facts: Facts, request: Request) -> str:
    """Return what the loss in use wastes."""
    efficiency = _current_efficiency(facts, request)
    if efficiency.value is None:
        return ""
    name = _current_title(request)
    if efficiency.value < NEXT_TO_ALL:
        return f" {name} wastes nearly all of these rows' information (efficiency below {NEXT_TO_ALL})."
    if efficiency.value >= NEXT_TO_NOTHING:
        return f" {name} wastes next to nothing ({with_interval(efficiency)})."
    return f" {name} wastes {percent(1 - efficiency.value)} of these rows ({with_interval(efficiency)})."


def _adequate(choice: Choice, facts: Facts, request: Request) -> str:
    return f"{_switch(choice, request)}: the residuals are close enough to normal.{_cost(facts, request)}"


def _not_normal(choice: Choice, facts: Facts, request: Request) -> str:
    tails = "light tails" if choice.loss == "lp" and facts.best.shapes[0] > 2 else "heavy tails"
    gain = facts.efficiency.get(choice.loss or "", Estimate(None))
    switches = gain.value is not None and choice.status is not VerdictStatus.KEEP
    rest = f" {choice.loss} wastes {_waste(gain.value)}." if switches else ""
    return (
        f"{_switch(choice, request)}: the residuals have {tails} (best described by: {choice.noise})."
        f"{_cost(facts, request)}{rest}"
    )


def _changing_scale(choice: Choice, facts: Facts, request: Request) -> str:
    head = "let the model predict log sigma too, or weight rows by 1/sigma²"
    tails = " and heavy tails on top" if choice.loss == "student_t_nll" else ""
    first = (
        f"{_switch(choice, request)} ({head})" if choice.status is not VerdictStatus.KEEP else _switch(choice, request)
    )
    return (
        f"{first}: the noise's scale changes with the prediction, {_scales(facts)}{tails}.{_cost(facts, request)}"
        f" {choice.loss} wastes {_waste(facts.scale_heads.get(choice.loss or ''))}."
    )


def _scales(facts: Facts) -> str:
    """Return the sds at low, middle and high predictions."""
    low, middle, high = facts.sigma_range or (0.0, 0.0, 0.0)
    sds = f"sd {figure(low)} at low, {figure(middle)} at middle, {figure(high)} at high"
    return f"{sds} predictions (5, 50, 95 % quantile)"


def _scale_undecided(choice: Choice, facts: Facts, request: Request) -> str:
    return (
        f"Undecided: the noise's scale seems to change with the prediction ({_scales(facts)}), which {facts.n:,} rows "
        f"do not settle. {choice.title} is the insurance: where the scale is constant after all it loses little."
        f"{_cost(facts, request)}"
    )


def _log_target(choice: Choice, facts: Facts, request: Request) -> str:
    tails = ", with tails heavier than normal" if choice.loss == "log_student_t" else ""
    return (
        f"{_switch(choice, request)} (train on the logarithm of the target): the noise grows with the level{tails}, "
        f"as relative errors do.{_cost(facts, request)} The model then predicts the median of the target."
    )


def _skewed(choice: Choice, facts: Facts, request: Request) -> str:
    if choice.loss in ("mse", "mae"):
        return (
            f"{_switch(choice, request)}: the noise is skewed (best described by: {choice.noise}), and you "
            f"asked for the {request.estimand}, which this loss aims at whatever the shape."
        )
    return (
        f"{_switch(choice, request)}, if its likelihood is what you want: the noise is skewed (best described by: "
        f"{choice.noise})."
        f"{_cost(facts, request)} On skewed noise losses aim at different centres: keep MSE if you need the mean "
        "(--estimand mean), take MAE for the median."
    )


def _missing_feature(choice: Choice, facts: Facts, request: Request) -> str:
    return (
        "Fix the model first: the residuals are two separate groups, so a feature that tells the groups apart is "
        "missing. No loss repairs that; add the feature, then run this again."
    )


def _undecided(choice: Choice, facts: Facts, request: Request) -> str:
    likely = sorted(facts.classes.items(), key=lambda item: -item[1])[:2]
    names = {
        "adequate": "MSE good enough",
        "robust": "tails not normal",
        "skewed": "skewed",
        "bimodal": "two groups",
    }
    odds = ", ".join(f"{names[name]} {percent(value)}" for name, value in likely)
    scale = ""
    if not facts.gate_open and facts.gate_confidence < DECIDED:
        scale = f" The scale may also change with the prediction (probability {percent(1 - facts.gate_confidence)})."
    until = f"Until then {choice.title} is the insurance: least expected regret."
    return f"Undecided from {facts.n:,} rows ({odds}).{scale} {until}"


def _atom(choice: Choice, facts: Facts, request: Request) -> str:
    atom = facts.atom
    if atom is None:
        return ""
    if atom.of == "target":
        return (
            f"Fix the model first: {percent(atom.share)} of the targets are exactly {atom.value:.6g}, so they are not "
            "one continuous quantity: zeros want a part of their own (a hurdle), limits a censored likelihood. Set "
            "those rows apart, and look at the noise of the others."
        )
    return (
        f"Fix the data first: {percent(atom.share)} of the residuals are exactly {atom.value:.6g}, which no continuous "
        "noise is. Such rows are copied, clipped or imputed; set them apart, and look at the noise of the others."
    )


def _too_few(choice: Choice, facts: Facts, request: Request) -> str:
    if facts.n >= FEWEST_ROWS:
        return (
            f"{facts.distinct} different residuals are too few to see the shape of the noise: the values are rounded "
            f"too coarsely. What there is speaks for {choice.title}, as insurance."
        )
    return (
        f"{facts.n} rows are too few for firm advice (below {FEWEST_ROWS} no family is named). What there is speaks "
        f"for {choice.title}, as insurance; collect more residuals before changing anything."
    )


def _quantile(choice: Choice, facts: Facts, request: Request) -> str:
    return (
        f"{_switch(choice, request)}: the pinball loss is the one that aims at the {request.estimand.quantile:g} "
        "quantile, whatever the shape of the noise."
    )


def _own(choice: Choice, facts: Facts, request: Request) -> str:
    efficiency = _current_efficiency(facts, request)
    cost = _cost(facts, request)
    if cost and choice.status is not VerdictStatus.KEEP and (efficiency.value or 0.0) >= NEARLY_AS_GOOD:
        cost = (
            f" For the mean alone {_current_title(request)} is nearly as good ({with_interval(efficiency)}): what is "
            "gained are the probabilities around it."
        )
    return write_own(_switch(choice, request), choice, facts, request, cost)


def _zeros_first(choice: Choice, facts: Facts, request: Request) -> str:
    return write_zeros_first(_switch(choice, request), choice, facts, request)


_HEADLINES: dict[str, Callable[[Choice, Facts, Request], str]] = {
    "quantile_wanted": _quantile,
    "zeros_first": _zeros_first,
    "atom": _atom,
    "own_likelihood": _own,
    "missing_feature": _missing_feature,
    "too_few_rows": _too_few,
    "scale_undecided": _scale_undecided,
    "log_target": _log_target,
    "changing_scale": _changing_scale,
    "skewed": _skewed,
    "undecided": _undecided,
    "not_normal": _not_normal,
    "mse_adequate": _adequate,
}


def write_mean_first(facts: Facts, inner: str) -> str:
    """Return the headline for a material trend, with what the noise would say after the repair."""
    what = " and ".join(facts.material)
    return (
        f"Fix the mean first: the residuals still carry a {what} larger than a tenth of their spread, which no loss "
        f"repairs. With that taken out: {inner}"
    )


def _is_log(rule: Rule, facts: Facts, request: Request) -> bool:
    """Return whether the rule recommends training on the logarithm of the target."""
    standing = standing_for(facts, request) if rule.id in RESPONSE_RULES else None
    return rule.id == "log_target" or (standing is not None and kind_of(standing.best.family) is Kind.LOG)


def write_reasons(rule: Rule, facts: Facts, request: Request) -> tuple[str, ...]:
    """Return the facts behind the verdict: the rule that fired, the nearest that did not, and what was allowed for."""
    reasons = [rule.describe(facts, request)]
    near = nearest_rule(facts, request, rule)
    if near is not None:
        reasons.append(f"nearest rule that did not fire: {near.id}: {near.describe(facts, request)}")
    contest = facts.contest
    if contest is not None and contest.slope is not None and (rule.id in RESPONSE_RULES or facts.gate_open):
        reasons.append(write_slope(contest.slope))
    if contest is not None and contest.impossible:
        reasons.append(write_impossible(contest))
    if contest is not None and _is_log(rule, facts, request):
        reasons.append(write_smearing(contest))
    if facts.shifts:
        reasons.append(write_shifts(facts.shifts))
    if facts.gate_open:
        reasons.append(f"unweighted losses keep {percent(facts.gate_efficiency)} of the rows under the changing scale")
    if facts.drivers is not None:
        k = facts.drivers.count
        rows = ", ".join(str(row) for row in facts.drivers.rows)
        few = f"1 row drives this: without row {rows}" if k == 1 else f"{k} rows drive this: without rows {rows}"
        reasons.append(f"{few} MSE would be kept")
    if facts.nats_gained > 0 and rule.id in ("not_normal", "skewed"):
        reasons.append(
            f"{family_named(facts.family).title} is {facts.nats_gained:.2g} nats a row likelier than the normal; with "
            "many rows the gain is in the likelihood and the typical error, and RMSE may hardly move"
        )
    if facts.heavy_tailed and facts.efficiency_method == "sandwich":
        reasons.append("noise this heavy has no fourth moment: the interval of the efficiency of MSE is too short")
    if facts.tempering < 0.95:
        reasons.append(
            f"neighbouring rows are dependent: for the shape, {facts.n:,} rows count as about "
            f"{facts.tempering * facts.n:,.0f}"
        )
    if facts.step > 0:
        reasons.append(f"values are rounded to steps of {facts.step:.6g}: likelihoods are those of the intervals")
    return tuple(reasons)
