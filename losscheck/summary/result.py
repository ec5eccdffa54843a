"""What the query gave, as a summary: the same integers as those of the rows themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from losscheck.numeric.lazy import np
from losscheck.results import Columns, InputError, InputInfo
from losscheck.sample import LeftOut
from losscheck.summary.folding import FINE_COLUMNS, Center, Summary, is_ever_negative
from losscheck.summary.query import COLUMNS, INFINITE, JOINT, MISSING, PAIRS, RESIDUAL, ROWS, TARGET
from losscheck.summary.tables import Pairs, Table, encode

if TYPE_CHECKING:
    from losscheck.summary.buckets import Integers

CELL_COLUMNS = 6
NAMES = ("target", "prediction", "residual")


def summary_of_result(
    result: Mapping[str, Any], columns: Columns, center: Center, dialect: Mapping[str, Any], name: str
) -> Summary:
    """Return the summary that the query's columns hold.

    Raises InputError, with `name`, where they hold none, or less than the query gave.
    """
    if any(column not in result for column in COLUMNS):
        raise InputError(f"{name} is no result of the query: its columns must be {', '.join(COLUMNS)}.")
    part = np.asarray(result["part"]).astype(str)
    numbers: Integers = np.stack([np.asarray(result[column]).astype(np.int64) for column in COLUMNS[1:]])
    rows = int(numbers[2, part == ROWS].sum())
    _require_whole(part, numbers, columns, name)
    residual = _table(numbers, part == RESIDUAL)
    if not residual.rows:
        raise InputError(f"{name}: no row is left of {rows:,}. Give rows with finite numbers.")
    target = _table(numbers, part == TARGET) if (part == TARGET).any() else None
    with_joint = target is not None and not is_ever_negative(target)
    info = InputInfo((), rows, residual.rows, columns, dialect, summarized=True)
    return Summary(
        info,
        residual,
        target,
        None if target is None else _pairs(numbers[:, part == PAIRS]),
        _pairs(numbers[:, part == JOINT]) if with_joint else None,
        center,
        _left_out(numbers[:, part == MISSING], columns),
        _left_out(numbers[:, part == INFINITE], columns),
    )


def _require_whole(part: Any, numbers: Integers, columns: Columns, name: str) -> None:
    """Raise InputError where the parts do not count the same rows: all of them but those that were left out.

    A row may be left out for two columns at once, so that these are told between two bounds only.
    """
    count = numbers[2]
    used = {which: int(count[part == which].sum()) for which in (RESIDUAL, TARGET, PAIRS)}
    if not (used[TARGET] or used[PAIRS] or sum(getattr(columns, role) is not None for role in NAMES) > 1):
        used = {RESIDUAL: used[RESIDUAL]}
    joint, least_zero = int(count[part == JOINT].sum()), int(count[(part == TARGET) & (numbers[0] >= 0)].sum())
    rows, left_out = int(count[part == ROWS].sum()), (part == MISSING) | (part == INFINITE)
    by_column = [int(count[left_out & (numbers[0] == column)].sum()) for column in range(len(NAMES))]
    agree = len(set(used.values())) == 1 and max(by_column) <= rows - used[RESIDUAL] <= sum(by_column)
    if not agree or joint != least_zero or (part == ROWS).sum() != 1:
        used |= {JOINT: joint} if joint != least_zero else {}
        counts = ", ".join(f"{n:,} in '{which}'" for which, n in used.items())
        raise InputError(
            f"{name} is not the whole result of the query: of {rows:,} rows it leaves out {sum(by_column):,}, and "
            f"holds {counts}. Save all of its lines again."
        )


def _table(numbers: Integers, which: Any) -> Table:
    chosen = numbers[:, which]
    chosen = chosen[:, np.argsort(chosen[0], kind="stable")]
    return Table(chosen[0], chosen[2 : 2 + FINE_COLUMNS])


def _pairs(numbers: Integers) -> Pairs:
    code = encode(numbers[0], numbers[1])
    position = np.argsort(code, kind="stable")
    return Pairs(0, Table(code[position], numbers[2 : 2 + CELL_COLUMNS, position])).bounded()


def _left_out(numbers: Integers, columns: Columns) -> tuple[LeftOut, ...]:
    names = [getattr(columns, role) or role for role in NAMES]
    found = sorted((int(column), int(count)) for column, count in zip(numbers[0], numbers[2], strict=True) if count)
    return tuple(LeftOut(names[column], count, ()) for column, count in found)
