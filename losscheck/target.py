"""What a column of targets is: whole numbers, positive, bounded, with piles at its ends. The domain comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.families.response_family import Domain
from losscheck.numeric.lazy import np
from losscheck.numeric.ordered import mean_of, median_of, share_where, taken
from losscheck.numeric.ties import rounding_step
from losscheck.sample import Sample, Values

if TYPE_CHECKING:
    pass

SMALLEST_ATOM = 0.02
"""Share of the rows on one end of a continuous range from which on it is an atom, not chance; so in `pile_up`."""
TIMES_NEXT = 3.0
"""An atom holds so many times what the next value holds: rounding alone makes neighbours alike."""
LARGEST_COUNT = 10_000.0
"""Whole numbers with a larger median are amounts in whole units: counts of that size are continuous for any purpose,
and a negative binomial is then a gamma to every digit that could be seen."""
BLURRED = 2e-5
"""Nats a row, or share of the rows: at this a gamma's shape is off by a tenth of its standard error at 10⁶ rows."""
LARGEST_BOUND = 100.0
"""Up to here the largest whole target may be the known maximum of a score."""
ROUND_BOUNDS = (3.0, 4.0, 5.0, 6.0, 7.0, 10.0, 12.0, 20.0, 24.0, 25.0, 30.0, 40.0, 50.0, 60.0, 100.0)
"""Maxima that scores have: the next one above the largest target is tried as well."""


@dataclass(frozen=True)
class Target:
    """The domain of a target: `step` 0 where it is not rounded, `low_share` and `high_share` the rows at its ends."""

    lowest: float
    highest: float
    median: float
    whole: bool
    zeros: float
    step: float
    low_atom: bool
    high_atom: bool
    low_share: float
    high_share: float

    @property
    def count(self) -> bool:
        """True for whole numbers from 0 on, small enough to be counts."""
        return self.whole and self.lowest >= 0 and self.median <= LARGEST_COUNT

    @property
    def unit(self) -> bool:
        """True for numbers between 0 and 1 that are not just zeros and ones."""
        return not self.whole and self.lowest >= 0 and self.highest <= 1

    @property
    def atomic(self) -> bool:
        """True where an end of a continuous range is a value of its own."""
        return not self.whole and (self.low_atom or self.high_atom)

    def domains(self) -> tuple[Domain, ...]:
        """Return the domains whose likelihoods can be compared on this target."""
        if self.atomic:
            zero = self.low_atom and self.lowest == 0
            unit = (Domain.CLOSED_UNIT,) if self.unit and (zero or (self.high_atom and self.highest == 1)) else ()
            half_line = (Domain.NON_NEGATIVE,) if zero and not self.high_atom else ()
            return (*unit, *half_line, Domain.CENSORED)
        found = []
        if self.count:
            found += [Domain.COUNT]
            found += [Domain.BOUNDED_COUNT] if 2 <= self.highest <= LARGEST_BOUND else []
        if self.lowest > 0 and self.lowest > 0.5 * self.step:
            found.append(Domain.POSITIVE)
        if self.unit and self.lowest > 0 and self.highest < 1:
            found.append(Domain.UNIT)
        return tuple(found)

    def bounds(self) -> tuple[float, ...]:
        """Return the maxima that a bounded count may have: its largest value, and the next round one."""
        above = [bound for bound in ROUND_BOUNDS if bound > self.highest]
        return (self.highest, *above[:1])


def describe_target(targets: Values) -> Target:
    """Return the domain of a column of targets."""
    target, whole = targets.value, targets.whole
    lowest, highest = float(target.min()), float(target.max())
    share = [_share(targets, end) for end in (lowest, highest)]
    atoms = (False, False) if whole else (_is_atom(targets, lowest, share[0]), _is_atom(targets, highest, share[1]))
    inner = (target > lowest) | (not atoms[0])
    step = None
    if target.size > 1:
        step = rounding_step(target[inner], taken(targets.count, inner), taken(targets.merged, inner))
    return Target(
        lowest,
        highest,
        median_of(target, targets.count),
        whole,
        _share(targets, 0.0),
        1.0 if whole and step is None else step or 0.0,
        *atoms,
        *share,
    )


def domain_pairs(sample: Sample) -> Sample | None:
    """Return targets with their predictions as finely as the likelihoods of the targets' own domain need.

    Those of rows always are. A summary has them in cells of residual and prediction, fine about a residual of 0 and so
    coarse where a target is near 0 and its prediction is not, and in cells of target and prediction, fine where the
    targets are near 0. None where neither will do.
    """
    views = [view for view in (sample.paired, sample.joint) if view is not None]
    blur = [_measure_blur(sample, view) for view in views]
    return views[blur.index(min(blur))] if min(blur) <= BLURRED else None


def is_blurred(sample: Sample) -> bool:
    """Return whether a summary holds targets and predictions too coarsely together for likelihoods of the domain."""
    return sample.target_values is not None and domain_pairs(sample) is None


def _measure_blur(sample: Sample, view: Sample) -> float:
    """Return how much the points of a view differ from the rows, in nats or in shares of the rows.

    It is seen from the targets by themselves, which are held finely: the shares of zeros and of the ends, and the mean
    logarithms that gamma, log-normal and beta depend on, are to be the same.
    """
    targets, y = sample.target_values, view.target
    if targets is None or y is None or view is sample:
        return 0.0
    target, joint = describe_target(targets), Values(y, view.count)
    if not target.atomic and not target.domains():
        return 0.0
    off = [_share(joint, 0.0) - target.zeros]
    off += [_share(joint, target.lowest) - target.low_share] if target.low_atom else []
    off += [_share(joint, target.highest) - target.high_share] if target.high_atom else []
    if target.lowest > 0 or (target.lowest == 0 and not target.whole):
        off.append(_mean_log(joint, 0.0) - _mean_log(targets, 0.0))
    if target.unit:
        off.append(_mean_log(joint, 1.0) - _mean_log(targets, 1.0))
    return max(map(abs, off))


def _mean_log(of: Values, origin: float) -> float:
    """Return the sum of log |y − origin| of the values off the origin, a row of all."""
    away = np.abs(of.value - origin)
    off = away > 0
    return mean_of(np.where(off, np.log(np.where(off, away, 1.0)), 0.0), of.count)


def _share(of: Values, value: float) -> float:
    """Return the share of the rows that have exactly this value."""
    at = of.value == value
    if of.merged is not None:
        at &= ~of.merged
    return share_where(at, of.count)


def _is_atom(targets: Values, end: float, share: float) -> bool:
    """Return whether an end holds many rows, and far more than the value next to it."""
    if share < SMALLEST_ATOM:
        return False
    rest = targets.value[targets.value != end]
    if rest.size == 0:
        return False
    neighbour = rest.min() if end < rest[0] else rest.max()
    return share > TIMES_NEXT * _share(targets, float(neighbour))
