"""Which options need the rows one by one: one rule for summaries, which have none, and for tables of databases."""

from __future__ import annotations

from losscheck.reading.columns import Roles
from losscheck.results import InputError
from losscheck.sample import Asked, Stage

NOT_IN_SUMMARY = ("weight", "order", "group")
"""Roles of columns that no summary keeps."""


def list_needs(
    roles: Roles, asked: Asked, *, with_features: bool = False, exact: bool = False, joined: bool = False
) -> tuple[str, ...]:
    """Return the options among those given that need the rows themselves."""
    given = {
        "--exact": exact,
        "--targets": joined,
        "--fit-baseline": with_features,
        "--stage init": asked.stage is Stage.INIT,
        **{f"--{role}": getattr(roles, role) is not None for role in NOT_IN_SUMMARY},
    }
    return tuple(option for option, there in given.items() if there)


def refuse_without_rows(name: str, needs: tuple[str, ...]) -> None:
    """Raise `InputError` where a summary is asked for what only rows have."""
    if needs:
        raise InputError(
            f"{name} is a summary, which has no rows, and {needs[0]} needs them. Leave {needs[0]} out, or give the "
            f"files or the table that the summary was made of."
        )
