"""Two humps in the residuals."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import normal_reach
from losscheck.checks.noise.measures import residual_ties, standardise
from losscheck.checks.wording import effect_with, figure, percent
from losscheck.numeric.lazy import np
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.numeric.ordered import Ordered
    from losscheck.sample import Sample

POINTS = 512
LEAST_MASS = 0.05  # rows on each side of a valley: a few outliers are no second hump
MARGIN = 0.1  # a valley 10 % below the lower hump
VALLEYS = 20.0  # valleys that could have been seen: the reach is that of the deepest of so many


@dataclass(frozen=True)
class Valley:
    """The deepest valley of a smoothed density, in residual standard deviations; `se` is that of log depth."""

    depth: float
    se: float
    place: float
    humps: tuple[float, float]


def run(sample: Sample, alpha: float) -> Finding:
    """Find the deepest valley between two humps of the smoothed density."""
    standard = standardise(sample)
    ties = residual_ties(sample)
    valley = find_valley(standard.ordered, (ties.step or 0.0) / standard.sd)
    if valley is None:
        return Finding(Status.SKIP, "too many equal residuals to smooth")
    remains = 1 - valley.depth
    reach = np.exp(normal_reach(alpha / VALLEYS) * valley.se)
    interval = (max(0.0, 1 - float(remains * reach)), 1 - float(remains / reach))
    effect = effect_with("depth of the valley between two humps", valley.depth, interval, MARGIN)
    if interval[0] <= MARGIN:
        return Finding(Status.PASS, f"No clear second hump (deepest valley {percent(valley.depth)}).", effect=effect)
    left, right, place = (figure(standard.mean + standard.sd * x) for x in (*valley.humps, valley.place))
    message = (
        f"Two humps, near {left} and {right}: between them, at {place}, the density falls by {percent(valley.depth)} "
        "of the lower one."
    )
    return Finding(Status.NOTE, message, effect=effect)


def find_valley(ordered: Ordered, step: float) -> Valley | None:
    """Smooth sorted values by a Gaussian kernel (Silverman's width, at least a rounding step) and find the valley.

    The depth is 1 − density in the valley / density of the lower of the highest humps on its two sides.
    """
    n = ordered.n
    quartiles = (float(ordered.at(int(0.75 * (n - 1)))) - float(ordered.at(int(0.25 * (n - 1))))) / 1.349
    width = max(0.9 * min(quartiles, 1.0) * n**-0.2, step)
    if quartiles <= 0:
        return None
    low, high = float(ordered.at(int(0.01 * n))) - 4 * width, float(ordered.at(int(0.99 * (n - 1)))) + 4 * width
    counts, edges = np.histogram(ordered.value, POINTS, (low, high), weights=ordered.count)
    cell = (high - low) / POINTS
    if width < cell:  # half of the rows in a sliver of the range: no room to smooth
        width = cell
    half = min(int(4 * width / cell) + 1, POINTS // 2 - 1)
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) * cell / width) ** 2)
    density = np.convolve(counts, kernel / kernel.sum(), mode="same") / (n * cell)
    below = np.cumsum(counts) / n
    ceiling = np.minimum(np.maximum.accumulate(density), np.maximum.accumulate(density[::-1])[::-1])
    ratio = np.where((below > LEAST_MASS) & (below < 1 - LEAST_MASS), density / np.maximum(ceiling, 1e-300), 1.0)
    at = int(np.argmin(ratio))
    if ratio[at] >= 1:
        at = int(np.argmax(density))
    smoothed_rows = 2 * sqrt(pi) * n * width  # times a density: the rows that a kernel estimate rests on
    floor = max(float(density[at]), 1 / smoothed_rows)
    se = sqrt((1 / floor + 1 / max(float(ceiling[at]), floor)) / smoothed_rows)
    middle = edges[:-1] + cell / 2
    humps = float(middle[int(np.argmax(density[: at + 1]))]), float(middle[at + int(np.argmax(density[at:]))])
    return Valley(max(0.0, 1 - float(ratio[at])), se, float(middle[at]), humps)


CHECK = Check(
    id="bimodality",
    code="LC219",
    title="Two humps",
    question="Do the residuals have two humps, so that no single centre describes them?",
    null="The smoothed density has no valley deeper than 10 % with at least 5 % of the rows on either side.",
    why="Two humps mean that a feature with two values is missing: every loss then predicts between the "
    "groups or picks one. This is repaired in the model, not in the loss.",
    advice="Compare the rows of the two humps (source, sensor, segment, sign) and give the model what tells them "
    "apart; or predict a mixture.",
    misleads="The depth depends on the smoothing (Silverman's rule), and humps closer than about 2.5 of their own "
    "standard deviations leave no valley. A coarse target (few distinct values) makes valleys of its own.",
    references=(
        "Silverman 1981, Using kernel density estimates to investigate multimodality, "
        "doi:10.1111/j.2517-6161.1981.tb01155.x",
    ),
    worst=Status.NOTE,
    run=run,
    minimum_rows=100,
)
