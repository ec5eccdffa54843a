"""From targets, alone or with the outputs of an untrained network, to the few plain facts that decide."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from losscheck.before_training.constant import ConstantFits, fit_constant
from losscheck.before_training.domain import Observed, observe
from losscheck.checks.targets.measures import Start, start_of
from losscheck.families.pair_fitting import FittedPairs
from losscheck.numeric.lazy import np
from losscheck.results import CheckResult, InputError, TaskKind
from losscheck.rule import FEWEST_ROWS
from losscheck.sample import Sample

FEWEST, LARGEST = 3, 1e150
FEW_VALUES = 20
THIN_TAIL = 0.02
"""Share of the rows on the largest of a few whole values, from which it is no thin tail of counts."""
ZERO_SHARE = 0.02
SURE = 4.0
"""Standard errors beyond which a variance below the mean, or zeros that are missing, are no chance."""


@dataclass(frozen=True, eq=False)
class TargetFacts:
    """What the rules look at. `ladder`: few whole values without a thin tail, which may be classes or ratings."""

    n: int
    seen: Observed
    task: TaskKind | None
    ladder: bool
    even: bool
    zero_free: bool
    constant: ConstantFits
    start: Start | None
    checks: Mapping[str, CheckResult]

    @property
    def counts(self) -> bool:
        """True for whole numbers from 0 on with so many zeros that nothing continuous can be near."""
        target = self.seen.target
        if self.task is TaskKind.COUNT:
            return target.whole and target.lowest >= 0
        return self.n >= FEWEST_ROWS and target.count and target.zeros >= ZERO_SHARE and not self.ladder

    @property
    def atomic(self) -> bool:
        """True where values pile up at an end of a continuous range, in rows enough to say so."""
        return self.seen.target.atomic and self.n >= FEWEST_ROWS

    @property
    def explained_if_poisson(self) -> float:
        """The share of the variance that predictions must explain before the rest is as small as Poisson's."""
        return 1 - self.seen.mean / self.seen.variance

    def entry(self, family: str) -> FittedPairs | None:
        """Return the fit of a family of the targets' own domain, None where it has none."""
        return None if self.constant.contest is None else self.constant.contest.by_id.get(family)


def require_targets(sample: Sample) -> None:
    """Raise InputError for targets in which there is nothing to predict, or out of range."""
    where = sample.info.files[0].name if sample.info.files else "the input"
    target = sample.target
    if target is None:
        raise InputError(f"{where}: there are no targets; --stage init needs them beside the outputs (-t COL)")
    if sample.n < FEWEST:
        raise InputError(f"{where}: {sample.n} usable targets say nothing. Give at least {FEWEST}.")
    if bool((target == target[0]).all()):
        raise InputError(f"{where}: all {sample.n} targets are equal to {target[0]:g}: there is nothing to predict")
    values = (target,) if sample.prediction is None else (target, sample.prediction)
    largest = max(float(np.abs(column).max()) for column in values)
    if largest > LARGEST or not float(np.ptp(target)) > 0 or float(np.std(target / largest)) * largest < 1 / LARGEST:
        raise InputError(f"{where}: the numbers reach {largest:g}, at the end of double precision; change the unit")


def gather_target_facts(sample: Sample, checks: Sequence[CheckResult], alpha: float) -> TargetFacts:
    """Condense the targets into the facts that the rules read."""
    assert sample.target is not None
    seen = observe(sample.target, sample.weight)
    return TargetFacts(
        n=min(sample.n, round(sample.effective_rows)),
        seen=seen,
        task=sample.named_task,
        ladder=_is_ladder(sample),
        even=_is_even(sample, seen),
        zero_free=_lacks_zeros(seen),
        constant=fit_constant(sample, alpha),
        start=start_of(sample) if sample.prediction is not None else None,
        checks={check.id: check for check in checks},
    )


def _is_ladder(sample: Sample) -> bool:
    """Return whether the targets are a few neighbouring whole numbers of which the largest is not rare."""
    assert sample.target is not None
    values, counts = np.unique(sample.target[: 100 * FEW_VALUES], return_counts=True)
    if values.size > FEW_VALUES or not bool((values == np.rint(values)).all()):
        return False
    values, counts = np.unique(sample.target, return_counts=True)
    neighbours = values.size <= FEW_VALUES and values.size == values[-1] - values[0] + 1
    return bool(neighbours and values[0] in (0, 1) and counts[-1] > THIN_TAIL * sample.n)


def _is_even(sample: Sample, seen: Observed) -> bool:
    """Return whether counts vary less than their mean beyond doubt: given predictions they can only vary less."""
    if not seen.target.count or seen.mean <= 0 or sample.target is None:
        return False
    influence = (sample.target - seen.mean) ** 2 - seen.variance - (sample.target - seen.mean)
    se = float(np.std(influence)) / math.sqrt(sample.effective_rows)
    return seen.variance - seen.mean < -SURE * se


def _lacks_zeros(seen: Observed) -> bool:
    """Return whether counts have fewer zeros than Poisson counts of any means with this average (Jensen) must have."""
    if not seen.target.count or seen.zeros:
        return False
    due = math.exp(-seen.mean)
    return seen.n * due > SURE * SURE * (1 - due)
