"""An earlier report, read back from its JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from losscheck.results import SCHEMA_VERSION, CheckResult, Effect, Estimate, InputError, Status, VerdictStatus


@dataclass(frozen=True)
class Earlier:
    """What a report in JSON says: its name, the verdict as it stands there, and the checks."""

    name: str
    verdict: dict[str, Any]
    checks: tuple[CheckResult, ...]


def read_earlier(path: Path) -> Earlier:
    """Read a report that `-f json` or `-o report.json` wrote; raises InputError where it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path}: is not JSON ({error}); write it with -o {path.stem}.json") from error
    version = found.get("schema_version") if isinstance(found, dict) else None
    if version is None:
        raise InputError(f"{path}: is no report of losscheck: it has no schema_version; write one with -o report.json")
    if version != SCHEMA_VERSION:
        raise InputError(
            f"{path}: has schema_version {version!r}, this losscheck reads {SCHEMA_VERSION!r}: write it anew"
        )
    if "reports" in found:
        raise InputError(f"{path}: holds {len(found['reports'])} reports, one for each prediction; give one of them")
    try:
        return Earlier(path.name, _read_verdict(found["verdict"]), tuple(map(_read_check, found["checks"])))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: is not a whole report: {type(error).__name__} at {error}") from error


def _read_verdict(verdict: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict once what is read of it is what it must be."""
    VerdictStatus(verdict["status"])
    for estimate in verdict["efficiency"].values():
        Estimate(**{name: None if value is None else float(value) for name, value in estimate.items()})
    return verdict


def _read_check(check: dict[str, Any]) -> CheckResult:
    effect = check["effect"]
    return CheckResult(
        id=check["id"],
        code=check["code"],
        title=check["title"],
        status=Status(check["status"]),
        message=check["message"],
        advice=check["advice"],
        statistic=check["statistic"],
        p_value=check["p_value"],
        effect=None if effect is None else Effect(**effect),
        rows=tuple(check["rows"]),
    )
