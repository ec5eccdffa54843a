"""Where an untrained network starts from, beside what the constant prediction costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.checks.intervals import influence_se
from losscheck.checks.noise.measures import once_per_sample
from losscheck.numeric.lazy import np

if TYPE_CHECKING:
    from losscheck.sample import Sample


@dataclass(frozen=True)
class Start:
    """The squared error of outputs before training in variances of the target, 1 for the constant prediction.

    `ratio` = mean (y − f)²/variance, with its standard error; `standardised` is what it would be if the same outputs
    stood for the targets less their mean, over their sd. Means and sds are in the target's units.
    """

    ratio: float
    ratio_se: float
    standardised: float
    mse: float
    target_mean: float
    target_sd: float
    output_mean: float
    output_sd: float

    @property
    def gap(self) -> float:
        """The distance of the means in sds of the target: it adds its square to the ratio."""
        return abs(self.target_mean - self.output_mean) / self.target_sd

    @property
    def times(self) -> float:
        """How many times wider the targets are than the outputs; infinite for outputs that are all the same."""
        return self.target_sd / self.output_sd if self.output_sd > 0 else float("inf")


@once_per_sample
def start_of(sample: Sample) -> Start | None:
    """Return where the outputs of a network start; None without outputs, or for targets that are all the same."""
    y, f = sample.target, sample.prediction
    if y is None or f is None:
        return None
    w = sample.weight

    def mean(values: object) -> float:
        return float(np.average(values, weights=w))  # type: ignore[call-overload]

    center, output = mean(y), mean(f)
    variance = mean((y - center) ** 2)
    if not (0 < variance < np.inf):
        return None
    square = (y - f) ** 2
    ratio = mean(square) / variance
    sd = variance**0.5
    return Start(
        ratio=ratio,
        ratio_se=influence_se((square - ratio * (y - center) ** 2) / variance),
        standardised=mean(((y - center) / sd - f) ** 2),
        mse=mean(square),
        target_mean=center,
        target_sd=sd,
        output_mean=output,
        output_sd=mean((f - output) ** 2) ** 0.5,
    )
