"""How the variance follows the mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import standard_interval
from losscheck.checks.noise.measures import thinned
from losscheck.checks.wording import effect_with
from losscheck.numeric.lazy import np
from losscheck.numeric.ordered import median_of, share_where, taken
from losscheck.numeric.pairs import Pairs
from losscheck.numeric.variance_slope import STEEPEST, fit_variance_slope
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 0.5
"""Half way between the constant variance of squared error and that of Poisson's."""
FEWEST_POSITIVE = 0.75
"""Share of predictions that must be above 0: a power of the mean needs a positive mean."""
NAMES = (
    (-0.5, "falls with the prediction"),
    (0.5, "hardly follows the prediction, as squared error has it"),
    (1.5, "grows with the prediction about as Poisson's does"),
    (2.5, "grows about as the square of the prediction, as that of relative errors does: gamma, log-normal"),
    (STEEPEST * 2, "grows about as the cube of the prediction or faster: inverse Gaussian"),
)


def run(sample: Sample, alpha: float) -> Finding:
    """Fit log variance on log prediction."""
    pairs = sample.paired
    assert pairs.target is not None
    assert pairs.prediction is not None
    target, prediction = thinned(pairs, pairs.target), thinned(pairs, pairs.prediction)
    above = prediction > 0
    if share_where(above, pairs.count) < FEWEST_POSITIVE:
        return Finding(Status.SKIP, "needs positive predictions: a variance is a power of the mean only there")
    count = taken(pairs.count, above)
    unit = median_of(prediction[above], count)
    y, f = target[above] / unit, prediction[above] / unit
    slope = fit_variance_slope(Pairs(y, f, np.ones(f.size) if count is None else count))
    if slope is None or not np.isfinite([slope.p, slope.se]).all() or abs(slope.p) > STEEPEST:
        return Finding(Status.SKIP, "shows no power of the mean: the predictions are too much alike, or a few decide")
    low, high = standard_interval(slope.p, slope.se, alpha)
    effect = effect_with("power p in variance ∝ prediction^p", slope.p, (low, high), MARGIN)
    text = next(words for end, words in NAMES if slope.p < end)
    message = f"The variance {text}: p = {slope.p:.2f} [{low:.2f}, {high:.2f}]."
    differs = low > 0 and slope.p > MARGIN
    return Finding(Status.NOTE if differs else Status.PASS, message, statistic=slope.p / slope.se, effect=effect)


CHECK = Check(
    id="mean_variance",
    code="LC304",
    title="Mean and variance",
    question="With which power of the prediction does the variance grow: 0 (squared error), 1 (Poisson), 2 (gamma), "
    "3 (inverse Gaussian)?",
    null="The variance is the same at every prediction, p = 0.",
    why="Each mean-consistent loss weighs rows by one over a power of the prediction. With the right power every row "
    "counts by what it knows; with the wrong one either the large or the small predictions decide alone.",
    advice="Take the loss of that power: poisson near 1, tweedie between 1 and 2, gamma (or a log target) near 2, "
    "inverse_gaussian near 3. The likelihoods in the ranking tell families of one power apart.",
    misleads="Over a narrow range of predictions the power is hardly seen: its interval says so. A negative binomial "
    "lies between 1 and 2 and moves with the level. Errors of the mean at one end look like variance there.",
    references=(
        "McCullagh & Nelder 1989, Generalized linear models, doi:10.1007/978-1-4899-3242-6",
        "Park 1966, Estimation with heteroscedastic error terms, doi:10.2307/1910108",
    ),
    worst=Status.NOTE,
    run=run,
    needs=frozenset({Need.TARGET, Need.PREDICTION}),
    minimum_rows=30,
)
