"""Work ahead in a thread: the same results, in the same order, as without."""

import threading
import time

import pytest

from losscheck.reading.ahead import map_ahead


def test_results_come_in_order_with_their_items():
    def slow_at_first(item):
        time.sleep(0.02 / (1 + item))
        return item * item

    assert list(map_ahead(slow_at_first, range(7))) == [(k, k * k) for k in range(7)]
    assert list(map_ahead(slow_at_first, ())) == []


def test_no_more_than_two_items_wait():
    taken, most = 0, 0

    def items():
        nonlocal taken
        for item in range(20):
            taken += 1
            yield item

    for seen, _ in enumerate(map_ahead(str, items()), start=1):
        most = max(most, taken - seen)
    assert most == 1


def test_the_work_is_done_beside_the_caller():
    found = {thread for _, thread in map_ahead(lambda _: threading.get_ident(), range(3))}
    assert threading.get_ident() not in found


def test_an_item_that_cannot_be_had_raises_after_the_results_before_it():
    def items():
        yield from (1, 2, 3)
        raise OSError("gone")

    results, seen = map_ahead(lambda item: -item, items()), []
    with pytest.raises(OSError, match="gone"):
        seen.extend(results)
    assert seen == [(1, -1), (2, -2), (3, -3)]


def test_a_failure_of_the_work_is_raised():
    with pytest.raises(ZeroDivisionError):
        list(map_ahead(lambda item: 1 // item, (1, 0, 2)))
