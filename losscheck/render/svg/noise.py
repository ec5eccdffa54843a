"""How the plots of residuals are drawn."""

from __future__ import annotations

from math import floor, log10
from typing import TYPE_CHECKING

from losscheck.plots import AutocorrelationPlot, EfficiencyPlot, Histogram, QuantilePlot, ScalePlot, TailPlot
from losscheck.render.svg.canvas import (
    BAND,
    BAR,
    BEST,
    INK,
    MUTED,
    NORMAL,
    WIDTH,
    add_legend,
    add_points,
    label_axes,
    line_style,
    shorten,
    show_numbers,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FAR = 40
"""Quantiles that span so many times the middle half of them are drawn on axes that are logarithmic far out."""
APART = 0.15
"""Least distance of ticks, of the height."""
DECADES = 1e3
"""Distances that span less have ticks between the powers of ten."""
FRAME = 5.0
"""The scatter plot shows so many standard deviations on each side; points beyond sit at its edge."""


def draw_histogram(figure: Figure, histogram: Histogram, best: str | None) -> None:
    """Draw the counts as one area and the expected counts as lines."""
    axes = figure.subplots()
    axes.set_yscale("function", functions=(lambda count: abs(count) ** 0.5, lambda root: root**2))
    axes.stairs(histogram.counts, histogram.edges, fill=True, color=BAR, label="rows")
    middle = [(low + high) / 2 for low, high in zip(histogram.edges[:-1], histogram.edges[1:], strict=True)]
    for name, curve in histogram.curves.items():
        axes.plot(middle, curve, label=name, **line_style(name, best))
    top = max((*histogram.counts, *(value for curve in histogram.curves.values() for value in curve)))
    axes.set_ylim(0, 1.05 * top)
    axes.set_yticks(_square_root_ticks(top))
    axes.margins(x=0)
    show_numbers(axes.xaxis, axes.yaxis)
    label_axes(axes, "residual", "rows")
    add_legend(axes)


def _square_root_ticks(top: float) -> list[float]:
    """Return 0 and numbers 1, 2, 5, 10, … that keep a distance on a square-root scale."""
    decades = range(min(floor(log10(top)), 0), floor(log10(top)) + 1)
    kept: list[float] = []
    for tick in [step * 10.0**decade for decade in reversed(decades) for step in (5, 2, 1)]:
        above = kept[-1] if kept else 1.4 * top
        if tick <= top and min(above**0.5 - tick**0.5, tick**0.5) >= APART * top**0.5:
            kept.append(tick)
    return [*kept, 0.0]


def draw_quantiles(figure: Figure, plot: QuantilePlot, best: str | None) -> None:
    """Draw the quantiles as points, the family as the diagonal within its band."""
    axes = figure.subplots()
    quarter = len(plot.expected) // 4
    middle = plot.expected[-quarter - 1] - plot.expected[quarter]
    both = (*plot.expected, *plot.observed)
    ends = min(both), max(both)
    if middle > 0 and ends[1] - ends[0] > FAR * middle:
        axes.set_xscale("asinh", linear_width=middle)
        axes.set_yscale("asinh", linear_width=middle)
    axes.fill_between(plot.expected, plot.low, plot.high, color=BAND, lw=0)
    line = (plot.expected[0], plot.expected[-1])
    axes.plot(line, line, lw=1.2, **line_style(plot.family, best))
    add_points(axes, plot.expected, plot.observed, INK)
    room = 0.05 * (ends[1] - ends[0])
    axes.set_ylim(ends[0] - room, ends[1] + room)
    show_numbers(axes.xaxis, axes.yaxis)
    label_axes(axes, f"expected of {plot.family}", "observed")


def draw_tails(figure: Figure, plot: TailPlot, best: str | None) -> None:
    """Draw the shares beyond each distance as points, what families expect as lines."""
    axes = figure.subplots()
    axes.set_xscale("log", subs=[])
    axes.set_yscale("log", subs=[])
    if plot.distance[-1] < DECADES * plot.distance[0]:
        axes.set_xticks(_ticks_between(plot.distance[0], plot.distance[-1] * 1.1))
    for name, curve in plot.curves.items():
        axes.plot(plot.curve_distance, curve, label=name, **line_style(name, best))
    add_points(axes, plot.distance, plot.share, INK)
    axes.set_ylim(min(plot.share) / 3, 1)
    axes.set_xlim(plot.distance[0], plot.distance[-1] * 1.1)
    show_numbers(axes.xaxis, axes.yaxis)
    label_axes(axes, "distance from the median", "share of rows beyond")
    add_legend(axes)


def _ticks_between(low: float, high: float) -> list[float]:
    decades = range(floor(log10(low)), floor(log10(high)) + 1)
    steps = (1, 2, 3, 4, 6, 8) if high < 10 * low else (1, 2, 5)
    return [tick for decade in decades for step in steps if low <= (tick := step * 10.0**decade) <= high]


def draw_scale(figure: Figure, plot: ScalePlot, _best: str | None) -> None:
    """Draw residuals as points, and the fitted middle and scale as a line within two bands."""
    axes = figure.subplots()
    low, high = _frame(plot)
    for times in (2, 1) if plot.sigma else ():
        lower, upper = (
            [m + side * times * s for m, s in zip(plot.middle, plot.sigma, strict=True)] for side in (-1, 1)
        )
        axes.fill_between(plot.at, lower, upper, color=BAND, lw=0)
    inside = [(x, y) for x, y in zip(plot.prediction, plot.residual, strict=True) if low <= y <= high]
    add_points(axes, [x for x, _ in inside], [y for _, y in inside], INK, size=2.2, alpha=0.45)
    axes.plot(plot.at, plot.middle, color=BEST, lw=1.2)
    _mark_beyond(axes, plot, low, high)
    axes.set_ylim(low, high)
    axes.margins(x=0.02)
    show_numbers(axes.xaxis, axes.yaxis)
    label_axes(axes, "prediction", "residual")


def _frame(plot: ScalePlot) -> tuple[float, float]:
    if not plot.sigma:
        low, high = min(plot.residual), max(plot.residual)
        room = 0.05 * (high - low) or 1.0
        return low - room, high + room
    edges = [m + side * FRAME * s for m, s in zip(plot.middle, plot.sigma, strict=True) for side in (-1, 1)]
    low, high = max(min(edges), min(plot.residual)), min(max(edges), max(plot.residual))
    room = 0.05 * (high - low)
    return low - room, high + room


def _mark_beyond(axes: Axes, plot: ScalePlot, low: float, high: float) -> None:
    points = list(zip(plot.prediction, plot.residual, strict=True))
    below, above = [x for x, y in points if y < low], [x for x, y in points if y > high]
    for marker, edge, at in (("v", low, below), ("^", high, above)):
        axes.plot(at, [edge] * len(at), marker, color=NORMAL, ms=4, mew=0, clip_on=False)


def draw_autocorrelation(figure: Figure, plot: AutocorrelationPlot, _best: str | None) -> None:
    """Draw a bar for each lag, and the lines between which independent rows would stay."""
    axes = figure.subplots()
    lags = range(1, len(plot.rho) + 1)
    axes.axhspan(-plot.bound, plot.bound, color=BAND, lw=0)
    outside = [abs(rho) > plot.bound for rho in plot.rho]
    for color, wanted in ((BAR, False), (NORMAL, True)):
        chosen = [(lag, rho) for lag, rho, out in zip(lags, plot.rho, outside, strict=True) if out is wanted]
        axes.vlines([lag for lag, _ in chosen], 0, [rho for _, rho in chosen], color=color, lw=3)
    axes.axhline(0, color=MUTED, lw=0.8)
    reach = max(0.1, 1.1 * plot.bound, *(1.1 * abs(rho) for rho in plot.rho))
    axes.set_ylim(-reach, reach)
    axes.locator_params(axis="x", integer=True)
    show_numbers(axes.yaxis)
    label_axes(axes, "rows apart", "correlation")


def draw_efficiencies(figure: Figure, plot: EfficiencyPlot, _best: str | None) -> None:
    """Draw a point with its interval for each loss, the best on top."""
    figure.set_size_inches(WIDTH, 0.75 + 0.22 * max(len(plot.losses), 6))
    axes = figure.subplots()
    for place, (loss, value, low, high) in enumerate(zip(plot.losses, plot.value, plot.low, plot.high, strict=True)):
        color = BEST if loss == plot.recommended else NORMAL if loss == plot.current else MUTED
        if low is not None and high is not None:
            axes.plot((low, high), (place, place), color=color, lw=3, alpha=0.45, solid_capstyle="butt")
        add_points(axes, (value,), (place,), color, size=6)
    marks = {plot.current: " (in use)", plot.recommended: " (recommended)"}
    axes.set_yticks(range(len(plot.losses)), [shorten(loss) + marks.get(loss, "") for loss in plot.losses])
    axes.set_ylim(len(plot.losses) - 0.4, -0.6)
    axes.set_xlim(0, 1.03)
    show_numbers(axes.xaxis)
    label_axes(axes, "efficiency", "")
