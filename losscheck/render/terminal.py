"""A document as text for a terminal or a pipe. The only module that knows rich, columns and colours."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from losscheck.render.blocks import (
    Block,
    CodeBlock,
    Document,
    Heading,
    Paragraph,
    Picture,
    Role,
    Row,
    Span,
    Table,
    Words,
)
from losscheck.render.figures import disarm_line, escape

NARROW, DEFAULT_WIDTH, WIDE = 60, 80, 100
INDENT = 2
GAP = 2
LAST_COLUMN = 20
"""Where the columns before leave less than this to the last one, it goes to lines of its own."""

STYLES = {
    Role.PLAIN: "",
    Role.STRONG: "bold",
    Role.MUTED: "dim",
    Role.GOOD: "green",
    Role.NOTE: "cyan",
    Role.WARN: "yellow",
    Role.BAD: "bold red",
    Role.BAR: "blue",
    Role.BEST: "bold green",
    Role.NORMAL: "bold yellow",
    Role.FORMULA: "",
}


def write_document(document: Document, width: int = DEFAULT_WIDTH, color: bool = False) -> str:
    """Return the document as lines of at most `width` columns; code is never broken.

    Without `color` there are no control characters at all in the result, whatever the texts hold.
    """
    out = StringIO()
    blocks = [block for block in document.blocks if not isinstance(block, Picture) or block.lines]
    console = Console(
        file=out,
        width=max(NARROW, min(width, WIDE)),
        force_terminal=color,
        color_system="standard" if color else None,
        force_jupyter=False,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )
    for number, block in enumerate(blocks):
        if number and _opens(block, blocks[number - 1]):
            console.print()
        for line in _lines(block, console):
            line.rstrip()
            line = _disarm(line)
            console.print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)
    return out.getvalue()


def _opens(block: Block, previous: Block) -> bool:
    """True where an empty line goes in front: before headings, and between blocks that are not one text."""
    if isinstance(block, Heading):
        return True
    if isinstance(block, Paragraph) and isinstance(previous, Paragraph):
        return False
    return not isinstance(previous, Heading) or isinstance(block, CodeBlock)


def _lines(block: Block, console: Console) -> Iterator[Text]:
    match block:
        case Heading():
            yield from _wrap(_text(Span(block.text, block.role), "bold"), console, 0, INDENT)
        case Paragraph():
            yield from _wrap(_text(block.words), console, INDENT, INDENT + block.hanging)
        case Table():
            yield from _tabulate(block, console)
        case Picture():
            yield from (Text(" " * INDENT) + _text(line) for line in block.lines)
        case CodeBlock():
            yield Text(f"# {block.language}", STYLES[Role.MUTED])
            yield from (Text(escape(line)) for line in block.text.split("\n"))


def _text(words: Words, style: str = "") -> Text:
    """Return the words with their styles. Only line breaks survive of what could steer a terminal."""
    text = Text(style=style)
    for part in words if isinstance(words, tuple) else (words,):
        span = part if isinstance(part, Span) else Span(part)
        text.append("\n".join(escape(line) for line in span.text.split("\n")), STYLES[span.role])
    return text


def _disarm(line: Text) -> Text:
    """Return the line as it is, unless wrapping put a name where a CI log would take it for a command."""
    safe = disarm_line(line.plain)
    return line if safe == line.plain else Text(safe)


def _wrap(text: Text, console: Console, first: int, rest: int) -> Iterator[Text]:
    """Yield the text's lines; each of its own lines is indented by `first` columns and continued at `rest`."""
    for part in text.split("\n", allow_blank=True):
        for i, line in enumerate(part.wrap(console, console.width - rest)):
            yield Text(" " * (rest if i else first)) + line


def _tabulate(table: Table, console: Console) -> Iterator[Text]:
    rows = ([Row(tuple(Span(title, Role.MUTED) for title in table.titles))] if table.titles else []) + [*table.rows]
    cells = [[_text(cell) for cell in row.cells] for row in rows]
    widths = [max(cell_len(row[i].plain) for row in cells) for i in range(len(cells[0]) - 1)] if cells else []
    start = INDENT + sum(widths) + GAP * len(widths)
    beside = start <= console.width - LAST_COLUMN
    for row, texts in zip(rows, cells, strict=True):
        line = Text(" " * INDENT)
        for i, (cell, width) in enumerate(zip(texts[:-1], widths, strict=True)):
            padding = " " * (width - cell_len(cell.plain))
            line += Text(padding) + cell if i in table.right else cell + Text(padding)
            line += Text(" " * GAP)
        if beside:
            first, *rest = _wrap(texts[-1], console, start, start)
            yield from (line + first[start:], *rest)
        else:
            yield from (line, *_wrap(texts[-1], console, 2 * INDENT, 2 * INDENT))
        yield from _wrap(_text(row.detail), console, 2 * INDENT, 3 * INDENT) if row.detail else ()
    if table.caption:
        yield from _wrap(_text(Span(table.caption, Role.MUTED)), console, INDENT, INDENT)
