"""Rows far outside of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import share_interval
from losscheck.checks.noise.measures import robust_scale, standardise
from losscheck.checks.wording import effect_with, figure, percent, rows_text
from losscheck.numeric.lazy import np, scipy
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

FAR = 5.0  # robust standard deviations, docs/decision.md step 7
NORMAL_SHARE = 5.733031437583866e-07  # 2·Φ(−5)
BY_CHANCE = 0.01  # normal noise has some at 10⁷ rows; fewer than this probable is too many
MOST_ROWS = 20


def run(sample: Sample, alpha: float) -> Finding:
    """List the rows more than 5 · 1.4826 · MAD from the median, the farthest first."""
    robust = robust_scale(sample)
    if robust.spread <= 0:
        return Finding(Status.SKIP, "more than half of the residuals are equal, so there is no robust scale")
    distance = np.abs(standardise(sample).values - robust.center) / robust.spread
    far = np.flatnonzero(distance > FAR)
    found = far.size if sample.count is None else round(float(sample.count[far].sum()))
    expected = sample.n * NORMAL_SHARE
    interval = share_interval(found, sample.n, alpha)
    effect = effect_with("share of rows beyond 5 robust sd", found / sample.n, interval)
    if found == 0:
        return Finding(Status.PASS, "No residual lies beyond 5 robust standard deviations.", effect=effect)
    worst = far[np.argsort(-distance[far], kind="stable")][:MOST_ROWS]
    rows = sample.rows_at(worst, MOST_ROWS)
    message = (
        f"{rows_text(found)} ({percent(found / sample.n)}) beyond 5 robust standard deviations, the farthest at "
        f"{figure(float(distance[worst[0]]))}; normal noise would have {figure(expected)}."
    )
    by_chance = float(scipy.special.pdtrc(found - 1, expected)) > BY_CHANCE
    return Finding(Status.PASS if by_chance else Status.WARN, message, effect=effect, rows=rows)


CHECK = Check(
    id="outliers",
    code="LC217",
    title="Outliers",
    question="Which rows lie so far out that squared error follows them?",
    null="No more rows lie beyond 5 robust standard deviations than normal noise has (1 in 1.7 million).",
    why="A row at distance k counts k² in squared error: one row at 30 sd pulls like 900 ordinary ones. "
    "Whether they are errors or the world decides whether to repair the data or the loss.",
    advice="Look at the listed rows first. Wrong values (units, sign, placeholder such as 999): repair or remove "
    "them. Real ones: keep them and take a loss whose influence is bounded (Huber, Student-t).",
    misleads="Heavy-tailed or skewed noise has such rows by nature (Laplace: 0.6 %); and where the scale changes "
    "with the prediction (LC301) they are only the noisy end.",
    references=(
        "Hampel 1974, The influence curve and its role, doi:10.1080/01621459.1974.10482962",
        "Rousseeuw & Croux 1993, Alternatives to the median absolute deviation, doi:10.1080/01621459.1993.10476408",
    ),
    worst=Status.WARN,
    run=run,
    minimum_rows=10,
)
