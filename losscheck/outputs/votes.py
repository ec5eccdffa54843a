"""Whether all outputs are multiples of 1/m: shares of the votes of m trees or neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.interpretation import interpret, single_scores
from losscheck.outputs.rows import blocks_by_class, measure_rows, some_rows
from losscheck.outputs.simplex import FEW, tolerance_of
from losscheck.outputs.tolerance import DOUBLE_FLOOR, SINGLE
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

MOST_VOTES = 1000
FIRST_CELLS = 20_000
BY_CHANCE = 1e-6
"""So rarely may numbers of any kind lie on one of the grids by chance."""
BY_ROUNDING = 1e-3
"""So rarely may numbers of one or two decimals lie on a coarser grid by chance, as 0.25 and 0.5 do among hundredths."""
LEAST_FILLED = 20
"""With more possible shares for each that occurs these are no votes: 6 leaves of a tree may lie on the grid of 196."""
LARGEST_REACH = 0.5
"""Where rounding brings more than this share of all numbers onto a grid, the grid says nothing."""
FAR_OFF = 0.2
"""Rows that are off by more are bad rows, neither votes nor rounded."""
FEWEST_ROWS = 30
SUM_ROWS = 50
"""Rows that all sum to 1 exactly are no rounded ones: of three classes, rounding breaks the sum of one row in four."""
EXACT_SUM = 1e-6
DECIMAL_GRIDS = (10, 100)
"""Grids that one or two decimals make as well as so many votes."""
READINGS = (Numbers.PROBABILITIES, Numbers.SIGMOIDS, Numbers.PERCENT, Numbers.VOTES)


@dataclass(frozen=True)
class Grid:
    """All outputs are multiples of 1/`votes` of their total; `rounded` where decimals explain that as well.

    `zeros` is the number of rows in which some class has no vote.
    """

    votes: int
    rounded: bool
    zeros: int


def find_grid(sample: ClassSample) -> Grid | None:
    """Return the smallest m of which all shares are multiples; None where there is none up to 1000."""
    reading = interpret(sample)
    if reading.numbers not in READINGS or sample.n == 1:
        return None
    tolerance = tolerance_of(sample, reading.total)
    # An array is as accurate as its type; text is as its decimals, and as single precision where it has its digits.
    of_type = sample.digits.epsilon if sample.digits.decimals is None or sample.digits.epsilon <= SINGLE else 0.0
    accuracy = max(tolerance.unit / reading.total * (1 + 1e-6), of_type, tolerance.relative, DOUBLE_FLOOR)
    first = sample.outputs[some_rows(sample.n, max(2, FIRST_CELLS // sample.outputs.shape[1]))] / reading.total
    if not single_scores(sample):
        first = first[np.abs(first.sum(axis=1) - 1) <= FAR_OFF]
    values = _distinct_shares(first)
    if values.size < 2 and not bool((first <= 0).any()):
        return None  # one answer for all rows is a constant, not a vote
    pairs = first.shape[1] == 2 and not single_scores(sample)
    votes = _smallest_grid(values, accuracy, pairs) or _grid_of_decimals(sample, values)
    if votes is None or not _holds_everywhere(sample, votes, reading.total, accuracy):
        return None
    zeros = int(np.count_nonzero(measure_rows(sample).low <= accuracy * reading.total))
    decimal = next((grid for grid in DECIMAL_GRIDS if grid % votes == 0), None)
    if decimal is None:
        return Grid(votes, False, zeros)
    if votes < decimal:  # such as 4 votes among two decimals
        filled = _filled(values, votes, pairs) and sample.n >= FEWEST_ROWS
        return Grid(votes, False, zeros) if filled or (votes / decimal) ** values.size < BY_ROUNDING else None
    exact = None if single_scores(sample) else _sums_are_exact(first)
    return None if exact is False else Grid(votes, exact is None, zeros)


def _grid_of_decimals(sample: ClassSample, values: Array) -> int | None:
    """Return the coarsest grid among one or two written decimals, where there are enough numbers to look at."""
    decimals = sample.digits.decimals
    if decimals not in (1, 2) or values.size < 2 or sample.n < FEWEST_ROWS:
        return None
    decimal = DECIMAL_GRIDS[decimals - 1]
    divisors = (votes for votes in range(2, decimal + 1) if decimal % votes == 0)
    return next(votes for votes in divisors if votes == decimal or _on_grid(values, votes, DOUBLE_FLOOR))


def _distinct_shares(shares: Array) -> Array:
    """Return the distinct numbers between 0 and 1, of two columns that add to 1 the smaller one."""
    values = np.minimum(shares, 1 - shares).max(axis=1) if shares.shape[1] == 2 else shares.ravel()
    values = np.unique(np.round(values, 12))
    inside: Array = values[(values > 0) & (values < 1)]
    return inside


def _filled(values: Array, votes: int, pairs: bool) -> bool:
    """Tell whether every possible share of so many votes is there."""
    return values.size >= (votes // 2 if pairs else votes - 1)


def _smallest_grid(values: Array, accuracy: float, pairs: bool) -> int | None:
    """Return the smallest m ≤ 1000 with all values within `accuracy` of a multiple of 1/m, if that is no chance."""
    most = min(MOST_VOTES, int(LARGEST_REACH / 2 / accuracy))
    if not 0 < values.size < most:
        return None
    few = values[:: max(1, values.size // 16)]
    for votes in range(2, most + 1):
        if _on_grid(few, votes, accuracy) and _on_grid(values, votes, accuracy):
            if votes > LEAST_FILLED * values.size:
                return None
            chance = (2 * votes * accuracy) ** values.size
            allowed = BY_ROUNDING if _filled(values, votes, pairs) else BY_CHANCE / MOST_VOTES
            return votes if chance <= allowed else None
    return None


def _on_grid(values: Array, votes: int, accuracy: float) -> bool:
    scaled = values * votes
    return bool((np.abs(scaled - np.rint(scaled)) <= votes * accuracy).all())


def _holds_everywhere(sample: ClassSample, votes: int, total: float, accuracy: float) -> bool:
    """Tell whether nearly all rows are multiples of total/m."""
    off_grid = 0
    allowed = votes * accuracy
    for _, block in blocks_by_class(sample.outputs):
        block *= votes / total
        off_grid += int(np.count_nonzero((np.abs(block - np.rint(block)) > allowed).any(axis=0)))
        if off_grid > FEW * sample.n:
            return False
    return True


def _sums_are_exact(shares: Array) -> bool | None:
    """Tell whether rows with three or more votes sum to 1 as exactly as rounded ones would not; None: too few rows."""
    several = shares[np.count_nonzero(shares > 0, axis=1) >= 3]
    if several.shape[0] < SUM_ROWS:
        return None
    return bool(np.mean(np.abs(several.sum(axis=1) - 1) > EXACT_SUM) <= FEW)
