"""Whether labels and columns line up: evidence for another order of the columns, as e-values.

If the columns are right, the likelihood under another order over that under the stated one has mean ≤ 1, so it exceeds
1/α in at most a share α of all files. Outputs may be over- or underconfident, and labels noisy, without being out of
order: the other order gets the average over a fixed grid of temperatures, the stated one its maximum over that grid and
over shares of labels drawn at random. (To maximise both would break the guarantee.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import np, scipy
from losscheck.outputs.agreement import Agreement, ClassAgreement
from losscheck.outputs.label_agreement import LabelAgreement
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.orders import (
    Mistake,
    NamedOrder,
    close_chains,
    keep_supported,
    list_cycles,
    list_named_orders,
    name_order,
)
from losscheck.outputs.stated import state
from losscheck.results import TaskKind

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

ALPHA = 1e-3
"""The share of files with their columns in order that may be accused, whatever of: all kinds of orders share it."""

MOST_CELLS, ENOUGH_ROWS = 2_000_000, 100
"""Of more numbers evenly spread rows are looked at, where they have so many of every class: an order that all rows
speak for, hundreds of them speak for beyond doubt, and a test of some rows is as valid as one of all."""
MAJORITY = 0.01
"""The share of files with two classes that cannot be told apart in which an order is found with certainty."""


UNTRAINED = 0.3
"""Of H(prior): as all K! orders are tried, one of them explains up to about this share with an untrained network too.
Of 480 random networks on four data sets nearly half were found in another order, and 2 in 100 explained more."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """An order, its evidence, and the evidence that it takes: log(M·F/α) for one of M orders in one of F families."""

    named: NamedOrder
    evidence: float
    limit: float

    @property
    def excess(self) -> float:
        """How far the evidence lies above what it takes."""
        return self.evidence - self.limit

    @property
    def chance(self) -> float:
        """A bound on the share of files in order that show as much for any order: a p-value."""
        return ALPHA * exp(-self.excess) if self.excess > log(ALPHA) else 1.0


@dataclass(frozen=True, eq=False)
class Alignment:
    """What the labels say about the order of the columns.

    `best` is the other order with the most evidence for what it takes; `found` the one whose evidence suffices, if any,
    with the number of rows for it and against it and the share of H(prior) that is `explained` in it. `excluded` are
    the orders with a cause that the labels speak against as surely, `doubtful` those that they do not. Of `swaps`
    exchanges of two classes `swaps_excluded` are excluded.
    """

    agreement: Agreement
    best: Candidate
    found: Candidate | None
    rows_for: int
    rows_against: int
    explained: float
    excluded: tuple[NamedOrder, ...]
    doubtful: tuple[NamedOrder, ...]
    swaps: int
    swaps_excluded: int

    @property
    def certain(self) -> bool:
        """True where the order found has no other explanation."""
        return self.found is not None and not self.may_be_confused and not self.may_be_untrained

    @property
    def may_be_confused(self) -> bool:
        """True where there are no more rows for the order found than if its classes could not be told from one another.

        Outputs that are sure of themselves have much evidence in one row, and of two classes that they cannot tell
        apart more rows are wrong than right in every other file; each cycle of an order had that chance.
        """
        if self.found is None:
            return False
        chance = float(scipy.special.bdtrc(self.rows_for - 1, self.rows_for + self.rows_against, 0.5))
        return chance > MAJORITY * 0.5 ** (len(list_cycles(self.found.named.order)) - 1)

    @property
    def may_be_untrained(self) -> bool:
        """True where the order was picked from all, and fits no better than some order does of any untrained model."""
        if self.found is None or self.explained >= UNTRAINED:
            return False
        return self.found.named.mistake is Mistake.OTHER or self.agreement.occurs.size == 3


@once_per_sample
def measure_agreement(sample: ClassSample) -> Agreement | None:
    """Return how the labels agree with the columns; None where nothing is stated or no label has a column."""
    stated = state(sample)
    if stated is None or not stated.labelled:
        return None
    if sample.kind is TaskKind.MULTILABEL:
        return LabelAgreement.of(stated)
    if sample.label is None or not (sample.label >= 0).any():
        return None
    every = max(1, sample.n * stated.classes // MOST_CELLS)
    rows = np.bincount(sample.label[::every][sample.label[::every] >= 0], minlength=stated.classes)
    return ClassAgreement.of(stated, every if rows.min() >= ENOUGH_ROWS else 1)


@once_per_sample
def align(sample: ClassSample) -> Alignment | None:
    """Return what the labels say about the order; None where they say nothing, or there is one column only."""
    agreement = measure_agreement(sample)
    if agreement is None or agreement.occurs.size < 2:
        return None
    classes = agreement.occurs.size
    limits = _limits(classes)
    candidates = sorted(_list_candidates(agreement, limits), key=lambda candidate: -candidate.excess)
    named = _list_named(classes)
    doubtful = tuple(known for known in named if agreement.evidence_against(known.order) <= limits[known.mistake])
    above = np.triu_indices(classes, 1)
    found = _find_order(agreement, candidates, limits)
    gains = np.zeros(0) if found is None else agreement.row_gains(found.named.order)
    return Alignment(
        agreement=agreement,
        best=candidates[0],
        found=found,
        rows_for=int(np.count_nonzero(gains > 0)),
        rows_against=int(np.count_nonzero(gains < 0)),
        explained=0.0 if found is None else agreement.explained(found.named.order),
        excluded=tuple(known for known in named if known not in doubtful),
        doubtful=doubtful,
        swaps=above[0].size,
        swaps_excluded=int(np.count_nonzero(agreement.swaps_against()[above] > limits[Mistake.EXCHANGED])),
    )


def _limits(classes: int) -> Mapping[Mistake, float]:
    """Return the evidence that an order takes, by its mistake."""
    if classes == 2:
        return {Mistake.EXCHANGED: -log(ALPHA)}
    families = list_named_orders(classes)
    share = log((len(families) + 2) / ALPHA)
    limits = {known.mistake: log(len(family)) + share for family in families for known in family}
    limits[Mistake.EXCHANGED] = log(classes * (classes - 1) / 2) + share
    limits[Mistake.OTHER] = float(scipy.special.gammaln(classes + 1)) + share
    return limits


def _list_named(classes: int) -> tuple[NamedOrder, ...]:
    if classes == 2:
        return (NamedOrder(Mistake.EXCHANGED, np.array([1, 0])),)
    return tuple(known for family in list_named_orders(classes) for known in family)


def _list_candidates(agreement: Agreement, limits: Mapping[Mistake, float]) -> list[Candidate]:
    """Return all named orders, the best exchange of two columns and the best order of all."""
    classes = agreement.occurs.size
    swaps = agreement.swaps()
    np.fill_diagonal(swaps, -np.inf)
    first, second = np.unravel_index(int(swaps.argmax()), swaps.shape)
    exchange = np.arange(classes)
    exchange[[first, second]] = second, first
    orders = [*_list_named(classes), NamedOrder(Mistake.EXCHANGED, exchange)]
    best = agreement.best_order()
    if classes > 2 and (best != np.arange(classes)).any():
        orders.append(NamedOrder(Mistake.OTHER, best))
    return [Candidate(known, agreement.evidence(known.order), limits[known.mistake]) for known in orders]


def _find_order(agreement: Agreement, candidates: list[Candidate], limits: Mapping[Mistake, float]) -> Candidate | None:
    """Return the first candidate whose evidence holds against offsets too, and not from the rows of one class only."""
    suspected = [candidate.named for candidate in candidates if candidate.excess > 0]
    strict = agreement.with_offsets() if suspected else agreement
    for named in suspected:
        supported = _keep_supported(named, strict)
        if (supported.order == np.arange(supported.order.size)).all():
            continue
        found = Candidate(supported, strict.evidence(supported.order), limits[supported.mistake])
        if found.excess > 0:
            return found
    return None


def _keep_supported(named: NamedOrder, agreement: Agreement) -> NamedOrder:
    """Return what of the order is supported by the rows of enough classes, each on its own.

    That is all of it or nothing for a shift, a reversal or a sort, and cycle by cycle for other orders.
    """
    order, classes = named.order, np.arange(named.order.size)
    supports = agreement.supports(order)
    if named.mistake in (Mistake.EXCHANGED, Mistake.OTHER):
        return name_order(keep_supported(close_chains(order, agreement.occurs), supports))
    moved = (order != classes) & agreement.occurs
    enough = np.count_nonzero(supports & moved) > max(1, np.count_nonzero(moved) / 2)
    return named if enough else NamedOrder(Mistake.OTHER, classes)
