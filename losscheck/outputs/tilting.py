"""The log-likelihood of the labels under p^β / Σp^β, the stated distributions at temperature T = 1/β.

It is concave in β, so its derivatives at a few values say where it is largest and how far it falls on both sides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.moments import finite_logs, kish_factor, labelled_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from losscheck.outputs.moments import RowMoments
    from losscheck.outputs.stated import Labels, Stated

HELD_ROWS, HELD_CELLS = 30_000, 1_000_000
"""Outputs up to these sizes are held as logarithms for repeated use; of larger ones, evenly spread rows are."""
PAIRS_AT_ONCE = 1 << 17


@dataclass(frozen=True)
class Derivatives:
    """ℓ and its first four derivatives at one β, and `score_variance` = Σ w²·Var(log p), −`second` without weights."""

    value: float = 0.0
    first: float = 0.0
    second: float = 0.0
    third: float = 0.0
    fourth: float = 0.0
    score_variance: float = 0.0

    def __add__(self, other: Derivatives) -> Derivatives:
        """Add those of other rows."""
        return Derivatives(
            self.value + other.value,
            self.first + other.first,
            self.second + other.second,
            self.third + other.third,
            self.fourth + other.fourth,
            self.score_variance + other.score_variance,
        )

    def moved(self, step: float) -> Derivatives:
        """Return them at β + step, by Taylor's series; the fourth, and what weights do to the variance, is kept."""
        s = step
        third = self.third + s * self.fourth
        second = self.second + s * (self.third + s / 2 * self.fourth)
        first = self.first + s * (self.second + s / 2 * (self.third + s / 3 * self.fourth))
        value = self.value + s * (self.first + s / 2 * (self.second + s / 3 * (self.third + s / 4 * self.fourth)))
        spread = self.score_variance * second / self.second if self.second < 0 else self.score_variance
        return Derivatives(value, first, second, third, self.fourth, spread)


class Curve(Protocol):
    """A log-likelihood as a function of β."""

    def at(self, beta: float) -> Derivatives:
        """Return the value and the derivatives."""


@dataclass(frozen=True, eq=False)
class PairCurve:
    """Two classes: `margin` is the logit of the true class, and ℓ(β) = −Σ w·log(1 + exp(−β·margin))."""

    margin: Array
    weight: Array | None

    def at(self, beta: float) -> Derivatives:
        """Return the value and the derivatives."""
        total = Derivatives()
        for start in range(0, self.margin.size, PAIRS_AT_ONCE):  # the temporaries of a chunk stay in the cache
            chunk = slice(start, start + PAIRS_AT_ONCE)
            total += _pair_derivatives(self.margin[chunk], None if self.weight is None else self.weight[chunk], beta)
        return total

    def thinned(self, every: int) -> PairCurve:
        """Return that of evenly spread rows."""
        return PairCurve(self.margin[::every], None if self.weight is None else self.weight[::every])


def _pair_derivatives(margin: Array, weight: Array | None, beta: float) -> Derivatives:
    logit = beta * margin
    small = np.exp(-np.abs(logit))
    value = np.minimum(logit, 0.0) - np.log1p(small)
    wrong = np.where(logit > 0, small, 1.0) / (1 + small)
    variance = small / ((1 + small) * (1 + small))
    square = margin * margin
    spread = variance * square
    weighted = spread if weight is None else weight * spread
    ones = np.ones(margin.size) if weight is None else weight
    return Derivatives(
        float(ones @ value),
        float(ones @ (wrong * margin)),
        -float(weighted.sum()),
        -float(weighted @ (margin * (2 * wrong - 1))),
        -float(weighted @ (square * (1 - 6 * variance))),
        float(ones @ weighted),
    )


@dataclass(frozen=True, eq=False)
class ManyCurve:
    """More classes; `held` are log p (K, m), the true class and the weights of a block of rows each.

    None: they are made anew from the outputs each time, for no second copy of them is kept.
    """

    stated: Stated
    held: tuple[tuple[Array, Labels, Array | None], ...] | None = None

    def rows(self) -> Iterator[tuple[Array, Labels, Array | None]]:
        """Yield log p, classes outermost, the true class and the weight of all rows, block by block."""
        yield from log_blocks(self.stated) if self.held is None else self.held

    def at(self, beta: float) -> Derivatives:
        """Return the value and the derivatives."""
        total = Derivatives()
        for log_p, label, weight in self.rows():
            total += _many_derivatives(log_p, label, weight, beta)
        return total

    def thinned(self, every: int) -> ManyCurve:
        """Return that of evenly spread rows, held."""
        return ManyCurve(self.stated, tuple(log_blocks(self.stated, every)))


def log_blocks(stated: Stated, every: int = 1) -> Iterator[tuple[Array, Labels, Array | None]]:
    """Yield log p (K, m) with a finite number for log 0, the true class and the weights; see `labelled_blocks`."""
    factor = kish_factor(stated.sample)
    for block, label in labelled_blocks(stated, every):
        yield finite_logs(block.log_p.T), label, None if block.weight is None else block.weight * factor


def _many_derivatives(log_p: Array, label: Labels, weight: Array | None, beta: float) -> Derivatives:
    """Cumulants of log p under p^β / Σp^β; log p ≥ −log K somewhere, so no maximum has to be taken off first."""
    tilted = np.exp(beta * log_p)
    total = tilted.sum(axis=0)
    tilted /= total
    mean = np.multiply(tilted, log_p).sum(axis=0)
    centered = log_p - mean
    tilted *= centered
    tilted *= centered
    second = tilted.sum(axis=0)
    tilted *= centered
    third = tilted.sum(axis=0)
    tilted *= centered
    fourth = tilted.sum(axis=0) - 3 * second * second
    true = log_p[label, np.arange(label.size)]
    ones = np.ones(label.size) if weight is None else weight
    return Derivatives(
        float(ones @ (beta * true - np.log(total))),
        float(ones @ (true - mean)),
        -float(ones @ second),
        -float(ones @ third),
        -float(ones @ fourth),
        float((ones * ones) @ second),
    )


def true_log_odds(moments: RowMoments) -> Array:
    """Return the stated log-odds of the true class against the other one, of two."""
    with np.errstate(divide="ignore"):
        other = np.log(-np.expm1(moments.true_log_p))
    return moments.true_log_p - finite_logs(other)


def likelihood_curves(moments: RowMoments) -> tuple[Curve, Curve]:
    """Return the curve of evenly spread rows, quick to evaluate, and that of all rows; the same for few rows."""
    every = math.ceil(max(moments.n / HELD_ROWS, moments.n * moments.classes / HELD_CELLS))
    if moments.classes == 2:
        pairs = PairCurve(true_log_odds(moments), moments.weight)
        return (pairs, pairs) if every == 1 else (pairs.thinned(every), pairs)
    thin = ManyCurve(moments.stated).thinned(every)
    return thin, (thin if every == 1 else ManyCurve(moments.stated))
