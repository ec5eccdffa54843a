"""Every class by itself: whether it is as frequent as stated, and its probabilities as sharp as stated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.score_tests import standardise
from losscheck.outputs.undefined import Undefined, usable_moments

if TYPE_CHECKING:
    from losscheck.outputs.class_sums import ClassSums
    from losscheck.sample import ClassSample


@dataclass(frozen=True, eq=False)
class ClassTests:
    """Two tests a class: of the frequency, Σ(y − p), and of the Brier score, Σ((y − p)² − p(1 − p)).

    `z` (2, K) are N(0, 1) if the outputs are right, and `p` their p-values adjusted by Holm (1979) for all 2K. `excess`
    is the Brier score of every class less the stated one, a row, and `se` its standard error: by the stated variance or
    the observed one, whichever is larger.
    """

    names: tuple[str, ...]
    z: Array
    p: Array
    excess: Array
    se: Array


@once_per_sample
def class_tests(sample: ClassSample) -> ClassTests | Undefined:
    """Test every class, of a multilabel sample every label."""
    moments = usable_moments(sample)
    if isinstance(moments, Undefined):
        return moments
    sums = moments.sums
    if len(sums.names) == 2 and not moments.multilabel:
        return Undefined("with two classes, one is the mirror of the other: LC601 and LC603 answer for both")
    rows = moments.effective_rows / (len(sums.names) if moments.multilabel else 1)
    z = np.stack(class_z(sums, sums.deviation, sums.brier_excess))
    p = holm(2 * scipy.special.ndtr(-np.abs(z)).ravel()).reshape(z.shape)
    se = np.sqrt(np.maximum(sums.brier_variance, sums.brier_square)) / rows
    return ClassTests(sums.names, z, p, sums.brier_excess / rows, se)


def class_z(sums: ClassSums, deviation: Array, brier_excess: Array) -> tuple[Array, Array]:
    """Return sums over the rows of every class, (K,) or (draws, K), in standard deviations of the null."""
    return standardise(deviation, sums.deviation_variance), standardise(brier_excess, sums.brier_variance)


def holm(p: Array) -> Array:
    """Return p-values adjusted for their number by Holm's step-down (1979).

    >>> import numpy as np
    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p)
    adjusted = np.empty(p.size)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)), 1.0)
    return adjusted
