"""Steps 0 to 3 of the decision: what is taken out of the residuals before their shape is judged."""

from __future__ import annotations

from dataclasses import dataclass

from losscheck.checks.noise.measures import (
    autocorrelations,
    mean_trend,
    residual_ties,
    robust_scale,
    scale_model,
    sign_trend,
    sorted_by,
    standardise,
    thinned,
)
from losscheck.numeric.dependence import effective_rows, tempering
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.ordered import rows_of
from losscheck.numeric.points import Points, make_cells, make_points
from losscheck.numeric.scale import RankScore, ScaleFit
from losscheck.numeric.ties import distinct_values, rounding_step
from losscheck.numeric.trend import Coefficient, Trend
from losscheck.results import Estimate
from losscheck.sample import Sample, Values
from losscheck.target import domain_pairs

MEDIAN_LEVEL = 0.05
"""At which the signs must show a trend of the mean too: wide, so that symmetric noise excuses few trends."""
GATE_LEVEL = 0.01
GATE_EFFICIENCY = 0.9
"""The scale gate opens below both: significant by the rank test, and worth a tenth of the rows."""
FINE_STEP = 0.05
"""Rounding finer than this many robust sds is no different from none: KL below h²/24 ≈ 1e-4 nats."""
FEWEST_FOR_SCALE = 20
FEWEST_DISTINCT = 5
MOST_TIED = 0.2
"""Targets of which more are repeated, besides the commonest, are on a grid."""
LARGEST_ATOM = 0.1
"""A continuous noise has no value twice; a tenth of the rows on one residual are copies, clipped or imputed rows."""
MOST_IMPOSSIBLE = 0.05
"""Up to this share of predictions ≤ 0 a positive target is still compared on the log scale, without those rows."""


@dataclass(frozen=True)
class Atom:
    """One value that far too many residuals or targets share, without a rounding grid to explain it."""

    of: str
    value: float
    share: float


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
    cells: Points | None
    rows: int


@dataclass(frozen=True, eq=False)
class Prepared:
    """The residuals as the fits see them: `residuals` as they are, `shape` after the scale has been divided out.

    `values` are the residuals without a material trend, `count` the rows that each stands for (None: one each).
    """

    values: Array
    count: Array | None
    residuals: Points
    shape: Points
    cells: Points | None
    logs: LogView | None
    trend: Trend
    material: tuple[str, ...]
    gate: ScaleGate | None
    step: float
    distinct: int
    atom: Atom | None
    rho: Array
    tempering: float
    effective_rows: float

    @property
    def rows(self) -> int:
        """Number of rows."""
        return rows_of(self.values, self.count)


def prepare(sample: Sample, alpha: float, mean_wanted: bool = False) -> Prepared:
    """Remove a material trend, find rounding, dependence and a changing scale, and make the weighted points.

    A trend of the mean is none where the median has no trace of it: then the predictions aim at the median, which
    is legitimate unless `mean_wanted`.
    """
    trend = mean_trend(sample)
    material = trend.material if mean_wanted else tuple(n for n in trend.material if _moves_the_median(sample, n))
    source, pairs = sample.paired if material else sample, sample.paired
    values = source.residual - trend.fitted(source.prediction) if material else source.residual
    grid = _rounding(sample)
    step = 0.0 if material else grid  # without its trend a rounded residual is off the grid
    distinct, atom = _find_atom(sample, grid)
    in_time = sample.ordered and not sorted_by(sample)  # neighbours in a sorted file are alike by construction
    rho = autocorrelations(sample) if in_time else np.empty(0)
    gate = find_scale_gate(sample, alpha)
    residuals = make_points(values, source.mass, step=step)
    shape, cells = residuals, None
    paired = values if material else pairs.residual
    if gate is not None and pairs.prediction is not None:
        cells = make_cells(paired, gate.fit.standardise(pairs.prediction), pairs.mass, like=residuals)
        if gate.open:
            shape = make_points(paired / gate.fit.sigma(pairs.prediction), pairs.mass)
    return Prepared(
        values,
        source.count,
        residuals,
        shape,
        cells,
        _log_view(sample, trend if material else None, gate, residuals),
        trend,
        material,
        gate,
        step,
        distinct,
        atom,
        rho,
        tempering(rho),
        effective_rows(sample.effective_rows, rho),
    )


def _moves_the_median(sample: Sample, name: str) -> bool:
    """Return whether the signs of the residuals show this coefficient of the mean's trend as well."""
    if bool((sample.residual > 0).all() or (sample.residual < 0).all()):
        return True  # signs that are all alike have no trend, and the median is as far off as it can be
    part: Coefficient | None = getattr(sign_trend(sample), name)
    return part is not None and part.p < MEDIAN_LEVEL


def find_scale_gate(sample: Sample, alpha: float) -> ScaleGate | None:
    """Return the scale test and fit, or None without predictions that vary or with too few rows."""
    model = scale_model(sample) if sample.n >= FEWEST_FOR_SCALE else None
    pairs = sample.paired
    if model is None or pairs.prediction is None or model[0].degrees_of_freedom == 0:
        return None
    test, fit = model
    efficiency = fit.efficiency_interval(thinned(pairs, pairs.prediction), 1 - alpha, pairs.count)
    is_open = test.p_value < GATE_LEVEL and (efficiency.value or 0.0) < GATE_EFFICIENCY
    return ScaleGate(test, fit, efficiency, is_open)


def _rounding(sample: Sample) -> float:
    """Return the step of rounded residuals, or of rounded targets; 0 where it is too fine to matter."""
    step = residual_ties(sample).step
    if step is None and (target := sample.target_values) is not None:
        step = rounding_step(target.value, target.count, target.merged)
    scale = robust_scale(sample).spread * standardise(sample).sd
    return 0.0 if step is None or step < FINE_STEP * scale else step


def _find_atom(sample: Sample, step: float) -> tuple[int, Atom | None]:
    """Return the number of distinct residuals, and the commonest one where it holds too many rows."""
    ordered = standardise(sample).ordered
    starts = np.flatnonzero(np.diff(ordered.value, prepend=-np.inf))
    if sample.count is None:
        count = np.diff(starts, append=ordered.value.size)
    else:
        count = distinct_values(ordered.value, ordered.count, ordered.merged)[1]
    top = int(count.argmax())
    share = float(count[top]) / ordered.n
    fine = step > 0 or starts.size < FEWEST_DISTINCT or share < LARGEST_ATOM
    if not fine:
        row = int(np.argmin(np.abs(standardise(sample).values - ordered.value[starts[top]])))
        return int(starts.size), Atom("residual", float(sample.residual[row]), share)
    return int(starts.size), _target_atom(sample.target_values)


def _target_atom(target: Values | None) -> Atom | None:
    """Return the value that a tenth of otherwise continuous targets share."""
    if target is None:
        return None
    value, count = distinct_values(target.value, target.count, target.merged)
    rows, top = rows_of(target.value, target.count), int(count.argmax())
    others_repeat = float(count[count > 1].sum() - count[top]) / max(rows - count[top], 1)
    continuous = value.size >= FEWEST_DISTINCT and others_repeat < MOST_TIED
    share = float(count[top]) / rows
    return Atom("target", float(value[top]), share) if continuous and share >= LARGEST_ATOM else None


def _log_view(sample: Sample, trend: Trend | None, gate: ScaleGate | None, like: Points) -> LogView | None:
    """Return the log ratios, and the residuals without their material trend, if there is one."""
    pairs, targets = domain_pairs(sample), sample.target_values
    if pairs is None or targets is None or gate is None or not (targets.value > 0).all():
        return None
    target, prediction = pairs.target, pairs.prediction
    if target is None or prediction is None:
        return None
    values = pairs.residual if trend is None else pairs.residual - trend.fitted(prediction)
    defined = prediction > 0
    rows = rows_of(prediction, pairs.count)
    kept = rows_of(prediction[defined], None if pairs.count is None else pairs.count[defined])
    if rows - kept > MOST_IMPOSSIBLE * rows:
        return None
    weight = None if pairs.mass is None else pairs.mass[defined]
    log_target = np.log(target[defined])
    jacobian = -float(np.average(log_target, weights=weight))
    ratios = make_points(log_target - np.log(prediction[defined]), weight, jacobian=jacobian)
    cells = make_cells(values[defined], gate.fit.standardise(prediction[defined]), weight, like=like)
    return LogView(ratios, cells, kept)
