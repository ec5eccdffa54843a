import json
from dataclasses import replace

from hand_made_reports import HEAVY

from losscheck.render import Verbosity, render_json
from losscheck.results import InputFile


def test_it_is_the_report_and_always_the_same_bytes():
    text = render_json(HEAVY)
    assert json.loads(text) == HEAVY.to_dict()
    assert text.endswith("}\n")
    assert text == render_json(HEAVY, Verbosity.QUIET)
    assert list(json.loads(text)) == ["schema_version", "tool", "input", "task", "verdict", "fits", "checks", "groups"]


def test_what_is_not_a_number_is_null():
    check = replace(HEAVY.checks[0], statistic=float("nan"), p_value=float("inf"))
    found = json.loads(render_json(replace(HEAVY, checks=(check,))))["checks"][0]
    assert (found["statistic"], found["p_value"]) == (None, None)


def test_letters_of_all_languages_stay_readable():
    named = replace(HEAVY.input, files=(InputFile("größe 表.csv", "00", 1, 1),))
    assert "größe 表.csv" in render_json(replace(HEAVY, input=named))
