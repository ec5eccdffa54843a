"""From a file name to UTF-8 text in blocks of bytes: compression, encoding, line ends and the fingerprint."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import importlib
import io
import lzma
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Protocol, cast

from losscheck.reading.encoding import HEAD_BYTES, find_encoding, transcode, unify_line_ends
from losscheck.results import InputError, InputFile

BLOCK_BYTES = 4 * 1024 * 1024  # larger blocks leave the cache and were slower
ZIP_IN_MEMORY = 64 * 1024 * 1024
STANDARD_INPUT = "-"
COMPRESSIONS = (
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"PK\x03\x04", "zip"),
)
ENCRYPTED = 1  # flag bit of a zip member


class Readable(Protocol):
    """Anything that gives bytes on `read`."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, b"" at the end."""
        ...


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
    """One file as text: its first bytes, already UTF-8 (or cp1252) newlines at line ends, and the rest."""

    name: str
    compression: str | None
    encoding: str
    head: bytes
    complete: bool  # the head is the whole file
    file: FingerprintedFile
    plain: bool  # a file whose size on disk is that of its text
    _rest: Iterator[bytes]

    @property
    def codec(self) -> str:
        """Codec of the blocks: UTF-16 has become UTF-8 on the way."""
        return "cp1252" if self.encoding == "cp1252" else "utf-8"

    def blocks(self, start: int = 0) -> Iterator[bytes]:
        """Yield the text from byte `start` of the head on; once only, for a pipe cannot be read twice."""
        # With the block after it, lest a long file be read in one short piece first.
        yield self.head[start:] + next(self._rest, b"")
        yield from self._rest

    def summary(self, rows: int) -> InputFile:
        """Return name, fingerprint and size of the file as it is on disk."""
        return InputFile(self.name, self.file.fingerprint(), self.file.bytes, rows)


@contextmanager
def open_source(path: str | os.PathLike[str]) -> Iterator[Source]:
    """Open a text file, compressed or not, or standard input for `-`; `InputError` where there is no text."""
    with ExitStack() as opened:
        name, raw = _open_binary(path, opened)
        file = FingerprintedFile(raw)
        opened.callback(file.close)
        if _is_empty(file, name):
            raise InputError(f"{name} is empty. Give a file with a row per observation.")
        compression = next((kind for magic, kind in COMPRESSIONS if file.peek(8).startswith(magic)), None)
        stream = _guard(_decompress(file, compression, name, opened), name, compression)
        first = next(stream, b"")
        if not first.strip():
            raise InputError(f"{name} holds nothing but blanks. Give a file with a row per observation.")
        encoding = find_encoding(first, name)
        blocks = unify_line_ends(transcode(chain((first,), stream), encoding, name))
        head, complete = _take_head(blocks)
        plain = compression is None and name != STANDARD_INPUT
        yield Source(name, compression, encoding, head, complete, file, plain, blocks)


def _open_binary(path: str | os.PathLike[str], opened: ExitStack) -> tuple[str, Readable]:
    if str(path) == STANDARD_INPUT:
        return STANDARD_INPUT, sys.stdin.buffer
    name = Path(path).name or str(path)
    try:
        return name, opened.enter_context(open(path, "rb", buffering=0))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a directory. Give the files in it, as in {path}/*.csv.") from None
    except PermissionError:
        raise InputError(f"{path} cannot be read: permission denied.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from None


def _is_empty(file: FingerprintedFile, name: str) -> bool:
    try:
        return not file.peek(8)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error}.") from None


def _decompress(file: FingerprintedFile, compression: str | None, name: str, opened: ExitStack) -> Readable:
    match compression:
        case "gz":
            return gzip.GzipFile(fileobj=cast(IO[bytes], file), mode="rb")
        case "bz2":
            return bz2.BZ2File(cast(IO[bytes], file))
        case "xz":
            return lzma.LZMAFile(cast(IO[bytes], file))
        case "zst":
            return _open_zstandard(file, name)
        case "zip":
            return _open_zip(file, name, opened)
        case _:
            return file


def _open_zstandard(file: FingerprintedFile, name: str) -> Readable:
    for module, opener in (("compression.zstd", "ZstdFile"), ("backports.zstd", "ZstdFile"), ("zstandard", "open")):
        try:
            stream: Readable = getattr(importlib.import_module(module), opener)(file, "rb")
        except ImportError:
            continue
        return stream
    raise InputError(
        f"{name} is compressed with Zstandard, which this Python cannot read. "
        f"Decompress it (zstd -d), or install the package zstandard."
    )


def _open_zip(file: FingerprintedFile, name: str, opened: ExitStack) -> Readable:
    # The directory of a zip file is at its end, so a pipe has to be put aside first.
    copy: IO[bytes] = opened.enter_context(tempfile.SpooledTemporaryFile(max_size=ZIP_IN_MEMORY))  # noqa: SIM115
    while block := file.read(BLOCK_BYTES):
        copy.write(block)
    copy.seek(0)
    try:
        archive = opened.enter_context(zipfile.ZipFile(copy))
        members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
        stream: Readable = opened.enter_context(archive.open(_only_member(members, name)))
    except InputError:
        raise
    except Exception as error:  # zipfile meets damage with exceptions of many kinds
        raise InputError(f"{name} is a damaged zip file: {error}.") from None
    return stream


def _only_member(members: Sequence[zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    if any(member.filename == "[Content_Types].xml" for member in members):
        raise InputError(f"{name} is an Excel workbook, not text. Save the sheet as CSV.")
    if len(members) != 1:
        raise InputError(f"{name} holds {len(members)} files. Give a zip file with one file in it, or unpack it.")
    if members[0].flag_bits & ENCRYPTED:
        raise InputError(f"{name} is protected with a password. Unpack it first.")
    return members[0]


def _guard(stream: Readable, name: str, compression: str | None) -> Iterator[bytes]:
    """Yield the blocks of `stream`; what breaks on the way is the file's fault and becomes an `InputError`."""
    size = HEAD_BYTES
    while True:
        try:
            block = stream.read(size)
        except Exception as error:
            # Decompressors meet damage with exceptions of many kinds; plain files only with those of the system.
            if compression is None and not isinstance(error, OSError):
                raise
            what = f"its {compression} data is damaged or cut short" if compression else "it cannot be read"
            raise InputError(f"{name}: {what} ({error}).") from None
        if not block:
            return
        yield block
        size = BLOCK_BYTES


def _take_head(blocks: Iterator[bytes]) -> tuple[bytes, bool]:
    head = io.BytesIO()
    for block in blocks:
        head.write(block)
        if head.tell() >= HEAD_BYTES:
            return head.getvalue(), False
    return head.getvalue(), True
