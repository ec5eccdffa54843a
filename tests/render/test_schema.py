"""The published schema describes every report, closes its lists, and follows the dataclasses."""

import json
from dataclasses import fields, replace

import jsonschema
import pytest
from hand_made_plots import CLASSES_DRAWN, DRAWN
from hand_made_reports import BARE, HEAVY

from losscheck import results
from losscheck.render import Verbosity, render_json
from losscheck.render.as_json import read_schema
from losscheck.results import Group, Status, TaskKind, VerdictStatus

SCHEMA = json.loads(read_schema())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
REPORTS = {"heavy": HEAVY, "bare": BARE, "drawn": DRAWN, "classes": CLASSES_DRAWN}
DEFINED = {
    "estimate": results.Estimate,
    "parameter": results.Parameter,
    "effect": results.Effect,
    "input": results.InputInfo,
    "columns": results.Columns,
    "task": results.Task,
    "likelihood": results.Likelihood,
    "code": results.Code,
    "verdict": results.Verdict,
    "fit": results.Fit,
    "check": results.CheckResult,
    "report": results.Report,
}


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["version"]["const"] == results.SCHEMA_VERSION


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_made_by_hand_is_valid(name):
    VALIDATOR.validate(json.loads(render_json(REPORTS[name], Verbosity.NORMAL)))


def test_a_report_with_groups_and_several_reports_are_valid():
    grouped = replace(HEAVY, groups=(Group("a b", 12, HEAVY.verdict, HEAVY.checks[0]),)).to_dict()
    VALIDATOR.validate(grouped)
    VALIDATOR.validate({"schema_version": "1", "tool": grouped["tool"], "reports": [grouped, BARE.to_dict()]})


@pytest.mark.parametrize("name", DEFINED)
def test_it_has_the_fields_of_the_results(name):
    shown = [f.name for f in fields(DEFINED[name]) if f.metadata.get("json", True)]
    optional = {f.name for f in fields(DEFINED[name]) if f.metadata.get("json") == "if given"}
    if name == "report":
        shown = ["schema_version", "tool", *(field for field in shown if field != "version")]
    definition = SCHEMA["$defs"][name]
    assert sorted(definition["properties"]) == sorted(shown)
    assert set(definition["required"]) == set(shown) - optional
    assert definition["additionalProperties"] is False


@pytest.mark.parametrize(
    ("path", "choices"),
    [
        (("verdict", "status"), VerdictStatus),
        (("check", "status"), Status),
        (("task", "kind"), TaskKind),
    ],
)
def test_its_choices_are_those_of_the_results(path, choices):
    definition, name = path
    assert SCHEMA["$defs"][definition]["properties"][name]["enum"] == [choice.value for choice in choices]


def change(report, path, value):
    """Return the report's JSON with one value changed; `path` leads to it."""
    plain = report.to_dict()
    place = plain
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return plain


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema_version",), "2"),
        (("when",), "2024-01-01"),
        (("verdict", "status"), "maybe"),
        (("verdict", "confidence"), 1.5),
        (("verdict", "loss"), "student t"),
        (("verdict", "efficiency", "mse"), 0.5),
        (("verdict", "efficiency", "mse", "error"), 0.1),
        (("verdict", "likelihood", "derivation"), "none"),
        (("input", "files", 0, "path"), "/home/x"),
        (("input", "files", 0, "sha256"), "00"),
        (("input", "rows"), -1),
        (("checks", 0, "code"), "LC1"),
        (("checks", 0, "rows"), [0]),
        (("checks", 0, "p_value"), 1.1),
        (("fits", 0, "weight"), None),
        (("fits", 0, "parameters", "größe"), {"value": 1.0, "se": None}),
    ],
)
def test_it_refuses_what_the_contract_does_not_say(path, value):
    changed = change(HEAVY, path, value)
    expected = path == ("fits", 0, "weight")  # null is allowed there: the one change that stays valid
    assert VALIDATOR.is_valid(changed) is expected


def test_it_misses_what_is_left_out():
    for name in HEAVY.to_dict():
        plain = HEAVY.to_dict()
        del plain[name]
        assert not VALIDATOR.is_valid(plain), name
