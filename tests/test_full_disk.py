"""Names that are no UTF-8 and outputs that cannot be written: one message or a result, and no internal error."""

import json
import os
import subprocess
import sys

import pytest

ROWS = "y_true,y_pred\n" + "".join(f"{n % 7}.5{n % 3},{n % 5}.25\n" for n in range(60))
FULL = "/dev/full"
COMMANDS = [
    ["FILE"],
    ["FILE", "-f", "json"],
    ["summarize", "FILE"],
    ["compare", "FILE", "FILE"],
    ["explain", "mse"],
    ["schema"],
    ["--help"],
    ["summarize", "--help"],
    ["--version"],
]


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(ROWS)
    return path


@pytest.mark.skipif(not os.path.exists(FULL), reason="there is no /dev/full")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_full_disk_is_one_message(rows, command):
    words = [str(rows) if word == "FILE" else word for word in command]
    with open(FULL, "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "losscheck", *words], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(("losscheck: standard output cannot be written: ", "losscheck: cannot write: "))
    assert "Make room" in done.stderr


@pytest.fixture
def odd(tmp_path):
    path = os.fsencode(tmp_path) + b"/bad\xff.csv"
    try:
        with open(path, "w") as file:
            file.write(ROWS)
    except OSError:
        pytest.skip("file names are UTF-8 here")
    return os.fsdecode(path)


NAME = "bad\\udcff.csv"


def test_a_name_that_is_no_text_is_written_as_messages_show_it(run, tmp_path, odd):
    output = tmp_path / "odd.lcs.json"
    assert run("summarize", odd, "-o", output) == (0, "", "")
    assert [file["name"] for file in json.loads(output.read_text())["files"]] == [NAME]
    assert json.loads(run("summarize", odd)[1])["files"][0]["name"] == NAME
    report = tmp_path / "odd.json"
    run(odd, "-o", report)
    assert json.loads(report.read_text())["input"]["files"][0]["name"] == NAME
    for form in ("text", "json", "markdown", "html", "junit", "github"):
        code, out, _ = run(odd, "-f", form)
        assert code in (0, 1)
        out.encode()
    code, _, err = run(odd, "-t", "nothing")
    assert (code, err) == (2, f"losscheck: {NAME} has no column 'nothing'. Its columns are 'y_true', 'y_pred'.\n")


def test_a_directory_with_such_names(run, tmp_path, odd):
    for name in (b"/_hid\xff", b"/empty\xff.csv"):
        open(os.fsencode(tmp_path) + name, "w").close()
    code, out, _ = run("summarize", tmp_path)
    assert code == 0
    assert json.loads(out)["dialect"]["skipped_files"] == "_hid\\udcff, empty\\udcff.csv"
