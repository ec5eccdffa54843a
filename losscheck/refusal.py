"""Residuals in which there is no noise to read are refused, with what they are instead."""

from __future__ import annotations

from losscheck.checks.noise.measures import mean_trend, standardise, thinned
from losscheck.numeric.lazy import np
from losscheck.numeric.ordered import sd_of
from losscheck.results import InputError
from losscheck.sample import Sample

FEWEST = 3
COMPARE = "Look at the columns: they must be true targets, and predictions of a model."
EXACT = 1e-13
"""Of the targets: less is left when a residual is a line or a parabola of its prediction."""
ROUND_OFF = 4e-16
"""Of the targets: residuals that differ by less differ only by the rounding of target − prediction."""
SMALLEST_SCALE, LARGEST_SCALE = 1e-304, 1e300


def require_noise(sample: Sample) -> None:
    """Raise InputError where residuals are constant, an exact function of the prediction, or out of range."""
    where = sample.info.files[0].name if sample.info.files else "the input"
    if sample.n < FEWEST:
        raise InputError(
            f"{where}: {sample.n} usable rows show no noise; at least {FEWEST} are needed. Give more rows."
        )
    targets, pairs = sample.target_values, sample.paired
    size = 0.0 if targets is None else float(np.abs(targets.value).max())
    if float(np.ptp(sample.residual / 2)) <= ROUND_OFF * size:  # halved, for differences near 1e308
        value = float(sample.residual[0])
        hint = "; predictions equal to the targets are a leak, or the same column twice" if value == 0 else ""
        raise InputError(
            f"{where}: all {sample.n} residuals are equal to {value:g}, so there is no noise to read{hint}. {COMPARE}"
        )
    if targets is not None and bool((targets.value == targets.value[0]).all()):
        raise InputError(
            f"{where}: all {sample.n} targets are equal to {targets.value[0]:g}: there is nothing to predict. {COMPARE}"
        )
    trend = mean_trend(sample)
    if pairs.prediction is not None and trend.basis is not None:
        rest = thinned(pairs, pairs.residual) - trend.fitted(thinned(pairs, pairs.prediction))
        exact = sd_of(rest, pairs.count) < EXACT * size
    else:
        exact = False
    if exact:
        raise InputError(
            f"{where}: the residuals are an exact function of the prediction: a transform, not noise. {COMPARE}"
        )
    scale = standardise(sample).sd
    if not SMALLEST_SCALE < scale < LARGEST_SCALE:
        raise InputError(
            f"{where}: the residuals' scale is {scale:g}, at the end of double precision; change the unit."
        )
