"""The recommendation as a table of rules: the first row whose fact reaches its threshold decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from losscheck.checks.wording import figure
from losscheck.facts import WORTH_A_SWITCH, Facts, prefers_mse
from losscheck.loss_choice import Estimand, LossChoice
from losscheck.preparation import FEWEST_DISTINCT, LARGEST_ATOM
from losscheck.results import Estimate, VerdictStatus

FEWEST_ROWS = 30
"""Below this no family is named: the oracle that knows the true shapes is wrong too often (docs/decision.md)."""
FEWEST_FOR_SKEWED_INSURANCE = 100
"""Below this a skewed likelihood is not identified well enough to be anybody's insurance."""
DECIDED = 0.8
"""Posterior probability at which an outcome counts as decided: observed rates match it within 0.05."""
LOG_TARGET_LEEWAY = 0.03
"""Nats a row that a log-scale likelihood may be behind a scale head: retrained it was ahead by 0.1 to 1.5."""


@dataclass(frozen=True)
class Request:
    """What the user asked: the loss in use, what predictions must be, the gate, and where predictions come from."""

    declared: LossChoice | None
    estimand: Estimand
    min_efficiency: float
    predictions_from: str


@dataclass(frozen=True)
class Choice:
    """What a rule recommends: a loss id (None: no loss helps), the family behind it, and what to do about it.

    The loss's parameters in the target's units, and the noise in words, are filled in after the rule has chosen.
    """

    status: VerdictStatus
    loss: str | None
    family: str | None
    parameters: Mapping[str, Estimate] = field(default_factory=dict)
    noise: str = ""

    @property
    def title(self) -> str:
        """The loss with its parameters: 'MSE', 'huber (delta = 1.2)'."""
        if self.loss is None or self.loss == "mse":
            return "MSE"
        numbers = ", ".join(f"{name} = {figure(e.value)}" for name, e in self.parameters.items() if e.value is not None)
        return f"{self.loss} ({numbers})" if numbers else self.loss


@dataclass(frozen=True)
class Rule:
    """One row: fires when `measure` reaches `threshold`; `fact` says in words what is measured."""

    id: str
    fact: str
    threshold: float
    measure: Callable[[Facts, Request], float]
    choose: Callable[[Facts, Request], Choice]
    graded: bool = True

    def fires(self, facts: Facts, request: Request) -> bool:
        """Return whether the measured fact reaches the threshold."""
        return self.measure(facts, request) >= self.threshold

    def describe(self, facts: Facts, request: Request) -> str:
        """Return the fact, with its value and threshold where it has degrees."""
        if not self.graded:
            return self.fact
        threshold = f" (the rule fires at {self.threshold:.2f})" if self.threshold > 0 else ""
        return f"{self.fact}: {self.measure(facts, request):.2f}{threshold}"


def outcome_probability(facts: Facts) -> float:
    """Return how probable the outcome is: that the scale gate is right, and where it is closed the shape as well."""
    return facts.gate_confidence * (1.0 if facts.gate_open else max(facts.classes.values()))


def insurance(facts: Facts, request: Request) -> str:
    """Return the loss of least expected regret when nothing is decided, among those that aim at the estimand."""
    if facts.classes["skewed"] >= 0.5 and facts.n >= FEWEST_FOR_SKEWED_INSURANCE:
        return {"mean": "mse", "median": "mae"}.get(request.estimand.name, facts.skewed_loss)
    bold = facts.best.loss == "lp" and facts.best.shapes[0] > 2  # ruinous if the tails are heavy after all
    return "mse" if bold or prefers_mse(facts.gain) else facts.best.loss


def _named(facts: Facts) -> str | None:
    return facts.family if facts.n >= FEWEST_ROWS else None


def _decide_undecided(facts: Facts, request: Request) -> Choice:
    return Choice(VerdictStatus.UNDECIDED, insurance(facts, request), _named(facts))


def _decide_scale(facts: Facts, request: Request) -> Choice:
    if facts.heavy_head:
        return Choice(VerdictStatus.SWITCH, "student_t_nll", "heteroscedastic_t")
    return Choice(VerdictStatus.SWITCH, "gaussian_nll", "heteroscedastic_normal")


def _decide_log(facts: Facts, request: Request) -> Choice:
    loss = {"lognormal": "msle", "log_t": "log_student_t"}[facts.log_family]
    return Choice(VerdictStatus.SWITCH, loss, facts.log_family)


def _decide_skewed(facts: Facts, request: Request) -> Choice:
    loss = {"mean": "mse", "median": "mae"}.get(request.estimand.name, facts.skewed_loss)
    status = VerdictStatus.KEEP if loss == "mse" else VerdictStatus.SWITCH
    return Choice(status, loss, facts.family)


RULES: tuple[Rule, ...] = (
    Rule(
        "quantile_wanted",
        "a quantile is asked for",
        1.0,
        lambda f, r: float(r.estimand.quantile is not None),
        lambda f, r: Choice(VerdictStatus.SWITCH, "pinball", _named(f)),
        graded=False,
    ),
    Rule(
        "atom",
        "share of rows with the very same residual or target, which no rounding explains",
        LARGEST_ATOM,
        lambda f, r: f.atom.share if f.atom is not None and f.n >= FEWEST_ROWS else 0.0,
        lambda f, r: Choice(VerdictStatus.FIX_FIRST, None, None),
    ),
    Rule(
        "too_few_rows",
        f"there are fewer than {FEWEST_ROWS} rows, or fewer than {FEWEST_DISTINCT} different residuals",
        1.0,
        lambda f, r: float(f.n < FEWEST_ROWS or f.distinct < FEWEST_DISTINCT),
        _decide_undecided,
        graded=False,
    ),
    Rule(
        "missing_feature",
        "probability that the residuals are two groups",
        DECIDED,
        lambda f, r: f.classes["bimodal"] if f.n >= FEWEST_ROWS else 0.0,
        lambda f, r: Choice(VerdictStatus.FIX_FIRST, None, "normal_mixture"),
    ),
    Rule(
        "scale_undecided",
        "probability that the scale does not change enough to matter, though the test says so",
        1 - DECIDED,
        lambda f, r: 1 - f.gate_confidence if f.gate_open else 0.0,
        lambda f, r: replace(_decide_scale(f, r), status=VerdictStatus.UNDECIDED),
    ),
    Rule(
        "log_target",
        f"the scale grows with the prediction, and a log-scale likelihood is within {LOG_TARGET_LEEWAY} nats a row of "
        "the best with a scale head",
        1.0,
        lambda f, r: float(
            f.gate_open and f.scale_grows and f.log_deficit <= LOG_TARGET_LEEWAY and r.estimand.name != "mean"
        ),
        _decide_log,
        graded=False,
    ),
    Rule(
        "changing_scale",
        "the rank test sees the scale change with the prediction, and unweighted losses keep less than 0.9 of the rows",
        1.0,
        lambda f, r: float(f.gate_open),
        _decide_scale,
        graded=False,
    ),
    Rule(
        "undecided",
        "probability that the likeliest outcome is wrong",
        1 - DECIDED,
        lambda f, r: 1 - outcome_probability(f),
        _decide_undecided,
    ),
    Rule(
        "skewed",
        "probability that the noise is skewed enough to matter",
        DECIDED,
        lambda f, r: f.classes["skewed"],
        _decide_skewed,
    ),
    Rule(
        "not_normal",
        "expected gain in rows from leaving MSE",
        WORTH_A_SWITCH,
        lambda f, r: -1.0 if prefers_mse(f.gain) else f.gain,
        lambda f, r: Choice(VerdictStatus.SWITCH, f.best.loss, f.family),
    ),
    Rule(
        "mse_adequate",
        "probability that MSE keeps at least 0.9 of the rows",
        0.0,
        lambda f, r: 1 - f.inadequate,
        lambda f, r: Choice(VerdictStatus.KEEP, "mse", f.family),
    ),
)
"""Read from the top. A material bias, slope or curvature puts `fix-first` in front of whatever is said here."""


def fired_rule(facts: Facts, request: Request) -> Rule:
    """Return the first rule of the table that fires."""
    return next(rule for rule in RULES if rule.fires(facts, request))


def nearest_rule(facts: Facts, request: Request, fired: Rule) -> Rule | None:
    """Return the graded rule above the fired one that came closest to firing, if any came half way."""

    def share(rule: Rule) -> float:
        return rule.measure(facts, request) / rule.threshold

    missed = [rule for rule in RULES[: RULES.index(fired)] if rule.graded and share(rule) > 0.5]
    return max(missed, key=share, default=None)
