"""Steps 0 to 3 of the decision: what is taken out of the residuals before their shape is judged."""

from __future__ import annotations

from dataclasses import dataclass

from losscheck.numeric.dependence import effective_rows, normal_score_autocorrelations, tempering
from losscheck.numeric.lazy import Array, np, scipy
from losscheck.numeric.points import Points, make_cells, make_points, robust_center_scale
from losscheck.numeric.scale import RankScore, ScaleFit, fit_scale, rank_score_test
from losscheck.numeric.ties import rounding_step
from losscheck.numeric.trend import Coefficient, Trend, fit_trend
from losscheck.results import Estimate
from losscheck.sample import Sample

MATERIAL_TREND = 0.1
"""A bias, slope or curve matters above this many residual standard deviations (1 % of the variance)."""
TREND_LEVEL = 0.01
"""… and only when it is this significant, shared over the three coefficients."""
GATE_LEVEL = 0.01
GATE_EFFICIENCY = 0.9
"""The scale gate opens below both: significant by the rank test, and worth a tenth of the rows."""
FINE_STEP = 0.05
"""Rounding finer than this many robust sds is no different from none: KL below h²/24 ≈ 1e-4 nats."""
FEWEST_FOR_SCALE = 20
MOST_IMPOSSIBLE = 0.05
"""Up to this share of predictions ≤ 0 a positive target is still compared on the log scale, without those rows."""


@dataclass(frozen=True, eq=False)
class ScaleGate:
    """Whether the scale follows the prediction, and what that costs an unweighted loss."""

    test: RankScore
    fit: ScaleFit
    efficiency: Estimate
    open: bool


@dataclass(frozen=True, eq=False)
class LogView:
    """The log ratios of a positive target, and the same rows as residuals with a prediction-dependent scale."""

    ratios: Points
    cells: Points
    rows: int


@dataclass(frozen=True, eq=False)
class Prepared:
    """The residuals as the fits see them: `residuals` as they are, `shape` after the scale has been divided out."""

    values: Array
    residuals: Points
    shape: Points
    cells: Points | None
    logs: LogView | None
    trend: Trend
    material: tuple[str, ...]
    gate: ScaleGate | None
    step: float
    rho: Array
    tempering: float
    effective_rows: float


def prepare(sample: Sample, alpha: float, mean_wanted: bool = False) -> Prepared:
    """Remove a material trend, find rounding, dependence and a changing scale, and make the weighted points.

    A bias of the mean is none where the median is right: then the predictions aim at the median, which is
    legitimate unless `mean_wanted`.
    """
    trend = fit_trend(sample.residual, sample.prediction)
    material = material_trends(trend)
    if "bias" in material and not mean_wanted and not _median_is_off(sample.residual):
        material = tuple(name for name in material if name != "bias")
    values = sample.residual - trend.fitted(sample.prediction) if material else sample.residual
    step = _rounding(sample, values) if not material else 0.0
    rho = normal_score_autocorrelations(values) if sample.ordered else np.empty(0)
    gate = find_scale_gate(values, sample.prediction, alpha)
    residuals = make_points(values, sample.weight, step=step)
    shape, cells = residuals, None
    if gate is not None and sample.prediction is not None:
        sigma = gate.fit.sigma(sample.prediction)
        cells = make_cells(values, _standardise(sample.prediction, gate.fit), sample.weight, step=step)
        if gate.open:
            shape = make_points(values / sigma, sample.weight)
    return Prepared(
        values,
        residuals,
        shape,
        cells,
        _log_view(sample, values, gate),
        trend,
        material,
        gate,
        step,
        rho,
        tempering(rho),
        effective_rows(sample.effective_rows, rho),
    )


def material_trends(trend: Trend) -> tuple[str, ...]:
    """Return which of bias, slope and curvature are both significant and larger than 0.1 residual sd."""
    parts = {"bias": trend.bias, "slope": trend.slope, "curvature": trend.curvature}
    return tuple(name for name, part in parts.items() if part is not None and _matters(part))


def _matters(part: Coefficient) -> bool:
    return part.p < TREND_LEVEL / 3 and abs(part.value) > MATERIAL_TREND


def _median_is_off(residual: Array) -> bool:
    """Return whether the sign test rejects a median of 0, at the level of the trend tests."""
    above, below = int((residual > 0).sum()), int((residual < 0).sum())
    deviation = abs(above - below) / max(np.sqrt(above + below), 1.0)
    return bool(2 * scipy.special.ndtr(-deviation) < TREND_LEVEL / 3)


def find_scale_gate(values: Array, prediction: Array | None, alpha: float) -> ScaleGate | None:
    """Return the scale test and fit, or None without predictions that vary or with too few rows."""
    if prediction is None or values.size < FEWEST_FOR_SCALE:
        return None
    test = rank_score_test(values, prediction)
    if test.degrees_of_freedom == 0:
        return None
    fit = fit_scale(values, prediction)
    efficiency = fit.efficiency_interval(prediction, 1 - alpha)
    is_open = test.p_value < GATE_LEVEL and (efficiency.value or 0.0) < GATE_EFFICIENCY
    return ScaleGate(test, fit, efficiency, is_open)


def _standardise(prediction: Array, fit: ScaleFit) -> Array:
    held: Array = (np.clip(prediction, fit.low, fit.high) - fit.center) / fit.spread
    return held


def _rounding(sample: Sample, values: Array) -> float:
    """Return the step of rounded residuals, or of rounded targets; 0 where it is too fine to matter."""
    step = rounding_step(values)
    if step is None and sample.target is not None:
        step = rounding_step(sample.target)
    if step is None or step < FINE_STEP * robust_center_scale(values)[1]:
        return 0.0
    return step


def _log_view(sample: Sample, values: Array, gate: ScaleGate | None) -> LogView | None:
    target, prediction = sample.target, sample.prediction
    if target is None or prediction is None or gate is None or not (target > 0).all():
        return None
    defined = prediction > 0
    if (~defined).mean() > MOST_IMPOSSIBLE:
        return None
    weight = None if sample.weight is None else sample.weight[defined]
    log_target = np.log(target[defined])
    jacobian = -float(np.average(log_target, weights=weight))
    ratios = make_points(log_target - np.log(prediction[defined]), weight, jacobian=jacobian)
    cells = make_cells(values[defined], _standardise(prediction[defined], gate.fit), weight)
    return LogView(ratios, cells, int(defined.sum()))
