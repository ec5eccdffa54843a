"""Other orders of the columns: the ones that mistakes lead to, and what of an order is more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Order = NDArray[np.int64]
    Flags = NDArray[np.bool_]


class Mistake(StrEnum):
    """How an order of the columns comes about."""

    LABELS_HIGH = "labels one too high"  # label a belongs to column a − 1
    LABELS_LOW = "labels one too low"
    REVERSED = "columns reversed"
    COLUMNS_AS_TEXT = "columns sorted as text"  # 0, 1, 10, 2 …
    LABELS_AS_TEXT = "labels numbered in the order of text"
    EXCHANGED = "two columns exchanged"
    OTHER = "another order"


@dataclass(frozen=True, eq=False)
class NamedOrder:
    """An order that has a cause: rows of class a belong to column `order[a]`.

    `first` is the number that the classes are counted from, where they are sorted as text.
    """

    mistake: Mistake
    order: Order
    first: int = 0


def list_named_orders(classes: int) -> tuple[tuple[NamedOrder, ...], ...]:
    """Return the families of orders with a cause, for three classes and more: shifts, reversal, sorted as text."""
    up = np.arange(classes)
    shifts = (NamedOrder(Mistake.LABELS_HIGH, np.roll(up, 1)), NamedOrder(Mistake.LABELS_LOW, np.roll(up, -1)))
    families = [shifts, (NamedOrder(Mistake.REVERSED, up[::-1]),)]
    if text := tuple(_sort_as_text(classes)):
        families.append(text)
    return tuple(families)


def _sort_as_text(classes: int) -> Iterator[NamedOrder]:
    """Yield what sorting the numbers of the classes as text does to columns and to labels, counted from 0 or 1."""
    for first in (0, 1):
        by_text = np.array(sorted(range(classes), key=lambda k: str(k + first)))
        if (by_text != np.arange(classes)).any():
            yield NamedOrder(Mistake.COLUMNS_AS_TEXT, np.argsort(by_text), first)
            yield NamedOrder(Mistake.LABELS_AS_TEXT, by_text, first)


def name_order(order: Order) -> NamedOrder:
    """Return the order with the simplest mistake that leads to it."""
    if np.count_nonzero(order != np.arange(order.size)) == 2:
        return NamedOrder(Mistake.EXCHANGED, order)
    named = (known for family in list_named_orders(order.size) for known in family)
    return next((known for known in named if (known.order == order).all()), NamedOrder(Mistake.OTHER, order))


def close_chains(order: Order, occurs: Flags) -> Order:
    """Return the order with each chain of classes led back to its start at a class that has no rows.

    Rows say nothing of where a class without rows belongs, so nothing but chance joins the chains that end in one.
    """
    closed = order.copy()
    came_from = np.argsort(order)
    for end in np.flatnonzero(~occurs):
        start = end
        while occurs[came_from[start]]:
            start = came_from[start]
        closed[end] = start
    return closed


def keep_supported(order: Order, supports: Flags) -> Order:
    """Return the order without its cycles in which fewer than two classes support the move.

    The rows of one class that look like another's are a confusion or an offset; to exchange classes takes two.
    """
    kept = np.arange(order.size)
    for cycle in list_cycles(order):
        if np.count_nonzero(supports[cycle]) >= 2:
            kept[cycle] = order[cycle]
    return kept


def list_cycles(order: Order) -> list[Order]:
    """Return the classes of every cycle of two or more.

    >>> [cycle.tolist() for cycle in list_cycles(np.array([1, 0, 2, 4, 3]))]
    [[0, 1], [3, 4]]
    """
    seen = order == np.arange(order.size)
    cycles = []
    for start in range(order.size):
        cycle = []
        while not seen[start]:
            seen[start] = True
            cycle.append(start)
            start = int(order[start])
        if cycle:
            cycles.append(np.array(cycle))
    return cycles
