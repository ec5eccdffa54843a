"""More zeros than the counts of the other rows explain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import standard_interval
from losscheck.checks.wording import effect_with, p_text, percent
from losscheck.numeric.lazy import np, scipy
from losscheck.numeric.ordered import mean_of, rows_of, share_where, taken, total_of
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 0.02


def run(sample: Sample, alpha: float) -> Finding:
    """Score test of zero inflation against Poisson counts with these means (van den Broek 1995)."""
    pairs, targets = sample.paired, sample.target_values
    assert targets is not None
    assert pairs.target is not None
    assert pairs.prediction is not None
    if targets.value.min() != 0 or not targets.whole:
        return Finding(Status.SKIP, "needs counts with zeros among them")
    above = pairs.prediction > 0
    y, f, count = pairs.target[above], pairs.prediction[above], taken(pairs.count, above)
    rows, total = rows_of(y, count), total_of(y, count)
    if rows < 30 or not total > 0:
        return Finding(Status.SKIP, "needs 30 positive predictions: a count's mean is positive")
    mean = f * (total / total_of(f, count))  # the factor that makes them Poisson means by maximum likelihood
    expected = np.exp(-np.minimum(mean, 500.0))
    score = total_of(((y == 0) - expected) / expected, count)
    information = total_of((1 - expected) / expected, count) - total
    if not information > 0 or not np.isfinite([score, information]).all():
        return Finding(Status.SKIP, "cannot be told: some predicted means make a zero all but impossible")
    statistic = score * score / information
    p = float(scipy.special.chdtrc(1, statistic))
    share, due = share_where(y == 0, count), mean_of(expected, count)
    se = float(np.sqrt(total_of(expected * (1 - expected), count))) / rows
    effect = effect_with(
        "share of zeros beyond Poisson's", share - due, standard_interval(share - due, se, alpha), MARGIN
    )
    counted = f"{percent(share)} of the targets are 0, Poisson counts of these means have {percent(due)}"
    if p < alpha and share - due > MARGIN:
        return Finding(Status.NOTE, f"Excess zeros: {counted} ({p_text(p)}).", statistic, p, effect)
    return Finding(Status.PASS, f"{counted} ({p_text(p)}).", statistic, p, effect)


CHECK = Check(
    id="excess_zeros",
    code="LC222",
    title="Excess zeros",
    question="Are there more zeros than Poisson counts with these means have?",
    null="Zeros are as frequent as Poisson counts of the predicted means have them.",
    why="Rows that are zero for a reason of their own, such as customers who cannot buy, are another question than how "
    "many. A likelihood that knows it gives honest probabilities to both.",
    advice="Compare the zero-inflated Poisson with the negative binomial in the ranking: the likelier of the two says "
    "whether the zeros need a story of their own or the counts just vary.",
    misleads="Overdispersed counts have many zeros as well, and the test then rejects: look at the dispersion first. "
    "Predictions that are too high by a factor are scaled to the mean before.",
    references=("van den Broek 1995, A score test for zero inflation in a Poisson distribution, doi:10.2307/2532959",),
    worst=Status.NOTE,
    run=run,
    needs=frozenset({Need.TARGET, Need.PREDICTION}),
    minimum_rows=30,
)
