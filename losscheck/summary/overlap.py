"""Rows that would be counted twice: summaries that were made of the same file, or have the same counts of a table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from losscheck.results import InputError
from losscheck.summary.folding import Summary


def require_disjoint(summaries: Sequence[Summary], names: Sequence[str]) -> None:
    """Raise `InputError`, with `names`, where two summaries count the same rows.

    Files are told by their SHA-256, whatever they are called. A table that an engine has counted has none, and its
    counts may be saved in several ways: two summaries of tables are the same where all of their integers are.
    """
    seen: dict[str, tuple[str, str]] = {}
    for summary, name in zip(summaries, names, strict=True):
        own = {file.sha256: (file.name, name) for file in summary.info.files}
        if "engine" in (summary.info.dialect or {}):
            own[_hash(summary)] = ("the same table", name)
        twice = next((key for key in own if key in seen), None)
        if twice is not None:
            (first, where), (file, _) = seen[twice], own[twice]
            raise InputError(
                f"{first} is in {where} and{f' as {file}' if file != first else ''} in {name}: its rows would count "
                f"twice. Leave one of the two summaries out; a merged one holds the rows of its parts."
            )
        seen |= own


def _hash(summary: Summary) -> str:
    """Return what two summaries have in common if all of their integers are the same."""
    tables = [summary.residual, summary.target, None if summary.pairs is None else summary.pairs.table]
    found = hashlib.sha256(repr((summary.center, summary.info.rows)).encode())
    for table in tables:
        for numbers in () if table is None else (table.bucket, table.sums):
            found.update(numbers.tobytes())
    return found.hexdigest()
