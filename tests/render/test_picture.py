from dataclasses import replace

import pytest
from hand_made_reports import heavy_histogram, quantile_strip
from hypothesis import given, settings
from hypothesis import strategies as st

from losscheck.plots import Histogram, QuantileStrip
from losscheck.render.picture import HEIGHT, WIDTH, draw_histogram, draw_quantiles


def text(lines):
    return ["".join(span.text for span in line) for line in lines]


def test_a_small_histogram_by_hand():
    # Heights are square roots: 9 rows for 81, 8 for 64, 3 for 9, 1 for 1, none for 0.
    bars = text(draw_histogram(Histogram((0.0, 1.0, 2.0, 3.0, 4.0, 5.0), (81.0, 64.0, 9.0, 1.0, 0.0), {}), None))
    columns = list(zip(*(row[8:] for row in bars[:HEIGHT]), strict=True))[::12]
    assert ["".join(column).count("█") for column in columns] == [9, 8, 3, 1, 0]
    assert bars[0].startswith("    81 ┤")
    assert bars[HEIGHT // 2].startswith("  20.2 ┤")
    assert bars[HEIGHT + 1].split() == ["0", "1.25", "2.5", "3.75", "5"]


def test_curves_are_drawn_and_named_and_the_best_lies_on_top():
    lines = text(draw_histogram(heavy_histogram(), "student_t"))
    assert lines[-1].endswith("● student_t   o normal")
    assert sum(line.count("●") for line in lines[:-1]) == 60
    same = draw_histogram(Histogram((0.0, 1.0), (4.0,), {"laplace": (4.0,), "normal": (4.0,)}), "laplace")
    assert not any("o" in line for line in text(same)[:HEIGHT])


@pytest.mark.parametrize("best", [None, "normal", "unknown"])
def test_without_a_best_family_the_normal_alone_is_drawn(best):
    legend = text(draw_histogram(heavy_histogram(), best))[-1]
    assert legend.count("normal") == 1
    assert "student_t" not in legend


def test_rows_beyond_the_range_are_stated_at_their_end():
    lines = text(draw_histogram(replace(heavy_histogram(), below=3.0, above=0.0), None))
    assert "← 3 rows below" in lines[-2]
    assert not any("rows above" in line for line in lines)
    assert text(draw_histogram(heavy_histogram(), None))[-2].endswith("34 rows above →")


def test_a_single_row_beside_many_is_seen():
    lines = text(draw_histogram(Histogram((0.0, 1.0, 2.0), (1e6, 1.0), {}), None))
    assert lines[HEIGHT - 1].endswith("▁")


@given(
    st.lists(st.floats(0, 1e9), min_size=1, max_size=200),
    st.floats(-1e12, 1e12),
    st.floats(1e-9, 1e9),
)
@settings(max_examples=60, deadline=None)
def test_any_histogram_fits_its_frame(counts, low, width):
    edges = tuple(low + width * i for i in range(len(counts) + 1))
    curve = tuple(count * 3 for count in counts)
    lines = text(draw_histogram(Histogram(edges, tuple(counts), {"normal": curve}, 1e7, 2.5), "normal"))
    assert all(len(line) <= 8 + WIDTH + 8 for line in lines)
    assert not lines or len(lines) == HEIGHT + 4


def test_nothing_is_drawn_of_nothing():
    assert draw_histogram(Histogram((0.0, 1.0), (0.0,), {}), None) == ()
    assert draw_quantiles(QuantileStrip((), (), (), (), ())) == ()


def test_quantiles_outside_are_marked_and_the_furthest_is_named():
    strip = QuantileStrip((0.1, 0.5, 0.9), (-1.28, 0.0, 1.28), (-1.3, 0.0, 2.5), (-1.4, -0.1, 1.2), (-1.2, 0.1, 1.4))
    assert text(draw_quantiles(strip))[1:] == [
        "    0.1 ··▲ 0.9",
        "1 of 3 outside, furthest at probability 0.9:",
        "2.5, the normal's 1.28 [1.2, 1.4], in robust standard units",
    ]
    assert "▼▼▼▼" in text(draw_quantiles(quantile_strip()))[1]


def test_quantiles_within_the_band_say_so():
    lines = text(draw_quantiles(quantile_strip(stretch=0.0)))
    assert lines[1] == "0.00602 " + "·" * 41 + " 0.994"
    assert lines[2] == "all within the band"


def test_a_long_strip_is_continued():
    assert [len(line) for line in text(draw_quantiles(quantile_strip(150, 0.0)))[1:4]] == [68, 68, 38 + 6]
