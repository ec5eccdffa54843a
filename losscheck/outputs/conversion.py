"""From outputs as they were written to log-probabilities, for every reading of the numbers.

Rows are worked on class by class: with the classes outermost, sums and maxima over them run over long contiguous
arrays, ten times as fast as over rows of ten. The results are therefore in column-major order.
"""

from __future__ import annotations

import math

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.reading import Interpretation
from losscheck.sample import Numbers


def log_probabilities(outputs: Array, reading: Interpretation) -> Array:
    """Return log p of rows of K ≥ 2 outputs (m, K): at most 0, −inf where p = 0, and each row's p sum to 1.

    A row that prefers no class (only zeros, or only −inf) states the uniform distribution: nothing else follows from
    it, and an undefined number would spread to every sum over the rows.
    """
    if reading.numbers is Numbers.MARGIN:
        return single_log_probabilities(outputs[:, 1], reading)
    by_class = np.array(outputs.T, dtype=np.float64, order="C")  # a copy, worked on in place
    if reading.numbers is Numbers.LOG_PROBABILITIES:
        by_class *= math.log(reading.base)
    if reading.numbers in (Numbers.LOGITS, Numbers.LOG_PROBABILITIES):
        empty = _subtract_log_sum(by_class)
    else:
        empty = _take_logarithms(by_class)
    if empty is not None:
        by_class[:, empty] = -math.log(by_class.shape[0])
    return by_class.T


def _subtract_log_sum(by_class: Array) -> Array | None:
    """Make logits log-probabilities; return which rows have only −inf, None where there are none."""
    top = by_class.max(axis=0)
    empty = np.isneginf(top)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        by_class -= top
        by_class -= np.log(np.exp(by_class).sum(axis=0))
    return empty if empty.any() else None


def _take_logarithms(by_class: Array) -> Array | None:
    """Make non-negative numbers log-probabilities; return which rows have only zeros, None where there are none."""
    np.maximum(by_class, 0.0, out=by_class)
    total = by_class.sum(axis=0)
    empty = total <= 0
    with np.errstate(divide="ignore", invalid="ignore"):
        by_class /= total
        np.log(by_class, out=by_class)
    return empty if empty.any() else None


def single_log_probabilities(scores: Array, reading: Interpretation) -> Array:
    """Return (log(1 − p), log p) of single scores (m,): shape (m, 2)."""
    kind = reading.numbers
    by_class = np.empty((2, scores.size))
    if kind in (Numbers.LOGITS, Numbers.MARGIN):
        # −log(1 + e^z) from the side where nothing overflows
        rest = np.log1p(np.exp(-np.abs(scores)))
        by_class[0] = -np.maximum(scores, 0.0) - rest
        by_class[1] = np.minimum(scores, 0.0) - rest
        return by_class.T
    with np.errstate(divide="ignore"):
        if kind is Numbers.LOG_PROBABILITIES:
            np.minimum(scores * math.log(reading.base), 0.0, out=by_class[1])
            by_class[0] = np.log(-np.expm1(by_class[1]))
        else:
            p = np.clip(scores / reading.total, 0.0, 1.0)
            by_class[0] = np.log1p(-p)
            by_class[1] = np.log(p)
    return by_class.T
