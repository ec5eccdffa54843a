"""The reliability diagram: how often what was stated with probability p came true, by bins of p."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.outputs.question import pool_question
from losscheck.outputs.undefined import Undefined, usable_moments
from losscheck.plots import Reliability

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

NORMAL_FROM = 25.0
"""From this variance of a count on, its law is taken as normal; below, as binomial with the mean probability."""


def reliability(sample: ClassSample, alpha: float) -> Reliability | None:
    """Return the diagram, with the band in which a bin lies in 1 − alpha of the cases if the outputs are right.

    None where there are no probabilities or labels. Empty bins are left out.
    """
    p = pool_question(sample)
    if isinstance(p, Undefined):
        return None
    first = np.unique(p.bin, return_index=True)[1]
    rows, square, stated, observed, variance = (
        np.add.reduceat(part, first) for part in (p.weight, p.square_weight, p.weight * p.p, p.came_true, p.variance)
    )
    mean = np.clip(stated / rows, 0.0, 1.0)
    low, high = _count_band(mean, rows, rows * rows / square, variance, alpha)
    return Reliability(
        stated=tuple(mean.tolist()),
        observed=tuple((observed / rows).tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        rows=tuple(rows.tolist()),
        title=_title(sample),
    )


def _count_band(mean: Array, rows: Array, effective: Array, variance: Array, alpha: float) -> tuple[Array, Array]:
    """Return the central 1 − alpha of the share that comes true."""
    reach = float(scipy.special.ndtri(1 - alpha / 2)) * np.sqrt(variance) / rows
    count = np.maximum(np.round(effective), 1.0)
    low, high = (_binomial_quantile(level, count, mean) / count for level in (alpha / 2, 1 - alpha / 2))
    normal = variance * effective >= NORMAL_FROM * rows
    return (
        np.where(normal, np.maximum(mean - reach, 0.0), np.minimum(low, mean)),
        np.where(normal, np.minimum(mean + reach, 1.0), np.maximum(high, mean)),
    )


def _binomial_quantile(level: float, count: Array, p: Array) -> Array:
    """Return the smallest k with P(X ≤ k) ≥ level."""
    inside = np.clip(p, 1e-300, 1 - 1e-16)
    found = np.ceil(np.nan_to_num(scipy.special.bdtrik(level, count, inside)) - 1e-9)
    quantile: Array = np.clip(found, 0.0, count)
    return quantile


def _title(sample: ClassSample) -> str:
    moments = usable_moments(sample)
    if isinstance(moments, Undefined) or moments.classes > 2:
        return "Reliability: the stated probability of the most probable class, and how often it came true"
    what = "a label" if moments.multilabel else f"class {moments.stated.names[1]}"
    return f"Reliability: the stated probability of {what}, and how often it came true"
