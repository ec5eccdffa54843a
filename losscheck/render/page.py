"""A document as HTML: one file that needs no network, or a part of a notebook's page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape as escape_html
from importlib.resources import files
from itertools import groupby

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
from losscheck.render.figures import LINE_COMMAND, escape
from losscheck.render.mathml import write_formula
from losscheck.render.prose import split_prose

BULLET = "·"
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is loaded and nothing runs, whatever the names in the data hold."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body style="margin:0">
{body}</body>
</html>
"""


def write_page(document: Document, title: str, version: str) -> str:
    """Return the document as one whole page."""
    return PAGE.format(policy=POLICY, title=_text(title), body=write_fragment(document, version))


def write_fragment(document: Document, version: str) -> str:
    """Return the document as one element with its style, whose rules reach nothing outside of it."""
    style = files("losscheck.render").joinpath("page.css").read_text(encoding="utf-8")
    sections = "".join(_section(number, *part) for number, part in enumerate(_split(document.blocks)))
    footer = f"<footer>losscheck {_text(version)}</footer>\n"
    return f'<style>\n{style}</style>\n<article class="losscheck">\n{sections}{footer}</article>\n'


def _split(blocks: Iterable[Block]) -> Iterator[tuple[Heading | None, list[Block]]]:
    """Yield every heading with the blocks below it; None for those above the first."""
    heading: Heading | None = None
    below: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            if heading is not None or below:
                yield heading, below
            heading, below = block, []
        else:
            below.append(block)
    yield heading, below


def _section(number: int, heading: Heading | None, blocks: list[Block]) -> str:
    body = "".join(_blocks(blocks))
    if heading is None:
        return f"<header>\n{body}</header>\n"
    title = _text(heading.text)
    if heading.folded:
        return f"<details>\n<summary>{title}</summary>\n{body}</details>\n"
    # The first heading is the verdict, and the only one whose role says how good the news is.
    level, role = ("h1", f' class="verdict {heading.role}"') if number <= 1 else ("h2", "")
    return f"<section{role}>\n<{level}>{title}</{level}>\n{body}</section>\n"


def _blocks(blocks: list[Block]) -> Iterator[str]:
    """Yield blocks, with neighbouring pictures side by side where there is room."""
    for pictures, group in groupby(blocks, key=lambda block: isinstance(block, Picture)):
        texts = [_block(block) for block in group]
        yield f'<div class="charts">\n{"".join(texts)}</div>\n' if pictures else "".join(texts)


def _block(block: Block) -> str:
    match block:
        case Heading():
            return ""
        case Paragraph():
            opening = '<p class="hanging">' if block.hanging else "<p>"
            return "".join(f"{opening}{line}</p>\n" for line in _split_lines(block.words))
        case Table():
            return _table(block)
        case Picture():
            return _picture(block)
        case CodeBlock():
            code = "\n".join(_text(line) for line in block.text.split("\n"))
            return (
                f'<figure class="code"><figcaption>{_text(block.language)}</figcaption>'
                f'<pre tabindex="0"><code>{code}</code></pre></figure>\n'
            )


def _picture(picture: Picture) -> str:
    from losscheck.render.svg import draw_chart

    chart = picture.chart
    if chart is None:
        lines = "\n".join("".join(_span(span) for span in line) for line in picture.lines)
        return f'<pre class="picture" tabindex="0">{lines}</pre>\n'
    caption = f"<figcaption><strong>{_text(chart.title)}</strong> {_text(chart.caption)}</figcaption>"
    return f"<figure>\n{draw_chart(chart)}\n{caption}\n</figure>\n"


def _table(table: Table) -> str:
    """Return a table with titles as one, and one without as a list, of pairs or of rows."""
    caption = f'<p class="muted">{_text(table.caption)}</p>\n' if table.caption else ""
    if table.titles:
        return _titled(table) + caption
    if all(_plain(row.cells[0]) == BULLET for row in table.rows):
        items = "".join(f"<li>{_words(row.cells[-1])}</li>\n" for row in table.rows)
        return f"<ul>\n{items}</ul>\n{caption}"
    items = "".join(_item(row) for row in table.rows)
    return f'<dl class="columns{max(len(row.cells) for row in table.rows)}">\n{items}</dl>\n{caption}'


def _item(row: Row) -> str:
    *names, value = row.cells
    terms = "".join(f"<dt>{_words(name)}</dt>" for name in names)
    detail = f'<div class="detail">{_words(row.detail)}</div>' if row.detail else ""
    return f"<div>{terms}<dd>{_words(value)}{detail}</dd></div>\n"


def _titled(table: Table) -> str:
    def side(column: int) -> str:
        return ' class="right"' if column in table.right else ""

    titles = "".join(f'<th scope="col"{side(i)}>{_text(title)}</th>' for i, title in enumerate(table.titles))
    rows = []
    for row in table.rows:
        first, *rest = row.cells
        cells = "".join(f"<td{side(i)}>{_words(cell)}</td>" for i, cell in enumerate(rest, 1))
        rows.append(f'<tr><th scope="row">{_words(first)}</th>{cells}</tr>\n')
        if row.detail:
            rows.append(f'<tr class="detail"><td colspan="{len(row.cells)}">{_words(row.detail)}</td></tr>\n')
    return (
        f'<div class="wide" tabindex="0"><table>\n<thead><tr>{titles}</tr></thead>\n'
        f"<tbody>\n{''.join(rows)}</tbody></table></div>\n"
    )


def _plain(words: Words) -> str:
    parts = words if isinstance(words, tuple) else (words,)
    return "".join(part.text if isinstance(part, Span) else part for part in parts)


def _words(words: Words) -> str:
    return "<br>".join(_split_lines(words))


def _split_lines(words: Words) -> list[str]:
    """Return the lines of the words as HTML; a span never goes over the end of a line."""
    lines = [""]
    for part in words if isinstance(words, tuple) else (words,):
        span = part if isinstance(part, Span) else Span(part)
        first, *rest = (_span(Span(text, span.role)) for text in span.text.split("\n"))
        lines[-1] += first
        lines += rest
    return lines


def _span(span: Span) -> str:
    if span.role is Role.FORMULA:
        pieces = split_prose(escape(span.text))
        return "".join(_text(piece) if isinstance(piece, str) else write_formula(piece) for piece in pieces)
    text = _text(span.text)
    if span.role is Role.PLAIN or not text:
        return text
    return f"<strong>{text}</strong>" if span.role is Role.STRONG else f'<span class="{span.role}">{text}</span>'


def _text(text: str) -> str:
    """Return a text as data of one line: no tags, no control characters, no commands to a CI log."""
    return LINE_COMMAND.sub(r"\1&#58;", escape_html(escape(text)))
