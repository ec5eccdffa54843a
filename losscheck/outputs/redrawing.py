"""Labels drawn again from the stated distributions: what every statistic would be if the outputs were right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.tilting import log_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.outputs.moments import RowMoments
    from losscheck.outputs.stated import Labels

DRAWN_AT_ONCE = 1 << 17
"""Labels drawn at a time, so that what is made of them stays in the cache."""
COUNTED_CLASSES = 16
"""Up to so many classes a label is found by comparing with each cumulative probability, above by bisection."""


@dataclass(frozen=True, eq=False)
class Redrawn:
    """Sums over all rows: of the observed labels first, and then of each draw of a whole set of labels.

    `log` = Σ w·log p_y and `true_p` = Σ w·p_y have shape (draws + 1,). Over the rows of class k `count` = Σ w and
    `tilt` = Σ w·(1 − 2p) have (draws + 1, K), of a multilabel sample (draws + 1, labels). `came_true` (draws + 1, n)
    says of every row, in the order of the moments, whether the question of `moments.question_p` came true.
    """

    log: Array
    true_p: Array
    count: Array
    tilt: Array
    came_true: NDArray[np.bool_]


def redraw_labels(moments: RowMoments, draws: int, seed: int) -> Redrawn:
    """Draw `draws` sets of labels; the sums of all statistics come from the same draws."""
    random = np.random.default_rng(seed)
    classes = len(moments.sums.names)
    all_sets = _observed(moments, draws)
    log, true_p, count, tilt = (part[1:] for part in (all_sets.log, all_sets.true_p, all_sets.count, all_sets.tilt))
    came_true = all_sets.came_true[1:]
    end = 0
    for log_p, weight in _chunks(moments, max(1, DRAWN_AT_ONCE // draws)):
        p = np.exp(log_p)
        label = _draw(p, random.random((p.shape[1], draws)))
        at = label * p.shape[1] + np.arange(p.shape[1])[:, None]
        drawn_p = p.ravel()[at]
        log += weight @ log_p.ravel()[at]
        true_p += weight @ drawn_p
        asked = 1 if moments.classes == 2 else p.argmax(axis=0)[:, None]
        came_true[:, end : end + p.shape[1]] = (label == asked).T
        end += p.shape[1]
        drawn_tilt = weight[:, None] * (1 - 2 * drawn_p)
        if moments.multilabel:
            yes = label.reshape(-1, classes, draws)
            count += np.einsum("ikb,ik->bk", yes, weight.reshape(-1, classes))
            tilt += np.einsum("ikb,ikb->bk", yes, drawn_tilt.reshape(-1, classes, draws))
        else:
            key = (label + classes * np.arange(draws)).ravel()
            every = None if moments.weight is None else np.repeat(weight, draws)
            count += np.bincount(key, every, minlength=draws * classes).reshape(draws, classes)
            tilt += np.bincount(key, drawn_tilt.ravel(), minlength=draws * classes).reshape(draws, classes)
    return all_sets


def _observed(moments: RowMoments, draws: int) -> Redrawn:
    """Return the sums of the observed labels, and room for those of the draws."""
    sums, classes = moments.sums, len(moments.sums.names)
    redrawn = Redrawn(
        np.zeros(draws + 1),
        np.zeros(draws + 1),
        np.zeros((draws + 1, classes)),
        np.zeros((draws + 1, classes)),
        np.empty((draws + 1, moments.n), dtype=np.bool_),
    )
    redrawn.log[0], redrawn.true_p[0] = moments.total(moments.true_log_p), moments.total(moments.true_p)
    redrawn.count[0], redrawn.tilt[0], redrawn.came_true[0] = sums.count, sums.tilt, moments.came_true
    return redrawn


def _chunks(moments: RowMoments, rows: int) -> Iterator[tuple[Array, Array]]:
    """Yield log p (K, m) and weights of at most `rows` rows; all labels of a row of a multilabel sample together."""
    labels = len(moments.sums.names) if moments.multilabel else 1
    step = max(labels, rows - rows % labels)
    for log_p, label, weight in log_blocks(moments.stated):
        for start in range(0, label.size, step):
            chunk = slice(start, start + step)
            part = np.ascontiguousarray(log_p[:, chunk])
            yield part, np.ones(part.shape[1]) if weight is None else weight[chunk]


def _draw(p: Array, uniform: Array) -> Labels:
    """Return the class (m, draws) in whose interval of the cumulative probabilities (K, m) each number falls."""
    cumulative = np.cumsum(p, axis=0)
    classes, rows = p.shape
    if classes <= COUNTED_CLASSES:
        label = np.zeros(uniform.shape, dtype=np.int64)
        for below in cumulative[:-1]:
            label += uniform >= below[:, None]
        return label
    first = np.arange(rows)
    cumulative[-1] = 1.0
    ladder = (cumulative + first).T.ravel()
    found = np.searchsorted(ladder, uniform + first[:, None], side="right") - classes * first[:, None]
    found_class: Labels = np.minimum(found, classes - 1)
    return found_class
