"""Features to columns of a linear model: natural cubic splines of numbers, a column for each frequent word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from losscheck.numeric.lazy import Array, np
from losscheck.sample import Features

KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)
"""Quantiles at which the spline of a number bends (Harrell 2015, table 2.3); beyond the last it is straight."""
FEWEST_VALUES = 10
"""Different numbers from which on a feature gets a spline; with fewer a line."""
ROWS_A_COLUMN = 20
"""Rows for each column of the design, below which features get a line only."""
MOST_COLUMNS = 600
MOST_WORDS, FEWEST_OF_A_WORD = 30, 5
"""Words of one feature that get a column, and the rows that each must have; all others are the reference."""
MOST_MISSING = 0.95
ALIKE = 1 - 1e-9
"""A correlation with the target beyond which a feature is the target itself."""

Columns = Callable[[slice], Array]
"""Rows → columns (rows, k) of one feature."""


@dataclass(frozen=True, eq=False)
class Design:
    """The columns of the features in use, and why the others are left out.

    `rows(part)` gives (m, p) columns of those rows, not standardised.
    """

    parts: tuple[Columns, ...]
    used: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]

    def rows(self, part: slice) -> Array:
        """Return the columns of these rows."""
        return np.hstack([columns(part) for columns in self.parts])


def make_design(features: Features, target: Array) -> Design:
    """Return the design; the target is only looked at to leave out features that are the target itself."""
    reasons = {k: _why_left_out(features, k, target) for k in range(len(features.names))}
    kept = [k for k, reason in reasons.items() if not reason]
    linear = sum(_width(features, k, False) for k in kept)
    wide = sum(_width(features, k, True) for k in kept)
    splines = wide <= min(MOST_COLUMNS, target.size / ROWS_A_COLUMN) or (wide == linear)
    parts, used, total = [], [], 0
    for k in kept:
        total += _width(features, k, splines)
        if total > MOST_COLUMNS:
            reasons[k] = f"beyond the first {MOST_COLUMNS} columns of the model"
            continue
        parts.append(_columns(features, k, splines))
        used.append(features.names[k])
    left_out = tuple((features.names[k], reason) for k, reason in reasons.items() if reason)
    return Design(tuple(parts), tuple(used), left_out)


def natural_spline(x: Array, knots: Array) -> Array:
    """Return x and the K − 2 bent columns of the natural cubic spline basis with K knots (Hastie et al. 2009, 5.4)."""
    last, before = knots[-1], knots[-2]
    scale = last - knots[0]

    def bend(knot: float) -> Array:
        cut: Array = (np.maximum(x - knot, 0.0) ** 3 - np.maximum(x - last, 0.0) ** 3) / (last - knot) / scale**2
        return cut

    end = bend(before)
    return np.column_stack([x, *(bend(knot) - end for knot in knots[:-2])])


def _values(features: Features, k: int) -> Array:
    column: Array = features.values[:, k]
    return np.where(np.isfinite(column), column, np.nan)


def _why_left_out(features: Features, k: int, target: Array) -> str:
    words, column = features.levels[k], _values(features, k)
    there = ~np.isnan(column)
    if words == ():
        return "too many different words to be levels: names, texts or dates"
    if not there.any() or there.mean() < 1 - MOST_MISSING:
        return f"missing in {100 * (1 - there.mean()):.3g} % of the rows"
    found, counts = np.unique(column[there], return_counts=True)
    if found.size == 1 and there.all():
        return "the same in every row"
    if words is not None:
        return "" if counts.max() >= FEWEST_OF_A_WORD else f"no word occurs {FEWEST_OF_A_WORD} times"
    if found.size == column.size and bool((np.diff(column) == 1).all()):
        return "counts the rows"
    return "is the target, or a line of it" if _is_target(column, there, target) else ""


def _is_target(column: Array, there: Array, target: Array) -> bool:
    x, y = column[there], target[there]
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return bool(size > 0 and abs(float(x @ y)) > ALIKE * size)


def _width(features: Features, k: int, splines: bool) -> int:
    """Return how many columns a feature takes at most."""
    if features.levels[k] is not None:
        return len(_frequent(features, k))
    column = _values(features, k)
    knots = _knots(column) if splines else None
    return (1 if knots is None else knots.size - 1) + int(np.isnan(column).any())


def _frequent(features: Features, k: int) -> Array:
    """Return the codes of the words that get a column, the most frequent first; a missing word is a word (−1)."""
    column = _values(features, k)
    codes, counts = np.unique(np.where(np.isnan(column), -1.0, column), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] >= FEWEST_OF_A_WORD][:MOST_WORDS]
    return codes[order]


def _knots(column: Array) -> Array | None:
    """Return the knots of a feature's spline; None where it has too few values to bend at."""
    there = column[~np.isnan(column)]
    if np.unique(there[:5000]).size < FEWEST_VALUES:
        return None
    knots = np.unique(np.quantile(there, KNOTS))
    return knots if knots.size >= 3 else None


def _columns(features: Features, k: int, splines: bool) -> Columns:
    column = _values(features, k)
    if features.levels[k] is not None:
        codes = _frequent(features, k)
        filled = np.where(np.isnan(column), -1.0, column)
        return lambda part: (filled[part, None] == codes).astype(np.float64)
    missing = np.isnan(column)
    middle = float(np.nanmedian(column))
    unit = float(np.nanstd(column)) or 1.0
    scaled = np.where(missing, 0.0, (column - middle) / unit)
    knots = _knots(column) if splines else None

    def columns(part: slice) -> Array:
        x = scaled[part]
        curve = x[:, None] if knots is None else natural_spline(x, (knots - middle) / unit)
        return np.column_stack([curve, missing[part]]) if missing.any() else curve

    return columns
