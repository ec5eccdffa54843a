import sys
import tomllib
import types
from dataclasses import replace
from pathlib import Path

import pytest
from hand_made_reports import HEAVY

import losscheck
from losscheck import cli
from losscheck.render import RENDERERS, Verbosity, render_text
from losscheck.results import InputError, Status


def with_status(status):
    return replace(HEAVY, checks=(replace(HEAVY.checks[0], status=status),))


def test_the_report_goes_to_standard_output_and_nothing_else_anywhere(diagnosis, run):
    assert run("a.csv") == (1, render_text(HEAVY), "")
    assert run("a.csv", "-v") == (1, render_text(HEAVY, Verbosity.VERBOSE), "")
    assert run("a.csv", "-q") == (1, render_text(HEAVY, Verbosity.QUIET), "")


@pytest.mark.parametrize("format", cli.Format)
def test_every_format_goes_to_standard_output(diagnosis, run, format):
    assert run("a.csv", "-f", format.value) == (1, RENDERERS[format.value](HEAVY, Verbosity.NORMAL), "")


def test_the_formats_are_those_of_the_renderers(run):
    assert [format.value for format in cli.Format] == list(RENDERERS)
    out = " ".join(run("--help")[1].replace("│", " ").split())
    assert "text, json, markdown, html, junit or github, to standard output." in out
    assert "Also write the report here: .txt, .json, .md, .html or .xml. Repeatable." in out


def test_the_schema_is_printed_as_it_is_shipped(run):
    shipped = (Path(losscheck.__file__).parent / "render/schema.json").read_text(encoding="utf-8")
    assert run("schema") == (0, shipped, "")


def test_check_is_the_command_that_may_be_left_out(diagnosis, run):
    assert run("a.csv", "b.csv") == run("check", "a.csv", "b.csv") == run("-t", "y", "a.csv", "b.csv")
    assert [options["target"] for _, options in diagnosis.calls] == [None, None, "y"]
    assert [files for files, _ in diagnosis.calls] == [["a.csv", "b.csv"]] * 3


def test_a_file_named_like_a_command_can_be_given(diagnosis, run):
    run("./explain")
    run("check", "explain")
    assert [files for files, _ in diagnosis.calls] == [["./explain"], ["explain"]]


def test_what_is_left_out_has_the_defaults_of_the_library(diagnosis, run):
    run("a.csv")
    ((_, options),) = diagnosis.calls
    assert callable(options.pop("progress"))
    assert options == {
        "target": None,
        "prediction": None,
        "residual": None,
        "weight": None,
        "order": None,
        "group": None,
        "task": "auto",
        "outputs": "auto",
        "stage": "train",
        "ordinal": False,
        "seed": 0,
        "loss": None,
        "estimand": "any",
        "min_efficiency": 0.8,
        "alpha": 0.05,
        "predictions_from": "unknown",
        "fit_baseline": False,
        "drop_bad_rows": False,
        "exact": False,
        "table": None,
        "delimiter": None,
        "decimal": None,
        "encoding": None,
        "header": None,
        "max_uncompressed": None,
        "targets": None,
        "on": None,
    }


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-t", "y", "-p", "f"], {"target": "y", "prediction": "f"}),
        (["--target", "y", "--prediction", "f"], {"target": "y", "prediction": "f"}),
        (["--residual", "r", "--weight", "w", "--order", "t"], {"residual": "r", "weight": "w", "order": "t"}),
        (["--loss", "huber:delta=1.5"], {"loss": "huber:delta=1.5"}),
        (["--min-efficiency", "0.9", "--alpha", "0.1"], {"min_efficiency": 0.9, "alpha": 0.1}),
        (["--estimand", "quantile:0.9"], {"estimand": "quantile:0.9"}),
        (["--predictions-from", "training"], {"predictions_from": "training"}),
        (["--on-bad-row", "drop"], {"drop_bad_rows": True}),
        (["--fit-baseline"], {"fit_baseline": True}),
        (["--delimiter", "tab", "--decimal", "comma"], {"delimiter": "tab", "decimal": "comma"}),
        (["--targets", "t.csv", "--on", "id"], {"targets": "t.csv", "on": "id"}),
        (["--encoding", "latin1", "--no-header"], {"encoding": "latin1", "header": False}),
        (["--header", "--max-uncompressed", "1G"], {"header": True, "max_uncompressed": "1G"}),
    ],
)
def test_options_reach_the_diagnosis(diagnosis, run, arguments, expected):
    run("a.csv", *arguments)
    ((_, options),) = diagnosis.calls
    assert {name: options[name] for name in expected} == expected


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("gate", cli.FailOn)
def test_the_gate(diagnosis, run, status, gate):
    stops = {"fail": "fail", "warn": "fail warn", "inconclusive": "fail warn inconclusive", "never": ""}
    diagnosis.outcome = with_status(status)
    assert run("a.csv", "--fail-on", gate.value)[0] == (status.value in stops[gate.value].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["a.csv", "--no-such-option"],
        ["a.csv", "-f", "xml"],
        ["a.csv", "--alpha", "small"],
        ["a.csv", "--fail-on", "sometimes"],
        ["a.csv", "-q", "-v"],
        ["a.csv", "--task", "guess"],
        ["a.csv", "--residual", "r", "--residual", "s"],
        ["a.csv", "-o", "report.pdf"],
        ["a.csv", "-o", "report"],
        ["a.csv", "-o", "no/such/directory/report.txt"],
        ["explain", "no such name"],
        ["explain", "mse", "mae"],
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(diagnosis, run, arguments):
    code, out, err = run(*arguments)
    assert (code, out, diagnosis.calls) == (2, "", [])
    assert err.startswith("losscheck: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("option", ["--residual", "--weight", "--order", "--group"])
def test_a_second_column_of_a_role_is_refused_and_not_preferred(diagnosis, run, option):
    role = option[2:]
    refusal = f"losscheck: one {role} column at a time for now: 'a', 'b' were given\n"
    assert run("a.csv", option, "a", option, "b") == (2, "", refusal)
    assert diagnosis.calls == []


def test_a_choice_that_does_not_exist_is_named_plainly(diagnosis, run):
    assert run("a.csv", "-f", "xml")[2] == (
        "losscheck: Invalid value for '-f' / '--format': 'xml' is not one of 'text', 'json', 'markdown', 'html', "
        "'junit', 'github' (see losscheck --help)\n"
    )


def test_bad_input_is_one_printable_line_and_exit_code_2(diagnosis, run):
    diagnosis.outcome = InputError("a.csv: line 3, column \x1b[31my\n: 'x' is not a number")
    assert run("a.csv") == (2, "", "losscheck: a.csv: line 3, column \\x1b[31my\\n: 'x' is not a number\n")


def test_anything_unexpected_is_exit_code_3_and_a_hint(diagnosis, run):
    diagnosis.outcome = ValueError("no\nway")
    code, out, err = run("a.csv")
    assert (code, out) == (3, "")
    assert err == "losscheck: internal error: ValueError: no\\nway (a bug: --debug shows the traceback)\n"
    code, _, err = run("a.csv", "--debug")
    assert code == 3
    assert "Traceback" in err
    assert err.endswith("losscheck: internal error: ValueError: no\\nway\n")


def test_an_interrupt_is_exit_code_130(diagnosis, run):
    diagnosis.outcome = KeyboardInterrupt()
    assert run("a.csv") == (130, "", "")


def test_help_and_version(run):
    code, out, err = run()
    assert (code, err) == (0, "")
    assert run("--help") == run("-h") == run("check", "--help") == (code, out, err)
    assert "Usage: losscheck FILE... [options]" in out
    assert "losscheck explain [NAME|CODE]" in out
    assert "losscheck schema" in out
    assert run("--version") == (0, f"losscheck {losscheck.__version__}\n", "")
    assert run("explain", "--help")[0] == 0


def test_class_outputs_and_labels_may_have_several_columns(diagnosis, run):
    run("a.csv", "-p", "a", "-p", "b", "-t", "y")
    ((_, options),) = diagnosis.calls
    assert (options["prediction"], options["target"]) == (("a", "b"), "y")


def test_every_option_of_this_contract_and_no_other(run):
    out = run("--help")[1]
    options = (
        "--target --prediction --residual --weight --order --group --loss --min-efficiency --estimand "
        "--predictions-from --task --outputs --stage --ordinal --seed --table --exact --fit-baseline "
        "--delimiter --decimal --encoding --header --no-header --max-uncompressed --targets --on "
        "--on-bad-row --alpha --format --output --fail-on --fail-on-inconclusive --select --ignore --against "
        "--config --quiet --verbose --color --debug --version --help"
    )
    assert sorted({word for word in out.replace("│", " ").split() if word.startswith("--")} - {"--"}) == sorted(
        options.split()
    )


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((Path(losscheck.__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    assert losscheck.__version__ == project["project"]["version"]


def test_the_public_names(monkeypatch):
    module = types.ModuleType("losscheck.diagnose")
    module.check, module.check_file = object(), object()
    monkeypatch.setitem(sys.modules, "losscheck.diagnose", module)
    for name in ("check", "check_file", "InputError", "Report"):
        monkeypatch.delitem(vars(losscheck), name, raising=False)
    assert losscheck.check is module.check
    assert losscheck.check_file is module.check_file
    assert losscheck.InputError is InputError
    assert set(losscheck.__all__) <= set(dir(losscheck))
    for name in ("check", "check_file"):
        del vars(losscheck)[name]  # monkeypatch would put the stand-ins back at its end
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        losscheck.chek  # noqa: B018
