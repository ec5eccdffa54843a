"""Whole reports against golden files; LOSSCHECK_WRITE_GOLDEN=1 writes them anew, to be read before they are kept."""

import os
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hand_made_reports import BARE, HEAVY

from losscheck.render import ENDINGS, RENDERERS, Verbosity, render_text
from losscheck.render.blocks import Heading, Role
from losscheck.render.document import STATUS_HEADINGS, VERDICT_ROLES, build_document
from losscheck.render.tables import STATUS_ROLES
from losscheck.results import Code, Status, VerdictStatus

GOLDEN = Path(__file__).parent / "golden"
CASES = {
    "heavy.txt": (HEAVY, Verbosity.NORMAL),
    "heavy_quiet.txt": (HEAVY, Verbosity.QUIET),
    "heavy_verbose.txt": (HEAVY, Verbosity.VERBOSE),
    "bare.txt": (BARE, Verbosity.NORMAL),
    "bare_verbose.txt": (BARE, Verbosity.VERBOSE),
}


@pytest.mark.parametrize("name", CASES)
def test_the_whole_text_is_as_kept(name):
    report, verbosity = CASES[name]
    text = render_text(report, verbosity)
    if os.environ.get("LOSSCHECK_WRITE_GOLDEN"):
        (GOLDEN / name).write_text(text, encoding="utf-8")
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_no_line_is_wider_than_80_columns_or_ends_in_a_blank(name):
    lines = render_text(*CASES[name]).splitlines()
    assert max(len(line) for line in lines) <= 80
    assert not [line for line in lines if line != line.rstrip()]


def headings(report, verbosity):
    return [block.text for block in build_document(report, verbosity).blocks if isinstance(block, Heading)]


def test_the_order_is_that_of_the_contract():
    assert headings(HEAVY, Verbosity.NORMAL) == [
        "Verdict: switch",
        "Why student_t",
        "Residuals: target - prediction",
        "Likelihoods, best first",
        "Checks that did not pass",
        "Code to paste",
    ]


def test_verbose_adds_and_never_leaves_out():
    normal, verbose = headings(HEAVY, Verbosity.NORMAL), headings(HEAVY, Verbosity.VERBOSE)
    assert [heading for heading in verbose if heading in normal] == normal
    for word in ("asymmetric_laplace", "durbin_watson", "p = 0.489", "0.9987", "9f86d081", "jnp", "39, 41 and 9 more"):
        assert word in render_text(HEAVY, Verbosity.VERBOSE)
        assert word not in render_text(HEAVY)


def test_quiet_is_the_headline_and_what_failed():
    text = render_text(HEAVY, Verbosity.QUIET)
    assert "LC901" in text
    assert "LC217" not in text
    assert headings(HEAVY, Verbosity.QUIET) == []


def test_the_normal_is_always_among_the_families():
    last = replace(HEAVY, verdict=replace(HEAVY.verdict, current_loss=None))
    assert "\n  normal " in render_text(last)
    assert "asymmetric_laplace" not in render_text(last)


def test_a_column_that_no_fit_has_is_left_out():
    text = render_text(replace(HEAVY, fits=tuple(replace(fit, weight=None) for fit in HEAVY.fits)))
    assert "weight: " not in text


def test_notes_are_told_without_advice_unless_verbose():
    advice = next(check.advice for check in HEAVY.checks if check.status is Status.NOTE)
    assert advice[:20] not in render_text(HEAVY)
    assert "A note alone is no reason to act" in render_text(HEAVY)
    assert advice[:20] in render_text(HEAVY, Verbosity.VERBOSE)


def test_without_efficiencies_there_is_no_such_column():
    assert "efficiency:" not in render_text(replace(HEAVY, verdict=replace(HEAVY.verdict, efficiency={})))


@pytest.mark.parametrize("count", [0, 1, 4])
def test_rows_above_all_fits_heading(count):
    text = render_text(replace(HEAVY, fits=HEAVY.fits[:count]))
    assert ("Likelihoods" in text) == (count > 0)
    assert "more with -v" not in text


def test_code_is_never_broken():
    line = "loss = " + " + ".join(["np.mean(np.abs(y - f))"] * 6)
    text = render_text(replace(HEAVY, verdict=replace(HEAVY.verdict, code=Code(numpy=line))))
    assert f"\n{line}\n" in text


@pytest.mark.parametrize("status", VerdictStatus)
def test_every_verdict_has_a_role(status):
    assert VERDICT_ROLES[status] in Role
    text = render_text(replace(HEAVY, verdict=replace(HEAVY.verdict, status=status)))
    assert f"Verdict: {status.value}" in text


@pytest.mark.parametrize("status", Status)
def test_every_check_is_shown_in_one_section_of_the_verbose_report(status):
    assert status in STATUS_ROLES
    report = replace(HEAVY, checks=(replace(HEAVY.checks[0], status=status, id="the_only_one"),))
    assert render_text(report, Verbosity.VERBOSE).count("the_only_one") == 1
    assert sum(status in statuses for statuses, _ in STATUS_HEADINGS) == 1


def test_verdicts_words_about_certainty():
    verdict = replace(HEAVY.verdict, confidence=0.6, tied=("huber",), needs_rows=None, per_estimand={})
    assert "How sure: 60 %. These data cannot tell student_t from huber.\n" in sure(verdict)
    undecided = replace(verdict, status=VerdictStatus.UNDECIDED, tied=(), needs_rows=700)
    assert "About 700 rows would settle it." in sure(undecided)
    named = sure(replace(verdict, tied=(), needs_rows=700))
    assert "About 700 rows would tell the family from the next" in named
    assert "How sure" not in sure(replace(verdict, confidence=None))


def sure(verdict):
    return render_text(replace(HEAVY, verdict=verdict))


def test_every_framework_of_the_results_is_shown_when_verbose():
    names = [f.name for f in fields(Code)]
    code = Code(**{name: f"use_{name}()" for name in names})
    text = render_text(replace(HEAVY, verdict=replace(HEAVY.verdict, code=code)), Verbosity.VERBOSE)
    assert all(f"\n# {name}\nuse_{name}()\n" in text for name in names)


def test_every_ending_has_a_renderer():
    assert set(ENDINGS.values()) <= set(RENDERERS)
    assert all(RENDERERS[name](HEAVY, Verbosity.NORMAL).endswith("\n") for name in RENDERERS)
