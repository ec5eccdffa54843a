"""The verdict on every sample file is the same from its summary."""

from pathlib import Path

import pytest

from losscheck import InputError, check_file
from losscheck.reading import samples
from losscheck.results import TaskKind

REGRESSIONS = (TaskKind.REGRESSION, TaskKind.COUNT)
SAMPLES = sorted((Path(__file__).parents[2] / "sample_data").glob("*.csv"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_verdict_does_not_change(sample, monkeypatch):
    try:
        exact = check_file(sample, exact=True).verdict
    except InputError as error:
        pytest.skip(f"no residuals: {error}")
    monkeypatch.setattr(samples, "SUMMARIZE_ABOVE", 0)
    report = check_file(sample)
    if not report.input.summarized:
        columns = report.input.columns  # a summary keeps neither weights nor classes, so the rows stay
        assert columns.weight is not None or report.task.kind not in REGRESSIONS
    found = report.verdict
    assert (found.status, found.loss, found.family, found.rule) == (exact.status, exact.loss, exact.family, exact.rule)
