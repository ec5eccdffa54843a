"""Predictions where no target can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import share_interval
from losscheck.checks.wording import effect_with, percent, rows_text
from losscheck.numeric.lazy import np
from losscheck.numeric.ordered import rows_where
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MOST_ROWS = 20
NAME = "share of predictions outside of the targets' domain"


def run(sample: Sample, alpha: float) -> Finding:
    """Count predictions below 0 (at 0 too where all targets are above it), and above 1 for shares."""
    pairs, targets = sample.paired, sample.target_values
    assert targets is not None
    assert pairs.prediction is not None
    target, prediction = targets.value, pairs.prediction
    if target.min() < 0:
        return Finding(Status.PASS, "Targets take either sign: no prediction is impossible.")
    at_zero = bool(target.min() > 0)
    below = prediction <= 0 if at_zero else prediction < 0
    shares = bool(target.max() <= 1 and np.any((target > 0) & (target < 1)))
    outside = below | (prediction > 1) if shares else below
    count = rows_where(outside, pairs.count)
    share = count / sample.n
    effect = effect_with(NAME, share, share_interval(count, sample.n, alpha), 0.0)
    domain = "between 0 and 1" if shares else "above 0" if at_zero else "0 or more"
    if count == 0:
        return Finding(Status.PASS, f"All targets are {domain}, and so is every prediction.", effect=effect)
    rows = pairs.rows_at(outside, MOST_ROWS)
    message = f"All targets are {domain}, but {rows_text(count)} ({percent(share)}) have a prediction that is not."
    return Finding(Status.WARN, message, effect=effect, rows=rows)


CHECK = Check(
    id="impossible_predictions",
    code="LC104",
    title="Impossible predictions",
    question="Does the model predict values that the target can never take, such as a negative count or price?",
    null="Every prediction lies where targets can lie.",
    why="A model with such predictions has a straight line where the mean bends towards a bound: squared error "
    "does not "
    "object, a likelihood of the target's own domain would have made it impossible.",
    advice="Let the model predict the logarithm (positive targets, counts) or the logit (shares) of the mean, "
    "and train "
    "with a loss of that domain: poisson, gamma, binomial, beta. Clipping predictions hides it and repairs nothing.",
    misleads="The bound is read off the targets: a column that happens to have no negative value may have some "
    "tomorrow. Residual-like targets (changes, balances) are the usual case.",
    references=("McCullagh & Nelder 1989, Generalized linear models, doi:10.1007/978-1-4899-3242-6",),
    worst=Status.WARN,
    run=run,
    needs=frozenset({Need.TARGET, Need.PREDICTION}),
    minimum_rows=8,
)
