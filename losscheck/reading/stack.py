"""A matrix that is put together from blocks of rows without ever being in memory twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscheck.numeric.lazy import Array, np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLAB_BYTES = 64 * 1024 * 1024
"""Large enough (above 32 MiB) for the C library to give each slab back to the system as soon as it is copied."""
FIRST_BYTES = 1024 * 1024


class Stack:
    """Takes blocks of rows and keeps them column by column, in slabs that are let go one by one at the end."""

    def __init__(self, columns: int, dtype: str = "float64") -> None:
        """Expect blocks of so many columns."""
        self.columns = columns
        self.dtype = dtype
        self.rows = 0
        self._slabs: list[NDArray[np.generic]] = []
        self._free = 0

    def add(self, block: Array | NDArray[np.int64]) -> None:
        """Add a block of shape (rows, columns), or (rows,) for a single column."""
        block = block.reshape(len(block), self.columns)
        done = 0
        while done < len(block):
            if not self._free:
                self._add_slab()
            slab = self._slabs[-1]
            size = min(self._free, len(block) - done)
            start = slab.shape[1] - self._free
            slab[:, start : start + size] = block[done : done + size].T
            done += size
            self._free -= size
        self.rows += len(block)

    def _add_slab(self) -> None:
        taken = 2 * self._slabs[-1].nbytes if self._slabs else FIRST_BYTES
        rows = max(1, min(taken, SLAB_BYTES) // (8 * self.columns))
        self._slabs.append(np.empty((self.columns, rows), dtype=self.dtype))
        self._free = rows

    def join(self) -> Any:
        """Return all rows as one matrix (rows, columns) whose columns are contiguous, and forget the blocks."""
        if len(self._slabs) == 1:
            joined = self._slabs.pop()[:, : self.rows]
            return joined.T if joined.flags.c_contiguous else np.ascontiguousarray(joined).T
        joined = np.empty((self.columns, self.rows), dtype=self.dtype)
        start = 0
        self._slabs.reverse()
        while self._slabs:
            slab = self._slabs.pop()[:, : self.rows - start]
            joined[:, start : start + slab.shape[1]] = slab
            start += slab.shape[1]
        return joined.T
