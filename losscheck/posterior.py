"""How probable each noise model is: Haar marginal likelihoods of families × fixed shapes.

Location and scale are integrated out under the right Haar prior dmu dsigma/sigma by Laplace's method, so that no
model gains from its number of shapes and boundaries (nu → ∞) need no test. Steps 4 and 6 of docs/decision.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from losscheck.efficiency.table import NoiseTable, load_table
from losscheck.families import FAMILIES, family_named
from losscheck.families.family import Family, ShapeClass
from losscheck.families.likelihood import Scan, scan
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.points import Points, coarsen

if TYPE_CHECKING:
    from numpy.typing import NDArray


MANY_POINTS = 1500
LEEWAY = 60.0
"""Nats behind the best on a rough copy (256 bins, off by less than 10 nats at n = 10⁶) that end a model's race."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """Weights of the models of the table (they sum to 1), and the maxima behind them."""

    table: NoiseTable
    weight: Array
    log_evidence: Array
    scans: Mapping[str, Scan]

    def probability(self, members: NDArray[np.bool_]) -> float:
        """Return the weight of the models where `members` is true."""
        return float(self.weight[members].sum())

    def family_weights(self) -> dict[str, float]:
        """Return the weight of each family, heaviest first."""
        total: dict[str, float] = {}
        for name, weight in zip(self.table.family, self.weight.tolist(), strict=True):
            total[name] = total.get(name, 0.0) + weight
        return dict(sorted(total.items(), key=lambda item: -item[1]))

    def classes(self) -> dict[str, float]:
        """Return the probabilities of the four outcomes; a skew that costs MSE nothing counts as adequate."""
        adequate = self.table.mse_adequate & ~self.table.is_class(ShapeClass.BIMODAL)
        symmetric = self.table.is_class(ShapeClass.NORMAL, ShapeClass.SYMMETRIC)
        return {
            "adequate": self.probability(adequate),
            "robust": self.probability(symmetric & ~adequate),
            "skewed": self.probability(self.table.is_class(ShapeClass.SKEWED) & ~adequate),
            "bimodal": self.probability(self.table.is_class(ShapeClass.BIMODAL)),
        }

    def expected_efficiency(self) -> Array:
        """Return the posterior mean efficiency of every candidate loss."""
        mean: Array = self.weight @ self.table.efficiency
        return mean

    def expected_learned(self) -> dict[str, float]:
        """Return the posterior mean efficiency of each skewed likelihood whose scale and shape are learned."""
        return dict(zip(self.table.learned_loss, (self.weight @ self.table.learned).tolist(), strict=True))

    def efficiency_interval(self, values: Array, alpha: float) -> tuple[float, float, float]:
        """Return mean, low and high of a quantity known for each model."""
        order = np.argsort(values)
        cumulative = np.cumsum(self.weight[order])
        low, high = (
            values[order[min(int(np.searchsorted(cumulative, p)), values.size - 1)]] for p in (alpha / 2, 1 - alpha / 2)
        )
        mean = float(self.weight @ values)  # of a few far values it can lie outside of the central part
        return mean, min(float(low), mean), max(float(high), mean)


def scan_families(families: list[Family], points: Points) -> dict[str, Scan]:
    """Maximise every model; of many points, only those models on all of them that a rough copy leaves in the race."""
    if points.value.size <= MANY_POINTS or points.width > 0:
        return {family.id: scan(family, points) for family in families}
    rough = coarsen(points)
    scans = {family.id: scan(family, rough if family.regular else points) for family in families}
    best = max(float(found.loglik.max()) for found in scans.values())
    for family in families:
        found = scans[family.id]
        rows = np.flatnonzero(found.loglik > best - LEEWAY)
        if family.regular and rows.size:
            exact = scan(replace(family, grid=tuple(family.grid[row] for row in rows)), points)
            for name in ("mu", "log_sigma", "loglik"):
                getattr(found, name)[rows] = getattr(exact, name)
    return scans


def weigh_models(points: Points, tempering: float = 1.0) -> Posterior:
    """Return the posterior over the models; `tempering` < 1 discounts dependent rows."""
    table = load_table()
    families = [family for family in FAMILIES if family.in_posterior]
    scans = scan_families(families, points)
    loglik = np.concatenate([scans[f.id].loglik for f in families])
    log_sigma = np.concatenate([scans[f.id].log_sigma for f in families])
    n = points.n
    evidence = loglik + math.log(2 * math.pi) - 0.5 * table.log_det_information - math.log(n) + log_sigma
    uniform = np.array([not family_named(name).regular for name in table.family])
    evidence[uniform] = [-(n - 1) * (ls + math.log(2)) - math.log(n * max(n - 1, 1)) for ls in log_sigma[uniform]]
    rows = {f.id: len(f.grid) for f in families}
    prior = {f.id: f.prior for f in families}
    log_prior = np.log([prior[name] / rows[name] for name in table.family])
    log_weight = log_prior + tempering * evidence
    weight = np.exp(log_weight - log_weight.max())
    return Posterior(table, weight / weight.sum(), evidence, scans)
