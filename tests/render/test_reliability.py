"""The reliability diagram: cells by hand, the words beside it, and any diagram within its frame."""

import pytest
from hand_made_reports import overconfident_reliability
from hypothesis import given, settings
from hypothesis import strategies as st

from losscheck.plots import Reliability
from losscheck.render.blocks import Role
from losscheck.render.canvas import MARGIN, WIDTH
from losscheck.render.reliability import HEIGHT, describe_reliability, draw_reliability, list_bins


def make(*bins):
    """Bins as (stated, observed, low, high, rows)."""
    return Reliability(*(tuple(float(value) for value in part) for part in zip(*bins, strict=True)), "a title")


def text(reliability):
    return ["".join(span.text for span in line) for line in draw_reliability(reliability)]


def cell(lines, stated, observed):
    """The character at a place of a diagram that goes from 0 to 1."""
    return lines[HEIGHT - 1 - round(observed * (HEIGHT - 1))][MARGIN + round(stated * (WIDTH - 1))]


EXAMPLE = make((0.1, 0.6, 0.0, 0.3, 4), (0.5, 0.55, 0.4, 0.6, 16), (0.9, 0.2, 0.8, 1.0, 64))


def test_points_stand_where_they_were_observed():
    lines = text(EXAMPLE)
    assert cell(lines, 0.1, 0.6) == "▲"
    assert cell(lines, 0.5, 0.55) == "●"
    assert cell(lines, 0.9, 0.2) == "▼"
    assert sum(line.count(mark) for line in lines[:HEIGHT] for mark in "▲●▼") == 3


def test_the_band_and_the_diagonal_are_drawn():
    lines = text(EXAMPLE)
    for stated, inside, outside in ((0.1, (0.0, 0.29), 0.4), (0.9, (0.8, 0.99), 0.65)):
        assert all(cell(lines, stated, value) == "░" for value in inside)
        assert cell(lines, stated, outside) == " "
    for value in (0.25, 0.35, 0.65, 0.75):
        assert cell(lines, value, value) == "·"


def test_both_axes_are_numbered_and_the_rows_are_bars_below():
    lines = text(EXAMPLE)
    assert lines[0].startswith("     1 ┤")
    assert lines[HEIGHT // 2].startswith("   0.5 ┤")
    assert lines[HEIGHT - 1].startswith("     0 ┤")
    assert lines[HEIGHT + 1].split() == ["0", "0.25", "0.5", "0.75", "1"]
    # Square roots of 4, 16 and 64 in eighths of that of 64.
    assert lines[HEIGHT + 2].split() == ["rows", "▂▂▂", "▄▄▄", "███"]
    assert "4 to 64" in lines[-1]


def test_probabilities_that_are_all_near_one_end_are_drawn_large():
    lines = text(make((0.967, 0.97, 0.961, 0.975, 100), (0.991, 0.985, 0.982, 0.998, 300)))
    assert lines[HEIGHT + 1].split() == ["0.96", "0.97", "0.98", "0.99", "1"]
    small = text(make((0.0012, 0.001, 0.0008, 0.0016, 9000)))
    assert small[HEIGHT + 1].split() == ["0.0008", "0.001", "0.0012", "0.0014", "0.0016"]


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_one_bin_without_any_width_is_drawn(value):
    lines = text(make((value, value, value, value, 1)))
    assert sum(line.count("●") for line in lines[:HEIGHT]) == 1


def test_roles_let_a_terminal_colour_what_leaves_the_band():
    roles = {span.text: span.role for line in draw_reliability(EXAMPLE)[:HEIGHT] for span in line}
    assert (roles["▲"], roles["●"], roles["▼"]) == (Role.WARN, Role.BEST, Role.WARN)


@pytest.mark.parametrize(
    ("reliability", "words"),
    [
        (
            EXAMPLE,
            "1 of 3 bins lie within the band; furthest outside at 0.9: observed 0.2, expected 0.8 to 1 (64 rows).",
        ),
        (make((0.5, 0.5, 0.4, 0.6, 9), (0.7, 0.6, 0.6, 0.8, 9)), "All 2 bins lie within the band."),
        (make((0.5, 0.5, 0.4, 0.6, 9)), "The only bin lies within the band."),
        (
            make((0.25, 1, 0, 0.5, 1)),
            "0 of 1 bins lie within the band; furthest outside at 0.25: observed 1, expected 0 to 0.5 (1 row).",
        ),
    ],
)
def test_words_say_what_the_picture_shows(reliability, words):
    assert describe_reliability(reliability) == words


def test_the_bins_are_listed_with_the_digits_that_they_need():
    row = list_bins(EXAMPLE).rows[1]
    assert row.cells == ("16", "0.500", "0.550", "0.400 to 0.600")
    rare = list_bins(make((0.0012, 0.0009, 0.0008, 0.0016, 90000))).rows[0]
    assert rare.cells == ("90,000", "0.00120", "0.00090", "0.00080 to 0.00160")


def test_nothing_is_drawn_of_nothing():
    assert draw_reliability(Reliability((), (), (), (), (), "")) == ()


def test_an_overconfident_model_lies_below_the_band_at_the_top():
    lines = text(overconfident_reliability())
    assert cell(lines, 0.97, 0.86) == "▼"
    assert not any("▲" in line for line in lines[:HEIGHT])


probability = st.floats(0, 1)


@given(st.lists(st.tuples(probability, probability, probability, probability, st.floats(1, 1e9)), min_size=1))
@settings(max_examples=80, deadline=None)
def test_any_diagram_fits_its_frame(bins):
    reliability = make(*((s, o, min(s, a), max(s, a), n) for s, o, a, _, n in bins))
    lines = text(reliability)
    assert len(lines) == HEIGHT + 6
    assert all(len(line) <= MARGIN + WIDTH + MARGIN for line in lines)
    assert any(mark in line for line in lines[:HEIGHT] for mark in "▲●▼")
    assert describe_reliability(reliability)
