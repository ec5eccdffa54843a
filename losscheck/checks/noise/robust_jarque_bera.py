"""Gel and Gastwirth's robust Jarque–Bera test."""

from __future__ import annotations

from math import pi, sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import influence_se, standard_interval
from losscheck.checks.noise.measures import robust_scale, standardise
from losscheck.checks.wording import effect_with, figure, normality_finding
from losscheck.numeric.lazy import np, scipy
from losscheck.numeric.ordered import mean_of
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 1.42  # robust excess kurtosis of t noise with 10.5 degrees of freedom, where MSE keeps 95 % of the rows


def run(sample: Sample, alpha: float) -> Finding:
    """Test with moments measured in units of the mean absolute deviation from the median."""
    z, n, count = standardise(sample).values, sample.n, sample.count
    z = z - mean_of(z, count)
    size = sqrt(pi / 2) * np.abs(z - robust_scale(sample).center)
    unit = mean_of(size, count)
    fourth_power = (z * z) ** 2
    third, fourth = mean_of(z * z * z, count), mean_of(fourth_power, count)
    skewness, kurtosis = third / unit**3, fourth / unit**4
    statistic = n * (skewness**2 / 6 + (kurtosis - 3) ** 2 / 64)
    mean_fourth = max(fourth, 1e-300)
    tilt = 4 * third * z
    influence = kurtosis * ((fourth_power - mean_fourth - tilt) / mean_fourth - 4 * (size / unit - 1))
    interval = standard_interval(kurtosis - 3, influence_se(influence, count=count), alpha)
    effect = effect_with("robust excess kurtosis", kurtosis - 3, interval, MARGIN)
    measured = f"robust skewness {figure(skewness)}, robust excess kurtosis {figure(kurtosis - 3)}"
    p = float(scipy.special.chdtrc(2, statistic))
    return normality_finding(statistic, p, alpha, effect, measured)


CHECK = Check(
    id="robust_jarque_bera",
    code="LC207",
    title="Robust Jarque–Bera",
    question="Are there heavier tails than the normal's, measured in a scale that outliers do not inflate?",
    null="The residuals are independent draws from one normal distribution.",
    why="The plain test divides by a standard deviation that the outliers themselves inflate, and so hides "
    "some of them; the mean absolute deviation is inflated less. It is the more powerful of the two "
    "against heavy tails.",
    advice="If this one rejects and Jarque–Bera does not, look for a few far rows (LC217).",
    misleads="Its χ² distribution arrives slowly: below 100 rows the p-value is rough.",
    references=(
        "Gel & Gastwirth 2008, A robust modification of the Jarque–Bera test, doi:10.1016/j.econlet.2007.05.022",
    ),
    worst=Status.NOTE,
    run=run,
    minimum_rows=8,
)
