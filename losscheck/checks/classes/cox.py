"""Cox's recalibration: intercepts and slope of the log-odds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.classes.outcome import FEWEST_ROWS, TRAINED_ON, hold, skip, snap
from losscheck.checks.intervals import standard_interval
from losscheck.checks.wording import effect_with, figure, p_text
from losscheck.numeric.lazy import np
from losscheck.outputs.cox import fit_recalibration
from losscheck.outputs.undefined import Undefined, usable_moments
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.outputs.cox import Recalibration
    from losscheck.outputs.moments import RowMoments
    from losscheck.sample import ClassSample

MARGIN = 0.1
"""A slope in [0.9, 1.1] is 1 for all that matters."""


def run(sample: ClassSample, alpha: float) -> Finding:
    """Hold the slope of the true on the stated log-odds, with Wald's interval, against [0.9, 1.1]."""
    moments, fit = usable_moments(sample), fit_recalibration(sample)
    if isinstance(moments, Undefined) or isinstance(fit, Undefined):
        return skip(moments, fit)
    interval = standard_interval(fit.slope, fit.slope_se, alpha)
    effect = effect_with("slope of the log-odds", fit.slope, interval, MARGIN)
    thinned = "" if fit.every == 1 else f", from one row in {fit.every}"
    measured = (
        f"When the stated log-odds move by 1, the true ones move by {figure(fit.slope)}, {_describe(moments, fit)} "
        f"(likelihood ratio {figure(fit.likelihood_ratio)}, {p_text(fit.p)}, asymptotic{thinned})"
    )
    statistic, p = fit.likelihood_ratio, fit.p
    return hold(sample, measured, effect, interval, family=CHECK.id, target=1.0, statistic=statistic, p_value=p)


def _describe(moments: RowMoments, fit: Recalibration) -> str:
    """Say what the intercepts are."""
    names = moments.stated.names
    if moments.classes == 2:
        return f"and where they are stated as 0 they are {figure(snap(float(fit.intercepts[1])))}"
    centered = fit.intercepts - fit.intercepts.mean()
    low, high = int(np.argmin(centered)), int(np.argmax(centered))
    return (
        f"and the logits lack offsets from {figure(snap(float(centered[low])))} (class {names[low]}) to "
        f"{figure(snap(float(centered[high])))} (class {names[high]})"
    )


CHECK = Check(
    id="cox",
    code="LC605",
    title="Cox's recalibration",
    question="When the stated log-odds move by one, do the true ones?",
    null="The true log-odds are the stated ones: no intercepts, and slope 1.",
    why="It separates the two commonest errors. A slope below 1 is overconfidence, as a temperature above 1 is; an "
    "intercept is a class that is more or less frequent than the model takes it to be.",
    advice="Slope only: a temperature after training (LC604). Intercepts only: a shift of class frequencies, or class "
    "weights or resampling in training; exp(-a) is the weight that would explain it. Add them to the logits.",
    misleads="Weights, resampling and a shift of frequencies leave the same intercepts. With few rows a class the "
    f"slope comes out too high. It is undefined where all rows state the same log-odds. {TRAINED_ON}",
    references=(
        "Cox 1958, Two further applications of a model for binary regression, doi:10.1093/biomet/45.3-4.562",
        "Miller, Hui & Tierney 1991, Validation techniques for logistic regression models, doi:10.1002/sim.4780100805",
        "Saerens, Latinne & Decaestecker 2002, Adjusting the outputs of a classifier to new a priori probabilities, "
        "doi:10.1162/089976602753284446",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.LABELS}),
    minimum_rows=FEWEST_ROWS,
    varies=False,
)
