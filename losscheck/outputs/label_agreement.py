"""How well the labels of multilabel rows agree with the columns of the outputs, each label with each column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.outputs.agreement import LABEL_NOISE, MOST_CELLS, Agreement, add_noise, scan_grid
from losscheck.outputs.class_offsets import fit_with_offsets
from losscheck.outputs.moments import labelled_blocks
from losscheck.outputs.rows import CACHED_CELLS
from losscheck.outputs.sharpness import SHARPNESS, floor_of, list_powers

if TYPE_CHECKING:
    from losscheck.outputs.orders import Flags, Order
    from losscheck.outputs.stated import Stated

FACTORS = 100
"""Factors multiplied before a logarithm is taken: each is at least 0.005, so that the product does not underflow."""


@dataclass(frozen=True, eq=False)
class LabelAgreement(Agreement):
    """Agreement of n rows of K labels, each of them 0 or 1.

    The outputs state each label's probability but not how labels of a row depend on one another, so only the evidence
    of one label's rows is an e-value: `pairs[a, b]` that label a belongs to column b, and `pairs_against[a, b]`. An
    order gets the mean over the labels that it moves, which has mean exp ≤ 1 however the labels depend (Hölder).
    `best[a, b]` is the largest log-likelihood of label a under column b, `prior[a]` that of its base rate.
    """

    stated: Stated
    occurs: Flags
    pairs: Array
    pairs_against: Array
    best: Array
    prior: Array

    @classmethod
    def of(cls, stated: Stated, every: int = 1, best_stated: Array | None = None) -> LabelAgreement:
        """Return the evidence of every label for every column, from all rows or evenly spread ones.

        `best_stated` is the largest log-likelihood of every label in the stated order, where that is known.
        """
        sums = _PairSums(stated.sample.outputs.shape[1])
        for logit, target in logits_and_targets(stated, every):
            step = max(1, CACHED_CELLS // logit.shape[1])
            for start in range(0, logit.shape[0], step):
                sums.add(logit[start : start + step], target[start : start + step])
        own = np.diag(sums.product)
        average_stated = np.array([scan_grid(o, column)[0] for o, column in zip(own, sums.normaliser.T, strict=True)])
        average, best = scan_grid(sums.product, sums.normaliser)
        likelihood = sums.noisy.max(axis=(0, 1))
        if best_stated is not None:
            likelihood = np.maximum(likelihood, best_stated)
        yes, no = sums.target, sums.rows - sums.target
        prior: Array = -sums.rows * (scipy.special.entr(yes / sums.rows) + scipy.special.entr(no / sums.rows))
        occurs = np.ones(own.size, dtype=np.bool_)
        return cls(stated, occurs, average - likelihood[:, None], average_stated[:, None] - best, best, prior)

    def evidence(self, order: Order) -> float:
        """Return the evidence for an order."""
        return _mean_of_moved(self.pairs, order)

    def evidence_against(self, order: Order) -> float:
        """Return the evidence against an order."""
        return _mean_of_moved(self.pairs_against, order)

    def swaps(self) -> Array:
        """Return the evidence for exchanging any two columns."""
        return (self.pairs + self.pairs.T) / 2

    def swaps_against(self) -> Array:
        """Return the evidence against exchanging any two columns."""
        return (self.pairs_against + self.pairs_against.T) / 2

    def best_order(self) -> Order:
        """Return the order with the largest sum of evidence; a label that stays adds nothing."""
        evidence = self.pairs.copy()
        np.fill_diagonal(evidence, 0.0)
        order: Order = scipy.optimize.linear_sum_assignment(evidence, maximize=True)[1]
        return order

    def supports(self, order: Order) -> Flags:
        """Return which labels have evidence of their own for the column that the order gives them."""
        supporting: Flags = self.pairs[np.arange(order.size), order] > 0
        return supporting

    def explained(self, order: Order) -> float:
        """Return D² of an order at the best sharpness of every label."""
        total = float(self.prior.sum())
        return 1 - float(self.best[np.arange(order.size), order].sum()) / total if total < 0 else 0.0

    def row_gains(self, order: Order) -> Array:
        """Return the log odds of the row's labels in their other columns less those in the stated ones."""
        gains = [
            np.einsum("ij,ij->i", target, logit[:, order] - logit) for logit, target in logits_and_targets(self.stated)
        ]
        return np.concatenate(gains)

    def with_offsets(self) -> LabelAgreement:
        """Return the same where each label's column may also have an offset, from evenly spread rows of many."""
        every = max(1, self.stated.rows // MOST_CELLS)
        blocks = list(logits_and_targets(self.stated, every))
        logit, target = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
        best = [_fit_label(z, t) for z, t in zip(logit.T, target.T, strict=True)]
        return LabelAgreement.of(self.stated, every, np.array(best))


class _PairSums:
    """Sums over the rows: Σ t_a·z_b, Σ log(1 + exp(β·z_b)), Σ t, and the log-likelihoods with label noise."""

    def __init__(self, labels: int) -> None:
        self.product = np.zeros((labels, labels))
        self.normaliser = np.zeros((len(SHARPNESS), labels))
        self.rows, self.target = 0, np.zeros(labels)
        self.noisy = np.zeros((len(LABEL_NOISE), len(SHARPNESS), labels))

    def add(self, logit: Array, target: Array) -> None:
        self.product += target.T @ logit
        self.rows += target.shape[0]
        self.target += target.sum(axis=0)
        positive = np.maximum(logit, 0.0).sum(axis=0)
        wrong = (logit > 0) != (target > 0.5)
        wrong_distance = np.where(wrong, np.abs(logit), 0.0).sum(axis=0)
        for at, power in list_powers(-np.abs(logit)):
            total = 1.0 + power
            log_total = _log_product(total)
            self.normaliser[at] += SHARPNESS[at] * positive + log_total
            self.noisy[0, at] -= SHARPNESS[at] * wrong_distance + log_total
            true_p = np.where(wrong, power, 1.0) / total
            for noise, likelihood in zip(LABEL_NOISE[1:], self.noisy[1:], strict=True):
                likelihood[at] += _log_product(true_p * (1 - noise) + noise / 2)


def _fit_label(logit: Array, target: Array) -> float:
    """Return the largest log-likelihood of one label under its own column with a temperature, an offset and noise."""
    log_p = np.stack((-np.logaddexp(0.0, logit), -np.logaddexp(0.0, -logit)), axis=1)
    return max(fit_with_offsets(add_noise(log_p, noise, 2), target.astype(np.int64)) for noise in LABEL_NOISE)


def logits_and_targets(stated: Stated, every: int = 1) -> Iterator[tuple[Array, Array]]:
    """Yield rows of logits (m, K), none beyond the least probability that the numbers may stand for, and 0/1 labels."""
    farthest = -np.log(floor_of(stated))
    for block, label in labelled_blocks(stated, every):
        with np.errstate(invalid="ignore"):  # −inf − −inf does not happen: one of the two is log 1
            logit = np.clip(block.log_p[:, 1] - block.log_p[:, 0], -farthest, farthest)
        labels = stated.sample.outputs.shape[1]
        yield logit.reshape(-1, labels), label.reshape(-1, labels).astype(np.float64)


def _log_product(factors: Array) -> Array:
    """Return the logarithm of the product of every column, with few logarithms."""
    starts = np.arange(0, factors.shape[0], FACTORS)
    logarithm: Array = np.log(np.multiply.reduceat(factors, starts, axis=0)).sum(axis=0)
    return logarithm


def _mean_of_moved(evidence: Array, order: Order) -> float:
    moved = np.flatnonzero(order != np.arange(order.size))
    return float(evidence[moved, order[moved]].mean())
