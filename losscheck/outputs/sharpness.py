"""Stated distributions made sharper or flatter: p^β, normalised, over a fixed grid of β = 1/temperature."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from losscheck.outputs.stated import Stated

STEPS = range(-6, 7)
SHARPNESS = tuple(2.0 ** (step / 2) for step in STEPS)
"""β from 1/8 to 8: the true temperature lies within a factor 2^¼ of one of these, which costs hardly any likelihood."""

SMALLEST = 2.2e-16
"""No p is taken for less, so that one row is evidence of at most 36 nats."""
LARGEST_FLOOR = 0.01
"""Of the even share 1/K: numbers of one or no decimal, such as decisions of 0 and 1, are not blunter than that."""


def last_half(stated: Stated) -> float:
    """Return half of the last decimal that probabilities were written with, as a probability: 5e-5 for 0.0000.

    It is 0 where the numbers are logarithms or came with all of their digits.
    """
    numbers, decimals = stated.interpretation.numbers, stated.sample.digits.decimals
    logarithmic = numbers in (Numbers.LOGITS, Numbers.LOG_PROBABILITIES, Numbers.MARGIN)
    return 0.0 if logarithmic or decimals is None else 0.5 * 10.0**-decimals / stated.interpretation.total


def floor_of(stated: Stated) -> float:
    """Return the least probability that the numbers may stand for.

    A zero both for the true class and for another would leave their ratio undefined, and a zero for the true class
    alone would be infinite evidence from one row, though it is often a rounded number.
    """
    return min(max(last_half(stated), SMALLEST), LARGEST_FLOOR / stated.classes)


def raise_to_floor(log_p: Array, floor: float) -> Array:
    """Return log p with no p below the floor, normalised again."""
    if log_p.min() >= np.log(floor):
        return log_p
    p = np.maximum(np.exp(log_p), floor)
    p /= (p @ np.ones(p.shape[1]))[:, None]
    return np.log(p)


def list_powers(log_u: Array) -> Iterator[tuple[int, Array]]:
    """Yield u^β, not normalised, for every β of the grid, with its index there; each array is overwritten later.

    Only two of them are exponentials, the others are roots and squares, which are several times faster.
    """
    zero = -STEPS.start
    for start, factor in ((zero, 1.0), (zero - 1, sqrt(0.5))):
        u = np.exp(factor * log_u)
        yield start, u
        power = u.copy()
        for step in range(start + 2, len(SHARPNESS), 2):
            np.multiply(power, power, out=power)
            yield step, power
        for step in range(start - 2, -1, -2):
            np.sqrt(u, out=u)
            yield step, u
