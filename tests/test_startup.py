"""What must start at once does not import what takes long."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("numpy.linalg", "scipy.special", "scipy.stats", "pandas", "statsmodels.stats", "matplotlib")
PROGRAM = """
import sys
{body}
loaded = [name for name in {heavy!r} if name in sys.modules]
sys.exit(f"imported: {{loaded}}" if loaded else 0)
"""
COMMAND = (
    "from losscheck.cli import main\ntry:\n    main({arguments!r})\nexcept SystemExit as end:\n    assert not end.code"
)


def run(body):
    program = PROGRAM.format(body=body, heavy=HEAVY)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8")


@pytest.mark.parametrize(
    "arguments", [["--help"], [], ["--version"], ["explain"], ["explain", "mse"], ["explain", "LC201"], ["schema"]]
)
def test_a_command_that_computes_nothing_imports_nothing_heavy(arguments):
    done = run(COMMAND.format(arguments=arguments))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_a_loss_is_explained_without_the_checks():
    command = COMMAND.format(arguments=["explain", "huber"])
    done = run(f"{command}\nassert 'losscheck.checks' not in sys.modules")
    assert (done.returncode, done.stderr) == (0, "")


def test_importing_the_package_imports_none_of_its_modules():
    done = run("import losscheck\nassert not [name for name in sys.modules if name.startswith('losscheck.')]")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_report_brings_no_renderer_before_it_is_shown():
    done = run("import losscheck.results\nassert not [name for name in sys.modules if 'render' in name]")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("format", ["text", "json", "markdown", "junit", "github"])
def test_only_the_page_draws(format):
    here = str(Path(__file__).parent)
    done = run(
        f"sys.path.insert(0, {here!r})\nfrom hand_made_plots import DRAWN\nfrom losscheck.render import RENDERERS\n"
        f"assert RENDERERS[{format!r}](DRAWN, 0)"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_module_runs_as_a_program():
    done = subprocess.run([sys.executable, "-m", "losscheck", "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout.split()[0]) == (0, "losscheck")
