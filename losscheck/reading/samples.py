"""Files to a sample, or to a summary of any number of rows: what the rest of the program calls."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from losscheck.reading.class_sample import Request
from losscheck.reading.columns import Roles
from losscheck.reading.database import EngineTable, NotCountedError, is_address, open_database, refuse_spelling
from losscheck.reading.files import NO_CLASSES, Reading
from losscheck.reading.fold import Folding
from losscheck.reading.join import Targets, read_targets
from losscheck.reading.layout import REGRESSIONS, parse_task
from losscheck.reading.need_rows import list_needs, refuse_without_rows
from losscheck.reading.partitions import find_partitions
from losscheck.reading.paths import list_files
from losscheck.reading.source import STANDARD_INPUT, open_source
from losscheck.reading.spelling import Spelling
from losscheck.reading.undecided import Undecided
from losscheck.results import InputError, TaskKind
from losscheck.sample import Asked, ClassSample, Sample, Stage
from losscheck.summary import Summary, sample_of
from losscheck.summary.folding import Center, settle_center

SUMMARIZE_ABOVE = 3_000_000
"""Rows, which take 72 MB: above, only their summary is kept (docs/scale.md)."""
FAR_IN_A_STREAM = (
    "the values lie far from 0 against their spread, and farther than the first of them; a stream cannot be read a "
    "second time, to summarize it about a better center. Give a file, or --exact to keep all rows in memory."
)
SEEN_DECIMALS = 3
"""Of the predictions in cells, two points for the rows of each: a score's points may lie just beyond 0 and 1."""


def read_sample(
    files: Sequence[str | os.PathLike[str]],
    roles: Roles = Roles(),  # noqa: B008 (frozen)
    *,
    task: str = "auto",
    asked: Asked = Asked(),  # noqa: B008 (frozen)
    drop_bad_rows: bool = False,
    with_features: bool = False,
    exact: bool = False,
    table: str | None = None,
    spelling: Spelling = Spelling(),  # noqa: B008 (frozen)
    targets: str | os.PathLike[str] | None = None,
    on: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Sample | ClassSample:
    """Read targets and predictions from text files, which together are one data set; `-` is standard input.

    Columns are found by `roles` and by name (docs/input.md) in the first file, and matched by name in the others.
    Numbers predicted for numbers are a `Sample`; outputs of classes, with or without the true ones, a `ClassSample`.
    `task` (regression, binary, multiclass, multilabel, soft) overrides what is detected; `asked` is handed on.
    Rows with a missing or infinite value in a used column are left out and counted. `drop_bad_rows` also drops
    and counts rows that cannot be read, which are an error otherwise. `spelling` says how the files are written, where
    that is not to be found out. More than `SUMMARIZE_ABOVE` rows of a regression
    are folded into a summary unless `exact`; summaries are read as files, and so is a `table` behind the address of a
    database: counted there, or its rows fetched where something needs them (`need_rows`). `with_features`: there are
    targets and no predictions, and all other columns are read as `Sample.features`. `targets` is a file that has the
    targets by the key `on`. `progress` is told what has been read.
    Raises `InputError`, and nothing else, for anything that is wrong with the input.
    """
    request = Request(parse_task(task), asked)
    needs = list_needs(roles, asked, with_features=with_features, exact=exact, joined=targets is not None)
    address = _only_address(files, table)
    if (targets is None) != (on is None):
        raise InputError("--targets FILE and --on COL go together: the file of targets, and the key of both files.")
    join = None
    if targets is not None and on is not None:
        if str(targets) == STANDARD_INPUT and STANDARD_INPUT in map(str, files):
            raise InputError("standard input (-) is given twice, and can be read only once.")
        join = read_targets(targets, on, roles.target, spelling, drop_bad_rows)
        roles = replace(roles, target=join.names)
    if address is not None:
        refuse_spelling(spelling, join)
        state = Reading(roles, request, drop_bad_rows, progress, None, spelling, with_features, join)
        return _read_table(open_database(address, table), state, needs)
    once = _can_be_read_once(files)
    in_rows = exact or join is not None or with_features or asked.stage is Stage.INIT
    folding = None if in_rows else Folding(SUMMARIZE_ABOVE, once=once)
    state = Reading(roles, request, drop_bad_rows, progress, folding, spelling, with_features, join)
    reading = read_files(files, state)
    if reading.summaries:
        refuse_without_rows(reading.summaries[0][0], needs)
        return _of_numbers(sample_of(reading.merged()), request.task)
    found = reading.sample() if join is None else _join(reading, join)
    if not isinstance(found, Summary):
        return found
    better = found.better_center()
    if better is not None and once:
        raise InputError(FAR_IN_A_STREAM)
    if better is not None:
        read = partial(_read_once, files, roles, request, drop_bad_rows, progress, spelling)
        found = settle_center(read, better)
    return sample_of(found)


def _can_be_read_once(files: Sequence[str | os.PathLike[str]]) -> bool:
    """Tell whether standard input or a named pipe is among the files."""
    return any(str(path) == STANDARD_INPUT or Path(path).is_fifo() for path in files)


def _join(reading: Reading, join: Targets) -> Sample | ClassSample:
    """Return the sample of predictions whose targets are in another file; their rows are kept, however many."""
    if not reading.with_features:
        join.require_match(reading.layout, reading.first)
    found = reading.sample()
    assert not isinstance(found, Summary), "rows are folded above a number of them, and there is none here"
    return join.complete(found)


def _read_table(database: EngineTable, state: Reading, needs: tuple[str, ...]) -> Sample | ClassSample:
    """Return the sample of a table: its summary, counted by the engine, or its rows where something needs them."""
    if not needs:
        layout = state.settle(database.rows, database.name)
        if database.is_counted(layout):
            with suppress(NotCountedError):
                sample = sample_of(database.count(layout))
                if not _what_classes(sample, state.request.task):
                    return sample
    state.read_table(database.rows, database.name)
    found = state.sample() if state.targets is None else _join(state, state.targets)
    assert not isinstance(found, Summary), "no number of rows is too large here"
    # an engine gives rows in any order, which is none
    return found if isinstance(found, ClassSample) else replace(found, ordered=state.roles.order is not None)


def read_summary(
    files: Sequence[str | os.PathLike[str]],
    roles: Roles = Roles(),  # noqa: B008 (frozen)
    *,
    task: str = "auto",
    drop_bad_rows: bool = False,
    center: Center | None = None,
    table: str | None = None,
    spelling: Spelling = Spelling(),  # noqa: B008 (frozen)
    progress: Callable[[str], None] | None = None,
) -> Summary:
    """Read text files of a regression as `read_sample` does, keeping only their summary.

    Without a `center`, the files are read again about a better one where residuals or predictions lie far from 0
    against their spread. Raises `InputError`, also for outputs of classes.
    """
    request = Request(parse_task(task))
    if (address := _only_address(files, table)) is not None:
        refuse_spelling(spelling, None)
        database = open_database(address, table)
        layout = Reading(roles, request, folding=Folding(0, center or Center())).settle(database.rows, database.name)
        database.require_numbers(layout)
        summary = database.count(layout, center)
        _of_numbers(sample_of(summary), request.task)
        return summary
    read = partial(_read_once, files, roles, request, drop_bad_rows, progress, spelling)
    if center is not None:
        return read(center)
    return _read_stream(read) if _can_be_read_once(files) else settle_center(read)


def read_summaries(files: Sequence[str | os.PathLike[str]]) -> Summary:
    """Read files of summaries and add them up; raises `InputError`."""
    reading = read_files(files, Reading(Roles(), Request(None)))
    if not reading.summaries:
        raise InputError(f"{files[0]} is no summary. Make one with: summarize.")
    return reading.merged()


def read_files(files: Sequence[str | os.PathLike[str]], reading: Reading) -> Reading:
    """Read files, which together are one data set, to their ends; `InputError` for anything that is wrong with them."""
    listing = list_files(files)
    reading.bytes = sum(os.path.getsize(path) for path in listing.paths if os.path.isfile(path))
    reading.partitions = {name: find_partitions(path) for path, name in zip(listing.paths, listing.names, strict=True)}
    for path, name in zip(listing.paths, listing.names, strict=True):
        with open_source(path, reading.spelling, name) as source:
            reading.read(source)
    if listing.skipped:
        reading.dialect["skipped_files"] = listing.describe()
    return reading


def _read_stream(read: Callable[[Center], Summary]) -> Summary:
    """Return the summary of a stream about 0; `InputError` where that will not do."""
    summary = read(Center())
    if (better := summary.better_center()) is not None:
        raise InputError(
            "the values lie far from 0 against their spread, and a stream cannot be read a second time. "
            f"Give --center {better.residual!r},{better.prediction!r} (of residuals, of predictions), or a file."
        )
    return summary


def _read_once(
    files: Sequence[str | os.PathLike[str]],
    roles: Roles,
    request: Request,
    drop_bad_rows: bool,
    progress: Callable[[str], None] | None,
    spelling: Spelling,
    center: Center,
) -> Summary:
    reading = read_files(files, Reading(roles, request, drop_bad_rows, progress, Folding(0, center), spelling))
    if reading.summaries:
        raise InputError(f"{reading.summaries[0][0]} is a summary already. Put summaries together with: merge.")
    summary = reading.sample()
    assert isinstance(summary, Summary), "with a center, rows are folded or refused"
    return summary


def _of_numbers(sample: Sample, task: TaskKind | None) -> Sample:
    """Return the sample of a summary; `InputError` where its targets are two classes, or were said to be classes."""
    files, dialect = sample.info.files, sample.info.dialect or {}
    name = files[0].name if files else f"table {dialect.get('table', '')}"
    if what := _what_classes(sample, task):
        raise InputError(NO_CLASSES.format(file=name, what=what))
    return sample


def _what_classes(sample: Sample, task: TaskKind | None) -> str:
    """Return why the sample of a summary is one of outputs of classes, by what was said or is seen; '' where not."""
    columns, targets, cells = sample.info.columns, sample.target_values, sample.cells
    if task is not None and task not in REGRESSIONS:
        return f"--task {task}"
    if task is not None or targets is None or cells is None or cells.prediction is None:
        return ""
    undecided = Undecided(columns.target or "", columns.prediction or "", "")
    seen = undecided.look(targets.value, cells.prediction.round(SEEN_DECIMALS)) and undecided.explain_binary()
    return f"'{undecided.prediction}', a score of two classes" if seen else ""


def _only_address(files: Sequence[str | os.PathLike[str]], table: str | None) -> str | None:
    """Return the address of a database, if that is what was given."""
    addresses = [str(path) for path in files if is_address(str(path))]
    if not addresses and table is not None:
        raise InputError(f"--table {table} needs the address of a database, as in duckdb://file.ddb")
    if addresses and len(files) > 1:
        raise InputError("one database at a time: summarize each, and merge the summaries")
    return addresses[0] if addresses else None
