"""Rows of a regression that are folded into a summary when they become many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array
from losscheck.reading.collect import Collector, Kept
from losscheck.reading.regression import derive_finite
from losscheck.results import InputInfo
from losscheck.summary import Folder, Summary
from losscheck.summary.folding import Center

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.numeric.lazy import np

FOLD_ROWS = 2**18
"""Rows folded at once: fewer take longer a row, more take more memory."""


class FoldingCollector(Collector):
    """Collects rows; above `most_rows` it folds them into a summary, with a `center` all of them, about it."""

    def __init__(self, names: Mapping[str, Sequence[str]], most_rows: int, center: Center | None = None) -> None:
        """Expect columns with these names for each role."""
        super().__init__(names)
        self.folder = None if center is None else Folder(center)
        self._most_rows = most_rows

    def expect(self, rows: int) -> None:
        """Make room for about so many rows, if they are to be kept."""
        if self.folder is None:
            super().expect(min(rows, self._most_rows + FOLD_ROWS))

    def add(self, columns: Mapping[str, Array], row: NDArray[np.int64], unreadable: Sequence[int] = ()) -> None:
        """Add a block, as any collector does."""
        super().add(columns, row, unreadable)
        if self.folder is None and self.waiting > self._most_rows:
            self.folder = Folder()
        if self.folder is not None and self.waiting >= FOLD_ROWS:
            self._fold(self.folder)

    def summary(self, info: InputInfo) -> Summary:
        """Return the summary; `info` lacks only the counts of rows. `InputError` where no row is left."""
        folder = self.folder or Folder()
        last = self._fold(folder)
        summary = folder.summary(info, *last.left_out())
        if not summary.info.rows_used:
            last.require_rows(info)
        return replace(summary, info=replace(summary.info, rows=self.rows))

    def _fold(self, folder: Folder) -> Kept:
        """Fold the rows that wait, and return the last of them."""
        waiting = self.finish()
        for start in range(0, max(waiting.row.size, 1), FOLD_ROWS):
            kept = waiting.part(start, start + FOLD_ROWS)
            derived = derive_finite(kept)
            if kept.row.size:
                folder.add(derived)
        return kept
