"""Files to a sample: one data set in one or more text files."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from losscheck.numeric.lazy import Array
from losscheck.reading.class_sample import Naming, Request, make_class_sample
from losscheck.reading.collect import FEATURE, Collector, Kept
from losscheck.reading.column import Column, list_columns
from losscheck.reading.columns import Roles
from losscheck.reading.dialect import Dialect, probe_dialect
from losscheck.reading.digits import DigitCount
from losscheck.reading.features import Levels, find_features
from losscheck.reading.labels import Labels
from losscheck.reading.layout import Layout, find_layout, parse_task
from losscheck.reading.regression import make_regression
from losscheck.reading.source import STANDARD_INPUT, Source, open_source
from losscheck.reading.table import read_rows
from losscheck.reading.targets import make_labels, make_targets
from losscheck.reading.text import Kind, Rows, Wanted
from losscheck.reading.undecided import Undecided
from losscheck.results import InputError, InputFile, InputInfo
from losscheck.sample import Asked, ClassSample, Features, Sample


def read_sample(
    files: Sequence[str | os.PathLike[str]],
    roles: Roles = Roles(),  # noqa: B008 (frozen)
    *,
    task: str = "auto",
    asked: Asked = Asked(),  # noqa: B008 (frozen)
    drop_bad_rows: bool = False,
    with_features: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Sample | ClassSample:
    """Read targets and predictions from text files, which together are one data set; `-` is standard input.

    Columns are found by `roles` and by name (docs/input.md) in the first file, and matched by name in the others.
    Numbers predicted for numbers are a `Sample`; outputs of classes, with or without the true ones, a `ClassSample`.
    `task` (regression, binary, multiclass, multilabel, soft) overrides what is detected; `asked` is handed on.
    Rows with a missing or infinite value in a used column are left out and counted. `drop_bad_rows` also drops
    and counts rows that cannot be read, which are an error otherwise. `with_features`: there are targets and no
    predictions, and all other columns are read as `Sample.features`. `progress` is told what has been read.
    Raises `InputError`, and nothing else, for anything that is wrong with the input.
    """
    if not files:
        raise InputError("no file is given. Give at least one, or - for standard input.")
    if sum(str(path) == STANDARD_INPUT for path in files) > 1:
        raise InputError("standard input (-) is given twice, and can be read only once.")
    size = sum(os.path.getsize(path) for path in files if os.path.isfile(path))
    reading = _Reading(roles, Request(parse_task(task), asked), drop_bad_rows, with_features, progress, size)
    for path in files:
        with open_source(path) as source:
            reading.read(source)
    return reading.sample()


MARGIN = 1.02
"""Room is made for more rows than the first block lets expect: later rows may be shorter."""


class _Reading:
    """The state of reading several files: the columns that the first one settled, and the rows so far."""

    def __init__(
        self,
        roles: Roles,
        request: Request,
        drop_bad_rows: bool,
        with_features: bool,
        progress: Callable[[str], None] | None,
        size: int,
    ) -> None:
        self.roles = roles
        self.request = request
        self.drop_bad_rows = drop_bad_rows
        self.with_features = with_features
        self.progress = progress
        self.bytes = size
        self.files: list[InputFile] = []
        self.dialect: dict[str, Any] = {}
        self.headed = True
        self.fields = 0
        self.layout = Layout({})
        self.labels: Labels | None = None
        self.levels: dict[str, Levels] = {}
        self.digits = DigitCount(())
        self.undecided: Undecided | None = None
        self.waiting: list[Rows] = []  # until it is clear whether their target is one of classes
        self.collector = Collector({})

    def read(self, source: Source) -> None:
        """Read one file to its end."""
        dialect = probe_dialect(source)
        layout = self._match_columns(dialect, source) if self.files else self._settle_columns(dialect, source)
        wanted = [
            Wanted(column.index, column.name, kind, self._labels_of(role, column) if kind is Kind.LABEL else None)
            for role, columns in layout.read.items()
            for column in columns
            for kind in (self._kind(role, column),)
        ]
        if layout.has_classes or self.undecided:
            self.digits.columns = tuple(column.index for column in layout.roles["prediction"])
        rows = 0
        for block in read_rows(source, dialect, wanted, self.drop_bad_rows, self.digits):
            if not rows and source.plain:
                self.collector.expect(int(MARGIN * block.count * self.bytes / source.file.bytes))
            self._take(block)
            rows += block.count
            if self.progress:
                self.progress(f"{source.name}: {rows:,} rows")
        self.files.append(source.summary(rows))

    def sample(self) -> Sample | ClassSample:
        """Return what was read."""
        info = InputInfo(tuple(self.files), 0, 0, self.layout.describe(), self.dialect)
        why = self.undecided.explain_binary() if self.undecided else ""
        if why:
            return self._binary(info, why)
        self._collect_waiting()
        if not self.layout.has_classes:
            return self._regression(info)
        labels = self.labels.values if self.labels else ()
        kept = self.collector.finish()
        return make_class_sample(kept, info, self._naming(), self.digits.result(), self.request, labels)

    def _regression(self, info: InputInfo) -> Sample | ClassSample:
        """Return the sample of a target and its prediction, or of targets alone."""
        kept, task, asked = self.collector.finish(), self.request.task, self.request.asked
        if self.labels is not None:
            return make_labels(kept, info, self.labels.values, task, asked)
        if self.layout.target_alone:
            return make_targets(kept, info, task, asked, self._features(kept))
        return make_regression(kept, info, task, asked)

    def _features(self, kept: Kept) -> Features | None:
        """Return what was read for a baseline, and take it out of the other columns."""
        if FEATURE not in kept.columns:
            return None
        kept.sort()  # with the other columns, while it is one of them
        values = kept.columns.pop(FEATURE)
        columns = self.layout.roles[FEATURE]
        levels = (self.levels.get(column.name) for column in columns)
        words = tuple(None if found is None else found.words for found in levels)
        return Features(tuple(column.name for column in columns), values, words)

    def _take(self, block: Rows) -> None:
        """Collect a block, or keep it waiting while its target may be one of two classes."""
        if self.undecided is not None:
            columns = self._split(block)
            if self.undecided.look(columns["target"][:, 0], columns["prediction"][:, 0]):
                self.waiting.append(block)
                return
            self.undecided = None
            self.digits.columns = ()
            self._collect_waiting()
        self.collector.add(self._split(block), block.row, block.bad)

    def _split(self, block: Rows) -> dict[str, Array]:
        """Return the columns of each role."""
        columns, start = {}, 0
        for role, group in self.layout.read.items():
            columns[role] = block.table[:, start : start + len(group)]
            start += len(group)
        return columns

    def _collect_waiting(self) -> None:
        for block in self.waiting:
            self.collector.add(self._split(block), block.row, block.bad)
        self.waiting.clear()

    def _binary(self, info: InputInfo, why: str) -> ClassSample:
        """Return the sample of a target and a prediction that have turned out to be two classes and their score."""
        labels = Labels(info.columns.target or "")
        collector = Collector(self._names(), outputs=True)
        for block in self.waiting:
            columns = self._split(block)
            columns["target"] = labels.encode(columns["target"])
            collector.add(columns, block.row, block.bad)
        self.waiting.clear()
        request = Request(None, self.request.asked, why)
        return make_class_sample(collector.finish(), info, self._naming(), self.digits.result(), request, labels.values)

    def _names(self) -> dict[str, tuple[str, ...]]:
        return {role: tuple(column.name for column in group) for role, group in self.layout.read.items()}

    def _naming(self) -> Naming:
        return self.layout.naming(self.headed, self.files[0].name)

    def _settle_columns(self, dialect: Dialect, source: Source) -> Layout:
        self.headed = dialect.header is not None
        self.fields = dialect.fields
        columns = list_columns(dialect)
        if self.with_features:
            layout = find_features(columns, self.roles, self.headed, source.name, self.request.task)
        else:
            layout = find_layout(columns, self.roles, self.headed, source.name, self.request.task)
        self.layout = layout
        self.dialect = dialect.describe(source)
        self.collector = Collector(self._names(), layout.has_classes)
        if layout.has_labels:
            where = f"{source.name}: column '{layout.roles['target'][0].name}'"
            self.labels = Labels(where, layout.legal_labels())
        self.levels = {c.name: Levels(c.name) for c in layout.roles.get(FEATURE, ()) if not c.numeric}
        if layout.may_be_classes and self.request.task is None:
            target, prediction = layout.roles["target"][0].name, layout.roles["prediction"][0].name
            self.undecided = Undecided(target, prediction, source.name)
        return layout

    def _match_columns(self, dialect: Dialect, source: Source) -> Layout:
        """Find the first file's columns in a later one: by name, or by number where there is no header."""
        first = self.files[0].name
        if self.headed != (dialect.header is not None):
            with_header, without = (first, source.name) if self.headed else (source.name, first)
            raise InputError(f"{with_header} has a header and {without} has none. Files of one data set must agree.")
        if not self.headed and dialect.fields != self.fields:
            raise InputError(
                f"{source.name} has {dialect.fields} columns and {first} has {self.fields}. "
                f"Files of one data set must agree."
            )
        described = dialect.describe(source)
        if described != self.dialect:
            self.dialect.setdefault("others", {})[source.name] = described
        try:
            return self.layout.match(list_columns(dialect), self.headed, source.name)
        except InputError as error:
            raise InputError(f"{error} The columns must be those of {first}.") from None

    def _labels_of(self, role: str, column: Column) -> Labels | None:
        return self.levels[column.name] if role == FEATURE else self.labels

    def _kind(self, role: str, column: Column) -> Kind:
        if role == "target" and self.layout.has_labels:
            return Kind.LABEL
        if role == FEATURE and column.name in self.levels:
            return Kind.LABEL
        if role == "order" and not column.numeric:
            return Kind.TIME
        return Kind.WEIGHT if role == "weight" else Kind.NUMBER
