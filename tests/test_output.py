import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hand_made_reports import BARE, HEAVY

from losscheck import cli, output
from losscheck.output import Color, wants_color
from losscheck.render import ENDINGS, RENDERERS, Verbosity, render_json, render_text
from losscheck.results import InputError


def test_outputs_are_written_by_their_ending(diagnosis, run, tmp_path):
    text, plain = tmp_path / "r.TXT", tmp_path / "r.json"
    plain.write_text("old")
    code, out, _ = run("a.csv", "-o", text, "-o", plain)
    assert (code, out) == (1, render_text(HEAVY))
    assert text.read_bytes() == render_text(HEAVY).encode()
    assert json.loads(plain.read_text(encoding="utf-8")) == HEAVY.to_dict()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.TXT", "r.json"]


def test_every_ending_is_written_at_once(diagnosis, run, tmp_path):
    paths = {ending: tmp_path / f"report{ending}" for ending in ENDINGS}
    assert run("a.csv", *(word for path in paths.values() for word in ("-o", path)))[0] == 1
    for ending, path in paths.items():
        assert path.read_text(encoding="utf-8") == RENDERERS[ENDINGS[ending]](HEAVY, Verbosity.NORMAL)


def test_all_outputs_are_written_or_none(diagnosis, run, tmp_path):
    fine, bad = tmp_path / "fine.txt", tmp_path / "bad.txt"
    fine.write_text("old")

    def block_the_draft():
        # The check before the work cannot see it coming.
        (tmp_path / f".bad.txt.{os.getpid()}.tmp").mkdir()
        return HEAVY

    diagnosis.outcome = block_the_draft
    code, out, err = run("a.csv", "-o", fine, "-o", bad)
    assert (code, out) == (2, "")
    assert err.startswith("losscheck: cannot write")
    assert fine.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == [f".bad.txt.{os.getpid()}.tmp", "fine.txt"]


def test_the_input_is_never_overwritten(diagnosis, run, tmp_path):
    data = tmp_path / "data.txt"
    data.write_text("y,yhat\n1,2\n")
    code, _, err = run(data, "-o", data)
    assert (code, diagnosis.calls) == (2, [])
    assert "would overwrite the input" in err
    assert run(data, "-o", tmp_path)[0] == 2


def test_a_link_stays_a_link(diagnosis, run, tmp_path):
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    run("a.csv", "-o", tmp_path / "link.txt")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text(encoding="utf-8") == render_text(HEAVY)


def test_nothing_is_written_when_the_input_is_bad(diagnosis, run, tmp_path):
    diagnosis.outcome = InputError("bad")
    run("a.csv", "-o", tmp_path / "r.txt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("color", "environ", "terminal", "wanted"),
    [
        (Color.AUTO, {}, False, False),
        (Color.AUTO, {}, True, True),
        (Color.AUTO, {"TERM": "dumb"}, True, False),
        (Color.AUTO, {"NO_COLOR": "1"}, True, False),
        (Color.AUTO, {"NO_COLOR": ""}, True, True),
        (Color.AUTO, {"FORCE_COLOR": "1"}, False, True),
        (Color.AUTO, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        (Color.ALWAYS, {"NO_COLOR": "1"}, False, True),
        (Color.NEVER, {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_who_decides_about_colour(color, environ, terminal, wanted):
    assert wants_color(color, environ, terminal) is wanted


def test_colour_reaches_text_and_neither_json_nor_files(diagnosis, run, tmp_path):
    assert "\x1b[" in run("a.csv", "--color", "always", "-o", tmp_path / "r.txt")[1]
    assert "\x1b[" in run("explain", "mse", "--color", "always")[1]
    assert "\x1b[" not in run("a.csv", "--color", "always", "-f", "json")[1]
    assert (tmp_path / "r.txt").read_text(encoding="utf-8") == render_text(HEAVY)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("columns", "widest"), [(200, 100), (90, 90)])
def test_the_width_is_the_terminals_up_to_100(diagnosis, monkeypatch, columns, widest):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit):
        cli.main(["a.csv", "--color", "never"])
    lines = terminal.getvalue().splitlines()
    assert widest - 8 < max(len(line) for line in lines) <= widest


def slow_report(diagnosis):
    say = diagnosis.calls[-1][1]["progress"]
    time.sleep(0.05)
    say("fitting \x07 families")
    return HEAVY


@pytest.mark.parametrize(
    ("arguments", "lines"), [([], []), (["-v"], ["starting", r"fitting \x07 families"]), (["-q"], [])]
)
def test_progress_in_a_pipe_is_lines_and_only_when_asked_for(diagnosis, run, monkeypatch, arguments, lines):
    monkeypatch.setattr(output, "PATIENCE", 0.01)
    diagnosis.outcome = lambda: slow_report(diagnosis)
    assert run("a.csv", *arguments)[2] == "".join(f"losscheck: {line}\n" for line in lines)


def test_progress_on_a_terminal_is_one_line_that_goes_away(diagnosis, run, monkeypatch):
    monkeypatch.setattr(output, "PATIENCE", 0.01)
    monkeypatch.setattr(sys, "stderr", Terminal())
    diagnosis.outcome = lambda: slow_report(diagnosis)
    run("a.csv")
    written = sys.stderr.getvalue()
    assert "\n" not in written
    assert "fitting" in written
    assert written.endswith(output.CLEAR_LINE)


def test_quick_work_shows_no_progress(diagnosis, run):
    assert run("a.csv", "-v")[2] == ""


def run_in_shell(code, command, **environ):
    """Run the command line in a shell, with `code` in place of the diagnosis; `losscheck` there is the program."""
    here = str(Path(__file__).parent)
    body = f"import sys, types; sys.path.insert(0, {here!r}); {code}; from losscheck.cli import main; main()"
    program = f'losscheck() {{ {sys.executable} -c "$BODY" "$@"; }}; {command}'
    env = {**os.environ, "BODY": body, **environ}
    return subprocess.run(["bash", "-c", program], capture_output=True, env=env)


FAKE = (
    "from hand_made_reports import {report}; m = types.ModuleType('losscheck.diagnose'); "
    "m.check_file = lambda files, **_: {report}; sys.modules['losscheck.diagnose'] = m"
)


def test_a_reader_that_stops_early_is_no_failure():
    done = run_in_shell(FAKE.format(report="HEAVY"), "losscheck a.csv -v | true; echo ${PIPESTATUS[0]}")
    assert (done.stdout, done.stderr) == (b"1\n", b"")


def test_json_is_utf_8_wherever_it_is_written():
    done = run_in_shell(FAKE.format(report="HEAVY"), "losscheck a.csv -f json", PYTHONIOENCODING="ascii")
    assert done.stdout == render_json(HEAVY).encode()
    done = run_in_shell(FAKE.format(report="HEAVY"), "losscheck a.csv", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (1, b"")


def test_hostile_names_do_not_break_the_output():
    done = run_in_shell(FAKE.format(report="BARE"), "losscheck a.csv -v")
    assert done.returncode == 1
    assert done.stdout == render_text(BARE, Verbosity.VERBOSE).encode()
