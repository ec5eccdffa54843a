import pytest
from hand_made_reports import HEAVY
from markdown_it import MarkdownIt

from losscheck.render import Verbosity, render_markdown
from losscheck.render.blocks import CodeBlock, Document, Heading, Paragraph, Picture, Role, Row, Span, Table
from losscheck.render.markdown import LONGEST, write_markdown


def html(*blocks):
    """What a Markdown reader makes of the blocks."""
    return MarkdownIt("commonmark").enable("table").render(write_markdown(Document(blocks)))


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (Heading("a * b"), "<h2>a * b</h2>\n"),
        (Heading("fix", Role.BAD), "<h2>❌ fix</h2>\n"),
        (Paragraph(("a ", Span(" b ", Role.STRONG), "c")), "<p>a <strong>b</strong>c</p>\n"),
        (Paragraph("1. one\n2. two"), "<p>1. one<br />\n2. two</p>\n"),
        (Paragraph("# no heading"), "<p># no heading</p>\n"),
        (CodeBlock("numpy", "a < b"), '<p>numpy</p>\n<pre><code class="language-python">a &lt; b\n</code></pre>\n'),
        (Picture(((Span("`a`"), Span(" b ")),)), '<pre><code class="language-text">`a` b\n</code></pre>\n'),
        (Picture(()), ""),
    ],
)
def test_blocks(block, expected):
    assert html(block) == expected


def test_a_table_with_titles_is_a_table_and_its_details_stand_in_the_last_cell():
    text = html(Table((Row(("a|b", "1", "x"), "more"),), ("name", "count", ""), frozenset({1}), "the legend"))
    assert '<th style="text-align:right">count</th>' in text
    assert "<td>a|b</td>" in text
    assert "<td>x<br>more</td>" in text
    assert text.endswith("<p>the legend</p>\n")


def test_pairs_are_a_list_and_reasons_another():
    text = html(
        Table((Row((Span("·"), "one")), Row((Span("·"), "- two")))),
        Table((Row((Span("set"), "nu 3")), Row((Span(""), "sigma 1")))),
    )
    assert text == (
        "<ul>\n<li>one</li>\n<li>- two</li>\n</ul>\n"
        "<ul>\n<li><strong>set</strong>: nu 3</li>\n<li>sigma 1</li>\n</ul>\n"
    )


def test_names_of_losses_stay_readable():
    text = render_markdown(HEAVY)
    assert "**student_t**" in text
    assert r"student\_t" not in text


def test_the_verdict_is_the_only_heading_of_the_second_level():
    lines = render_markdown(HEAVY).splitlines()
    assert [line for line in lines if line.startswith("## ")] == ["## ⚠️ Verdict: switch"]


def test_a_document_that_is_too_long_ends_before_it_is_and_says_so():
    text = write_markdown(Document(tuple(Paragraph("x" * 1000) for _ in range(1000))))
    assert LONGEST - 2000 < len(text.encode()) <= LONGEST
    assert "The rest is left out" in text.splitlines()[-1]
    assert len(render_markdown(HEAVY, Verbosity.VERBOSE).encode()) < 20_000


def test_a_fence_is_longer_than_the_fences_in_it():
    assert html(CodeBlock("numpy", "```\n# x")).count("<pre>") == 1
