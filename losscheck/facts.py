"""From fits and checks to the few plain numbers that decide."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from losscheck.contest import Contest, hold_contest
from losscheck.efficiency.candidates import CANDIDATES, Candidate
from losscheck.efficiency.distance import rows_to_tell
from losscheck.estimand import Shift, find_shifts
from losscheck.loss_choice import LossChoice
from losscheck.measurement import SANDWICH_ROWS, Sandwich, best_of_each_loss, efficiency_of, multiply
from losscheck.numeric.lazy import Array, np, scipy
from losscheck.numeric.ordered import median_of, quantiles
from losscheck.numeric.points import make_points
from losscheck.posterior import Posterior, weigh_models
from losscheck.preparation import GATE_EFFICIENCY, Atom, Prepared, ScaleGate
from losscheck.ranking import FamilyFits
from losscheck.results import Estimate
from losscheck.sample import Sample

PRACTICALLY_EQUAL = 0.005
"""Of losses whose expected efficiencies differ by less, the likeliest family's own is taken, or the first listed.
With 0.02 the mean regret is 0.14 points higher at n = 100 (docs/decision.md)."""
WORTH_A_SWITCH, DOUBT_IN_ROWS = 0.10, 2.0
"""Leaving MSE must be expected to gain this share of the rows, and two rows more.
Measured: against "MSE if P(e_MSE < 0.9) < 0.5" the mean regret at n = 300 falls from 3.1 to 2.6 %, at the same rate
of false alarms and fewer misses. The two rows keep false alarms at n = 100 down and are nothing at n = 1000."""
SCALE_ODDS = 1 / 3
"""Prior odds of a scale that changes with the prediction; with 1 : 1, of the cases stated at 0.39 half are right."""
TIED_EFFICIENCY = 0.02
FAR = 5.0
FEW_ROWS, FEW_SHARE = 3, 0.01
MOST_ROWS_LISTED = 20


@dataclass(frozen=True)
class Drivers:
    """A few far rows without which the verdict would be to keep MSE."""

    count: int
    rows: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Facts:
    """What the rules look at. Probabilities are posterior; efficiencies are shares of the best loss's rows."""

    n: int
    effective_n: float
    shape_n: float
    distinct: int
    atom: Atom | None
    classes: Mapping[str, float]
    inadequate: float
    gain: float
    best: Candidate
    efficiency: Mapping[str, Estimate]
    scale_heads: Mapping[str, float]
    heavy_head: bool
    nats_gained: float
    heavy_tailed: bool
    efficiency_method: str
    declared: Estimate | None
    tied: tuple[str, ...]
    family: str
    family_weight: float
    runner_up: str
    skewed_loss: str
    posterior: Posterior
    gate_open: bool
    scale_grows: bool
    gate_efficiency: float
    gate_confidence: float
    sigma_range: tuple[float, float, float] | None
    material: tuple[str, ...]
    log_family: str
    log_deficit: float
    drivers: Drivers | None
    robust_scale: float
    step: float
    tempering: float
    contest: Contest | None
    shifts: tuple[Shift, ...]

    @cached_property
    def rows_to_decide(self) -> int | None:
        """Rows that would tell the best model for which MSE will do from the best for which it will not."""
        adequate, weight = self.posterior.table.mse_adequate, self.posterior.weight
        first, second = (int(np.argmax(np.where(group, weight, -1.0))) for group in (adequate, ~adequate))
        top, other = (first, second) if weight[first] >= weight[second] else (second, first)
        return rows_to_tell(self.posterior.table, top, other)

    @cached_property
    def rows_to_name(self) -> int | None:
        """Rows that would tell the likeliest family from the next."""
        top, other = (self._heaviest(name) for name in (self.family, self.runner_up))
        return rows_to_tell(self.posterior.table, top, other)

    def _heaviest(self, family: str) -> int:
        rows = [i for i, name in enumerate(self.posterior.table.family) if name == family]
        return max(rows, key=lambda i: float(self.posterior.weight[i]))


def gather_facts(
    sample: Sample,
    prepared: Prepared,
    posterior: Posterior,
    fits: FamilyFits,
    declared: LossChoice | None,
    alpha: float,
) -> Facts:
    """Condense what was fitted into the numbers that the rules read."""
    gate = prepared.gate
    is_open = gate is not None and gate.open
    het = gate.efficiency if gate is not None and is_open else Estimate(1.0)
    expected = posterior.expected_efficiency()
    classes, learned = posterior.classes(), posterior.expected_learned()
    (family, family_weight), (runner_up, _) = list(posterior.family_weights().items())[:2]
    best = best_candidate(expected, family)
    measure = Sandwich.of(prepared, expected, alpha)
    use_sandwich = measure is not None and prepared.shape.n >= SANDWICH_ROWS
    efficiency = {
        loss: multiply(efficiency_of(CANDIDATES[index], posterior, measure, alpha), het)
        for loss, index in best_of_each_loss(expected).items()
    }
    sigma_range = _sigma_range(gate, sample) if is_open else None
    log_family, log_deficit = fits.log_standing() if is_open else ("", math.inf)
    choice = declared.candidate(prepared.residuals.scale) if declared is not None else None
    return Facts(
        n=min(sample.n, round(sample.effective_rows)),
        effective_n=prepared.effective_rows,
        shape_n=prepared.shape.n * prepared.tempering,
        distinct=prepared.distinct,
        atom=prepared.atom,
        classes=classes,
        inadequate=posterior.probability(posterior.table.efficiency[:, 0] < GATE_EFFICIENCY),
        gain=float(expected.max() - expected[0]),
        best=best,
        efficiency=efficiency,
        scale_heads=_scale_heads(expected) if is_open else {},
        heavy_head=is_open and _bic(fits, "heteroscedastic_t") < _bic(fits, "heteroscedastic_normal"),
        nats_gained=_nats_gained(prepared, posterior),
        heavy_tailed=posterior.probability(posterior.table.fourth_moment_missing) > 0.5,
        efficiency_method="sandwich" if use_sandwich else "posterior",
        declared=multiply(efficiency_of(choice, posterior, measure, alpha), het) if choice is not None else None,
        tied=_tied(expected, best),
        family=family,
        family_weight=family_weight,
        runner_up=runner_up,
        skewed_loss=max(learned, key=lambda loss: learned[loss]),
        posterior=posterior,
        gate_open=is_open,
        scale_grows=sigma_range is not None and sigma_range[2] > sigma_range[0],
        gate_efficiency=het.value or 0.0,
        gate_confidence=_gate_confidence(gate, prepared.effective_rows),
        sigma_range=sigma_range,
        material=prepared.material,
        log_family=log_family,
        log_deficit=log_deficit,
        drivers=_find_drivers(sample, prepared, posterior),
        robust_scale=prepared.residuals.scale,
        step=prepared.step,
        tempering=prepared.tempering,
        contest=hold_contest(sample, prepared, fits),
        shifts=find_shifts(sample),
    )


def best_candidate(expected: Array, family: str) -> Candidate:
    """Return the candidate of highest expected efficiency.

    Of the candidates that are practically equal, the likeliest family's own loss is taken, or else the first.
    """
    equal = [c for i, c in enumerate(CANDIDATES) if expected[i] >= expected.max() - PRACTICALLY_EQUAL]
    own = [c for c in equal if c.family.id == family and c.loss != "mse"]
    return max(own, key=lambda c: float(expected[CANDIDATES.index(c)]), default=equal[0])


def prefers_mse(gain: float, n: float) -> bool:
    """Return whether MSE is kept: leaving it is expected to gain at most a tenth of n rows and two more (step 6)."""
    return gain <= WORTH_A_SWITCH + DOUBT_IN_ROWS / n


def _tied(expected: Array, best: Candidate) -> tuple[str, ...]:
    """Return the losses whose best version is expected within 2 % of the recommended one."""
    reach = float(expected[CANDIDATES.index(best)]) - TIED_EFFICIENCY
    versions = best_of_each_loss(expected).items()
    return tuple(loss for loss, index in versions if loss != best.loss and expected[index] >= reach)


def _scale_heads(expected: Array) -> dict[str, float]:
    """Return the expected efficiency of the losses with a scale head on the scaled residuals."""
    best = best_of_each_loss(expected)
    return {"gaussian_nll": float(expected[0]), "student_t_nll": float(expected[best["student_t"]])}


def _gate_confidence(gate: ScaleGate | None, n: float) -> float:
    """Return the probability that the scale gate is right: BIC's for a change at all, times that it matters."""
    if gate is None:
        return 1.0
    evidence = (gate.test.statistic - gate.test.degrees_of_freedom * math.log(max(n, 2.0))) / 2
    log_odds = evidence + math.log(SCALE_ODDS)
    changes = 1 / (1 + math.exp(-min(max(log_odds, -50.0), 50.0)))
    value, low, high = gate.efficiency.value, gate.efficiency.low, gate.efficiency.high
    if value is None or low is None or high is None:
        return 1.0
    spread = max((high - low) / 3.92, 1e-6)
    matters = float(scipy.special.ndtr((GATE_EFFICIENCY - value) / spread))
    return changes * matters if gate.open else 1 - changes * matters


def _sigma_range(gate: ScaleGate | None, sample: Sample) -> tuple[float, float, float] | None:
    """Return the fitted sd of the residual at the 5 %, 50 % and 95 % quantiles of the prediction."""
    pairs = sample.paired
    if gate is None or pairs.prediction is None:
        return None
    low, middle, high = gate.fit.sigma(quantiles(pairs.prediction, pairs.count, (0.05, 0.5, 0.95))).tolist()
    return low, middle, high


def _bic(fits: FamilyFits, family: str) -> float:
    return fits.fitted(family).fit.bic


def _nats_gained(prepared: Prepared, posterior: Posterior) -> float:
    """Return the nats a row by which the likeliest model is ahead of the normal."""
    evidence = posterior.log_evidence
    ahead = float(evidence[int(posterior.weight.argmax())] - evidence[posterior.table.family.index("normal")])
    return max(ahead, 0.0) / prepared.shape.n


def _find_drivers(sample: Sample, prepared: Prepared, posterior: Posterior) -> Drivers | None:
    """Return the far rows, if they are few and MSE would be kept without them (step 7)."""
    sigma, values, of = prepared.residuals.scale, prepared.values, sample.paired if prepared.material else sample
    pairs = sample.paired
    if prepared.gate is not None and prepared.gate.open and pairs.prediction is not None:
        residual = values if prepared.material else pairs.residual
        values, of = residual / prepared.gate.fit.sigma(pairs.prediction), pairs
        sigma = prepared.shape.scale
    distance = np.abs(values - median_of(values, of.count))
    far = distance > FAR * sigma
    count = int(far.sum()) if of.count is None else round(float(of.count[far].sum()))
    n = prepared.shape.n * prepared.tempering
    if not 1 <= count <= max(FEW_ROWS, FEW_SHARE * sample.n) or _keeps_mse(posterior, n):
        return None
    weight = None if of.mass is None else of.mass[~far]
    if np.unique(values[~far]).size < 3:
        return None
    rest = weigh_models(make_points(values[~far], weight, step=prepared.step), prepared.tempering)
    if not _keeps_mse(rest, n - count):
        return None
    worst = np.flatnonzero(far)[np.argsort(-distance[far], kind="stable")]
    return Drivers(count, sample.rows_at(worst, MOST_ROWS_LISTED))


def _keeps_mse(posterior: Posterior, n: float) -> bool:
    expected = posterior.expected_efficiency()
    gain = float(expected.max() - expected[0])
    return prefers_mse(gain, n) and posterior.classes()["skewed"] < 0.8
