"""Files without rows among others that have some, as writers of many parts leave them: passed over, and named."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from losscheck.reading.paths import Listing
from losscheck.reading.source import NoRows

SKIPPED = "skipped_files"


class WithoutRows:
    """The files without rows that were met, and what each said."""

    def __init__(self) -> None:
        """Begin with none."""
        self.errors: dict[str, NoRows] = {}

    def add(self, name: str, error: NoRows, files: int) -> None:
        """Pass over one of so many files; raises `error` where no file is left."""
        self.errors[name] = error
        if len(self.errors) >= files:
            raise error

    def require_none(self) -> None:
        """Raise `InputError` where there is one: an empty summary is a damaged one."""
        for error in self.errors.values():
            raise error

    def describe(self, dialect: Mapping[str, Any], names: Collection[str] | None) -> dict[str, Any]:
        """Return the dialect with the files that were passed over.

        `InputError` where a header above nothing lacks one of the `names` (None: there are no headers): it is then the
        only row of its file.
        """
        for error in self.errors.values():
            if error.names is not None and (names is None or not set(names) <= set(error.names)):
                raise error
        listed = [dialect.get(SKIPPED, ""), Listing((), tuple(self.errors)).describe()]
        skipped = ", ".join(filter(None, listed))
        return {**dialect, SKIPPED: skipped} if skipped else dict(dialect)
