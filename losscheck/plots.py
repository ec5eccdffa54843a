"""The numbers behind the pictures of a page, a dataclass each; reading them takes no computation and no sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Numbers = tuple[float, ...]


@dataclass(frozen=True)
class Histogram:
    """Counts of the residuals, and the fitted densities at the bin centres as expected counts."""

    edges: Numbers
    counts: Numbers
    curves: Mapping[str, Numbers]
    below: float = 0.0
    above: float = 0.0
    title: str = "Residuals: target - prediction"


@dataclass(frozen=True)
class QuantileStrip:
    """Residual quantiles in robust standard units against those of the normal, with the band of normal data."""

    probability: Numbers
    normal: Numbers
    observed: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True)
class Reliability:
    """Mean stated probability and observed frequency by bins of it, with the band of calibrated outputs.

    `low` and `high` are where the observed frequency lies in 1 − alpha of the cases if the statements are right.
    """

    stated: Numbers
    observed: Numbers
    low: Numbers
    high: Numbers
    rows: Numbers
    title: str


@dataclass(frozen=True)
class QuantilePlot:
    """Quantiles of the data beside those of one fitted family.

    `low` and `high` are where each quantile of as many independent rows of that family lies in 1 − alpha of the
    cases, each taken on its own. `of` says what the data are: residuals, or residuals over their fitted scale.
    """

    family: str
    of: str
    expected: Numbers
    observed: Numbers
    low: Numbers
    high: Numbers
    alpha: float


@dataclass(frozen=True)
class TailPlot:
    """The share of rows farther from the center than each distance, and what fitted families expect there."""

    center: float
    distance: Numbers
    share: Numbers
    curve_distance: Numbers
    curves: Mapping[str, Numbers]


@dataclass(frozen=True)
class ScalePlot:
    """Residuals against predictions, thinned; `middle` and `sigma` are fitted, at the predictions `at`.

    `sigma` is empty where no scale was fitted.
    """

    prediction: Numbers
    residual: Numbers
    rows: int
    at: Numbers
    middle: Numbers
    sigma: Numbers


@dataclass(frozen=True)
class AutocorrelationPlot:
    """Correlations of normal scores of the residuals `1, 2, …` rows apart, and the bound of independent rows."""

    rho: Numbers
    bound: float
    alpha: float


@dataclass(frozen=True)
class EfficiencyPlot:
    """The efficiency of each loss with its interval, the best first; `low`, `high` are None where there is none."""

    losses: tuple[str, ...]
    value: Numbers
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    current: str | None
    recommended: str | None


@dataclass(frozen=True)
class RowSumPlot:
    """Counts of the rows' sums of outputs; sums within `tolerance` of 1 are those of probabilities."""

    edges: Numbers
    counts: Numbers
    tolerance: float


@dataclass(frozen=True)
class ConfusionPlot:
    """The mean stated probability of every column (in a row of `share`) among the rows of each label.

    `match` is the index of the column that goes best with each label; None where the test saw no better one.
    """

    labels: tuple[str, ...]
    columns: tuple[str, ...]
    share: tuple[Numbers, ...]
    match: tuple[int, ...] | None = None


@dataclass(frozen=True)
class ClassCalibrationPlot:
    """Mean stated probability and observed share of every class, with the band of calibrated outputs."""

    classes: tuple[str, ...]
    stated: Numbers
    observed: Numbers
    low: Numbers
    high: Numbers


Plot = (
    QuantilePlot
    | TailPlot
    | ScalePlot
    | AutocorrelationPlot
    | EfficiencyPlot
    | RowSumPlot
    | ConfusionPlot
    | ClassCalibrationPlot
)


@dataclass(frozen=True)
class Plots:
    """What can be drawn of one sample, beside the histogram and the reliability diagram of the report."""

    quantiles: tuple[QuantilePlot, ...] = ()
    tails: TailPlot | None = None
    scale: ScalePlot | None = None
    autocorrelation: AutocorrelationPlot | None = None
    row_sums: RowSumPlot | None = None
    confusion: ConfusionPlot | None = None
    classes: ClassCalibrationPlot | None = None
