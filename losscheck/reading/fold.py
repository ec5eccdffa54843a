"""Rows of a regression that are folded into a summary when they become many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array
from losscheck.reading.collect import Collector, Kept
from losscheck.reading.regression import derive_finite
from losscheck.results import Columns, InputInfo
from losscheck.summary import Folder, Summary
from losscheck.summary.folding import Center, settle_center

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.numeric.lazy import np

FOLD_ROWS = 2**18
"""Rows folded at once: fewer take longer a row, more take more memory."""


@dataclass(frozen=True)
class Folding:
    """Rows are folded above `most_rows` of them, about 0; about a `center`, if one is given, all of them.

    `once`: they cannot be read again about a better center, so the first of them settle it.
    """

    most_rows: int
    center: Center | None = None
    once: bool = False


class FoldingCollector(Collector):
    """Collects rows, and folds them into a summary when they become many."""

    def __init__(self, names: Mapping[str, Sequence[str]], folding: Folding) -> None:
        """Expect columns with these names for each role."""
        super().__init__(names)
        self.folder = None if folding.center is None else Folder(folding.center)
        self._folding = folding

    def expect(self, rows: int) -> None:
        """Make room for about so many rows, if they are to be kept."""
        if self.folder is None:
            super().expect(min(rows, self._folding.most_rows + FOLD_ROWS))

    def add(self, columns: Mapping[str, Array], row: NDArray[np.int64], unreadable: Sequence[int] = ()) -> None:
        """Add a block, as any collector does."""
        super().add(columns, row, unreadable)
        if self.folder is None and self.waiting > self._folding.most_rows:
            # The report needs it, a quarter of a second's work that a thread does while blocks are read.
            Thread(target=import_module, args=("scipy.special",)).start()
            waiting: Iterable[Mapping[str, Array]] = self._parts(self.finish())
            center = Center()
            if self._folding.once:
                waiting = list(waiting)
                center = find_center(waiting)
            self.folder = _fold(waiting, Folder(center))
        elif self.folder is not None and self.waiting >= FOLD_ROWS:
            _fold(self._parts(self.finish()), self.folder)

    def summary(self, info: InputInfo) -> Summary:
        """Return the summary; `info` lacks only the counts of rows. `InputError` where no row is left."""
        last = self.finish()
        folder = _fold(self._parts(last), self.folder or Folder())
        summary = folder.summary(info, *last.left_out())
        if not summary.info.rows_used:
            last.require_rows(info)
        return replace(summary, info=replace(summary.info, rows=self.rows))

    def _parts(self, kept: Kept) -> Iterator[Mapping[str, Array]]:
        """Yield target, prediction and residual of rows that can be folded at once."""
        for start in range(0, kept.row.size, FOLD_ROWS):
            part = kept.part(start, start + FOLD_ROWS)
            derived = derive_finite(part)
            if part.row.size:
                yield derived


def _fold(parts: Iterable[Mapping[str, Array]], folder: Folder) -> Folder:
    """Fold rows, and return the folder."""
    for part in parts:
        folder.add(part)
    return folder


def find_center(parts: Sequence[Mapping[str, Array]]) -> Center:
    """Return about what these rows should be folded."""
    nothing = InputInfo((), 0, 0, Columns(), {})
    return settle_center(lambda center: _fold(parts, Folder(center)).summary(nothing, (), ())).center
