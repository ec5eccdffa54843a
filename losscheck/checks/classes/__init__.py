"""Checks of class outputs and labels: one question each, one file each."""

from losscheck.checks.check import Check
from losscheck.checks.classes import (
    alignment,
    baseline,
    calibration_in_the_large,
    classwise,
    corp,
    cox,
    cumulative,
    ece,
    extreme_rows,
    familywise,
    imbalance,
    initial_loss,
    label_range,
    nll_z,
    rows_per_class,
    spiegelhalter,
    temperature,
)

CLASS_CHECKS: tuple[Check, ...] = (
    calibration_in_the_large.CHECK,
    nll_z.CHECK,
    spiegelhalter.CHECK,
    temperature.CHECK,
    cox.CHECK,
    corp.CHECK,
    cumulative.CHECK,
    classwise.CHECK,
    ece.CHECK,
    familywise.CHECK,
    alignment.CHECK,
    label_range.CHECK,
    imbalance.CHECK,
    baseline.CHECK,
    initial_loss.CHECK,
    extreme_rows.CHECK,
    rows_per_class.CHECK,
)
