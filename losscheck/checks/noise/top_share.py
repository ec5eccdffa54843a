"""How much of the squared error a few rows carry."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import influence_se, normal_reach
from losscheck.checks.noise.measures import standardise
from losscheck.checks.wording import effect_with, figure, percent
from losscheck.numeric.lazy import np
from losscheck.numeric.ordered import Ordered, mean_of, order
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

NORMAL_PERCENT = 0.08449  # of Σr² carried by the largest 1 % of |r|: 2 (2.576 φ(2.576) + Φ(−2.576))
MARGIN = 0.116  # the 1 % share of t noise with 10.5 degrees of freedom, where MSE keeps 95 % of the rows
MOST_ROWS = 20


def run(sample: Sample, alpha: float) -> Finding:
    """Measure the share of the squared deviations from the mean that the largest 1 % and 0.1 % of rows carry."""
    square, count, n = standardise(sample).values ** 2, sample.count, sample.n
    k, mean = round(n / 100), mean_of(square, count)
    ends = _ends(standardise(sample).ordered, k)
    threshold = float(ends.at(ends.n - k))
    share = float(ends.largest(k) @ ends.value) / n / mean
    influence = (np.maximum(square - threshold, 0) + threshold * k / n) / mean - share * square / mean
    factor = exp(normal_reach(alpha) * influence_se(influence, count=count) / share)
    interval = share / factor, min(1.0, share * factor)
    effect = effect_with("share of the squared error in 1 % of the rows", share, interval, MARGIN)
    times = figure(share / NORMAL_PERCENT)
    message = f"1 % of the rows carry {percent(share)} of the squared error, {times} times the normal's share"
    if n >= 1000:
        few = float(ends.largest(round(n / 1000)) @ ends.value) / n / mean
        message += f"; 0.1 % carry {percent(few)}"
    if interval[0] <= MARGIN:
        return Finding(Status.PASS, f"{message}.", effect=effect)
    worst = np.flatnonzero(square >= threshold)
    worst = worst[np.argsort(-square[worst], kind="stable")]
    return Finding(Status.NOTE, f"{message}.", effect=effect, rows=sample.rows_at(worst, MOST_ROWS))


def _ends(ordered: Ordered, k: int) -> Ordered:
    """Return the squares of the k smallest and the k largest values, among which the k largest squares are."""
    outer = (ordered.before < k) | (ordered.after > ordered.n - k)
    return order(ordered.value[outer] ** 2, None if ordered.count is None else ordered.count[outer])


CHECK = Check(
    id="top_share",
    code="LC218",
    title="Share of the worst rows",
    question="How much of the squared error do the worst 1 % of the rows carry?",
    null="They carry what they carry under normal noise, 8.4 %, and not clearly above 11.6 %.",
    why="Squared error spends its gradient in proportion: if 1 % of the rows carry half of it, half of the "
    "training goes into those rows.",
    advice="Look at the listed rows. If they are real, a loss that grows linearly (Huber, MAE, Student-t) spends "
    "the gradient on the other 99 %; if only they matter, MSE is right to look at them.",
    misleads="A scale that grows with the prediction (LC301) does the same, and there weights or a scale head help "
    "more. The interval is too short in small samples (at 1,000 rows it covers 89 % of the time, not 95 %) and "
    "where the fourth moment does not exist.",
    references=("Gastwirth 1971, A general definition of the Lorenz curve, doi:10.2307/1909675",),
    worst=Status.NOTE,
    run=run,
    minimum_rows=300,
)
