"""Whole reports against golden files; LOSSCHECK_WRITE_GOLDEN=1 writes them anew, to be read before they are kept."""

import os
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hand_made_reports import BARE, CLASSES, HEAVY

from losscheck.render import ENDINGS, RENDERERS, Verbosity, render_text
from losscheck.render.blocks import Heading, Role
from losscheck.render.document import STATUS_HEADINGS, VERDICT_ROLES, build_document
from losscheck.render.tables import STATUS_ROLES
from losscheck.results import Code, Columns, Estimate, Status, VerdictStatus

GOLDEN = Path(__file__).parent / "golden"
CASES = {
    "heavy.txt": (HEAVY, Verbosity.NORMAL),
    "heavy_quiet.txt": (HEAVY, Verbosity.QUIET),
    "heavy_verbose.txt": (HEAVY, Verbosity.VERBOSE),
    "bare.txt": (BARE, Verbosity.NORMAL),
    "bare_verbose.txt": (BARE, Verbosity.VERBOSE),
    "classes.txt": (CLASSES, Verbosity.NORMAL),
    "classes_verbose.txt": (CLASSES, Verbosity.VERBOSE),
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


def with_normality_tests(rejecting, mse=0.97):
    codes = [f"LC20{i}" for i in range(1, 9)]
    statuses = [Status.NOTE] * rejecting + [Status.PASS] * (7 - rejecting) + [Status.SKIP]
    checks = tuple(
        replace(HEAVY.checks[3], id=f"test_{code}", code=code, status=status, p_value=10.0 ** -int(code[-1]))
        for code, status in zip(codes, statuses, strict=True)
    )
    return replace(HEAVY, checks=checks, verdict=replace(HEAVY.verdict, efficiency={"mse": Estimate(mse)}))


def test_tests_of_normality_are_one_row_unless_verbose():
    text = render_text(with_normality_tests(6))
    row = "LC201-208 note normality 6 of 7 tests reject normality, with no consequence for the loss."
    assert row in " ".join(text.split())
    assert "test_LC201" not in text
    assert "consequence" not in render_text(with_normality_tests(6, mse=0.949))
    verbose = render_text(with_normality_tests(6), Verbosity.VERBOSE)
    assert all(f"test_LC20{i}" in verbose for i in range(1, 9))
    assert "LC201-208" not in verbose


def test_one_test_that_rejects_normality_is_shown_by_its_name():
    text = render_text(with_normality_tests(1))
    assert "test_LC201" in text
    assert "LC201-208" not in text


def test_a_p_value_of_zero_is_a_bound():
    check = replace(HEAVY.checks[3], p_value=0.0)
    assert "p < 1e-300" in render_text(replace(HEAVY, checks=(check,)), Verbosity.VERBOSE)


def test_the_histogram_has_the_title_of_what_it_shows():
    standardised = replace(HEAVY, histogram=replace(HEAVY.histogram, title="Residuals over their fitted scale"))
    assert "\nResiduals over their fitted scale\n" in render_text(standardised)


def test_a_printed_report_is_its_verdict():
    assert str(HEAVY) == f"Verdict: switch\n{HEAVY.verdict.headline}"


def test_without_efficiencies_there_is_no_such_column():
    assert "efficiency:" not in render_text(replace(HEAVY, verdict=replace(HEAVY.verdict, efficiency={})))


@pytest.mark.parametrize("count", [0, 1, 4])
def test_fits_have_a_heading_where_there_is_something_to_rank(count):
    text = render_text(replace(HEAVY, fits=HEAVY.fits[:count]))
    assert ("Likelihoods" in text) == (count > 1)
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
    assert "How sure: 60 %. Telling the outcomes apart takes some 700 rows or more.\n" in sure(undecided)
    assert "apart takes some 800 rows or more." in sure(replace(undecided, needs_rows=701))
    named = sure(replace(verdict, tied=(), needs_rows=701))
    assert "Telling the likeliest families apart takes some 800 rows.\n" in named
    assert sure(replace(undecided, tied=("huber",))).count("apart takes some") == 1
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


def test_the_reliability_diagram_stands_where_the_histogram_stands():
    assert headings(CLASSES, Verbosity.NORMAL) == [
        "Verdict: keep",
        "Why cross_entropy",
        CLASSES.reliability.title,
        "Checks that did not pass",
        "Code to paste",
    ]
    assert "Efficiency of each loss for these probabilities" in headings(CLASSES, Verbosity.VERBOSE)
    assert "Efficiency of each loss on this noise" in headings(HEAVY, Verbosity.VERBOSE)


def test_the_bins_are_a_table_only_with_v():
    assert "observed  band\n" not in render_text(CLASSES)
    assert "  rows  stated  observed  band\n" in render_text(CLASSES, Verbosity.VERBOSE)


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("p",), "predictions p, weight"),
        (("no", "yes"), "predictions no and yes, weight"),
        (("a", "b c", "d"), 'predictions a, "b c" and d, weight'),
        (tuple(f"p_{k}" for k in range(1000)), "predictions p_0 to p_999 (1,000 columns), weight"),
    ],
)
def test_many_columns_are_named_by_their_ends(names, text):
    columns = Columns(target="y", predictions=names, weight="w")
    shown = render_text(replace(CLASSES, input=replace(CLASSES.input, columns=columns)))
    assert f"target y, {text} w · multiclass" in " ".join(shown.split())


def test_several_targets_are_named_too():
    columns = Columns(targets=("sunny", "windy"), predictions=("p_sunny", "p_windy"))
    shown = render_text(replace(CLASSES, input=replace(CLASSES.input, columns=columns)), Verbosity.VERBOSE)
    assert "targets sunny and windy, predictions p_sunny and p_windy" in " ".join(shown.split())
    assert "  targets      sunny and windy\n" in shown


def test_without_bins_there_is_no_diagram():
    empty = replace(CLASSES.reliability, stated=(), observed=(), low=(), high=(), rows=())
    assert CLASSES.reliability.title not in headings(replace(CLASSES, reliability=empty), Verbosity.NORMAL)
