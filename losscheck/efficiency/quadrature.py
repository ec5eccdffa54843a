"""Asymptotic variances of losses under model noise, by quadrature.

V(ψ, F) = E ψ²/(E ψ')² (Huber 1964, doi:10.1214/aoms/1177703732). E ψ' is taken as E ψ·ψ_F, ψ_F = −f'/f, by
integration by parts, so that losses with jumps need no special case.
"""

from __future__ import annotations

from dataclasses import dataclass

from losscheck.efficiency.candidates import Candidate
from losscheck.families.family import Family, ShapeClass
from losscheck.families.fitting import fit_family
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.points import MAD_TO_SD, Points

REACH = 24.0
"""Nodes are median + sinh(t), |t| ≤ 24: 1e10 units out, where a Cauchy has 1e-10 of its mass."""

BISECTIONS = 60


@dataclass(frozen=True, eq=False)
class Noise:
    """A standard density on quadrature nodes: probabilities, score ψ_F, information matrix and robust scale.

    `tail` is the least power whose moment is infinite; `edge` the density at both ends of a bounded support.
    """

    z: Array
    mass: Array
    score: Array
    information: Array
    median: float
    s: float
    tail: float
    symmetric: bool
    edges: tuple[float, float] | None

    @property
    def variance(self) -> float:
        """The variance; infinite where the tail is too heavy."""
        mean = self.mass @ self.z
        return float(self.mass @ (self.z - mean) ** 2) if self.tail > 2 else float("inf")


def make_noise(family: Family, shapes: tuple[float, ...], nodes: int) -> Noise:
    """Return the family's standard density on midpoint nodes about its median (so that jumps fall between)."""
    median = 0.0
    symmetric = family.shape_class in (ShapeClass.NORMAL, ShapeClass.SYMMETRIC)
    for _ in range(0 if symmetric else 3):
        z, mass = _nodes(family, shapes, median, nodes)
        median = _quantile(z, mass, 0.5)
    z, mass = _nodes(family, shapes, median, nodes)
    score = family.psi(z, *shapes)
    second = z * score - 1.0
    cross = 0.0 if symmetric else float(mass @ (score * second))
    information = np.array([[mass @ score**2, cross], [cross, mass @ second**2]])
    right = nodes // 2  # nodes come in pairs at equal distance from the median
    s = MAD_TO_SD * _quantile(z[right:] - median, mass[right:] + mass[:right][::-1], 0.5)
    edges = None if family.regular else (float(z[mass > 0].min()), float(z[mass > 0].max()))
    return Noise(z, mass, score, information, median, s, _tail_index(family, shapes), symmetric, edges)


def _nodes(family: Family, shapes: tuple[float, ...], median: float, nodes: int) -> tuple[Array, Array]:
    step = 2 * REACH / nodes
    t = -REACH + step * (np.arange(nodes) + 0.5)
    z = median + np.sinh(t)
    with np.errstate(over="ignore"):
        mass = np.exp(-family.nll(z, *shapes)) * np.cosh(t)
    return z, mass / mass.sum()


def _quantile(z: Array, mass: Array, level: float) -> float:
    cumulative = np.cumsum(mass) - mass / 2
    return float(np.interp(level, cumulative, z))


def _tail_index(family: Family, shapes: tuple[float, ...]) -> float:
    """Return α of tails that fall like |z|^(−1−α), infinite for lighter ones, from the density far out."""
    index = np.inf
    with np.errstate(over="ignore"):
        for side in (-1.0, 1.0):
            near, far = family.nll(side * np.array([1e6, 1e8]), *shapes)
            if np.isfinite(far):
                index = min(index, float(far - near) / np.log(100.0) - 1.0)
    return float("inf") if index > 1e3 else float(index)


def location(noise: Noise, candidate: Candidate) -> float:
    """Return what the loss aims at under this noise: the root of E ψ(Z − T)."""
    if noise.symmetric:
        return noise.median
    unit = candidate.scale * noise.s
    low, high = noise.median - 20 * noise.s, noise.median + 20 * noise.s
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        pull = float(noise.mass @ candidate.family.psi((noise.z - middle) / unit, *candidate.shapes))
        low, high = (middle, high) if pull > 0 else (low, middle)
    return (low + high) / 2


def precision(noise: Noise, candidate: Candidate) -> float:
    """Return 1/V of the loss under this noise of scale 1; 0 where V is infinite."""
    if noise.tail <= _moment_needed(candidate) + 1e-6:
        return 0.0
    if candidate.family.id == "normal":
        return 1.0 / noise.variance
    unit = candidate.scale * noise.s
    center = location(noise, candidate)

    def psi(z: Array) -> Array:
        return candidate.family.psi((z - center) / unit, *candidate.shapes)

    inside = noise.mass > 0
    values, mass = psi(noise.z[inside]), noise.mass[inside]
    if noise.edges is None:
        slope = float(mass @ (values * noise.score[inside]))
    else:  # a flat density: E ψ' is the rise of ψ over the support
        low, high = noise.edges
        slope = float(psi(np.array([high]))[0] - psi(np.array([low]))[0]) / (high - low)
    return slope * slope / float(mass @ values**2) if slope > 0 else 0.0


def efficiencies(family: Family, noise: Noise, candidates: tuple[Candidate, ...]) -> list[float]:
    """Return each loss's precision over the best: the information, or the best candidate where that is infinite."""
    values = [precision(noise, candidate) for candidate in candidates]
    best = float(noise.information[0, 0]) if family.regular else max(values)
    return [value / best for value in values]


def learned_efficiency(family: Family, noise: Noise, candidate_family: Family) -> float:
    """Return the efficiency of a likelihood whose scale and shapes are learned along with the model.

    They are then those nearest to the noise in Kullback–Leibler divergence: the efficiency is 1 for the noise's own
    family.
    """
    if candidate_family.id == family.id:
        return 1.0
    if not family.regular:
        return 0.0
    # farther nodes would pin the edge of a bounded support to where no sample has a row
    near = (noise.mass > 1e-6) & (np.abs(noise.z - noise.median) < 1e3 * noise.s)
    points = Points(noise.z[near] / noise.s, noise.mass[near], 0.0, 1.0)
    _, sigma, *shapes = fit_family(candidate_family, points).theta
    return precision(noise, Candidate(candidate_family, tuple(shapes), sigma)) / float(noise.information[0, 0])


def _moment_needed(candidate: Candidate) -> float:
    """Return the power of |Z| that E ψ² takes: unbounded ψ need a moment of the noise."""
    if candidate.family.id == "normal":
        return 2.0
    return 2 * (candidate.shapes[0] - 1) if candidate.family.id == "generalized_normal" else 0.0
