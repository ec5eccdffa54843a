"""How the plots of class outputs are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.plots import ClassCalibrationPlot, ConfusionPlot, Reliability, RowSumPlot
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
    shorten,
    show_numbers,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHADES = 8
MOST_NAMED = 20
"""Classes whose names fit beside an axis; of more, every k-th is named."""


def draw_reliability(figure: Figure, diagram: Reliability, _best: str | None) -> None:
    """Draw what came true against what was stated, within the band, and the rows of each bin below."""
    figure.set_size_inches(WIDTH, 3.8)
    above, below = figure.subplots(2, sharex=True, height_ratios=(5, 1))
    above.fill_between(diagram.stated, diagram.low, diagram.high, color=BAND, lw=0, label="calibrated")
    above.plot((0, 1), (0, 1), color=MUTED, lw=0.8)
    above.plot(diagram.stated, diagram.observed, color=BEST, lw=1.2, label="observed")
    for color, wanted in ((BEST, True), (NORMAL, False)):
        rows = zip(diagram.stated, diagram.observed, diagram.low, diagram.high, strict=True)
        points = [(stated, seen) for stated, seen, low, high in rows if (low <= seen <= high) is wanted]
        add_points(above, [x for x, _ in points], [y for _, y in points], color, size=5)
    above.set_xlim(0, 1)
    above.set_ylim(0, 1)
    below.vlines(diagram.stated, 0, diagram.rows, color=BAR, lw=5)
    below.set_ylim(0, 1.05 * max(diagram.rows))
    below.grid(visible=False)
    show_numbers(above.xaxis, above.yaxis, below.xaxis, below.yaxis)
    below.set_yticks([0, max(diagram.rows)])
    above.set_ylabel("observed share")
    label_axes(below, "stated probability", "rows")
    add_legend(above)


def draw_row_sums(figure: Figure, plot: RowSumPlot, _best: str | None) -> None:
    """Draw the counts of row sums, and where those of probabilities lie."""
    axes = figure.subplots()
    axes.stairs(plot.counts, plot.edges, fill=True, color=BAR)
    if plot.edges[0] <= 1 <= plot.edges[-1]:
        axes.axvspan(1 - plot.tolerance, 1 + plot.tolerance, color=BAND, lw=0)
        axes.axvline(1, color=BEST, lw=1)
    axes.margins(x=0)
    show_numbers(axes.xaxis, axes.yaxis)
    label_axes(axes, "sum of a row", "rows")


def draw_confusion(figure: Figure, plot: ConfusionPlot, _best: str | None) -> None:
    """Draw a shaded square for every label and column, and a dot in the column that goes best with the label."""
    figure.set_size_inches(WIDTH, 4.0)
    axes = figure.subplots()
    _shade(axes, plot)
    size = 60 / max(len(plot.columns), len(plot.labels), 8)
    rows = range(len(plot.labels))
    if plot.match is not None:
        add_points(axes, plot.match, rows, NORMAL, size=size)
    _name_classes(axes.xaxis, plot.columns)
    _name_classes(axes.yaxis, plot.labels)
    axes.tick_params(axis="x", rotation=90 if max(map(len, plot.columns)) > 3 else 0)
    axes.set_xlim(-0.5, len(plot.columns) - 0.5)
    axes.set_ylim(len(plot.labels) - 0.5, -0.5)
    axes.set_aspect("equal")
    axes.grid(visible=False)
    label_axes(axes, "column", "label")


def _shade(axes: Axes, plot: ConfusionPlot) -> None:
    """Fill the squares, those of one shade as one path."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    corners = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5))
    codes = (Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY)
    for shade in range(1, SHADES + 1):
        squares = [
            (column + x, row + y)
            for row, shares in enumerate(plot.share)
            for column, share in enumerate(shares)
            if round(SHADES * share) == shade
            for x, y in corners
        ]
        if squares:
            path = Path(squares, codes * (len(squares) // len(corners)))
            axes.add_patch(PathPatch(path, facecolor=BEST, edgecolor="none", alpha=shade / SHADES))


def draw_classes(figure: Figure, plot: ClassCalibrationPlot, _best: str | None) -> None:
    """Draw each class's observed share less what was stated, with the band about 0."""
    count = len(plot.classes)
    figure.set_size_inches(WIDTH, 0.75 + 0.2 * min(max(count, 8), MOST_NAMED))
    axes = figure.subplots()
    rows = list(enumerate(zip(plot.stated, plot.observed, plot.low, plot.high, strict=True)))
    width = min(8.0, 120 / count)
    axes.hlines(
        [i for i, _ in rows],
        [low - stated for _, (stated, _, low, _) in rows],
        [high - stated for _, (stated, _, _, high) in rows],
        color=BAND,
        lw=width,
    )
    axes.axvline(0, color=MUTED, lw=0.8)
    for color, wanted in ((INK, True), (NORMAL, False)):
        points = [(seen - stated, i) for i, (stated, seen, low, high) in rows if (low <= seen <= high) is wanted]
        add_points(axes, [x for x, _ in points], [y for _, y in points], color, size=min(5.0, width))
    _name_classes(axes.yaxis, plot.classes)
    axes.set_ylim(count - 0.4, -0.6)
    show_numbers(axes.xaxis)
    label_axes(axes, "observed share − stated probability", "")


def _name_classes(axis: object, names: tuple[str, ...]) -> None:
    step = -(-len(names) // MOST_NAMED)
    axis.set_ticks(range(0, len(names), step), [shorten(name) for name in names[::step]])  # type: ignore[attr-defined]
