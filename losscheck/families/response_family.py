"""The declaration of a likelihood of the target given its prediction: counts, positive, bounded, censored targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from losscheck.families.declaration import Declaration, Loss
from losscheck.families.family import Shape

if TYPE_CHECKING:
    from losscheck.numeric.lazy import Array


class Domain(StrEnum):
    """Which targets a likelihood can give a probability or a density to."""

    COUNT = "counts 0, 1, 2, …"
    BOUNDED_COUNT = "counts 0 … m with a known m"
    POSITIVE = "numbers above 0"
    NON_NEGATIVE = "numbers above 0, and exact zeros"
    UNIT = "numbers between 0 and 1"
    CLOSED_UNIT = "numbers between 0 and 1, and exact zeros or ones"
    CENSORED = "any numbers, cut off at a bound"


class Link(StrEnum):
    """How the fitted mean comes from the prediction f and the one free location a."""

    LOG = "log"  # mean = exp(a)·f
    LOGIT = "logit"  # logit of the mean's share of its range = a + logit of that of f
    IDENTITY = "identity"  # mean = f + a


@dataclass(frozen=True, kw_only=True)
class ResponseFamily(Declaration):
    """One likelihood of a target y whose mean (by its link) is the prediction up to one free location.

    `nll(y, mean, *shapes, *known)` is −log of the density, or of the probability for counts and atoms;
    `slopes(y, mean, *shapes, *known)` its derivatives in the mean and in each shape. All broadcast. `known` names the
    constants that come from the target and are not fitted. `starts` are shape tuples from which the fit sets out.

    `loss.value(target, prediction, parameters)` is the loss of each row. `variance(mean, *shapes, *known)` is the
    variance at that mean. `mean_consistent`: at fixed shapes the loss is smallest, in expectation, at the mean of any
    distribution, not of this one alone. `location` names the fitted location as a user knows it.
    """

    domain: Domain
    link: Link
    nll: Callable[..., Array]
    slopes: Callable[..., tuple[Array, ...]]
    variance: Callable[..., Array]
    starts: tuple[tuple[float, ...], ...] = ((),)
    shapes: tuple[Shape, ...] = ()
    known: tuple[str, ...] = ()
    mean_consistent: bool = False

    @property
    def subject(self) -> str:
        """The family's title and the word targets."""
        return f"{self.title} targets"

    @property
    def discrete(self) -> bool:
        """True where the likelihood is a probability of whole numbers."""
        return self.domain in (Domain.COUNT, Domain.BOUNDED_COUNT)

    @property
    def location(self) -> str:
        """The name of the free location: a factor on the mean, or a shift (of the logit, or of the target)."""
        return "factor" if self.link is Link.LOG else "shift"


__all__ = ["Domain", "Link", "Loss", "ResponseFamily", "Shape"]
