"""The answer to what the outputs are, before anything is computed from them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from losscheck.sample import Numbers


@dataclass(frozen=True, eq=False)
class Interpretation:
    """The reading of the numbers, and why; `total` is what a row sums to (1, 100, or the number of votes).

    `base` is that of log-probabilities. For ambiguous outputs `readings` are those that fit, with the log-likelihood
    a row of the labels under each (NaN without labels); `SIGMOIDS` among them stands for scores, such as those
    of each class against the rest, divided by their sum, which `--outputs probabilities` asks for. `missing_columns`
    are the labels without a column where that is why the rows do not sum to 1; `negated` numbers are −log p.
    """

    numbers: Numbers
    why: str
    total: float = 1.0
    base: float = math.e
    readings: Mapping[Numbers, float] = field(default_factory=dict)
    missing_columns: tuple[str, ...] = ()
    negated: bool = False


def count_of(some: int, n: int) -> str:
    """Return how many of n rows in words.

    >>> count_of(3, 3), count_of(1200, 1500)
    ('all 3 rows', '1,200 of 1,500 rows')
    """
    if n == 1:
        return "the only row" if some else "no row"
    return f"all {n:,} rows" if some == n else f"{some:,} of {n:,} rows"
