"""Calibration slope: whether the predictions are too timid or too bold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.noise.bias import trend_finding
from losscheck.checks.noise.measures import mean_trend
from losscheck.checks.wording import figure
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample


def run(sample: Sample, alpha: float) -> Finding:
    """Hold the slope of the residual on the prediction against 0.1 residual sd per prediction sd."""
    fit = mean_trend(sample)
    if fit.slope is None or fit.calibration is None:
        return Finding(Status.SKIP, "all predictions are equal")
    kind = "too timid" if fit.slope.value > 0 else "too bold"
    measured = (
        f"targets move by {figure(fit.calibration.value)} when the prediction moves by 1: the predictions are {kind} "
        f"by {figure(abs(fit.slope.value))} residual sd per sd of the prediction"
    )
    name = "slope of the residual, in residual sd per sd of the prediction"
    return trend_finding(fit, "slope", alpha, name, measured)


CHECK = Check(
    id="calibration_slope",
    code="LC102",
    title="Calibration slope",
    question="When the prediction moves by one, does the target move by one?",
    null="The residual has no linear relation to the prediction: the slope of target on prediction is 1.",
    why="A slope above 1 means timid predictions (too much regularisation, too few rounds), one below 1 bold "
    "ones (overfitting). The remaining slope looks like extra noise, skewed where predictions are.",
    advice="Below 1: regularise more, stop earlier, or check that these rows were really held out. Above 1: "
    "train longer or regularise less. A linear recalibration on held-out rows repairs both.",
    misleads="A slope below 1 arises in training residuals too when the loss is not squared error, and from noise "
    "in the prediction itself; predictions of the median need not have slope 1 for the mean.",
    references=(
        "Cox 1958, Two further applications of a model, doi:10.1093/biomet/45.3-4.562",
        "Newey & West 1987, A positive semi-definite HAC covariance matrix, doi:10.2307/1913610",
    ),
    worst=Status.WARN,
    run=run,
    needs=frozenset({Need.PREDICTION}),
    minimum_rows=10,
)
