"""Damaged files give a result or one message that helps, in a short time: never a traceback.

LOSSCHECK_FUZZ is the number of files of the long run (pytest -m slow).
"""

from __future__ import annotations

import os
import re
import time

import pytest
from fuzzing import damage

from losscheck.reading import read_sample
from losscheck.results import InputError

NAME = "fuzzed.csv"
LONGEST_SECONDS = 10
PARTS = 20
LONG = int(os.environ.get("LOSSCHECK_FUZZ", "100000"))
PLACED = re.compile(r"is not a number|has \d+ fields?, but|weight '.*' is negative|quote is opened")
"""Refusals of one cell or row, which must say where it is."""


def check_message(message: str) -> None:
    assert NAME in message, message
    assert "\n" not in message.replace("\\n", ""), message
    assert re.search(r"[.;?:] \S.*[.?]$", message) or "--" in message, f"says nothing to do: {message}"
    assert not PLACED.search(message) or re.search(r"(line|row) \d+", message), f"says no place: {message}"


def read_damaged(path, count: int, seed: int) -> int:
    """Read so many damaged files, and return how many of them could be read."""
    readable = 0
    for content in damage(count, seed):
        path.write_bytes(content)
        started = time.perf_counter()
        try:
            sample = read_sample([path])
            assert sample.info.rows_used <= sample.info.rows
            readable += 1
        except InputError as error:
            check_message(str(error))
        assert time.perf_counter() - started < LONGEST_SECONDS
    return readable


def test_damaged_files_give_a_sample_or_one_message(tmp_path):
    assert 20 < read_damaged(tmp_path / NAME, 2000, seed=0) < 1980


@pytest.mark.slow
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_many_damaged_files_give_a_sample_or_one_message(tmp_path, part):
    read_damaged(tmp_path / NAME, LONG // PARTS, seed=part)


def run_damaged(run, path, count: int, seed: int) -> set[int]:
    codes = set()
    for content in damage(count, seed):
        path.write_bytes(content)
        started = time.perf_counter()
        code, out, err = run(path, "-f", "json")
        assert time.perf_counter() - started < LONGEST_SECONDS
        assert code in (0, 1, 2), err
        if code == 2:
            assert out == ""
            assert err.startswith("losscheck: ")
            check_message(err.rstrip("\n"))
        codes.add(code)
    return codes


def test_damaged_files_on_the_command_line(run, tmp_path):
    assert 2 in run_damaged(run, tmp_path / NAME, 150, seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(1, 5))
def test_many_damaged_files_on_the_command_line(run, tmp_path, part):
    assert 2 in run_damaged(run, tmp_path / NAME, LONG // 200, seed=part)
