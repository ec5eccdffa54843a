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
    """Return the summary that the query's columns hold; raises InputError, with `name`, where they hold none."""
    if any(column not in result for column in COLUMNS):
        raise InputError(f"{name} is no result of the query: its columns must be {', '.join(COLUMNS)}.")
    part = np.asarray(result["part"]).astype(str)
    numbers: Integers = np.stack([np.asarray(result[column]).astype(np.int64) for column in COLUMNS[1:]])
    rows = int(numbers[2, part == ROWS].sum())
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
