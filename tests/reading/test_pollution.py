"""No pollution of a table is read silently wrong, and harmless ones are read."""

from __future__ import annotations

import os

import pollution
import pytest
from pollution import CRASHED, HARMLESS, REFUSED, SILENT

NEEDLESS = 0.05


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_no_pollution_is_read_silently_wrong(seed):
    tables = int(os.environ.get("LOSSCHECK_POLLUTED", "200")) if seed else 12
    found = pollution.measure(tables, seed)
    assert {name: counts for name, counts in found.items() if counts[SILENT] or counts[CRASHED]} == {}
    assert len(found) > 40
    needless = sum(found[name][REFUSED] for name in HARMLESS)
    assert needless <= NEEDLESS * tables * len(HARMLESS), {name: found[name] for name in HARMLESS}
    assert all(found[name][REFUSED] > 0 for name in ("percent sign", "thousands separators in every cell"))


@pytest.mark.parametrize("drop_bad_rows", [False, True])
def test_two_pollutions_of_one_table_are_not_read_silently_wrong(drop_bad_rows):
    counts = pollution.measure_together(300, drop_bad_rows)
    assert (counts[SILENT], counts[CRASHED]) == (0, 0)
    assert counts[pollution.READ] > 0
    assert counts[pollution.REPORTED] > 0


def test_blank_lines_in_a_table_between_blanks_make_no_title_of_its_header():
    counts = pollution.measure_after(["another delimiter", "blank lines"], 400)
    assert (counts[SILENT], counts[CRASHED]) == (0, 0)
    assert counts[pollution.READ] > 100
