"""What several checks measure on the same sample, computed once per sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

T = TypeVar("T")


def once_per_sample(measure: Callable[[ClassSample], T]) -> Callable[[ClassSample], T]:
    """Return the measure with a memory that lives as long as the sample."""
    seen: WeakKeyDictionary[ClassSample, T] = WeakKeyDictionary()

    def look_up(sample: ClassSample) -> T:
        if sample not in seen:
            seen[sample] = measure(sample)
        return seen[sample]

    look_up.__doc__ = measure.__doc__
    return look_up
