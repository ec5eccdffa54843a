"""The blocks that a document is made of. They say what a text is; how it looks is left to each translator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from losscheck.plots import Histogram, Plot, Reliability


class Verbosity(IntEnum):
    """How much of the report is shown: `-q`, neither, `-v`."""

    QUIET = -1
    NORMAL = 0
    VERBOSE = 1


class Role(StrEnum):
    """What a piece of text is meant as; a translator with colours has one for each."""

    PLAIN = "plain"
    STRONG = "strong"
    MUTED = "muted"
    GOOD = "good"
    NOTE = "note"
    WARN = "warn"
    BAD = "bad"
    BAR = "bar"
    BEST = "best"
    NORMAL = "normal"
    FORMULA = "formula"


@dataclass(frozen=True)
class Span:
    """A piece of text with one role. The text is data: it is never read as markup."""

    text: str
    role: Role = Role.PLAIN


Words = str | Span | tuple[str | Span, ...]


@dataclass(frozen=True)
class Heading:
    """The title of what follows; `folded` where that need not be seen at once."""

    text: str
    role: Role = Role.STRONG
    folded: bool = False


@dataclass(frozen=True)
class Paragraph:
    """Text that is wrapped; after its first line, each line is indented by `hanging` columns more."""

    words: Words
    hanging: int = 0


@dataclass(frozen=True)
class Row:
    """The cells of a table's row, and a line below that runs across all columns."""

    cells: tuple[Words, ...]
    detail: Words = ""


@dataclass(frozen=True)
class Table:
    """Aligned columns, of which only the last is wrapped; `right` are the indices of those aligned to the right."""

    rows: tuple[Row, ...]
    titles: tuple[str, ...] = ()
    right: frozenset[int] = frozenset()
    caption: str = ""


ChartData = Plot | Histogram | Reliability


@dataclass(frozen=True)
class Chart:
    """What can be drawn: the numbers, and the same in words for whoever does not see the drawing.

    `best` is the family or loss to be set off from the others.
    """

    title: str
    alt: str
    data: ChartData
    caption: str = ""
    best: str | None = None


@dataclass(frozen=True)
class Picture:
    """A picture in lines of a fixed-width font, or as a chart by translators that can draw; one may be missing."""

    lines: tuple[tuple[Span, ...], ...]
    chart: Chart | None = None


@dataclass(frozen=True)
class CodeBlock:
    """Code to paste, and the framework that it is for."""

    language: str
    text: str


Block = Heading | Paragraph | Table | Picture | CodeBlock


@dataclass(frozen=True)
class Document:
    """Blocks in reading order."""

    blocks: tuple[Block, ...]
    verbosity: Verbosity = Verbosity.NORMAL
