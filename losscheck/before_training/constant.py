"""Every likelihood fitted to the targets around one constant prediction, their mean: the baseline of any model."""

from __future__ import annotations

from dataclasses import dataclass, replace

from losscheck.contest import Contest, hold_contest
from losscheck.drawing import draw_histogram
from losscheck.numeric.lazy import np
from losscheck.numeric.points import make_points
from losscheck.plots import Histogram
from losscheck.posterior import weigh_models
from losscheck.preparation import LogView, Prepared, prepare
from losscheck.ranking import FamilyFits
from losscheck.results import Fit, TaskKind, Verdict
from losscheck.sample import Sample, Stage

SMALLEST_RANKED = 5
"""Distinct targets: fewer have no shape to rank by."""


@dataclass(frozen=True, eq=False)
class ConstantFits:
    """The fits, best nats a row first; `mean` is the constant, around which mu of the noise families is measured."""

    prepared: Prepared
    fits: FamilyFits
    contest: Contest | None
    ranked: tuple[Fit, ...]
    mean: float

    def draw(self, verdict: Verdict) -> Histogram | None:
        """Count the targets in bins, with the densities of the normal and of the best family of noise."""
        drawn = draw_histogram(self.prepared, self.fits, self.ranked, verdict)
        if drawn is None:
            return None
        edges = tuple(edge + self.mean for edge in drawn.edges)
        return replace(drawn, edges=edges, title="Targets, and densities around one constant: not those of residuals")


def fit_constant(sample: Sample, alpha: float) -> ConstantFits:
    """Fit every likelihood that the targets allow to them around their mean; raises nothing for two values or more.

    Noise is fitted to target − mean. Families of the targets' own domain have the mean as prediction of every row. No
    weight of belief is kept: these are no residuals.
    """
    target = sample.target
    assert target is not None
    mean = float(np.average(target, weights=sample.weight))
    around = replace(
        sample,
        kind=TaskKind.REGRESSION,
        stage=Stage.TRAIN,
        residual=target - mean,
        prediction=np.full(target.size, mean),
        ordered=False,
    )
    prepared = replace(prepare(around, alpha), logs=_logs(around, mean))
    fits = FamilyFits(prepared, weigh_models(prepared.shape, prepared.tempering))
    contest = hold_contest(around, prepared, fits) if prepared.distinct >= SMALLEST_RANKED else None
    ranked = fits.ranked() if contest is None else contest.rank(fits.ranked())
    return ConstantFits(prepared, fits, contest, tuple(replace(fit, weight=None) for fit in ranked), mean)


def _logs(sample: Sample, mean: float) -> LogView | None:
    """Return the logarithms of positive targets around that of their mean."""
    target = sample.target
    if target is None or not bool((target > 0).all()):
        return None
    log_target = np.log(target)
    jacobian = -float(np.average(log_target, weights=sample.weight))
    return LogView(make_points(log_target - np.log(mean), sample.weight, jacobian=jacobian), None, target.size)
