"""Checks: one question to the sample each, one file each; `CHECKS` is the table of contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscheck.checks import advice, declared_loss, missing_values, non_finite, one_loss
from losscheck.checks.check import CLASSES, Check

if TYPE_CHECKING:
    from losscheck.results import CheckResult
    from losscheck.sample import ClassSample, Sample

    CHECKS: tuple[Check, ...]

OF_ROWS = (missing_values.CHECK, non_finite.CHECK)


def run_checks(sample: Sample | ClassSample, alpha: float = 0.05) -> tuple[CheckResult, ...]:
    """Run every check of this kind of sample, in the order of the codes; the others are not even imported.

    LC900 and LC901 are left out: they are decided with the verdict.
    """
    if sample.kind in CLASSES:
        from losscheck.checks.classes import CLASS_CHECKS as own
    else:
        from losscheck.checks.noise import NOISE_CHECKS as own
    return tuple(check.result(sample, alpha) for check in (*OF_ROWS, *own) if check.applies_to(sample))


def __getattr__(name: str) -> Any:
    """Put `CHECKS` together when it is first asked for (PEP 562)."""
    if name != "CHECKS":
        raise AttributeError(f"module 'losscheck.checks' has no attribute {name!r}")
    from losscheck.checks.classes import CLASS_CHECKS
    from losscheck.checks.noise import NOISE_CHECKS

    globals()["CHECKS"] = (*OF_ROWS, *NOISE_CHECKS, *CLASS_CHECKS, advice.CHECK, declared_loss.CHECK, one_loss.CHECK)
    return globals()["CHECKS"]


__all__ = ["CHECKS", "Check", "run_checks"]
