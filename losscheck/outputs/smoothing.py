"""The floor that label smoothing leaves: no probability below ε/K, and most rows close to it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import np
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.rows import some_rows
from losscheck.outputs.stated import state

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

NEAR = 1.5
"""A model trained on smoothed labels gives its unlikely classes about ε/K: half of the rows reach down so far."""
SMALLEST, LARGEST = 0.01, 0.5
"""Amounts of smoothing in use; a uniform model has a floor of 1/K, which is smoothing of 1."""
FEWEST_ROWS = 50
FIRST_ROWS, SAFE_SHARE = 20_000, 0.45
"""Most files are told from so many evenly spread rows: if this share of them is not near the least, half are not."""


@once_per_sample
def smoothing_floor(sample: ClassSample) -> float | None:
    """Return ε = K times the least stated probability where outputs look like those of smoothed labels, else None.

    With (1 − ε)·onehot + ε/K as targets (Szegedy et al. 2016, arXiv:1512.00567) the best outputs have that floor. It
    shows nothing by itself: a model of little knowledge has a floor too.
    """
    stated = state(sample)
    if stated is None or stated.rows < FEWEST_ROWS:
        return None
    first = stated.take(np.arange(sample.n)[some_rows(sample.n, FIRST_ROWS)]).log_p.min(axis=1)
    if float(np.quantile(first, SAFE_SHARE) - first.min()) > math.log(NEAR):
        return None
    lowest = np.concatenate([block.log_p.min(axis=1) for block in stated.blocks()])
    floor = float(np.exp(lowest.min()))
    amount = stated.classes * floor
    close = float(np.exp(np.median(lowest))) <= NEAR * floor
    return amount if close and SMALLEST <= amount <= LARGEST else None
