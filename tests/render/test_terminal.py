import re

import pytest
from hand_made_reports import BARE, CLASSES, HEAVY, HOSTILE
from rich.cells import cell_len

from losscheck.render import RENDERERS, Verbosity
from losscheck.render.blocks import CodeBlock, Document, Heading, Paragraph, Picture, Role, Row, Span, Table
from losscheck.render.document import build_document
from losscheck.render.terminal import STYLES, write_document

SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("verbosity", Verbosity)
@pytest.mark.parametrize("report", [HEAVY, BARE, CLASSES], ids=["heavy", "bare", "classes"])
def test_colour_adds_escapes_and_nothing_else(report, verbosity):
    document = build_document(report, verbosity)
    plain, coloured = write_document(document), write_document(document, color=True)
    assert "\x1b" not in plain
    assert coloured != plain
    assert [line.rstrip() for line in SGR.sub("", coloured).splitlines()] == plain.splitlines()


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("where", ["heading", "paragraph", "cell", "detail", "picture", "code"])
def test_texts_are_data(where, color):
    hostile = HOSTILE.replace("\n", "")
    block = {
        "heading": Heading(hostile),
        "paragraph": Paragraph(hostile),
        "cell": Table((Row((hostile, hostile)),)),
        "detail": Table((Row(("a", "b"), hostile),)),
        "picture": Picture(((Span(hostile),),)),
        "code": CodeBlock("numpy", hostile),
    }[where]
    text = SGR.sub("", write_document(Document((block,)), color=color))
    assert "[bold]" in text
    assert ":smile:" in text
    assert r"\x1b[31m\x07" in text
    assert not set(text) & set("\x1b\x07\u202e\ud800")


@pytest.mark.parametrize("name", RENDERERS)
def test_no_control_character_of_the_input_reaches_the_output(name):
    text = RENDERERS[name](BARE, Verbosity.VERBOSE)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\ud800]", text)


@pytest.mark.parametrize(("asked", "widest"), [(20, 60), (72, 72), (100, 100), (300, 100)])
def test_the_width_is_kept_within_its_limits(asked, widest):
    document = Document((Paragraph("word " * 200), Table((Row(("a", "word " * 200), "word " * 100),))))
    lines = write_document(document, asked).splitlines()
    assert widest - 5 <= max(len(line) for line in lines) <= widest


def test_a_long_heading_is_wrapped():
    lines = write_document(Document((Heading("word " * 20),))).splitlines()
    assert [len(line) for line in lines] == [15 * 5 - 1, 2 + 5 * 5 - 1]
    assert lines[1].startswith("  word")


def test_wide_characters_take_two_columns():
    table = Table((Row(("列", "x")), Row(("ab", "y"))))
    first, second = write_document(Document((table,))).splitlines()
    assert cell_len(first[: first.index("x")]) == cell_len(second[: second.index("y")])


def test_a_last_column_without_room_goes_below():
    table = Table((Row(("a" * 70, "what follows is read on the next line")),))
    assert write_document(Document((table,))) == f"  {'a' * 70}\n    what follows is read on the next line\n"


def test_hanging_lines_are_indented():
    text = write_document(Document((Paragraph("1. " + "word " * 20 + "\n2. next", hanging=3),)))
    assert [line[:5] for line in text.splitlines()] == ["  1. ", "     ", "  2. "]


def test_an_empty_document_is_empty():
    assert write_document(Document(())) == ""


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_style(role):
    assert role in STYLES
