"""One side of a comparison: a file that is checked now, or a report in JSON of one that was."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from losscheck.comparison.losses import LossRows, measure_losses
from losscheck.gate.earlier import read_earlier
from losscheck.results import CheckResult, Estimate, InputError, TaskKind, to_plain

if TYPE_CHECKING:
    from losscheck.options import Options
    from losscheck.reading import Roles, Spelling

REPORT = re.compile(rb'\s*\{\s*"schema_version"')
"""How a report in JSON begins; other files in JSON hold rows, or their summary."""
HEAD = 256


@dataclass(frozen=True, eq=False)
class Side:
    """The verdict as it stands in the JSON, the checks, and the losses of every row; None for an earlier report."""

    name: str
    verdict: Mapping[str, Any]
    checks: tuple[CheckResult, ...]
    losses: LossRows | None

    @property
    def efficiency(self) -> dict[str, Estimate]:
        """The efficiency of every loss on this noise that is known."""
        found = {loss: Estimate(**estimate) for loss, estimate in self.verdict.get("efficiency", {}).items()}
        return {loss: estimate for loss, estimate in found.items() if estimate.value is not None}


def read_side(path: str, roles: Roles, task: str, options: Options, spelling: Spelling) -> Side:
    """Read a report in JSON, or check a file; raises InputError for what cannot be read."""
    if _is_report(Path(path)):
        earlier = read_earlier(Path(path))
        return Side(earlier.name, earlier.verdict, earlier.checks, None)
    from losscheck.diagnose import diagnose
    from losscheck.reading import read_sample

    sample = read_sample([path], roles, task=task, spelling=spelling)
    if sample.kind is TaskKind.TARGETS:
        raise InputError(f"{Path(path).name} has targets and no predictions; there is nothing to compare")
    report = diagnose(sample, options)
    return Side(Path(path).name, to_plain(report.verdict), report.checks, measure_losses(sample))


def _is_report(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return REPORT.match(file.read(HEAD)) is not None


def require_like(before: Side, after: Side) -> None:
    """Raise InputError where one side is about classes and the other about numbers."""
    kinds = [{check.code[:3] for check in side.checks} for side in (before, after)]
    if kinds[0].isdisjoint({"LC5"}) != kinds[1].isdisjoint({"LC5"}):
        raise InputError(
            f"{before.name} and {after.name}: one holds outputs of a classifier, the other predictions of a number; "
            "there is nothing to compare"
        )
