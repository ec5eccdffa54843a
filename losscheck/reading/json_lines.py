"""JSON Lines: one object a line, made into lines of cells, so that all that follows is as for any text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from losscheck.reading.dialect import Dialect
from losscheck.reading.formats import Format
from losscheck.reading.number import show
from losscheck.reading.records import LONGEST_ROW, SAMPLE_RECORDS, split_records
from losscheck.reading.source import Source
from losscheck.reading.tables import TextTable
from losscheck.reading.text import DROP_OPTION
from losscheck.results import InputError

DELIMITER, QUOTE = ",", '"'
ADVICE = "Write one object a line (JSON Lines)"
UNREADABLE = "\x1f"
"""Stands for a line that is to be dropped: it has one field more than any row."""
# Breaks of lines would end the row, and quotes the cell.
_ESCAPES = str.maketrans({"\n": "\\n", "\r": "\\r", "\0": "\\0", QUOTE: QUOTE * 2})


class _Repeated(ValueError):
    """Says that a key is there twice."""


@dataclass(frozen=True)
class JsonTable(TextTable):
    """A table in lines of JSON."""

    def describe(self) -> dict[str, Any]:
        """Return the format, and what had to be found out about the file."""
        described = {"format": Format.JSON_LINES.value, "encoding": self.source.encoding}
        return {**described, "compression": self.source.compression}


def open_json_lines(source: Source, drop_bad_rows: bool) -> JsonTable:
    """Return the table whose columns are the keys of the first objects, with those within objects as `key.inner`.

    A list is a column for each of its items, `key_0` and so on. A key that a line lacks is a missing value.
    `InputError` where a line is no object, has a key twice, or a list with more items than any in the first lines.
    """
    head = source.head if source.complete else source.head[: source.head.rfind(b"\n") + 1]
    if not head:
        raise InputError(f"{source.name}, line 1 is longer than {len(source.head):,} bytes. {ADVICE}.")
    names: dict[str, None] = {}
    lines = head.decode(source.codec, "replace").split("\n")
    first = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()][:SAMPLE_RECORDS]
    for number, line in first:
        try:
            cells = _flatten(_parse(line))
        except ValueError as error:
            if drop_bad_rows:
                continue
            raise _refuse(source.name, number, error, single=len(first) == 1) from None
        if source.complete and len(first) == 1 and any(isinstance(value, list) for value in _parse(line).values()):
            raise InputError(f"{source.name} is a single JSON object, not a table. {ADVICE}, or a CSV file.")
        names |= dict.fromkeys(cells)
    if not names:
        raise InputError(f"{source.name} has no keys in its objects. Give each row as an object with its columns.")
    translate = partial(_translate, names=tuple(names), file=source.name, drop_bad_rows=drop_bad_rows)
    sample_text = "".join(translate([line for _, line in first], 1))
    sample = [tuple(record) for record, _, _ in split_records(sample_text.split("\n"), DELIMITER, QUOTE)]
    table = tuple(record for record in sample if len(record) == len(names))
    dialect = Dialect(DELIMITER, QUOTE, ".", tuple(names), len(names), 0, 1, 0, table)
    rows = _translate_blocks(source, translate)
    return JsonTable(replace(source, head=b"", rest=rows, plain=False), dialect)


def _translate_blocks(source: Source, translate: Any) -> Iterator[bytes]:
    """Yield the text as lines of cells, a line for each line, so that the numbers of lines stay right."""
    rest, line = b"", 1
    for block in source.blocks():
        text = rest + block
        end = text.rfind(b"\n") + 1
        text, rest = text[:end], text[end:]
        if len(rest) > LONGEST_ROW:
            long = line + text.count(b"\n")
            raise InputError(f"{source.name}, line {long} is longer than {LONGEST_ROW:,} bytes. {ADVICE}.")
        lines = text.decode(source.codec, "replace").split("\n")[:-1]
        if lines:
            yield "".join(translate(lines, line)).encode()
        line += len(lines)
    if rest:
        yield "".join(translate([rest.decode(source.codec, "replace")], line)).encode()


def _translate(
    lines: Iterable[str], first: int, names: tuple[str, ...], file: str, drop_bad_rows: bool
) -> Iterator[str]:
    known = set(names)
    for number, line in enumerate(lines, start=first):
        if not line.strip():
            yield "\n"
            continue
        try:
            cells = _flatten(_parse(line), known)
        except ValueError as error:
            if not drop_bad_rows:
                raise _refuse(file, number, error) from None
            yield DELIMITER * len(names) + UNREADABLE + "\n"
            continue
        row = DELIMITER.join([cells.get(name, "") for name in names])
        yield (row or f"{QUOTE}{QUOTE}") + "\n"


def _parse(line: str) -> dict[str, Any]:
    """Return the object of a line, its numbers as they are written; ValueError where it is none."""
    try:
        # The digits count, and a float64 for an integer of any length is made where all cells are.
        found = json.loads(line, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_pair)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("it is no object")
    return found


def _pair(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _Repeated(f"the key {show(next(key for key in keys if keys.count(key) > 1))} is there twice")
    return found


def _flatten(found: dict[str, Any], known: set[str] | None = None) -> dict[str, str]:
    """Return the cells by the names of their columns; ValueError for a list longer than those `known`."""
    cells: dict[str, str] = {}
    for key, value in found.items():
        if isinstance(value, list):
            inner = {f"{key}_{place}": item for place, item in enumerate(value)}
            if known is not None and (new := next((name for name in inner if name not in known), None)):
                raise ValueError(f"the list {show(key)} has {len(value)} items, and no list above has '{new}'")
        elif isinstance(value, dict):
            inner = {f"{key}.{name}": item for name, item in value.items()}
        else:
            inner = {key: value}
        for name, item in inner.items():
            if name in cells:
                raise _Repeated(f"two values have the name {show(name)}")
            cells[name] = _write_cell(item)
    return cells


def _write_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = value if isinstance(value, str) else json.dumps(value)
    return f"{QUOTE}{text.translate(_ESCAPES)}{QUOTE}" if set(text) & {DELIMITER, QUOTE, "\n", "\r", "\0"} else text


def _refuse(file: str, line: int, error: ValueError, single: bool = False) -> InputError:
    what = f"{error.msg} at column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
    advice = "Rename one of them" if isinstance(error, _Repeated) else ADVICE
    drop = "" if single else f", or {DROP_OPTION}"
    return InputError(f"{file}, line {line}: this is no row of JSON Lines: {what}. {advice}{drop}.")
