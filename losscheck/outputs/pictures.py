"""The numbers behind the plots of class outputs: row sums, labels against columns, and every class by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.outputs.alignment import align
from losscheck.outputs.interpretation import interpret, single_scores
from losscheck.outputs.moments import labelled_blocks
from losscheck.outputs.rows import measure_rows
from losscheck.outputs.simplex import tolerance_of
from losscheck.outputs.stated import state
from losscheck.outputs.undefined import Undefined, usable_moments
from losscheck.plots import ClassCalibrationPlot, ConfusionPlot, Plots, RowSumPlot
from losscheck.results import TaskKind
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

SUMMED = frozenset({Numbers.PROBABILITIES, Numbers.INVALID})
"""Numbers whose rows are expected to sum to 1."""
BINS, SEEN = 40, 0.995
"""Bins of the row sums; those below one quantile, and above the other one, are not shown."""
LARGEST_SQUARE, MOST_CELLS = 60, 200_000
"""Classes that a square of labels and columns has room for, and probabilities that its means are taken of."""
MOST_CLASSES = 200


def plot_classes(sample: ClassSample, alpha: float) -> Plots:
    """Return what can be drawn of these outputs; what needs labels is missing without them."""
    return Plots(
        row_sums=_plot_row_sums(sample),
        confusion=_plot_confusion(sample),
        classes=_plot_calibration(sample, alpha),
    )


def _plot_row_sums(sample: ClassSample) -> RowSumPlot | None:
    """Count the rows by their sums; None where sums mean nothing."""
    if single_scores(sample) or interpret(sample).numbers not in SUMMED:
        return None
    sums = measure_rows(sample).total
    sums = sums[np.isfinite(sums)]
    if not sums.size:
        return None
    tolerance = tolerance_of(sample, 1.0).sum
    low, high = np.quantile(sums, (1 - SEEN, SEEN))
    low, high = min(float(low), 1 - 2 * tolerance), max(float(high), 1 + 2 * tolerance)
    counts, edges = np.histogram(sums, BINS, (low, high))
    return RowSumPlot(_list(edges), _list(counts), tolerance)


def _plot_confusion(sample: ClassSample) -> ConfusionPlot | None:
    """Return the mean probability of each column among the rows of each label, of evenly spread rows."""
    stated = state(sample)
    if stated is None or sample.label is None or stated.classes > LARGEST_SQUARE:
        return None
    classes = stated.classes
    total, rows = np.zeros((classes, classes)), np.zeros(classes)
    for block, label in labelled_blocks(stated, max(1, sample.n * classes // MOST_CELLS)):
        one_hot = np.eye(classes)[label]
        total += one_hot.T @ block.p
        rows += one_hot.sum(axis=0)
    if not rows.any():
        return None
    seen = np.flatnonzero(rows)
    alignment = align(sample)
    found = None if alignment is None or alignment.found is None else alignment.found.named.order
    names = stated.names
    return ConfusionPlot(
        labels=tuple(names[k] for k in seen),
        columns=names,
        share=tuple(_list(total[k] / rows[k]) for k in seen),
        match=None if found is None else tuple(int(found[k]) for k in seen),
    )


def _plot_calibration(sample: ClassSample, alpha: float) -> ClassCalibrationPlot | None:
    """Return every class's mean probability beside its share, with the band that calibrated outputs have."""
    moments = usable_moments(sample)
    if isinstance(moments, Undefined) or moments.sums.count.size > MOST_CLASSES:
        return None
    sums = moments.sums
    rows = moments.effective_rows
    if moments.multilabel:
        rows /= sums.count.size
    stated, observed = sums.stated / rows, sums.count / rows
    reach = float(scipy.special.ndtri(1 - alpha / 2)) * np.sqrt(sums.deviation_variance) / rows
    low, high = np.clip((stated - reach, stated + reach), 0.0, 1.0)
    names = sample.classes if sample.kind is TaskKind.MULTILABEL else moments.stated.names
    return ClassCalibrationPlot(names, *(_list(part) for part in (stated, observed, low, high)))


def _list(values: Array) -> tuple[float, ...]:
    return tuple(values.astype(float).tolist())
