"""D'Agostino and Pearson's omnibus test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.jarque_bera import moment_distance
from losscheck.checks.measures import standardise
from losscheck.checks.wording import normality_finding
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample


def run(sample: Sample, alpha: float) -> Finding:
    """Test with scipy's K²."""
    from scipy.stats import normaltest

    statistic, p = (float(value) for value in normaltest(standardise(sample).values))
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
