"""The page: one file, whole without a network, the verdict on top, and legible for whoever or whatever reads it."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hand_made_plots import CLASSES_DRAWN, DRAWN
from hand_made_reports import BARE, HEAVY

import losscheck
from losscheck.render import Verbosity, render_fragment, render_html
from losscheck.render.blocks import CodeBlock, Document, Heading, Paragraph, Picture, Role, Row, Span, Table
from losscheck.render.document import build_document
from losscheck.render.page import write_fragment

LARGEST = 1_500_000
VOID = {"meta", "br", "wbr", "link", "img", "hr"}
REPORTS = {"heavy": HEAVY, "drawn": DRAWN, "bare": BARE, "classes": CLASSES_DRAWN}
STYLE = files("losscheck.render").joinpath("page.css").read_text(encoding="utf-8")


NOISE = [(-1) ** i * (i % 23) ** 1.5 / 7 for i in range(200)]
EXTREME = {
    "an outlier of 1e300": {"residual": [*NOISE, 1e300]},
    "a unit of 1e-200": {"residual": [r * 1e-200 for r in NOISE]},
    "two values": {"residual": [(-1.0) ** (i * i % 7) for i in range(200)]},
    "mostly zero": {"residual": [0.0] * 180 + NOISE[:20]},
    "four rows": {"residual": [1.0, 1.0, 1.0, 4.0]},
    "a large offset": {
        "target": [1e9 + i + r for i, r in enumerate(NOISE)],
        "prediction": [1e9 + i for i in range(200)],
    },
    "one prediction": {"target": NOISE, "prediction": [1.0] * 200},
}


class Page(HTMLParser):
    """The elements of a page, in order; raises where one is not closed in its place."""

    def __init__(self, text):
        super().__init__()
        self.opened, self.elements, self.words = [], [], []
        self.feed(text)
        self.close()
        assert self.opened == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes), tuple(self.opened)))
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes), tuple(self.opened)))

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag

    def handle_data(self, data):
        if data.strip() and "style" not in self.opened:
            self.words.append((tuple(self.opened), data.strip()))

    def text_of(self, tag):
        return [words for opened, words in self.words if opened and opened[-1] == tag]

    def named(self, tag):
        return [attributes for name, attributes, _ in self.elements if name == tag]


def page(report):
    return Page(render_html(report, Verbosity.NORMAL))


@pytest.fixture(scope="module", params=REPORTS)
def report(request):
    return REPORTS[request.param]


def test_nothing_is_loaded_and_nothing_runs(report):
    text = render_html(report, Verbosity.NORMAL)
    parsed = Page(text)
    for tag, attributes, _ in parsed.elements:
        assert tag not in {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a"}
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "srcset", "action")]
        assert attributes.get("href", "#").startswith("#")
    assert not re.search(r"url\((?!#)|@import", text)
    (policy,) = (meta["content"] for meta in parsed.named("meta") if "http-equiv" in meta)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_it_is_smaller_than_a_mail_takes(report):
    assert len(render_html(report, Verbosity.NORMAL).encode()) < LARGEST


def test_the_verdict_is_on_top_and_the_only_first_heading(report):
    parsed = page(report)
    assert parsed.text_of("h1") == [f"Verdict: {report.verdict.status.value}"]
    tags = [tag for tag, *_ in parsed.elements]
    assert tags.index("h1") < tags.index("h2")
    assert parsed.named("html") == [{"lang": "en"}]
    assert parsed.text_of("title")[0].startswith(report.verdict.status.value)


def test_every_picture_has_words_and_a_caption(report):
    parsed = page(report)
    for svg in parsed.named("svg"):
        assert svg["role"] == "img"
        assert len(svg["aria-label"]) > 20
    captions = [opened for opened, _ in parsed.words if opened[-2:] == ("figcaption", "strong")]
    assert len(captions) == len(parsed.named("svg"))
    assert not parsed.named("pre") or all(pre["tabindex"] == "0" for pre in parsed.named("pre"))


def test_what_needs_not_be_seen_at_once_is_folded():
    folded = page(HEAVY).text_of("summary")
    assert folded == [
        "Efficiency of each loss on this noise",
        "Checks that passed",
        "Checks that were skipped",
        "How it was decided",
        "Input",
    ]
    assert "Checks that did not pass" in page(HEAVY).text_of("h2")
    assert "The derivation, step by step" in page(DRAWN).text_of("h2")


def test_everything_that_verbose_text_says_is_on_the_page():
    said = " ".join(words for _, words in page(HEAVY).words)
    for word in ("asymmetric_laplace", "durbin_watson", "p = 0.489", "9f86d081", "jnp", "39, 41 and 9 more"):
        assert word in said


def test_formulas_are_typeset():
    parsed = page(DRAWN)
    assert len(parsed.named("math")) > 10
    assert "−log L = Σ (nu + 1)/2 · log(1 + (y − f)²/(nu sigma²))" in [
        span.get("aria-label") for span in parsed.named("span")
    ]


def test_tables_have_titles_for_their_columns_and_rows():
    parsed = page(HEAVY)
    scopes = [th["scope"] for th in parsed.named("th")]
    assert scopes.count("col") == 5
    assert scopes.count("row") == len(HEAVY.fits)


def test_without_a_chart_the_picture_in_text_is_shown():
    lines = ((Span("█", Role.BAR), Span(" rows")), (Span("::error::x"),))
    text = write_fragment(Document((Heading("Picture"), Picture(lines))), "0")
    assert '<pre class="picture" tabindex="0"><span class="bar">█</span> rows\n&#58;:error::x</pre>' in text


def test_blocks():
    blocks = (
        Paragraph("one\ntwo", hanging=2),
        Table((Row((Span("·"), "reason")),)),
        Table((Row(("a", "b", "c"), "more"),)),
        Table((Row(("a", "b"), "more"),), ("x", "y"), frozenset({1}), "legend"),
        CodeBlock("numpy", "a < b\n::c"),
    )
    text = write_fragment(Document((Heading("h"), *blocks)), "0")
    for part in (
        '<p class="hanging">one</p>\n<p class="hanging">two</p>',
        "<ul>\n<li>reason</li>\n</ul>",
        '<div><dt>a</dt><dt>b</dt><dd>c<div class="detail">more</div></dd></div>',
        '<tr><th scope="row">a</th><td class="right">b</td></tr>\n<tr class="detail"><td colspan="2">more</td></tr>',
        '<p class="muted">legend</p>',
        "<code>a &lt; b\n&#58;:c</code>",
    ):
        assert part in text
    Page(text)


def rules(style):
    """The selectors of a style sheet, those within @media too."""
    style = re.sub(
        r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", r"\1", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    )
    return [
        selector.strip() for group in re.findall(r"([^{}]+)\{", style) for selector in re.split(r",(?![^(]*\))", group)
    ]


def test_the_style_reaches_nothing_outside_of_the_report():
    selectors = rules(STYLE)
    assert len(selectors) > 60
    outside = [s for s in selectors if not re.match(r"\.losscheck(?![\w-])", s)]
    # Around a page of its own there is nothing of anybody else: there the margins take the colour too.
    assert outside == ["html:has(> body > .losscheck)"]


def test_every_class_and_variable_is_styled():
    text = "".join(render_html(report, Verbosity.NORMAL) for report in REPORTS.values())
    used = {name for names in re.findall(r'class="([^"]*)"', text.split("</style>", 1)[1]) for name in names.split()}
    assert used - {"code", "plain", "strong"} <= set(re.findall(r"\.([a-z]\w*)", STYLE))
    assert set(re.findall(r"var\(--(\w+)", text)) <= set(re.findall(r"--(\w+):", STYLE))
    assert STYLE.count("prefers-color-scheme: dark") == 1


def test_a_notebook_shows_the_same():
    fragment = HEAVY._repr_html_()
    assert fragment == render_fragment(HEAVY)
    assert fragment in render_html(HEAVY, Verbosity.NORMAL)
    assert "<html" not in fragment
    Page(fragment)


def test_a_quiet_report_is_whole_on_the_page():
    assert render_html(HEAVY, Verbosity.QUIET) == render_html(HEAVY, Verbosity.VERBOSE)


def test_charts_stand_where_the_text_has_pictures():
    blocks = build_document(DRAWN).blocks
    pictures = [block for block in blocks if isinstance(block, Picture)]
    assert [bool(picture.lines) for picture in pictures] == [True, True, *[False] * 5]
    assert all(picture.chart for picture in pictures)
    plain = replace(HEAVY, verdict=replace(HEAVY.verdict, efficiency={}))
    assert [p.chart is None for p in build_document(plain).blocks if isinstance(p, Picture)] == [False, True]


def test_a_whole_run_fits_and_is_the_same_twice():
    report = losscheck.check(residual=[(-1) ** i * (i % 17) ** 1.5 / 7 for i in range(300)])
    text = render_html(report, Verbosity.NORMAL)
    assert len(text.encode()) < LARGEST
    assert text == render_html(report, Verbosity.NORMAL)
    assert Page(text).named("svg")


@pytest.mark.slow
@pytest.mark.parametrize("name", EXTREME)
def test_extreme_samples_have_a_page(name):
    page = Page(render_html(losscheck.check(**EXTREME[name]), Verbosity.NORMAL))
    assert len(page.named("svg")) >= 2
    assert not [words for opened, words in page.words if "svg" in opened and re.search(r"nan|inf", words)]
