"""Where the loss of a model at initialisation comes from: base rates, a constant preference, spread, and chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.outputs.baselines import labelled_rows, row_losses
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.undefined import Undefined

if TYPE_CHECKING:
    from losscheck.outputs.baselines import RowLosses
    from losscheck.sample import ClassSample


@dataclass(frozen=True)
class InitialLoss:
    """The mean log loss in nats a statement, as the exact sum prior + preference + spread + association.

    With logits u = log p, a their means over the rows and π the base rates: `prior` = H(π); `preference` = KL(π, q)
    with q = softmax(a), the constant that all rows lean to; `spread` = −log Σ exp(a) ≥ 0, what logits that vary from
    row to row cost if they do so whatever the class, σ²/2·(1 − 1/K) for N(0, σ²) to second order (`spread_predicted`,
    with `logit_variance` = σ²). `association` is what they vary with the class: 0 up to chance for a model that has
    seen no labels. `below` = prior − nll, with its standard error.
    """

    nll: float
    prior: float
    uniform: float
    preference: float
    spread: float
    association: float
    logit_variance: float
    spread_predicted: float
    below: float
    below_se: float
    nll_se: float


@once_per_sample
def split_initial_loss(sample: ClassSample) -> InitialLoss | Undefined:
    """Split the loss; undefined where `row_losses` is, and where a probability is 0."""
    losses = row_losses(sample)
    if isinstance(losses, Undefined):
        return losses
    sums = _sum_logits(losses)
    if sums is None:
        return Undefined("some probability is 0, which no softmax of initial weights gives")
    mean, variance = sums
    nll, prior = losses.mean(losses.loss), losses.mean(losses.prior_loss)
    log_total = scipy.special.logsumexp(mean, axis=-1)
    independent = -float((losses.rates * mean).sum(axis=-1).mean())
    spread = -float(log_total.mean())
    below = losses.prior_loss - losses.loss
    return InitialLoss(
        nll=nll,
        prior=prior,
        uniform=losses.uniform,
        preference=independent - prior - spread,
        spread=spread,
        association=nll - independent,
        logit_variance=variance,
        spread_predicted=variance / 2 * (1 - 1 / losses.stated.classes),
        below=prior - nll,
        below_se=losses.spread(below),
        nll_se=losses.spread(losses.loss),
    )


def _sum_logits(losses: RowLosses) -> tuple[Array, float] | None:
    """Return the mean log p of every class, (K,) or (L, 2), and the variance of logits about their means over the rows.

    Logits are known up to a constant a row; without it K independent ones of variance σ² have K − 1 degrees of freedom.
    """
    weight = np.ones(losses.loss.size) if losses.weight is None else losses.weight
    logs, centers, squares = (np.zeros(losses.rates.shape) for _ in range(3))
    end = 0
    for log_p, _ in labelled_rows(losses.stated):
        here = weight[end : end + log_p.shape[0]]
        end += log_p.shape[0]
        if not np.isfinite(log_p).all():
            return None
        logit = log_p - log_p.mean(axis=-1, keepdims=True)
        logs += np.tensordot(here, log_p, axes=1)
        centers += np.tensordot(here, logit, axes=1)
        squares += np.tensordot(here, logit * logit, axes=1)
    total, classes = float(weight.sum()), losses.stated.classes
    variance = float((squares / total - (centers / total) ** 2).sum(axis=-1).mean()) / (classes - 1)
    return logs / total, max(variance, 0.0)
