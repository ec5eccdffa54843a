"""How columns, labels and options are spelled in messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

SHOWN_COLUMNS = 12


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """The name."""
        ...


def list_names(columns: Sequence[Named], separator: str = ", ") -> str:
    """Return the names in quotes, the first dozen of them."""
    return list_texts([column.name for column in columns], separator)


def list_texts(texts: Sequence[str], separator: str = ", ") -> str:
    """Return texts in quotes, the first dozen of them."""
    left = len(texts) - SHOWN_COLUMNS
    return separator.join(f"'{text}'" for text in texts[:SHOWN_COLUMNS]) + (f" and {left} more" if left > 0 else "")


def say_task(task: str, file: str) -> str:
    """Return how the task is named: an option for files, an argument for arrays (which have no file)."""
    return f"--task {task}" if file else f"task='{task}'"
