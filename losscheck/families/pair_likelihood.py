"""Likelihoods of targets given their predictions on weighted pairs: all families on one scale of nats per row.

Counts have probabilities. Densities of rounded targets are averaged over the rounding interval, log(P/width), so that
on a grid of whole numbers a normal or a gamma and a Poisson are compared as probabilities of the same thing.
"""

from __future__ import annotations

from losscheck.families.family import Family, View
from losscheck.families.likelihood import NODE_WEIGHTS, NODES, density_terms, from_shapes, mix_nodes, to_shapes
from losscheck.families.response_family import Domain, Link, ResponseFamily
from losscheck.numeric.lazy import Array, np, scipy
from losscheck.numeric.newton import Terms
from losscheck.numeric.pairs import Pairs
from losscheck.numeric.points import Points

FARTHEST = 30.0
"""Of the location on its fitting scale: a factor e³⁰ is no prediction of anything."""
SMALLEST_SHARE = 1e-9
INTERVALS = (Domain.POSITIVE, Domain.UNIT)
"""Domains without atoms: their rounded targets are intervals. An atom is an exact value."""


def response_terms(family: ResponseFamily, pairs: Pairs, known: tuple[float, ...]) -> Terms:
    """Return theta = (location, shapes on their fitting scale) → nll and gradients of every pair."""
    mean_at = _mean_function(family, pairs, known)
    averaged = pairs.width > 0 and family.domain in INTERVALS
    y = interval_nodes(pairs) if averaged else pairs.target
    log_share = np.log(np.array(NODE_WEIGHTS) / 2)[:, None]

    def terms(theta: Array) -> tuple[Array, Array]:
        mean, slope = mean_at(float(theta[0]))
        shapes = [
            float(np.exp(t)) if shape.logarithmic else float(t)
            for t, shape in zip(theta[1:], family.shapes, strict=True)
        ]
        values = family.nll(y, mean, *shapes, *known)
        by_mean, *by_shapes = family.slopes(y, mean, *shapes, *known)
        chain = [s if d.logarithmic else 1.0 for s, d in zip(shapes, family.shapes, strict=True)]
        parts = [by_mean * slope, *(part * c for part, c in zip(by_shapes, chain, strict=True))]
        if averaged:
            values, share = mix_nodes(values, log_share)
            parts = [(share * part).sum(0) for part in parts]
        return values, np.vstack(parts)

    return terms


def response_box(family: ResponseFamily) -> tuple[Array, Array]:
    """Return the ends of the ranges of theta."""
    low = [_fitting_scale(s.low, s.logarithmic) for s in family.shapes]
    high = [_fitting_scale(s.high, s.logarithmic) for s in family.shapes]
    return np.array([-FARTHEST, *low]), np.array([FARTHEST, *high])


def response_starts(family: ResponseFamily, pairs: Pairs, known: tuple[float, ...]) -> list[Array]:
    """Return the starts of the search: the factor that makes the means agree, and the family's own shapes."""
    location = 0.0
    if family.link is Link.LOG:
        location = float(np.log(max(pairs.mean(pairs.target), 1e-300) / pairs.mean(pairs.prediction)))
    scaled = [s.logarithmic for s in family.shapes]
    return [
        np.array([location, *(_fitting_scale(v, log) for v, log in zip(row, scaled, strict=True))])
        for row in family.starts
    ]


def shape_values(family: ResponseFamily, theta: Array) -> tuple[float, ...]:
    """Return the shapes as users know them."""
    pairs = zip(theta[1:], family.shapes, strict=True)
    return tuple(float(np.exp(t)) if shape.logarithmic else float(t) for t, shape in pairs)


def interval_nodes(pairs: Pairs) -> Array:
    """Return the 7 Gauss–Legendre nodes of every target's rounding interval, one row a node."""
    nodes: Array = pairs.target + pairs.width / 2 * np.array(NODES)[:, None]
    return nodes


def _fitting_scale(value: float, logarithmic: bool) -> float:
    return float(np.log(value)) if logarithmic else value


def unit_of(pairs: Pairs) -> float:
    """Return the root mean squared error of the predictions: the unit of a shift."""
    return float(np.sqrt(pairs.mean((pairs.target - pairs.prediction) ** 2))) or 1.0


def _mean_function(family: ResponseFamily, pairs: Pairs, known: tuple[float, ...]):  # type: ignore[no-untyped-def]
    """Return location → mean of every pair and its derivative in the location."""
    f = pairs.prediction
    if family.link is Link.LOG:

        def by_factor(a: float) -> tuple[Array, Array]:
            mean = f * np.exp(a)
            return mean, mean

        return by_factor
    if family.link is Link.IDENTITY:
        unit = unit_of(pairs)
        return lambda a: (f + a * unit, unit)
    top = known[0] if family.domain is Domain.BOUNDED_COUNT else 1.0
    logit = scipy.special.logit(f / top)

    def by_shift(a: float) -> tuple[Array, Array]:
        share = np.clip(scipy.special.expit(logit + a), SMALLEST_SHARE, 1 - SMALLEST_SHARE)
        return top * share, top * share * (1 - share)

    return by_shift


def noise_points(pairs: Pairs, like: Points, covariate: Array) -> Points:
    """Return the residuals of the pairs as points in the units of `like`; `covariate` moves log sigma where it may."""
    z = (pairs.target - pairs.prediction - like.center) / like.scale
    design = np.vstack([np.ones(z.size), covariate, covariate * covariate])
    return Points(z, pairs.weight, like.center, like.scale, design=design, width=pairs.width / like.scale)


def noise_terms(family: Family, pairs: Pairs, points: Points) -> Terms:
    """Return (mu, log-sigma coefficients, shapes) → nll and gradients of every pair, in nats of the target."""
    if family.view is View.LOG_RATIO:
        return _log_ratio_terms(family, pairs)
    inner = density_terms(family, points)
    offset = float(np.log(points.scale))

    def terms(theta: Array) -> tuple[Array, Array]:
        values, gradients = inner(theta)
        return values + offset, gradients

    return terms


def _log_ratio_terms(family: Family, pairs: Pairs) -> Terms:
    averaged = pairs.width > 0
    y = interval_nodes(pairs) if averaged else pairs.target
    log_y = np.log(y)
    ratio = log_y - pairs.log_prediction
    log_share = np.log(np.array(NODE_WEIGHTS) / 2)[:, None]

    def terms(theta: Array) -> tuple[Array, Array]:
        sigma = float(np.exp(theta[1]))
        shapes = to_shapes(family, theta[2:])
        z = (ratio - theta[0]) / sigma
        values, psi = family.nll(z, *shapes) + theta[1] + log_y, family.psi(z, *shapes)
        parts = [-psi / sigma, 1.0 - z * psi]
        if family.shape_gradient is not None:
            chain = [s if d.logarithmic else 1.0 for s, d in zip(shapes, family.shapes, strict=True)]
            parts += [g * c for g, c in zip(family.shape_gradient(z, *shapes), chain, strict=True)]
        if averaged:
            values, share = mix_nodes(values, log_share)
            parts = [(share * part).sum(0) for part in parts]
        return values, np.vstack(parts)

    return terms


def noise_start(family: Family, theta: tuple[float, ...], points: Points) -> Array:
    """Return fitted (mu, sigma, [slope, curve,] *shapes) in the target's units as a start on these points."""
    mu, sigma, *rest = theta
    first = len(family.scale_names) - 1
    shapes = from_shapes(family, tuple(rest[first:]))
    if family.view is View.LOG_RATIO:
        return np.array([mu, np.log(sigma), *shapes])
    return np.array([(mu - points.center) / points.scale, np.log(sigma / points.scale), *rest[:first], *shapes])
