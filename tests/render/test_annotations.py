import re
from dataclasses import replace

import pytest
from hand_made_reports import HEAVY

from losscheck.render.annotations import MOST, write_annotations
from losscheck.results import CheckResult, Status


def report(**counts):
    """A report with so many checks of each status, the worst last."""
    checks = [
        CheckResult(f"{status}_{i}", f"LC{9 - level}{i:02}", "title", Status(status), "what", "do")
        for level, (status, count) in enumerate(counts.items())
        for i in range(count)
    ]
    return replace(HEAVY, checks=tuple(reversed(checks)))


def levels(text):
    return [re.match(r"::(\w+) ", line)[1] for line in text.splitlines()]


def test_the_worst_come_first_and_the_verdict_before_the_notes():
    lines = write_annotations(HEAVY).splitlines()
    found = [re.match(r"::(\w+) title=([^:]*)::", line).groups() for line in lines]
    assert found == [
        ("error", "LC901 declared_loss"),
        ("warning", "LC001 missing_values"),
        ("warning", "LC217 outliers"),
        ("warning", "LC301 scale_rank"),
        ("notice", "losscheck%3A switch"),
        ("notice", "LC203 anderson_darling"),
    ]
    assert "::inconclusive: the scale changes with the prediction by 8 %25 [−1 %25, 17 %25]%0A→ collect" in lines[3]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 40])
def test_there_are_at_most_ten_of_a_level(count):
    found = levels(write_annotations(report(fail=count, warn=count, note=count)))
    assert found.count("error") == found.count("warning") == min(count, MOST)
    assert found.count("notice") == min(count + 1, MOST)


def test_the_tenth_names_those_that_are_not_shown():
    lines = write_annotations(report(fail=12)).splitlines()
    assert lines[8] == "::error title=LC908 fail_8::what%0A→ do"
    assert lines[9] == "::error title=3 more of losscheck::LC909, LC910 and LC911: the report has them"


def test_warnings_come_before_what_is_inconclusive():
    found = write_annotations(report(inconclusive=6, warn=6)).splitlines()[:10]
    assert [line.split()[2].split("::")[0] for line in found[:9]] == [
        *(f"warn_{i}" for i in range(6)),
        *(f"inconclusive_{i}" for i in range(3)),
    ]


def test_a_report_in_which_all_passed_is_its_verdict():
    text = write_annotations(replace(HEAVY, checks=HEAVY.checks[:1]))
    assert text == f"::notice title=losscheck%3A switch::{HEAVY.verdict.headline}\n"


def test_what_ends_a_command_or_a_property_is_encoded():
    check = replace(HEAVY.checks[-1], code="LC:9,0%1", id="a\r\nb", message="50 %: a, b\r\n::c", advice="")
    line = write_annotations(replace(HEAVY, checks=(check,))).splitlines()[0]
    assert line == r"::error title=LC%3A9%2C0%251 a\r\nb::50 %25: a, b\r\n::c"
