"""Points that may separate thousands: the numbers of a column are whole and below 1000, or have three digits behind."""

import numpy as np
import pytest

from losscheck.reading import Roles, Spelling, read_sample, read_summary
from losscheck.reading.points import MOST_LOOKED_AT
from losscheck.results import InputError

WHY = "some cells of the column have no point, and all points have three digits behind them"


def write(path, content):
    path.write_text(content)
    return path


def refusal(path, **options):
    with pytest.raises(InputError) as caught:
        read_sample([path], **options)
    return str(caught.value)


def message(line, column, cell, why=WHY, file="f.csv"):
    return (
        f"{file}, line {line}, column '{column}': it cannot be told whether '{cell}' has a decimal point or a "
        f"thousands separator: {why}. Write numbers without thousands separators, or say --decimal point."
    )


def sales(count, actual=lambda n: str(230 + n % 9), forecast=lambda n: str(240 + n % 7), delimiter=";"):
    rows = (delimiter.join([f"F{n}", actual(n), forecast(n)]) + "\n" for n in range(1, count + 1))
    return delimiter.join(["store", "y_true", "y_pred"]) + "\n" + "".join(rows)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", " "])
def test_one_cell_is_enough(tmp_path, delimiter):
    content = sales(41, lambda n: "1.205" if n == 41 else str(230 + n), delimiter=delimiter)
    path = write(tmp_path / "f.csv", content)
    assert refusal(path) == message(42, "y_true", "1.205")
    assert read_sample([path], spelling=Spelling(decimal=".")).target[-1] == 1.205


@pytest.mark.parametrize(
    "cells",
    [
        ["987", "1.234", "2.345"],
        ["0", "1.234", "0"],
        ["-987", "-1.234", "1"],
        ["5", "1.234", "NA"],
        ["5", " 1.234", "inf"],
    ],
)
def test_a_few_rows_are_enough(tmp_path, cells):
    path = write(tmp_path / "f.csv", "y_true;y_pred\n" + "".join(f"{cell};998\n" for cell in cells))
    assert "cannot be told whether '" in refusal(path)


@pytest.mark.parametrize(
    "cells",
    [
        ["987.000", "1.234", "2.345"],  # three decimals everywhere
        ["987", "1.23", "2.345"],
        ["987", "0.123", "2.345"],
        ["1987", "1.234", "2.345"],  # a number above a thousand without a separator
        ["987", "1.234", "1e3"],
        ["1.234", "2.345", "NA"],
        ["1", "2", "3"],
    ],
)
def test_other_forms_settle_it(tmp_path, cells):
    content = "y_true;y_pred\n" + "".join(f"{cell};998\n" for cell in cells)
    numbers = [float(cell) for cell in cells if cell != "NA"]
    assert read_sample([write(tmp_path / "f.csv", content)]).target.tolist() == numbers


def test_columns_that_are_not_used_may_be_anything(tmp_path):
    content = "version;y_true;y_pred\n" + "".join(f"{v};{v[0]}.5;2.5\n" for v in ("1.205", "3", "2"))
    assert read_sample([write(tmp_path / "f.csv", content)]).info.rows_used == 3


def test_a_comma_elsewhere_shows_what_a_point_is(tmp_path):
    rows = "1.234;1.230;12,50\n2.345;2.351;8,99\n"
    path = write(tmp_path / "f.csv", "actual;forecast;preis\n" + rows)
    assert refusal(path) == message(2, "actual", "1.234", "'12,50' in column 'preis' has a decimal comma")
    assert read_sample([path], spelling=Spelling(decimal=".")).target.tolist() == [1.234, 2.345]
    path = write(tmp_path / "f.csv", rows)
    assert "'12,50' in column '3' has a decimal comma" in refusal(path, roles=Roles(target="1", prediction="2"))
    # numbers with other decimals are decimals, whatever the price
    path = write(tmp_path / "f.csv", "actual;forecast;preis\n1.24;1.2;12,50\n2.35;2.5;8,99\n")
    assert read_sample([path]).target.tolist() == [1.24, 2.35]
    # thousands with a comma beside decimals with a point are English
    path = write(tmp_path / "f.csv", "actual;forecast;preis\n1.234;1.230;12,500\n2.345;2.351;8,990\n")
    assert read_sample([path]).target.tolist() == [1.234, 2.345]


BLANK, QUOTED, BROKEN = "\n", '"', '"a\nb"'


@pytest.mark.parametrize("odd", ["", BLANK, QUOTED, BROKEN])
@pytest.mark.parametrize("late", [30_000, 120_000])
def test_sorted_rows_have_them_behind_the_first_block(tmp_path, late, odd):
    """Rows whose numbers pass 1000 at the end, far beyond what the dialect is decided on."""
    rows = [f"F{n};{1 + 998 * n // late};{1 + n % 990}" for n in range(late)]
    rows += [f"F{n};{1 + n // 1000}.{n % 1000:03d};{1 + n % 990}" for n in range(late + 1, late + 501)]
    rows[5] = {"": rows[5], BLANK: "\n" + rows[5], QUOTED: '"F5";1;1', BROKEN: f"{BROKEN};1;1"}[odd]
    path = write(tmp_path / "f.csv", "store;y_true;y_pred\n" + "\n".join(rows) + "\n")
    line = late + 2 + (odd in (BLANK, BROKEN))
    assert refusal(path) == message(line, "y_true", f"{1 + late // 1000}.001")
    with pytest.raises(InputError, match=rf"f.csv, line {line}, column 'y_true'"):
        read_summary([path])
    path.write_text(path.read_text() + "F;0.25;1\n")
    assert read_sample([path]).info.rows_used == late + 501


def test_rows_that_are_dropped_do_not_shift_the_cells(tmp_path):
    content = sales(40, lambda n: {3: "1.234.567", 5: "oops", 30: "1.205"}.get(n, str(230 + n)))
    path = write(tmp_path / "f.csv", content)
    assert refusal(path, drop_bad_rows=True) == message(31, "y_true", "1.205")


def test_three_decimals_in_many_rows_with_whole_numbers_among_them(tmp_path):
    random = np.random.default_rng(5)
    numbers = random.integers(1000, 9000, (MOST_LOOKED_AT * 60, 2)) / 1000
    lines = [f"{target:.3f},{prediction:.3f}\n" for target, prediction in numbers.tolist()]
    path = write(tmp_path / "f.csv", "y_true,y_pred\n" + "".join(lines))
    assert np.array_equal(read_sample([path]).target, numbers[:, 0])
    lines[-1] = "5,1.205\n"
    path = write(tmp_path / "f.csv", "y_true,y_pred\n" + "".join(lines))
    assert refusal(path) == message(2, "y_true", f"{numbers[0, 0]:.3f}")
