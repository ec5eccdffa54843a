"""The recommendation before training as a table of rules: the first row that fires decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from losscheck.before_training.domain import allowed
from losscheck.before_training.facts import TargetFacts
from losscheck.families import regression_loss_named
from losscheck.families.response_family import Domain, ResponseFamily
from losscheck.results import Status, VerdictStatus
from losscheck.rule import Choice, Request

OF_COUNTS = ("poisson", "negative_binomial", "negative_binomial_1", "zero_inflated_poisson", "binomial")
OF_ZEROS = ("tweedie", "hurdle", "hurdle_lognormal", "tobit_nll")
OF_SHARES = ("zero_one_inflated_beta", "tobit_nll")
OF_ANY = ("mse", "huber", "student_t", "mae")
OF_POSITIVE = ("gamma", "msle", "log_student_t")
OF_OPEN_SHARES = ("beta_nll",)


@dataclass(frozen=True)
class TargetRule:
    """One row: fires on the facts and the request; `fact` says in words what it saw, `choose` what follows."""

    id: str
    fact: str
    fires: Callable[[TargetFacts, Request], bool]
    choose: Callable[[TargetFacts, Request], Choice]


def contenders(facts: TargetFacts) -> tuple[str, ...]:
    """Return the losses among which the residuals decide, the safe choice first."""
    seen = facts.seen
    target = seen.target
    if facts.atomic:
        return allowed(seen, OF_SHARES if Domain.CLOSED_UNIT in target.domains() else OF_ZEROS)
    if facts.counts:
        return OF_COUNTS[-1:] if facts.even else OF_COUNTS[:-1]
    losses: tuple[str, ...] = (*OF_ANY, *allowed(seen, OF_POSITIVE))
    losses += allowed(seen, OF_OPEN_SHARES) if target.unit else ()
    if target.count and facts.even and not facts.zero_free:
        return (*losses, *(OF_COUNTS[-1:] if Domain.BOUNDED_COUNT in target.domains() else ()))
    return (*losses, *(OF_COUNTS[:2] if target.count and not facts.zero_free else ()))


def _first_of_domain(facts: TargetFacts, request: Request) -> Choice:
    """Return the safe loss of the targets' own domain, which is consistent for the mean where one is."""
    family = regression_loss_named(contenders(facts)[0])
    if request.estimand.name == "mean" and not (isinstance(family, ResponseFamily) and family.mean_consistent):
        return Choice(VerdictStatus.UNDECIDED, "mse", "normal")
    loss = "mae" if request.estimand.name == "median" else family.loss.id
    return Choice(VerdictStatus.SWITCH, loss, family.id)


def _insurance(facts: TargetFacts, request: Request) -> Choice:
    loss = {"median": "mae"}.get(request.estimand.name, "mse")
    return Choice(VerdictStatus.UNDECIDED, loss, {"mse": "normal", "mae": "laplace"}[loss])


TARGET_RULES: tuple[TargetRule, ...] = (
    TargetRule(
        "quantile_wanted",
        "a quantile is asked for, and the pinball loss aims at it whatever the noise",
        lambda f, r: r.estimand.quantile is not None,
        lambda f, r: Choice(VerdictStatus.SWITCH, "pinball", "asymmetric_laplace"),
    ),
    TargetRule(
        "pile_at_an_end",
        "targets pile up at an end of a continuous range, where no density has a chance for one value",
        lambda f, r: f.atomic and bool(contenders(f)),
        _first_of_domain,
    ),
    TargetRule(
        "counts_with_zeros",
        "targets are counts with zeros among them: noise around a prediction would go below 0 and between them",
        lambda f, r: f.counts and not f.even and not f.zero_free,
        _first_of_domain,
    ),
    TargetRule(
        "classes_or_counts",
        "targets are a few neighbouring whole numbers without a thin tail: classes, ratings or counts",
        lambda f, r: f.ladder and f.task is None,
        _insurance,
    ),
    TargetRule(
        "residuals_decide",
        "the domain leaves noise of any shape possible",
        lambda f, r: True,
        _insurance,
    ),
)
"""Read from the top. A start that is far off puts `fix-first` in front of whatever is said here."""


def fired_target_rule(facts: TargetFacts, request: Request) -> TargetRule:
    """Return the first rule of the table that fires."""
    return next(rule for rule in TARGET_RULES if rule.fires(facts, request))


def starts_far_off(facts: TargetFacts) -> bool:
    """Return whether the outputs of the untrained network are far from where they should start."""
    found = (facts.checks.get(id) for id in ("initial_error", "output_scale"))
    return facts.start is not None and any(check is not None and check.status is Status.WARN for check in found)
