"""How well labels of one class a row agree with the columns of the outputs, in the stated order and in any other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.outputs.class_offsets import fit_with_offsets
from losscheck.outputs.moments import labelled_blocks
from losscheck.outputs.sharpness import SHARPNESS, floor_of, list_powers, raise_to_floor

if TYPE_CHECKING:
    from losscheck.outputs.orders import Flags, Order
    from losscheck.outputs.stated import Labels, Stated

LABEL_NOISE = (0.0, 0.01, 0.1)
"""Shares of labels drawn at random that the stated order may have: a few wild rows are no evidence for another one."""


MOST_CELLS = 4_000_000
"""Offsets are fitted to at most so many numbers, which takes seconds; they are wanted only where there is suspicion."""


class Agreement(ABC):
    """What the labels say about orders of the columns; `order[a]` is the column for the rows of class a.

    Evidence is the logarithm of an e-value. For an order: its likelihood, averaged over the grid of sharpness, over
    that of the stated order at its best. Against an order: the likelihood of the stated order over that one's best.
    `occurs` are the classes that have rows.
    """

    stated: Stated
    occurs: Flags

    @abstractmethod
    def evidence(self, order: Order) -> float:
        """Return the evidence for an order."""

    @abstractmethod
    def evidence_against(self, order: Order) -> float:
        """Return the evidence against an order."""

    @abstractmethod
    def swaps(self) -> Array:
        """Return the evidence for exchanging any two columns, K × K."""

    @abstractmethod
    def swaps_against(self) -> Array:
        """Return the evidence against exchanging any two columns, K × K."""

    @abstractmethod
    def best_order(self) -> Order:
        """Return the order that fits best of all K!."""

    @abstractmethod
    def supports(self, order: Order) -> Flags:
        """Return which classes would rather have the column that the order gives them, each on its own."""

    @abstractmethod
    def explained(self, order: Order) -> float:
        """Return the share of H(prior) that the outputs explain in an order, at their best sharpness: D²."""

    @abstractmethod
    def row_gains(self, order: Order) -> Array:
        """Return what the order gains in log-likelihood in every row of the sample."""

    @abstractmethod
    def with_offsets(self) -> Agreement:
        """Return the same where the stated order may also have an offset a class, from evenly spread rows of many."""


@dataclass(frozen=True, eq=False)
class ClassAgreement(Agreement):
    """Agreement where every row has one class.

    `sums[a, b]` = Σ log p_b over the `rows[a]` rows of class a. With p^β normalised, the log-likelihood of an order is
    β·Σ_a sums[a, order[a]] − `normaliser`[β], whatever the order: one pass tells about all K! of them, and the best at
    one β is the best at every β. `best_stated` is the largest of the stated order over the grid and the label noise.
    """

    stated: Stated
    occurs: Flags
    rows: Array
    sums: Array
    normaliser: Array
    best_stated: float

    @classmethod
    def of(cls, stated: Stated, every: int = 1) -> ClassAgreement:
        """Return the sums over all rows, or over evenly spread ones, whose class has a column."""
        classes, floor = stated.classes, floor_of(stated)
        rows, sums, normaliser = np.zeros(classes), np.zeros((classes, classes)), np.zeros(len(SHARPNESS))
        noisy = np.zeros((len(LABEL_NOISE), len(SHARPNESS)))
        for block, label in labelled_blocks(stated, every):
            log_p = raise_to_floor(block.log_p, floor)
            sums += _sum_by_class(log_p, label)
            rows += np.bincount(label, minlength=classes)
            true = log_p[np.arange(label.size), label]
            for at, power in list_powers(log_p):
                log_total = np.log(power @ np.ones(classes))
                normaliser[at] += log_total.sum()
                true_p = np.exp(SHARPNESS[at] * true - log_total)
                for noise, likelihood in zip(LABEL_NOISE, noisy, strict=True):
                    likelihood[at] += np.log(true_p * (1 - noise) + noise / classes).sum()
        return cls(stated, rows > 0, rows, sums, normaliser, float(noisy.max()))

    def evidence(self, order: Order) -> float:
        """Return the evidence for an order."""
        return float(self._evidence(self.total(order)))

    def evidence_against(self, order: Order) -> float:
        """Return the evidence against an order."""
        return float(self._evidence_against(self.total(order)))

    def swaps(self) -> Array:
        """Return the evidence for exchanging any two columns."""
        return self._evidence(self._swapped_totals)

    def swaps_against(self) -> Array:
        """Return the evidence against exchanging any two columns."""
        return self._evidence_against(self._swapped_totals)

    def best_order(self) -> Order:
        """Return the order that fits best of all K!."""
        order: Order = scipy.optimize.linear_sum_assignment(self.sums, maximize=True)[1]
        return order

    def supports(self, order: Order) -> Flags:
        """Return in which classes more than half of the rows prefer their other column: few wild rows do not count."""
        label = self._label
        kept = label >= 0
        rows = np.bincount(label[kept], minlength=order.size)
        preferring = np.bincount(label[kept], self.row_gains(order)[kept] > 0, minlength=order.size)
        supporting: Flags = preferring > rows / 2
        return supporting

    def explained(self, order: Order) -> float:
        """Return D² of an order at the best sharpness."""
        _, best = scan_grid(self.total(order), self.normaliser)
        return 1 - float(best) / float(scipy.special.xlogy(self.rows, self.rows / self.rows.sum()).sum())

    def row_gains(self, order: Order) -> Array:
        """Return log p of the other column less that of the stated one; 0 for a class without a column."""
        floor, gains = floor_of(self.stated), np.zeros(self._label.size)
        gained = []
        for block, label in labelled_blocks(self.stated):
            log_p, row = raise_to_floor(block.log_p, floor), np.arange(label.size)
            gained.append(log_p[row, order[label]] - log_p[row, label])
        gains[self._label >= 0] = np.concatenate(gained)
        return gains

    def with_offsets(self) -> ClassAgreement:
        """Return the same where the stated order may also have an offset a class, from evenly spread rows of many."""
        every = max(1, self._label.size * self.stated.classes // MOST_CELLS)
        some = self if every == 1 else ClassAgreement.of(self.stated, every)
        if not some.occurs.any():
            return some
        floor, classes = floor_of(self.stated), self.stated.classes
        blocks = list(labelled_blocks(self.stated, every))
        log_p = np.concatenate([raise_to_floor(block.log_p, floor) for block, _ in blocks])
        label = np.concatenate([label for _, label in blocks])
        likelihoods = [fit_with_offsets(add_noise(log_p, noise, classes), label) for noise in LABEL_NOISE]
        return replace(some, best_stated=max(some.best_stated, *likelihoods))

    def total(self, order: Order) -> float:
        """Return the log-likelihood of an order at β = 1."""
        return float(self.sums[np.arange(order.size), order].sum())

    @property
    def _label(self) -> Labels:
        label = self.stated.sample.label
        assert label is not None  # statements are labelled, and each row is one
        return label

    @cached_property
    def _swapped_totals(self) -> Array:
        own = np.diag(self.sums)
        totals: Array = self.sums + self.sums.T - own[:, None] - own + own.sum()
        np.fill_diagonal(totals, own.sum())
        return totals

    def _evidence(self, total: float | Array) -> Array:
        average, _ = scan_grid(total, self.normaliser)
        return average - self.best_stated

    def _evidence_against(self, total: float | Array) -> Array:
        average, _ = scan_grid(float(np.trace(self.sums)), self.normaliser)
        _, best = scan_grid(total, self.normaliser)
        evidence: Array = average - best
        return evidence


def scan_grid(total: float | Array, normaliser: Array) -> tuple[Array, Array]:
    """Return the logarithm of the average over the grid of exp(β·total − normaliser[β]), and its maximum's."""
    average = best = np.full(np.broadcast(total, normaliser[0]).shape, -np.inf)
    for sharpness, constant in zip(SHARPNESS, normaliser, strict=True):
        likelihood = sharpness * total - constant
        average, best = np.logaddexp(average, likelihood), np.maximum(best, likelihood)
    return average - np.log(len(SHARPNESS)), best


def add_noise(log_p: Array, noise: float, classes: int) -> Array:
    """Return log p of labels of which such a share is drawn at random."""
    noisy: Array = np.log(np.exp(log_p) * (1 - noise) + noise / classes)
    return noisy


def _sum_by_class(values: Array, label: Labels) -> Array:
    """Return the sums over the rows of every class, K × K."""
    rows, classes = values.shape
    one_hot = scipy.sparse.csr_array((np.ones(rows), label, np.arange(rows + 1)), shape=(rows, classes))
    sums: Array = one_hot.T @ values
    return sums
