"""Ridge regression by folds: every row is predicted by coefficients that have not seen it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from losscheck.baseline.design import Design, natural_spline
from losscheck.numeric.lazy import Array, np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDS = 5
BLOCK_ROWS = 16_384
MOST_FITTED = 200_000
"""Rows that the coefficients are fitted to; more are predicted, and would move nothing."""
PENALTIES = tuple(10.0 ** (exponent / 4) for exponent in range(-24, 13))
"""Candidates, per row, for columns of variance 1; generalised cross-validation chooses (Golub et al. 1979)."""
LINK_KNOTS = (0.02, 0.25, 0.5, 0.75, 0.95, 0.99)
WORTHWHILE = 0.99
"""The second step, a curve of the target on the first prediction, must lower the squared error to this."""


def assign_folds(n: int, seed: int) -> NDArray[np.int64]:
    """Return the fold of each row, in equal parts and random order, the same for the same seed."""
    folds: NDArray[np.int64] = np.random.default_rng(seed).permutation(n) % FOLDS
    return folds


def predict_out_of_fold(design: Design, target: Array, weight: Array | None, folds: NDArray[np.int64]) -> Array:
    """Return a prediction for every row, from the other folds alone; (n,) in the target's units."""
    n = target.size
    w = np.ones(n) if weight is None else weight
    center, scale = _standardise(design, n)
    fitted = np.arange(n) % (-(-n // MOST_FITTED)) == 0
    parts = _sum_folds(design, center, scale, target, np.where(fitted, w, 0.0), folds)
    total: Array = np.sum(parts, axis=0)
    lines = [_solve_ridge(total - part) for part in parts]
    every = np.empty((n, FOLDS))  # of every row by every fold's coefficients
    for part in _blocks(n):
        x = (design.rows(part) - center) / scale
        every[part] = np.column_stack([constant + x @ slopes for constant, slopes in lines])
    return _bend(every, target, w, folds)


def _blocks(n: int) -> Iterator[slice]:
    for start in range(0, n, BLOCK_ROWS):
        yield slice(start, min(start + BLOCK_ROWS, n))


def _standardise(design: Design, n: int) -> tuple[Array, Array]:
    """Return mean and sd of every column; 1 for columns that are the same in every row."""
    total, square = 0.0, 0.0
    for part in _blocks(n):
        x = design.rows(part)
        total, square = total + x.sum(axis=0), square + np.square(x).sum(axis=0)
    mean = np.asarray(total) / n
    sd = np.sqrt(np.maximum(np.asarray(square) / n - mean**2, 0.0))
    return mean, np.where(sd > 0, sd, 1.0)


def _sum_folds(
    design: Design, center: Array, scale: Array, target: Array, weight: Array, folds: NDArray[np.int64]
) -> list[Array]:
    """Return the weighted products of (1, columns, target) of every fold: what least squares needs."""
    sums = [np.zeros((center.size + 2, center.size + 2)) for _ in range(FOLDS)]
    for part in _blocks(target.size):
        x = (design.rows(part) - center) / scale
        row = np.column_stack([np.ones(x.shape[0]), x, target[part]])
        for k in range(FOLDS):
            here = (folds[part] == k) & (weight[part] > 0)
            sums[k] += (row[here] * weight[part][here, None]).T @ row[here]
    return sums


def _solve_ridge(products: Array) -> tuple[float, Array]:
    """Return intercept and slopes; the intercept is not shrunk, and the penalty is that of the least GCV."""
    n = float(products[0, 0])
    mean = products[0, 1:] / n
    centered = products[1:, 1:] - n * np.outer(mean, mean)
    value, vector = np.linalg.eigh(centered[:-1, :-1])
    value = np.maximum(value, 0.0)
    along = vector.T @ centered[:-1, -1]

    def score(penalty: float) -> float:
        shrunk = value + penalty * n
        rest = float(centered[-1, -1] - np.sum(along**2 * (2 / shrunk - value / shrunk**2)))
        free = n - 1 - float(np.sum(value / shrunk))
        return max(rest, 0.0) / free**2 if free > 0 else np.inf

    penalty = min(PENALTIES, key=score)
    slopes = vector @ (along / (value + penalty * n))
    return float(mean[-1] - mean[:-1] @ slopes), slopes


def _bend(every: Array, target: Array, weight: Array, folds: NDArray[np.int64]) -> Array:
    """Return each row's prediction by its fold, or a curve of the target on it where that lowers the error clearly.

    An additive model of a product, or of a target with a floor, is bent against it; the curve takes that out. It is
    fitted to the other folds, at the predictions of the same coefficients: neither of the two has seen the row.
    """
    straight = np.take_along_axis(every, folds[:, None], axis=1)[:, 0]
    bent = straight.copy()
    for k in range(FOLDS):
        index, out = every[:, k], folds == k
        knots = np.unique(np.quantile(index[~out], LINK_KNOTS))
        if knots.size < 3:
            return straight
        design = np.column_stack([np.ones(index.size), natural_spline(index, knots)])
        design /= np.maximum(np.abs(design).max(axis=0), 1e-300)
        root = np.sqrt(weight[~out])
        found = np.linalg.lstsq(design[~out] * root[:, None], target[~out] * root, rcond=None)[0]
        bent[out] = design[out] @ found
    before, after = (float(weight @ (target - f) ** 2) for f in (straight, bent))
    return bent if after < WORTHWHILE * before else straight
