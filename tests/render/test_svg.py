"""Charts as svg: no reference to the outside, the page's colours, the same bytes whatever the user's settings."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import matplotlib
import pytest
from hand_made_plots import CLASSES_DRAWN, DRAWN, confusion, quantile_plot

from losscheck.plots import AutocorrelationPlot, EfficiencyPlot, QuantilePlot, RowSumPlot, ScalePlot
from losscheck.render import Verbosity
from losscheck.render.blocks import Chart, Picture
from losscheck.render.document import build_document
from losscheck.render.svg import DRAWERS, draw_chart
from losscheck.render.svg.canvas import COLORS
from losscheck.render.svg.noise import _square_root_ticks


def charts(report):
    pictures = (b for b in build_document(report, Verbosity.VERBOSE).blocks if isinstance(b, Picture))
    return [picture.chart for picture in pictures if picture.chart is not None]


CHARTS = [*charts(DRAWN), *charts(CLASSES_DRAWN)]
NAMES = [f"{i}-{type(chart.data).__name__}" for i, chart in enumerate(CHARTS)]


def texts(svg):
    return [element.text for element in ET.fromstring(svg).iter() if element.tag == "text"]


def draw(data, best=None):
    return draw_chart(Chart("title", "words", data, best=best))


def test_every_kind_of_data_has_a_chart_here():
    assert {type(chart.data) for chart in CHARTS} == set(DRAWERS)


@pytest.mark.parametrize("chart", CHARTS, ids=NAMES)
def test_a_chart_is_small_and_depends_on_nothing(chart):
    svg = draw_chart(chart)
    root = ET.fromstring(svg)
    assert (root.tag, root.get("role")) == ("svg", "img")
    assert root.get("aria-label") == f"{chart.title}. {chart.alt}"
    assert len(svg) < 60_000
    assert not re.search(r"https?:|<script|<style|<image|@import|xmlns", svg)
    referred = set(re.findall(r"url\(#([^)]*)\)", svg)) | set(re.findall(r'href="#([^"]*)"', svg))
    assert referred == set(re.findall(r' id="([^"]*)"', svg))
    assert not re.search(r"#[0-9a-f]{3,6}\b(?!\))", re.sub(r'(url\(#|href="#|id=")[^)"]*', "", svg))
    assert set(re.findall(r"var\(--(\w+)\)", svg)) <= set(COLORS.values())


def test_the_charts_of_a_page_share_no_names():
    ids = [name for chart in CHARTS for name in re.findall(r' id="([^"]*)"', draw_chart(chart))]
    assert len(ids) == len(set(ids)) > 0


@pytest.mark.parametrize("chart", CHARTS[:2], ids=NAMES[:2])
def test_the_settings_of_the_user_change_nothing_and_are_left_alone(chart):
    expected = draw_chart(chart)
    with matplotlib.rc_context({"axes.facecolor": "red", "font.size": 30, "svg.fonttype": "path", "axes.grid": False}):
        before = dict(matplotlib.rcParams)
        assert draw_chart(chart) == expected
        assert dict(matplotlib.rcParams) == before


def test_dollars_are_no_formula_and_markup_is_text():
    names = ("$x$", r"\frac{1}{2}", "$\\alpha", "<b>", "a&b", "x" * 100, "\u202ea", "\x1b[31m")
    shown = texts(draw(confusion(names)))
    assert {"$x$", r"\frac{1}{2}", "$\\alpha", "<b>", "a&b", r"\u202ea", r"\x1b[31m"} <= set(shown)
    assert "x" * 23 + "…" in shown


def test_a_title_may_hold_anything():
    chart = replace(CHARTS[0], title="\ud800\x00\uffff<b>", alt="\u202e\"'>")
    assert ET.fromstring(draw_chart(chart)).get("aria-label") == "\\ud800\\x00\\uffff<b>. \\u202e\"'>"


def test_long_numbers_leave_room_for_few_ticks():
    at = tuple(1e9 + i for i in range(20))
    plot = ScalePlot(at, (0.1, -0.1) * 10, 20, at, (0.0,) * 20, (0.1,) * 20)
    shown = [text for text in texts(draw(plot)) if text.startswith("10000000")]
    assert len(shown) == len(set(shown))
    assert 2 <= len(shown) <= 4


def test_efficiencies_name_the_loss_in_use_and_the_recommended_one():
    plot = EfficiencyPlot(("huber", "mse"), (1.0, 0.4), (None, 0.2), (None, 0.6), "mse", "huber")
    shown = texts(draw(plot))
    assert {"huber (recommended)", "mse (in use)", "efficiency"} <= set(shown)


def test_ticks_have_the_digits_that_tell_them_apart():
    shown = texts(draw(RowSumPlot((0.9998, 0.9999, 1.0, 1.0001, 1.0002), (1.0, 5.0, 6.0, 2.0), 1e-4)))
    near_one = [text for text in shown if re.fullmatch(r"0\.999\d+|1\.000\d+", text)]
    assert len(near_one) == len(set(near_one)) >= 2


def count_points(svg):
    """Points are lines without a length."""
    return len(re.findall(r"M (\S+) (\S+)\s+L \1 \2(?=\s)", svg))


def test_every_row_of_a_quantile_plot_is_a_point():
    assert count_points(draw(quantile_plot("student_t", 0.0, 57), "student_t")) == 57


def test_heavy_tails_of_quantiles_are_drawn_on_axes_that_are_logarithmic_far_out():
    expected = tuple(float(x) for x in (-1000, -2, -1, -0.5, 0, 0.5, 1, 2, 1000))
    low, high = tuple(x - 1 for x in expected), tuple(x + 1 for x in expected)
    wide = QuantilePlot("cauchy", "residuals", expected, expected, low, high, 0.05)
    closer = tuple(x / 100 if abs(x) > 9 else x for x in expected)
    near = replace(wide, expected=closer, observed=closer)
    # Were the axes linear, the seven rows of the middle would be within a hundredth of the width.
    places = [float(x) for x in re.findall(r"M (\S+) \S+\s+L \1 \S+(?=\s)", draw(wide))]
    assert places[-2] - places[1] > 40
    assert count_points(draw(near)) == len(expected)


def test_rows_beyond_the_frame_sit_at_its_edge():
    at = tuple(float(i) for i in range(20))
    residual = (0.1, -0.1) * 9 + (50.0, -60.0)
    plot = ScalePlot(at, residual, 20, at, (0.0,) * 20, (0.1,) * 20)
    assert count_points(draw(plot)) == 18
    triangle = r"<use [^>]*var\(--normal\)"
    assert len(re.findall(triangle, draw(plot))) == 2
    assert not re.findall(triangle, draw(replace(plot, sigma=())))
    assert count_points(draw(replace(plot, sigma=()))) == 20


def test_lags_outside_of_the_bound_have_another_colour():
    svg = draw(AutocorrelationPlot((0.5, 0.01, -0.3), 0.1, 0.05))
    assert svg.count("stroke: var(--normal)") == 2
    assert svg.count("stroke: var(--bar)") == 1


@pytest.mark.parametrize("top", [0.4, 1, 3, 73, 789, 12345, 1e7])
def test_ticks_of_a_square_root_scale_keep_a_distance(top):
    ticks = sorted(_square_root_ticks(top))
    assert ticks[0] == 0
    assert len(ticks) in ((2,) if top == 1 else range(3, 8))
    assert 0.2 * top < ticks[-1] <= top
    places = [(tick / top) ** 0.5 for tick in ticks]
    assert min(b - a for a, b in pairwise(places)) > 0.1


@pytest.mark.parametrize("classes", [2, 10, 60])
def test_any_number_of_classes_is_drawn(classes):
    svg = draw(confusion(tuple(f"c{k}" for k in range(classes))))
    assert len(svg) < 120_000
    assert 2 <= len([text for text in texts(svg) if re.fullmatch(r"c\d+", text)]) <= 40
