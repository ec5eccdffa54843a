"""Checks of class outputs and labels: one question each, one file each."""

from losscheck.checks.check import Check

CLASS_CHECKS: tuple[Check, ...] = ()
