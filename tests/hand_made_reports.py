"""Reports made by hand, with every part that a renderer can meet."""

from __future__ import annotations

from dataclasses import replace
from math import exp, lgamma, log1p, pi, sqrt

from losscheck.plots import Histogram, QuantileStrip, Reliability
from losscheck.results import (
    CheckResult,
    Code,
    Columns,
    Effect,
    Estimate,
    Fit,
    InputFile,
    InputInfo,
    Likelihood,
    Parameter,
    Report,
    Status,
    Task,
    TaskKind,
    Verdict,
    VerdictStatus,
)

ROWS = 9988


def t_density(r: float, nu: float = 3.12, sigma: float = 1.42) -> float:
    norm = exp(lgamma((nu + 1) / 2) - lgamma(nu / 2)) / sqrt(nu * pi)
    return norm * exp(-(nu + 1) / 2 * log1p((r / sigma) ** 2 / nu)) / sigma


def normal_density(r: float, sigma: float = 2.37) -> float:
    return exp(-0.5 * (r / sigma) ** 2) / (sigma * sqrt(2 * pi))


def heavy_histogram(bins: int = 60, end: float = 9.0) -> Histogram:
    width = 2 * end / bins
    edges = tuple(-end + width * i for i in range(bins + 1))
    centres = [edge + width / 2 for edge in edges[:-1]]
    best = tuple(ROWS * width * t_density(r) for r in centres)
    normal = tuple(ROWS * width * normal_density(r) for r in centres)
    # A wobble of known size instead of random draws, so that the golden files never change.
    counts = tuple(float(round(value + (-1) ** i * 0.6 * sqrt(value))) for i, value in enumerate(best))
    return Histogram(edges, counts, {"student_t": best, "normal": normal}, below=21.0, above=34.0)


def quantile_strip(levels: int = 41, stretch: float = 0.35) -> QuantileStrip:
    normal = tuple(-3.0 + 6.0 * i / (levels - 1) for i in range(levels))
    probability = tuple(1 / (1 + exp(-1.702 * z)) for z in normal)
    observed = tuple(z * (1 + stretch * z * z / 9) for z in normal)
    half = tuple(0.04 + 0.03 * z * z for z in normal)
    low = tuple(z - h for z, h in zip(normal, half, strict=True))
    high = tuple(z + h for z, h in zip(normal, half, strict=True))
    return QuantileStrip(probability, normal, observed, low, high)


def fit(family: str, loss: str, nll: float, weight: float, **parameters: tuple[float, float | None]) -> Fit:
    named = {name: Parameter(*value) for name, value in parameters.items()}
    heldout = Parameter(nll + 0.0004, 0.009)
    criteria = (2 * ROWS * nll + 6, 2 * ROWS * nll + 28)
    return Fit(family, loss, named, nll, heldout, *criteria, weight, score=heldout.value)


FITS = (
    fit("student_t", "student_t", 2.1043, 0.985, mu=(0.0123, 0.0171), sigma=(1.4213, 0.0164), nu=(3.1208, 0.112)),
    fit("generalized_normal", "lp", 2.1167, 0.0148, mu=(0.0101, 0.0169), alpha=(1.21, 0.031), beta=(0.962, 0.0147)),
    fit("laplace", "mae", 2.1171, 0.0002, mu=(0.0098, 0.0166), b=(1.5263, 0.0153)),
    fit("logistic", "log_cosh", 2.1283, 0.0, mu=(0.0119, 0.0183), sigma=(1.0921, 0.0092)),
    fit("huber", "huber", 2.1301, 0.0, mu=(0.0121, 0.0178), sigma=(1.311, 0.0151), delta=(1.207, 0.0322)),
    fit("cauchy", "cauchy", 2.1899, 0.0, mu=(0.0131, 0.0174), sigma=(1.0312, 0.0151)),
    fit("asymmetric_laplace", "pinball", 2.191, 0.0, mu=(0.02, None), b=(1.5261, 0.0153), q=(0.5012, 0.0049)),
    fit("normal", "mse", 2.2818, 0.0, mu=(0.0164, 0.0237), sigma=(2.3712, 0.0168)),
)

CHECKS = (
    CheckResult("too_few_rows", "LC004", "Enough rows", Status.PASS, "9,988 rows"),
    CheckResult("missing_values", "LC001", "Missing values", Status.WARN, "12 rows have no value in yhat and were left "
                "out", "fill or drop them on purpose: rows that fail to predict are rarely like the rest",
                rows=(17, 801, 4410)),
    CheckResult("bias", "LC101", "Bias", Status.PASS, "mean residual 0.0164", statistic=0.692, p_value=0.489,
                effect=Effect("bias in residual sd", 0.0069, -0.0127, 0.0265, 0.1)),
    CheckResult("anderson_darling", "LC203", "Normal distribution", Status.NOTE, "A² = 143.2: the residuals are "
                "not normal (p < 1e-20)", "nothing by itself: the verdict rests on what the loss costs, not on "
                "this p-value", statistic=143.2, p_value=3.7e-24),
    CheckResult("outliers", "LC217", "Outliers", Status.WARN, "412 of 9,988 rows lie beyond 5 robust standard "
                "deviations; the normal expects 0.006", "look at these rows before you down-weight them",
                rows=tuple(range(3, 60, 2))),
    CheckResult("scale_rank", "LC301", "Constant scale", Status.INCONCLUSIVE, "the scale changes with the prediction "
                "by 8 % [−1 %, 17 %]", "collect more rows, or compare with gaussian_nll", statistic=3.1, p_value=0.21),
    CheckResult("durbin_watson", "LC401", "Order", Status.SKIP, "needs the order of the rows (--order COL)"),
    CheckResult("declared_loss", "LC901", "The declared loss", Status.FAIL, "mse has an efficiency of 0.497 [0.452, "
                "0.546] on this noise, below --min-efficiency 0.8", "train with student_t, or give the reason with "
                "--estimand mean", effect=Effect("efficiency", 0.497, 0.452, 0.546, 0.8)),
)  # fmt: skip

VERDICT = Verdict(
    status=VerdictStatus.SWITCH,
    loss="student_t",
    family="student_t",
    parameters={
        "mu": Estimate(0.0123, -0.0212, 0.0458),
        "sigma": Estimate(1.4213, 1.3892, 1.4534),
        "nu": Estimate(3.1208, 2.901, 3.34),
    },
    current_loss="mse",
    headline="Train with student_t (nu = 3.12, sigma = 1.42) instead of mse: on this noise mse wastes half of the "
    "rows.",
    confidence=0.9987,
    tied=("huber", "log_cosh"),
    rule="robust: P(efficiency of MSE < 0.9) ≥ 0.5 and the gain is above 0.03",
    because=(
        "the efficiency of mse is 0.497 [0.452, 0.546], of student_t 1",
        "the noise is symmetric with heavy tails: student_t has 0.985 of the weight, the normal none",
        "nearest rule that did not fire: a scale that grows with the prediction (efficiency 0.97, below 0.9 it would)",
    ),
    needs_rows=12500,
    efficiency={
        "mse": Estimate(0.497, 0.452, 0.546),
        "mae": Estimate(0.811, 0.79, 0.833),
        "huber": Estimate(0.944, 0.936, 0.952),
        "log_cosh": Estimate(0.947, 0.939, 0.955),
        "student_t": Estimate(1.0),
        "cauchy": Estimate(0.873, 0.85, 0.897),
    },
    estimand="any",
    per_estimand={"mean": "mse", "median": "student_t"},
    likelihood=Likelihood(
        assumption="residuals are independent draws from one Student-t distribution: normal in the middle, heavy tails",
        density="f(r) ∝ (1 + r²/(3.12 · 1.42²))^(−2.06) / 1.42",
        negative_log_likelihood="−log L = 2.06 · Σ log(1 + (y − f)²/6.3) + 20,984 terms without f",
        loss="mean of 2.06 · log(1 + r²/6.3)",
    ),
    code=Code(
        numpy="nu, sigma = 3.12, 1.42\nloss = np.mean((nu + 1) / 2 * np.log1p(((y - f) / sigma) ** 2 / nu))",
        pytorch="nu, sigma = 3.12, 1.42\nloss = ((nu + 1) / 2 * torch.log1p(((y - f) / sigma) ** 2 / nu)).mean()",
        jax="nu, sigma = 3.12, 1.42\nloss = ((nu + 1) / 2 * jnp.log1p(((y - f) / sigma) ** 2 / nu)).mean()",
    ),
    efficiency_method="sandwich (n ≥ 1000), relative to student_t",
)

HEAVY = Report(
    version="0.1.0",
    input=InputInfo(
        files=(InputFile("residuals.csv", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 412345,
                         10000),),
        rows=10000,
        rows_used=ROWS,
        columns=Columns(target="y", prediction="yhat"),
        dialect={"delimiter": ",", "encoding": "utf-8", "decimal": "."},
    ),
    task=Task(TaskKind.REGRESSION, "the targets take 9,877 different values and are not whole numbers"),
    verdict=VERDICT,
    fits=FITS,
    checks=CHECKS,
    notes=("held-out or in-sample predictions: unknown. In-sample residuals are too small (--predictions-from).",),
    histogram=heavy_histogram(),
    quantiles=quantile_strip(),
)  # fmt: skip

HOSTILE = "a[bold]b[/bold]\x1b[31m\x07\n\u202e:smile:\ud800"

BARE = replace(
    HEAVY,
    input=replace(
        HEAVY.input,
        files=tuple(InputFile(name, "00" * 32, 10, 9) for name in (HOSTILE, "b.csv", "c.csv", "part 4.csv")),
        rows=36,
        rows_used=36,
        columns=Columns(residual=HOSTILE, weight="w"),
        dialect=None,
    ),
    verdict=replace(
        VERDICT,
        status=VerdictStatus.FIX_FIRST,
        loss=None,
        family=None,
        parameters={},
        current_loss=None,
        headline=f"Fix the column {HOSTILE} first.",
        confidence=None,
        tied=(),
        because=(),
        needs_rows=300,
        efficiency={},
        per_estimand={},
        likelihood=None,
        code=Code(),
    ),
    fits=(),
    checks=(CheckResult("bias", "LC101", "Bias", Status.FAIL, f"in {HOSTILE}", "fix it"),),
    notes=(),
    histogram=None,
    quantiles=None,
)
"""No fits, no picture, no code, and names from a file that mean to do harm."""


def overconfident_reliability(bins: int = 15) -> Reliability:
    """Ten classes, the most probable one of each row: what is stated is too high, the more the surer."""
    stated = tuple((i + 0.55) / bins for i in range(1, bins))
    rows = tuple(float(round(20 + 3000 * p**4)) for p in stated)
    half = tuple(1.96 * sqrt(p * (1 - p) / n) for p, n in zip(stated, rows, strict=True))
    low = tuple(max(p - h, 0.0) for p, h in zip(stated, half, strict=True))
    high = tuple(min(p + h, 1.0) for p, h in zip(stated, half, strict=True))
    observed = tuple(p - 0.12 * p**3 for p in stated)
    title = "Reliability: the stated probability of the most probable class, and how often it came true"
    return Reliability(stated, observed, low, high, rows, title)


CLASSES = replace(
    HEAVY,
    input=InputInfo(
        files=(InputFile("digits.csv", "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae", 210345,
                         9988),),
        rows=9988,
        rows_used=9988,
        columns=Columns(target="digit", predictions=tuple(f"prob_{k}" for k in range(10)), weight="w"),
    ),
    task=Task(TaskKind.MULTICLASS, "the targets are 10 different classes, one a row, with a column for each"),
    verdict=replace(
        VERDICT,
        status=VerdictStatus.KEEP,
        loss="cross_entropy",
        family="categorical",
        parameters={"temperature": Estimate(1.382, 1.301, 1.468)},
        current_loss="mse",
        headline="Train with cross_entropy: each row has one class of ten. The outputs are overconfident: divide the "
        "logits by 1.38 after training.",
        confidence=None,
        tied=(),
        rule="one_class_a_row",
        because=("the targets fix the likelihood: categorical",),
        needs_rows=None,
        efficiency={"cross_entropy": Estimate(1.0), "brier": Estimate(0.7512, 0.7493, 0.7531)},
        per_estimand={},
        likelihood=Likelihood(
            assumption="each row's label is one draw from its own probabilities p_1 … p_K, and rows are independent",
            density="P(y) = Π_k p_k^(y_k), y one-hot",
            negative_log_likelihood="−log L = −Σ_i Σ_k y_ik log p_ik; here 0.4123 nats per row",
            loss="cross-entropy: mean of −log p_y",
        ),
        code=Code(
            numpy="loss = -np.mean(log_p[np.arange(len(y)), y])",
            pytorch="loss = torch.nn.CrossEntropyLoss()(logits, y)\np = torch.softmax(logits / 1.382, dim=1)",
        ),
        efficiency_method="sandwich for the stated probabilities, relative to cross_entropy",
    ),
    fits=(),
    checks=(
        CheckResult("simplex", "LC502", "Rows sum to one", Status.PASS, "every row sums to 1 within 4.7e-07"),
        CheckResult("temperature", "LC604", "Temperature", Status.FAIL, "the outputs are overconfident: T = 1.38 "
                    "[1.30, 1.47], the margin is 0.9 to 1.1", "divide the logits by 1.38", statistic=211.3,
                    p_value=6.9e-48,
                    effect=Effect("temperature", 1.382, 1.301, 1.468, 1.1)),
    ),
    histogram=None,
    quantiles=None,
    reliability=overconfident_reliability(),
)  # fmt: skip
