"""How a text file spells a table: delimiter, quotes, decimal mark, preamble and header, decided on its head."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import Any

from losscheck.reading.encoding import HEAD_BYTES
from losscheck.reading.header import (
    find_comments,
    find_doubtful,
    has_header,
    has_row_names,
    has_units,
    may_be_numbered,
    name_from_comment,
)
from losscheck.reading.number import could_be_thousands, is_missing, parse_number, show
from losscheck.reading.records import (
    DELIMITERS,
    QUOTES,
    SAMPLE_RECORDS,
    explain_fault,
    find_decimal,
    take_records,
)
from losscheck.reading.source import NoRows, Source
from losscheck.reading.spelling import WHITESPACE, Spelling
from losscheck.reading.titles import count_title_lines
from losscheck.results import InputError

ONE_COLUMN = "\x1f"  # the ASCII unit separator: a delimiter that no text has
DELIMITER_NAMES = {"\t": "tab", WHITESPACE: "whitespace", ONE_COLUMN: None}

# In a single column: -0,5 and 1,05 are no pairs of integers, nor is a cell without comma or with many decimals.
DECIMAL_EVIDENCE = re.compile(r"[^,]+|-0,\d+|.*,0\d+|.*,\d{7,}|,\d+", re.ASCII)

# A candidate under which every cell is text still beats one under which the rows differ in length.
TEXT_CREDIT = 0.1
# A first line with another number of fields than the rest speaks against a candidate more than any one row does.
FIRST_LINE_FACTOR = 0.5


@dataclass(frozen=True)
class Dialect:
    """How the file is written. `start` and `first_line` are the byte and the line where the data rows begin."""

    delimiter: str
    quote: str
    decimal: str
    header: tuple[str, ...] | None
    fields: int
    start: int
    first_line: int
    skipped_lines: int
    sample: tuple[tuple[str, ...], ...]
    units: tuple[str, ...] = ()  # of a row below the header that was passed over
    row_names: bool = False  # the first column has them, and no name
    decimal_is_sure: bool = True  # False where a point may separate thousands
    comma: tuple[str, str] | None = (
        None  # a column with decimal commas though the mark is a point, and one of its cells
    )

    def name_column(self, index: int) -> str:
        """Return the column's name, or its number where the file has no header."""
        if self.header is None:
            return str(index + 1)
        return self.header[index] or f"column {index + 1}"

    def describe(self, source: Source) -> dict[str, Any]:
        """Return the decisions for the report."""
        described: dict[str, Any] = {
            "delimiter": DELIMITER_NAMES.get(self.delimiter, self.delimiter),
            "decimal": self.decimal,
            "quote": self.quote or None,
            "encoding": source.encoding,
            "compression": source.compression,
            "header": self.header is not None,
            "skipped_lines": self.skipped_lines,
        }
        if self.row_names:
            described["row_names"] = True
        if self.units:
            described["units"] = ", ".join(self.units)
        if source.encoding == "cp1252":
            described["note"] = f"{source.name} is not UTF-8: read as Windows-1252 (cp1252)"
        return described


@dataclass(frozen=True)
class _Candidate:
    delimiter: str
    quote: str
    decimal: str
    records: tuple[tuple[str, ...], ...]
    ends: tuple[int, ...]  # the line after each record
    score: float
    fault: str


def probe_dialect(source: Source, spelling: Spelling = Spelling()) -> Dialect:  # noqa: B008 (frozen)
    """Decide the dialect of `source` on its head, as far as `spelling` leaves it open.

    `InputError` where that cannot be done safely.
    """
    lines = _whole_lines(source)
    skipped, declared = find_comments(lines)
    if skipped == len(lines):
        raise InputError(f"{source.name} holds nothing but comments. Give a file with a row per observation.")
    text = [line.decode(source.codec, "replace") for line in lines[skipped : skipped + 4 * SAMPLE_RECORDS]]
    title = count_title_lines(text, spelling.delimiter or declared)
    skipped, text = skipped + title, text[title:]
    best = _choose(text, declared, spelling)
    if best is None:
        raise InputError(f"{source.name}, line {skipped + 1} cannot be split into cells. Is it a table?")
    if spelling.decimal is None:
        _refuse_ambiguous_marks(best, source.name)
    header, units = _find_header(best, spelling.header, source.name, skipped + 1)
    above = (header is not None) + bool(units)
    used = skipped + (best.ends[above - 1] if above else 0)
    rows = best.records[above:]
    row_names = header is not None and has_row_names(best.records, _starts_in_quotes(best, text), best.delimiter)
    if header is not None and row_names:
        header = ("", *header)
    if not rows and best.fault and source.complete and skipped + len(text) == len(lines):
        raise InputError(f"{source.name}, line {used + 1}: {explain_fault(best.fault)}")
    if not rows and source.complete and not best.fault:
        raise NoRows(f"{source.name} has a header but no rows below it. Give a row per observation.", header or ())
    if header is None and skipped and spelling.header is None:
        comment = lines[skipped - 1].decode(source.codec, "replace").strip().lstrip("#").strip()
        above_rows, _, _ = take_records([comment], best.delimiter, best.quote)
        header = name_from_comment(above_rows, _modal_length(best.records), best.decimal)
    return Dialect(
        best.delimiter,
        best.quote,
        best.decimal,
        header,
        len(header) if header else _modal_length(best.records),
        sum(len(line) + 1 for line in lines[:used]),
        used + 1,
        skipped,
        rows,
        units,
        row_names,
        best.decimal == "," or spelling.decimal is not None,
        _find_comma(header, rows) if best.decimal == "." and best.delimiter != "," else None,
    )


def _whole_lines(source: Source) -> list[bytes]:
    head = source.head
    if not source.complete:
        if b"\n" not in head:
            raise InputError(
                f"{source.name}, line 1 is longer than {HEAD_BYTES:,} bytes. Write the table with one row per line."
            )
        head = head[: head.rindex(b"\n") + 1]
    return head.split(b"\n")


def _starts_in_quotes(best: _Candidate, text: Sequence[str]) -> bool:
    """Tell whether the first cell of each row below the header is in quotes."""
    starts = ("".join(text[start:end]).lstrip() for start, end in pairwise(best.ends))
    return bool(best.quote) and all(start.startswith(best.quote) for start in starts)


def _find_header(
    best: _Candidate, said: bool | None, file: str, line: int
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Return the names of the columns, None where there are none, and their units; `InputError` in doubt."""
    if not (has_header(best.records, best.decimal) if said is None else said):
        if said is None and may_be_numbered(best.records):
            first = best.delimiter.join(best.records[0])
            raise InputError(
                f"{file}, line {line}: it cannot be told whether {show(first)} are the numbers that pandas gives to "
                f"columns without names, or a row. Say --header or --no-header."
            )
        return None, ()
    header = tuple(" ".join(cell.split()) for cell in best.records[0])
    if said is None and (doubtful := find_doubtful(header)) is not None:
        raise InputError(
            f"{file}, line {line}: it cannot be told whether {show(doubtful)} is the name of a column or a number that "
            f"is misspelt. Write it as a plain number, or say --header if it is a name."
        )
    return header, best.records[1] if has_units(best.records[1:], best.decimal) else ()


def _choose(lines: Sequence[str], declared: str | None, spelling: Spelling) -> _Candidate | None:
    text = "\n".join(lines)
    # Double quotes may come later. A mark that never opens a cell (5" pipe, it's) quotes nothing.
    opens = rf"(?m)(?:^|[,;\t| {re.escape(spelling.delimiter or '')}])"
    quotes = [q for q in QUOTES if re.search(opens + q, text) or (q == QUOTES[0] and q not in text)]
    known = [declared] if declared in DELIMITERS else DELIMITERS
    delimiters = known if spelling.delimiter is None else [spelling.delimiter]
    candidates = [
        candidate
        for quote in (*quotes, "")
        for delimiter in (*delimiters, ONE_COLUMN)
        if (candidate := _score(lines, delimiter, quote, spelling.decimal))
    ]
    if spelling.delimiter is not None:
        candidates = [found for found in candidates if found.delimiter == spelling.delimiter] or candidates
    return max(candidates, key=lambda candidate: candidate.score, default=None)


def _score(lines: Sequence[str], delimiter: str, quote: str, decimal: str | None) -> _Candidate | None:
    records, ends, fault = take_records(lines, delimiter, quote)
    rows = records[1:] or records
    if not records:
        return None
    modal = _modal_length(records)
    if delimiter == ONE_COLUMN:
        # A header with a delimiter in it is that of several columns, whatever the rows look like.
        split = [take_records(lines[:1], mark, quote)[0] for mark in (",", ";", "\t")]
        if any(len(line) and len(line[0]) > 1 for line in split):
            modal = 0
    elif modal < 2:
        return None
    consistency = sum(len(record) == modal for record in records) / len(records)
    found, numeric = find_decimal(rows, delimiter, quote)
    score = consistency * (TEXT_CREDIT + numeric) * (1 if len(records[0]) == modal else FIRST_LINE_FACTOR)
    return _Candidate(delimiter, quote, decimal or found, records, ends, score, fault)


def _modal_length(records: Sequence[Sequence[str]]) -> int:
    # The first line counts twice, so that a header wins over a single row that is ragged.
    return Counter(map(len, (records[0], *records))).most_common(1)[0][0]


def _refuse_ambiguous_marks(best: _Candidate, name: str) -> None:
    """Refuse decimal commas that may separate thousands as well."""
    if best.decimal != ",":
        return  # a point is looked at where the columns are known that matter
    if best.delimiter == ONE_COLUMN and not any(DECIMAL_EVIDENCE.fullmatch(row[0].strip()) for row in best.records[1:]):
        raise InputError(
            f"{name}: it cannot be told whether {show(best.records[-1][0])} is one number with a decimal comma or two "
            f"cells. Write numbers with a decimal point, or give every column a name."
        )
    commas = [c for row in best.records for c in row if "," in c and parse_number(c, ",") is not None]
    if all(could_be_thousands(cell) for cell in commas):
        raise InputError(
            f"{name}: it cannot be told whether {show(commas[0])} has a decimal comma or a thousands separator. "
            f"Write numbers with a decimal point and without thousands separators, or say --decimal comma."
        )


def _find_comma(header: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> tuple[str, str] | None:
    """Return the name of a column in which numbers have a decimal comma, and one of its cells; None without one."""
    for index, column in enumerate(zip_longest(*rows, fillvalue="")):
        cells = [cell for cell in column if not is_missing(cell)]
        if all(parse_number(cell, ",") is not None for cell in cells):
            evidence = (cell.strip() for cell in cells if "," in cell and not could_be_thousands(cell))
            if (found := next(evidence, None)) is not None:
                return (header[index] if header and index < len(header) else str(index + 1)), found
    return None
