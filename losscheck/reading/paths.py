"""The files that directories and patterns stand for, in an order that does not depend on the system."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from losscheck.reading.source import STANDARD_INPUT, writable
from losscheck.results import InputError

HIDDEN = (".", "_")
"""How the names of files begin that writers keep for themselves: .part-0.crc, _SUCCESS, _committed_12, _metadata."""
DOCUMENTS = re.compile(
    r"(?:readme|licen[cs]e)(?![a-z])[^.]*(?:\.(?:md|rst|txt|html?|pdf|adoc))?"
    r"|(?:copying|notice|changelog|citation)(?:\.(?:md|rst|txt|html?|pdf|adoc|cff))?"
    r"|.*\.(?:md|crc)|thumbs\.db|desktop\.ini",
    re.IGNORECASE | re.DOTALL,
)
"""Names of files beside the tables of a directory that are plainly none; README.csv may be one."""
LOGS = {"_delta_log": "a Delta table", ".hoodie": "a Hudi table", "_spark_metadata": "what a Spark stream writes"}
ICEBERG = ("metadata", "*.metadata.json")
SHOWN_FILES = 12

Location = str | os.PathLike[str]


@dataclass(frozen=True)
class Listing:
    """The files to read, each with its name in the report, and what was passed over in directories."""

    paths: tuple[Location, ...]
    skipped: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The last part of each path; more parts where files would have one name: day=1/part-0, day=2/part-0."""
        parts = [Path(path).parts[-1:] if str(path) == STANDARD_INPUT else _split(path) for path in self.paths]
        for length in range(1, max(map(len, parts)) + 1):
            names = ["/".join(part[-length:]) for part in parts]
            if len(set(names)) == len(set(parts)):
                return tuple(map(writable, names))
        return tuple(writable(part[-1]) for part in parts)

    def describe(self) -> str:
        """Return the names that were passed over, the first dozen of them; '' for none."""
        left = len(self.skipped) - SHOWN_FILES
        return ", ".join(map(writable, self.skipped[:SHOWN_FILES])) + (f" and {left:,} more" if left > 0 else "")


def list_files(given: Sequence[Location]) -> Listing:
    """Return the files given, each directory and each pattern (`part-*.csv`, quoted) replaced by its files, sorted.

    A name that exists is never a pattern. Hidden files and documents in directories are passed over. `InputError` where
    a directory or a pattern has no file, none is given, or one twice, and for tables whose log says which files count.
    """
    if not given:
        raise InputError("no file is given. Give at least one, or - for standard input.")
    if sum(str(path) == STANDARD_INPUT for path in given) > 1:
        raise InputError("standard input (-) is given twice, and can be read only once.")
    skipped: list[str] = []
    paths = [file for path in given for file in _expand(path, skipped)]
    _require_once(paths)
    return Listing(tuple(paths), tuple(skipped))


def _require_once(paths: Sequence[Location]) -> None:
    """Raise `InputError` where a file is given twice, by a link too: its rows would count twice, unsaid."""
    seen: dict[str, Location] = {}
    for path in filter(os.path.isfile, paths):
        real = os.path.realpath(path)
        if real in seen:
            other = "" if str(seen[real]) == str(path) else f", as {seen[real]} too"
            raise InputError(f"{path} is given twice{other}: its rows would count twice. Give it once.")
        seen[real] = path


def _split(path: Location) -> tuple[str, ...]:
    whole = Path(path)
    return whole.parts[1:] if whole.anchor and len(whole.parts) > 1 else whole.parts or (str(path),)


def _expand(path: Location, skipped: list[str]) -> Iterator[Location]:
    text = str(path)
    if os.path.isdir(text):
        passed: list[str] = []
        found = sorted(_walk(text, passed))
        if not found:
            only = f" that could be tables, only {Listing((), tuple(passed)).describe()}" if passed else ""
            raise InputError(f"{path} is a directory without files{only}. Give a file, or a directory that has some.")
        skipped += sorted(passed)
        yield from found
    elif "://" not in text and glob.has_magic(text) and not os.path.exists(text) and "\0" not in text:
        matches = sorted(file for file in glob.glob(text, recursive=True) if os.path.isfile(file))
        if not matches:
            raise InputError(f"{path}: no file has a name like this. Give the pattern in quotes, or name the files.")
        yield from matches
    else:
        yield path


def _walk(directory: str, skipped: list[str]) -> Iterator[str]:
    """Yield the files in a directory and below that may be tables, and note the others.

    Links to directories are followed, each directory once: a link may lead back up.
    """
    seen: set[str] = set()
    for folder, folders, files in os.walk(directory, onerror=_refuse, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            folders.clear()
            skipped.append(f"{os.path.relpath(folder, directory)}/")
            continue
        seen.add(real)
        _require_no_log(folder, folders)
        hidden = [name for name in folders if name.startswith(HIDDEN) and "=" not in name]
        skipped += [os.path.relpath(f"{folder}/{name}", directory) + "/" for name in hidden]
        folders[:] = [name for name in folders if name not in hidden]
        for name in files:
            path = os.path.join(folder, name)
            # a link that leads nowhere is given on, and refused when it is opened
            if (
                name.startswith(HIDDEN)
                or DOCUMENTS.fullmatch(name)
                or not (os.path.isfile(path) or os.path.islink(path))
            ):
                skipped.append(os.path.relpath(path, directory))
            else:
                yield path


def _refuse(error: OSError) -> None:
    raise InputError(f"{error.filename} cannot be read: {error.strerror}.")


def _require_no_log(folder: str, folders: Sequence[str]) -> None:
    """Raise `InputError` where a log says which files count: others hold rows that were changed or deleted since."""
    log, kind = next(((name, kind) for name, kind in LOGS.items() if name in folders), ("", ""))
    if not kind and ICEBERG[0] in folders and glob.glob(os.path.join(glob.escape(folder), *ICEBERG)):
        log, kind = ICEBERG[0], "an Iceberg table"
    if kind:
        raise InputError(
            f"{folder} is {kind}: its {log} says which of the files count, and others hold rows that were replaced or "
            f"deleted. Write the rows that count to files of their own, as in df.write.parquet(...)."
        )
