"""What the outputs state of every class, summed over the rows, and how it came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np

if TYPE_CHECKING:
    from losscheck.outputs.stated import Labels


@dataclass(frozen=True, eq=False)
class ClassSums:
    """Sums over the rows, a number a class (of a multilabel sample: a label); without weights every w is 1.

    `count` = Σ w·y and `stated` = Σ w·p, y = 1 in the rows of the class and 0 in the others; `stated_square` = Σ w·p²,
    `powers` = Σ w²·pʲ for j = 1 … 4. Over the rows of the class, with t = 1 − 2p: `tilt` = Σ w·t, `tilt_square_weight`
    = Σ w²·t and `tilt_cube` = Σ w²·t³. From these come the moments of y − p and of the Brier score (y − p)².
    """

    names: tuple[str, ...]
    count: Array
    stated: Array
    stated_square: Array
    powers: Array
    tilt: Array
    tilt_square_weight: Array
    tilt_cube: Array

    @classmethod
    def of(cls, names: tuple[str, ...]) -> ClassSums:
        """Return sums over no rows."""
        return cls(names, *(np.zeros((4, len(names)) if part == 3 else len(names)) for part in range(7)))

    def add(self, p: Array, weight: Array | None, true_class: Labels, true_p: Array, true_weight: Array | None) -> None:
        """Add rows: p (m, K), and for every y = 1 its class, probability and weight."""
        square = p * p
        ones = np.ones(p.shape[0]) if weight is None else weight
        twice = ones if weight is None else weight * weight
        self.stated[:] += ones @ p
        self.stated_square[:] += ones @ square
        self.powers[0] += twice @ p
        self.powers[1] += twice @ square
        self.powers[3] += twice @ (square * square)
        square *= p
        self.powers[2] += twice @ square
        tilt = 1 - 2 * true_p
        once = 1.0 if true_weight is None else true_weight
        for total, values in (
            (self.count, once * np.ones(tilt.size)),
            (self.tilt, once * tilt),
            (self.tilt_square_weight, once * once * tilt),
            (self.tilt_cube, once * once * tilt * tilt * tilt),
        ):
            total += np.bincount(true_class, weights=values, minlength=len(self.names))

    @property
    def deviation(self) -> Array:
        """Σ w·(y − p): how many more rows there are of every class than the outputs state."""
        return self.count - self.stated

    @property
    def deviation_variance(self) -> Array:
        """The variance of `deviation` if the outputs are right, Σ w²·p(1 − p)."""
        return _variance(self.powers[0] - self.powers[1])

    @property
    def deviation_square(self) -> Array:
        """Σ w²·(y − p)²: what `deviation` varies by as observed."""
        return _variance(self.powers[1] + self.tilt_square_weight)

    @property
    def brier_excess(self) -> Array:
        """Σ w·((y − p)² − p(1 − p)): the Brier score of the class less the one that p states."""
        return self.tilt - self.stated + 2 * self.stated_square

    @property
    def brier_variance(self) -> Array:
        """The variance of `brier_excess` if the outputs are right, Σ w²·p(1 − p)(1 − 2p)²."""
        p1, p2, p3, p4 = self.powers
        return _variance(p1 - 5 * p2 + 8 * p3 - 4 * p4)

    @property
    def brier_square(self) -> Array:
        """Σ w²·(y − p)²(1 − 2p)²: what `brier_excess` varies by as observed."""
        _, p2, p3, p4 = self.powers
        return _variance(p2 - 4 * p3 + 4 * p4 + self.tilt_cube)


def _variance(value: Array) -> Array:
    """Return a variance, 0 where rounding has left less."""
    variance: Array = np.maximum(value, 0.0)
    return variance
