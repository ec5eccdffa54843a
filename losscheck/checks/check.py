"""The declaration of a check, and how any check is run on a sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from losscheck.results import CheckResult, Effect, Need, Status, TaskKind
from losscheck.sample import Stage

if TYPE_CHECKING:
    from losscheck.sample import ClassSample, Sample

NOISE = frozenset({TaskKind.REGRESSION})
"""Tasks whose residuals are looked at."""
CLASSES = frozenset({TaskKind.BINARY, TaskKind.MULTICLASS, TaskKind.MULTILABEL, TaskKind.SOFT})
"""Tasks whose outputs are probabilities of classes."""
BEFORE = frozenset({TaskKind.TARGETS})
"""Targets alone, or with the outputs of a network before training (`Stage.INIT`)."""
NUMBERS = NOISE | BEFORE

WEIGHTS_IGNORED = "(Row weights are not used: every row counts once.)"


def looked_at_as(sample: Sample | ClassSample) -> TaskKind:
    """Return the task whose checks are run: of numbers before training those of targets, with outputs or without."""
    return TaskKind.TARGETS if getattr(sample, "stage", None) is Stage.INIT else sample.kind


@dataclass(frozen=True)
class Finding:
    """What a check found on one sample; `advice` replaces the declared one where the case calls for it."""

    status: Status
    message: str
    statistic: float | None = None
    p_value: float | None = None
    effect: Effect | None = None
    rows: tuple[int, ...] = ()
    advice: str | None = None


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question to the sample. All words that a user reads about the check live here.

    `run(sample, alpha)` is called only on the samples of `tasks` that have what `needs` names, and between
    `minimum_rows` and `maximum_rows` rows; `varies` checks are skipped on constant residuals. A check whose `run` is
    None is decided with the verdict.
    """

    id: str
    code: str
    title: str
    question: str
    null: str
    why: str
    advice: str
    misleads: str
    references: tuple[str, ...]
    worst: Status
    run: Callable[[Any, float], Finding] | None
    tasks: frozenset[TaskKind] = NOISE
    needs: frozenset[Need] = frozenset()
    minimum_rows: int = 1
    maximum_rows: int | None = None
    varies: bool = True

    def applies_to(self, sample: Sample | ClassSample) -> bool:
        """Return whether the check looks at samples of this kind."""
        return self.run is not None and looked_at_as(sample) in self.tasks

    def result(self, sample: Sample | ClassSample, alpha: float) -> CheckResult:
        """Run the check, or say in words why it does not apply."""
        reason = self._why_skipped(sample)
        if reason or self.run is None:
            return self.report(Finding(Status.SKIP, reason or "decided with the verdict"))
        return self.report(self._without_weights(self.run(sample, alpha), sample))

    def report(self, finding: Finding) -> CheckResult:
        """Put the finding under this check's name; advice is given only where something was found."""
        silent = finding.status in (Status.PASS, Status.SKIP)
        advice = "" if silent else (self.advice if finding.advice is None else finding.advice)
        return CheckResult(
            self.id,
            self.code,
            self.title,
            finding.status,
            finding.message,
            advice,
            finding.statistic,
            finding.p_value,
            finding.effect,
            finding.rows,
        )

    def _without_weights(self, finding: Finding, sample: Sample | ClassSample) -> Finding:
        """Say that every row counted once, where the sample has weights and the check looks at the noise."""
        if sample.weight is None or not self.varies or finding.status is Status.SKIP:
            return finding
        return replace(finding, message=f"{finding.message} {WEIGHTS_IGNORED}")

    def _why_skipped(self, sample: Sample | ClassSample) -> str:
        for need in sorted(self.needs):
            if reason := sample.lacks(need):
                return reason
        if sample.n < self.minimum_rows:
            return f"needs at least {self.minimum_rows} rows, there are {sample.n}"
        if self.maximum_rows is not None and sample.n > self.maximum_rows:
            return f"not defined above {self.maximum_rows:,} rows, there are {sample.n:,}"
        return "all residuals are equal" if self.varies and sample.constant else ""
