"""Likelihoods of location-scale families on weighted points, of values or of the intervals that rounding left.

Two searches share it: `scan` maximises over (mu, log sigma) at many fixed shapes at once, for the posterior;
`fit` maximises over everything from the best of them, for the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from losscheck.families.family import Family
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.newton import Minimum, Terms, minimise
from losscheck.numeric.points import Points

NODES, NODE_WEIGHTS = (
    (-0.9491079123427585, -0.7415311855993945, -0.4058451513773972, 0.0,
     0.4058451513773972, 0.7415311855993945, 0.9491079123427585),
    (0.1294849661688697, 0.2797053914892766, 0.3818300505051189, 0.4179591836734694,
     0.3818300505051189, 0.2797053914892766, 0.1294849661688697),
)  # fmt: skip
"""Gauss–Legendre on [−1, 1]: the probability of an interval of width h ≤ sigma to better than 3e-6, and of one of
2 sigma to 1e-5 (tests)."""

SMALLEST_SIGMA_IN_STEPS = 1 / 3
"""With rounding coarser than this the scale is not identified: the density would hide between the nodes."""

SCAN_STEPS = 60
SCAN_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Scan:
    """Maxima over (mu, log sigma) at fixed shapes, in standard units: arrays with one entry a grid row."""

    mu: Array
    log_sigma: Array
    loglik: Array


def scan(family: Family, points: Points) -> Scan:
    """Maximise the likelihood over (mu, log sigma) at every shape of the family's grid, all of them at once."""
    shapes = np.array(family.grid, dtype=float).reshape(len(family.grid), -1)
    if family.profile is not None and (points.width == 0 or not family.regular):
        exact = np.array([family.profile(points, *row) for row in shapes.tolist()])
        mu, log_sigma = exact[:, 0], np.log(exact[:, 1])
        return Scan(mu, log_sigma, -_second_order(family, points, np.stack([mu, log_sigma], axis=1), shapes)[0])
    return _newton_scan(family, points, shapes)


def _newton_scan(family: Family, points: Points, shapes: Array) -> Scan:
    rows = np.arange(len(shapes))
    theta = np.zeros((len(shapes), 2))
    theta[:, 1] = [_feasible_log_sigma(family, points, row) for row in shapes.tolist()]
    best, gradient, curvature = _second_order(family, points, theta, shapes)
    damping = np.full(len(shapes), 1e-3)
    for _ in range(SCAN_STEPS):
        step = _damped_step(gradient[rows], curvature[rows], damping[rows])
        ahead = theta[rows] + step
        ahead[:, 1] = np.maximum(ahead[:, 1], smallest_log_sigma(points))
        reached, slope, bend = _second_order(family, points, ahead, shapes[rows])
        better = reached <= best[rows] + 1e-12 * np.abs(best[rows])
        gain = best[rows] - reached
        won = rows[better]
        theta[won], best[won] = ahead[better], reached[better]
        gradient[won], curvature[won] = slope[better], bend[better]
        damping[rows] = np.where(better, damping[rows] / 8, damping[rows] * 8)
        done = (better & (gain < SCAN_TOLERANCE * points.n)) | (damping[rows] > 1e12)
        rows = rows[~done]
        if rows.size == 0:
            break
    return Scan(theta[:, 0], theta[:, 1], -best)


def smallest_log_sigma(points: Points) -> float:
    """Return the least log sigma allowed: far below any data, or a third of the rounding step."""
    return float(np.log(max(points.width * SMALLEST_SIGMA_IN_STEPS, 1e-8)))


def _feasible_log_sigma(family: Family, points: Points, shape: list[float]) -> float:
    """Start at the robust scale, doubled until every point lies inside of the support."""
    log_sigma = 0.0
    edge = np.array([points.value.min() - points.width / 2, points.value.max() + points.width / 2])
    while not np.isfinite(family.nll(edge / np.exp(log_sigma), *shape)).all():
        log_sigma += np.log(2.0)
    return max(log_sigma, smallest_log_sigma(points))


def _damped_step(gradient: Array, curvature: Array, damping: Array) -> Array:
    """Solve 2 × 2 systems with the Hessian made positive definite and damped (Levenberg–Marquardt)."""
    value, vector = np.linalg.eigh(curvature)
    top = np.abs(value).max(axis=1, keepdims=True)
    value = np.maximum(np.abs(value), 1e-6 * top) + damping[:, None] * top + 1e-300
    turned = np.einsum("mij,mi->mj", vector, gradient) / value
    step = -np.einsum("mij,mj->mi", vector, turned)
    limited: Array = step / np.maximum(1.0, np.abs(step).max(axis=1, keepdims=True) / 2.0)
    return limited


def _second_order(family: Family, points: Points, theta: Array, shapes: Array) -> tuple[Array, Array, Array]:
    """Return −log-likelihood, gradient and Hessian in (mu, log sigma): (m,), (m, 2), (m, 2, 2)."""
    sigma = np.exp(theta[:, 1])[:, None]
    columns = [column[:, None] for column in shapes.T]
    z = (points.value - theta[:, :1]) / sigma
    w = points.weight
    if points.width > 0:
        z, log_share = _interval_nodes(family, z, points.width / 2 / sigma)
        columns = [column[:, :, None] for column in columns]
        sigma = sigma[:, :, None]
    value, psi, bend = (f(z, *columns) for f in (family.nll, family.psi, family.curvature))
    a, b = -psi / sigma, 1.0 - z * psi
    aa, ab, bb = bend / sigma**2, (psi + z * bend) / sigma, z * psi + z * z * bend
    value = value + np.log(sigma)
    if points.width > 0:
        value, share = mix_nodes(value, log_share)
        mean_a, mean_b = (share * a).sum(1), (share * b).sum(1)
        aa = (share * (aa - a * a)).sum(1) + mean_a**2
        ab = (share * (ab - a * b)).sum(1) + mean_a * mean_b
        bb = (share * (bb - b * b)).sum(1) + mean_b**2
        a, b = mean_a, mean_b
    gradient = np.stack([a @ w, b @ w], axis=1)
    curvature = np.stack([np.stack([aa @ w, ab @ w], 1), np.stack([ab @ w, bb @ w], 1)], 1)
    with np.errstate(invalid="ignore"):  # points outside of a support give infinities
        total = value @ w
    total = np.where(np.isfinite(total), total, np.inf)
    return total, gradient, np.where(np.isfinite(curvature), curvature, 0.0)


def _interval_nodes(family: Family, z: Array, half: Array) -> tuple[Array, Array]:
    """Return nodes (..., q, n) over the intervals z ± half (..., n), and the logarithms of their shares.

    Where psi jumps at 0, or the density at the ends of its support, the interval is split there: across a kink the
    rule would be wrong by several nats in 1,000 rows rounded to sigma.
    """
    node, weight = np.array(NODES)[:, None], np.array(NODE_WEIGHTS)[:, None] / 2
    z, half = z[..., None, :], half[..., None, :]
    if family.smooth and family.regular:
        return z + half * node, np.log(weight)
    low, high = z - half, z + half
    kinks = (0.0,) if family.regular else (-1.0, 1.0)
    edges = [low, *(np.clip(kink, low, high) for kink in kinks), high]
    panels = list(pairwise(edges))
    nodes = np.concatenate([(a + b) / 2 + (b - a) / 2 * node for a, b in panels], axis=-2)
    with np.errstate(divide="ignore"):
        log_share = np.log(np.concatenate([(b - a) / (high - low) * weight for a, b in panels], axis=-2))
    return nodes, log_share


def mix_nodes(nll: Array, log_share: Array) -> tuple[Array, Array]:
    """Return −log of the mean density over the nodes (along the last axis but one), and each node's part of it."""
    log_mass = log_share - nll
    top = log_mass.max(axis=-2, keepdims=True)
    finite_top = np.where(np.isfinite(top), top, 0.0)
    mass = np.exp(log_mass - finite_top)
    total = mass.sum(axis=-2, keepdims=True)
    with np.errstate(divide="ignore"):
        value = -(np.log(total) + finite_top).squeeze(-2)
    return value, mass / np.maximum(total, 1e-300)


def density_terms(family: Family, points: Points) -> Terms:
    """Return theta = (mu, log-sigma coefficients, shapes on their fitting scale) → per-point nll and gradients."""
    design = np.ones((1, points.value.size)) if points.design is None else points.design
    k = len(design)

    def terms(theta: Array) -> tuple[Array, Array]:
        log_sigma = theta[1 : 1 + k] @ design
        shapes = to_shapes(family, theta[1 + k :])
        with np.errstate(over="ignore"):
            sigma = np.exp(np.clip(log_sigma, -300, 300))
        z = (points.value - theta[0]) / sigma
        if points.width > 0:
            z, log_share = _interval_nodes(family, z, points.width / 2 / sigma)
        nll, psi = family.nll(z, *shapes) + log_sigma, family.psi(z, *shapes)
        parts = [-psi / sigma, 1.0 - z * psi]
        if family.shape_gradient is not None:
            chain = [s if d.logarithmic else 1.0 for s, d in zip(shapes, family.shapes, strict=True)]
            parts += [g * c for g, c in zip(family.shape_gradient(z, *shapes), chain, strict=True)]
        if points.width > 0:
            nll, share = mix_nodes(nll, log_share)
            parts = [(share * part).sum(0) for part in parts]
        return nll, np.vstack([parts[0], parts[1] * design, *parts[2:]])

    return terms


def to_shapes(family: Family, theta: Array) -> list[float]:
    """Return the shape parameters from their values on the fitting scale."""
    return [float(np.exp(t)) if shape.logarithmic else float(t) for t, shape in zip(theta, family.shapes, strict=True)]


def from_shapes(family: Family, shapes: tuple[float, ...]) -> list[float]:
    """Return the shape parameters on the scale on which they are fitted."""
    return [float(np.log(s)) if shape.logarithmic else float(s) for s, shape in zip(shapes, family.shapes, strict=True)]


def box(family: Family, points: Points) -> tuple[Array, Array]:
    """Return the ends of the ranges of theta: of the shapes, and of sigma where values were rounded."""
    k = 1 if points.design is None else len(points.design)
    low = np.array([-np.inf, *[-np.inf] * k, *from_shapes(family, tuple(s.low for s in family.shapes))])
    high = np.array([np.inf, *[np.inf] * k, *from_shapes(family, tuple(s.high for s in family.shapes))])
    if points.width > 0:
        low[1] = smallest_log_sigma(points)
    return low, high


def maximise(family: Family, points: Points, starts: list[Array], ends: tuple[Array, Array] | None = None) -> Minimum:
    """Return the best maximum of the likelihood reached from the starts, within the ranges (default: `box`)."""
    low, high = ends or box(family, points)
    terms = density_terms(family, points)
    found = [minimise(terms, start, points.weight, low, high) for start in starts]
    return min(found, key=lambda end: end.total)
