"""The GitHub Action and the pre-commit hook do what they say, run as their hosts run them."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import losscheck

ROOT = Path(losscheck.__file__).parents[1]
SAMPLES = ROOT / "sample_data"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def machine(tmp_path):
    """A directory with losscheck as the action installs it, and the environment of a runner."""
    program = tmp_path / "losscheck" / "bin" / "losscheck"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m losscheck "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }


def act(machine, files, args="", report=""):
    inputs = {"LOSSCHECK_FILES": files, "LOSSCHECK_ARGS": args, "LOSSCHECK_REPORT": report}
    step = ACTION["runs"]["steps"][1]
    assert set(step["env"]) == set(inputs)
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env=machine | inputs,
        cwd=machine["RUNNER_TEMP"],
        capture_output=True,
        text=True,
        check=False,
    )


def test_inputs_reach_the_scripts_through_the_environment_alone():
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert all(value.startswith("${{ inputs.") for value in step["env"].values())


def test_the_action_annotates_writes_the_summary_and_the_report_and_fails(machine, tmp_path):
    done = act(machine, f"{SAMPLES / 'student_t3.csv'}\n", "--loss\nmse\n", str(tmp_path / "report.json"))
    assert done.returncode == 1, done.stderr
    assert "::error title=LC901 declared_loss::" in done.stdout
    assert "student_t" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert (tmp_path / "report.json").is_file()


def test_the_action_passes_what_passes_and_hands_on_bad_input(machine):
    assert act(machine, str(SAMPLES / "normal.csv"), "--loss\nmse").returncode == 0
    missing = act(machine, "no such.csv")
    assert missing.returncode == 2
    assert "no such.csv" in missing.stderr


def test_hostile_inputs_are_data(machine, tmp_path):
    act(machine, "$(touch broken); touch broken", "--loss\n`touch broken`")
    assert not (tmp_path / "broken").exists()


def test_the_hook_checks_each_file_on_its_own(machine, tmp_path):
    entry = shlex.split(HOOK["entry"])
    files = [str(SAMPLES / name) for name in ("normal.csv", "digits_logistic.csv")]
    hook = [*entry, *files]
    done = subprocess.run(hook, env=machine, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Keep") == 2
    (tmp_path / "losscheck.toml").write_text('loss = "mae"\nfail-on = "inconclusive"\n', encoding="utf-8")
    done = subprocess.run([*entry, files[0]], env=machine, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
