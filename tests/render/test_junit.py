"""JUnit XML after the rules of the schema of Jenkins' xUnit plugin (junit-10.xsd), written out here."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hand_made_plots import CLASSES_DRAWN
from hand_made_reports import BARE, HEAVY

from losscheck.render import render_junit
from losscheck.results import CheckResult, Status

COUNTS = ("tests", "failures", "errors")
# Element: what it may hold, its required and its further attributes. Text is allowed in the last three only.
RULES = {
    "testsuites": ({"testsuite"}, set(), {"name", "time", *COUNTS}),
    "testsuite": (
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
        {"name", *COUNTS},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
    ),
    "properties": ({"property"}, set(), set()),
    "property": (set(), {"name", "value"}, set()),
    "testcase": (
        {"skipped", "error", "failure", "system-out", "system-err"},
        {"name"},
        {"time", "classname", "group"},
    ),
    "failure": (set(), set(), {"type", "message"}),
    "skipped": (set(), set(), {"type", "message"}),
    "system-out": (set(), set(), set()),
}
TEXT = {"failure", "skipped", "system-out"}
TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")


def check_schema(element):
    children, required, optional = RULES[element.tag]
    assert {child.tag for child in element} <= children, element.tag
    assert required <= set(element.attrib) <= required | optional, element.tag
    assert element.tag in TEXT or not (element.text or "").strip(), element.tag
    assert TIME.fullmatch(element.get("time", "0"))
    for child in element:
        assert not (child.tail or "").strip()
        check_schema(child)


def parse(report):
    return ET.fromstring(render_junit(report).encode())


@pytest.mark.parametrize("report", [HEAVY, BARE, CLASSES_DRAWN], ids=["heavy", "bare", "classes"])
def test_it_follows_the_schema(report):
    root = parse(report)
    assert root.tag == "testsuites"
    check_schema(root)


def test_the_schema_refuses_what_it_must():
    for text in ("<testsuites><x/></testsuites>", "<testsuite name='a'/>", "<testcase name='a' when='b'/>"):
        with pytest.raises((AssertionError, KeyError)):
            check_schema(ET.fromstring(text))


def test_every_check_is_a_test_case_and_the_counts_are_theirs():
    suite = parse(HEAVY).find("testsuite")
    names = [(case.get("classname"), case.get("name")) for case in suite.iter("testcase")]
    assert names == [(f"losscheck.{check.code}", check.id) for check in HEAVY.checks]
    assert [suite.get(count) for count in (*COUNTS, "skipped")] == ["8", "1", "0", "1"]
    assert len(suite.findall("testcase/failure")) == 1
    assert len(suite.findall("testcase/skipped")) == 1


@pytest.mark.parametrize(
    ("status", "child"),
    [
        (Status.PASS, []),
        (Status.NOTE, ["system-out"]),
        (Status.WARN, ["system-out"]),
        (Status.INCONCLUSIVE, ["system-out"]),
        (Status.FAIL, ["failure"]),
        (Status.SKIP, ["skipped"]),
    ],
)
def test_what_a_status_becomes(status, child):
    check = CheckResult("bias", "LC101", "Bias", status, "off by 2", "move it", 3.5, 0.001, rows=(4, 5))
    case = parse(replace(HEAVY, checks=(check,))).find(".//testcase")
    assert [element.tag for element in case] == child
    if child in (["system-out"], ["failure"]):
        assert case[0].text == f"{status.value}: Bias\noff by 2\n→ move it\nstatistic 3.5; p = 0.001; rows 4, 5"
    if child in (["skipped"], ["failure"]):
        assert case[0].get("message") == "off by 2"


def test_the_properties_are_the_verdict():
    found = {p.get("name"): p.get("value") for p in parse(HEAVY).iter("property")}
    assert found["verdict.status"] == "switch"
    assert found["verdict.loss"] == "student_t"
    assert found["verdict.confidence"] == "0.9987"
    assert found["input.rows_used"] == "9988"
    assert "verdict.loss" not in {p.get("name") for p in parse(BARE).iter("property")}


def test_there_are_no_times_in_it():
    assert set(re.findall(r'time="([^"]*)"', render_junit(HEAVY))) == {"0"}
    assert "timestamp" not in render_junit(HEAVY)
