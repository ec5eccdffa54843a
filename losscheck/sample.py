"""The sample: what every later step works on, whatever the rows came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.results import InputInfo, TaskKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.numeric.lazy import Array, np


@dataclass(frozen=True)
class LeftOut:
    """Rows of one column that could not be used: how many, and the first few row numbers."""

    column: str
    count: int
    rows: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Sample:
    """Clean rows of a regression problem: finite, equally long 1-D arrays in file order (or in `--order`).

    `residual` is target − prediction, in the target's units. `weight` are importance weights scaled so that
    they sum to Kish's effective number of rows (Σw)²/Σw²; None means that every row counts once.
    `row` holds the 1-based data row number of every kept row.
    """

    residual: Array
    row: NDArray[np.int64]
    info: InputInfo
    target: Array | None = None
    prediction: Array | None = None
    weight: Array | None = None
    ordered: bool = True
    missing: tuple[LeftOut, ...] = ()
    non_finite: tuple[LeftOut, ...] = ()
    kind: TaskKind = TaskKind.REGRESSION

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.residual.size)

    @property
    def effective_rows(self) -> float:
        """Kish's effective number of rows; n without weights."""
        return float(self.n) if self.weight is None else float(self.weight.sum())
