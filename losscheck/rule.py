"""What a row of the rules table is: the fact that makes it fire, and what it then recommends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from losscheck.checks.wording import figure
from losscheck.facts import Facts
from losscheck.loss_choice import Estimand, LossChoice
from losscheck.results import Estimate, VerdictStatus

FEWEST_ROWS = 30
"""Below this no family is named: the oracle that knows the true shapes is wrong too often (docs/decision.md)."""
DECIDED = 0.8
"""Posterior probability at which an outcome counts as decided: observed rates match it within 0.05."""


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
