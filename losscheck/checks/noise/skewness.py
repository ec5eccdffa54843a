"""Skewness by the third moment."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import standard_interval
from losscheck.checks.noise.excess_kurtosis import ratio_finding, tails_heavier_than
from losscheck.checks.noise.measures import moments
from losscheck.checks.wording import effect_with
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 0.324  # where 1/(1 + γ²/2), the Edgeworth efficiency of the mean, is 0.95
NORMAL_VARIANCE = 6.0  # n times the variance on normal noise: samples without far rows underestimate their own
NO_SIXTH_MOMENT = 0.1795  # L-kurtosis of t noise with 6 degrees of freedom, the first without a sixth moment


def run(sample: Sample, alpha: float) -> Finding:
    """Measure m₃/m₂^(3/2)."""
    found = moments(sample).skewness
    se = max(found.se, sqrt(NORMAL_VARIANCE / sample.n))
    effect = effect_with("skewness", found.value, standard_interval(found.value, se, alpha), MARGIN)
    caveat = ""
    if tails_heavier_than(NO_SIXTH_MOMENT, sample):
        caveat = " The tails are so heavy that the sixth moment may be missing, and then its interval is void."
    return ratio_finding(effect, 0.0, "a longer upper tail", "a longer lower tail", caveat)


CHECK = Check(
    id="skewness",
    code="LC211",
    title="Skewness",
    question="Is one tail longer than the other, by the third moment?",
    null="The skewness is 0.",
    why="On skewed noise mean, median and Huber's centre are different numbers, so changing the loss changes "
    "what is predicted, not only how well.",
    advice="Decide what the prediction must be: for the mean keep MSE or a deviance that is consistent for it; "
    "for the median take MAE; for a positive target try its logarithm.",
    misleads="One far row makes skewness; the medcouple (LC214) and L-skewness (LC213) tell whether all rows "
    "agree. A curved mean (LC103) looks like skewed noise.",
    references=("Joanes & Gill 1998, Comparing measures of sample skewness, doi:10.1111/1467-9884.00122",),
    worst=Status.NOTE,
    run=run,
    minimum_rows=8,
)
