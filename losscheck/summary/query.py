"""The summary as one query: what the buckets do with the bits of a double, in arithmetic that every engine has.

Sums of floats differ between engines and threads; here only integers are counted and added.
"""

from __future__ import annotations

from typing import Any

from losscheck.summary.buckets import CELL_BITS, EXPONENT_ZERO, FINE_BITS, HIGH_BITS, LOW_BITS
from losscheck.summary.folding import Center
from losscheck.summary.tables import LEVELS

RESIDUAL, TARGET, PAIRS, JOINT = "residual", "target", "residual_prediction", "target_prediction"
MISSING, INFINITE, ROWS = "missing", "non_finite", "rows"
COLUMNS = ("part", "bucket", "other", "n", "s1", "s2", "s3", "s4", "s5")
"""Of the result: a part of the summary, its bucket or buckets, its rows and its sums, in the order of the tables.
Of `missing` and `non_finite`, `bucket` numbers the column: 0 target, 1 prediction, 2 residual; `other` is 0."""
SMALLEST, LARGEST = 2.0**-1022, (2 - 2.0**-52) * 2.0**1023
LOG_2 = 0.6931471805599453


def summary_query(table: Any, target: str | None, prediction: str | None, residual: str | None, center: Center) -> Any:
    """Return the Ibis expression that summarizes a table's columns; a target and a prediction, or the residual."""
    import ibis

    rows = _columns(table, target, prediction, residual)
    used = [name for name in ("target", "prediction", "residual") if name in rows.columns]
    clean = rows.filter(*(_finite(rows[name]) for name in used))
    both = "prediction" in used
    clean = clean.mutate(r=clean.residual - _double(center.residual))
    clean = _leading(clean, "r")
    queries = [_fine(clean, RESIDUAL, "r")]
    if both:
        clean = _leading(clean.mutate(t=clean.target, p=clean.prediction - _double(center.prediction)), "t")
        clean = _leading(clean, "p")
        positive = clean.filter(clean.t_sign >= 0)  # where any is negative, nobody needs the others
        queries += [_fine(clean, TARGET, "t"), _cells(clean, PAIRS, "r"), _cells(positive, JOINT, "t")]
    for number, name in enumerate(("target", "prediction", "residual")):
        if name in used and not (both and name == "residual"):
            queries += _left_out(rows, number, name)
    if both:
        queries.append(_too_large(rows))
    queries.append(_counted(rows, ROWS, 0))
    return ibis.union(*queries)


def _double(value: float) -> Any:
    """Return a literal that is a double in every engine: PostgreSQL takes 2.0 for a decimal."""
    import ibis

    return ibis.literal(repr(value)).cast("float64")


def _finite(column: Any) -> Any:
    """Return where there is a number; by its size, for Ibis drops the infinities from Spark's SQL."""
    return column.notnull() & ~column.isnan() & (column.abs() <= _double(LARGEST))


def _infinite(column: Any) -> Any:
    return ~column.isnan() & (column.abs() > _double(LARGEST))


def _columns(table: Any, target: str | None, prediction: str | None, residual: str | None) -> Any:
    given = {"target": target, "prediction": prediction, "residual": residual}
    rows = table.select(**{role: table[name].cast("float64") for role, name in given.items() if name is not None})
    names = set(rows.columns)
    if "residual" not in names:
        return rows.mutate(residual=rows.target - rows.prediction)
    if "prediction" in names:
        return rows.mutate(target=rows.prediction + rows.residual)
    return rows.mutate(prediction=rows.target - rows.residual) if "target" in names else rows


def _leading(table: Any, name: str) -> Any:
    """Add sign, exponent and mantissa less 1 of a column: the logarithm may be off by one, the mantissa tells."""
    import ibis

    size = table[name].abs()
    tiny = size < _double(SMALLEST)
    table = table.mutate(
        **{
            f"{name}_sign": ibis.ifelse(tiny, 0, ibis.ifelse(table[name] < 0, -1, 1)).cast("int64"),
            f"{name}_size": ibis.ifelse(tiny, _double(1.0), size),
        }
    )
    power = (table[f"{name}_size"].ln() / _double(LOG_2)).floor().cast("int64")
    table = table.mutate(**{f"{name}_power": ibis.greatest(ibis.least(power, 1023), -1022)})
    table = table.mutate(
        **{f"{name}_part": table[f"{name}_size"] / _double(2.0).pow(table[f"{name}_power"].cast("float64"))}
    )
    part, power = table[f"{name}_part"], table[f"{name}_power"]
    over, under = part >= _double(2.0), part < _double(1.0)
    return table.mutate(
        **{
            f"{name}_power": power + ibis.ifelse(over, 1, ibis.ifelse(under, -1, 0)).cast("int64"),
            f"{name}_part": ibis.ifelse(over, part / _double(2.0), ibis.ifelse(under, part * _double(2.0), part))
            - _double(1.0),
        }
    )


def _whole(value: Any, bits: int) -> Any:
    """Return the whole part of the value times 2^bits, as an integer."""
    return (value * _double(2.0**bits)).floor().cast("int64")


def _bucket(table: Any, name: str, bits: int) -> Any:
    octave = (table[f"{name}_power"] + EXPONENT_ZERO) * 2**bits
    return table[f"{name}_sign"] * (octave + _whole(table[f"{name}_part"], bits))


def _fine(table: Any, part: str, name: str) -> Any:
    rest = table[f"{name}_part"] * _double(2.0**FINE_BITS)
    table = table.select(bucket=_bucket(table, name, FINE_BITS), rest=rest - rest.floor().cast("float64"))
    high = table.rest * _double(2.0**HIGH_BITS)
    low = high - high.floor().cast("float64")
    table = table.select("bucket", high=_whole(table.rest, HIGH_BITS), low=_whole(low, LOW_BITS))
    return _gathered(table, part, table.bucket, None, (table.high, table.low, table.high * table.high))


def _cells(table: Any, part: str, name: str) -> Any:
    bits, other_bits = LEVELS[0]
    table = table.select(
        bucket=_bucket(table, name, bits),
        other=_bucket(table, "p", other_bits),
        r=_whole(table[f"{name}_part"], CELL_BITS),
        p=_whole(table.p_part, CELL_BITS),
    )
    r, p = table.r, table.p
    return _gathered(table, part, table.bucket, table.other, (r, p, r * r, p * p, r * p))


def _gathered(table: Any, part: str, bucket: Any, other: Any, values: tuple[Any, ...]) -> Any:
    import ibis

    keys = {"bucket": bucket} | ({} if other is None else {"other": other})
    sums = {f"s{i}": value.sum().cast("int64") for i, value in enumerate(values, start=1)}
    found = table.group_by(**keys).agg(n=table.count().cast("int64"), **sums)
    fill = {name: ibis.literal(0, "int64") for name in COLUMNS[1:] if name not in found.columns}
    found = found.mutate(part=ibis.literal(part), **fill)
    return found.select(*COLUMNS)


def _counted(table: Any, part: str, column: int) -> Any:
    import ibis

    zeros = {name: ibis.literal(0, "int64") for name in COLUMNS if name not in ("part", "bucket", "n")}
    found = table.agg(n=table.count().cast("int64"))
    return found.mutate(part=ibis.literal(part), bucket=ibis.literal(column, "int64"), **zeros).select(*COLUMNS)


def _left_out(rows: Any, number: int, name: str) -> list[Any]:
    column = rows[name]
    missing = rows.filter(column.isnull() | column.isnan())
    return [_counted(missing, MISSING, number), _counted(rows.filter(_infinite(column)), INFINITE, number)]


def _too_large(rows: Any) -> Any:
    """Count rows whose target and prediction are finite and whose residual is not."""
    finite = (_finite(rows[name]) for name in ("target", "prediction"))
    return _counted(rows.filter(*finite, _infinite(rows.residual)), INFINITE, 2)
