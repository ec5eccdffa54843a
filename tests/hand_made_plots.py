"""Reports made by hand that have plots: of residuals, and of class outputs."""

from __future__ import annotations

from dataclasses import replace
from math import cos, exp, sin, sqrt
from statistics import NormalDist

from hand_made_reports import HEAVY, ROWS, normal_density, t_density

from losscheck.plots import (
    AutocorrelationPlot,
    ClassCalibrationPlot,
    ConfusionPlot,
    Plots,
    QuantilePlot,
    Reliability,
    RowSumPlot,
    ScalePlot,
    TailPlot,
)
from losscheck.results import (
    CheckResult,
    Code,
    Columns,
    Estimate,
    InputFile,
    InputInfo,
    Likelihood,
    Report,
    Status,
    Task,
    TaskKind,
    Verdict,
    VerdictStatus,
)

DERIVATION = (
    "1. A t residual is a normal one whose variance is itself random.\n"
    "2. Integrating it out gives f(r) ∝ (1 + r²/(nu sigma²))^(−(nu + 1)/2) / sigma.\n"
    "3. So −log L = Σ (nu + 1)/2 · log(1 + (y − f)²/(nu sigma²)) plus terms without f."
)


def quantile_plot(family: str, bend: float, count: int = 101) -> QuantilePlot:
    level = [(i + 0.5) / count for i in range(count)]
    expected = tuple(1.42 * NormalDist().inv_cdf(p) for p in level)
    observed = tuple(z * (1 + bend * z * z) for z in expected)
    half = tuple(0.05 + 0.03 * z * z for z in expected)
    low = tuple(z - h for z, h in zip(expected, half, strict=True))
    high = tuple(z + h for z, h in zip(expected, half, strict=True))
    return QuantilePlot(family, "residuals", expected, observed, low, high, 0.05)


def beyond(density, distance: float) -> float:
    """The share beyond a distance, by the midpoint rule out to 400."""
    steps = 4000
    width = (400 - distance) / steps
    return 2 * width * sum(density(distance + width * (i + 0.5)) for i in range(steps))


def tail_plot() -> TailPlot:
    at = tuple(10 ** (0.05 * i) for i in range(33))
    curves = {
        "normal": tuple(max(beyond(normal_density, d), 1e-300) for d in at),
        "student_t": tuple(beyond(t_density, d) for d in at),
    }
    share = tuple(s * (1 + 0.1 * sin(3 * i)) for i, s in enumerate(curves["student_t"]))
    return TailPlot(0.0123, at, share, at, curves)


def scale_plot(count: int = 200) -> ScalePlot:
    prediction = tuple(10 + 0.1 * i for i in range(count))
    residual = tuple((0.8 + 0.03 * i / 2) * 1.5 * sin(12.9 * i) for i in range(count - 1)) + (40.0,)
    at = tuple(10 + i for i in range(20))
    return ScalePlot(prediction, residual, ROWS, at, (0.0123,) * 20, tuple(0.8 + 0.15 * i for i in range(20)))


DRAWN = replace(
    HEAVY,
    derivation=DERIVATION,
    plots=Plots(
        quantiles=(quantile_plot("normal", 0.08), quantile_plot("student_t", 0.001)),
        tails=tail_plot(),
        scale=scale_plot(),
        autocorrelation=AutocorrelationPlot(
            tuple(0.2 * exp(-lag / 4) * cos(lag) for lag in range(1, 31)), 0.0196, 0.05
        ),
    ),
)
"""The report of heavy tails with everything that can be drawn of residuals."""

DIGITS = tuple(str(k) for k in range(10))


def overconfident(bins: int = 15) -> Reliability:
    stated = tuple((i + 0.55) / bins for i in range(1, bins))
    rows = tuple(float(round(20 + 3000 * p**4)) for p in stated)
    half = tuple(1.96 * sqrt(p * (1 - p) / n) for p, n in zip(stated, rows, strict=True))
    low = tuple(max(p - h, 0.0) for p, h in zip(stated, half, strict=True))
    high = tuple(min(p + h, 1.0) for p, h in zip(stated, half, strict=True))
    observed = tuple(p - 0.12 * p**3 for p in stated)
    return Reliability(stated, observed, low, high, rows, "Reliability of the most probable class")


def confusion(names: tuple[str, ...] = DIGITS) -> ConfusionPlot:
    """Two neighbours swapped, the rest in place."""
    count = len(names)
    match = (1, 0, *range(2, count))
    share = tuple(
        tuple(0.82 if column == match[row] else 0.18 / (count - 1) for column in range(count)) for row in range(count)
    )
    return ConfusionPlot(names, names, share, match)


def class_calibration(names: tuple[str, ...] = DIGITS) -> ClassCalibrationPlot:
    stated = tuple(0.1 + 0.004 * sin(k) for k in range(len(names)))
    observed = tuple(p + (0.012 if k % 4 == 0 else 0.002) for k, p in enumerate(stated))
    low, high = tuple(p - 0.006 for p in stated), tuple(p + 0.006 for p in stated)
    return ClassCalibrationPlot(names, stated, observed, low, high)


def row_sums() -> RowSumPlot:
    edges = tuple(0.999 + 0.0001 * i for i in range(21))
    return RowSumPlot(edges, tuple(float(round(900 * exp(-((i - 9.5) ** 2) / 8))) for i in range(20)), 5e-4)


CLASS_VERDICT = Verdict(
    status=VerdictStatus.INVALID,
    loss="cross_entropy",
    family="categorical",
    parameters={"temperature": Estimate(1.382, 1.301, 1.468)},
    current_loss=None,
    headline="Two columns are swapped: repair that first. Then train with cross_entropy.",
    confidence=None,
    tied=(),
    rule="one_class_a_row",
    because=("the targets fix the likelihood: categorical",),
    needs_rows=None,
    efficiency={"cross_entropy": Estimate(1.0), "brier": Estimate(0.7512, 0.7493, 0.7531)},
    estimand="any",
    per_estimand={},
    likelihood=Likelihood(
        assumption="each row's label is one draw from its own probabilities p_1 … p_K, and rows are independent",
        density="P(y) = Π_k p_k^(y_k), y one-hot",
        negative_log_likelihood="−log L = −Σ_i Σ_k y_ik log p_ik; here 0.4123 nats per row",
        loss="cross-entropy: mean of −log p_y",
    ),
    code=Code(numpy="loss = -np.mean(log_p[np.arange(len(y)), y])"),
)

CLASSES_DRAWN = Report(
    version="0.1.0",
    input=InputInfo(
        files=(
            InputFile("digits.csv", "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae", 210345, ROWS),
        ),
        rows=ROWS,
        rows_used=ROWS,
        columns=Columns(target="digit", prediction="prob"),
    ),
    task=Task(TaskKind.MULTICLASS, "the targets are 10 different classes, one a row, with a column for each"),
    verdict=CLASS_VERDICT,
    fits=(),
    checks=(
        CheckResult("simplex", "LC502", "Rows sum to one", Status.PASS, "every row sums to 1 within 4.7e-07"),
        CheckResult(
            "alignment", "LC701", "Labels and columns", Status.FAIL, "columns 0 and 1 are swapped", "swap them"
        ),
    ),
    reliability=overconfident(),
    plots=Plots(row_sums=row_sums(), confusion=confusion(), classes=class_calibration()),
)
"""Class outputs of which two columns are swapped, with everything that can be drawn of them."""
