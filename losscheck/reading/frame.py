"""A block of text that is plainly a table, through the parser of pandas."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from losscheck.numeric.lazy import Array, np
from losscheck.reading.dialect import Dialect
from losscheck.reading.labels import Labels
from losscheck.reading.number import MISSING
from losscheck.reading.text import REPLACED, Kind, Wanted

if TYPE_CHECKING:
    import pandas as pd

ROUND_TRIP_IS_DEFAULT = (3, 1)  # pandas; before, the default could be off in the last digit
LARGE = 8 * 1024 * 1024
TRUTH = re.compile(rb"true|false", re.IGNORECASE)


class _Buffer:
    """Gives bytes to pandas as they are: wrapped in `BytesIO` they would be decoded and encoded again."""

    mode = "r"

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._position = 0

    def read(self, size: int) -> bytes:
        piece = self._text[self._position : self._position + size]
        self._position += len(piece)
        return piece

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._text.splitlines(keepends=True))


def parse_table(text: bytes, dialect: Dialect, wanted: Sequence[Wanted]) -> Array | None:
    """Return a column per wanted one, labels as their codes; None, or ValueError, where only `parse_text` can tell."""
    import pandas as pd

    frame = pd.read_csv(_Buffer(text), **_pandas_options(dialect, wanted, text))  # type: ignore[call-overload]
    numbers = [column for column in wanted if column.labels is None]
    values = frame[[column.index for column in numbers]].to_numpy()
    if _has_negative_weight(values, numbers) or _has_truth_values(values, numbers, text, dialect):
        return None
    if len(numbers) == len(wanted):
        return np.asfortranarray(values)
    table = np.empty((len(frame), len(wanted)), order="F")
    positions = {column.index: place for place, column in enumerate(numbers)}
    for place, column in enumerate(wanted):
        if column.labels is None:
            table[:, place] = values[:, positions[column.index]]
        else:
            table[:, place] = _code(frame[column.index], column.labels)
    return table


def _pandas_options(dialect: Dialect, wanted: Sequence[Wanted], text: bytes) -> dict[str, Any]:
    import pandas as pd

    labelled = any(column.labels is not None for column in wanted)
    legal = any(column.labels is not None and column.labels.missing != MISSING for column in wanted)
    options: dict[str, Any] = {
        "sep": dialect.delimiter,
        "header": None,
        "index_col": False,
        "usecols": sorted(column.index for column in wanted),
        "dtype": {c.index: "category" if c.labels else np.float64 for c in wanted} if labelled else np.float64,
        "na_values": sorted(MISSING),
        "keep_default_na": False,
        "skipinitialspace": b" " in text,  # takes an eighth of the time
        "decimal": dialect.decimal,
        "quoting": csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        "engine": "c",
        "low_memory": len(text) > LARGE,  # its own blocks keep large texts in the cache, and cost small ones a quarter
    }
    if legal:
        options["na_values"] = {c.index: sorted(c.labels.missing if c.labels else MISSING) for c in wanted}
    if dialect.quote:
        options["quotechar"] = dialect.quote
    if tuple(int(part) for part in pd.__version__.split(".")[:2]) < ROUND_TRIP_IS_DEFAULT:
        options["float_precision"] = "round_trip"
    return options


def _code(column: pd.Series[Any], labels: Labels) -> Array:
    """Return the codes of a column of categories, NaN where there is none."""
    if any(REPLACED in str(category) for category in column.cat.categories):
        raise ValueError("a label has bytes that are no characters")
    codes = [labels.code(str(category)) for category in column.cat.categories]
    found: Array = np.array([*codes, np.nan])[column.cat.codes.to_numpy()]
    return found


def _has_negative_weight(values: Array, numbers: Sequence[Wanted]) -> bool:
    weights = [place for place, column in enumerate(numbers) if column.kind is Kind.WEIGHT]
    return any(bool((values[:, place] < 0).any()) for place in weights)


def _has_truth_values(values: Array, numbers: Sequence[Wanted], text: bytes, dialect: Dialect) -> bool:
    """Tell whether pandas has read True and False as 1 and 0, which it does where a block of a column has only those.

    The text is searched first; where the words are in it, perhaps in another column, the columns are read as text.
    """
    import pandas as pd

    if not len(values):
        return False
    likely = np.flatnonzero((values[0] == 0) | (values[0] == 1) | np.isnan(values[0]))
    only = [int(k) for k in likely if bool(((values[:, k] == 0) | (values[:, k] == 1) | np.isnan(values[:, k])).all())]
    if not only or TRUTH.search(text) is None:
        return False
    labels = Labels("")
    as_text = [Wanted(numbers[place].index, "", Kind.LABEL, labels) for place in only]
    frame = pd.read_csv(_Buffer(text), **_pandas_options(dialect, as_text, text))  # type: ignore[call-overload]
    return any(TRUTH.fullmatch(str(cell).strip().encode()) for column in frame for cell in frame[column].cat.categories)
