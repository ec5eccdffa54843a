"""What the outputs are: probabilities, logits, percentages …, decided on the whole file and never per batch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from losscheck.outputs.memory import once_per_sample
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from losscheck.sample import ClassSample


@dataclass(frozen=True, eq=False)
class Interpretation:
    """The reading of the numbers, and why; `total` is what a row sums to (1, 100, or the number of votes).

    `base` is that of log-probabilities. For ambiguous outputs `readings` are those that fit, with the log-likelihood
    a row of the labels under each (NaN without labels).
    """

    numbers: Numbers
    why: str
    total: float = 1.0
    base: float = math.e
    readings: Mapping[Numbers, float] = field(default_factory=dict)


@once_per_sample
def interpret(sample: ClassSample) -> Interpretation:
    """Return what the numbers are."""
    raise NotImplementedError
