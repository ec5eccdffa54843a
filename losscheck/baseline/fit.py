"""A sample of targets and features to one of targets and out-of-fold predictions."""

from __future__ import annotations

from dataclasses import replace

from losscheck.baseline.design import make_design
from losscheck.baseline.ridge import FOLDS, assign_folds, predict_out_of_fold
from losscheck.numeric.lazy import np
from losscheck.results import InputError, TaskKind
from losscheck.sample import Baseline, Sample

FEWEST_ROWS = 30
METHOD = "ridge regression on natural cubic splines of numbers and indicators of words"
REASONS_SHOWN = 5


def fit_baseline(sample: Sample, seed: int = 0) -> Sample:
    """Return the sample with predictions of a baseline that has not seen the row, and what the baseline was.

    Raises InputError where there are too few rows, or no feature that says anything. The folds are random rows, the
    same for the same seed. Weights count in the fit.
    """
    features, target = sample.features, sample.target
    assert features is not None
    assert target is not None
    where = sample.info.files[0].name if sample.info.files else "the input"
    if sample.n < FEWEST_ROWS:
        raise InputError(f"{where}: {sample.n} usable rows; --fit-baseline needs at least {FEWEST_ROWS}")
    if bool((target == target[0]).all()):
        raise InputError(f"{where}: all {sample.n} targets are equal to {target[0]:g}: there is nothing to predict")
    design = make_design(features, target)
    if not design.used:
        reasons = "; ".join(f"'{name}' {reason}" for name, reason in design.left_out[:REASONS_SHOWN])
        raise InputError(f"{where}: no feature is left for --fit-baseline ({reasons}). Add features, or leave it out.")
    prediction = predict_out_of_fold(design, target, sample.weight, assign_folds(sample.n, seed))
    if not bool(np.isfinite(prediction).all()):
        raise InputError(f"{where}: the baseline's predictions leave double precision; change the unit of the columns")
    residual = target - prediction
    center = np.average(target, weights=sample.weight)
    left = np.average(residual**2, weights=sample.weight) / np.average((target - center) ** 2, weights=sample.weight)
    return replace(
        sample,
        residual=residual,
        prediction=prediction,
        kind=TaskKind.REGRESSION,
        features=None,
        baseline=Baseline(METHOD, FOLDS, float(1 - left), design.used, design.left_out),
    )
