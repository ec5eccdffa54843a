"""Checks: one question to the sample each, one file each; `CHECKS` is the table of contents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks import (
    advice,
    anderson_darling,
    bias,
    bimodality,
    breusch_pagan,
    calibration_slope,
    cramer_von_mises,
    curvature,
    dagostino_k2,
    declared_loss,
    duplicates,
    durbin_watson,
    excess_kurtosis,
    gpd_tail,
    hill,
    jarque_bera,
    l_kurtosis,
    l_skewness,
    lag1_autocorrelation,
    lilliefors,
    ljung_box,
    medcouple,
    missing_values,
    non_finite,
    outliers,
    pile_up,
    robust_jarque_bera,
    scale_rank,
    shapiro_francia,
    shapiro_wilk,
    skewness,
    ties,
    too_few_rows,
    top_share,
    white,
)
from losscheck.checks.check import Check

if TYPE_CHECKING:
    from losscheck.results import CheckResult
    from losscheck.sample import Sample

CHECKS: tuple[Check, ...] = (
    missing_values.CHECK,
    non_finite.CHECK,
    duplicates.CHECK,
    too_few_rows.CHECK,
    bias.CHECK,
    calibration_slope.CHECK,
    curvature.CHECK,
    shapiro_wilk.CHECK,
    shapiro_francia.CHECK,
    anderson_darling.CHECK,
    lilliefors.CHECK,
    cramer_von_mises.CHECK,
    jarque_bera.CHECK,
    robust_jarque_bera.CHECK,
    dagostino_k2.CHECK,
    excess_kurtosis.CHECK,
    skewness.CHECK,
    l_kurtosis.CHECK,
    l_skewness.CHECK,
    medcouple.CHECK,
    gpd_tail.CHECK,
    hill.CHECK,
    outliers.CHECK,
    top_share.CHECK,
    bimodality.CHECK,
    ties.CHECK,
    pile_up.CHECK,
    scale_rank.CHECK,
    breusch_pagan.CHECK,
    white.CHECK,
    lag1_autocorrelation.CHECK,
    durbin_watson.CHECK,
    ljung_box.CHECK,
    advice.CHECK,
    declared_loss.CHECK,
)


def run_checks(sample: Sample, alpha: float = 0.05) -> tuple[CheckResult, ...]:
    """Run every check that looks at the sample alone, in the order of the codes.

    LC900 and LC901 are left out: they are decided with the verdict.
    """
    return tuple(check.result(sample, alpha) for check in CHECKS if check.run is not None)


__all__ = ["CHECKS", "Check", "run_checks"]
