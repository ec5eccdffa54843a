"""Koenker's studentised Breusch–Pagan test.

The statistic is that of statsmodels' `het_breuschpagan`, which costs a second of imports and a general
least-squares fit of n rows; a test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import noncentral_interval
from losscheck.checks.noise.measures import detrended
from losscheck.checks.wording import effect_with, p_text, percent
from losscheck.numeric.lazy import Array, np, scipy
from losscheck.numeric.ordered import mean_of, sd_of
from losscheck.numeric.scale import explained_share
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample


def run(sample: Sample, alpha: float) -> Finding:
    """Regress the squared residual on the prediction: n R² is χ²(1)."""
    x = regressor(sample)
    if x is None:
        return Finding(Status.SKIP, "all predictions are equal")
    return scale_finding(explained_share(detrended(sample) ** 2, x[None, :], sample.paired.count), 1, sample.n, alpha)


def regressor(sample: Sample) -> Array | None:
    """Return the standardised prediction; None when it is constant."""
    prediction, count = sample.paired.prediction, sample.paired.count
    if prediction is None:
        return None
    x = prediction / (float(np.abs(prediction).max()) or 1.0)
    x = x - mean_of(x, count)
    spread = sd_of(x, count)
    return x / spread if spread > 1e-13 else None


def scale_finding(share: float, df: int, n: int, alpha: float) -> Finding:
    """Say how much of the squared residual the prediction explains; significance alone is a note."""
    statistic = n * share
    p = float(scipy.special.chdtrc(df, statistic))
    low, high = noncentral_interval(statistic, df, alpha)
    effect = effect_with("share of the squared residual explained", share, (low / n, min(1.0, high / n)))
    message = f"The prediction explains {percent(share)} of the variance of the squared residual ({p_text(p)})."
    return Finding(Status.NOTE if p < alpha else Status.PASS, message, statistic, p, effect)


CHECK = Check(
    id="breusch_pagan",
    code="LC302",
    title="Breusch–Pagan (studentised)",
    question="Does the squared residual rise or fall with the prediction?",
    null="The squared residual has no linear relation to the prediction.",
    why="It is the textbook test of a constant variance, in Koenker's form that does not need normal noise. "
    "It is reported; the rank test (LC301) decides.",
    advice="See LC301 for the size of the change in plain units. In a regression table use "
    "heteroscedasticity-consistent (HC3) standard errors.",
    misleads="Under heavy tails a few squares decide it and it loses power; it does not see spread that is larger "
    "in the middle. The original form without studentising rejects 56 % instead of 1 % under t with 3 "
    "degrees.",
    references=(
        "Breusch & Pagan 1979, A simple test for heteroscedasticity, doi:10.2307/1911963",
        "Koenker 1981, A note on studentizing a test for heteroscedasticity, doi:10.1016/0304-4076(81)90062-2",
    ),
    worst=Status.NOTE,
    run=run,
    needs=frozenset({Need.PREDICTION}),
    minimum_rows=10,
)
