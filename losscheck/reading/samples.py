"""Files to a sample, or to a summary of any number of rows: what the rest of the program calls."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from losscheck.reading.class_sample import Request
from losscheck.reading.columns import Roles
from losscheck.reading.database import is_address, read_table
from losscheck.reading.files import NO_CLASSES, Reading
from losscheck.reading.fold import MOST_CENTERS, Folding
from losscheck.reading.join import Targets, read_targets
from losscheck.reading.layout import REGRESSIONS, parse_task
from losscheck.reading.partitions import find_partitions
from losscheck.reading.paths import list_files
from losscheck.reading.source import STANDARD_INPUT, open_source
from losscheck.reading.spelling import Spelling
from losscheck.reading.undecided import Undecided
from losscheck.results import InputError, TaskKind
from losscheck.sample import Asked, ClassSample, Sample, Stage
from losscheck.summary import Summary, sample_of
from losscheck.summary.folding import Center

SUMMARIZE_ABOVE = 4_000_000
"""Rows, which take 96 MB: above, only their summary is kept (docs/scale.md)."""
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
    database. `with_features`: there are targets and no predictions, and all other columns are read as
    `Sample.features`. `targets` is a file that has the targets by the key `on`. `progress` is told what has been read.
    Raises `InputError`, and nothing else, for anything that is wrong with the input.
    """
    request = Request(parse_task(task), asked)
    in_rows = "--fit-baseline" if with_features else "--stage init" if asked.stage is Stage.INIT else ""
    if (address := _only_address(files, table)) is not None:
        _refuse_summary(f"table {table}", in_rows)
        return _of_numbers(sample_of(read_table(address, table, roles)), request.task)
    if (targets is None) != (on is None):
        raise InputError("--targets FILE and --on COL go together: the file of targets, and the key of both files.")
    if targets is not None and on is not None:
        if str(targets) == STANDARD_INPUT and STANDARD_INPUT in map(str, files):
            raise InputError("standard input (-) is given twice, and can be read only once.")
        join = read_targets(targets, on, roles.target, spelling, drop_bad_rows)
        joined_roles = replace(roles, target=join.names)
        state = Reading(joined_roles, request, drop_bad_rows, progress, None, spelling, with_features, join)
        return _join(read_files(files, state), join)
    once = _can_be_read_once(files)
    folding = None if exact or in_rows else Folding(SUMMARIZE_ABOVE, once=once)
    state = Reading(roles, request, drop_bad_rows, progress, folding, spelling, with_features)
    reading = read_files(files, state)
    if reading.summaries:
        _refuse_summary(reading.summaries[0][0], in_rows)
        return _of_numbers(sample_of(reading.merged()), request.task)
    found = reading.sample()
    if not isinstance(found, Summary):
        return found
    better = found.better_center()
    if better is not None and once:
        raise InputError(FAR_IN_A_STREAM)
    if better is not None:
        found = _read_about(
            better, files, partial(_read_once, files, roles, request, drop_bad_rows, progress, spelling)
        )
    return sample_of(found)


def _can_be_read_once(files: Sequence[str | os.PathLike[str]]) -> bool:
    """Tell whether standard input or a named pipe is among the files."""
    return any(str(path) == STANDARD_INPUT or Path(path).is_fifo() for path in files)


def _join(reading: Reading, join: Targets) -> Sample | ClassSample:
    """Return the sample of predictions whose targets are in another file; their rows are kept, however many."""
    if reading.summaries:
        raise InputError(f"{reading.summaries[0][0]} is a summary, which has no keys. Leave out --targets.")
    if not reading.with_features:
        join.require_match(reading.layout, reading.files[0].name)
    found = reading.sample()
    assert not isinstance(found, Summary), "rows are folded above a number of them, and there is none here"
    return join.complete(found)


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
        summary = read_table(address, table, roles, center)
        _of_numbers(sample_of(summary), request.task)
        return summary
    read = partial(_read_once, files, roles, request, drop_bad_rows, progress, spelling)
    return read(center) if center is not None else _read_about(Center(), files, read)


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


def _read_about(center: Center, files: Sequence[str | os.PathLike[str]], read: Callable[[Center], Summary]) -> Summary:
    """Return the summary about this center or, where that will not do, about a better one."""
    for _ in range(MOST_CENTERS):
        summary = read(center)
        better = summary.better_center()
        if better is None:
            break
        if _can_be_read_once(files):
            raise InputError(
                "the values lie far from 0 against their spread, and a stream cannot be read a second time. "
                f"Give --center {better.residual!r},{better.prediction!r} (of residuals, of predictions), or a file."
            )
        center = better
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


def _refuse_summary(name: str, option: str) -> None:
    """Raise `InputError` where a summary, of a file or a table, is asked for what only rows have."""
    if option:
        raise InputError(f"{name} is looked at by its summary, and {option} needs the rows themselves. Give a file.")


def _of_numbers(sample: Sample, task: TaskKind | None) -> Sample:
    """Return the sample of a summary; `InputError` where its targets are two classes, or were said to be classes."""
    columns, targets, cells = sample.info.columns, sample.target_values, sample.cells
    files, dialect = sample.info.files, sample.info.dialect or {}
    name = files[0].name if files else f"table {dialect.get('table', '')}"
    if task is not None and task not in REGRESSIONS:
        raise InputError(NO_CLASSES.format(file=name, what=f"--task {task}"))
    if task is not None or targets is None or cells is None or cells.prediction is None:
        return sample
    undecided = Undecided(columns.target or "", columns.prediction or "", name)
    predicted = cells.prediction.round(SEEN_DECIMALS)
    if undecided.look(targets.value, predicted) and undecided.explain_binary():
        raise InputError(NO_CLASSES.format(file=name, what=f"'{undecided.prediction}', a score of two classes"))
    return sample


def _only_address(files: Sequence[str | os.PathLike[str]], table: str | None) -> str | None:
    """Return the address of a database, if that is what was given."""
    addresses = [str(path) for path in files if is_address(str(path))]
    if not addresses and table is not None:
        raise InputError(f"--table {table} needs the address of a database, as in duckdb://file.ddb")
    if addresses and len(files) > 1:
        raise InputError("one database at a time: summarize each, and merge the summaries")
    return addresses[0] if addresses else None
