"""Ways to write a table that leave no doubt about it: it must be read."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sheet import Sheet

MISSING = ("", "NA", "nan", "NULL", "None", "#N/A", "<NA>", "(null)", "\\N")

Pollution = Callable[[Sheet], None]
HARMLESS: dict[str, Pollution] = {}


def harmless(name: str) -> Callable[[Pollution], Pollution]:
    return lambda pollution: HARMLESS.setdefault(name, pollution)


@harmless("nothing")
def _nothing(sheet: Sheet) -> None:
    pass


@harmless("another delimiter")
def _delimiter(sheet: Sheet) -> None:
    sheet.delimiter = sheet.random.choice((";", "\t", "|", " "))


@harmless("decimal comma")
def _decimal_comma(sheet: Sheet) -> None:
    sheet.delimiter = sheet.random.choice((";", "\t", ","))  # with the comma between cells, they are quoted
    for row, column in sheet.numbers():
        row[column] = row[column].replace(".", ",")


@harmless("quotes around every cell")
def _quotes(sheet: Sheet) -> None:
    sheet.quote_all = True


@harmless("byte order mark, UTF-16, UTF-32")
def _unicode(sheet: Sheet) -> None:
    encoding = sheet.random.choice(("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"))
    sheet.encode = lambda text: text.encode(encoding)


@harmless("Windows-1252")
def _windows(sheet: Sheet) -> None:
    sheet.encode = lambda text: text.encode("cp1252")


@harmless("CR, CRLF or mixed line ends")
def _line_ends(sheet: Sheet) -> None:
    ends = sheet.random.choice((["\r"], ["\r\n"], ["\n", "\r\n"], ["\n", "\r\n", "\r"]))
    sheet.lines_end = lambda number: ends[number % len(ends)]


@harmless("blank lines")
def _blank_lines(sheet: Sheet) -> None:
    place, blanks = sheet.any_row(), sheet.random.randint(1, 3)
    sheet.edit.append(lambda lines: [*lines[:place], *[""] * blanks, *lines[place:]])


@harmless("comments above")
def _comments(sheet: Sheet) -> None:
    sheet.above += ["# made on 2024-03-01", "#", '# 4 columns, "quoted'][: sheet.random.randint(1, 3)]


@harmless("title above")
def _title(sheet: Sheet) -> None:
    sheet.above += ["Export of the forecasts", "", "Model: forest"][: sheet.random.randint(1, 3)]


@harmless("title above a table between blanks")
def _title_between_blanks(sheet: Sheet) -> None:
    sheet.delimiter = " "
    titles = (
        ["Results of run 3 on Monday"],
        ["Forecasts", "made by nobody"],
        ["Model: forest", "", "Seed 7, trees: 300, depth 5"],
    )
    sheet.above += [*sheet.random.choice(titles), *[""] * sheet.random.randint(1, 2)]


@harmless("row of units")
def _units(sheet: Sheet) -> None:
    unit = sheet.random.choice(("[m]", "(kg)", "[m/s2]"))
    units = [unit if name[:1] == "y" else "" for name in sheet.header]
    sheet.edit.append(lambda lines: [lines[0], sheet.delimiter.join(units), *lines[1:]])


@harmless("index without a name")
def _index(sheet: Sheet) -> None:
    sheet.header.insert(0, "")
    for number, row in enumerate(sheet.rows):
        row.insert(0, str(number))


@harmless("missing values")
def _missing(sheet: Sheet) -> None:
    for _ in range(sheet.random.randint(1, 5)):
        sheet.change(lambda _: sheet.random.choice(MISSING))


@harmless("infinite values")
def _infinite(sheet: Sheet) -> None:
    sheet.change(lambda _: sheet.random.choice(("inf", "-inf", "Infinity")))


@harmless("delimiter at the end of every line")
def _trailing_everywhere(sheet: Sheet) -> None:
    sheet.header.append("")
    for row in sheet.rows:
        row.append("")


@harmless("blanks around cells")
def _blanks(sheet: Sheet) -> None:
    for row, column in sheet.numbers():
        row[column] = " " * sheet.random.randint(0, 2) + row[column] + " " * sheet.random.randint(0, 2)


@harmless("columns in another order")
def _reordered(sheet: Sheet) -> None:
    order = list(range(len(sheet.header)))
    sheet.random.shuffle(order)
    sheet.header = [sheet.header[place] for place in order]
    sheet.rows = [[row[place] for place in order] for row in sheet.rows]


@harmless("exponents, signs, no leading zero")
def _spellings(sheet: Sheet) -> None:
    for row, column in sheet.numbers():
        if not row[column].strip(" -+").replace(".", "").replace("e", "").replace("-", "").isdigit():
            continue  # polluted already
        value = float(row[column])
        row[column] = sheet.random.choice((f"{value:.17e}", f"{value:+}", repr(value).replace("0.", ".", 1)))
        if float(row[column]) != value:
            row[column] = repr(value)


@harmless("sep= in the first line")
def _sep(sheet: Sheet) -> None:
    sheet.delimiter = sheet.random.choice((";", "\t", ",", "|"))
    sheet.above.insert(0, f"sep={sheet.delimiter}")


@harmless("no line end at the end")
def _no_last_line_end(sheet: Sheet) -> None:
    encode = sheet.encode
    sheet.encode = lambda text: encode(text.rstrip("\r\n"))


@harmless("compressed, with a wrong name")
def _compressed(sheet: Sheet) -> None:
    sheet.wrap = sheet.random.choice((gzip.compress, bz2.compress, lzma.compress, zip_alone))


def zip_alone(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", content)
    return file.getvalue()


@harmless("JSON Lines")
def _json(sheet: Sheet) -> None:
    def whole(sheet: Sheet) -> bytes:
        rows = [dict(zip(sheet.header, row, strict=True)) for row in sheet.rows]
        rows = [{name: float(cell) if name[:2] == "y_" else cell for name, cell in row.items()} for row in rows]
        return "".join(json.dumps(row) + "\n" for row in rows).encode()

    sheet.whole = whole


@harmless("Parquet, NumPy")
def _binary(sheet: Sheet) -> None:
    def whole(sheet: Sheet) -> bytes:
        places = [sheet.header.index(name) for name in ("y_true", "y_pred")]
        columns = {sheet.header[place]: np.array([float(row[place]) for row in sheet.rows]) for place in places}
        file = io.BytesIO()
        if sheet.random.random() < 0.5:
            pq.write_table(pa.table(columns), file)
        else:
            np.savez(file, **columns)
        return file.getvalue()

    sheet.whole = whole


@harmless("header in other letters")
def _letters(sheet: Sheet) -> None:
    sheet.header = [name.replace("y_true", "Y True").replace("y_pred", "yPred") for name in sheet.header]
