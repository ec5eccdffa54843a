"""The files that directories and patterns stand for, in an order that does not depend on the system."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from losscheck.reading.source import STANDARD_INPUT
from losscheck.results import InputError

HIDDEN = (".", "_")
"""How the names of files begin that writers keep for themselves: .part-0.crc, _SUCCESS, _metadata."""


def list_files(given: Sequence[str | os.PathLike[str]]) -> list[str | os.PathLike[str]]:
    """Return the files given, each directory and each pattern (`part-*.csv`, quoted) replaced by its files, sorted.

    A name that exists is never a pattern. `InputError` where a directory or a pattern has no file, or none is given.
    """
    if not given:
        raise InputError("no file is given. Give at least one, or - for standard input.")
    if sum(str(path) == STANDARD_INPUT for path in given) > 1:
        raise InputError("standard input (-) is given twice, and can be read only once.")
    return [file for path in given for file in _expand(path)]


def _expand(path: str | os.PathLike[str]) -> Iterator[str | os.PathLike[str]]:
    text = str(path)
    if os.path.isdir(text):
        found = sorted(str(file) for file in Path(text).rglob("*") if file.is_file() and not _is_hidden(file, text))
        if not found:
            raise InputError(f"{path} is a directory without files. Give a file, or a directory that has some.")
        yield from found
    elif glob.has_magic(text) and not os.path.exists(text) and "\0" not in text:
        matches = sorted(file for file in glob.glob(text, recursive=True) if os.path.isfile(file))
        if not matches:
            raise InputError(f"{path}: no file has a name like this. Give the pattern in quotes, or name the files.")
        yield from matches
    else:
        yield path


def _is_hidden(file: Path, directory: str) -> bool:
    return any(part.startswith(HIDDEN) for part in file.relative_to(directory).parts)
