"""Charts as inline SVG. The only package that imports matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from losscheck.plots import (
    AutocorrelationPlot,
    ClassCalibrationPlot,
    ConfusionPlot,
    EfficiencyPlot,
    Histogram,
    QuantilePlot,
    Reliability,
    RowSumPlot,
    ScalePlot,
    TailPlot,
)
from losscheck.render.blocks import Chart
from losscheck.render.svg import classes, noise
from losscheck.render.svg.canvas import make_svg

DRAWERS: Mapping[type, Callable[[Any, Any, str | None], None]] = {
    Histogram: noise.draw_histogram,
    QuantilePlot: noise.draw_quantiles,
    TailPlot: noise.draw_tails,
    ScalePlot: noise.draw_scale,
    AutocorrelationPlot: noise.draw_autocorrelation,
    EfficiencyPlot: noise.draw_efficiencies,
    Reliability: classes.draw_reliability,
    RowSumPlot: classes.draw_row_sums,
    ConfusionPlot: classes.draw_confusion,
    ClassCalibrationPlot: classes.draw_classes,
}
"""How each kind of data is drawn: a function of an empty figure, the data, and what to set off."""


def draw_chart(chart: Chart) -> str:
    """Return the chart as an svg element without any reference to the outside; the same bytes for the same chart."""
    return make_svg(chart, DRAWERS[type(chart.data)])


__all__ = ["DRAWERS", "draw_chart"]
