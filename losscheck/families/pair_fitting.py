"""Fit any family on pairs of target and prediction: parameters, held-out nats of every pair, one scale for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.families.family import Family, View
from losscheck.families.likelihood import box
from losscheck.families.pair_likelihood import (
    noise_points,
    noise_start,
    noise_terms,
    response_box,
    response_starts,
    response_terms,
    shape_values,
    unit_of,
)
from losscheck.families.response_family import Link, ResponseFamily
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.newton import Minimum, minimise
from losscheck.numeric.pairs import Pairs
from losscheck.numeric.points import Points
from losscheck.results import Fit, Parameter

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST_LEVERAGE = 0.5
"""Beyond it the Newton step without a row is no longer trusted, and counted as this."""
SINGULAR = 1e-10


@dataclass(frozen=True, eq=False)
class FittedPairs:
    """A family at its maximum on pairs; `rows` are the held-out nats of every pair, `mean` its fitted mean.

    For noise families only the likelihood is kept: their parameters are those of the fit to all residuals.
    """

    family: ResponseFamily | Family
    shapes: tuple[float, ...]
    known: tuple[float, ...]
    fit: Fit
    rows: Array
    mean: Array


def fit_response(family: ResponseFamily, pairs: Pairs, known: tuple[float, ...] = ()) -> FittedPairs:
    """Maximise the likelihood over the location and the shapes; standard errors by the delta method."""
    terms, (low, high) = response_terms(family, pairs, known), response_box(family)
    starts = response_starts(family, pairs, known)
    first = min(starts, key=lambda start: float(pairs.weight @ terms(start)[0]))
    end = minimise(terms, first, pairs.weight, low, high)
    inverse, free = _inverse(end)
    location, unit = float(end.theta[0]), 1.0
    if family.link is Link.LOG:
        location = unit = float(np.exp(location))
    elif family.link is Link.IDENTITY:
        unit = unit_of(pairs)
        location *= unit
    shapes = shape_values(family, end.theta)
    slopes = [unit, *(s if d.logarithmic else 1.0 for s, d in zip(shapes, family.shapes, strict=True))]
    errors = _errors(inverse, free, np.array(slopes))
    names = (family.location, *(shape.name for shape in family.shapes))
    parameters = {n: Parameter(v, e) for n, v, e in zip(names, (location, *shapes), errors, strict=True)}
    parameters |= {name: Parameter(value) for name, value in zip(family.known, known, strict=True)}
    fit, rows = _summarise(family, pairs, end, inverse, free, parameters, _limits(family, end))
    mean = pairs.prediction * location if family.link is Link.LOG else pairs.prediction
    return FittedPairs(family, shapes, known, fit, rows, mean)


def fit_noise(family: Family, pairs: Pairs, like: Points, covariate: Array, near: tuple[float, ...]) -> FittedPairs:
    """Maximise a noise family's likelihood on the pairs, from `near`: its fit to all residuals."""
    points = noise_points(pairs, like, covariate)
    if family.view is not View.SCALED:
        width = 0.0 if family.view is View.LOG_RATIO else points.width
        points = Points(points.value, points.weight, points.center, points.scale, width=width)
    terms, (low, high) = noise_terms(family, pairs, points), box(family, points)
    end = minimise(terms, noise_start(family, near, points), pairs.weight, low, high)
    inverse, free = _inverse(end) if family.smooth and family.regular else (None, np.ones(end.theta.size, bool))
    fit, rows = _summarise(family, pairs, end, inverse, free, {}, "")
    return FittedPairs(family, (), (), fit, rows, pairs.prediction)


def _inverse(end: Minimum) -> tuple[Array | None, NDArray[np.bool_]]:
    """Return the inverse information of the parameters inside of their ranges, and which those are."""
    free = ~(end.at_low | end.at_high)
    information = end.hessian[np.ix_(free, free)]
    size = np.sqrt(np.maximum(np.diag(information), 0.0))
    if not free.any() or not np.isfinite(information).all() or not size.all():
        return None, free
    scaled = information / size[:, None] / size
    if np.linalg.eigvalsh(scaled)[0] < SINGULAR:
        return None, free
    inverse: Array = np.linalg.inv(scaled) / size[:, None] / size
    return inverse, free


def _errors(inverse: Array | None, free: NDArray[np.bool_], slopes: Array) -> list[float | None]:
    errors: list[float | None] = [None] * free.size
    if inverse is not None:
        for place, index in enumerate(np.flatnonzero(free).tolist()):
            errors[index] = float(np.sqrt(max(inverse[place, place], 0.0)) * slopes[index])
    return errors


def _summarise(
    family: ResponseFamily | Family,
    pairs: Pairs,
    end: Minimum,
    inverse: Array | None,
    free: NDArray[np.bool_],
    parameters: dict[str, Parameter],
    note: str,
) -> tuple[Fit, Array]:
    """Return the fit in figures, and every pair's nats at the parameters fitted without it, to first order.

    Without row i the maximum moves so that the row's nats rise by h/(1 − h), h = g_i'J⁻¹g_i, as for noise families.
    """
    n, k = pairs.n, end.theta.size
    rows = end.values + k / n
    if inverse is not None:
        gradients = end.gradients[free]
        leverage = np.einsum("in,ij,jn->n", gradients, inverse, gradients)
        rows = end.values + leverage / np.maximum(1 - leverage, 1 - LARGEST_LEVERAGE)
    mean = pairs.mean(rows)
    se = float(np.sqrt(pairs.mean((rows - mean) ** 2) / max(n - 1, 1.0)))
    fit = Fit(
        family=family.id,
        loss=family.loss.id,
        parameters=parameters,
        nll_per_row=end.total / n,
        heldout_nll_per_row=Parameter(mean, se),
        aic=2 * k + 2 * end.total,
        bic=k * float(np.log(n)) + 2 * end.total,
        note=note,
        score=mean,
    )
    return fit, rows


def _limits(family: ResponseFamily, end: Minimum) -> str:
    """Return a sentence for every shape that ran to an end of its range."""
    notes = []
    for shape, low, high in zip(family.shapes, end.at_low[1:], end.at_high[1:], strict=True):
        if low or high:
            limit = shape.limit_low if low else shape.limit_high
            place = f"{shape.name} ran to the end of its range, {shape.low if low else shape.high:g}"
            notes.append(f"{place}: in the limit {limit}" if limit else place)
    return "; ".join(notes)
