"""From a file name to UTF-8 text in blocks of bytes: compression, encoding, line ends and the fingerprint.

Formats that are no text are recognised here and given on as they are.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO

from losscheck.reading.decompression import BLOCK_BYTES, Readable, decompress, find_compression, guard, set_aside
from losscheck.reading.encoding import HEAD_BYTES, find_encoding, transcode, unify_line_ends
from losscheck.reading.formats import Format, find_format
from losscheck.reading.spelling import Spelling
from losscheck.results import InputError, InputFile

STANDARD_INPUT = "-"


class NoRows(InputError):
    """Says that there is no row in a file: `names` are those above none, where nothing but text says what is a row."""

    def __init__(self, message: str, names: Sequence[str] | None = None) -> None:
        """Say the message."""
        super().__init__(message)
        self.names = names


class FingerprintedFile:
    """A binary file that counts and hashes what is read from it; it needs no seeking, so pipes will do."""

    def __init__(self, file: Readable) -> None:
        """Wrap an open binary file."""
        self.bytes = 0
        self._file = file
        self._hash = hashlib.sha256()
        self._ahead = b""
        # Hashing beside the parser: both release the interpreter lock.
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._hashing: Future[None] | None = None

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, what was peeked at first."""
        if self._ahead:
            size = len(self._ahead) if size < 0 else size
            block, self._ahead = self._ahead[:size], self._ahead[size:]
            return block
        block = self._file.read(size)
        if block:
            self.bytes += len(block)
            self._wait()
            self._hashing = self._worker.submit(self._hash.update, block)
        return block

    def peek(self, size: int) -> bytes:
        """Return the next `size` bytes (fewer at the end) and leave them to be read."""
        while len(self._ahead) < size:
            ahead, self._ahead = self._ahead, b""
            block = self.read(HEAD_BYTES)
            self._ahead = ahead + block
            if not block:
                break
        return self._ahead[:size]

    def fingerprint(self) -> str:
        """Return the SHA-256 of the whole file, reading what is left of it."""
        while self.read(BLOCK_BYTES):
            pass
        self._wait()
        return self._hash.hexdigest()

    def close(self) -> None:
        """Stop hashing; the wrapped file is left open."""
        self._worker.shutdown()

    def _wait(self) -> None:
        if self._hashing is not None:
            self._hashing.result()


@dataclass
class Source:
    """One file as text: its first bytes, already UTF-8 (or cp1252) with newlines at line ends, and the rest.

    A file of another format has no head, and gives all of its bytes by `whole`.
    """

    name: str
    compression: str | None
    encoding: str
    head: bytes
    complete: bool  # the head is the whole file
    file: FingerprintedFile
    plain: bool  # a file whose size on disk is that of its text
    format: Format
    rest: Iterator[bytes]
    opened: ExitStack
    archive: IO[bytes] | None = None  # the whole file, where it has been put aside already
    empty: str = ""  # says so, where there is nothing in the file

    @property
    def codec(self) -> str:
        """Codec of the blocks: UTF-16 has become UTF-8 on the way."""
        return "cp1252" if self.encoding == "cp1252" else "utf-8"

    def blocks(self, start: int = 0) -> Iterator[bytes]:
        """Yield the text from byte `start` of the head on; once only, for a pipe cannot be read twice."""
        self.require_content()
        # With the block after it, lest a long file be read in one short piece first.
        yield self.head[start:] + next(self.rest, b"")
        yield from self.rest

    def require_content(self) -> None:
        """Raise `NoRows` where there is nothing in the file."""
        if self.empty:
            raise NoRows(f"{self.name} {self.empty}. Give a file with a row per observation.")

    def whole(self) -> IO[bytes]:
        """Return all bytes, decompressed, in a file that can be read anywhere; once only."""
        return set_aside(self.rest, self.opened) if self.archive is None else self.archive

    def summary(self, rows: int) -> InputFile:
        """Return name, fingerprint and size of the file as it is on disk."""
        return InputFile(self.name, self.file.fingerprint(), self.file.bytes, rows)


@contextmanager
def open_source(
    path: str | os.PathLike[str],
    spelling: Spelling = Spelling(),  # noqa: B008 (frozen)
    shown: str = "",
) -> Iterator[Source]:
    """Open a file, compressed or not, or standard input for `-`; `InputError` where it holds something else.

    One without content says so when it is read. A file is `shown` in messages and reports by this name, or by the last
    part of its path.
    """
    with ExitStack() as opened:
        name, raw = _open_binary(path, opened)
        name = writable(shown or name)
        file = FingerprintedFile(raw)
        opened.callback(file.close)
        if _is_empty(file, name):
            yield _nothing(name, file, opened, "is empty")
            return
        compression = find_compression(file.peek(8))
        stream, archive = decompress(file, compression, name, opened, spelling.max_uncompressed)
        plain = compression is None and name != STANDARD_INPUT
        if archive is not None:
            yield Source(name, None, "", b"", False, file, plain, Format.NPZ, iter(()), opened, archive)
            return
        blocks = guard(stream, name, compression, spelling.max_uncompressed)
        first = next(blocks, b"")
        if not first.strip():
            yield _nothing(name, file, opened, "holds nothing but blanks")
            return
        form = find_format(first)
        if not form.is_text:
            yield Source(name, compression, "", b"", False, file, plain, form, chain((first,), blocks), opened)
            return
        encoding = find_encoding(first, name, spelling.encoding)
        text = unify_line_ends(transcode(chain((first,), blocks), encoding, name))
        head, complete = _take_head(text)
        yield Source(name, compression, encoding, head, complete, file, plain, form, text, opened)


def writable(name: str) -> str:
    r"""Return a file's name as text that can be written: bytes that are no UTF-8 as \udcff, as messages show them."""
    return name.encode("utf-8", "backslashreplace").decode()


def _nothing(name: str, file: FingerprintedFile, opened: ExitStack, what: str) -> Source:
    return Source(name, None, "", b"", True, file, False, Format.TEXT, iter(()), opened, empty=what)


def _open_binary(path: str | os.PathLike[str], opened: ExitStack) -> tuple[str, Readable]:
    if str(path) == STANDARD_INPUT:
        return STANDARD_INPUT, sys.stdin.buffer
    name = Path(path).name or str(path)
    try:
        return name, opened.enter_context(open(path, "rb", buffering=0))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a directory. Give a file.") from None
    except PermissionError:
        raise InputError(f"{path} cannot be read: permission denied.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from None


def _is_empty(file: FingerprintedFile, name: str) -> bool:
    try:
        return not file.peek(8)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error}.") from None


def _take_head(blocks: Iterator[bytes]) -> tuple[bytes, bool]:
    head = io.BytesIO()
    for block in blocks:
        head.write(block)
        if head.tell() >= HEAD_BYTES:
            return head.getvalue(), False
    return head.getvalue(), True
