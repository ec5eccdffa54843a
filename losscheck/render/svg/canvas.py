"""From an empty matplotlib figure to an svg element of a page: colours by name, texts as texts, no dates, no links."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from html import escape as escape_html
from io import StringIO
from math import ceil, log10
from typing import TYPE_CHECKING, Any

from losscheck.render.figures import escape, write_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from losscheck.render.blocks import Chart

WIDTH, HEIGHT = 4.6, 3.0
"""Inches of 72 points: on a phone, 358 pixels wide, the letters of 9 points are still 10 pixels high."""
FONT_SIZE = 9

INK, MUTED, GRID = "#010101", "#020202", "#030303"
BAR, BEST, NORMAL, BAND = "#040404", "#050505", "#060606", "#070707"
COLORS = {INK: "ink", MUTED: "muted", GRID: "line", BAR: "bar", BEST: "best", NORMAL: "normal", BAND: "band"}
"""Stand-ins that no chart uses otherwise, and the variables of the page's style sheet that replace them."""

SETTINGS: Mapping[Any, Any] = {
    "svg.fonttype": "none",  # system fonts: a page with outlines of every letter is three times as large
    "path.simplify": False,  # or else points, which are lines without a length, go
    "text.parse_math": False,  # a column named $x$ is data
    "font.size": FONT_SIZE,
    "text.color": INK,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "legend.frameon": False,
    "legend.handlelength": 1.4,
    "legend.columnspacing": 1.2,
    "lines.linewidth": 1.6,
}
LONGEST_NAME = 24
LONG_NUMBER, FEW_TICKS = 5, 3
"""Numbers of more digits than this leave room for a few ticks only."""

_PLACE = re.compile(r" (?:d|x|y|width|height|transform)=\"[^\"]*\"")
_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_LEFT_OUT = re.compile(
    r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->|<defs>\s*</defs>|<g id=\"\w+\"/>"
    r"|(?<=<svg) [^>]*?(?= viewBox)| (?:xmlns(?::xlink)?|version)=\"[^\"]*\"| id=\"[\w.]+_\d+\""
    r"| font-family: [^;]*;| transform=\"rotate\(-0 [^\"]*\"",
    re.DOTALL,
)
"""Sizes that the page gives, names that nothing refers to, and matplotlib's own fonts."""


def make_svg(chart: Chart, draw: Callable[[Figure, Any, str | None], None]) -> str:
    """Return what `draw` puts on an empty figure, as an svg element with the chart's words for who cannot see it."""
    out = StringIO()
    with _matplotlib(escape(chart.title)) as figure:
        draw(figure, chart.data, chart.best)
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _clean(out.getvalue(), f"{chart.title}. {chart.alt}")


@contextmanager
def _matplotlib(salt: str) -> Iterator[Figure]:
    """Give an empty figure with our settings, whatever the user's are, and silence about fonts."""
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        import matplotlib
        from matplotlib.figure import Figure

        with matplotlib.rc_context(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # letters that matplotlib's own font lacks: the reader's system has them
            matplotlib.rcdefaults()
            for name, value in {**SETTINGS, "svg.hashsalt": salt}.items():
                matplotlib.rcParams[name] = value
            yield Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    finally:
        log.setLevel(level)


def _clean(text: str, words: str) -> str:
    text = _LEFT_OUT.sub("", text[text.index("<svg") :]).replace("xlink:href", "href")
    text = _PLACE.sub(lambda place: _NUMBER.sub(_round, place[0]), text)
    for stand_in, name in COLORS.items():
        text = text.replace(stand_in, f"var(--{name})")
    text = re.sub(r"\s*\n\s*", "\n", text).strip()
    return text.replace("<svg", f'<svg role="img" aria-label="{escape_html(escape(words))}"', 1)


def _round(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def show_numbers(*axes: Any) -> None:
    """Label the ticks of these axes as the report writes numbers, with as many digits as tell them apart."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    for axis in axes:
        axis.set_major_formatter(FuncFormatter(lambda value, _, axis=axis: write_number(value, _digits(axis))))
        axis.set_minor_formatter(NullFormatter())
        if axis.axis_name == "x" and axis.get_scale() == "linear" and _digits(axis) > LONG_NUMBER:
            axis.axes.locator_params(axis="x", nbins=FEW_TICKS)


def _digits(axis: Any) -> int:
    low, high = axis.get_view_interval()
    largest, span = max(abs(low), abs(high)), abs(high - low)
    return 3 + max(0, ceil(log10(largest / span))) if span > 0 else 3


def label_axes(axes: Axes, x: str, y: str) -> None:
    """Name both axes; the words are data."""
    axes.set_xlabel(escape(x))
    axes.set_ylabel(escape(y))


def add_legend(axes: Axes, columns: int = 3) -> None:
    """Put the legend above the axes, where it hides nothing."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, ncols=columns)


def add_points(axes: Axes, x: Iterable[float], y: Iterable[float], color: str, size: float = 3.0, **more: Any) -> None:
    """Draw points as one path of dots, a fifth of the bytes of a marker each."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    corners = [corner for point in zip(x, y, strict=True) for corner in (point, point)]
    if corners:
        path = Path(corners, [Path.MOVETO, Path.LINETO] * (len(corners) // 2))
        axes.add_patch(PathPatch(path, edgecolor=color, facecolor="none", linewidth=size, capstyle="round", **more))
        axes.autoscale_view()


def shorten(name: str) -> str:
    """Return a name that fits beside an axis."""
    name = escape(name)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def line_style(family: str, best: str | None) -> dict[str, Any]:
    """Return how a family's line is drawn: the normal dashed and in its own colour, unless it is the best."""
    normal = family == "normal" and best != "normal"
    return {"color": NORMAL, "ls": "--"} if normal else {"color": BEST, "ls": "-"}
