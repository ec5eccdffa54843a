"""The grammar of numbers, and the promise that the fast reading is no more lenient than the careful one."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

import losscheck.reading.frame as frame
import losscheck.reading.plain as plain
from losscheck.reading import Roles, read_sample
from losscheck.reading.dialect import Dialect
from losscheck.reading.number import MISSING, parse_number
from losscheck.reading.text import Place, Wanted, parse_text
from losscheck.results import InputError

NUMBERS = (
    *("1", "-1.5", "+.5", "1.", "1e5", "1E-5", " 2 ", "2\t", "1e400", "5e-324", "9007199254740993"),
    *("inf", "Infinity", "-INF", "+inf", "0.1000000000000000055511151231257827021181583404541015625", "007"),
)
NOT_NUMBERS = (
    *("1_000", "0x10", "10%", "1.5D+00", "1,5", "1 000", "1e", "e5", "--1", "1.5.2", "True", "oops", "1f", "1L", "."),
    *("٣", "１", "1d5", "infx", "nan(1)", "0b1", "+ 1", "-", "1e5.0", "0x1p3", "1.5j", "$1", "1'000", "−1", "?"),
)


def parse_fast(text, dialect, wanted):
    found = plain.find_plain(text, dialect, wanted)
    return None if found is None else plain.parse_plain(found, dialect, wanted)


def rows_of(cells, decimal=".", delimiter=";") -> tuple[bytes, Dialect]:
    text = "".join(f"{cell}{delimiter}1\n" for cell in cells).encode()
    return text, Dialect(delimiter, '"', decimal, None, 2, 0, 1, 0, ())


@pytest.mark.parametrize("cell", NUMBERS)
def test_numbers(cell):
    text, dialect = rows_of([cell])
    expected = float(cell)
    assert parse_number(cell) == expected
    fast = parse_fast(text, dialect, [Wanted(0, "y")])
    assert fast[:, 0].tolist() == [expected]


@pytest.mark.parametrize("cell", NOT_NUMBERS)
@pytest.mark.parametrize("decimal", [".", ","])
def test_what_is_no_number_is_none_to_either_reading(cell, decimal):
    cell = cell.replace(".", "#").replace(",", ".").replace("#", ",") if decimal == "," else cell
    text, dialect = rows_of([cell], decimal)
    assert parse_number(cell, decimal) is None
    assert parse_fast(text, dialect, [Wanted(0, "y")]) is None


@pytest.mark.parametrize("cell", sorted(MISSING))
def test_missing_spellings(cell):
    text, dialect = rows_of([cell, "1"])
    assert math.isnan(parse_number(cell))
    assert np.isnan(parse_fast(text, dialect, [Wanted(0, "y")])[0, 0])


def test_floats_are_read_to_the_last_digit():
    draws = np.random.default_rng(1).integers(0, 2**63, 20_000, dtype=np.int64).view(np.float64)
    draws = draws[np.isfinite(draws)]
    text, dialect = rows_of(map(repr, draws.tolist()))
    assert np.array_equal(parse_fast(text, dialect, [Wanted(0, "y")])[:, 0], draws)


ALPHABET = (
    "1",
    "2.5",
    "-3e2",
    "NA",
    "",
    "inf",
    "x",
    '"',
    '""',
    '"4"',
    '"a;b"',
    '"a\nb"',
    " ",
    "\t",
    ";",
    "\n",
    "\n\n",
    "\0",
    "é",
)


def test_the_fast_reading_agrees_with_the_careful_one_wherever_it_answers():
    draw = random.Random(2)
    answered = 0
    for _ in range(1500):
        delimiter = draw.choice([";", " ", "\t"])
        rows = ("1", "22", ";", "-3.5", "\n") * draw.randint(1, 4)
        pieces = [draw.choice(ALPHABET) if draw.random() < 0.08 else piece for piece in rows]
        text = "".join(pieces).replace(";", delimiter).encode() + b"\n"
        dialect = Dialect(delimiter, draw.choice(['"', ""]), ".", None, 2, 0, 1, 0, ())
        wanted = [Wanted(0, "a"), Wanted(1, "b")]
        fast = parse_fast(text, dialect, wanted)
        if fast is None:
            continue
        careful = parse_text(text, dialect, wanted, Place("f", "utf-8", 1, 1))
        answered += 1
        found = plain.find_plain(text, dialect, wanted)
        assert (len(fast), found.count, found.lines) == (careful.count, careful.count, careful.lines), text
        assert np.array_equal(fast, careful.table, equal_nan=True), text
    assert answered > 250


def test_truth_values_in_one_chunk_of_a_block_are_no_numbers(monkeypatch):
    monkeypatch.setattr(frame, "CHUNK_ROWS", 4)
    dialect = Dialect(",", '"', ".", None, 2, 0, 1, 0, ())
    wanted = [Wanted(0, "a"), Wanted(1, "b")]
    for words in (("True", "False"), ("1", "true")):
        cells = ["0.5", "2", "0", "1", *(words * 2), "3", "4"]
        text = "".join(f"{cell},1\n" for cell in cells).encode()
        assert parse_fast(text, dialect, wanted) is None
        assert parse_fast(text.replace(b"rue", b"").replace(b"alse", b""), dialect, wanted) is None
    lines = "".join(f"{k},1\n" for k in range(11)).encode()
    assert parse_fast(lines, dialect, wanted)[:, 0].tolist() == list(range(11))


SEEDS = (
    b"y_true,y_pred\n1.5,1\n2.5,2\n-3,0\n1e3,999.5\n",
    b'id;y;yhat\n"a";1,5;2,5\n"b ""c""";2,25;2\n"d\ne";3,5;3\n',
    b"# note\n1.5 2.5\n2.5 2.5\n3.5 1.5\n",
    "y\tyhat\tort\r\n1.5\t1\tKöln\r\n2.5\t2\tBonn\r\n".encode(),
    "y,yhat\n1,2\n3,4\n".encode("utf-16"),
)


def test_a_damaged_file_gives_a_sample_or_an_input_error(tmp_path):
    draw = random.Random(3)
    path = tmp_path / "damaged.csv"
    samples = 0
    for number in range(300):
        content = bytearray(draw.choice(SEEDS))
        for _ in range(draw.randint(1, 3)):
            at = draw.randrange(len(content) or 1)
            new = draw.choice(
                (b"", b",", b";", b'"', b"\n", b"\r", b"\0", b"\xff", b" ", b"#", b"'", b"9", b"x", b"NA")
            )
            content[at : at + draw.randint(0, 2)] = new
        path.write_bytes(content)
        try:
            sample = read_sample([path], Roles(), drop_bad_rows=bool(number % 2))
        except InputError:
            continue
        samples += 1
        assert np.isfinite(sample.residual).all()
        assert sample.n == sample.info.rows_used > 0
    assert samples > 40  # the fuzz is no use if nearly all is refused
