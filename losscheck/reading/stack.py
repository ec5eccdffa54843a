"""A matrix that is put together from blocks of rows, without ever being in memory twice when it is large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscheck.numeric.lazy import Array, np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLAB_BYTES = 64 * 1024 * 1024
"""Small blocks are merged into slabs of this size, which the C library gives back to the system when they are freed.

The memory of small blocks it keeps, so that blocks to the end would double what is in use.
"""


class Stack:
    """Takes blocks of rows and returns them as one matrix whose columns are contiguous."""

    def __init__(self, columns: int, dtype: type = float) -> None:
        """Expect blocks of so many columns of this type."""
        self.columns = columns
        self._dtype = dtype
        self._room: NDArray[np.generic] | None = None
        self._filled = 0
        self._rows = 0
        self._slabs: list[NDArray[np.generic]] = []
        self._blocks: list[NDArray[np.generic]] = []
        self._bytes = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._rows

    def reserve(self, rows: int) -> None:
        """Make room for about so many rows, if that is much; memory is taken only as it is filled."""
        if 8 * rows * self.columns > SLAB_BYTES and not self._blocks and self._room is None:
            self._room = np.empty((self.columns, rows), dtype=self._dtype)

    def add(self, block: Array | NDArray[np.int64]) -> None:
        """Add a block of shape (rows, columns), or (rows,) for a single column."""
        block = block.reshape(len(block), self.columns)
        self._rows += len(block)
        if self._room is not None and not self._bytes and self._filled + len(block) <= self._room.shape[1]:
            self._room[:, self._filled : self._filled + len(block)] = block.T
            self._filled += len(block)
            return
        if block.base is not None and 2 * block.nbytes < block.base.nbytes:
            block = block.copy()  # a column of labels would keep the outputs beside it in memory
        self._blocks.append(block)
        self._bytes += block.nbytes
        if self._bytes >= SLAB_BYTES * (len(self._slabs) + 1):
            self._slabs.append(_merge(self._blocks))

    def join(self) -> Any:
        """Return all rows as one matrix (rows, columns), and forget the blocks."""
        room = [] if self._room is None else [self._room[:, : self._filled].T]
        parts = room + self._slabs + self._blocks
        self._room, self._slabs, self._blocks = None, [], []
        self._filled = self._rows = self._bytes = 0
        if len(parts) == 1:
            return parts[0] if room else np.asfortranarray(parts[0])
        return _merge(parts) if parts else np.empty((0, self.columns))


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
