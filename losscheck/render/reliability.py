"""The reliability diagram in text: observed against stated, with the band of outputs that are right, and in words."""

from __future__ import annotations

from math import ceil, floor, log10, sqrt

from losscheck.plots import Reliability
from losscheck.render.blocks import Role, Row, Span, Table
from losscheck.render.canvas import BLOCKS, MARGIN, WIDTH, Cell, Line, draw_axis, frame_row, merge_cells
from losscheck.render.figures import write_count, write_number

HEIGHT = 15
WITHIN, ABOVE, BELOW, BAND, DIAGONAL = "●", "▲", "▼", "░", "·"
REACH = 1
"""Columns that a bin takes on each side of its point: 15 bins of equal width then leave one free between them."""
FINEST = 1e-6
"""The narrowest range that is drawn."""


def draw_reliability(reliability: Reliability) -> tuple[Line, ...]:
    """Draw the share that came true over the stated probability, one range on both axes, and the rows of each bin.

    Empty when there are no bins.
    """
    if not reliability.stated:
        return ()
    low, high = _range(reliability)
    grid: list[list[Cell]] = [[(" ", Role.PLAIN)] * WIDTH for _ in range(HEIGHT)]
    for column in range(WIDTH):
        grid[round(column / (WIDTH - 1) * (HEIGHT - 1))][column] = DIAGONAL, Role.MUTED
    bins = range(len(reliability.stated))
    columns = [_place(value, low, high, WIDTH) for value in reliability.stated]
    for i in bins:
        first, last = (_place(edge[i], low, high, HEIGHT) for edge in (reliability.low, reliability.high))
        for row in range(first, last + 1):
            for column in _span(columns[i]):
                grid[row][column] = BAND, Role.BAR
    for i in bins:
        mark = _mark(reliability, i)
        role = Role.BEST if mark == WITHIN else Role.WARN
        grid[_place(reliability.observed[i], low, high, HEIGHT)][columns[i]] = mark, role
    labels = {0: high, HEIGHT // 2: (low + high) / 2, HEIGHT - 1: low}
    framed = [
        frame_row(cells, write_number(labels[row], 3) if row in labels else "")
        for row, cells in enumerate(reversed(grid))
    ]
    return (*framed, *draw_axis(low, high, WIDTH), _draw_rows(reliability, columns), *_legend(reliability))


def describe_reliability(reliability: Reliability) -> str:
    """Return the diagram in words: how many bins lie within the band, and the one that is furthest outside."""
    count = len(reliability.stated)
    beyond = [
        max(observed - high, low - observed)
        for observed, low, high in zip(reliability.observed, reliability.low, reliability.high, strict=True)
    ]
    outside = sum(_mark(reliability, i) != WITHIN for i in range(count))
    if not outside:
        return "The only bin lies within the band." if count == 1 else f"All {count} bins lie within the band."
    i = beyond.index(max(beyond))
    stated, observed, low, high = (
        write_number(values[i], 3)
        for values in (reliability.stated, reliability.observed, reliability.low, reliability.high)
    )
    rows = "1 row" if reliability.rows[i] == 1 else f"{write_count(reliability.rows[i])} rows"
    return (
        f"{count - outside} of {count} bins lie within the band; furthest outside at {stated}: observed {observed}, "
        f"expected {low} to {high} ({rows})."
    )


def list_bins(reliability: Reliability) -> Table:
    """Return the bins as a table; all probabilities have the decimals that the largest needs for three digits."""
    decimals = max(3, 2 - floor(log10(max(*reliability.stated, *reliability.observed, FINEST))))
    columns = (reliability.rows, reliability.stated, reliability.observed, reliability.low, reliability.high)
    rows = tuple(
        Row(
            (
                write_count(count),
                f"{stated:.{decimals}f}",
                f"{observed:.{decimals}f}",
                f"{low:.{decimals}f} to {high:.{decimals}f}",
            )
        )
        for count, stated, observed, low, high in zip(*columns, strict=True)
    )
    return Table(rows, ("rows", "stated", "observed", "band"), frozenset(range(3)))


def _range(reliability: Reliability) -> tuple[float, float]:
    """Return the round numbers between which everything lies: all of 0 to 1, or a part where nothing else is drawn."""
    values = (*reliability.stated, *reliability.observed, *reliability.low, *reliability.high)
    smallest, largest = min(values), max(values)
    step = 10.0 ** floor(log10(max(largest - smallest, FINEST)) + 1e-9)
    low = max(floor(smallest / step + 1e-9) * step, 0.0)
    high = min(max(ceil(largest / step - 1e-9) * step, low + step), 1.0)
    return min(low, high - step), high


def _place(value: float, low: float, high: float, cells: int) -> int:
    return min(max(round((value - low) / (high - low) * (cells - 1)), 0), cells - 1)


def _span(column: int) -> range:
    return range(max(column - REACH, 0), min(column + REACH + 1, WIDTH))


def _mark(reliability: Reliability, i: int) -> str:
    observed = reliability.observed[i]
    return ABOVE if observed > reliability.high[i] else BELOW if observed < reliability.low[i] else WITHIN


def _draw_rows(reliability: Reliability, columns: list[int]) -> Line:
    """Draw the rows of each bin as a bar below it, on a square-root scale as in the histogram."""
    top, levels = max(reliability.rows), [0] * WIDTH
    for rows, at in zip(reliability.rows, columns, strict=True):
        level = max(round(8 * sqrt(max(rows, 0.0) / top)), 1) if top > 0 else 0
        for column in _span(at):
            levels[column] = max(levels[column], level)
    cells = [(BLOCKS[level], Role.BAR) for level in levels]
    return (Span(f"{'rows':>{MARGIN - 2}}  ", Role.MUTED), *merge_cells(cells))


def _legend(reliability: Reliability) -> tuple[Line, ...]:
    margin = Span(" " * MARGIN)
    fewest, most = write_count(min(reliability.rows)), write_count(max(reliability.rows))
    rows = f" rows of a bin, {fewest} to {most}, square-root scale"
    outside = Span(f"{ABOVE} above, {BELOW} below the band", Role.WARN)
    return (
        (margin, Span(WITHIN, Role.BEST), Span(" observed, "), outside),
        (margin, Span(BAND, Role.BAR), Span(" where it lies if what is stated is right, "), Span(DIAGONAL, Role.MUTED),
         Span(" observed = stated")),
        (margin, Span("█", Role.BAR), Span(rows)),
    )  # fmt: skip
