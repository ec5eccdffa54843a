"""Ways to spoil a table: a reader may refuse it or count the rows it cannot use, and must not read anything else."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable

from harmless_pollution import Pollution, zip_alone
from sheet import Sheet

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
THOUSANDS = ("1,234.5", "1.234,5", "1 234.5", "1_234", "1'234.5")
HARMFUL: dict[str, Pollution] = {}


def harmful(name: str) -> Callable[[Pollution], Pollution]:
    return lambda pollution: HARMFUL.setdefault(name, pollution)


def _cell(name: str, *edits: Callable[[str], str]) -> None:
    harmful(name)(lambda sheet: sheet.change(sheet.random.choice(edits)))


_cell("a word in a cell", lambda _: "oops", lambda _: "missing", lambda _: "#VALUE!", lambda _: "?")
_cell("percent sign", lambda cell: cell + "%", lambda cell: cell + " %")
_cell("currency", lambda cell: "$" + cell, lambda cell: cell + " €")
_cell("another minus or other digits", lambda cell: "−" + cell.lstrip("-"), lambda cell: cell.translate(WIDE))
_cell("hexadecimal, Fortran", lambda _: "0x1F", lambda cell: cell.split("e")[0] + "d0")
_cell("a date or a truth value in a cell", lambda _: "2024-01-31", lambda _: "True", lambda _: "00:30")
_cell("a decimal comma among points", lambda _: "12,5", lambda _: "0,25")
_cell("a thousands separator in a cell", *((lambda _, text=text: text) for text in THOUSANDS))


@harmful("thousands separators in every cell")
def _thousands(sheet: Sheet) -> None:
    style = sheet.random.choice((",.", ".,", " ,", "'.", "."))
    for number, row in enumerate(sheet.rows, start=1):
        values = [sheet.random.randint(200, 50_000) + (0.0 if style == "." else 0.5) for _ in range(2)]
        if number == 5:
            values = [987.0, 654.0]  # where every number has a separator like 1.234, nobody can tell
        for value, name in zip(values, ("y_true", "y_pred"), strict=True):
            text = f"{value:,}".removesuffix(".0").replace(",", "\0").replace(".", style[-1]).replace("\0", style[0])
            row[sheet.header.index(name)] = text
        sheet.truth[number] = (values[0], values[1])
    sheet.delimiter = sheet.random.choice((";", "\t")) if "," in style or style == "." else ","


@harmful("delimiter at the end of data rows")
def _trailing(sheet: Sheet) -> None:
    rows = sheet.random.choice((range(1, 10_000), [1 + sheet.any_row()]))
    sheet.edit_lines(rows, lambda line: line + sheet.delimiter)


@harmful("a cell too few or too many")
def _ragged(sheet: Sheet) -> None:
    row, place = sheet.any_row(), sheet.random.randrange(len(sheet.header))
    if sheet.random.random() < 0.5:
        del sheet.rows[row][place]
    else:
        sheet.rows[row].insert(place, sheet.random.choice(("", "7", "x")))
    sheet.truth.pop(row + 1, None)


@harmful("the header again, also in another order")
def _header_again(sheet: Sheet) -> None:
    place = sheet.any_row()
    again = sheet.header[::-1] if sheet.random.random() < 0.5 else sheet.header
    sheet.edit.append(lambda lines: [*lines[: place + 1], sheet.delimiter.join(again), *lines[place + 1 :]])


@harmful("no header")
def _no_header(sheet: Sheet) -> None:
    sheet.edit.append(lambda lines: lines[1:])


@harmful("a name twice")
def _twice(sheet: Sheet) -> None:
    sheet.header.append("y_pred")
    for row in sheet.rows:
        row.append(row[0])


@harmful("a comment, a total or a count among the rows")
def _lines_between(sheet: Sheet) -> None:
    place = sheet.random.choice((sheet.any_row() + 1, 10_000))
    line = sheet.random.choice(("# checked", "(12 rows affected)", "Total", "---"))
    sheet.edit.append(lambda lines: [*lines[:place], line, *lines[place:]])


@harmful("a row of sums below the rows")
def _sums(sheet: Sheet) -> None:
    word = sheet.random.choice(("Total", "Grand total:", "Summe", "mean", "Average"))
    names = ("", "S")[sheet.random.randrange(2)]
    for row in sheet.rows:
        row[0] = names + row[0]
    sheet.rows.append([word, "30012.5", "30050.25", *[""] * (len(sheet.header) - 3)])


@harmful("an open quote")
def _open_quote(sheet: Sheet) -> None:
    row = 1 + sheet.any_row()
    sheet.edit_lines([row], lambda line: _quote_a_cell(line, sheet))


def _quote_a_cell(line: str, sheet: Sheet) -> str:
    cells = line.split(sheet.delimiter)
    cells[sheet.random.randrange(len(cells))] = '"x'
    return sheet.delimiter.join(cells)


@harmful("quotes that swallow rows")
def _swallow(sheet: Sheet) -> None:
    first = sheet.random.randrange(1, len(sheet.rows) - 4)
    last = first + sheet.random.randint(1, 3)

    def edit(lines: list[str]) -> list[str]:
        start, end = lines[first].rpartition(sheet.delimiter), lines[last].rpartition(sheet.delimiter)
        lines[first], lines[last] = f'{start[0]}{sheet.delimiter}"x', f'{end[0]}{sheet.delimiter}y"'
        return lines

    for row in sheet.rows:
        row[-1] = "plain"
    sheet.edit.append(edit)


@harmful("another delimiter in some rows")
def _other_delimiter(sheet: Sheet) -> None:
    row = 1 + sheet.any_row()
    sheet.edit_lines([row], lambda line: line.replace(sheet.delimiter, ";"))


@harmful("NUL or other bytes")
def _bytes(sheet: Sheet) -> None:
    row, column = sheet.any_number()
    sheet.rows[row][column] = sheet.random.choice(("1\x002", "\x00", "1\ufffd5", "1\u200b5", "\ufeff1.5", "1\xa0"))
    sheet.truth.pop(row + 1, None)


@harmful("an archive cut short")
def _cut_short(sheet: Sheet) -> None:
    compress = sheet.random.choice((gzip.compress, bz2.compress, lzma.compress, zip_alone))
    share = sheet.random.uniform(0.3, 0.99)
    sheet.wrap = lambda content: (lambda packed: packed[: int(share * len(packed))])(compress(content))


@harmful("commas for cells and for decimals, no quotes")
def _commas(sheet: Sheet) -> None:
    def edit(lines: list[str]) -> list[str]:
        return [lines[0], *(line.replace(".", ",") for line in lines[1:])]

    sheet.edit.append(edit)


@harmful("a training log, JSON or HTML instead")
def _something_else(sheet: Sheet) -> None:
    log = b"epoch,loss,val_loss\n1,0.5,0.6\n2,0.4,0.5\n"
    content = sheet.random.choice((log, b'[{"y_true": 1, "y_pred": 2}]', b"<html><table></table>"))
    sheet.whole = lambda _: content
    sheet.truth.clear()
