"""The file of a summary: JSON, the same bytes for the same rows; bucket numbers as steps from one to the next."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from losscheck.numeric.lazy import np
from losscheck.results import Columns, InputError, InputFile, InputInfo
from losscheck.sample import LeftOut
from losscheck.summary.folding import Center, Summary
from losscheck.summary.tables import LEVELS, Pairs, Table, encode

if TYPE_CHECKING:
    from losscheck.summary.buckets import Integers

MARK, VERSION = "losscheck_summary", 2
FINE = ("count", "upper", "lower", "upper_squared")
CELLS = ("count", "first", "prediction", "first_squared", "prediction_squared", "product")
BEGINNING = b'{"' + MARK.encode() + b'":'


def is_summary(head: bytes) -> bool:
    """Tell whether a file that begins like this is a summary."""
    return head.lstrip()[: len(BEGINNING)] == BEGINNING


def write_summary(summary: Summary) -> str:
    """Return the summary as JSON, a line a column."""
    info = summary.info
    plain: dict[str, Any] = {
        MARK: VERSION,
        "files": [asdict(file) for file in info.files],
        "rows": info.rows,
        "rows_used": info.rows_used,
        "columns": {role: name for role, name in asdict(info.columns).items() if name is not None},
        "dialect": info.dialect,
        "precision": info.precision,
        "missing": [asdict(item) for item in summary.missing],
        "non_finite": [asdict(item) for item in summary.non_finite],
        "center": asdict(summary.center),
        "residual": _plain_table(summary.residual),
        "target": None if summary.target is None else _plain_table(summary.target),
        "residual_prediction": None if summary.pairs is None else _plain_pairs(summary.pairs),
        "target_prediction": None if summary.joint is None else _plain_pairs(summary.joint),
    }
    lines = ",\n".join(f"{json.dumps(key)}:{_compact(value)}" for key, value in plain.items())
    return "{" + lines + "}\n"


def parse_summary(text: str, name: str) -> Summary:
    """Return the summary that a file holds; raises InputError, with its `name`, where it is none or damaged."""
    try:
        plain = json.loads(text)
        version = plain[MARK]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{name} begins like a summary and is damaged: {error}. Make it again.") from None
    if version != VERSION:
        raise InputError(f"{name} is a summary of version {version}; this losscheck reads version {VERSION}.")
    try:
        return _parse(plain)
    except (ValueError, KeyError, TypeError, OverflowError, AttributeError, IndexError) as error:
        raise InputError(f"{name} is a damaged summary ({type(error).__name__}: {error}). Make it again.") from None


def _parse(plain: Mapping[str, Any]) -> Summary:
    info = InputInfo(
        tuple(InputFile(**file) for file in plain["files"]),
        int(plain["rows"]),
        int(plain["rows_used"]),
        Columns(**plain["columns"]),
        plain["dialect"],
        plain["precision"],
        summarized=True,
    )
    summary = Summary(
        info,
        _table(plain["residual"]),
        None if plain["target"] is None else _table(plain["target"]),
        None if plain["residual_prediction"] is None else _pairs(plain["residual_prediction"]),
        None if plain["target_prediction"] is None else _pairs(plain["target_prediction"]),
        Center(**{role: float(value) for role, value in plain["center"].items()}),
        _left_out(plain["missing"]),
        _left_out(plain["non_finite"]),
    )
    cells = [None if pairs is None else pairs.table for pairs in (summary.pairs, summary.joint)]
    tables = [summary.residual, summary.target, *cells]
    if any(table is not None and table.rows != info.rows_used for table in tables) or info.rows_used < 1:
        raise ValueError("the counts do not add up to rows_used")
    return summary


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _plain_table(table: Table) -> dict[str, list[int]]:
    return {"bucket_steps": _steps(table.bucket), **_columns(FINE, table)}


def _plain_pairs(pairs: Pairs) -> dict[str, Any]:
    bits, buckets = pairs.bits, pairs.buckets()
    return {
        "first_bits": bits[0],
        "prediction_bits": bits[1],
        "first_steps": _steps(buckets[0]),
        "prediction_steps": _steps(buckets[1]),
        **_columns(CELLS, pairs.table),
    }


def _columns(names: Sequence[str], table: Table) -> dict[str, list[int]]:
    return {name: column.tolist() for name, column in zip(names, table.sums, strict=True)}


def _table(plain: Mapping[str, Any]) -> Table:
    return _checked(_sum_up(plain["bucket_steps"]), FINE, plain)


def _pairs(plain: Mapping[str, Any]) -> Pairs:
    level = LEVELS.index((plain["first_bits"], plain["prediction_bits"]))
    code = encode(_sum_up(plain["first_steps"]), _sum_up(plain["prediction_steps"]))
    return Pairs(level, _checked(code, CELLS, plain))


def _checked(bucket: Integers, names: Sequence[str], plain: Mapping[str, Any]) -> Table:
    """Return the table; ValueError where no rows can have made it."""
    sums = np.array([plain[name] for name in names])
    if sums.dtype != np.int64 or sums.shape != (len(names), bucket.size):
        raise ValueError("its columns are not whole numbers of the same length")
    if (np.diff(bucket) <= 0).any() or (sums < 0).any() or (sums[0] < 1).any():
        raise ValueError("its buckets are not in order, or its counts are not positive")
    return Table(bucket, sums)


def _steps(bucket: Integers) -> list[int]:
    steps: list[int] = np.diff(bucket, prepend=0).tolist()
    return steps


def _sum_up(steps: Sequence[int]) -> Integers:
    array = np.array(steps)
    if array.dtype != np.int64 or array.ndim != 1:
        raise ValueError("its buckets are not whole numbers")
    return np.cumsum(array)


def _left_out(items: Sequence[Mapping[str, Any]]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(item["column"], int(item["count"]), tuple(item["rows"])) for item in items)
