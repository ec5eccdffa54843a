"""A matrix that is put together from blocks of rows, without ever being in memory twice when it is large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscheck.numeric.lazy import Array, np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLAB_BYTES = 256 * 1024 * 1024
"""Small blocks are merged into slabs of this size, which the C library gives back to the system when they are freed.

The memory of small blocks it keeps, so that blocks to the end would double what is in use.
"""


class Stack:
    """Takes blocks of rows and returns them as one matrix whose columns are contiguous."""

    def __init__(self, columns: int) -> None:
        """Expect blocks of so many columns."""
        self.columns = columns
        self._slabs: list[NDArray[np.generic]] = []
        self._blocks: list[NDArray[np.generic]] = []
        self._bytes = 0

    def add(self, block: Array | NDArray[np.int64]) -> None:
        """Add a block of shape (rows, columns), or (rows,) for a single column; it is not copied at once."""
        self._blocks.append(block.reshape(len(block), self.columns))
        self._bytes += block.nbytes
        if self._bytes >= SLAB_BYTES:
            self._slabs.append(_merge(self._blocks))
            self._bytes = 0

    def join(self) -> Any:
        """Return all rows as one matrix (rows, columns), and forget the blocks."""
        parts = self._slabs + self._blocks
        self._slabs, self._blocks = [], []
        if not parts:
            return np.empty((0, self.columns))
        return np.asfortranarray(parts[0]) if len(parts) == 1 else _merge(parts)


def _merge(parts: list[NDArray[np.generic]]) -> NDArray[np.generic]:
    """Return the parts below each other, letting go of each as soon as it is copied."""
    columns, rows = parts[0].shape[1], sum(len(part) for part in parts)
    merged = np.empty((columns, rows), dtype=parts[0].dtype)
    end = rows
    while parts:
        part = parts.pop()
        merged[:, end - len(part) : end] = part.T
        end -= len(part)
    return merged.T
