"""What training with squared error on the probabilities costs against cross-entropy, for the stated probabilities.

Suppose the stated p are right, and a model is trained by its logits z, p = softmax(z). What both losses estimate is a
correction b of the logits. With W = diag p − pp', the covariance of a one-hot label y and the derivative of p in z:

1. Cross-entropy has the gradient p − y in z. Its covariance is W, and so is its derivative: the information I = E W,
   and estimates of b have the covariance (E W)⁻¹/n, the least possible.
2. The squared error Σ(p − y)² has the gradient 2W(p − y). It has mean 0 as well, so the estimates are consistent. Its
   derivative is on average 2W² (what stems from dW/dz has the factor p − y and mean 0), its covariance 4W³. With
   A = E W² and B = E W³ the estimates have the covariance A⁻¹BA⁻¹/n: the sandwich, in which the 2s cancel.
3. The logits matter up to a constant, so all of this happens on K − 1 dimensions. There the efficiency is the ratio of
   the generalised variances per dimension, (det A²/(det I · det B))^(1/(K − 1)). It lies in (0, 1], and is the share
   of the rows that cross-entropy needs for the same precision.
4. For two classes, with w = p(1 − p): (E w²)²/(E w · E w³). By Cauchy–Schwarz it is 1 only if all w are equal.
5. In one direction u of the logits, a different one in each row, E u'W²u and so on take the places of the matrices.
   With u = z this is the slope, how strongly the features speak; for two classes w gets the weight z².

A rare class of three or more pays most. Its gradient 2p_k[(p_k − y_k) − Σ_j p_j(p_j − y_j)] holds the noise of all the
others, which does not get smaller with p_k as its own does: for p_k → 0 what is learnt of z_k goes to nothing with p_k.

Coefficients of features that have nothing to do with how sure the model is lose what the correction b loses; the slope
is where the two are most closely related. What is not counted: the loss is not convex in z, and rows where the model
is confidently wrong have a gradient near 0, so that training may never get to the minimum that is compared here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.outputs.rows import some_rows
from losscheck.outputs.stated import BLOCK_CELLS
from losscheck.results import Estimate

if TYPE_CHECKING:
    from losscheck.outputs.stated import Block, Labels, Stated

MOST_NUMBERS, ROWS_A_CLASS = 300_000, 5
"""Probabilities looked at, of evenly spread rows, and rows a class at the least: intervals of about a hundredth."""
NEVER_STATED = 1e-60
"""Classes with smaller probabilities are taken as absent: products of their cubes are no longer numbers."""
CANCELLED = 1e-13
"""p³ in 1 − 3p … of a class that is nearly certain wherever it is stated: below this share of it no digit is left."""
NO_SLOPE = 1e-24
"""A mean variance of the logits below this is that of rounding: all classes are stated as equally probable."""


@dataclass(frozen=True)
class SquaredErrorEfficiency:
    """The share of the rows that squared error makes use of, for each class's logit and for the slope of the logits.

    `value` is None where it is undefined: outputs that are one-hot, or for the slope uniform. `rows` were looked at.
    """

    overall: Estimate
    slope: Estimate
    rows: int


def squared_error_efficiency(stated: Stated, alpha: float = 0.05) -> SquaredErrorEfficiency:
    """Return the efficiency of squared error relative to cross-entropy if the stated probabilities are right.

    The intervals are those of the mean over the rows (delta method on the logarithm); the probabilities are taken as
    they are stated. For K ≥ 3 the bias of determinants from few rows is removed by comparison with halves of them;
    with fewer than 10 rows a class the figure is still a few per cent too high.
    """
    passes = [(_along_logits(block.log_p, block.p), _weights(block)) for block in _chosen(stated)]
    weight = np.concatenate([weights for _, weights in passes])
    along = [np.concatenate(parts) for parts in zip(*(parts for parts, _ in passes), strict=True)]
    slope = _of_scalars(along, weight, alpha)
    if stated.classes == 2:
        product = np.concatenate([block.p.prod(axis=1) for block in _chosen(stated)])
        overall = _of_scalars([product, product**2, product**3], weight, alpha)
    else:
        overall = _of_matrices(stated, weight, alpha)
    return SquaredErrorEfficiency(overall, slope, weight.size)


def _chosen(stated: Stated) -> Iterator[Block]:
    """Yield all rows in blocks, or evenly spread ones where there are too many."""
    width = stated.rows // stated.sample.n * stated.classes
    rows = some_rows(stated.sample.n, max(ROWS_A_CLASS * stated.classes, MOST_NUMBERS // width))
    if isinstance(rows, slice):
        yield from stated.blocks()
        return
    step = max(1, BLOCK_CELLS // width)
    for start in range(0, rows.size, step):
        yield stated.take(rows[start : start + step])


def _weights(block: Block) -> Array:
    return np.ones(len(block.log_p)) if block.weight is None else block.weight


def _along_logits(log_p: Array, p: Array) -> list[Array]:
    """Return u'Wu, u'W²u and u'W³u of every row, u its logits: log p, of which a constant may be taken off."""
    u = np.where(p > 0, log_p, 0.0)
    first = p * (u - (p * u).sum(axis=1, keepdims=True))
    off = first - (p * first).sum(axis=1, keepdims=True)
    return [(first * u).sum(axis=1), (first * first).sum(axis=1), (p * off * off).sum(axis=1)]


def _of_scalars(terms: list[Array], weight: Array, alpha: float) -> Estimate:
    """Return (E a)²/(E i · E b) of rows' terms (i, a, b)."""
    information, sensitivity, variability = (float(weight @ term) for term in terms)
    if information <= NO_SLOPE * weight.sum() or variability <= 0:
        return Estimate(None)
    log_value = 2 * np.log(sensitivity) - np.log(information) - np.log(variability)
    influence = 2 * terms[1] / sensitivity - terms[0] / information - terms[2] / variability
    return _estimate(float(log_value), float(np.sqrt(((weight * influence) ** 2).sum())), alpha)


def _estimate(log_value: float, se: float, alpha: float) -> Estimate:
    """Return exp(log_value) with its interval, none of them above 1; None where rounding left no determinant."""
    if not np.isfinite(log_value):
        return Estimate(None)
    reach = float(scipy.special.ndtri(1 - alpha / 2)) * se
    value, low, high = (float(np.exp(min(log, 0.0))) for log in (log_value, log_value - reach, log_value + reach))
    return Estimate(value, low, high)


def _of_matrices(stated: Stated, weight: Array, alpha: float) -> Estimate:
    """Return the efficiency per dimension of K − 1, from the determinants."""
    halves = [[np.zeros((stated.classes, stated.classes)) for _ in range(3)] for _ in range(2)]
    cubes = np.zeros(stated.classes)
    for block in _chosen(stated):
        p, weights = block.p, _weights(block)
        cubes += weights @ p**3
        for parity, sums in enumerate(halves):
            for total, part in zip(sums, _power_sums(p[parity::2], weights[parity::2]), strict=True):
                total += part
    whole = [first + second for first, second in zip(*halves, strict=True)]
    kept = _free_classes(whole[2], cubes, float(weight.sum()))
    if kept.size == 0:
        return Estimate(None)
    log_value = _log_efficiency(whole, kept)
    if not np.isfinite(log_value):  # more classes than rows that tell them apart: a determinant is 0
        return Estimate(None)
    parts = [_log_efficiency(sums, kept) for sums in halves]
    if np.isfinite(parts).all():
        log_value = 2 * log_value - sum(parts) / 2
    inverses = [_inverse(matrix, kept) for matrix in whole]
    squares = 0.0
    for block in _chosen(stated):
        first, second, third = _traces(block.p, *inverses)
        squares += float(((_weights(block) * (2 * second - first - third)) ** 2).sum())
    return _estimate(log_value, float(np.sqrt(squares)) / kept.size, alpha)


def _power_sums(p: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Return Σ wW, Σ wW² and Σ wW³, multiplied out into products of powers of p: no row has a matrix of its own."""
    square, weighted = p * p, p * weight[:, None]
    cube = square * p
    s2, s3 = square.sum(axis=1, keepdims=True), cube.sum(axis=1, keepdims=True)
    crossed, cubed, scaled = square.T @ weighted, cube.T @ weighted, (square * s2).T @ weighted
    first = np.diag(weight @ p) - weighted.T @ p
    second = np.diag(weight @ square) - crossed - crossed.T + (weighted * s2).T @ p
    third = np.diag(weight @ cube) - cubed - cubed.T - square.T @ (square * weight[:, None])
    third += scaled + scaled.T + (weighted * (s3 - s2 * s2)).T @ p
    return first, second, third


def _traces(p: Array, first: Array, second: Array, third: Array) -> tuple[Array, Array, Array]:
    """Return tr(first W), tr(second W²) and tr(third W³) of every row."""
    square = p * p
    cube = square * p
    s2, s3 = square.sum(axis=1), cube.sum(axis=1)
    one, two, three = p @ first, p @ second, p @ third
    by_first = p @ np.diag(first) - (one * p).sum(axis=1)
    by_second = square @ np.diag(second) - 2 * (two * square).sum(axis=1) + s2 * (two * p).sum(axis=1)
    by_third = cube @ np.diag(third) - 2 * (three * cube).sum(axis=1) - ((square @ third) * square).sum(axis=1)
    by_third += 2 * s2 * (three * square).sum(axis=1) + (s3 - s2 * s2) * (three * p).sum(axis=1)
    return by_first, by_second, by_third


def _free_classes(variability: Array, cubes: Array, rows: float) -> Labels:
    """Return the classes that span the K − 1 dimensions: all that are stated but one, none where digits are lacking.

    The one left out is that whose sum has cancelled most; the determinants do not depend on which it is.
    """
    stated = np.flatnonzero(np.cbrt(cubes / rows) > NEVER_STATED)
    left = np.diag(variability)[stated] / cubes[stated]
    by_digits = np.argsort(left)[1:]
    enough = bool((left[by_digits] > CANCELLED).all())
    return stated[np.sort(by_digits)] if enough else stated[:0]


def _log_efficiency(matrices: list[Array], kept: Labels) -> float:
    """Return log(det A²/(det I · det B)) per dimension."""
    information, sensitivity, variability = (_log_determinant(matrix, kept) for matrix in matrices)
    return (2 * sensitivity - information - variability) / kept.size


def _log_determinant(matrix: Array, kept: Labels) -> float:
    scaled, scale = _scaled(matrix, kept)
    sign, value = np.linalg.slogdet(scaled)
    return float(value + 2 * np.log(scale).sum()) if sign > 0 else float("nan")


def _inverse(matrix: Array, kept: Labels) -> Array:
    """Return the inverse over the kept classes, with zeros for the others."""
    scaled, scale = _scaled(matrix, kept)
    inverse = np.zeros_like(matrix)
    inverse[np.ix_(kept, kept)] = np.linalg.inv(scaled) / np.outer(scale, scale)
    return inverse


def _scaled(matrix: Array, kept: Labels) -> tuple[Array, Array]:
    """Return the matrix of the kept classes with ones on its diagonal, and the roots of what was there.

    Rare classes have entries smaller by the cube of their probability; unscaled, the others' rounding would drown them.
    """
    part = matrix[np.ix_(kept, kept)]
    scale = np.sqrt(np.diag(part))
    return part / np.outer(scale, scale), scale
