"""What the user says about how the files are written, which goes before every guess."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from losscheck.results import InputError

MOST_EXPANDED = 8 * 2**30
"""Bytes that one file may expand to unless `--max-uncompressed` says otherwise: far more than is sent compressed."""

WHITESPACE = " "  # runs of blanks and tabs, which the reader squeezes to one blank
NAMED_DELIMITERS = {
    **{"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|", "colon": ":"},
    **{"whitespace": WHITESPACE, "space": WHITESPACE},
}
DECIMALS = {"point": ".", "comma": ",", ".": ".", ",": ","}
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.ASCII | re.IGNORECASE)
_NO_DELIMITERS = "\"'+-.#\\_"
"""Marks that numbers, quotes and comments have."""


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """How the files are written, None where that is to be found out; and the most bytes that one may expand to."""

    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    header: bool | None = None
    max_uncompressed: int = MOST_EXPANDED


def make_spelling(
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    max_uncompressed: str | int | None = None,
) -> Spelling:
    """Return what was said, read; raises InputError for a value that cannot be.

    >>> make_spelling("semicolon", "comma", "latin1", max_uncompressed="2G")
    Spelling(delimiter=';', decimal=',', encoding='iso8859-1', header=None, max_uncompressed=2147483648)
    """
    spelling = Spelling(
        delimiter=None if delimiter is None else _parse_delimiter(delimiter),
        decimal=None if decimal is None else _parse_decimal(decimal),
        encoding=None if encoding is None else _parse_encoding(encoding),
        header=header,
        max_uncompressed=MOST_EXPANDED if max_uncompressed is None else _parse_size(max_uncompressed),
    )
    if spelling.delimiter == spelling.decimal == ",":
        raise InputError("--delimiter and --decimal cannot both be the comma")
    return spelling


def _parse_delimiter(text: str) -> str:
    found = NAMED_DELIMITERS.get(text.casefold(), text)
    printable = len(found) == 1 and found.isascii() and (found.isprintable() or found == "\t")
    if not printable or found.isalnum() or found in _NO_DELIMITERS:
        names = ", ".join(name for name in NAMED_DELIMITERS if name.isalpha())
        raise InputError(f"--delimiter must be one of {names}, or one mark that numbers do not have; it is {text!r}")
    return found


def _parse_decimal(text: str) -> str:
    if text.casefold() not in DECIMALS:
        raise InputError(f"--decimal must be point or comma, it is {text!r}")
    return DECIMALS[text.casefold()]


def _parse_encoding(text: str) -> str:
    try:
        name = codecs.lookup(text).name
        "".encode(name)  # some codecs are none of text
    except (LookupError, ValueError):
        raise InputError(f"--encoding: Python has no text encoding {text!r}; utf-8, cp1252, utf-16 are some") from None
    return "utf-8" if name == "utf-8-sig" else name


def _parse_size(text: str | int) -> int:
    found = _SIZE.fullmatch(str(text).strip())
    size = int(float(found[1]) * _UNITS[found[2].upper()]) if found else 0
    if size < 1:
        raise InputError(f"--max-uncompressed must be a size as in 500M or 8G, it is {str(text)!r}")
    return size
