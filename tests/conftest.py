"""The command line with a diagnosis that is made up; being here puts this directory on the import path."""

import json
import sys
import types

import jsonschema
import pytest
from hand_made_reports import HEAVY

import losscheck.diagnose
from losscheck import cli
from losscheck.render.as_json import read_schema


@pytest.fixture(autouse=True)
def no_color_wishes(monkeypatch):
    """The environment of whoever runs the tests does not colour what they compare."""
    for name in ("NO_COLOR", "FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True, scope="session")
def every_report_is_valid():
    """Hold every report that a test of this process makes against the published schema."""
    diagnose, validator = losscheck.diagnose.diagnose, jsonschema.Draft202012Validator(json.loads(read_schema()))

    def checked(*arguments, **options):
        report = diagnose(*arguments, **options)
        validator.validate(report.to_dict())
        return report

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(losscheck.diagnose, "diagnose", checked)
        yield


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
