"""Blocks of rows put together as one matrix, with and without room made for them beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from losscheck.reading import stack
from losscheck.reading.stack import Stack

ROWS = np.random.default_rng(2).normal(size=(97, 3))
BLOCKS = [ROWS[:10], ROWS[10:11], ROWS[11:60], ROWS[60:60], ROWS[60:]]


@pytest.mark.parametrize("slab", [1, 500, 10**9])
@pytest.mark.parametrize("reserved", [None, 97, 200, 60, 5])
def test_rows_come_back_in_order(monkeypatch, slab, reserved):
    monkeypatch.setattr(stack, "SLAB_BYTES", slab)
    stacked = Stack(3)
    if reserved is not None:
        stacked.reserve(reserved)
    for block in BLOCKS:
        stacked.add(block.copy())
    joined = stacked.join()
    assert np.array_equal(joined, ROWS)
    assert all(column.flags.c_contiguous for column in joined.T)


def test_columns_of_whole_numbers_keep_their_type():
    stacked = Stack(1)
    stacked.add(np.array([2**62 + 1]))
    stacked.add(np.array([3]))
    assert stacked.join()[:, 0].tolist() == [2**62 + 1, 3]


def test_nothing_is_an_empty_matrix():
    assert Stack(4).join().shape == (0, 4)


def test_a_small_part_of_a_table_does_not_keep_all_of_it():
    table = np.zeros((50, 10))
    labels, outputs = Stack(1), Stack(9)
    labels.add(table[:, :1])
    outputs.add(table[:, 1:])
    assert not np.shares_memory(labels._blocks[0], table)
    assert np.shares_memory(outputs._blocks[0], table)
