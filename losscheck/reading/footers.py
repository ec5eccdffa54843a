"""Rows that sum up the others (Total, mean, std): no observations, and one of them outweighs all that are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from losscheck.reading.dialect import Dialect
from losscheck.reading.labels import CLASSES, Labels
from losscheck.reading.number import SPACES, is_missing, parse_number, show
from losscheck.reading.records import split_text
from losscheck.reading.text import DROP_OPTION, Kind, Wanted

LAST_ROWS = 3
"""Where a word among words is that of a footer: an id may be any word, and writers put two or three such rows."""
SEEN_BYTES = 64 * 1024
BYTES_A_FIELD = 64
"""What is looked at of the beginning and of the end, and at least so much of wide tables that it has a few rows."""
FEWEST_NUMBERS = 2
"""Numbers that a column must have beside a word to be one of numbers."""

_WORDS = (
    "totals?|sum|summe|gesamt|gesamtsumme|insgesamt|somme|suma|totale|count|anzahl|mean|average|avg|median|mittelwert|"
    "durchschnitt|moyenne|promedio|std|std[. ]?dev|stdev|standard deviation|minimum|maximum"
)
_WITH_MORE = "sub-?totals?|grand[ -]totals?|zwischensumme|sous-total"
FOOTER = re.compile(rf"(?:{_WORDS})\s*[:=.]?|totals?\s*[:(].*|(?:{_WITH_MORE})(?:\W.*)?", re.IGNORECASE)
BESIDE = re.compile(r"min|max|\d\d?%", re.IGNORECASE)
"""Words of footers in their company only: Max is somebody's name."""
_ANY_WORD = re.compile(rf"(?:{_WORDS}|{_WITH_MORE})".encode(), re.IGNORECASE)


class Footers:
    """Looks for them in the columns that name rows: those without a role, groups and keys, and no labels of classes."""

    def __init__(self, dialect: Dialect, wanted: Sequence[Wanted]) -> None:
        """Look at the columns of a file beside those that are `wanted` as numbers, times or classes."""
        used = {column.index for column in wanted if not _names_rows(column)}
        self.dialect = dialect
        self.columns = tuple(index for index in range(dialect.fields) if index not in used)
        self.bytes = max(SEEN_BYTES, BYTES_A_FIELD * dialect.fields)
        self.numeric = tuple(index for index in self.columns if self._is_numeric(index, dialect.sample))

    def find(self, text: bytes, codec: str, first: bool, last: bool) -> dict[int, str]:
        """Return what is wrong with rows of a block, by the line in it where they begin.

        The beginning of the `first` block is looked at for words among numbers, the end of the `last` for any.
        """
        found: dict[int, str] = {}
        if first and self.numeric:
            found |= self._find_in(text[: text.find(b"\n", self.bytes) + 1 or len(text)], codec, False)
        if last and self.columns:
            start = self._start_of_end(text)
            at_end = self._find_in(text[start:], codec, True)
            above = text.count(b"\n", 0, start) if at_end else 0  # which takes as long as a tenth of the parsing
            found |= {above + line: fault for line, fault in at_end.items()}
        return found

    def _find_in(self, part: bytes, codec: str, is_end: bool) -> dict[int, str]:
        if _ANY_WORD.search(part) is None:
            return {}
        split = [
            (record, start)
            for record, start in split_text(part.decode(codec, "replace"), self.dialect.delimiter, self.dialect.quote)
            if len(record) == self.dialect.fields
        ]
        rows = [record for record, _ in split]
        found: dict[int, str] = {}
        for index in self.columns:
            for place in self._list_footers(index, rows, is_end):
                found.setdefault(split[place][1], self._explain(index, rows[place][index]))
        return found

    def _list_footers(self, index: int, rows: Sequence[Sequence[str]], is_end: bool) -> list[int]:
        """Return the places of rows with the word of a footer in a column, which is no name that other rows have."""
        words = [place for place, row in enumerate(rows) if FOOTER.fullmatch(row[index].strip(SPACES))]
        if not words or (index in self.numeric and self._is_numeric(index, rows)):
            return [place for place, row in enumerate(rows) if words and _is_word(row[index])]
        end = len(rows) - LAST_ROWS
        while end > 0 and _is_word(rows[end - 1][index]):
            end -= 1
        names = Counter(row[index].strip().casefold() for row in (*self.dialect.sample[: end - len(rows)], *rows))
        likely = [place for place in range(max(end, 0), len(rows)) if _is_word(rows[place][index])]
        alone = all(names[rows[place][index].strip().casefold()] == 1 for place in likely)
        others = any(not is_missing(row[index]) and not _is_word(row[index]) for row in rows)
        return likely if is_end and alone and others and set(likely) & set(words) else []

    def _is_numeric(self, index: int, rows: Sequence[Sequence[str]]) -> bool:
        """Tell whether a column has numbers, and nothing else but words of footers."""
        cells = [row[index] for row in rows if index < len(row) and not is_missing(row[index])]
        others = [cell for cell in cells if not _is_word(cell)]
        return len(others) >= min(FEWEST_NUMBERS, len(rows)) and all(
            parse_number(cell, self.dialect.decimal) is not None for cell in others
        )

    def _start_of_end(self, text: bytes) -> int:
        """Return where the last lines begin: at a row, which an odd number of quotes behind it rules out."""
        start = text.rfind(b"\n", 0, max(len(text) - self.bytes, 0)) + 1
        quote = self.dialect.quote.encode()
        while start and quote and text.count(quote, start) % 2:
            start = text.rfind(b"\n", 0, max(text.rfind(quote, 0, start), 0)) + 1
        return start

    def _explain(self, index: int, cell: str) -> str:
        return (
            f", column '{self.dialect.name_column(index)}': {show(cell.strip())} says that the row sums up others, and "
            f"is no observation. Remove the line, or {DROP_OPTION}."
        )


def _names_rows(column: Wanted) -> bool:
    """Tell whether a column has the names of groups, or keys: not numbers, and not the classes that are compared."""
    labels = column.labels
    return column.kind is Kind.LABEL and not (type(labels) is Labels and labels.limit is CLASSES)


def _is_word(cell: str) -> bool:
    cell = cell.strip(SPACES)
    return FOOTER.fullmatch(cell) is not None or BESIDE.fullmatch(cell) is not None
