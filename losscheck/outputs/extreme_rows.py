"""Rows whose true class the outputs call next to impossible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.sharpness import last_half
from losscheck.outputs.stated import BLOCK_CELLS

if TYPE_CHECKING:
    from losscheck.outputs.moments import RowMoments
    from losscheck.outputs.stated import Labels

EXPECTED = 1e-3
"""Statements that would be listed if all stated distributions were right, at most: fewer than one file in 1,000."""


@dataclass(frozen=True, eq=False)
class ExtremeRows:
    """Statements whose true class, or a less probable one, has a chance below EXPECTED/n by their own distribution.

    `row` are their file rows, the least likely first, and `tail` the chance of a class no more probable than the true
    one, of the numbers as rounded: the largest that it can have been. `loss` is −log p, ∞ where 0 was stated.
    `softened` counts those that stay below the limit at temperature `temperature`, None where none was given.
    """

    row: Labels
    tail: Array
    loss: Array
    limit: float
    softened: int | None


def find_extreme_rows(moments: RowMoments, temperature: float | None) -> ExtremeRows:
    """Find the statements that are next to impossible by what they state."""
    limit = EXPECTED / moments.n
    half = last_half(moments.stated)
    # a tail is at least the probability of the true class, so that few rows have to be looked at again
    candidates = np.flatnonzero(moments.true_p + half < limit)
    tail = _tails(moments, candidates, 1.0, half)
    extreme = candidates[tail < limit]
    order = np.lexsort((moments.true_log_p[extreme], tail[tail < limit]))
    softened = None
    if temperature is not None:
        softened = int(np.count_nonzero(_tails(moments, extreme, 1 / temperature, half) < limit))
    extreme, tail = extreme[order], tail[tail < limit][order]
    return ExtremeRows(moments.file_rows[extreme], tail, -moments.true_log_p[extreme], limit, softened)


def _tails(moments: RowMoments, at: Labels, beta: float, half: float) -> Array:
    """Return Σ p_k over the classes no more probable than the true one, of p^β normalised, plus half a decimal each."""
    if moments.classes == 2:  # far below 1/2, the true class is the only one
        log_p = moments.true_log_p[at]
        with np.errstate(divide="ignore"):
            logit = log_p - np.log(-np.expm1(log_p))
        return np.exp(-np.logaddexp(0.0, -beta * logit)) + half
    statements = at if moments.kept is None else moments.kept[at]
    tails = np.empty(at.size)
    step = max(1, BLOCK_CELLS // moments.classes)
    for start in range(0, at.size, step):
        here = slice(start, start + step)
        block = moments.stated.take(statements[here])
        assert block.label is not None
        log_p = block.log_p
        true = log_p[np.arange(block.label.size), block.label]
        no_likelier = log_p <= true[:, None]
        p = np.exp(beta * log_p)
        p /= p.sum(axis=1, keepdims=True)
        tails[here] = np.where(no_likelier, p + half, 0.0).sum(axis=1)
    return tails
