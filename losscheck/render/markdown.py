"""A document as GitHub's Markdown: readable as it is, and without anything that a forge would make of a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

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

LONGEST = 900_000
"""Bytes; a job summary takes 1 MiB for all steps together."""
LEFT_OUT = "The rest is left out: it is longer than what a forge shows. `losscheck -o report.html` has everything."
BULLET = "·"
MARKS = {Role.GOOD: "✅", Role.NOTE: "ℹ️", Role.WARN: "⚠️", Role.BAD: "❌"}
"""What stands for the colours of a terminal."""

SPECIAL = re.compile(r"[\\`*\[\]<>|~&]|(?<![^\W_])_|_(?![^\W_])")
ENTITIES = {"\\": "&#92;", "|": "&#124;", "`": "&#96;", "<": "&lt;", ">": "&gt;", "&": "&amp;"}
"""The characters that tables and code read differently from text; the others take a backslash."""
FORGE = re.compile(r"@\w|#\d|!\d|\bGH-\d|://|\bwww\.|:[\w+-]+:|\$|\w@", re.IGNORECASE)
"""What a forge makes a mention, a reference, a link, a picture or a formula of, though Markdown does not."""
LINE_START = re.compile(r"^(?:[-+=:#>]|\d+(?=[.)]))")
CODE_PUNCTUATION = re.compile(r"[^\w\s]")


def write_markdown(document: Document) -> str:
    """Return the document, up to the block with which it would become too long."""
    parts: list[str] = []
    room = LONGEST - len(LEFT_OUT.encode()) - 2
    for number, block in enumerate(document.blocks):
        part = "\n".join(_lines(block, first=not any(isinstance(b, Heading) for b in document.blocks[:number])))
        room -= len(part.encode()) + 2
        if room < 0:
            parts.append(LEFT_OUT)
            break
        if part:
            parts.append(part)
    return "\n\n".join(parts) + "\n"


def _lines(block: Block, first: bool) -> Iterator[str]:
    match block:
        case Heading():
            mark = f"{MARKS[block.role]} " if block.role in MARKS else ""
            yield f"{'##' if first else '###'} {mark}{_text(block.text)}"
        case Paragraph():
            yield "  \n".join(_start(line) for line in _split_lines(block.words))
        case Table():
            yield from _table(block)
        case Picture():
            yield from _fence("text", ["".join(span.text for span in line) for line in block.lines])
        case CodeBlock():
            yield f"{_text(block.language)}\n"
            yield from _fence("python", block.text.split("\n"))


def _fence(language: str, lines: list[str]) -> Iterator[str]:
    """Yield lines to be shown as they are, between fences that none of them closes."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    if lines:
        yield f"{fence}{language}"
        yield from (disarm_line(escape(line).rstrip()) for line in lines)
        yield fence


def _table(table: Table) -> Iterator[str]:
    """Yield a table; one of pairs without titles is a list."""
    columns = max((len(row.cells) for row in table.rows), default=0)
    if table.titles or columns > 2:
        titles = table.titles or ("",) * columns
        yield _row([_text(title) for title in titles])
        yield _row(["---:" if i in table.right else "---" for i in range(len(titles))])
        yield from (_row([*(_cell(cell) for cell in row.cells[:-1]), _last_cell(row)]) for row in table.rows)
    else:
        yield from (_item(row) for row in table.rows)
    if table.caption:
        yield f"\n{_start(_text(table.caption))}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(words: Words) -> str:
    return "<br>".join(_split_lines(words))


def _last_cell(row: Row) -> str:
    return f"{_cell(row.cells[-1])}<br>{_cell(row.detail)}" if row.detail else _cell(row.cells[-1])


def _item(row: Row) -> str:
    *names, _ = row.cells
    if names and _plain(names[0]) == BULLET:
        return f"- {_start(_last_cell(row))}"
    text = f"**{_cell(names[0])}**: {_last_cell(row)}" if names and _plain(names[0]) else _start(_last_cell(row))
    return f"* {text}"  # another mark than above, or neighbouring lists would be one


def _plain(words: Words) -> str:
    parts = words if isinstance(words, tuple) else (words,)
    return "".join(part.text if isinstance(part, Span) else part for part in parts)


def _split_lines(words: Words) -> list[str]:
    lines = [""]
    for part in words if isinstance(words, tuple) else (words,):
        span = part if isinstance(part, Span) else Span(part)
        first, *rest = (_span(text, span.role) for text in span.text.split("\n"))
        lines[-1] += first
        lines += rest
    return [line.strip() for line in lines]


def _span(text: str, role: Role) -> str:
    written = _text(text)
    if not text.strip() or role not in (Role.STRONG, *MARKS):
        return written
    return f"**{written.strip()}**" if role is Role.STRONG else f"{MARKS[role]} {written}"


def _text(text: str) -> str:
    """Return a text as data of one line: what Markdown or a forge would read as more than text is escaped."""
    return "".join(_word(part) for part in re.split(r"(\s+)", escape(text)))


def _word(word: str) -> str:
    if FORGE.search(word):  # in code a forge looks for nothing, and as entities Markdown does not either
        return f"<code>{CODE_PUNCTUATION.sub(lambda char: f'&#{ord(char[0])};', word)}</code>"
    return SPECIAL.sub(lambda char: ENTITIES.get(char[0], f"\\{char[0]}"), word)


def _start(line: str) -> str:
    """Return a line that does not start a list, a heading, a quotation or a command to a CI log."""
    found = LINE_START.match(line)
    if found is None:
        return line
    return f"{found[0]}\\{line[found.end() :]}" if found[0].isdigit() else f"\\{line}"
