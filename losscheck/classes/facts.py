"""From the checks of class outputs to the few plain facts that decide."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from losscheck.families import likelihood_of
from losscheck.families.label_family import LabelFamily
from losscheck.numeric.lazy import np
from losscheck.outputs.baselines import row_losses
from losscheck.outputs.cox import fit_recalibration
from losscheck.outputs.interpretation import Interpretation, interpret, single_scores
from losscheck.outputs.moments import row_moments
from losscheck.outputs.naming import numbers_by_name
from losscheck.outputs.smoothing import smoothing_floor
from losscheck.outputs.squared_error import squared_error_efficiency
from losscheck.outputs.stated import state
from losscheck.outputs.temperature import Temperature, fit_temperature
from losscheck.outputs.undefined import Undefined
from losscheck.results import CheckResult, Estimate, Need, Status, TaskKind
from losscheck.sample import ClassSample, Stage

Found = TypeVar("Found")
CALIBRATION = (
    "calibration_in_the_large",
    "nll_z",
    "spiegelhalter",
    "temperature",
    "cox",
    "corp",
    "cumulative",
    "classwise",
)
"""Checks that ask whether labels are draws from what is stated."""


@dataclass(frozen=True, eq=False)
class ClassFacts:
    """What the rules look at: how each check ended, what the numbers are, and the figures behind the words.

    `said`: the user or the column names say that the numbers are what they are. `log_loss` and `entropy` are nats a
    statement: the mean of −log p of what came true, and what it would be if the outputs are right. `offsets` are the
    intercepts of the recalibrated logits, a number a class.
    """

    n: int
    names: tuple[str, ...]
    kind: TaskKind
    family: LabelFamily
    labelled: bool
    interpretation: Interpretation
    single: bool
    said: bool
    stage: Stage
    checks: Mapping[str, CheckResult]
    log_loss: float | None
    entropy: float | None
    fitted: Temperature | None
    temperature: Estimate | None
    offsets: tuple[float, ...]
    smoothing: float | None
    squared_error: Estimate | None

    @property
    def classes(self) -> int:
        """Number of classes, or of labels."""
        return len(self.names)

    @property
    def uninformative(self) -> bool:
        """True where no finite temperature is best: labels are no more frequent where they are stated to be."""
        return self.fitted is not None and self.fitted.value == math.inf and self.ended("temperature")

    def ended(self, id: str, *statuses: Status) -> bool:
        """Return whether the check ran and ended in one of the statuses (default: fail)."""
        found = self.checks.get(id)
        return found is not None and found.status in (statuses or (Status.FAIL,))

    def calibration(self, status: Status) -> tuple[CheckResult, ...]:
        """Return the calibration checks that ended in this status."""
        return tuple(self.checks[id] for id in CALIBRATION if self.ended(id, status))


def gather_class_facts(sample: ClassSample, checks: Sequence[CheckResult], alpha: float) -> ClassFacts:
    """Condense what was measured into the facts that the rules read."""
    stated, moments, losses = state(sample), row_moments(sample), _defined(row_losses(sample))
    fitted, recalibrated = _defined(fit_temperature(sample)), _defined(fit_recalibration(sample))
    reading = interpret(sample)
    loss = None if losses is None else losses.mean(losses.loss)
    return ClassFacts(
        n=sample.n,
        names=sample.classes,
        kind=sample.kind,
        family=likelihood_of(sample.kind, sample.asked.ordinal),
        labelled=not sample.lacks(Need.TARGET),
        interpretation=reading,
        single=single_scores(sample),
        said=sample.asked.outputs is not None or numbers_by_name(sample) is reading.numbers,
        stage=sample.asked.stage,
        checks={check.id: check for check in checks},
        log_loss=loss if loss is not None and np.isfinite(loss) else None,
        entropy=moments.mean(moments.entropy) if moments is not None and moments.n else None,
        fitted=fitted,
        temperature=None if fitted is None else Estimate(fitted.value, *fitted.interval(alpha)),
        offsets=() if recalibrated is None else tuple(recalibrated.intercepts.tolist()),
        smoothing=smoothing_floor(sample) if fitted is not None and fitted.value < 1 else None,
        squared_error=None if stated is None else squared_error_efficiency(stated, alpha).overall,
    )


def _defined(found: Found | Undefined) -> Found | None:
    return None if isinstance(found, Undefined) else found
