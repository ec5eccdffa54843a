"""The distributions that outputs state, in blocks of rows, whatever the numbers are that they were written as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.conversion import log_probabilities, single_log_probabilities
from losscheck.outputs.interpretation import Interpretation, interpret
from losscheck.outputs.memory import once_per_sample
from losscheck.results import TaskKind
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.sample import ClassSample

    Labels = NDArray[np.int64]

BLOCK_CELLS = 1 << 20
"""Numbers worked on at a time: blocks of this size stay in the cache, and no second copy of the outputs is made."""


@dataclass(frozen=True, eq=False)
class Block:
    """Consecutive rows: log p (m, K), −inf where a class is given no probability, their classes and weights.

    `label` is −1 where the true class has no column, None without labels; `target` are soft labels (m, K) or None.
    """

    log_p: Array
    label: Labels | None
    target: Array | None
    weight: Array | None

    @property
    def p(self) -> Array:
        """The probabilities."""
        return np.exp(self.log_p)


@dataclass(frozen=True, eq=False)
class Stated:
    """The stated distributions of all rows, over `classes` ≥ 2 classes.

    A single score of two classes gives two columns. The outputs of a multilabel sample are n·K statements about one
    label each, row by row: `rows` = n·K, `classes` = 2 (no, yes); `file_rows` has the file's row number of every one.
    Each distribution sums to 1: what rounding left over is divided out.
    """

    sample: ClassSample
    interpretation: Interpretation
    rows: int
    classes: int
    names: tuple[str, ...]

    @property
    def labelled(self) -> bool:
        """True where each statement has one true class."""
        return self.sample.label is not None or self.sample.kind is TaskKind.MULTILABEL

    @property
    def file_rows(self) -> Labels:
        """The data row number of every statement."""
        return np.repeat(self.sample.row, self.rows // self.sample.n)

    def blocks(self) -> Iterator[Block]:
        """Yield all rows in order."""
        step = max(1, BLOCK_CELLS // max(self.sample.outputs.shape[1], 1))
        for start in range(0, self.sample.n, step):
            yield self.take(slice(start, min(start + step, self.sample.n)))

    def take(self, rows: slice | Labels) -> Block:
        """Return some rows of the sample (of a multilabel one: all labels of them)."""
        sample = self.sample
        log_p = self._log_probabilities(sample.outputs[rows])
        weight = None if sample.weight is None else sample.weight[rows]
        if sample.kind is TaskKind.MULTILABEL:
            label = None if sample.targets is None else (sample.targets[rows] > 0.5).astype(np.int64).ravel()
            weight = None if weight is None else np.repeat(weight, sample.outputs.shape[1])
            return Block(log_p, label, None, weight)
        target = None if sample.targets is None else sample.targets[rows]
        return Block(log_p, None if sample.label is None else sample.label[rows], target, weight)

    def _log_probabilities(self, outputs: Array) -> Array:
        if self.sample.kind is TaskKind.MULTILABEL or outputs.shape[1] == 1:
            return single_log_probabilities(outputs.ravel(), self.interpretation)
        return log_probabilities(outputs, self.interpretation)


@once_per_sample
def state(sample: ClassSample) -> Stated | None:
    """Return the stated distributions; None where the outputs state none (ambiguous or invalid numbers)."""
    interpretation = interpret(sample)
    if interpretation.numbers in (Numbers.AMBIGUOUS, Numbers.INVALID):
        return None
    if sample.kind is TaskKind.MULTILABEL:
        return Stated(sample, interpretation, sample.outputs.size, 2, ("no", "yes"))
    classes = max(sample.outputs.shape[1], 2)
    return Stated(sample, interpretation, sample.n, classes, sample.classes)
