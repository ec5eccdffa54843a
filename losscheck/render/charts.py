"""The charts of a report: the numbers to be drawn, with a title, what to look for, and the same in words."""

from __future__ import annotations

from collections.abc import Iterable

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
from losscheck.render.blocks import Chart, Picture
from losscheck.render.figures import write_count, write_list, write_number, write_percent
from losscheck.results import Report, Verdict

NAMED = 5
"""Classes that the words for a picture name; the picture shows all."""


def picture_charts(report: Report) -> tuple[Picture, ...]:
    """Return the charts that have no picture in text beside them."""
    plots, best = report.plots, report.verdict.family
    charts = (
        *(chart_quantiles(plot, best) for plot in plots.quantiles[1 if report.quantiles else 0 :]),
        plots.tails and _chart_tails(plots.tails, best),
        plots.scale and _chart_scale(plots.scale),
        plots.autocorrelation and _chart_autocorrelation(plots.autocorrelation),
        plots.classes and _chart_classes(plots.classes),
        plots.confusion and _chart_confusion(plots.confusion),
        plots.row_sums and _chart_row_sums(plots.row_sums),
        _chart_efficiencies(report.verdict),
    )
    return tuple(Picture((), chart) for chart in charts if chart)


def chart_histogram(histogram: Histogram, best: str | None) -> Chart:
    """Return the histogram of the residuals under the fitted densities."""
    counts = histogram.counts
    top = max(range(len(counts)), key=counts.__getitem__)
    sides = ((histogram.below, "below"), (histogram.above, "above"))
    beyond = tuple(f"{write_count(count)} {side}" for count, side in sides if count)
    families = write_list(tuple(histogram.curves))
    alt = (
        f"Histogram from {write_number(histogram.edges[0], 3)} to {write_number(histogram.edges[-1], 3)}. The highest "
        f"bin has {write_count(counts[top])} rows, near {write_number(_middle(histogram.edges, top), 3)}."
        f"{f' Rows outside of this range: {write_list(beyond)}.' if beyond else ''}"
        f"{f' Drawn over it: the fitted densities of {families}.' if families else ''}"
    )
    caption = "Rows a bin on a square-root scale, which shows the tails; lines: what the fitted densities expect."
    return Chart("Histogram and fitted densities", alt, histogram, caption, best)


def chart_quantiles(plot: QuantilePlot, best: str | None) -> Chart:
    """Return the quantiles of the data against those of one family."""
    pairs = list(zip(plot.expected, plot.observed, plot.low, plot.high, strict=True))
    outside = [pair for pair in pairs if not pair[2] <= pair[1] <= pair[3]]
    alt = f"{len(pairs) - len(outside)} of {len(pairs)} quantiles lie within the band."
    if outside:
        expected, observed, *_ = max(outside, key=lambda pair: abs(pair[1] - pair[0]))
        alt += f" The furthest: {write_number(observed, 3)}, where {write_number(expected, 3)} is expected."
    which = "the normal with their median and MAD" if plot.family == "normal" else f"{plot.family} as fitted"
    caption = (
        f"Against {which}. The band holds each quantile of independent rows of it, one at a time, in "
        f"{write_percent(1 - plot.alpha)} of the cases or more."
    )
    return Chart(f"Quantiles of {plot.of} against {plot.family}", alt, plot, caption, best)


def _chart_tails(plot: TailPlot, best: str | None) -> Chart:
    last = {name: curve[-1] for name, curve in plot.curves.items()}
    expected = write_list(tuple(f"{write_number(share, 2)} by {name}" for name, share in last.items()))
    alt = (
        f"The farthest row lies {write_number(plot.distance[-1], 3)} from the median. There the share of rows beyond "
        f"is expected to be {expected}; of the data it is {write_number(plot.share[-1], 2)}."
    )
    caption = "Both axes are logarithmic: a power law is a straight line, and a normal bends down steeply."
    return Chart("Tails: share of rows beyond a distance from the median", alt, plot, caption, best)


def _chart_scale(plot: ScalePlot) -> Chart:
    alt = f"{len(plot.prediction):,} points; predictions from {_span(plot.prediction)}."
    if plot.sigma:
        first, middle, last = (plot.sigma[i] for i in (0, len(plot.sigma) // 2, -1))
        alt += (
            f" The fitted standard deviation is {write_number(first, 3)} at the lowest, {write_number(middle, 3)} at "
            f"the middle and {write_number(last, 3)} at the highest prediction."
        )
    shown = len(plot.prediction)
    counted = f"{shown:,} of {plot.rows:,} rows" if shown < plot.rows else f"All {shown:,} rows"
    lines = "; lines: the middle of the residuals, and 1 and 2 robust standard deviations from it" if plot.sigma else ""
    return Chart("Residuals against predictions", alt, plot, f"{counted}{lines}.")


def _chart_autocorrelation(plot: AutocorrelationPlot) -> Chart:
    outside = [lag for lag, rho in enumerate(plot.rho, 1) if abs(rho) > plot.bound]
    largest = max(range(len(plot.rho)), key=lambda i: abs(plot.rho[i]))
    alt = (
        f"{len(outside)} of {len(plot.rho)} lags lie outside ±{write_number(plot.bound, 2)}. The largest correlation "
        f"is {write_number(plot.rho[largest], 2)}, at lag {largest + 1}."
    )
    caption = f"Of normal scores; of independent rows {write_percent(1 - plot.alpha)} of the lags lie within the lines."
    return Chart("Autocorrelation of the residuals, in the order of the rows", alt, plot, caption)


def _chart_efficiencies(verdict: Verdict) -> Chart | None:
    known = [(e.value, loss, e) for loss, e in verdict.efficiency.items() if e.value is not None]
    if len(known) < 2:  # one loss alone is compared with nothing
        return None
    known.sort(key=lambda item: -item[0])
    values, losses, estimates = zip(*known, strict=True)
    data = EfficiencyPlot(
        losses,
        values,
        tuple(e.low for e in estimates),
        tuple(e.high for e in estimates),
        verdict.current_loss,
        verdict.loss,
    )
    alt = f"{'; '.join(f'{loss} {write_number(value, 2)}' for value, loss, _ in known)}."
    caption = "1 is the best loss considered: at 0.5 a loss needs twice the rows. Bars are intervals."
    return Chart("Efficiency of each loss", alt, data, caption, verdict.loss)


def chart_reliability(reliability: Reliability) -> Chart:
    """Return the reliability diagram of class outputs."""
    bins = list(zip(reliability.observed, reliability.low, reliability.high, strict=True))
    outside = sum(not low <= observed <= high for observed, low, high in bins)
    first, last = reliability.stated[0], reliability.stated[-1]
    alt = (
        f"{outside} of {len(bins)} bins lie outside the band of calibrated outputs. Stated "
        f"{write_number(first, 2)}, observed {write_number(bins[0][0], 2)} in the first bin; stated "
        f"{write_number(last, 2)}, observed {write_number(bins[-1][0], 2)} in the last."
    )
    caption = "Calibrated outputs lie on the diagonal, up to chance within the band; below: the rows of each bin."
    return Chart(reliability.title, alt, reliability, caption)


def _chart_classes(plot: ClassCalibrationPlot) -> Chart:
    outside = [
        name
        for name, observed, low, high in zip(plot.classes, plot.observed, plot.low, plot.high, strict=True)
        if not low <= observed <= high
    ]
    named = f": {write_list(tuple(outside[:NAMED]))}{', …' if len(outside) > NAMED else ''}" if outside else ""
    alt = f"{len(outside)} of {len(plot.classes)} classes lie outside the band of calibrated outputs{named}."
    return Chart(
        "Calibration class by class",
        alt,
        plot,
        "Observed share of each class less its mean stated probability, with the band of calibrated outputs.",
    )


def _chart_confusion(plot: ConfusionPlot) -> Chart:
    highest = [max(range(len(row)), key=row.__getitem__) for row in plot.share]
    off = sum(column != row for row, column in enumerate(highest))
    alt = f"{off} of {len(highest)} labels have their highest mean probability in a column other than their own."
    if plot.match is not None:
        moved = [(plot.labels[i], plot.columns[j]) for i, j in enumerate(plot.match) if i != j]
        pairs = write_list(tuple(f"{label} with column {column}" for label, column in moved[:NAMED]))
        alt += f" The labels go best {pairs}{', …' if len(moved) > NAMED else ''}." if moved else ""
    return Chart("Labels and columns", alt, plot, "Mean stated probability of each column among the rows of a label.")


def _chart_row_sums(plot: RowSumPlot) -> Chart:
    top = max(range(len(plot.counts)), key=plot.counts.__getitem__)
    alt = (
        f"Sums of the outputs of a row, from {write_number(plot.edges[0])} to {write_number(plot.edges[-1])}; most are "
        f"near {write_number(_middle(plot.edges, top))}."
    )
    return Chart("Row sums", alt, plot, f"Probabilities sum to 1, up to {write_number(plot.tolerance, 2)} here.")


def _middle(edges: tuple[float, ...], index: int) -> float:
    return (edges[index] + edges[index + 1]) / 2


def _span(values: Iterable[float]) -> str:
    listed = list(values)
    return f"{write_number(min(listed), 3)} to {write_number(max(listed), 3)}"
