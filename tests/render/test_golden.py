"""Whole reports in every format against golden files, as in test_document; pictures are held against none.

How matplotlib writes a line depends on its version, so that only the words of a picture are kept here.
"""

import os
import re
from pathlib import Path

import pytest
from hand_made_plots import CLASSES_DRAWN, DRAWN
from hand_made_reports import BARE, HEAVY

from losscheck.render import ENDINGS, RENDERERS, Verbosity

GOLDEN = Path(__file__).parent / "golden"
CASES = {
    "heavy.json": ("json", HEAVY, Verbosity.NORMAL),
    "bare.json": ("json", BARE, Verbosity.NORMAL),
    "heavy.md": ("markdown", HEAVY, Verbosity.NORMAL),
    "heavy_quiet.md": ("markdown", HEAVY, Verbosity.QUIET),
    "heavy_verbose.md": ("markdown", HEAVY, Verbosity.VERBOSE),
    "bare.md": ("markdown", BARE, Verbosity.NORMAL),
    "drawn.html": ("html", DRAWN, Verbosity.NORMAL),
    "classes.html": ("html", CLASSES_DRAWN, Verbosity.NORMAL),
    "bare.html": ("html", BARE, Verbosity.NORMAL),
    "heavy.xml": ("junit", HEAVY, Verbosity.NORMAL),
    "bare.xml": ("junit", BARE, Verbosity.NORMAL),
    "heavy.github": ("github", HEAVY, Verbosity.NORMAL),
    "bare.github": ("github", BARE, Verbosity.NORMAL),
}


def leave_out_drawings(text):
    text = re.sub(r"(<style>).*?(</style>)", r"\1\2", text, flags=re.DOTALL)
    return re.sub(r'(<svg role="img" aria-label="[^"]*").*?(</svg>)', r"\1>\2", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", CASES)
def test_the_whole_report_is_as_kept(name):
    format, report, verbosity = CASES[name]
    text = leave_out_drawings(RENDERERS[format](report, verbosity))
    if os.environ.get("LOSSCHECK_WRITE_GOLDEN"):
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


def test_every_format_is_kept():
    assert {format for format, *_ in CASES.values()} | {"text"} == set(RENDERERS)
    assert all(ENDINGS.get(Path(name).suffix, "github") == format for name, (format, *_) in CASES.items())


def test_the_page_about_formats_names_each():
    page = (Path(__file__).parents[2] / "docs/formats.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"^\| \w[\w ]* \| `(\w+)` \| `?(\.\w+)?`? ?\|", page, re.MULTILINE))
    assert {ending: format for format, ending in named.items() if ending} == ENDINGS
    assert set(named) == set(RENDERERS)


@pytest.mark.parametrize("format", RENDERERS)
def test_the_same_report_gives_the_same_bytes(format):
    assert RENDERERS[format](DRAWN, Verbosity.NORMAL) == RENDERERS[format](DRAWN, Verbosity.NORMAL)


@pytest.mark.parametrize("format", ["json", "html", "junit", "github"])
def test_formats_that_are_read_by_programs_or_fold_are_whole_at_any_verbosity(format):
    texts = {RENDERERS[format](HEAVY, verbosity) for verbosity in Verbosity}
    assert len(texts) == 1
