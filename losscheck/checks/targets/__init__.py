"""Checks before training: of targets alone, and of the outputs of a network that has not been trained yet."""

from losscheck.checks.check import Check
from losscheck.checks.targets import initial_error, output_scale, target_domain, target_scale

START_CHECKS: tuple[Check, ...] = (
    target_domain.CHECK,
    target_scale.CHECK,
    initial_error.CHECK,
    output_scale.CHECK,
)
