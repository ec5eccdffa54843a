"""Whole files: what is read, what is refused, and in which words."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from losscheck.reading import Roles, Spelling, read_sample
from losscheck.results import InputError
from losscheck.sample import Sample

NO_CHOICES = Roles()
EMPTY_GZIP = gzip.compress(b"", mtime=0)  # with a time in it the name of the test would change
ROWS = "y_true,y_pred\n1.5,1\n2.5,2.25\n-3,0\n"


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes, name: str = "residuals.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def read(write):
    def read(content: str | bytes, roles: Roles = NO_CHOICES, name: str = "residuals.csv", **options) -> Sample:
        return read_sample([write(content, name)], roles, **options)

    return read


def refusal(read, *args, **options) -> str:
    with pytest.raises(InputError) as caught:
        read(*args, **options)
    return str(caught.value)


def test_two_columns(read):
    sample = read(ROWS)
    assert sample.target.tolist() == [1.5, 2.5, -3.0]
    assert sample.prediction.tolist() == [1.0, 2.25, 0.0]
    assert sample.residual.tolist() == [0.5, 0.25, -3.0]
    assert sample.row.tolist() == [1, 2, 3]
    assert sample.row.dtype == np.int64
    assert sample.ordered
    assert sample.weight is None
    assert (sample.info.rows, sample.info.rows_used) == (3, 3)
    assert (sample.info.columns.target, sample.info.columns.prediction) == ("y_true", "y_pred")
    assert sample.info.precision == "float64"
    assert sample.info.dialect == {
        "delimiter": ",",
        "decimal": ".",
        "quote": '"',
        "encoding": "utf-8",
        "compression": None,
        "header": True,
        "skipped_lines": 0,
    }


def test_the_fingerprint_is_that_of_the_bytes_on_disk(read):
    packed = gzip.compress(ROWS.encode(), mtime=0)
    (file,) = read(packed, name="r.csv.gz").info.files
    assert (file.name, file.sha256, file.bytes, file.rows) == (
        "r.csv.gz",
        hashlib.sha256(packed).hexdigest(),
        len(packed),
        3,
    )


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("compress", "kind"),
    [
        (gzip.compress, "gz"),
        (lambda data: gzip.compress(data[:20]) + gzip.compress(data[20:]), "gz"),
        (bz2.compress, "bz2"),
        (lzma.compress, "xz"),
        (lambda data: zipped(r=data), "zip"),
    ],
)
def test_compression_is_told_by_content_and_not_by_name(read, compress, kind):
    sample = read(compress(ROWS.encode()), name="residuals.csv")
    assert sample.residual.tolist() == [0.5, 0.25, -3.0]
    assert sample.info.dialect["compression"] == kind


@pytest.mark.parametrize(("compress", "kind"), [(gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz")])
def test_a_file_cut_short_is_refused(read, compress, kind):
    whole = compress(os.urandom(5000).hex().encode())
    assert refusal(read, whole[: len(whole) // 2]).startswith(
        f"residuals.csv: its {kind} data is damaged or cut short ("
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "residuals.csv is empty. Give a file with a row per observation."),
        (b" \r\n\n", "residuals.csv holds nothing but blanks. Give a file with a row per observation."),
        (EMPTY_GZIP, "residuals.csv holds nothing but blanks. Give a file with a row per observation."),
        (b"# a\n# b\n", "residuals.csv holds nothing but comments. Give a file with a row per observation."),
        (b"y,yhat\n", "residuals.csv has a header but no rows below it. Give a row per observation."),
        (b"\x01\x02\x00\x03junk", "residuals.csv is binary data, not text. Write the columns to a CSV file."),
        (b"<!DOCTYPE html>", "residuals.csv is HTML or XML, not a table. Write the columns to a CSV file."),
        (zipped(a=b"1", b=b"2"), "residuals.csv holds 2 files. Give a zip file with one file in it, or unpack it."),
        (
            zipped(**{"[Content_Types].xml": b"", "xl": b""}),
            "residuals.csv is an Excel workbook, not text. Save the sheet as CSV.",
        ),
        (b"y,yhat\n1,2\n3,\x004\n", "residuals.csv is binary data, not text. Write the columns to a CSV file."),
    ],
)
def test_what_is_no_table_is_refused(read, content, message):
    assert refusal(read, content) == message


def test_zstandard_is_read_or_refused_in_words(read):
    assert refusal(read, b"\x28\xb5\x2f\xfd\x04\x00").startswith(
        ("residuals.csv is compressed with Zstandard, which this Python cannot read.", "residuals.csv: its zst data")
    )


def test_paths_that_cannot_be_opened(tmp_path):
    with pytest.raises(InputError, match=r"nothere\.csv: there is no such file\.$"):
        read_sample([tmp_path / "nothere.csv"])
    with pytest.raises(InputError, match=r"is a directory without files\. Give a file"):
        read_sample([tmp_path])
    with pytest.raises(InputError, match="no file is given"):
        read_sample([])
    with pytest.raises(InputError, match="cannot be read"):
        read_sample(["a\0b"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(write):
    path = write(ROWS)
    path.chmod(0)
    with pytest.raises(InputError, match="permission denied"):
        read_sample([path])


class OneByteAtATime(io.RawIOBase):
    def __init__(self, content: bytes) -> None:
        self.content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        byte = self.content.read(1)
        buffer[: len(byte)] = byte
        return len(byte)


def test_standard_input_loses_no_rows(monkeypatch):
    text = "y,yhat\n" + "".join(f"{i}.5,{i}\n" for i in range(60_000))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(OneByteAtATime(text.encode()))))
    sample = read_sample(["-"])
    assert sample.n == 60_000
    assert sample.info.files[0].name == "-"
    assert sample.info.files[0].sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_standard_input_only_once():
    with pytest.raises(InputError, match="standard input \\(-\\) is given twice"):
        read_sample(["-", "-"])


def test_no_header_eats_no_row(read):
    sample = read("1.5,1\n2.5,2\n3.5,3\n", Roles(target="1", prediction="2"))
    assert sample.residual.tolist() == [0.5, 0.5, 0.5]
    assert sample.info.dialect["header"] is False
    assert sample.info.columns.target == "1"


def test_no_header_and_no_choice(read):
    assert refusal(read, "1.5,1\n2.5,2\n") == (
        "residuals.csv has no header and 2 columns. Choose them by number, as in -t 1 -p 2, or add a header."
    )
    assert refusal(read, "1.5,1\n2.5,2\n", Roles(target="y")) == (
        "residuals.csv has no header, so columns are chosen by number, 1 to 2: 'y' is none."
    )


def test_a_delimiter_at_the_end_of_data_rows_does_not_shift_the_values(read):
    assert refusal(read, "y,yhat\n1,2,\n3,4,\n5,6,\n") == (
        "residuals.csv, line 2 has 3 fields, but the header has 2 (the line ends in a delimiter). "
        "Fix the line, or leave such rows out with --on-bad-row drop."
    )


def test_a_delimiter_at_the_end_of_every_line_is_an_empty_column(read):
    assert read("y,yhat,\n1,2,\n3,5,\n").residual.tolist() == [-1, -2]


def test_late_fractions_stay_fractions(read):
    rows = "".join(f"{i},{i}\n" for i in range(300_000)) + "7.25,7\n"
    sample = read("y,yhat\n" + rows)
    assert sample.target[-1] == 7.25
    assert sample.n == 300_001


def test_semicolons_and_decimal_commas(read):
    sample = read("y_true;y_pred\n1,5;1\n2,25;2,5\n-0,5;1e1\n")
    assert sample.target.tolist() == [1.5, 2.25, -0.5]
    assert sample.prediction.tolist() == [1, 2.5, 10]
    assert (sample.info.dialect["delimiter"], sample.info.dialect["decimal"]) == (";", ",")


def test_quoted_decimal_commas(read):
    assert read('y,yhat\n"1,5","1"\n"2,25","2,5"\n').target.tolist() == [1.5, 2.25]


def test_a_decimal_comma_that_may_be_a_thousands_separator_is_refused(read):
    assert refusal(read, 'y,yhat\n"1,234","1,200"\n"2,345","2,400"\n') == (
        "residuals.csv: it cannot be told whether '1,234' has a decimal comma or a thousands separator. "
        "Write numbers with a decimal point and without thousands separators, or say --decimal comma."
    )


def test_a_decimal_comma_that_may_be_a_delimiter_is_refused(read):
    assert refusal(read, "residual\n1,5\n2,7\n") == (
        "residuals.csv: it cannot be told whether '2,7' is one number with a decimal comma or two cells. "
        "Write numbers with a decimal point, or give every column a name."
    )
    assert read("residual\n1,5\n-0,7\n").residual.tolist() == [1.5, -0.7]


IN_DOUBT = ["0,1\n1.5,1.2\n", "0,1\n1.5,1\n-2.5,0.5\n", "0\n1.5\n2\n-0.5\n", "1,2\n1.5,1.2\n0.5,0.25\n3.5,2.5\n"]


@pytest.mark.parametrize("content", [*IN_DOUBT, "0,1,2\n0,0.93,1.5\n1,0.25,1\n"])
def test_numbers_in_the_first_line_that_may_be_names(read, content):
    first = content.partition("\n")[0]
    assert refusal(read, content) == (
        f"residuals.csv, line 1: it cannot be told whether '{first}' are the numbers that pandas gives to columns "
        "without names, or a row. Say --header or --no-header."
    )
    columns = ("1", "2") if "," in first else (None, None)
    count = content.count("\n")
    roles = Roles(target=columns[0], prediction=columns[1])
    assert read(content, roles, spelling=Spelling(header=False)).n == count
    if first.startswith("0,"):
        assert read(content, Roles(target="0", prediction="1"), spelling=Spelling(header=True)).n == count - 1


def test_numbers_in_the_first_line_that_are_a_row(read):
    roles = Roles(target="1", prediction="2")
    assert read("0,1\n3,1\n0,0\n", roles).n == 3
    assert read("0,1\n2,1\n1,0.5\n", roles).n == 3  # mostly whole
    assert read("0.0,1.0\n1.5,1.2\n", roles).n == 2
    assert read("1,2\n1.5,1.2\n2,0.25\n3.5,2.5\n", roles).n == 4
    assert read("0,1\n1.5,1.25\n2.5,0.5\n-3.5,2.0\n", Roles(target="0", prediction="1")).n == 3  # names for certain


ROW_NAMES = {
    "quoted": ('"y" "yhat"', '"7" 1.5 2.5', '"3" 2.5 3.5'),
    "counting": ("y yhat", "1 1.5 2.5", "2 2.5 3.5", "3 1.5 2"),
    "chosen rows": ("y\tyhat", "3\t1.5\t2.5", "17\t2.5\t3.5", "22\t1.5\t2"),
    "words": ("y yhat", "a 1.5 2.5", "b 2.5 3.5", "c 1.5 2"),
    "commas": ('"y","yhat"', '"a b",1.5,2.5', '"c",2.5,3.5'),
    "decimal commas": ('"y" "yhat"', '"1" 1,5 2,5', '"2" 2,5 3,5', '"3" 1,5 2'),
    "counting, commas": ("y,yhat", "1,1.5,2.5", "2,2.5,3.5", "3,1.5,2"),
}


@pytest.mark.parametrize("lines", ROW_NAMES.values(), ids=ROW_NAMES)
@pytest.mark.parametrize("more", [0, 10_000])
def test_row_names_without_a_header(read, lines, more):
    mark = re.search(r"[\t, ]", lines[0])[0]
    name = {'"': '"x{}"', "c": "x{}"}.get(lines[-1][0], "{}")
    first = int(lines[-1][:1]) + 1 if mark == "," and name == "{}" else 100
    later = [mark.join((name.format(first + row), "1", "2")) for row in range(more)]
    sample = read("\n".join((*lines, *later)) + "\n")
    assert sample.target[:2].tolist() == [1.5, 2.5]
    assert sample.prediction[:2].tolist() == [2.5, 3.5]
    assert (sample.n, sample.info.dialect["row_names"]) == (len(lines) - 1 + more, True)


NO_ROW_NAMES = {
    "two rows": ("y yhat", "1 1.5 2.5", "2 2.5 3.5"),
    "a name is missing": ("y yhat", "4 1.5 2.5", "4.5 2.5 3.5", "5 1.5 2"),
    "repeated": ('"y" "yhat"', '"a" 1.5 2.5', '"a" 2.5 3.5'),
    "falling": ("y yhat", "5 1.5 2.5", "4 2.5 3.5", "3 1.5 2"),
    "commas for decimals": ("y,yhat", "3,5,2.5", "7,5,3.5", "9,5,2"),
    "delimiters at the end": ("y,yhat", "1,2.5,", "2,3.5,", "3,2,"),
    "two names short": ('"y" "yhat"', '"a" 1.5 2.5 1', '"b" 2.5 3.5 1'),
    "some rows": ('"y" "yhat"', '"a" 1.5 2.5', '"b" 2.5 3.5', "3 4"),
}


@pytest.mark.parametrize("lines", NO_ROW_NAMES.values(), ids=NO_ROW_NAMES)
def test_a_header_that_is_short_of_a_name_does_not_shift_the_values(read, lines):
    assert re.search(r"line 2 has [34] fields, but the header has 2 ", refusal(read, "\n".join(lines) + "\n"))


@pytest.mark.parametrize("rows", [3, 100_000])
@pytest.mark.parametrize("blank", ["\u00a0", "\u2009", "\u202f", "\u3000"])
def test_other_blanks_in_a_table_between_blanks_are_part_of_the_cell(read, rows, blank):
    above = "y  yhat\n" + " 1.5\t2 \n" * rows
    assert read(above).n == rows
    message = refusal(read, f"{above}1{blank} 2\n")
    assert message.startswith(
        f"residuals.csv, line {rows + 2}, column 'y': {f'1{blank}'!r} is not a number. Remove the"
    )
    message = refusal(read, f"{above}1 2 {blank}\n")
    assert f"line {rows + 2} has 3 fields" in message
    assert f"the blank U+{ord(blank):04X} separates no cells" in message
    assert "'yhat'" in refusal(
        read, (f"1 2{blank}\n" * rows).join(["y yhat\n", ""]), Roles(target="y", prediction="yhat")
    )


def test_row_names_are_no_column_of_numbers(read):
    sample = read('"resid"\n"3" 0.5\n"17" -0.5\n"22" 1\n')
    assert sample.residual.tolist() == [0.5, -0.5, 1]


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("length", [131_072, 131_073, 300_000, 9_000_000])
@pytest.mark.parametrize("above", [0, 3, 100_000])
def test_long_cells_of_text(read, quote, length, above):
    text = quote + "x, y\n"[: 6 if quote else 1] * (length // 4) + quote
    sample = read("y,yhat,t\n" + "1.5,2,a\n" * above + f"1,2,{text}\n" + "3,4.5,b\n" * 3)
    assert sample.n == above + 4
    assert sample.target[-4:].tolist() == [1, 3, 3, 3]


def test_a_row_that_is_too_long(read):
    rows = "y,yhat,t\n" + "1.5,2,a\n" * 3
    message = refusal(read, rows + '1,2,"' + "x\n" * 20_000_000 + '"\n3,4.5,b\n')
    assert message.startswith("residuals.csv, line 5 begins a row of more than 16,777,216 bytes")


def test_a_header_over_two_lines(read):
    sample = read('"y\ntrue",yhat\n1,2\n')
    assert sample.info.columns.target == "y true"
    message = refusal(read, '"y\ntrue",yhat\n1,2\n1,oops\n')
    assert message.startswith("residuals.csv, line 4, column 'yhat'")


def test_bytes_that_break_late(read):
    rows = b"y,yhat,t\n" + b"1,2,a\n" * 100_000
    assert read(rows + b'1,2,\xff\n1,2,"a,b"\n').n == 100_002
    assert refusal(read, rows + b"1,\x002,a\n") == (
        "residuals.csv, line 100002 has a NUL byte: the file is damaged. Write it again."
    )


def test_quoted_thousands_are_refused(read):
    assert refusal(read, 'y,yhat\n12.5,13.25\n"1,234.5",1200\n') == (
        "residuals.csv, line 3, column 'y': '1,234.5' is not a number. Write numbers without thousands "
        "separators, or leave such rows out with --on-bad-row drop."
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_encodings(read, encoding):
    sample = read("y_true,y_pred,ort\n1.5,1,Köln\n2.5,2,Łódź\n".encode(encoding))
    assert sample.residual.tolist() == [0.5, 0.5]
    assert sample.info.columns.target == "y_true"
    assert sample.info.dialect["encoding"].startswith(encoding[:5])


def test_windows_1252_is_read_with_a_note(read):
    sample = read("y_true,y_pred,größe\n1.5,1,Köln\n".encode("cp1252"), Roles(group="größe"))
    assert sample.info.columns.group == "größe"
    assert sample.info.dialect["note"] == "residuals.csv is not UTF-8: read as Windows-1252 (cp1252)"


def test_comments_above_the_header(read):
    sample = read('# made by hand\n\n# 2 columns, "quoted\ny_true,y_pred\n1,2\n')
    assert sample.n == 1
    assert sample.info.dialect["skipped_lines"] == 3


def test_a_header_in_a_comment(read):
    assert read("# y_true y_pred\n1.5 1\n2.5 2\n").residual.tolist() == [0.5, 0.5]


def test_excel_s_separator_line(read):
    assert read("sep=;\ny;yhat\n1,5;2\n").residual.tolist() == [-0.5]


def test_short_rows_are_not_padded(read):
    assert refusal(read, "id,y,yhat\n1,2,3\n2,3\n3,4,5\n") == (
        "residuals.csv, line 3 has 2 fields, but the header has 3. "
        "Fix the line, or leave such rows out with --on-bad-row drop."
    )


def test_long_rows_are_not_cut(read):
    assert refusal(read, "y,yhat\n1,2\n\n1,2,3\n3,4\n") == (
        "residuals.csv, line 4 has 3 fields, but the header has 2 (the delimiter is ','; quote cells that "
        "contain it, and give row names a header). Fix the line, or leave such rows out with --on-bad-row drop."
    )


def test_one_endless_line_is_refused(read):
    assert refusal(read, b"1.5," * 1_000_000) == (
        "residuals.csv, line 1 is longer than 262,144 bytes. Write the table with one row per line."
    )


def test_a_late_endless_line_is_refused(read):
    content = b"y,yhat\n" + b"1,2\n" * 100_000 + b"x" * 20_000_000
    assert refusal(read, content) == (
        "residuals.csv, line 100002 begins a row of more than 16,777,216 bytes. Write the table with one row per line."
    )


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("oops", "Fix the cell"),
        ("1_000", "Write numbers without thousands separators"),
        ("10%", "Write percentages as plain numbers, without the sign"),
        ("1.5D+00", "Write the exponent with an e, as in 1.5e+00"),
        ("0x10", "Write numbers in decimal notation"),
        ("−1", "Write the minus sign as an ASCII '-'"),
        ("[m]", "If this is a row of units, remove it"),
        ("-", "If the value is missing, leave the cell empty or write NA"),
        ("True", "Write truth values as 1 and 0"),
        ("y_pred", "The header is repeated here: remove it, or give the parts as files of their own"),
    ],
)
@pytest.mark.parametrize("rows_before", [15, 40_000])
def test_a_cell_that_is_no_number(read, cell, advice, rows_before):
    content = "y_true,y_pred\n" + "1.2345678901234,2.5432109876543\n" * rows_before + f"1,{cell}\n" + "1.25,2.5\n" * 3
    assert refusal(read, content) == (
        f"residuals.csv, line {rows_before + 2}, column 'y_pred': {cell!r} is not a number. "
        f"{advice}, or leave such rows out with --on-bad-row drop."
    )


def test_unreadable_rows_are_dropped_on_request_and_counted(read):
    sample = read("y,yhat\n1,2\n1,oops\n3\n4,5\n", drop_bad_rows=True)
    assert sample.row.tolist() == [1, 4]
    (left_out,) = sample.missing
    assert (left_out.column, left_out.count, left_out.rows) == ("(unreadable row)", 2, (2, 3))
    assert (sample.info.rows, sample.info.rows_used) == (4, 2)


def test_missing_and_infinite_values_are_counted(read):
    sample = read("y,yhat\n1,2\nNA,1\n,nan\ninf,1\n-Infinity,NULL\n5,6\n")
    assert sample.row.tolist() == [1, 6]
    assert [(m.column, m.count, m.rows) for m in sample.missing] == [("y", 2, (2, 3)), ("yhat", 2, (3, 5))]
    assert [(m.column, m.count, m.rows) for m in sample.non_finite] == [("y", 2, (4, 5))]
    assert (sample.info.rows, sample.info.rows_used) == (6, 2)


def test_only_the_first_ten_rows_are_named(read):
    (left_out,) = read("y,yhat\n1,1\n" + "NA,1\n" * 25).missing
    assert (left_out.count, left_out.rows) == (25, tuple(range(2, 12)))


def test_no_row_is_left(read):
    assert refusal(read, "y,yhat\n1,\n2,\ninf,3\n") == (
        "residuals.csv: no row is left: 2 of 3 have no value in 'yhat', 1 of 3 are infinite in 'y'. Give rows with "
        "finite numbers."
    )


def test_a_difference_beyond_the_floats_is_counted(read):
    sample = read("y,yhat\n1e308,-1e308\n1,2\n")
    assert [(m.column, m.rows) for m in sample.non_finite] == [("residual", (1,))]


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("y\tyhat\n1.5\t1\n2.5\t2\n", "tab"),
        ("y|yhat\n1.5|1\n2.5|2\n", "|"),
        ("y   yhat\n 1.5  1 \n2.5\t2\n", "whitespace"),
        ("y, yhat\n1.5, 1\n2.5, 2\n", ","),
        ('"y","yhat"\r\n"1.5","1"\r\n"2.5","2"\r\n', ","),
        ("y,yhat\r1.5,1\r2.5,2", ","),
        ("'y';'yhat'\n'1.5';'1'\n'2.5';'2'\n", ";"),
    ],
)
def test_delimiters_quotes_and_line_ends(read, content, delimiter):
    sample = read(content)
    assert sample.residual.tolist() == [0.5, 0.5]
    assert sample.info.dialect["delimiter"] == delimiter


@pytest.mark.parametrize("repeats", [1, 30_000])
def test_quoted_cells_with_line_ends_keep_lines_and_rows_apart(read, repeats):
    rows = 'first\n"line one, and\nline ""two"" of it",1.5,1\nplain,2.5,2\n'.removeprefix("first\n") * repeats
    sample = read("text,y,yhat\n" + rows)
    assert sample.n == 2 * repeats
    message = refusal(read, "text,y,yhat\n" + rows + "z,1,oops\n")
    assert message.startswith(f"residuals.csv, line {3 * repeats + 2}, column 'yhat': 'oops' is not a number.")


def test_a_quote_that_is_never_closed(read):
    assert refusal(read, 'text,y,yhat\na,1,2\n"b,1,2\nc,3,4\n') == (
        "residuals.csv, line 3: a quote is opened and never closed. Close it, or double quotes within a cell."
    )


def test_inch_marks_quote_nothing(read):
    assert read('pipe,y,yhat\n5" steel,1,2\n6",2,3\n7" x 3",3,4\n').n == 3


def test_a_single_column_is_residuals(read):
    for content in ("0.5\n-1\n2.25\n", "resid\n0.5\n-1\n2.25\n", "whatever\n0.5\n\n-1\n2.25\n", "e\n0,5\n-1\n2,25\n"):
        sample = read(content)
        assert sample.residual.tolist() == [0.5, -1, 2.25]
        assert sample.target is None
        assert sample.prediction is None


def test_the_header_that_pandas_gives_to_columns_without_names(read):
    assert read("0\n0.5\n1.5\n-2.25\n").residual.tolist() == [0.5, 1.5, -2.25]
    assert read(",0,1\n0,1.5,1.0\n1,2.5,2.0\n", Roles(target="0", prediction="1")).n == 2


def test_shards_are_matched_by_name(write):
    one, two = write(ROWS, "1.csv"), write("Y_PRED;id;y_true\n1,5;7;2,5\n", "2.csv")
    sample = read_sample([one, two])
    assert sample.target.tolist() == [1.5, 2.5, -3, 2.5]
    assert sample.row.tolist() == [1, 2, 3, 1]
    assert [file.rows for file in sample.info.files] == [3, 1]
    assert sample.info.dialect["others"]["2.csv"]["delimiter"] == ";"


def test_shards_that_do_not_match(write):
    one, two, bare = write(ROWS, "1.csv"), write("y_true,yhat\n1,2\n", "2.csv"), write("1,2\n3,4\n", "3.csv")
    with pytest.raises(InputError) as caught:
        read_sample([one, two])
    assert str(caught.value) == (
        "2.csv has no column 'y_pred'. Did you mean 'y_true'? Its columns are 'y_true', 'yhat'. "
        "The columns must be those of 1.csv."
    )
    with pytest.raises(InputError, match=r"^1\.csv has a header and 3\.csv has none\. Files of one data set"):
        read_sample([one, bare])


@pytest.mark.parametrize(
    "times", [("3", "1", "2", "1"), ("2024-03-01", "2024-01-01", "2024-02-01T00:00", "2024-01-01")]
)
def test_order(read, times):
    rows = "".join(f"{time},{i},0\n" for i, time in enumerate(times))
    sample = read("t,y,yhat\n" + rows, Roles(order="t"))
    assert sample.target.tolist() == [1, 3, 2, 0]
    assert sample.row.tolist() == [2, 4, 3, 1]
    assert sample.ordered


def test_order_that_is_no_date(read):
    assert refusal(read, "t,y,yhat\n2024-01-01,1,2\n1.2.2024,1,2\n", Roles(order="t")) == (
        "residuals.csv, line 3, column 't': '1.2.2024' is not a date as in 2024-12-31 (ISO 8601). "
        "Fix the cell, or leave such rows out with --on-bad-row drop."
    )


def test_weights_sum_to_the_effective_number_of_rows(read):
    sample = read("y,yhat,w\n1,0,1\n2,0,3\n3,0,0\n4,0,NA\n", Roles(weight="w"))
    assert sample.row.tolist() == [1, 2]
    # (1 + 3)² / (1² + 3²) = 1.6, in the ratio 1 : 3
    assert sample.weight == pytest.approx([0.4, 1.2])
    assert sample.info.rows == 4


def test_equal_weights_are_none(read):
    assert read("y,yhat,sample_weight\n1,0,2\n2,0,2\n").weight is None


def test_weights_that_cannot_be(read):
    assert refusal(read, "y,yhat,w\n1,0,1\n2,0,-3\n", Roles(weight="w"), drop_bad_rows=True) == (
        "residuals.csv, line 3, column 'w': the weight '-3' is negative. Weights must be 0 or more."
    )
    assert refusal(read, "y,yhat,w\n1,0,0\n2,0,0\n", Roles(weight="w")).startswith(
        "residuals.csv: no row is left: every weight is 0."
    )


def test_progress_is_told(read):
    told: list[str] = []
    read(ROWS, progress=told.append)
    assert told == ["residuals.csv: 3 rows"]


def test_reading_needs_no_pandas_for_small_files(write):
    import subprocess

    code = (
        "import sys; from losscheck.reading import read_sample; assert 'numpy._core' not in sys.modules; "
        f"read_sample([{str(write(ROWS))!r}]); print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("repeats", [1, 40_000])
def test_rows_within_quotes_are_not_lost(read, repeats):
    rows = "1.5,1,plain\n" * repeats
    spoiled = '2.5,2,"x\n3.5,3,plain\n4.5,4,y"\n'
    message = refusal(read, "y,yhat,note\n" + rows + spoiled)
    assert message == (
        f"residuals.csv, line {repeats + 2} begins a row that ends in line {repeats + 4}: a quote is opened in the one "
        "and closed in the other, and '3.5,3,plain' between them looks like a row of its own. Close the quote in its "
        "line, or double it."
    )
    assert refusal(read, "y,yhat,note\n" + rows + spoiled, drop_bad_rows=True) == message
    assert read("y,yhat,note\n" + rows + '2.5,2,"two, or\nthree, or four, lines"\n').n == repeats + 1


def test_a_header_in_another_order_is_never_dropped(read):
    content = "y,yhat\n1,2\nyhat,y\n2,1\n"
    assert "line 3 is the header again, with the columns in another order" in refusal(read, content, drop_bad_rows=True)
    assert read("y,yhat\n1,2\ny,yhat\n1,2\n", drop_bad_rows=True).n == 2
