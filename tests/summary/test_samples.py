"""The verdict on every sample file is the same from its summary."""

from pathlib import Path

import pytest

from losscheck import InputError, check_file
from losscheck.reading import files

SAMPLES = sorted((Path(__file__).parents[2] / "sample_data").glob("*.csv"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_verdict_does_not_change(sample, monkeypatch):
    try:
        exact = check_file(sample, exact=True).verdict
    except InputError as error:
        pytest.skip(f"no residuals: {error}")
    monkeypatch.setattr(files, "SUMMARIZE_ABOVE", 0)
    report = check_file(sample)
    if not report.input.summarized:
        assert report.input.columns.weight is not None  # a summary keeps no weights, so the rows stay
    found = report.verdict
    assert (found.status, found.loss, found.family, found.rule) == (exact.status, exact.loss, exact.family, exact.rule)
