"""The numbers behind the pictures: the histogram with fitted densities, and the normal quantile strip."""

from __future__ import annotations

from losscheck.families import regression_family_named
from losscheck.families.family import Family, View
from losscheck.numeric.lazy import np, scipy
from losscheck.numeric.ordered import total_of
from losscheck.plots import Histogram, QuantileStrip
from losscheck.preparation import Prepared
from losscheck.ranking import FamilyFits
from losscheck.results import Fit, Verdict

BINS = 60
REACH = 5.0
"""The picture spans at most this many robust sds on each side; what lies beyond is counted."""
QUANTILES, FARTHEST = 41, 3.5
"""Quantiles drawn, evenly spaced on the normal's scale, out to at most 3.5 sds."""
FEWEST_BEYOND = 3
"""Quantiles are drawn as far out as this many rows lie beyond."""


def draw_histogram(prepared: Prepared, fits: FamilyFits, ranked: tuple[Fit, ...], verdict: Verdict) -> Histogram | None:
    """Count the residuals in bins, and expect counts under the normal and the best constant-scale family."""
    values = prepared.values
    center, scale = prepared.residuals.center, prepared.residuals.scale
    low = max(float(values.min()), center - REACH * scale)
    high = min(float(values.max()), center + REACH * scale)
    if not high > low:
        return None
    bins = BINS
    if prepared.step > 0:  # bins that are whole steps wide, or the grid shows as a comb
        width = prepared.step * max(1, round((high - low) / BINS / prepared.step))
        bins = int(np.ceil((high - low) / width)) + 1
        low = float(values.min()) + width * np.floor((low - values.min()) / width) - width / 2
        high = low + bins * width
    counts, edges = np.histogram(values, bins=bins, range=(low, high), weights=prepared.count)
    middle, width = (edges[:-1] + edges[1:]) / 2, edges[1] - edges[0]
    ids = [verdict.family, *(fit.family for fit in ranked)]
    named = next((name for name in ids if name is not None and _has_density(name)), "normal")
    curves = {
        name: tuple((fits.fitted(name).density(middle) * prepared.rows * width).tolist())
        for name in dict.fromkeys(("normal", named))
    }
    below, above = (total_of(1.0 * out, prepared.count) for out in (values < edges[0], values > edges[-1]))
    taken = " and ".join(prepared.material)
    title = f"Residuals with their {taken} taken out" if taken else "Residuals: target - prediction"
    return Histogram(tuple(edges.tolist()), tuple(counts.tolist()), curves, below, above, title)


def _has_density(name: str) -> bool:
    """Return whether residuals have one density under this family, the same at every prediction."""
    family = regression_family_named(name)
    return isinstance(family, Family) and family.view is View.RESIDUAL


def draw_quantiles(prepared: Prepared, alpha: float) -> QuantileStrip | None:
    """Return observed against normal quantiles in robust sds, with the pointwise band of normal data."""
    rows, n = prepared.rows, prepared.effective_rows
    if rows <= 4 * FEWEST_BEYOND:
        return None
    reach = min(float(scipy.special.ndtri(1 - FEWEST_BEYOND / rows)), FARTHEST)
    normal = np.linspace(-reach, reach, QUANTILES)
    levels = scipy.special.ndtr(normal)
    points, order = prepared.residuals, np.argsort(prepared.residuals.value)
    share = np.cumsum(points.weight[order]) / points.n
    observed = points.value[order][np.searchsorted(share, levels * (1 - 1e-12))]
    # sd of a quantile less those of the center and scale it is measured in (MAD: 1.1664/√n of the scale)
    density = np.exp(-(normal**2) / 2) / np.sqrt(2 * np.pi)
    se = np.sqrt(levels * (1 - levels) / density**2 + (1.1664 * normal) ** 2) / np.sqrt(n)
    band = float(scipy.special.ndtri(1 - alpha / 2)) * se
    return QuantileStrip(*(tuple(part.tolist()) for part in (levels, normal, observed, normal - band, normal + band)))
