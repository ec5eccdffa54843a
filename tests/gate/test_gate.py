import json
from dataclasses import replace
from pathlib import Path

import pytest
from hand_made_reports import HEAVY

import losscheck
from losscheck.gate import FailOn, open_gate
from losscheck.render import RENDERERS, Verbosity
from losscheck.results import CheckResult, Effect, InputError, Status

SAMPLES = Path(losscheck.__file__).parents[1] / "sample_data"


def check(id, code, status, effect=None):
    return CheckResult(id, code, id, Status(status), f"{id} said so", advice="mend it", effect=effect)


REPORT = replace(
    HEAVY,
    checks=(
        check("bias", "LC101", "warn"),
        check("shapiro_wilk", "LC201", "note"),
        check("gpd_tail", "LC215", "inconclusive"),
        check("declared_loss", "LC901", "fail"),
    ),
)


def failing(report=REPORT, **asked):
    return open_gate(**asked).apply(report).failing


def test_statuses_from_the_asked_one_on_fail():
    assert failing() == ("declared_loss",)
    assert failing(fail_on=FailOn.WARN) == ("bias", "declared_loss")
    assert failing(fail_on=FailOn.INCONCLUSIVE) == ("bias", "gpd_tail", "declared_loss")
    assert failing(fail_on_inconclusive=True) == ("gpd_tail", "declared_loss")
    assert failing(fail_on=FailOn.NEVER) == ()


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"select": ["LC2"]}, ["shapiro_wilk", "gpd_tail"]),
        ({"select": ["lc2,bias"]}, ["bias", "shapiro_wilk", "gpd_tail"]),
        ({"select": ["LC2", "LC9"], "ignore": ["LC215"]}, ["shapiro_wilk", "declared_loss"]),
        ({"ignore": ["LC2"], "select": ["LC", "LC215"]}, ["bias", "gpd_tail", "declared_loss"]),
        ({"ignore": ["declared_loss"]}, ["bias", "shapiro_wilk", "gpd_tail"]),
        ({"select": ["LC1"], "ignore": ["LC1"]}, []),
    ],
)
def test_the_longer_code_wins_and_the_report_says_how_many_are_left_out(asked, shown):
    report = open_gate(**asked).apply(REPORT)
    assert [check.id for check in report.checks] == shown
    assert f"{4 - len(shown)} of 4 checks are left out by --select and --ignore." in report.notes


@pytest.mark.parametrize(
    ("code", "hint"), [("LC299", "did you mean"), ("shapiro", "shapiro_wilk"), ("nothing", "`losscheck explain`")]
)
def test_an_unknown_code_is_refused_with_the_nearest(code, hint):
    with pytest.raises(InputError, match=f"--ignore {code}: no check has this code or id") as caught:
        open_gate(ignore=[code])
    assert hint in str(caught.value)


def written(path, report):
    path.write_text(json.dumps(report.to_dict()), encoding="utf-8")
    return path


def test_what_was_as_bad_before_does_not_fail(tmp_path):
    before = written(tmp_path / "before.json", REPORT)
    gate = open_gate(fail_on=FailOn.WARN, against=before)
    same = gate.apply(REPORT)
    assert same.failing == ()
    assert same.notes[-1] == ("Against before.json: as bad before, so no failure: LC101 bias, LC901 declared_loss.")
    worse = replace(REPORT, checks=(check("bias", "LC101", "fail"), *REPORT.checks[1:]))
    assert gate.apply(worse).failing == ("bias",)
    assert "Against before.json: worse: LC101 bias; as bad" in gate.apply(worse).notes[-1]


def test_the_size_of_an_effect_decides_where_there_is_one(tmp_path):
    def of(value):
        effect = Effect("bias in residual sd", value, value - 0.05, value + 0.05, 0.1)
        return replace(REPORT, checks=(check("bias", "LC101", "warn", effect),))

    gate = open_gate(fail_on=FailOn.WARN, against=written(tmp_path / "before.json", of(0.2)))
    assert gate.apply(of(0.22)).failing == ()
    assert gate.apply(of(-0.22)).failing == ()
    assert gate.apply(of(0.5)).failing == ("bias",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "is not JSON"),
        ("[]", "is no report of losscheck"),
        ("{}", "is no report of losscheck"),
        ('{"schema_version": "0"}', "has schema_version '0'"),
        ('{"schema_version": "1", "reports": [{}, {}]}', "holds 2 reports"),
        ('{"schema_version": "1", "verdict": {}, "checks": [{"id": "bias"}]}', "is not a whole report"),
        ('{"schema_version": "1", "verdict": {"status": "great", "efficiency": {}}, "checks": []}', "is not a whole"),
        ('{"schema_version": "1", "verdict": {"status": "keep", "efficiency": [1]}, "checks": []}', "is not a whole"),
    ],
)
def test_an_earlier_report_that_is_none_is_refused_by_name(tmp_path, text, said):
    path = tmp_path / "before.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"before.json: {said}"):
        open_gate(against=path)
    with pytest.raises(InputError, match=r"missing\.json: cannot be read"):
        open_gate(against=tmp_path / "missing.json")


def test_formats_show_what_fails_the_gate():
    report = open_gate(fail_on=FailOn.WARN).apply(REPORT)
    junit = RENDERERS["junit"](report, Verbosity.NORMAL)
    assert 'failures="2"' in junit
    assert '<failure type="warn" message="bias said so">' in junit
    github = RENDERERS["github"](report, Verbosity.NORMAL)
    assert "::error title=LC101 bias::" in github
    assert "::warning title=LC215 gpd_tail::" in github
    quiet = RENDERERS["text"](report, Verbosity.QUIET)
    assert "bias said so" in quiet
    assert "gpd_tail said so" not in quiet
    excused = replace(REPORT, failing=())
    assert 'failures="0"' in RENDERERS["junit"](excused, Verbosity.NORMAL)
    assert "::warning title=LC901 declared_loss::" in RENDERERS["github"](excused, Verbosity.NORMAL)


def test_the_same_file_against_its_own_report_passes_and_a_worse_one_fails(tmp_path, run):
    report = tmp_path / "before.json"
    assert run(SAMPLES / "normal.csv", "--loss", "mse", "-o", report, "-q")[0] == 0
    assert run(SAMPLES / "normal.csv", "--loss", "mse", "--against", report, "-q")[0] == 0
    code, out, _ = run(SAMPLES / "student_t3.csv", "--loss", "mse", "--against", report)
    assert code == 1
    assert "Against before.json: worse:" in " ".join(out.split())
    assert run(SAMPLES / "student_t3.csv", "--loss", "mse", "-o", report, "-q")[0] == 1
    assert run(SAMPLES / "student_t3.csv", "--loss", "mse", "--against", report, "-q")[0] == 0
