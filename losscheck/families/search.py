"""Where a family's likelihood is largest: in closed form, or by Newton from the best rows of its grid."""

from __future__ import annotations

from dataclasses import replace

from losscheck.families.family import Family
from losscheck.families.likelihood import Scan, box, density_terms, from_shapes, maximise, scan
from losscheck.numeric.lazy import Array, np
from losscheck.numeric.newton import Minimum, hessian
from losscheck.numeric.points import Points

STARTS = 2
HOPELESS = 60.0
"""Nats behind the best row of the scan from which no start ever won (108 samples of 30 to 2000 rows, six noises)."""
LARGEST_SHARE = 0.5
"""Of the weight 1/sigma² in one row of a changing scale."""
AT_END = 1e-6
"""How far from an end of its range, on the fitting scale, a search in closed form may stop short of it."""


def solve(family: Family, points: Points) -> Minimum | None:
    """Return the exact maximum where the family has one in closed form, for values that were not rounded."""
    if points.width > 0 or points.design is not None:
        return None
    if family.solve is not None:
        mu, sigma, *shapes = family.solve(points)
    elif family.profile is not None and not family.shapes:
        mu, sigma, *shapes = family.profile(points)
    else:
        return None
    theta = np.array([mu, np.log(sigma), *from_shapes(family, tuple(shapes))])
    low, high = box(family, points)
    terms = density_terms(family, points)
    values, gradients = terms(theta)
    bend = hessian(terms, theta, points.weight, None, low, high)
    at_low, at_high = theta <= low + AT_END, theta >= high - AT_END
    return Minimum(theta, float(points.weight @ values), bend, values, gradients, at_low, at_high)


def find_maximum(family: Family, points: Points, scanned: Scan | None) -> Minimum:
    """Search from the best rows of the scan; a scale curve that leans on a single row is straightened.

    Where one prediction lies far from the others, the curve can reach down to its residual alone: mu runs into that
    value, its sigma to 0, and the likelihood to infinity.
    """
    exact = solve(family, points)
    if exact is not None:
        return exact
    starts = _starts(family, points, scanned)
    end = maximise(family, points, starts)
    ends = box(family, points)
    for power in range(len(family.scale_names) - 1, 0, -1):
        if not _leans_on_a_row(points, end.theta):
            break
        for edge in ends:
            edge[1 + power] = 0.0
        end = maximise(family, points, starts, ends)
    return end


def _leans_on_a_row(points: Points, theta: Array) -> bool:
    """Return whether a single row holds most of the weight 1/sigma² of all."""
    if points.design is None:
        return False
    log_sigma = theta[1 : 1 + len(points.design)] @ points.design
    weight = np.exp(-2 * (log_sigma - log_sigma.min()))
    return float(weight @ points.weight) < 1 / LARGEST_SHARE


def _starts(family: Family, points: Points, scanned: Scan | None) -> list[Array]:
    """Return the best rows of the scan and the best of the other sign, as a skewed family may get stuck on one."""
    if scanned is None:
        scanned = scan(family, replace(points, design=None))
    order = np.argsort(-scanned.loglik, kind="stable")
    rows = [int(row) for row in order[:STARTS]]
    if family.shapes:
        signs = np.sign([row[0] for row in family.grid])
        rows += [int(row) for row in order if signs[row] != signs[rows[0]]][:1]
    slopes = [0.0] * (len(family.scale_names) - 1)
    return [
        np.array([scanned.mu[row], scanned.log_sigma[row], *slopes, *from_shapes(family, family.grid[row])])
        for row in dict.fromkeys(rows)
        if not scanned.loglik[row] < scanned.loglik[rows[0]] - HOPELESS  # keeps infinities
    ]
