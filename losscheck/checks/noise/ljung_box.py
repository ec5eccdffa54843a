"""Ljung and Box's test of several lags.

The statistic is that of statsmodels' `acorr_ljungbox`, which convolves all n lags and takes a minute at 10⁵ rows;
a test holds the two together.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import noncentral_interval
from losscheck.checks.noise.lag1_autocorrelation import sorted_words
from losscheck.checks.noise.measures import sorted_by, standardise
from losscheck.checks.wording import effect_with, figure, lags_text, p_text
from losscheck.numeric.lazy import scipy
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MOST_LAGS = 10


def run(sample: Sample, alpha: float) -> Finding:
    """Test the first ten lags (n/5 in small samples)."""
    order = sorted_by(sample)
    if order:
        return Finding(Status.SKIP, sorted_words(order))
    lags = min(MOST_LAGS, sample.n // 5)
    z, n = standardise(sample).values, sample.n
    power = float(z @ z)
    rho = [float(z[lag:] @ z[:-lag]) / power for lag in range(1, lags + 1)]
    statistic = n * (n + 2) * sum(r * r / (n - lag) for lag, r in enumerate(rho, start=1))
    p = float(scipy.special.chdtrc(lags, statistic))
    low, high = noncentral_interval(statistic, lags, alpha)
    value, low, high = (sqrt(max(q, 0.0) / (n * lags)) for q in (statistic - lags, low, high))
    effect = effect_with(f"root mean square autocorrelation of {lags_text(lags)}", value, (low, high))
    over = f"Over {lags_text(lags)} the residuals' autocorrelation"
    message = f"{over} is {figure(value)} in the root mean square ({p_text(p)})."
    return Finding(Status.NOTE if p < alpha else Status.PASS, message, statistic, p, effect)


CHECK = Check(
    id="ljung_box",
    code="LC403",
    title="Ljung–Box",
    question="Is there any autocorrelation over the first ten lags?",
    null="The first ten autocorrelations are all zero.",
    why="It sees dependence that the first lag misses, such as a period of 7 rows.",
    advice="If it rejects and LC401 does not, look for a season: plot the autocorrelations, add the calendar as "
    "features.",
    misleads="Changing variance over time (quiet and wild stretches) and heavy tails are rejected too. The degrees "
    "of freedom take the predictions as given (held out).",
    references=("Ljung & Box 1978, On a measure of lack of fit in time series models, doi:10.1093/biomet/65.2.297",),
    worst=Status.NOTE,
    run=run,
    needs=frozenset({Need.ORDER}),
    minimum_rows=15,
)
