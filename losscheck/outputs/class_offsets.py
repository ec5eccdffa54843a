"""The largest likelihood of labels that one temperature and one offset a class can give the outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np, scipy

if TYPE_CHECKING:
    from losscheck.outputs.stated import Labels

SHARPEST, FARTHEST = 20.0, 40.0
"""The search stays below this β, and between ± so many nats of offset: beyond them likelihoods hardly move."""
CLOSE_ENOUGH = 0.01
"""Stops when a step gains less than so many nats over all rows; evidence is told apart by whole nats."""
MOST_STEPS = 300


def fit_with_offsets(log_p: Array, label: Labels) -> float:
    """Return the maximum over β ≥ 0 and b of the log-likelihood of the labels under softmax(β·log p + b).

    It is concave in (β, b). A class without rows is given no probability. A prior that has shifted, or class weights
    in training, are offsets; where these explain the labels, no other order of the columns is needed. Every free
    offset costs one nat, as in AIC: it gains half a nat on these labels by fitting their chance, and is worth half a
    nat less on others.
    """
    occurs = np.flatnonzero(np.bincount(label, minlength=log_p.shape[1]))
    log_p = log_p[:, occurs]
    label = np.searchsorted(occurs, label)
    rows = label.size
    true_total = float(log_p[np.arange(rows), label].sum())
    count = np.bincount(label, minlength=occurs.size)

    def loss(parameters: Array) -> tuple[float, Array]:
        logit = parameters[0] * log_p + parameters[1:]
        top = logit.max(axis=1, keepdims=True)
        p = np.exp(logit - top)
        total = p.sum(axis=1, keepdims=True)
        p /= total
        slope = np.append(np.vdot(p, log_p) - true_total, p.sum(axis=0) - count)
        value = float(np.log(total).sum() + top.sum() - parameters[0] * true_total - count @ parameters[1:])
        return value / rows, slope / rows

    found = scipy.optimize.minimize(
        loss,
        np.append(1.0, np.zeros(occurs.size)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, SHARPEST), *[(-FARTHEST, FARTHEST)] * occurs.size],
        options={"maxiter": MOST_STEPS, "ftol": CLOSE_ENOUGH / rows / 10, "gtol": CLOSE_ENOUGH / rows},
    )
    return -float(found.fun) * rows - (occurs.size - 1)
