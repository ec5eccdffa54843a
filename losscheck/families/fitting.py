"""Fit a family by maximum likelihood: parameters in the target's units, standard errors, held-out likelihood.

All likelihoods are of the target: the robust units of the points are put back and, for a log ratio, the Jacobian
of the logarithm: `points.jacobian` is the mean of −log y. Where values were rounded, a value stands for its
interval, and its log-density is that of the interval's mean density, log(P/width): comparable between families,
and with densities of unrounded values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from losscheck.families.family import Family, View
from losscheck.families.heldout import leave_one_out
from losscheck.families.likelihood import Scan, to_shapes
from losscheck.families.search import find_maximum
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.newton import DIFFERENCE, Minimum
from losscheck.numeric.points import Points
from losscheck.results import Fit, Parameter

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLAT = 1e-9
"""Information a row, below which a shape is not seen at all: it is then held, as at an end of its range."""
SINGULAR = 1e-9
"""Least eigenvalue of the information scaled to unit diagonal; below it no standard errors are given."""


@dataclass(frozen=True, eq=False)
class FittedFamily:
    """A family at its maximum: `theta` is (mu, sigma, [slope, curve,] *shapes) in the target's units.

    `covariance` is that of `theta`; None where the fit is not regular or a parameter sits at an end of its range.
    `loglik` is the total over the effective rows, and `n_parameters` counts all of theta.
    """

    family: Family
    theta: tuple[float, ...]
    covariance: Array | None
    loglik: float
    n_parameters: int
    fit: Fit

    def density(self, values: Array) -> Array:
        """Return the fitted density of the values, in their own units; a changing scale has no single density."""
        if self.family.view is View.SCALED:
            raise ValueError(f"{self.family.id} has another density at every prediction")
        mu, sigma, *shapes = self.theta
        density: Array = np.exp(-self.family.nll((values - mu) / sigma, *shapes)) / sigma
        return density


def fit_family(family: Family, points: Points, scanned: Scan | None = None) -> FittedFamily:
    """Maximise the likelihood over mu, the scale and the shapes, from the best rows of the family's grid.

    `scanned` is the scan of the same points (for a changing scale: without their design), if there is one.
    """
    end = find_maximum(family, points, scanned)
    free = _seen(family, points, end)
    inverse = _inverse_information(family, points, end, free)
    theta = _natural(family, points, end.theta)
    names = family.name_parameters(*theta)
    errors = _standard_errors(family, points, end.theta, inverse, free) or [None] * len(names)
    n, k = points.n, end.theta.size
    offset = float(np.log(points.scale)) - points.jacobian
    loglik = -end.total - n * offset
    fit = Fit(
        family=family.id,
        loss=family.loss.id,
        parameters={name: Parameter(value, se) for (name, value), se in zip(names.items(), errors, strict=True)},
        nll_per_row=-loglik / n,
        heldout_nll_per_row=leave_one_out(family, points, end, free, inverse, offset),
        aic=2 * k - 2 * loglik,
        bic=k * float(np.log(n)) - 2 * loglik,
        note=_describe_limits(family, points, end),
    )
    covariance = None
    if inverse is not None and free.all():
        slopes = _natural_slopes(family, points, end.theta)
        covariance = slopes[:, None] * inverse * slopes
    return FittedFamily(family, theta, covariance, loglik, k, fit)


def _seen(family: Family, points: Points, end: Minimum) -> NDArray[np.bool_]:
    """Return which parameters are free: not at an end of their range, and seen by the data."""
    free = ~(end.at_low | end.at_high)
    first = end.theta.size - len(family.shapes)
    if family.smooth:
        free[first:] &= np.diag(end.hessian)[first:] > FLAT * points.n
    return free


def _inverse_information(family: Family, points: Points, end: Minimum, free: NDArray[np.bool_]) -> Array | None:
    """Return the inverse of the free block of the observed information; None where there is none to trust.

    Smooth families: the Hessian. Where psi jumps, the Hessian misses the jumps: the outer product of gradients.
    """
    if not family.regular or not free.any():
        return None
    if family.smooth:
        information = end.hessian[np.ix_(free, free)]
    else:
        information = (end.gradients[free] * points.weight) @ end.gradients[free].T
    size = np.sqrt(np.maximum(np.diag(information), 0.0))
    if not np.isfinite(information).all() or not size.all():
        return None
    scaled = information / size[:, None] / size
    if np.linalg.eigvalsh(scaled)[0] < SINGULAR:
        return None
    inverse: Array = np.linalg.inv(scaled) / size[:, None] / size
    return inverse


def _natural(family: Family, points: Points, theta: Array) -> tuple[float, ...]:
    """Return (mu, sigma, [slope, curve,] *shapes) in the target's units."""
    first = theta.size - len(family.shapes)
    mu, sigma = points.center + points.scale * theta[0], points.scale * np.exp(theta[1])
    return (float(mu), float(sigma), *theta[2:first].tolist(), *to_shapes(family, theta[first:]))


def _natural_slopes(family: Family, points: Points, theta: Array) -> Array:
    """Return the derivatives of the natural parameters, each in its own fitting parameter."""
    natural = _natural(family, points, theta)
    first = theta.size - len(family.shapes)
    slopes = np.ones(theta.size)
    slopes[:2] = points.scale, natural[1]
    slopes[first:] = [s if d.logarithmic else 1.0 for s, d in zip(natural[first:], family.shapes, strict=True)]
    return slopes


def _standard_errors(
    family: Family, points: Points, theta: Array, inverse: Array | None, free: NDArray[np.bool_]
) -> list[float | None] | None:
    """Return the delta-method standard error of every named parameter; None for what does not vary."""
    if inverse is None:
        return None
    around_zero = replace(points, center=0.0)  # names shift with the center; differences near 10¹² would be noise
    columns = []
    for j in np.flatnonzero(free):
        step = np.zeros(theta.size)
        step[j] = DIFFERENCE
        ahead, behind = (
            np.array(list(family.name_parameters(*_natural(family, around_zero, moved)).values()))
            for moved in (theta + step, theta - step)
        )
        columns.append((ahead - behind) / (2 * DIFFERENCE))
    slopes = np.array(columns)
    variance = np.einsum("ij,ik,kj->j", slopes, inverse, slopes)
    return [float(np.sqrt(v)) if np.isfinite(v) and v > 0 else None for v in variance]


def _describe_limits(family: Family, points: Points, end: Minimum) -> str:
    """Return a sentence for every parameter that ran to an end of its range, and what the family then is."""
    first = end.theta.size - len(family.shapes)
    notes = []
    if points.width > 0 and end.at_low[1]:
        notes.append("sigma is below a third of the rounding step: the scale cannot be seen")
    for name, held in zip(family.scale_names[1:], end.at_low[2:first], strict=True):
        if held:
            notes.append(f"{name} is held at 0: a single row would have decided it")
    for shape, low, high in zip(family.shapes, end.at_low[first:], end.at_high[first:], strict=True):
        if low or high:
            limit = shape.limit_low if low else shape.limit_high
            place = f"{shape.name} ran to the end of its range, {shape.low if low else shape.high:g}"
            notes.append(f"{place}: in the limit {limit}" if limit else place)
    return "; ".join(notes)
