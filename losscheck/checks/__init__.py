"""Checks: one question to the sample each, one file each; `CHECKS` is the table of contents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from losscheck.checks import advice, declared_loss, missing_values, non_finite, one_loss
from losscheck.checks.check import Check, looked_at_as
from losscheck.results import TaskKind
from losscheck.sample import ClassSample

if TYPE_CHECKING:
    from losscheck.results import CheckResult
    from losscheck.sample import Sample

    CHECKS: tuple[Check, ...]

OF_ROWS = (missing_values.CHECK, non_finite.CHECK)


def run_checks(sample: Sample | ClassSample, alpha: float = 0.05) -> tuple[CheckResult, ...]:
    """Run every check of this kind of sample, in the order of the codes; the others are not even imported.

    LC900 and LC901 are left out: they are decided with the verdict.
    """
    own: tuple[Check, ...]
    if isinstance(sample, ClassSample):
        from losscheck.checks.classes import CLASS_CHECKS as own
    elif looked_at_as(sample) is TaskKind.TARGETS:
        from losscheck.checks.noise import heaping, too_few_rows
        from losscheck.checks.targets import START_CHECKS

        own = (too_few_rows.CHECK, heaping.CHECK, *START_CHECKS)
    else:
        from losscheck.checks.noise import NOISE_CHECKS, fitted_baseline

        own = NOISE_CHECKS if sample.baseline is None else (fitted_baseline.CHECK, *NOISE_CHECKS)
    return in_order(check.result(sample, alpha) for check in (*OF_ROWS, *own) if check.applies_to(sample))


def in_order(results: Iterable[CheckResult]) -> tuple[CheckResult, ...]:
    """Return the results in the order of the codes."""
    return tuple(sorted(results, key=lambda result: result.code))


def __getattr__(name: str) -> Any:
    """Put `CHECKS` together when it is first asked for (PEP 562)."""
    if name != "CHECKS":
        raise AttributeError(f"module 'losscheck.checks' has no attribute {name!r}")
    from losscheck.checks.classes import CLASS_CHECKS
    from losscheck.checks.noise import NOISE_CHECKS, fitted_baseline
    from losscheck.checks.targets import START_CHECKS

    last = (advice.CHECK, declared_loss.CHECK, one_loss.CHECK)
    found = (*OF_ROWS, fitted_baseline.CHECK, *NOISE_CHECKS, *CLASS_CHECKS, *START_CHECKS, *last)
    globals()["CHECKS"] = tuple(sorted(found, key=lambda check: check.code))
    return globals()["CHECKS"]


__all__ = ["CHECKS", "Check", "in_order", "run_checks"]
