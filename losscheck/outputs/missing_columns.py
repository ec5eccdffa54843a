"""Whether rows sum to too little because the column of a class is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.reading import Interpretation, count_of
from losscheck.outputs.rows import measure_rows, sum_exponentials
from losscheck.outputs.simplex import FEW, MOST, SLIGHT, tolerance_of
from losscheck.outputs.tolerance import PERCENT
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.sample import ClassSample

CLEARLY_SHORT = 1e-3
"""A class that gets a thousandth on average is worth a column; less may be arithmetic."""
NEARLY_ALL = 0.9
"""Some row of percentages comes as close to 100; other scores below 100 need not."""


def labels_without_column(sample: ClassSample) -> tuple[str, ...]:
    """Return the labels that some row has but no column stands for."""
    found = sample.label_map
    if found is None:
        return ()
    every = zip(found.values, found.counts, found.column, strict=True)
    return tuple(value for value, count, column in every if column < 0 and count > 0)


def find_missing_columns(sample: ClassSample) -> Interpretation | None:
    """Tell whether a class's column is missing: labels have none, and sums fall short of 1 but do not exceed it.

    A rare class leaves most rows as they should be; then those that fall short must be the rows of these labels.
    """
    unseen = labels_without_column(sample)
    if not unseen:
        return None
    rows = measure_rows(sample)
    if np.count_nonzero(rows.high > 0) <= FEW * sample.n:
        with np.errstate(over="ignore"):
            sums = sum_exponentials(sample.outputs, 1.0)
        return _read_short(sample, unseen, sums, np.zeros(sample.n), 1.0, "sum of exponentials")
    found = _read_short(sample, unseen, rows.total, rows.low, 1.0, "sum")
    if found is None and rows.total.max() >= NEARLY_ALL * PERCENT:
        found = _read_short(sample, unseen, rows.total, rows.low, PERCENT, "sum")
    return found


def _read_short(
    sample: ClassSample, unseen: tuple[str, ...], sums: Array, low: Array, total: float, what: str
) -> Interpretation | None:
    slack = max(CLEARLY_SHORT * total, 2 * tolerance_of(sample, total).sum)
    inside = (low >= -SLIGHT * total) & (sums <= total + slack)
    short = inside & (sums < total - slack)
    count = int(np.count_nonzero(short))
    if np.count_nonzero(~inside) > FEW * count or not (count > FEW * sample.n or _theirs(sample, short)):
        return None
    names = ", ".join(f"'{name}'" for name in unseen[:3]) + (" …" if len(unseen) > 3 else "")
    return Interpretation(
        Numbers.INVALID,
        f"no {what} above {total:g}, a clearly smaller one in {count_of(count, sample.n)}, and no column that stands "
        f"for {'the label' if len(unseen) == 1 else 'the labels'} {names}: the column of a class is missing",
        total,
        missing_columns=unseen,
    )


def _theirs(sample: ClassSample, short: NDArray[np.bool_]) -> bool:
    """Tell whether most rows whose label has no column are among those that fall short."""
    if sample.label is None:
        return False
    unseen = sample.label < 0
    among = np.count_nonzero(short & unseen)
    return bool(among > MOST * np.count_nonzero(unseen))
