"""Where a run writes: the report to standard output and to files, progress to standard error."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from threading import Lock, Timer
from types import TracebackType
from typing import TYPE_CHECKING

from losscheck.render import ENDINGS
from losscheck.render.figures import escape
from losscheck.results import InputError

if TYPE_CHECKING:
    from losscheck.render.blocks import Document

PATIENCE = 1.0
"""Seconds of work before progress is shown."""
CLEAR_LINE = "\r\x1b[2K"


class Color(StrEnum):
    """When the report is coloured."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def wants_color(color: Color, environ: Mapping[str, str], terminal: bool) -> bool:
    """Return whether to colour: the option first, then NO_COLOR, then FORCE_COLOR, then what the output is."""
    if color is not Color.AUTO:
        return color is Color.ALWAYS
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or (terminal and environ.get("TERM") != "dumb")


def print_document(document: Document, color: Color) -> None:
    """Write the document to standard output, as wide as its terminal; 80 columns where there is none."""
    from losscheck.render.terminal import DEFAULT_WIDTH, write_document

    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((DEFAULT_WIDTH, 0)).columns if terminal else DEFAULT_WIDTH
    print_text(write_document(document, width, wants_color(color, os.environ, terminal)))


def print_text(text: str, encoding: str | None = None) -> None:
    """Write to standard output, in its own encoding unless one is given.

    A reader that has seen enough (`| head`) is no failure: the rest is dropped, and the exit code stays the gate's.
    Raises InputError where it cannot be written for another reason, as on a full disk.
    """
    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding=encoding or stream.encoding, errors="strict" if encoding else "replace")
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        drop_output()
    except OSError as error:
        drop_output()
        raise InputError(
            f"standard output cannot be written: {error.strerror}. Make room, or write elsewhere with -o FILE."
        ) from error


def drop_output() -> None:
    """Let what is left go nowhere, or else the interpreter flushes once more on its way out, and complains."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def check_output(path: Path, inputs: Iterable[str]) -> None:
    """Refuse an output that cannot be written, before any work is done; raises InputError."""
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"-o {path}: the ending must be one of {', '.join(ENDINGS)}")
    if not path.parent.is_dir():
        raise InputError(f"-o {path}: there is no directory {path.parent}")
    if path.is_dir():
        raise InputError(f"-o {path}: is a directory")
    if path.exists() and any(os.path.exists(file) and path.samefile(file) for file in inputs):
        raise InputError(f"-o {path}: would overwrite the input")


def write_files(texts: Mapping[Path, str]) -> None:
    """Write files whole, and none before all could be written beside their place; raises InputError."""
    # Beside the file that a link points to, so that the link stays and the rename never crosses file systems.
    targets = {Path(os.path.realpath(path)): text for path, text in texts.items()}
    with ExitStack() as drafts:
        try:
            renames = [(_write_draft(target, text, drafts), target) for target, text in targets.items()]
            for draft, target in renames:
                os.replace(draft, target)
        except OSError as error:
            name = error.filename or ", ".join(map(str, texts))  # a full disk names no file
            raise InputError(f"cannot write {name}: {error.strerror}") from error


def _write_draft(target: Path, text: str, drafts: ExitStack) -> Path:
    """Write a new file next to `target`, which goes with `drafts` unless it is renamed before."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    with open(draft, "x", encoding="utf-8", newline="\n") as file:
        drafts.callback(draft.unlink, missing_ok=True)
        file.write(text)
    return draft


class Progress:
    """One line on standard error about the work in hand, shown once it has taken a second."""

    def __init__(self, wanted: bool) -> None:
        """Stay silent for good unless `wanted`."""
        self._message = "starting"
        self._visible = False
        self._lock = Lock()
        self._timer = Timer(PATIENCE, self._appear)
        self._timer.daemon = True
        self._wanted = wanted

    def __enter__(self) -> Progress:
        """Start to count the seconds."""
        if self._wanted:
            self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave the terminal's line empty, for what comes next."""
        self._timer.cancel()
        with self._lock:
            if self._visible and sys.stderr.isatty():
                print(CLEAR_LINE, end="", file=sys.stderr, flush=True)
            self._visible = False

    def say(self, message: str) -> None:
        """Replace what is being done."""
        with self._lock:
            self._message = message
            if self._visible:
                self._write()

    def _appear(self) -> None:
        with self._lock:
            self._visible = not self._timer.finished.is_set()
            if self._visible:
                self._write()

    def _write(self) -> None:
        line = f"losscheck: {escape(self._message)}"
        if sys.stderr.isatty():
            line = line[: shutil.get_terminal_size().columns - 1]
            print(f"{CLEAR_LINE}{line}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)
