"""The README shows what a run prints, lists what is shipped, and its test command is the one that CI runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import losscheck

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
SAMPLES = sorted(ROOT.glob("sample_data/*.csv"))


def run(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "losscheck", *arguments], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return done.stdout


def test_the_output_shown_is_that_of_a_run():
    shown = re.search(r"\$ losscheck (\S+)\n(.*?)\n```", README, re.DOTALL)
    assert run(shown[1]).startswith(shown[2] + "\n")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_each_sample_is_listed_with_its_verdict(sample):
    verdict = losscheck.check_file(sample).verdict
    said = verdict.status.value + (f" → `{verdict.loss}`" if verdict.loss else "")
    line = re.search(rf"^\| {re.escape(sample.name)} \|.*$", README, re.MULTILINE)
    assert line is not None
    assert line[0].endswith(f"| {said} |")


def test_ci_runs_the_test_command_first():
    command = re.findall(r"```sh\n(python3 -m venv .*)\n```", README)[1]
    commands = [line for line in (ROOT / ".ci/run").read_text().splitlines() if ".venv" in line]
    assert commands[0] == command


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_page_has_a_gap(page):
    assert "@@" not in page.read_text(encoding="utf-8")
