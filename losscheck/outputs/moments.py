"""The moments of every stated distribution under itself, and its true class: one pass that all statistics share."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.class_sums import ClassSums
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.stated import Block, state
from losscheck.results import TaskKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.outputs.stated import Labels, Stated
    from losscheck.sample import ClassSample

LOWEST_LOG = -1e4
"""Stands in for log 0, so that 0·log 0 and 0·(log 0)² are 0 and not undefined; no double has such a logarithm."""
CACHED_CELLS = 1 << 18
"""Numbers in a block here: with the handful of arrays made of each it stays in the cache, twice as fast as 2²⁰."""
MOST_CLASSES_AT_ONCE = 256
"""Up to here Σ ppᵀ is taken along with the rest: its K multiplications a number are cheaper than the logarithm."""
MOST_PRODUCTS = 1e11
"""With more classes at most this many multiplications go into Σ ppᵀ (about 5 s), on evenly spread rows."""


@dataclass(frozen=True, eq=False)
class RowMoments:
    """A number for every statement whose true class has a column; `unlabelled` statements have none and are not here.

    `true_log_p` is log p of the true class (−inf at p = 0), `entropy` and `log_variance` are mean and variance of
    −log p and log p under p itself, `square` = Σp², `cube` = Σp³. `question_p` is the probability of class 1 for two
    classes, of the most probable class for more; `top_right`: the most probable, the first of equal ones, is the true
    one. `weight` sums to Kish's effective number of these statements, None: each counts once. `kept` are their indices
    among all statements, None: all.
    `log_covariance` = Σ w²·Cov(onehot(y), log p_y), a number a class; `products` = Σ w²·ppᵀ, None where there
    are too many classes for the one pass.
    """

    stated: Stated
    true_log_p: Array
    entropy: Array
    log_variance: Array
    square: Array
    cube: Array
    question_p: Array
    top_right: NDArray[np.bool_]
    label: Labels
    weight: Array | None
    kept: Labels | None
    unlabelled: int
    sums: ClassSums
    log_covariance: Array
    products: Array | None

    @property
    def n(self) -> int:
        """Number of statements with a true class."""
        return int(self.true_log_p.size)

    @property
    def classes(self) -> int:
        """Number of classes of a statement."""
        return self.stated.classes

    @property
    def multilabel(self) -> bool:
        """True where a statement is about one label of a row, and sums over classes are sums over labels."""
        return self.stated.sample.kind is TaskKind.MULTILABEL

    @cached_property
    def effective_rows(self) -> float:
        """Kish's effective number of statements; n without weights."""
        return float(self.n) if self.weight is None else float(self.weight.sum())

    @property
    def file_rows(self) -> Labels:
        """The data row number of every statement."""
        rows = self.stated.file_rows
        return rows if self.kept is None else rows[self.kept]

    @cached_property
    def true_p(self) -> Array:
        """The probability of the true class."""
        return np.exp(self.true_log_p)

    @cached_property
    def covariance(self) -> Array:
        """V = Σ w²·(diag p − ppᵀ), K × K: the covariance of Σ w·(onehot(y) − p) if the outputs are right."""
        products = self.products if self.products is not None else _sum_products(self)
        covariance: Array = np.diag(products.sum(axis=1)) - products  # every row sums to 1, so ppᵀ·1 = p
        return covariance

    @property
    def top_p(self) -> Array:
        """The probability of the most probable class."""
        return np.maximum(self.question_p, 1 - self.question_p) if self.classes == 2 else self.question_p

    @property
    def came_true(self) -> NDArray[np.bool_]:
        """Whether what `question_p` is the probability of came true."""
        return self.label == 1 if self.classes == 2 else self.top_right

    def total(self, values: Array) -> float:
        """Return the weighted sum of a number a statement."""
        return float(values.sum() if self.weight is None else self.weight @ values)

    def mean(self, values: Array) -> float:
        """Return the weighted mean of a number a statement."""
        return self.total(values) / self.effective_rows

    def spread(self, values: Array) -> float:
        """Return the standard error of that mean as observed."""
        centered = values - self.mean(values)
        if self.weight is not None:
            centered *= self.weight
        return float(np.sqrt(centered @ centered)) / self.effective_rows

    def variance_total(self, variance: Array) -> float:
        """Return the variance of the weighted sum of independent numbers that have these variances."""
        return float(variance.sum() if self.weight is None else (self.weight * self.weight) @ variance)

    def expected_spread(self, variance: Array) -> float:
        """Return the standard error of their mean."""
        return math.sqrt(self.variance_total(variance)) / self.effective_rows


@once_per_sample
def row_moments(sample: ClassSample) -> RowMoments | None:
    """Return the moments of every row in one pass; None where nothing is stated, or nothing to hold it against."""
    stated = state(sample)
    if stated is None or not stated.labelled:
        return None
    multilabel = sample.kind is TaskKind.MULTILABEL
    names = ("true_log_p", "entropy", "log_variance", "square", "cube", "question_p")
    vectors = {name: np.empty(stated.rows) for name in names}
    top_right, label = np.empty(stated.rows, dtype=np.bool_), np.empty(stated.rows, dtype=np.int64)
    sums, log_covariance = ClassSums.of(sample.classes if multilabel else stated.names), np.zeros(stated.classes)
    products = np.zeros((stated.classes,) * 2) if stated.classes <= MOST_CLASSES_AT_ONCE else None
    factor = kish_factor(sample)
    end = 0
    for block, true_class in labelled_blocks(stated):
        p, weight = block.p, None if block.weight is None else block.weight * factor
        here = slice(end, end + p.shape[0])
        end = here.stop
        into = {name: vector[here] for name, vector in vectors.items()} | {"log_covariance": np.empty_like(p)}
        label[here] = true_class
        top_right[here] = _describe_rows(block.log_p, p, true_class, into)
        weighted = p if weight is None else p * weight[:, None]
        twice = np.ones(len(p)) if weight is None else weight * weight
        log_covariance += twice @ into["log_covariance"]
        if products is not None:
            products += weighted.T @ weighted
        _add_classes(sums, p, weight, true_class, into["true_log_p"], multilabel)
    kept = None if end == stated.rows or sample.label is None else np.flatnonzero(sample.label >= 0)
    return RowMoments(
        stated=stated,
        **{name: vector[:end] for name, vector in vectors.items()},
        top_right=top_right[:end],
        label=label[:end],
        weight=_statement_weights(stated, kept, factor),
        kept=kept,
        unlabelled=stated.rows - end,
        sums=sums,
        log_covariance=log_covariance,
        products=products,
    )


def labelled_blocks(stated: Stated, every: int = 1) -> Iterator[tuple[Block, Labels]]:
    """Yield the statements whose true class has a column, with it, in order; `every` > 1: of each such row."""
    sample = stated.sample
    step = every * max(1, CACHED_CELLS // sample.outputs.shape[1])
    for start in range(0, sample.n, step):
        block = stated.take(slice(start, min(start + step, sample.n), every))
        if block.label is None:
            continue
        kept = block.label >= 0
        if kept.all():
            yield block, block.label
        elif kept.any():
            weight = None if block.weight is None else block.weight[kept]
            label = block.label[kept]
            yield Block(block.log_p[kept], label, None, weight), label


def kish_factor(sample: ClassSample) -> float:
    """Return what the weights of the rows whose true class has a column are multiplied by to sum to Kish's number."""
    if sample.weight is None:
        return 1.0
    weight = sample.weight if sample.label is None else sample.weight[sample.label >= 0]
    return float(weight.sum() / (weight @ weight)) if weight.size else 1.0


def finite_logs(log_p: Array) -> Array:
    """Return log p with a finite number in place of log 0."""
    return np.maximum(log_p, LOWEST_LOG)


def _describe_rows(log_p: Array, p: Array, label: Labels, into: dict[str, Array]) -> NDArray[np.bool_]:
    """Fill in the moments of these rows; return where the most probable class is the true one."""
    into["true_log_p"][:] = log_p[np.arange(label.size), label]
    if p.shape[1] == 2:
        pair_right: NDArray[np.bool_] = _describe_pairs(log_p.T, p.T, into) == label
        return pair_right
    by_class, log_by_class = p.T, log_p.T  # sums over the outer axis run over whole columns
    centered = finite_logs(log_by_class)
    covariance = into["log_covariance"].T
    into["entropy"][:] = -np.multiply(by_class, centered, out=covariance).sum(axis=0)
    centered += into["entropy"]
    np.multiply(by_class, centered, out=covariance)
    into["log_variance"][:] = np.multiply(covariance, centered, out=centered).sum(axis=0)
    power = np.multiply(by_class, by_class, out=centered)
    into["square"][:] = power.sum(axis=0)
    power *= by_class
    into["cube"][:] = power.sum(axis=0)
    top = log_by_class.max(axis=0)
    into["question_p"][:] = np.exp(top)
    right: NDArray[np.bool_] = top == into["true_log_p"]
    tied = np.flatnonzero(right & ((log_by_class == top).sum(axis=0, dtype=np.int32) > 1))
    right[tied] = log_p[tied].argmax(axis=1) == label[tied]
    return right


def _describe_pairs(log_p: Array, p: Array, into: dict[str, Array]) -> NDArray[np.bool_]:
    """Do the same for two classes, where everything is a function of p(1 − p) and the logit; return the top class."""
    first, second = finite_logs(log_p[0]), finite_logs(log_p[1])
    variance, logit = p[0] * p[1], second - first
    into["entropy"][:] = -(p[0] * first + p[1] * second)
    into["log_covariance"][:, 1] = variance * logit
    into["log_covariance"][:, 0] = -into["log_covariance"][:, 1]
    into["log_variance"][:] = into["log_covariance"][:, 1] * logit
    into["square"][:] = 1 - 2 * variance
    into["cube"][:] = 1 - 3 * variance
    into["question_p"][:] = p[1]
    top: NDArray[np.bool_] = logit > 0
    return top


def _add_classes(
    sums: ClassSums, p: Array, weight: Array | None, label: Labels, true_log_p: Array, multilabel: bool
) -> None:
    """Add rows to the sums over classes; those of a multilabel sample are its labels."""
    if not multilabel:
        sums.add(p, weight, label, np.exp(true_log_p), weight)
        return
    labels = len(sums.names)
    positive = np.flatnonzero(label == 1)
    true_weight = None if weight is None else weight[positive]
    row_weight = None if weight is None else weight[::labels]
    sums.add(p[:, 1].reshape(-1, labels), row_weight, positive % labels, p[positive, 1], true_weight)


def _statement_weights(stated: Stated, kept: Labels | None, factor: float) -> Array | None:
    sample = stated.sample
    if sample.weight is None:
        return None
    weight = np.repeat(sample.weight, stated.rows // sample.n)
    return (weight if kept is None else weight[kept]) * factor


def _sum_products(moments: RowMoments) -> Array:
    """Return Σ w²·ppᵀ where there are too many classes for the one pass, from evenly spread rows if need be."""
    stated, classes = moments.stated, moments.classes
    every = max(1, math.ceil(moments.n * classes**2 / MOST_PRODUCTS))
    products, factor, total = np.zeros((classes, classes)), kish_factor(stated.sample), 0.0
    for block, _ in labelled_blocks(stated, every):
        weight = np.ones(len(block.log_p)) if block.weight is None else block.weight * factor
        weighted = block.p * weight[:, None]
        products += weighted.T @ weighted
        total += float(weight @ weight)
    whole = moments.n if moments.weight is None else float(moments.weight @ moments.weight)
    products *= whole / total
    return products
