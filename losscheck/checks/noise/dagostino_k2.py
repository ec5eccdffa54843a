"""D'Agostino and Pearson's omnibus test."""

from __future__ import annotations

from math import asinh, copysign, inf, log, sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.noise.jarque_bera import moment_distance
from losscheck.checks.noise.measures import moments
from losscheck.checks.wording import normality_finding
from losscheck.numeric.lazy import scipy
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample


def skewness_score(skewness: float, n: int) -> float:
    """Return the skewness on a normal scale (D'Agostino 1970, doi:10.1093/biomet/57.3.679)."""
    y = skewness * sqrt((n + 1) * (n + 3) / (6 * (n - 2)))
    kurtosis = 3 * (n * n + 27 * n - 70) * (n + 1) * (n + 3) / ((n - 2) * (n + 5) * (n + 7) * (n + 9))
    square = sqrt(2 * (kurtosis - 1)) - 1
    return asinh(y / sqrt(2 / (square - 1))) / sqrt(0.5 * log(square))


def kurtosis_score(kurtosis: float, n: int) -> float:
    """Return the kurtosis on a normal scale (Anscombe and Glynn 1983, doi:10.1093/biomet/70.1.227)."""
    variance = 24 * n * (n - 2) * (n - 3) / ((n + 1) ** 2 * (n + 3) * (n + 5))
    x = (kurtosis - 3 * (n - 1) / (n + 1)) / sqrt(variance)
    skew = 6 * (n * n - 5 * n + 2) / ((n + 7) * (n + 9)) * sqrt(6 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3)))
    a = 6 + 8 / skew * (2 / skew + sqrt(1 + 4 / skew**2))
    base = 1 + x * sqrt(2 / (a - 4))
    root = copysign(((1 - 2 / a) / abs(base)) ** (1 / 3), base) if base else inf
    return (1 - 2 / (9 * a) - root) / sqrt(2 / (9 * a))


def run(sample: Sample, alpha: float) -> Finding:
    """Test the sum of squares of both normal scores against χ² with 2 degrees of freedom."""
    found = moments(sample)
    scores = skewness_score(found.skewness.value, sample.n), kurtosis_score(found.kurtosis.value + 3, sample.n)
    statistic = scores[0] ** 2 + scores[1] ** 2
    p = float(scipy.special.chdtrc(2, statistic))
    effect, measured = moment_distance(sample, alpha)
    return normality_finding(statistic, p, alpha, effect, measured)


CHECK = Check(
    id="dagostino_k2",
    code="LC208",
    title="D'Agostino K²",
    question="Are skewness and kurtosis those of the normal, each put on a normal scale first?",
    null="The residuals are independent draws from one normal distribution.",
    why="It asks what Jarque and Bera ask, but its p-values hold from 20 rows on.",
    advice="Take it instead of Jarque–Bera below a few hundred rows; above they agree.",
    misleads="Symmetric short tails and heavy tails are both rejected, though only the heavy ones cost squared "
    "error much: look at the sign of the excess kurtosis.",
    references=(
        "D'Agostino & Pearson 1973, Tests for departure from normality, doi:10.1093/biomet/60.3.613",
        "D'Agostino, Belanger & D'Agostino 1990, A suggestion, doi:10.1080/00031305.1990.10475751",
    ),
    worst=Status.NOTE,
    run=run,
    minimum_rows=20,
)
