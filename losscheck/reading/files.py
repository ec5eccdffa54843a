"""Files to a sample: one data set in one or more text files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from losscheck.numeric.lazy import Array
from losscheck.reading.class_sample import Naming, Request, make_class_sample
from losscheck.reading.collect import DECISION, FEATURE, Collector
from losscheck.reading.column import Column
from losscheck.reading.columns import Roles
from losscheck.reading.decisions import Decision, DecisionLabels
from losscheck.reading.digits import DigitCount
from losscheck.reading.features import Levels, find_features, take_features
from losscheck.reading.fold import Folding, FoldingCollector
from losscheck.reading.join import JoinedTable, Targets
from losscheck.reading.labels import SEGMENTS, Labels
from losscheck.reading.layout import Layout, find_layout
from losscheck.reading.need_rows import NOT_IN_SUMMARY
from losscheck.reading.partitions import add_partitions
from losscheck.reading.regression import NO_GROUPS, make_regression
from losscheck.reading.source import NoRows, Source
from losscheck.reading.spelling import Spelling
from losscheck.reading.tables import Table, open_table
from losscheck.reading.targets import make_labels, make_targets
from losscheck.reading.text import Kind, Rows, Wanted
from losscheck.reading.undecided import Undecided
from losscheck.reading.without_rows import WithoutRows
from losscheck.reading.wording import list_texts
from losscheck.results import InputError, InputFile, InputInfo
from losscheck.sample import ClassSample, Sample
from losscheck.summary import Summary, is_summary, merge_summaries, parse_summary, require_disjoint

MARGIN = 1.02
"""Room is made for more rows than the first block lets expect: later rows may be shorter."""
NO_CLASSES = (
    "{file} holds outputs of classes ({what}), and a summary is one of targets and predictions that are numbers. "
    "Check the rows themselves; if it is a regression, say --task regression."
)


class Reading:
    """The state of reading several files: the columns that the first one settled, and the rows so far.

    Rows of a regression are folded into a summary as `folding` says (None: never). Files may be summaries themselves,
    all of them or none.
    """

    def __init__(
        self,
        roles: Roles,
        request: Request,
        drop_bad_rows: bool = False,
        progress: Callable[[str], None] | None = None,
        folding: Folding | None = None,
        spelling: Spelling = Spelling(),  # noqa: B008 (frozen)
        with_features: bool = False,
        targets: Targets | None = None,
    ) -> None:
        """Look for the columns of `roles` in the first file."""
        self.spelling, self.targets = spelling, targets
        self.roles, self.request = roles, request
        self.drop_bad_rows, self.with_features = drop_bad_rows, with_features
        self.progress, self.folding = progress, folding
        self.only_summary = folding is not None and folding.center is not None
        self.summaries: list[tuple[str, Summary]] = []
        self.partitions: dict[str, dict[str, str]] = {}
        self.first = ""  # what the table is called that settled the columns
        self.files: list[InputFile] = []
        self.dialect: dict[str, Any] = {}
        self.without_rows = WithoutRows()
        self.headed, self.fields, self.bytes = True, 0, 0
        self.layout = Layout({})
        self.labels: Labels | None = None
        self.levels: dict[str, Levels] = {}
        self.decisions: dict[str, DecisionLabels] = {}
        self.segments: Labels | None = None
        self.digits = DigitCount(())
        self.undecided: Undecided | None = None
        self.waiting: list[Rows] = []  # until it is clear whether their target is one of classes
        self.collector = Collector({})

    def read(self, source: Source) -> None:
        """Read one file to its end."""
        if not source.empty and self._is_summary(source):
            text = b"".join(source.blocks()).decode(source.codec, "replace")
            self.summaries.append((source.name, parse_summary(text, source.name)))
            return
        try:
            table = open_table(source, self.spelling, self.drop_bad_rows)
        except NoRows as error:
            self.without_rows.add(source.name, error, len(self.partitions))
            return
        rows = self.read_table(table, source.name, source)
        self.files.append(source.summary(rows))

    def read_table(self, table: Table, name: str, source: Source | None = None) -> int:
        """Read a table to its end, and return how many rows it has; of a file, `source` tells how far it is."""
        table = table if self.targets is None else JoinedTable(table, self.targets, name)
        table = add_partitions(table, self.partitions, self.roles, name)
        layout = self.settle(table, name)
        wanted = [
            Wanted(column.index, column.name, kind, self._labels(role, column) if kind is Kind.LABEL else None)
            for role, columns in layout.roles.items()
            for column in columns
            for kind in (self._kind(role, column),)
        ]
        if layout.has_classes or self.undecided:
            self.digits.columns = tuple(column.index for column in layout.roles["prediction"])
        rows = 0
        for block in table.read(wanted, self.drop_bad_rows, self.digits):
            if not rows and source is not None and source.plain and block.bytes:
                self.collector.expect(int(MARGIN * block.count * self.bytes / block.bytes))
            self._take(block)
            rows += block.count
            if self.progress:
                self.progress(f"{name}: {rows:,} rows")
        return rows

    def settle(self, table: Table, name: str) -> Layout:
        """Return which columns of a table are what, in the first one for all; `InputError` where that cannot be."""
        return self._match_columns(table, name) if self.first else self._settle_columns(table, name)

    def _describe(self) -> dict[str, Any]:
        """Return how the files were read, with those that were passed over."""
        used = {name for names in self._names().values() for name in names}
        elsewhere = set(self.targets.names if self.targets else ()).union(*self.partitions.values())
        return self.without_rows.describe(self.dialect, used - elsewhere if self.headed else None)

    def sample(self) -> Sample | ClassSample | Summary:
        """Return what was read: a summary where there were too many rows of a regression to keep."""
        info = InputInfo(tuple(self.files), 0, 0, self.layout.describe(), self._describe())
        why = self.undecided.explain_binary() if self.undecided else ""
        if why:
            return self._binary(info, why)
        self._collect_waiting()
        if isinstance(self.collector, FoldingCollector) and self.collector.folder is not None:
            return self.collector.summary(info)
        if not self.layout.has_classes:
            return self._regression(info)
        labels = self.labels.values if self.labels else ()
        kept = self.collector.finish()
        sample = make_class_sample(kept, info, self._naming(), self.digits.result(), self.request, labels)
        return replace(sample, segments=kept.take_segments(self._segment_names()))

    def _regression(self, info: InputInfo) -> Sample | ClassSample:
        """Return the sample of a target and its prediction, or of targets alone."""
        kept, task, asked = self.collector.finish(), self.request.task, self.request.asked
        if not self.layout.target_alone:
            return make_regression(kept, info, self._segment_names(), task, asked)
        if self.segments is not None and not self.with_features:
            raise InputError(NO_GROUPS)
        if self.labels is not None:
            return make_labels(kept, info, self.labels.values, task, asked)
        features = take_features(kept, self.layout.roles.get(FEATURE, ()), self.levels)
        sample = make_targets(kept, info, task, asked, features)
        return replace(sample, segments=kept.take_segments(self._segment_names()))

    def merged(self) -> Summary:
        """Return the sum of the summaries that were read."""
        self.without_rows.require_none()
        names, summaries = [name for name, _ in self.summaries], [summary for _, summary in self.summaries]
        require_disjoint(summaries, names)
        merged = merge_summaries(summaries, names)
        for role in ("target", "prediction", "residual"):
            asked, there = self.roles.only(role), getattr(merged.info.columns, role, None)
            if asked is not None and asked != there:
                raise InputError(f"{names[0]} is a summary, and holds no {role} '{asked}'. Leave --{role} out.")
        dialect = {**(merged.info.dialect or {}), **self.dialect} or None
        return replace(merged, info=replace(merged.info, dialect=dialect))

    def _is_summary(self, source: Source) -> bool:
        found = is_summary(source.head)
        if (found and self.first) or (self.summaries and not found):
            first = self.first if found else self.summaries[0][0]
            one, other = (source.name, first) if found else (first, source.name)
            raise InputError(f"{one} is a summary and {other} is not. Summarize all of them, or none.")
        return found

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
        for role, group in self.layout.roles.items():
            columns[role] = block.table[:, start : start + len(group)]
            start += len(group)
        return columns

    def _collect_waiting(self) -> None:
        for block in self.waiting:
            self.collector.add(self._split(block), block.row, block.bad)
        self.waiting.clear()

    def _binary(self, info: InputInfo, why: str) -> ClassSample:
        """Return the sample of a target and a prediction that have turned out to be two classes and their score."""
        if self.only_summary:
            what = f"'{self.undecided.prediction}', a score of two classes" if self.undecided else ""
            raise InputError(NO_CLASSES.format(file=self.first, what=what))
        labels = Labels(info.columns.target or "")
        collector = Collector(self._names(), outputs=True)
        for block in self.waiting:
            columns = self._split(block)
            columns["target"] = labels.encode(columns["target"])
            collector.add(columns, block.row, block.bad)
        self.waiting.clear()
        request = Request(None, self.request.asked, why)
        kept = collector.finish()
        sample = make_class_sample(kept, info, self._naming(), self.digits.result(), request, labels.values)
        return replace(sample, segments=kept.take_segments(self._segment_names()))

    def _segment_names(self) -> tuple[str, ...]:
        return () if self.segments is None else tuple(self.segments.values)

    def _names(self) -> dict[str, tuple[str, ...]]:
        return {role: tuple(column.name for column in group) for role, group in self.layout.roles.items()}

    def _naming(self) -> Naming:
        decisions = tuple(Decision(name, labels.values) for name, labels in self.decisions.items())
        return replace(self.layout.naming(self.headed, self.first), decisions=decisions)

    def _settle_columns(self, table: Table, name: str) -> Layout:
        self.headed = table.headed
        self.fields = len(table.columns)
        find = find_features if self.with_features else find_layout
        layout = find(table.columns, self.roles, self.headed, name, self.request.task)
        self.layout = layout
        self.first = name
        self.dialect = table.describe()
        self.collector = self._make_collector(name)
        if "group" in layout.roles:
            self.segments = Labels(f"{name}: column '{layout.roles['group'][0].name}'", limit=SEGMENTS)
        if layout.has_labels:
            where = f"{name}: column '{layout.roles['target'][0].name}'"
            self.labels = Labels(where, layout.legal_labels())
        self.levels = {c.name: Levels(c.name) for c in layout.roles.get(FEATURE, ()) if not c.numeric}
        self.decisions = {column.name: DecisionLabels("") for column in layout.roles.get(DECISION, ())}
        if layout.may_be_classes and self.request.task is None:
            target, prediction = layout.roles["target"][0].name, layout.roles["prediction"][0].name
            self.undecided = Undecided(target, prediction, name)
        return layout

    def _make_collector(self, file: str) -> Collector:
        """Return what takes the rows; `InputError` where a summary must be made, and none can be."""
        layout = self.layout
        in_rows = [role for role in NOT_IN_SUMMARY if role in layout.roles]
        if self.only_summary and layout.target_alone:
            raise InputError(
                f"{file} has targets ({list_texts(self._names()['target'])}) and no predictions, and a summary is of "
                f"both. Name the predictions with -p COL."
            )
        if self.only_summary and layout.has_classes:
            raise InputError(NO_CLASSES.format(file=file, what=list_texts(self._names()["prediction"])))
        if self.only_summary and in_rows:
            raise InputError(
                f"a summary keeps no {in_rows[0]} ('{layout.roles[in_rows[0]][0].name}' in {file}). Check the rows "
                f"themselves, or write a file without the column."
            )
        if layout.has_classes or layout.target_alone or in_rows or self.folding is None:
            return Collector(self._names(), layout.has_classes)
        return FoldingCollector(self._names(), self.folding)

    def _match_columns(self, table: Table, name: str) -> Layout:
        """Find the first file's columns in a later one: by name, or by number where there is no header."""
        first = self.first
        if self.headed != table.headed:
            with_header, without = (first, name) if self.headed else (name, first)
            raise InputError(f"{with_header} has a header and {without} has none. Files of one data set must agree.")
        if not self.headed and len(table.columns) != self.fields:
            raise InputError(
                f"{name} has {len(table.columns)} columns and {first} has {self.fields}. "
                f"Files of one data set must agree."
            )
        described = table.describe()
        if described != {key: value for key, value in self.dialect.items() if key != "others"}:
            self.dialect.setdefault("others", {})[name] = described
        try:
            return self.layout.match(table.columns, self.headed, name)
        except InputError as error:
            raise InputError(f"{error} The columns must be those of {first}.") from None

    def _labels(self, role: str, column: Column) -> Labels | None:
        if role == FEATURE:
            return self.levels[column.name]
        if role == DECISION:
            return self.decisions[column.name]
        return self.segments if role == "group" else self.labels

    def _kind(self, role: str, column: Column) -> Kind:
        if role in ("group", DECISION) or (role == "target" and self.layout.has_labels):
            return Kind.LABEL
        if role == FEATURE and column.name in self.levels:
            return Kind.LABEL
        if role == "order" and not column.numeric:
            return Kind.TIME
        return Kind.WEIGHT if role == "weight" else Kind.NUMBER
