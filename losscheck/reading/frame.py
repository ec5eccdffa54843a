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
CHUNK_ROWS = 32_768
"""Rows that pandas takes at a time: their text and numbers stay in the cache. A block of 16 MiB at once took half as
long again and six times the memory; each column of a chunk takes 50 microseconds, so fewer rows cost more."""
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


def parse_table(text: bytes, dialect: Dialect, wanted: Sequence[Wanted], count: int) -> Array | None:
    """Return a column per wanted one, labels as their codes; None, or ValueError, where only `parse_text` can tell.

    `count` is the number of rows that are expected; any other is None.
    """
    import pandas as pd

    numbers = [place for place, column in enumerate(wanted) if column.labels is None]
    weights = [place for place in numbers if wanted[place].kind is Kind.WEIGHT]
    table = np.empty((count, len(wanted)), order="F")
    doubtful: set[int] = set()
    start = 0
    options = _pandas_options(dialect, wanted, text)
    with pd.read_csv(_Buffer(text), chunksize=CHUNK_ROWS, **options) as chunks:  # type: ignore[call-overload]
        for frame in chunks:
            part = table[start : start + len(frame)]
            if len(part) < len(frame):
                return None
            start += len(frame)
            part[:, numbers] = frame[[wanted[place].index for place in numbers]].to_numpy()
            for place, column in enumerate(wanted):
                if column.labels is not None:
                    part[:, place] = _code(frame[column.index], column.labels)
            doubtful |= _find_doubtful(part, numbers)
    negative = bool((table[:, weights] < 0).any())
    if start < count or negative or _has_truth_values([wanted[place] for place in doubtful], text, dialect):
        return None
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
        "low_memory": False,  # its own chunks within ours
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


def _find_doubtful(part: Array, numbers: Sequence[int]) -> set[int]:
    """Return the columns of numbers that are 0 and 1 only, which pandas also makes of False and True."""
    if not len(part):
        return set()
    likely = [place for place in numbers if part[0, place] in (0, 1) or np.isnan(part[0, place])]
    return {p for p in likely if bool(((part[:, p] == 0) | (part[:, p] == 1) | np.isnan(part[:, p])).all())}


def _has_truth_values(doubtful: Sequence[Wanted], text: bytes, dialect: Dialect) -> bool:
    """Tell whether pandas has read True and False as 1 and 0, which it does where a chunk of a column has only those.

    The text is searched first; where the words are in it, perhaps in another column, the columns are read as text.
    """
    import pandas as pd

    if not doubtful or TRUTH.search(text) is None:
        return False
    labels = Labels("")
    as_text = [Wanted(column.index, "", Kind.LABEL, labels) for column in doubtful]
    frame = pd.read_csv(_Buffer(text), **_pandas_options(dialect, as_text, text))  # type: ignore[call-overload]
    return any(TRUTH.fullmatch(str(cell).strip().encode()) for column in frame for cell in frame[column].cat.categories)
