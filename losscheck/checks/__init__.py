"""Checks: one question to the sample each, one file each; `CHECKS` is the table of contents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks import advice, declared_loss, missing_values, non_finite
from losscheck.checks.check import Check
from losscheck.checks.classes import CLASS_CHECKS
from losscheck.checks.noise import NOISE_CHECKS

if TYPE_CHECKING:
    from losscheck.results import CheckResult
    from losscheck.sample import ClassSample, Sample

CHECKS: tuple[Check, ...] = (
    missing_values.CHECK,
    non_finite.CHECK,
    *NOISE_CHECKS,
    *CLASS_CHECKS,
    advice.CHECK,
    declared_loss.CHECK,
)


def run_checks(sample: Sample | ClassSample, alpha: float = 0.05) -> tuple[CheckResult, ...]:
    """Run every check of this kind of sample, in the order of the codes.

    LC900 and LC901 are left out: they are decided with the verdict.
    """
    return tuple(check.result(sample, alpha) for check in CHECKS if check.applies_to(sample))


__all__ = ["CHECKS", "Check", "run_checks"]
