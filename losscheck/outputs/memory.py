"""What several checks measure on the same sample, computed once per sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

T = TypeVar("T")


def once_per_sample(measure: Callable[[ClassSample], T]) -> Callable[[ClassSample], T]:
    """Return the measure with a memory that lives as long as the sample.

    It is kept in the sample itself: results hold their sample, so that a table of them elsewhere would keep every
    sample alive for good.
    """

    def look_up(sample: ClassSample) -> T:
        memory: dict[Callable[[ClassSample], T], T] = vars(sample).setdefault("_memory", {})
        if measure not in memory:
            memory[measure] = measure(sample)
        return memory[measure]

    look_up.__doc__ = measure.__doc__
    return look_up
