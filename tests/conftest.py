"""The command line with a diagnosis that is made up; being here puts this directory on the import path."""

import sys
import types

import pytest
from hand_made_reports import HEAVY

from losscheck import cli


@pytest.fixture(autouse=True)
def no_color_wishes(monkeypatch):
    """The environment of whoever runs the tests does not colour what they compare."""
    for name in ("NO_COLOR", "FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)


class Diagnosis:
    """Stands in for the diagnosis: returns a report or raises, and remembers how it was called."""

    def __init__(self):
        self.outcome = HEAVY
        self.calls = []

    def check_file(self, files, **options):
        self.calls.append((files, options))
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome() if callable(self.outcome) else self.outcome


@pytest.fixture
def diagnosis(monkeypatch):
    fake = Diagnosis()
    module = types.ModuleType("losscheck.diagnose")
    module.check_file = fake.check_file
    monkeypatch.setitem(sys.modules, "losscheck.diagnose", module)
    return fake


@pytest.fixture
def run(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return end.value.code, out, err

    return run
