"""A report for each of several predictions of the same number: the same targets, one prediction after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from losscheck.results import InputError

if TYPE_CHECKING:
    from losscheck.gate import Gate
    from losscheck.results import Report

STANDARD_INPUT = "-"


def list_inputs(files: Sequence[str], targets: str | None) -> list[str]:
    """Return every file that will be read, which no output may replace; raises InputError where a pattern has none."""
    from losscheck.reading.paths import list_files

    return [str(file) for file in list_files(files).paths] + ([] if targets is None else [targets])


def check_each(files: Sequence[str], gate: Gate, **options: Any) -> tuple[Report, ...]:
    """Return the report of `check_file`, or one for each of several predictions of a number.

    Raises InputError, also where several would have to be read from standard input or held against one report.
    """
    from losscheck.diagnose import check_file
    from losscheck.reading import SeveralPredictions

    try:
        return (check_file(files, **options),)
    except SeveralPredictions as several:
        names = several.columns
    if STANDARD_INPUT in files:
        raise InputError(
            f"-: {len(names)} predictions are {len(names)} readings, and standard input can be read only once. Give a "
            f"file, or one -p."
        )
    if gate.earlier is not None:
        raise InputError(f"--against {gate.earlier.name}: holds one report, and {len(names)} predictions have one each")
    return tuple(check_file(files, **{**options, "prediction": name}) for name in names)
