import pytest
from hand_made_reports import HEAVY

from losscheck.render import render_text


@pytest.fixture
def folder(tmp_path, monkeypatch):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    return tmp_path


def test_options_come_from_the_nearest_file_and_the_command_line_wins(folder, diagnosis, run):
    (folder / "pyproject.toml").write_text('[tool.losscheck]\nloss = "huber:delta=2"\nalpha = 0.1\n', encoding="utf-8")
    out = run("a.csv")[1]
    assert diagnosis.calls[-1][1]["loss"] == "huber:delta=2"
    assert diagnosis.calls[-1][1]["alpha"] == 0.1
    assert "Options from pyproject.toml: loss, alpha." in " ".join(out.split())
    run("a.csv", "--loss", "mse")
    assert (diagnosis.calls[-1][1]["loss"], diagnosis.calls[-1][1]["alpha"]) == ("mse", 0.1)
    (folder / "a" / "losscheck.toml").write_text(
        'target = ["y", "z"]\nordinal = true\nquiet = true\n', encoding="utf-8"
    )
    err = run("a.csv", "-v")[2]
    assert err == f"losscheck: options from {folder / 'a' / 'losscheck.toml'}\n"
    assert (diagnosis.calls[-1][1]["target"], diagnosis.calls[-1][1]["loss"]) == (("y", "z"), None)
    assert diagnosis.calls[-1][1]["ordinal"] is True
    run("a.csv", "-ty")
    assert diagnosis.calls[-1][1]["target"] == "y"


def test_a_file_without_the_table_is_passed_over_and_help_reads_none(folder, diagnosis, run):
    (folder / "a" / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    assert run("a.csv") == (1, render_text(HEAVY), "")
    (folder / "losscheck.toml").write_text("nonsense = 1\n", encoding="utf-8")
    assert run("--help")[0] == run("--version")[0] == run("explain", "mse")[0] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("los = 'mse'", "there is no option 'los'; did you mean 'loss'?"),
        ("min_efficiency = 0.9", "there is no option 'min_efficiency'; did you mean 'min-efficiency'?"),
        ("zzzzzz = 1", "there is no option 'zzzzzz'; there are against, alpha"),
        ("version = true", "there is no option 'version'"),
        ("ordinal = 'yes'", "ordinal must be true or false, it is 'yes'"),
        ("alpha = [0.1]", "alpha must be a text or a number, it is [0.1]"),
        ("alpha = true", "alpha must be a text or a number, it is True"),
        ("alpha = 'small'", "Invalid value for '--alpha'"),
        ("fail-on = 'sometimes'", "Invalid value for '--fail-on'"),
        ("loss = ", "cannot be read as TOML"),
    ],
)
def test_a_wrong_key_or_value_is_refused_with_the_file(folder, diagnosis, run, text, said):
    (folder / "losscheck.toml").write_text(text, encoding="utf-8")
    code, out, err = run("a.csv")
    assert (code, out, diagnosis.calls) == (2, "", [])
    assert err.startswith(f"losscheck: {folder / 'losscheck.toml'}: ")
    assert said in err
    assert err.count("\n") == 1


def test_a_table_that_is_none_is_refused(folder, diagnosis, run):
    (folder / "pyproject.toml").write_text("[tool]\nlosscheck = 3\n", encoding="utf-8")
    assert "tool.losscheck must be a table, [tool.losscheck]" in run("a.csv")[2]


def test_a_file_that_is_named_is_read_and_no_other(folder, diagnosis, run):
    (folder / "losscheck.toml").write_text("nonsense = 1\n", encoding="utf-8")
    (folder / "strict.toml").write_text('loss = "mae"\nalpha = 0.2\n', encoding="utf-8")
    for named in (("--config", "../../strict.toml"), (f"--config={folder / 'strict.toml'}",)):
        run("a.csv", "--alpha=0.1", *named)
        assert (diagnosis.calls[-1][1]["loss"], diagnosis.calls[-1][1]["alpha"]) == ("mae", 0.1)


def test_a_named_file_that_cannot_be_one_is_refused(folder, diagnosis, run):
    assert run("a.csv", "--config", "none.toml")[::2] == (2, "losscheck: --config none.toml: there is no such file\n")
    (folder / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    assert "it has no table [tool.losscheck]" in run("a.csv", "--config", folder / "pyproject.toml")[2]
    (folder / "more.toml").write_text('config = "losscheck.toml"\n', encoding="utf-8")
    assert "there is no option 'config'" in run("a.csv", "--config", folder / "more.toml")[2]
    assert diagnosis.calls == []


def test_a_value_that_looks_like_an_option_is_no_option(folder, diagnosis, run):
    (folder / "losscheck.toml").write_text('residual = "r"\n', encoding="utf-8")
    run("a.csv", "--group", "--residual")
    assert (diagnosis.calls[-1][1]["residual"], diagnosis.calls[-1][1]["group"]) == ("r", "--residual")


def test_paths_are_beside_the_file_that_names_them(folder, diagnosis, run):
    (folder / "losscheck.toml").write_text('output = ["report.md"]\n', encoding="utf-8")
    run("a.csv")
    assert (folder / "report.md").is_file()
    (folder / "losscheck.toml").write_text('against = "none.json"\n', encoding="utf-8")
    assert run("a.csv")[2] == f"losscheck: {folder / 'none.json'}: cannot be read: No such file or directory\n"
