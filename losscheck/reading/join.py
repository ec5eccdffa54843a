"""Targets in a file of their own, found for each prediction by a key: `--targets truth.csv --on id`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from losscheck.numeric.lazy import Array, np
from losscheck.reading.class_names import CLASS_TARGET_NAMES, tidy
from losscheck.reading.column import Column, find_column
from losscheck.reading.digits import DigitCount
from losscheck.reading.labels import Labels
from losscheck.reading.layout import Layout
from losscheck.reading.names import TARGET_NAMES, flatten, keep_strongest
from losscheck.reading.number import MISSING, SPACES, show
from losscheck.reading.source import open_source
from losscheck.reading.spelling import Spelling
from losscheck.reading.tables import Table, open_table
from losscheck.reading.text import Kind, Rows, Wanted
from losscheck.reading.typed_table import write_cell
from losscheck.reading.wording import list_names, list_texts
from losscheck.results import InputError, InputFile
from losscheck.sample import ClassSample, LeftOut, Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Positions = NDArray[np.int64]

ROWS_SHOWN = 10
NO_KEY = -1
CUT_KEY = re.compile(r"\d\.\d+E\+\d\d", re.ASCII)
"""What a spreadsheet makes of a long number: different keys become the same."""


class Keys(Labels):
    """The keys that were met and the code of each; any text but the empty one is a key, 7.0 and 7 are the same."""

    def __init__(self, where: str) -> None:
        """Take keys from a column."""
        super().__init__(where, MISSING - {""})

    def code(self, cell: str) -> float:
        """Return the number of a key, NaN where there is none; `InputError` for one that was cut off."""
        key = tidy(cell.strip(SPACES))
        if not key:
            return float("nan")
        if CUT_KEY.fullmatch(key):
            raise InputError(
                f"{self.where}: {show(key)} is a number that a spreadsheet has rounded, and no key any more. Write the "
                f"column as text."
            )
        code = self._codes.setdefault(key, float(len(self.values)))
        if code == len(self.values):
            self.values.append(key)
        return code


@dataclass
class Targets:
    """The targets of another file, numbers or texts, their keys, and which of them have been used."""

    file: InputFile
    on: str
    columns: tuple[Column, ...]
    keys: Keys
    place_of: Positions  # the place of each key's target by the code of the key, `NO_KEY` where it has none
    rows: Positions  # the data row of each target in its file
    values: tuple[Array | tuple[str, ...], ...]  # of each column
    bad: tuple[int, ...] = ()  # rows that could not be read
    used: Positions = field(init=False)  # the data row of the prediction that has taken the target, 0 for none
    unmatched: int = 0
    examples: list[str] = field(default_factory=list)
    _coded: dict[tuple[int, int], Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with no target used."""
        self.used = np.zeros(len(self.rows), dtype=np.int64)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns of targets."""
        return tuple(column.name for column in self.columns)

    def find(self, codes: Array, rows: Positions, file: str) -> Positions:
        """Return the place of each key's target, `NO_KEY` where there is none; `InputError` for a key that is twice."""
        place = np.full(len(codes), NO_KEY)
        met = codes < len(self.place_of)  # False for NaN, too
        place[met] = self.place_of[codes[met].astype(np.int64)]
        known = place != NO_KEY
        found, at = place[known], rows[known]
        first = np.unique(found, return_index=True)[1]
        twice = np.setdiff1d(np.arange(len(found)), first)
        again = np.concatenate([np.flatnonzero(self.used[found] > 0), twice])
        if again.size:
            row = int(at[again.min()])
            key = self.keys.values[int(codes[known][again.min()])]
            raise InputError(
                f"{file}, row {row}: the key {show(key)} of '{self.on}' has a prediction already. Give one prediction "
                f"a target; several models are several files, or several columns."
            )
        self.used[found] = at
        self.unmatched += int((~known).sum())
        if len(self.examples) < ROWS_SHOWN:
            self.examples += [self.keys.values[int(code)] for code in codes[~known] if code == code][:ROWS_SHOWN]
        return place

    def take(self, index: int, place: Positions, labels: Labels | None) -> Array:
        """Return the targets at these places as numbers, or as codes of `labels`; NaN where there is none."""
        values = self.values[index]
        if labels is not None:
            if (index, id(labels)) not in self._coded:
                texts = values if isinstance(values, tuple) else [write_cell(value) for value in values.tolist()]
                codes = {text: labels.code(text) for text in dict.fromkeys(texts)}
                self._coded[index, id(labels)] = np.array([codes[text] for text in texts])
            values = self._coded[index, id(labels)]
        elif isinstance(values, tuple):
            text = next(text for text in values if text)
            raise InputError(
                f"{self.file.name}: column '{self.names[index]}' has text like {show(text)}, and the targets of a "
                f"regression are numbers."
            )
        return np.where(place == NO_KEY, np.nan, values[place])

    def complete(self, sample: Sample | ClassSample) -> Sample | ClassSample:
        """Return the sample with what had no target or no prediction, and the file of the targets."""
        spare = np.flatnonzero(self.used == 0)
        left = LeftOut(
            f"{list_names(self.columns)} of {self.file.name} (no prediction has the {self.on})",
            int(spare.size),
            tuple(int(row) for row in np.sort(self.rows[spare])[:ROWS_SHOWN]),
        )
        counted = {"rows_without_target": self.unmatched, "targets_without_prediction": int(spare.size)}
        joined = {"file": self.file.name, "on": self.on, **counted}
        info = replace(
            sample.info,
            files=(*sample.info.files, self.file),
            dialect={**(sample.info.dialect or {}), "targets": joined},
        )
        unread = LeftOut(f"(unreadable row of {self.file.name})", len(self.bad), self.bad[:ROWS_SHOWN])
        missing = (*sample.missing, *(item for item in (left, unread) if item.count))
        return replace(sample, info=info, missing=missing)

    def require_match(self, layout: Layout, file: str) -> None:
        """Raise `InputError` where there are no predictions, or none of them has found a target."""
        if layout.target_alone:
            raise InputError(
                f"{file}: no predictions were found for {list_names(self.columns)}. Name them with -p COL."
            )
        if not self.used.any():
            ours = list_texts(self.keys.values[: min(3, len(self.place_of))])
            theirs = list_texts(self.examples[:3]) or "empty"
            raise InputError(
                f"{file}: no prediction has a target: the values of '{self.on}' ({theirs}) are not those of "
                f"{self.file.name} ({ours}). Give the column that both files share with --on."
            )


@dataclass(frozen=True)
class JoinedTable:
    """A table of predictions with the targets as further columns, behind its own."""

    table: Table
    targets: Targets
    file: str

    @property
    def headed(self) -> bool:
        """True: keys need names."""
        return self.table.headed

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the file, of which the key can be nothing else, and those of the targets."""
        own = tuple(replace(column, is_index=column.is_index or column is self.key) for column in self.table.columns)
        return (*own, *(replace(c, index=len(own) + place) for place, c in enumerate(self.targets.columns)))

    @cached_property
    def key(self) -> Column:
        """The column of the keys."""
        if not self.headed:
            raise InputError(f"{self.file} has no header, and --on needs the name of a column. Add one.")
        own = {column.name for column in self.table.columns}
        if both := [name for name in self.targets.names if name in own]:
            raise InputError(
                f"{self.file} has a column '{both[0]}', and so has {self.targets.file.name}. Leave out --targets, or "
                f"take it out of one of them."
            )
        return find_column(self.table.columns, self.targets.on, True, self.file)

    def describe(self) -> dict[str, Any]:
        """Return how the file of predictions was read."""
        return self.table.describe()

    def read(self, wanted: Sequence[Wanted], drop_bad_rows: bool, digits: DigitCount) -> Iterator[Rows]:
        """Yield the rows with their targets."""
        own = len(self.table.columns)
        real = [column for column in wanted if column.index < own]
        if any(column.index == self.key.index for column in real):
            raise InputError(
                f"{self.file}: column '{self.key.name}' is the key (--on) and cannot have another role. Copy it."
            )
        asked = (*real, Wanted(self.key.index, self.key.name, Kind.LABEL, self.targets.keys))
        for rows in self.table.read(asked, drop_bad_rows, digits):
            place = self.targets.find(rows.table[:, -1], rows.row, self.file)
            table = np.empty((len(rows.row), len(wanted)), order="F")
            given = iter(rows.table.T)
            for position, column in enumerate(wanted):
                if column.index < own:
                    table[:, position] = next(given)
                else:
                    table[:, position] = self.targets.take(column.index - own, place, column.labels)
            yield replace(rows, table=table)


def read_targets(
    path: str | os.PathLike[str],
    on: str,
    chosen: str | tuple[str, ...] | None,
    spelling: Spelling,
    drop_bad_rows: bool = False,
) -> Targets:
    """Read the targets of a file and their keys; the columns `chosen`, else the one that has a target's name.

    `InputError` where a key is missing or there twice, or where it cannot be told which column is the target.
    """
    with open_source(path, spelling) as source:
        table = open_table(source, spelling)
        if not table.headed:
            raise InputError(f"{source.name} has no header, and --on needs the name of a column. Add one.")
        key = find_column(table.columns, on, True, source.name)
        columns = _choose(table.columns, key, chosen, source.name)
        keys = Keys(f"{source.name}: column '{key.name}'")
        texts = [Keys("") if not column.numeric else None for column in columns]
        wanted = [Wanted(key.index, key.name, Kind.LABEL, keys)]
        for column, text in zip(columns, texts, strict=True):
            wanted.append(Wanted(column.index, column.name, Kind.LABEL if text else Kind.NUMBER, text))
        blocks = list(table.read(wanted, drop_bad_rows, DigitCount(())))
        found = np.concatenate([block.table for block in blocks])
        rows = np.concatenate([block.row for block in blocks])
        bad = tuple(row for block in blocks for row in block.bad)
        if not found.size:
            raise InputError(f"{source.name}: no row is left. Give a row per target.")
        _check_keys(found[:, 0], rows, keys, key, source.name)
        # a key of a row that was dropped has a code, too, and no target
        place_of = np.full(len(keys.values), NO_KEY)
        place_of[found[:, 0].astype(np.int64)] = np.arange(len(found))
        values: list[Array | tuple[str, ...]] = []
        for place, text in enumerate(texts, start=1):
            codes = found[:, place]
            named = None if text is None else tuple("" if c != c else text.values[int(c)] for c in codes.tolist())
            values.append(codes if named is None else named)
        return Targets(
            source.summary(len(rows) + len(bad)), key.name, columns, keys, place_of, rows, tuple(values), bad
        )


def _choose(
    columns: Sequence[Column], key: Column, chosen: str | tuple[str, ...] | None, file: str
) -> tuple[Column, ...]:
    rest = [column for column in columns if column.index != key.index and not column.is_index]
    if chosen:
        return tuple(find_column(rest, name, True, file) for name in ((chosen,) if isinstance(chosen, str) else chosen))
    known = (*flatten(TARGET_NAMES), *CLASS_TARGET_NAMES)
    named = keep_strongest([column for column in rest if column.normal in known])
    found = named or rest
    if len(found) != 1:
        raise InputError(
            f"{file}: it cannot be told which column has the targets. Name it with -t COL. Its columns are "
            f"{list_names(columns)}."
        )
    return (found[0],)


def _check_keys(codes: Array, rows: Positions, keys: Keys, key: Column, file: str) -> None:
    """Refuse keys that are missing, or there twice."""
    missing = np.flatnonzero(np.isnan(codes))
    if missing.size:
        raise InputError(
            f"{file}, row {rows[missing[0]]} has no '{key.name}'. Give every target a key, or leave it out."
        )
    first = np.full(len(keys.values), NO_KEY)
    places = np.arange(len(codes))
    first[codes[::-1].astype(np.int64)] = places[::-1]
    again = np.flatnonzero(first[codes.astype(np.int64)] != places)
    if again.size:
        code = int(codes[again[0]])
        raise InputError(
            f"{file}: the key {show(keys.values[code])} of '{key.name}' is in rows {rows[first[code]]} and "
            f"{rows[again[0]]}, and which of the targets is meant cannot be told. Leave one."
        )
