"""The recommendation as a table of rules: the first row whose fact reaches its threshold decides."""

from __future__ import annotations

from dataclasses import replace

from losscheck.facts import WORTH_A_SWITCH, Facts, prefers_mse
from losscheck.preparation import FEWEST_DISTINCT, LARGEST_ATOM
from losscheck.response_rules import OWN_LIKELIHOOD, ZEROS_FIRST
from losscheck.results import VerdictStatus
from losscheck.rule import DECIDED, FEWEST_ROWS, Choice, Request, Rule

FEWEST_FOR_SKEWED_INSURANCE = 100
"""Below this a skewed likelihood is not identified well enough to be anybody's insurance."""
LOG_TARGET_LEEWAY = 0.03
"""Nats a row that a log-scale likelihood may be behind a scale head: retrained it was ahead by 0.1 to 1.5."""


def outcome_probability(facts: Facts) -> float:
    """Return how probable the outcome is: that the scale gate is right, and where it is closed the shape as well."""
    return facts.gate_confidence * (1.0 if facts.gate_open else max(facts.classes.values()))


def insurance(facts: Facts, request: Request) -> str:
    """Return the loss of least expected regret when nothing is decided, among those that aim at the estimand."""
    if facts.classes["skewed"] >= 0.5 and facts.n >= FEWEST_FOR_SKEWED_INSURANCE:
        return {"mean": "mse", "median": "mae"}.get(request.estimand.name, facts.skewed_loss)
    bold = facts.best.loss == "lp" and facts.best.shapes[0] > 2  # ruinous if the tails are heavy after all
    return "mse" if bold or prefers_mse(facts.gain, facts.shape_n) else facts.best.loss


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
    ZEROS_FIRST,
    Rule(
        "atom",
        "share of rows with the very same residual or target, which no rounding explains",
        LARGEST_ATOM,
        lambda f, r: f.atom.share if f.atom is not None and f.n >= FEWEST_ROWS else 0.0,
        lambda f, r: Choice(VerdictStatus.FIX_FIRST, None, None),
    ),
    OWN_LIKELIHOOD,
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
        lambda f, r: -1.0 if prefers_mse(f.gain, f.shape_n) else f.gain,
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


__all__ = ["DECIDED", "FEWEST_ROWS", "RULES", "Choice", "Request", "Rule", "fired_rule", "nearest_rule"]
