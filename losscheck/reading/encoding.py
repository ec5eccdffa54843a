"""From bytes of any text encoding to UTF-8 with newlines as line ends; what is no text is recognised and refused."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from losscheck.results import InputError

HEAD_BYTES = 256 * 1024  # what encoding and dialect are decided on
CONTROL_SHARE = 0.01  # of the head; text has next to none

NOT_TEXT = (
    (b"FEA1", "a Feather file of version 1"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook"),
    (b"SQLite format 3", "an SQLite database"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
)
MARKUP = (
    (
        re.compile(rb'\s*(?:(?!\{[ \t]*")\{\s*["}]|\[\s*[\[{"\d-])'),
        "JSON",
        "Write one object a line (JSON Lines), or a CSV file.",
    ),
    (re.compile(rb"\s*<[!?a-zA-Z]"), "HTML or XML", "Write the columns to a CSV file."),
)
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with the mark of UTF-16-LE
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
UNCHANGED = ("utf-8", "cp1252")
CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b"))


def find_encoding(first: bytes, name: str, chosen: str | None = None) -> str:
    """Return the encoding of the first bytes of a text; `InputError` where they are no text, or no table.

    One that the user has `chosen` is taken.
    """
    for magic, what in NOT_TEXT:
        if first.startswith(magic):
            raise InputError(f"{name} is {what}, not text. Write the columns to a CSV file.")
    if chosen is not None:
        return chosen
    for mark, encoding in BYTE_ORDER_MARKS:
        if first.startswith(mark):
            return encoding
    even, odd = first[0:HEAD_BYTES:2].count(0), first[1:HEAD_BYTES:2].count(0)
    half = max(1, min(len(first), HEAD_BYTES) // 2)
    # ASCII in UTF-16: every other byte is zero, and none of the others.
    if odd > 0.5 * half and even == 0:
        return "utf-16-le"
    if even > 0.5 * half and odd == 0:
        return "utf-16-be"
    if even or odd or len(first.translate(None, CONTROL)) < len(first) * (1 - CONTROL_SHARE):
        raise InputError(f"{name} is binary data, not text. Write the columns to a CSV file.")
    for pattern, what, advice in MARKUP:
        if pattern.match(first):
            raise InputError(f"{name} is {what}, not a table. {advice}")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(first)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def transcode(blocks: Iterator[bytes], encoding: str, name: str) -> Iterator[bytes]:
    """Yield the blocks without byte order mark, UTF-8 and Windows-1252 as they are, all other encodings as UTF-8."""
    first = next(blocks)
    mark = next((mark for mark, of in BYTE_ORDER_MARKS if of == encoding and first.startswith(mark)), b"")
    blocks = chain((first[len(mark) :],), blocks)
    if encoding in UNCHANGED:
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in blocks:
            yield decoder.decode(block).encode()
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise InputError(f"{name} is no sound {encoding.upper()} text ({error}). Save it as UTF-8.") from None


def unify_line_ends(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the blocks with one kind of line end, the newline."""
    pending = b""
    for block in blocks:
        if pending or b"\r" in block:
            block = pending + block
            pending = b"\r" if block.endswith(b"\r") else b""  # its \n may open the next block
            block = block[: len(block) - len(pending)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield block
    if pending:
        yield b"\n"
