"""The expected calibration error: shown because it is asked for, never a reason to decide anything.

One convention: 15 bins of equal width, (lo, hi], of the probability of class 1 for two classes and of the most probable
class for more; the mean over rows of |share that came true − mean stated| of their bin (Guo et al. 2017).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.question import pool_question
from losscheck.outputs.undefined import Undefined

if TYPE_CHECKING:
    from losscheck.outputs.question import Pooled
    from losscheck.sample import ClassSample


@once_per_sample
def calibration_error(sample: ClassSample) -> float | Undefined:
    """Return the expected calibration error."""
    pooled = pool_question(sample)
    if isinstance(pooled, Undefined):
        return pooled
    return float(bin_errors(pooled.came_true, pooled)[0])


def bin_errors(came_true: Array, pooled: Pooled) -> Array:
    """Return the error for each row of what came true by group, (groups,) or (draws, groups)."""
    first = np.unique(pooled.bin, return_index=True)[1]
    excess = np.add.reduceat(np.atleast_2d(came_true - pooled.weight * pooled.p), first, axis=1)
    error: Array = np.abs(excess).sum(axis=1) / pooled.total
    return error
