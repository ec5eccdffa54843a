"""Work done ahead in a thread, its results taken in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_ahead(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[tuple[Item, Result]]:
    """Yield each item with what the function makes of it, in order, while a thread works at the item after it.

    An item that cannot be had raises where it stands: after the results of all before it.
    """
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    failed: list[Exception] = []
    thread = ThreadPoolExecutor(max_workers=1)
    try:
        for item in _until_failure(items, failed):
            waiting.append((item, thread.submit(function, item)))
            if len(waiting) > 1:
                done, result = waiting.popleft()
                yield done, result.result()
        for done, result in waiting:
            yield done, result.result()
    finally:
        # Not waited for: where nobody took all results this may be run by the garbage collector, at any point of any
        # thread, and waiting for a thread while the same locks are held never ends.
        thread.shutdown(wait=False, cancel_futures=True)
    if failed:
        raise failed[0]


def _until_failure(items: Iterable[Item], failed: list[Exception]) -> Iterator[Item]:
    try:
        yield from items
    except Exception as error:
        failed.append(error)
