"""A column of a file, with what its first rows say about it."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from losscheck.reading.dialect import Dialect
from losscheck.reading.names import compose, normalise
from losscheck.reading.number import SPACES, is_missing, is_misspelt, parse_sample, show
from losscheck.reading.wording import list_names
from losscheck.results import InputError


@dataclass(frozen=True)
class Column:
    """A column of a file; `numeric` where the first rows have a number in it (or nothing at all).

    `cells` are those of the first rows, and `numbers` their values, NaN where a cell is missing or text.
    """

    index: int
    name: str
    normal: str
    numeric: bool
    text: str = ""  # the first cell that is not a number
    is_index: bool = False  # unnamed and counting up, as pandas writes it, or names of rows, as R does
    cells: tuple[str, ...] = field(default=(), compare=False, repr=False)
    numbers: tuple[float, ...] = field(default=(), compare=False, repr=False)

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The distinct cells that are not missing."""
        return tuple(dict.fromkeys(cell.strip(SPACES) for cell in self.cells if not is_missing(cell)))

    @cached_property
    def is_whole(self) -> bool:
        """True where the column has whole numbers and nothing else."""
        return self.numeric and not self.text and all(x.is_integer() or math.isnan(x) for x in self.numbers)

    @property
    def has_labels(self) -> bool:
        """True where all of the cells could be names or numbers of classes."""
        numbers = all(number.is_integer() or math.isnan(number) for number in self.numbers)
        return numbers and (self.is_text or not is_misspelt(self.text))

    @property
    def is_text(self) -> bool:
        """True where the column has words (or truth values), and no numbers with a slip in them."""
        return not self.numeric and not all(is_misspelt(value) for value in self.values)


def list_columns(dialect: Dialect) -> tuple[Column, ...]:
    """Return the columns of a file with what its first rows say about them."""
    return tuple(_describe_column(dialect, index) for index in range(dialect.fields))


def find_column(columns: Sequence[Column], chosen: str, headed: bool, file: str) -> Column:
    """Return the column that the user named: exactly, or up to case and punctuation where that is unique."""
    if not headed:
        if chosen.isdecimal() and 1 <= int(chosen) <= len(columns):
            return columns[int(chosen) - 1]
        raise InputError(
            f"{file} has no header, so columns are chosen by number, 1 to {len(columns)}: {show(chosen)} is none."
        )
    same = [column for column in columns if column.name == chosen.strip()]
    same = same or [column for column in columns if compose(column.name) == compose(chosen.strip())]
    same = same or [column for column in columns if column.normal == normalise(chosen)]
    if len(same) == 1:
        return same[0]
    if same:
        raise InputError(f"{file} has {len(same)} columns named '{chosen}'. Rename all but one.")
    close = difflib.get_close_matches(chosen, [column.name for column in columns], n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    raise InputError(f"{file} has no column '{chosen}'.{hint} Its columns are {list_names(columns)}.")


def find_numbered(columns: Sequence[Column], stem: str) -> list[Column]:
    """Return the columns stem_0, stem_1 and so on, two or more of them; none where one has another number."""
    stem = compose(stem)
    found = [c for c in columns if compose(c.name) == f"{stem}_{c.name.rpartition('_')[2]}"]
    whole = [compose(column.name) for column in found] == [f"{stem}_{place}" for place in range(len(found))]
    return found if whole and len(found) > 1 else []


def _describe_column(dialect: Dialect, index: int) -> Column:
    name = dialect.name_column(index)
    cells = tuple(row[index] if index < len(row) else "" for row in dialect.sample)
    numbers = [parse_sample(cell, dialect.decimal) for cell in cells]
    text = next((cell.strip() for cell, number in zip(cells, numbers, strict=True) if number is None), "")
    values = tuple(math.nan if number is None else number for number in numbers)
    counting = [number for number in values if not math.isnan(number)]
    numeric = bool(counting) or not text
    unnamed = dialect.header is not None and dialect.header[index].strip() in ("", f"Unnamed: {index}")
    is_index = unnamed and counting in ([float(i + first) for i in range(len(cells))] for first in (0, 1))
    is_index = is_index or (dialect.row_names and index == 0)
    normal = normalise(name) if dialect.header else ""
    return Column(index, name, normal, numeric, text, is_index, cells, values)
