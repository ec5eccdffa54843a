"""The log loss of the outputs against what needs no model: the uniform prediction and the constant base rates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.interpretation import interpret
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.moments import row_moments
from losscheck.outputs.stated import state
from losscheck.outputs.undefined import Undefined
from losscheck.results import TaskKind
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.outputs.stated import Stated
    from losscheck.sample import ClassSample

    Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RowLosses:
    """Log losses of every row that has a true class with a column, in nats a statement.

    `loss` is −log p of what came true, ∞ at p = 0; `prior_loss` the same under the base rates of these rows, whose mean
    is H(prior); `learned_loss` under those of the other rows, half a row added to each class (Krichevsky, Trofimov): a
    constant that could have been used. A multilabel row has the mean over its labels; fractional targets have
    cross-entropies. `rates` are the base rates, (K,) or those of every label (L, 2); `row` the file's row numbers.
    """

    stated: Stated
    loss: Array
    prior_loss: Array
    learned_loss: Array
    rates: Array
    row: Rows
    weight: Array | None

    @property
    def uniform(self) -> float:
        """The loss of the uniform prediction, log K."""
        return float(np.log(self.stated.classes))

    def mean(self, values: Array) -> float:
        """Return the weighted mean of a number a row."""
        return float(values.mean() if self.weight is None else self.weight @ values / self.weight.sum())

    def spread(self, values: Array) -> float:
        """Return the standard error of that mean; NaN for one row."""
        centered = values - self.mean(values)
        weighted = centered if self.weight is None else self.weight * centered
        total, n = values.size if self.weight is None else self.weight.sum(), values.size
        return float(np.sqrt(weighted @ weighted * n / (n - 1)) / total) if n > 1 else float("nan")

    def finite(self) -> RowLosses:
        """Return these without the rows whose loss is infinite; the base rates stay those of all rows."""
        kept = np.isfinite(self.loss)
        if kept.all():
            return self
        return replace(
            self,
            loss=self.loss[kept],
            prior_loss=self.prior_loss[kept],
            learned_loss=self.learned_loss[kept],
            row=self.row[kept],
            weight=None if self.weight is None else self.weight[kept],
        )


@dataclass(frozen=True)
class Comparison:
    """Mean log losses in nats a statement: of the outputs, of the base rates, H(prior), and of 1/K, log K.

    `d_squared` = 1 − nll/prior is the share of H(prior) that the outputs explain, with the standard error of its
    influence function (base rates are estimated too). The base rates of these very rows are the best constant in
    hindsight; `d_squared_learned` is the share of the loss of a constant learned from the other rows. Of many classes
    and few rows the two are far apart, and what is true of new rows lies between. `above_uniform` = nll − log K.
    """

    rows: int
    nll: float
    prior: float
    uniform: float
    d_squared: float
    d_squared_learned: float
    d_squared_se: float
    above_uniform: float
    above_uniform_se: float


def compare_with_constants(losses: RowLosses) -> Comparison:
    """Compare rows of finite loss, of more than one class, with the predictions that need no model."""
    nll, prior = losses.mean(losses.loss), losses.mean(losses.prior_loss)
    # d(nll/prior) = (d nll − nll/prior · d prior)/prior, and H(prior) has the influence prior_loss − H(prior)
    influence = (losses.loss - nll / prior * losses.prior_loss) / prior
    return Comparison(
        rows=losses.loss.size,
        nll=nll,
        prior=prior,
        uniform=losses.uniform,
        d_squared=1 - nll / prior,
        d_squared_learned=1 - nll / losses.mean(losses.learned_loss),
        d_squared_se=losses.spread(influence),
        above_uniform=nll - losses.uniform,
        above_uniform_se=losses.spread(losses.loss),
    )


@once_per_sample
def row_losses(sample: ClassSample) -> RowLosses | Undefined:
    """Return the losses of every row; undefined where nothing is stated or nothing is known of what came true."""
    stated = state(sample)
    if stated is None:
        return Undefined("the outputs are not probabilities and cannot be turned into ones")
    if interpret(sample).numbers is Numbers.ONE_HOT:
        return Undefined("every row is one-hot: a decision and not a probability, so its log loss is 0 or infinite")
    if sample.label is None and sample.targets is None:
        return Undefined("needs the true classes (-t COL)")
    kept = np.flatnonzero(sample.label >= 0) if sample.label is not None else np.arange(sample.n)
    if not kept.size:
        return Undefined("no row has a true class among the columns")
    weight = None if sample.weight is None else sample.weight[kept]
    counts = _count_classes(stated, kept, weight)
    rates = counts / counts.sum(axis=-1, keepdims=True)
    if not (np.minimum(rates, 1 - rates) > 0).any():
        return Undefined("all rows are of one class: a constant prediction of it is never wrong")
    with np.errstate(divide="ignore"):
        log_rates = np.log(rates)
    moments = row_moments(sample) if sample.label is not None else None
    if moments is not None and sample.label is not None:  # one class a row: its log p is at hand
        true = sample.label[kept]
        learned = _learn_from_others(counts, true, 1.0 if weight is None else weight)
        return RowLosses(stated, -moments.true_log_p, -log_rates[true], learned, rates, sample.row[kept], weight)
    loss, prior_loss, learned_loss = (np.empty(kept.size) for _ in range(3))
    end = 0
    for log_p, target in labelled_rows(stated):
        here = slice(end, end + log_p.shape[0])
        end = here.stop
        loss[here] = _cross_entropy(log_p, target)
        prior_loss[here] = _cross_entropy(np.broadcast_to(log_rates, log_p.shape), target)
        learned_loss[here] = _learn_from_others(counts, target, 1.0 if weight is None else weight[here])
    return RowLosses(stated, loss, prior_loss, learned_loss, rates, sample.row[kept], weight)


def labelled_rows(stated: Stated) -> Iterator[tuple[Array, Array | Rows]]:
    """Yield log p and what came true of the rows that have it, block by block.

    Rows of one class: log p (m, K) and its index (m,). Multilabel rows: (m, L, 2) and indices (m, L). Soft targets:
    (m, K) and fractions (m, K).
    """
    labels = stated.rows // stated.sample.n
    for block in stated.blocks():
        if stated.sample.kind is TaskKind.MULTILABEL:
            assert block.label is not None
            yield block.log_p.reshape(-1, labels, 2), block.label.reshape(-1, labels)
        elif block.label is not None:
            kept = block.label >= 0
            yield (block.log_p, block.label) if kept.all() else (block.log_p[kept], block.label[kept])
        elif block.target is not None:
            yield block.log_p, block.target


def _cross_entropy(log_p: Array, target: Array | Rows) -> Array:
    """Return −log p of what came true in every row, the mean over its labels; 0·log 0 is 0."""
    if target.shape == log_p.shape:
        with np.errstate(invalid="ignore"):
            products: Array = np.where(target > 0, target * log_p, 0.0)
        total: Array = products.sum(axis=-1)
        return -total
    taken: Array = -np.take_along_axis(log_p, target[..., None].astype(np.int64), axis=-1)[..., 0]
    return taken if taken.ndim == 1 else taken.mean(axis=1)


def _learn_from_others(counts: Array, target: Array | Rows, weight: float | Array) -> Array:
    """Return the loss of every row under the base rates of all rows but itself, half a row added to each class."""
    total, half = counts.sum(axis=-1), 0.5 * counts.shape[-1]
    if counts.ndim == 2:  # labels of their own
        true = np.where(target == 1, counts[:, 1], counts[:, 0])
        own = np.asarray(weight)[..., None]
        learned: Array = (np.log(total - own + half) - np.log(true - own + 0.5)).mean(axis=1)
        return learned
    if target.ndim == 1:
        learned = np.log(total - weight + half) - np.log(counts[target] - weight + 0.5)
        return learned
    own = np.asarray(weight)[..., None]
    return _cross_entropy(np.log(counts - own * target + 0.5) - np.log(total - own + half), target)


def _count_classes(stated: Stated, kept: Rows, weight: Array | None) -> Array:
    """Return the weighted rows of the classes among these: (K,), or (L, 2) of a multilabel sample."""
    sample = stated.sample
    weight = np.ones(kept.size) if weight is None else weight
    if sample.label is not None:
        return np.bincount(sample.label[kept], weight, minlength=stated.classes).astype(np.float64)
    assert sample.targets is not None  # row_losses has seen to it
    counts: Array = weight @ sample.targets
    return np.stack((weight.sum() - counts, counts), axis=1) if sample.kind is TaskKind.MULTILABEL else counts
