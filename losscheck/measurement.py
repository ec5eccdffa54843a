"""The efficiency of a loss on this noise: by the posterior, and measured without a family."""

from __future__ import annotations

import math
from dataclasses import dataclass

from losscheck.efficiency.candidates import CANDIDATES, Candidate
from losscheck.efficiency.quadrature import efficiencies, make_noise
from losscheck.efficiency.sandwich import LossVariance, loss_variance, relative_efficiency
from losscheck.families import family_named
from losscheck.numeric.lazy import Array, np, scipy
from losscheck.numeric.points import Points
from losscheck.posterior import Posterior
from losscheck.preparation import Prepared
from losscheck.results import Estimate

SANDWICH_ROWS = 1000
"""From here on the family-free interval is quoted; below it the posterior one (docs/decision.md)."""
MEASURABLE = ("mse", "mae", "huber", "student_t", "log_cosh", "cauchy", "barron")
"""Losses whose mean slope a sample estimates; that of lp below 2 has an infinite variance."""
QUADRATURE_NODES = 2000
NEGLIGIBLE_WEIGHT = 1e-4


def best_of_each_loss(expected: Array) -> dict[str, int]:
    """Return the index of the candidate of highest expected efficiency, for each loss id."""
    best: dict[str, int] = {}
    for index, candidate in enumerate(CANDIDATES):
        if candidate.loss not in best or expected[index] > expected[best[candidate.loss]]:
            best[candidate.loss] = index
    return best


def multiply(one: Estimate, other: Estimate) -> Estimate:
    """Return the product of two independent efficiencies; log-intervals add in quadrature. At most 1."""
    if one.value is None or other.value is None:
        return Estimate(None)
    value = one.value * other.value

    def bound(side: str) -> float:
        logs = [
            math.log(edge / e.value)
            for e in (one, other)
            if (edge := getattr(e, side)) is not None and e.value and edge > 0
        ]
        if any(getattr(e, side) == 0.0 for e in (one, other)):
            return 0.0
        reach = math.hypot(*logs) if logs else 0.0
        return min(value * math.exp(reach if side == "high" else -reach), 1.0)

    return Estimate(min(value, 1.0), bound("low"), bound("high"))


@dataclass(frozen=True, eq=False)
class Sandwich:
    """The family-free measurement against a reference loss, whose own efficiency is the posterior's.

    The reference is chosen by the posterior, not as the least measured variance, which would be biased low.
    """

    points: Points
    reference: LossVariance
    level: float
    tempering: float
    quantile: float

    @classmethod
    def of(cls, prepared: Prepared, expected: Array, alpha: float) -> Sandwich | None:
        """Return the measurement against the measurable loss of highest expected efficiency."""
        index = max((i for i, c in enumerate(CANDIDATES) if c.loss in MEASURABLE), key=lambda i: float(expected[i]))
        reference = loss_variance(prepared.shape, CANDIDATES[index])
        quantile = float(scipy.special.ndtri(1 - alpha / 2))
        if reference is None:
            return None
        return cls(prepared.shape, reference, float(expected[index]), prepared.tempering, quantile)

    def measure(self, candidate: Candidate) -> Estimate | None:
        """Return the measured efficiency of a loss; None where a sample cannot tell it."""
        measured = loss_variance(self.points, candidate) if candidate.loss in MEASURABLE else None
        if measured is None:
            return None
        ratio = relative_efficiency(self.points, measured, self.reference, self.tempering, self.quantile)
        return multiply(Estimate(*ratio), Estimate(self.level))


def efficiency_of(candidate: Candidate, posterior: Posterior, measure: Sandwich | None, alpha: float) -> Estimate:
    """Return the efficiency of a loss: measured from 1000 rows on, else the posterior's.

    The posterior's interval is not left narrower than the measured one: its shapes lie on a grid.
    """
    measured = measure.measure(candidate) if measure is not None else None
    if measured is not None and measured.low == measured.high:  # the reference has no interval against itself
        measured = None
    if measured is not None and measure is not None and measure.points.n >= SANDWICH_ROWS:
        return measured
    table = posterior.table
    if candidate in CANDIDATES:
        values = table.efficiency[:, CANDIDATES.index(candidate)]
    else:
        values = _efficiency_by_model(candidate, posterior)
    value, low, high = posterior.efficiency_interval(values, alpha)
    if measured is not None and measured.value and measured.low is not None and measured.high is not None:
        low = min(low, value * measured.low / measured.value)
        high = max(high, min(value * measured.high / measured.value, 1.0))
    return Estimate(value, low, high)


def _efficiency_by_model(candidate: Candidate, posterior: Posterior) -> Array:
    """Return the efficiency of a loss that is not in the table, under every model that has any weight."""
    values = np.zeros(len(posterior.weight))
    for index in np.flatnonzero(posterior.weight > NEGLIGIBLE_WEIGHT):
        family, shapes = family_named(posterior.table.family[index]), posterior.table.shapes[index]
        noise = make_noise(family, shapes, QUADRATURE_NODES)
        values[index] = efficiencies(family, noise, (*CANDIDATES, candidate))[-1]
    return values
