"""What pictures in text are drawn on: rows of cells in a frame, over an axis."""

from __future__ import annotations

from itertools import groupby

from losscheck.render.blocks import Role, Span
from losscheck.render.figures import write_number

WIDTH = 60
BLOCKS = " ▁▂▃▄▅▆▇█"
MARGIN = 8

Line = tuple[Span, ...]
Cell = tuple[str, Role]


def frame_row(cells: list[Cell], label: str) -> Line:
    """Return a row of cells behind the axis on the left, with a tick where there is a label."""
    return (Span(f"{label:>{MARGIN - 2}} ┤" if label else f"{'':{MARGIN - 2}} │", Role.MUTED), *merge_cells(cells))


def merge_cells(cells: list[Cell]) -> tuple[Span, ...]:
    """Return neighbouring cells of one role as one span."""
    return tuple(Span("".join(char for char, _ in run), role) for role, run in groupby(cells, key=lambda cell: cell[1]))


def draw_axis(low: float, high: float, width: int) -> tuple[Line, ...]:
    """Return the axis below a picture, with five numbers from `low` to `high`."""
    ticks = 4
    ruler = ["─"] * (width + 1)
    labels = [" "] * (MARGIN + width + MARGIN)
    for tick in range(ticks + 1):
        value = low + (high - low) * tick / ticks
        # A middle that is zero but for rounding would read as 1e-16.
        text = write_number(0.0 if abs(value) < 1e-9 * (high - low) else value, 3)
        at = width * tick // ticks
        ruler[at] = "┴"
        start = max(0, MARGIN - 1 + at - len(text) // 2)
        labels[start : start + len(text)] = text
    ruler[0] = "└"
    return (
        (Span(" " * (MARGIN - 1) + "".join(ruler), Role.MUTED),),
        (Span("".join(labels).rstrip(), Role.MUTED),),
    )
