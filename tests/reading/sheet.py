"""A clean table, and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from random import Random

NOTES = ("plain", "Köln", "a, b", 'said "no"', "two\nlines", "", "x;y", "it's", "5 | 6")


@dataclass
class Sheet:
    """A table that can be polluted step by step, and what is true of it."""

    random: Random
    header: list[str]
    rows: list[list[str]]
    truth: dict[int, tuple[float, float]]
    """Target and prediction by the number of the data row; rows that cannot be used are missing."""
    delimiter: str = ","
    quote_all: bool = False
    above: list[str] = field(default_factory=list)
    lines_end: Callable[[int], str] = lambda _: "\n"
    encode: Callable[[str], bytes] = lambda text: text.encode()
    edit: list[Callable[[list[str]], list[str]]] = field(default_factory=list)
    wrap: Callable[[bytes], bytes] = lambda content: content
    whole: Callable[[Sheet], bytes] | None = None

    def any_row(self) -> int:
        return self.random.randrange(len(self.rows))

    def any_number(self) -> tuple[int, int]:
        """Return the places of a target or a prediction."""
        name = self.random.choice(("y_true", "y_pred"))
        return self.any_row(), [cell.casefold() for cell in self.header].index(name)

    def change(self, edit: Callable[[str], str]) -> None:
        row, column = self.any_number()
        self.rows[row][column] = edit(self.rows[row][column])
        self.truth.pop(row + 1, None)

    def edit_lines(self, numbers: Collection[int], edit: Callable[[str], str]) -> None:
        """Edit lines of the table, of which the header is number 0."""
        self.edit.append(lambda lines: [edit(line) if k in numbers else line for k, line in enumerate(lines)])

    def numbers(self) -> Iterator[tuple[list[str], int]]:
        for row in self.rows:
            for name in ("y_true", "y_pred"):
                yield row, self.header.index(name)

    def write_cell(self, cell: str) -> str:
        special = {self.delimiter, '"', "\n", "\r"} | ({" "} if self.delimiter == " " else set())
        if self.quote_all or set(cell) & special or (self.delimiter == " " and not cell):
            return '"' + cell.replace('"', '""') + '"'
        return cell

    def content(self) -> bytes:
        if self.whole is not None:
            return self.wrap(self.whole(self))
        lines = [self.delimiter.join(map(self.write_cell, row)) for row in (self.header, *self.rows)]
        for edit in self.edit:
            lines = edit(lines)
        text = "".join(line + self.lines_end(number) for number, line in enumerate([*self.above, *lines]))
        return self.wrap(self.encode(text))


def clean_sheet(random: Random, notes: bool = True) -> Sheet:
    """Return targets and predictions of some size and precision, with an id and a note to be passed over."""
    rows, truth = [], {}
    scale, digits = 10 ** random.uniform(-3, 5), random.choice((1, 2, 4, 6, 17))
    count = random.randint(12, 60)
    for number in range(1, count + 1):
        target = float(f"{random.gauss(0, scale):.{digits}g}")
        prediction = float(f"{target + random.gauss(0, 0.3 * scale):.{digits}g}")
        cells = [str(1000 + number), repr(target), repr(prediction)]
        rows.append([*cells, random.choice(NOTES)] if notes else cells)
        truth[number] = (target, prediction)
    return Sheet(random, ["id", "y_true", "y_pred", *(["note"] if notes else [])], rows, truth)
