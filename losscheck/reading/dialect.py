"""How a text file spells a table: delimiter, quotes, decimal mark, preamble and header, decided on its head."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from losscheck.reading.encoding import HEAD_BYTES
from losscheck.reading.number import SPACES, could_be_thousands, is_missing, parse_number, parse_sample, show
from losscheck.reading.source import Source
from losscheck.results import InputError

WHITESPACE = " "  # runs of blanks and tabs, which the reader squeezes to one blank
ONE_COLUMN = "\x1f"  # the ASCII unit separator: a delimiter that no text has
DELIMITERS = (",", ";", "\t", "|", WHITESPACE)  # in a tie the first is taken
QUOTES = ('"', "'")
DECIMALS = (".", ",")
SAMPLE_RECORDS = 256
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
        if source.encoding == "cp1252":
            described["note"] = f"{source.name} is not UTF-8: read as Windows-1252 (cp1252)"
        return described


@dataclass(frozen=True)
class _Candidate:
    delimiter: str
    quote: str
    decimal: str
    records: tuple[tuple[str, ...], ...]
    first_record_lines: int
    score: float
    fault: str


def probe_dialect(source: Source) -> Dialect:
    """Decide the dialect of `source` on its head; `InputError` where that cannot be done safely."""
    head = source.head
    if not source.complete:
        if b"\n" not in head:
            raise InputError(
                f"{source.name}, line 1 is longer than {HEAD_BYTES:,} bytes. Write the table with one row per line."
            )
        head = head[: head.rindex(b"\n") + 1]
    lines = head.split(b"\n")
    skipped, declared = _find_preamble(lines)
    if skipped == len(lines):
        raise InputError(f"{source.name} holds nothing but comments. Give a file with a row per observation.")
    text = [line.decode(source.codec, "replace") for line in lines[skipped : skipped + 4 * SAMPLE_RECORDS]]
    best = _choose(text, declared)
    if best is None:
        raise InputError(f"{source.name}, line {skipped + 1} cannot be split into cells. Is it a table?")
    _refuse_ambiguous_commas(best, source.name)
    header, header_lines = _find_header(best)
    rows = best.records[1:] if header else best.records
    if not rows and best.fault:
        line = skipped + header_lines + 1
        raise InputError(f"{source.name}, line {line}: {explain_fault(best.fault)}")
    if not rows and source.complete:
        raise InputError(f"{source.name} has a header but no rows below it. Give a row per observation.")
    if header is None and skipped:
        header = _find_commented_header(lines[skipped - 1].decode(source.codec, "replace"), best)
    used = skipped + header_lines
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
    )


def split_records(lines: Sequence[str], delimiter: str, quote: str) -> Iterator[tuple[list[str], int, int]]:
    """Yield every record that is not blank, the index of its first line and of the line after it.

    `csv.Error` where quotes do not match.
    """
    if delimiter == WHITESPACE:
        lines = [" ".join(line.split()) for line in lines]
    quoting: dict[str, Any] = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE, "quotechar": None}
    reader = csv.reader(
        (line + "\n" for line in lines), delimiter=delimiter, skipinitialspace=True, strict=True, **quoting
    )
    start = 0
    for record in reader:
        # A blank line is no record; an empty cell in quotes is.
        if len(record) > 1 or (record and (record[0] or lines[start].strip(SPACES))):
            yield record, start, reader.line_num
        start = reader.line_num


def explain_fault(error: str) -> str:
    """Say in words what the csv module found wrong with a line."""
    if error.startswith("unexpected end"):
        return "a quote is opened and never closed. Close it, or double quotes within a cell."
    if "expected after" in error:
        return "a quoted cell goes on after its closing quote. Double quotes within a quoted cell."
    return f"the line cannot be split into cells ({error})."


def _find_preamble(lines: Sequence[bytes]) -> tuple[int, str | None]:
    """Count the lines before the table: blank, comments, and Excel's `sep=;` (returned as the delimiter)."""
    declared = None
    for number, line in enumerate(lines):
        stripped = line.strip()
        if len(stripped) == 5 and stripped.lower().startswith(b"sep=") and declared is None:
            declared = chr(stripped[4])
        elif stripped and not stripped.startswith(b"#"):
            return number, declared
    return len(lines), declared


def _choose(lines: Sequence[str], declared: str | None) -> _Candidate | None:
    text = "\n".join(lines)
    # Double quotes may come later. A mark that never opens a cell (5" pipe, it's) quotes nothing.
    quotes = [q for q in QUOTES if re.search(rf"(?m)(?:^|[,;\t| ]){q}", text) or (q == QUOTES[0] and q not in text)]
    delimiters = [declared] if declared in DELIMITERS else DELIMITERS
    candidates = [
        candidate
        for quote in (*quotes, "")
        for delimiter in (*delimiters, ONE_COLUMN)
        if (candidate := _score(lines, delimiter, quote))
    ]
    return max(candidates, key=lambda candidate: candidate.score, default=None)


def _score(lines: Sequence[str], delimiter: str, quote: str) -> _Candidate | None:
    records, first_record_lines, fault = _take_records(lines, delimiter, quote)
    rows = records[1:] or records
    if not records:
        return None
    modal = _modal_length(records)
    if delimiter == ONE_COLUMN:
        # A header with a delimiter in it is that of several columns, whatever the rows look like.
        split = [_take_records(lines[:1], mark, quote)[0] for mark in (",", ";", "\t")]
        if any(len(line) and len(line[0]) > 1 for line in split):
            modal = 0
    elif modal < 2:
        return None
    consistency = sum(len(record) == modal for record in records) / len(records)
    decimal, numeric = _find_decimal(rows, delimiter, quote)
    score = consistency * (TEXT_CREDIT + numeric) * (1 if len(records[0]) == modal else FIRST_LINE_FACTOR)
    return _Candidate(delimiter, quote, decimal, records, first_record_lines, score, fault)


def _take_records(lines: Sequence[str], delimiter: str, quote: str) -> tuple[tuple[tuple[str, ...], ...], int, str]:
    """Return the first records, the lines that the first of them takes, and what stopped the splitting, if anything."""
    records: list[tuple[str, ...]] = []
    first_record_lines = 0
    try:
        for record, _, after in split_records(lines, delimiter, quote):
            first_record_lines = first_record_lines or after
            records.append(tuple(record))
            if len(records) == SAMPLE_RECORDS:
                break
    except csv.Error as error:
        # The last record may only be cut off; bad quotes elsewhere are reported with their line when it is read.
        return tuple(records), first_record_lines, str(error)
    return tuple(records), first_record_lines, ""


def _modal_length(records: Sequence[Sequence[str]]) -> int:
    # The first line counts twice, so that a header wins over a single row that is ragged.
    return Counter(map(len, (records[0], *records))).most_common(1)[0][0]


def _find_decimal(rows: Sequence[Sequence[str]], delimiter: str, quote: str) -> tuple[str, float]:
    """Return the decimal mark under which most cells are numbers, and their share."""
    cells = [cell for row in rows for cell in row]
    share = {mark: sum(parse_sample(cell, mark) is not None for cell in cells) for mark in DECIMALS}
    decimal = "," if share[","] > share["."] and (delimiter != "," or quote) else "."
    return decimal, share[decimal] / max(1, len(cells))


def _refuse_ambiguous_commas(best: _Candidate, name: str) -> None:
    if best.decimal != ",":
        return
    if best.delimiter == ONE_COLUMN and not any(DECIMAL_EVIDENCE.fullmatch(row[0].strip()) for row in best.records[1:]):
        raise InputError(
            f"{name}: it cannot be told whether {show(best.records[-1][0])} is one number with a decimal comma or two "
            f"cells. Write numbers with a decimal point, or give every column a name."
        )
    commas = [c for row in best.records for c in row if "," in c and parse_number(c, ",") is not None]
    if all(could_be_thousands(cell) for cell in commas):
        raise InputError(
            f"{name}: it cannot be told whether {show(commas[0])} has a decimal comma or a thousands separator. "
            f"Write numbers with a decimal point and without thousands separators."
        )


def _find_header(best: _Candidate) -> tuple[tuple[str, ...] | None, int]:
    """Return the header and the number of lines that it takes, or None and 0."""
    first, rows = best.records[0], best.records[1:]
    texts = [parse_number(cell, best.decimal) is None for cell in first]
    if not rows:
        is_header = any(texts)
    else:
        numeric = [_is_numeric(rows, index, best.decimal) for index in range(len(first))]
        is_header = any(text for text, number in zip(texts, numeric, strict=True) if number)
        if not any(numeric):
            is_header = all(text or is_missing(cell) for text, cell in zip(texts, first, strict=True))
        is_header = is_header or _is_numbered_header(first, rows)
    return (tuple(" ".join(cell.split()) for cell in first), best.first_record_lines) if is_header else (None, 0)


def _is_numeric(rows: Sequence[Sequence[str]], index: int, decimal: str) -> bool:
    cells = [row[index] for row in rows if index < len(row) and not is_missing(row[index])]
    return bool(cells) and 2 * sum(parse_sample(cell, decimal) is not None for cell in cells) > len(cells)


def _is_numbered_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Recognise 0, 1, 2 …, the header that pandas gives to columns without names, above fractions."""
    names = list(first[1:] if first[0] == "" else first)
    if not names or names != [str(number) for number in range(len(names))]:
        return False
    if first[0] == "":
        return True
    return len(rows) > 2 and not any(cell.strip(SPACES).isdigit() for row in rows for cell in row)


def _find_commented_header(line: str, best: _Candidate) -> tuple[str, ...] | None:
    """Return the names in a comment right above the data, where numpy's `savetxt` puts them."""
    names = line.strip().lstrip("#").strip()
    records, _, _ = _take_records([names], best.delimiter, best.quote)
    if not records or len(records[0]) != _modal_length(best.records):
        return None
    named = all(parse_number(name, best.decimal) is None for name in records[0])
    return tuple(name.strip() for name in records[0]) if named else None
