"""Pictures of residuals in text: their histogram under the fitted densities, their quantiles beside the normal's."""

from __future__ import annotations

from math import ceil, sqrt

from losscheck.plots import Histogram, QuantileStrip
from losscheck.render.blocks import Role, Span
from losscheck.render.canvas import BLOCKS, MARGIN, WIDTH, Cell, Line, draw_axis, frame_row, merge_cells
from losscheck.render.figures import write_count, write_number

HEIGHT = 9
MARKS = {Role.BEST: "●", Role.NORMAL: "o"}


def draw_histogram(histogram: Histogram, best: str | None) -> tuple[Line, ...]:
    """Draw the counts as bars and the curves of the best family and of the normal as points over them.

    Heights are square roots of counts: on a linear scale the tails, which decide between the families, would not
    be seen at all. Empty when there is nothing to draw.
    """
    counts, curves = _resample(histogram)
    shown = {role: curves[name] for role, name in _families(histogram, best).items()}
    top = max((max(values) for values in (counts, *shown.values()) if values), default=0.0)
    if not top > 0:
        return ()
    stretch = max(1, WIDTH // len(counts))
    grid = [[_bar(count, top, row) for count in counts for _ in range(stretch)] for row in range(HEIGHT)]
    for role in sorted(shown, reverse=True):
        _plot(grid, [value for value in shown[role] for _ in range(stretch)], top, role)
    rows = [frame_row(cells, _scale_label(row, top)) for row, cells in enumerate(reversed(grid))]
    return (
        *rows,
        *draw_axis(*_ends(histogram), len(grid[0])),
        *_outside(histogram, len(grid[0])),
        _legend(histogram, best),
    )


def draw_quantiles(strip: QuantileStrip) -> tuple[Line, ...]:
    """Draw where the residuals' quantiles leave the band of the normal's, and name the furthest one."""
    levels = range(len(strip.probability))
    below = [i for i in levels if strip.observed[i] < strip.low[i]]
    above = [i for i in levels if strip.observed[i] > strip.high[i]]
    marks = "".join("▼" if i in below else "▲" if i in above else "·" for i in levels)
    if not marks:
        return ()
    first, last = write_number(strip.probability[0], 3), write_number(strip.probability[-1], 3)
    head = Span("Quantiles beside the normal's: · within the band, ▼ below it, ▲ above it")
    lines: list[Line] = [(head,)]
    for start in range(0, len(marks), WIDTH):
        part = marks[start : start + WIDTH]
        label = first if start == 0 else ""
        lines.append((Span(f"{label:>{MARGIN - 1}} ", Role.MUTED), *merge_cells([(m, _mark_role(m)) for m in part])))
    lines[-1] += (Span(f" {last}", Role.MUTED),)
    outside = below + above
    if not outside:
        return (*lines, (Span("all within the band"),))
    i = max(outside, key=lambda i: abs(strip.observed[i] - strip.normal[i]))
    at, observed, normal, low, high = (
        write_number(values[i], 3)
        for values in (strip.probability, strip.observed, strip.normal, strip.low, strip.high)
    )
    lines.append((Span(f"{len(outside)} of {len(marks)} outside, furthest at probability {at}:"),))
    return (*lines, (Span(f"{observed}, the normal's {normal} [{low}, {high}], in robust standard units"),))


def _families(histogram: Histogram, best: str | None) -> dict[Role, str]:
    wanted = {Role.BEST: best, Role.NORMAL: "normal" if best != "normal" else None}
    return {role: name for role, name in wanted.items() if name is not None and name in histogram.curves}


def _resample(histogram: Histogram) -> tuple[list[float], dict[str, list[float]]]:
    """Add up neighbouring bins until they fit the width."""
    step = max(1, ceil(len(histogram.counts) / WIDTH))

    def merge(values: tuple[float, ...]) -> list[float]:
        return [sum(values[i : i + step]) for i in range(0, len(values), step)]

    return merge(histogram.counts), {name: merge(curve) for name, curve in histogram.curves.items()}


def _bar(count: float, top: float, row: int) -> Cell:
    eighths = 8 * HEIGHT * sqrt(max(count, 0.0) / top)
    # A bin with rows in it must not look empty, however small beside the highest one.
    level = max(round(eighths), 1) if count > 0 else 0
    return BLOCKS[min(max(level - 8 * row, 0), 8)], Role.BAR


def _plot(grid: list[list[Cell]], curve: list[float], top: float, role: Role) -> None:
    for column, value in enumerate(curve):
        height = HEIGHT * sqrt(max(value, 0.0) / top)
        if height * 8 >= 0.5:
            grid[min(int(height), HEIGHT - 1)][column] = MARKS[role], role


def _scale_label(row: int, top: float) -> str:
    """Label the top of the highest row and the row at half of the height, where counts are a quarter of it."""
    if row == 0:
        return write_count(top)
    return write_count(top / 4) if row == HEIGHT // 2 else ""


def _ends(histogram: Histogram) -> tuple[float, float]:
    return histogram.edges[0], histogram.edges[-1]


def _outside(histogram: Histogram, width: int) -> tuple[Line, ...]:
    """State the rows that lie beyond the drawn range, at the end where they are."""
    left = f"← {_count_rows(histogram.below)} below" if histogram.below else ""
    right = f"{_count_rows(histogram.above)} above →" if histogram.above else ""
    if not left and not right:
        return ()
    return ((Span(f"{'':{MARGIN}}{left}{right:>{max(width - len(left), 0)}}", Role.MUTED),),)


def _count_rows(count: float) -> str:
    return "1 row" if count == 1 else f"{write_count(count)} rows"


def _legend(histogram: Histogram, best: str | None) -> Line:
    parts: list[Span] = [Span(" " * MARGIN), Span("█", Role.BAR), Span(" rows, square-root scale")]
    for role, name in _families(histogram, best).items():
        parts += [Span("   "), Span(MARKS[role], role), Span(f" {name}")]
    return tuple(parts)


def _mark_role(mark: str) -> Role:
    return Role.MUTED if mark == "·" else Role.WARN
