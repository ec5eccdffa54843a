"""Streams of what compressed files hold, told by content and bounded in size."""

from __future__ import annotations

import bz2
import gzip
import importlib
import lzma
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

from losscheck.reading.encoding import HEAD_BYTES
from losscheck.results import InputError

if TYPE_CHECKING:
    from losscheck.reading.source import FingerprintedFile

BLOCK_BYTES = 16 * 1024 * 1024  # smaller ones took a fifth longer for 367 MB: pandas starts anew in each
IN_MEMORY = 64 * 1024 * 1024
COMPRESSIONS = (
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"PK\x03\x04", "zip"),
)
ENCRYPTED = 1  # flag bit of a zip member
ZSTANDARD_MODULES = ("compression.zstd", "backports.zstd")
"""The one of Python 3.14, and the same for older ones: both read all frames, and know a file that is cut short."""


class Readable(Protocol):
    """Anything that gives bytes on `read`."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, b"" at the end."""
        ...


def find_compression(first: bytes) -> str | None:
    """Return the name of the compression that a file beginning like this has."""
    return next((kind for magic, kind in COMPRESSIONS if first.startswith(magic)), None)


def decompress(
    file: FingerprintedFile, compression: str | None, name: str, opened: ExitStack, most: int
) -> tuple[Readable, IO[bytes] | None]:
    """Return the stream of what is in `file`, and the archive itself where that is one of NumPy arrays (NPZ)."""
    match compression:
        case "gz":
            return gzip.GzipFile(fileobj=cast(IO[bytes], file), mode="rb"), None
        case "bz2":
            return bz2.BZ2File(cast(IO[bytes], file)), None
        case "xz":
            return lzma.LZMAFile(cast(IO[bytes], file)), None
        case "zst":
            return _open_zstandard(file, name), None
        case "zip":
            return _open_zip(file, name, opened, most)
        case _:
            return file, None


def guard(stream: Readable, name: str, compression: str | None, most: int) -> Iterator[bytes]:
    """Yield the blocks of `stream`; what breaks on the way is the file's fault and becomes an `InputError`.

    So does a compressed file as soon as more than `most` bytes have come out of it.
    """
    size, expanded = HEAD_BYTES, 0
    while True:
        try:
            block = stream.read(size)
        except Exception as error:
            # Decompressors meet damage with exceptions of many kinds; plain files only with those of the system.
            if compression is None and not isinstance(error, OSError):
                raise
            what = f"its {compression} data is damaged or cut short" if compression else "it cannot be read"
            raise InputError(f"{name}: {what} ({error}). Make or copy it again.") from None
        if not block:
            return
        expanded += len(block)
        if compression is not None and expanded > most:
            refuse_size(name, f"its {compression} data expands to more than", most)
        yield block
        size = BLOCK_BYTES


def refuse_size(name: str, what: str, most: int) -> None:
    """Raise the `InputError` of a file that would expand to more than `most` bytes."""
    raise InputError(
        f"{name}: {what} {most:,} bytes. If the file is what it should be, allow more with --max-uncompressed SIZE."
    )


def _open_zstandard(file: FingerprintedFile, name: str) -> Readable:
    for module in ZSTANDARD_MODULES:
        try:
            stream: Readable = importlib.import_module(module).ZstdFile(file, "rb")
        except ImportError:
            continue
        return stream
    try:
        zstandard: Any = importlib.import_module("zstandard")
    except ImportError:
        raise InputError(
            f"{name} is compressed with Zstandard, which this Python cannot read. "
            f"Decompress it (zstd -d), or install what can: pip install 'losscheck[zstandard]'."
        ) from None
    return _ZstandardFrames(file, zstandard.ZstdDecompressor().decompressobj)


class _ZstandardFrames:
    """Reads all frames of a file, one after the other, and knows a file that is cut short.

    The reader of the package `zstandard` itself ends after the first frame, and where the file ends, without a word.
    """

    def __init__(self, file: Readable, start: Callable[[], Any]) -> None:
        self._file, self._start = file, start
        self._frame: Any = None
        self._ready = b""

    def read(self, size: int = -1) -> bytes:
        while not self._ready:
            rest = b"" if self._frame is None else self._frame.unused_data
            block = rest or self._file.read(HEAD_BYTES)
            if not block:
                if self._frame is not None and not self._frame.eof:
                    raise EOFError("the file ends within a frame")
                return b""
            if self._frame is None or self._frame.eof:
                self._frame = self._start()
            self._ready = self._frame.decompress(block)
        block, self._ready = (self._ready, b"") if size < 0 else (self._ready[:size], self._ready[size:])
        return block


def _open_zip(file: FingerprintedFile, name: str, opened: ExitStack, most: int) -> tuple[Readable, IO[bytes] | None]:
    # The directory of a zip file is at its end, so a pipe has to be put aside first.
    copy = set_aside(iter(lambda: file.read(BLOCK_BYTES), b""), opened)
    try:
        archive = opened.enter_context(zipfile.ZipFile(copy))
        members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
        if members and all(member.filename.endswith(".npy") for member in members):
            copy.seek(0)
            return copy, copy
        member = _only_member(members, name)
        if member.file_size > most:
            refuse_size(name, f"it holds {member.file_size:,} bytes, which is more than", most)
        stream: Readable = opened.enter_context(archive.open(member))
    except InputError:
        raise
    except Exception as error:  # zipfile meets damage with exceptions of many kinds
        raise InputError(f"{name} is a damaged zip file: {error}. Make or copy it again.") from None
    return stream, None


def set_aside(blocks: Iterator[bytes], opened: ExitStack) -> IO[bytes]:
    """Return a file with these bytes, at its beginning: in memory while it is small."""
    copy: IO[bytes] = opened.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115
    for block in blocks:
        copy.write(block)
    copy.seek(0)
    return copy


def _only_member(members: Sequence[zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    if any(member.filename == "[Content_Types].xml" for member in members):
        raise InputError(f"{name} is an Excel workbook, not text. Save the sheet as CSV.")
    if len(members) != 1:
        raise InputError(f"{name} holds {len(members)} files. Give a zip file with one file in it, or unpack it.")
    if members[0].flag_bits & ENCRYPTED:
        raise InputError(f"{name} is protected with a password. Unpack it first.")
    return members[0]
