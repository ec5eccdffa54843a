"""The numbers behind the plots of a page: quantiles, tails, scale and dependence of the residuals, thinned."""

from __future__ import annotations

from losscheck.checks.noise.measures import scores_in_order, sorted_by, thinned
from losscheck.families import family_named
from losscheck.families.family import View
from losscheck.numeric.dependence import correlate_lags
from losscheck.numeric.distribution import Distribution, tabulate
from losscheck.numeric.lazy import Array, np, scipy
from losscheck.numeric.points import Points, make_points
from losscheck.plots import AutocorrelationPlot, Numbers, Plots, QuantilePlot, ScalePlot, TailPlot
from losscheck.preparation import Prepared
from losscheck.ranking import FamilyFits
from losscheck.results import Fit, Verdict
from losscheck.sample import Sample

EVERY_ROW = 200
"""Up to here every row is a point of a quantile plot."""
EXTREMES, BETWEEN = 30, 121
"""Above it: so many points at each end, one a row, and so many between, evenly spaced on the normal's scale."""
TAIL_POINTS, CURVE_POINTS = 150, 100
SCATTER, SORTED = 1500, 30_000
"""Rows drawn in a scatter plot, evenly spaced among the sorted predictions of at most so many evenly spaced rows."""
LAGS = 40
MAD_ERROR = 1.1664
"""Asymptotic standard error of 1.4826·MAD of the normal, times √n, over its standard deviation."""
FEWEST = 12
"""Rows below which a plot of quantiles or tails shows nothing."""


def plot_noise(
    sample: Sample, prepared: Prepared, fits: FamilyFits, ranked: tuple[Fit, ...], verdict: Verdict, alpha: float
) -> Plots:
    """Return what can be drawn of the residuals, under the normal and under the winning family."""
    winner = verdict.family if verdict.family is not None else ranked[0].family
    enough = prepared.rows >= FEWEST
    quantiles = [_against_normal(prepared, alpha)] if enough else []
    if enough and winner != "normal" and winner in fits.ids:
        quantiles.append(_against_winner(winner, sample, prepared, fits, alpha))
    return Plots(
        quantiles=tuple(quantiles),
        tails=_plot_tails(prepared, fits, [winner, *(fit.family for fit in ranked)]) if enough else None,
        scale=_plot_scale(sample, prepared),
        autocorrelation=_plot_autocorrelation(sample, alpha),
    )


def _against_normal(prepared: Prepared, alpha: float) -> QuantilePlot:
    """Compare with the normal of the residuals' median and MAD, whose errors widen the band."""
    points, n, what = prepared.residuals, prepared.effective_rows, _describe_residuals(prepared)
    level = _levels(prepared.rows)
    z, low, high = scipy.special.ndtri((level, *_level_band(level, n, alpha)))
    error = float(scipy.special.ndtri(1 - alpha / 2)) * MAD_ERROR * np.abs(z) / np.sqrt(n)
    low, high = z - np.hypot(z - low, error), z + np.hypot(high - z, error)
    expected, low, high = (points.center + points.scale * part for part in (z, low, high))
    return _compare("normal", what, points, level, (expected, low, high), alpha)


def _against_winner(name: str, sample: Sample, prepared: Prepared, fits: FamilyFits, alpha: float) -> QuantilePlot:
    """Compare with the winning family as fitted: residuals, log ratios, or residuals over their fitted scale."""
    mu, sigma, *rest = fits.fitted(name).theta
    view = family_named(name).view
    points, what = prepared.residuals, _describe_residuals(prepared)
    if view is View.LOG_RATIO and prepared.logs is not None:
        points, what = prepared.logs.ratios, "log ratios of target and prediction"
    elif view is View.SCALED and prepared.gate is not None and (of := sample.paired).prediction is not None:
        x = prepared.gate.fit.standardise(thinned(of, of.prediction))
        scale = sigma * np.exp(rest[0] * x + rest[1] * x * x)
        weight = None if of.mass is None else thinned(of, of.mass)
        values = prepared.values if prepared.material else of.residual
        points = make_points((thinned(of, values) - mu) / scale, weight)
        mu, sigma, what = 0.0, 1.0, "residuals over their fitted scale"
    level = _levels(round(points.n))
    distribution = _distribution(name, fits)
    band = _level_band(level, min(prepared.effective_rows, points.n), alpha)
    expected, low, high = (mu + sigma * distribution.quantile(part) for part in (level, *band))
    return _compare(name, what, points, level, (expected, low, high), alpha)


def _compare(
    name: str, what: str, points: Points, level: Array, expected: tuple[Array, Array, Array], alpha: float
) -> QuantilePlot:
    """Put the quantiles of the points beside those expected, and the ends of their band."""
    middle, low, high = (_list(part) for part in expected)
    return QuantilePlot(name, what, middle, _list(_quantiles(points, level)), low, high, alpha)


def _describe_residuals(prepared: Prepared) -> str:
    return f"residuals with their {' and '.join(prepared.material)} taken out" if prepared.material else "residuals"


def _distribution(name: str, fits: FamilyFits) -> Distribution:
    """Return the standard distribution of a fitted family."""
    family, theta = family_named(name), fits.fitted(name).theta
    shapes = theta[len(theta) - len(family.shapes) :]
    return tabulate(lambda z: family.nll(z, *shapes))


def _levels(n: int) -> Array:
    """Return the levels (k − 1/2)/n of every row, or of the extreme ones and a grid between them."""
    if n <= EVERY_ROW:
        every: Array = (np.arange(n) + 0.5) / n
        return every
    end = (np.arange(EXTREMES) + 0.5) / n
    reach = float(scipy.special.ndtri(1 - (EXTREMES + 0.5) / n))
    between = scipy.special.ndtr(np.linspace(-reach, reach, BETWEEN))
    return np.concatenate((end, between, 1 - end[::-1]))


def _level_band(level: Array, n: float, alpha: float) -> tuple[Array, Array]:
    """Return the central 1 − alpha of U₍ₖ₎ at level (k − 1/2)/n, which is beta(k, n − k + 1)."""
    tails = np.array([[alpha / 2], [1 - alpha / 2]])
    low, high = np.asarray(scipy.special.betaincinv(n * level + 0.5, n * (1 - level) + 0.5, tails), dtype=np.float64)
    return low, high


def _quantiles(points: Points, level: Array) -> Array:
    order = np.argsort(points.value)
    share = np.cumsum(points.weight[order]) / points.n
    index = np.minimum(np.searchsorted(share, level * (1 - 1e-12)), order.size - 1)
    quantiles: Array = points.center + points.scale * points.value[order][index]
    return quantiles


def _plot_tails(prepared: Prepared, fits: FamilyFits, names: list[str]) -> TailPlot | None:
    """Return the share beyond each distance from the median, from a half on down."""
    points = prepared.residuals
    noise = (name for name in names if name in fits.ids and family_named(name).view is View.RESIDUAL)
    named = next(noise, "normal")
    nearness, place = np.unique(-np.abs(points.value), return_inverse=True)
    weight = np.bincount(place, points.weight)
    distance, share = -nearness * points.scale, (np.cumsum(weight) - weight / 2) / points.n
    shown = (share <= 0.5) & (distance > 0)
    if shown.sum() < 2 or not distance[0] > distance[shown][-1]:
        return None
    distance, share = distance[shown], share[shown]
    index = np.unique(np.geomspace(1, distance.size, TAIL_POINTS).astype(int)) - 1
    at = np.geomspace(distance[-1], distance[0], CURVE_POINTS)
    curves = {}
    for name in dict.fromkeys(("normal", named)):
        mu, sigma = fits.fitted(name).theta[:2]
        low, high = ((points.center + side * at - mu) / sigma for side in (-1.0, 1.0))
        curves[name] = _list(_distribution(name, fits).beyond(low, high))
    return TailPlot(points.center, _list(distance[index][::-1]), _list(share[index][::-1]), _list(at), curves)


def _plot_scale(sample: Sample, prepared: Prepared) -> ScalePlot | None:
    """Return residuals by prediction, with the trend and the robust standard deviation that were fitted."""
    of = sample.paired
    if of.prediction is None:
        return None
    every = 1 if of.count is not None else -(-sample.n // SORTED)
    prediction, residual = of.prediction[::every], of.residual[::every]
    order = np.argsort(prediction, kind="stable")
    if of.count is None:
        order = order[:: -(-order.size // SCATTER)]
    else:
        row = np.arange(0, sample.n, -(-sample.n // SCATTER))
        order = order[np.searchsorted(np.cumsum(of.count[order]), row, side="right")]
    prediction, residual = prediction[order], residual[order]
    if not prediction[-1] > prediction[0]:
        return None
    at = np.linspace(prediction[0], prediction[-1], CURVE_POINTS)
    middle = prepared.trend.fitted(at) if prepared.material else np.full(CURVE_POINTS, prepared.residuals.center)
    sigma = np.empty(0) if prepared.gate is None else prepared.gate.fit.sigma(at)
    return ScalePlot(_list(prediction), _list(residual), sample.n, _list(at), _list(middle), _list(sigma))


def _plot_autocorrelation(sample: Sample, alpha: float) -> AutocorrelationPlot | None:
    """Return the first autocorrelations; None where the order of the rows says nothing."""
    if not sample.ordered or sample.constant or sorted_by(sample):
        return None
    scores = scores_in_order(sample)
    rho = correlate_lags(scores, min(LAGS, scores.size // 4))
    if rho.size == 0:
        return None
    bound = float(scipy.special.ndtri(1 - alpha / 2)) / float(np.sqrt(scores.size))
    return AutocorrelationPlot(_list(rho), bound, alpha)


def _list(values: Array) -> Numbers:
    return tuple(values.tolist())
