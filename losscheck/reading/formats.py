"""What a file is, by its first bytes."""

from __future__ import annotations

import codecs
import re
from enum import Enum


class Format(Enum):
    """The formats of tables that are read."""

    TEXT = "text"
    JSON_LINES = "JSON Lines"
    PARQUET = "Parquet"
    ARROW = "Arrow"
    NPY = "NumPy array"
    NPZ = "NumPy archive"

    @property
    def is_text(self) -> bool:
        """True where lines of text hold the rows."""
        return self in (Format.TEXT, Format.JSON_LINES)


MAGIC = (
    (b"PAR1", Format.PARQUET),
    (b"ARROW1\0\0", Format.ARROW),  # a file, which is what Feather is since its version 2
    (b"\xff\xff\xff\xff", Format.ARROW),  # a stream
    (b"\x93NUMPY", Format.NPY),
)
# A summary is one object over several lines.
OBJECT = re.compile(rb'(?!\s*\{"losscheck_summary":)\s*\{[ \t]*"')


def find_format(first: bytes) -> Format:
    """Return the format of a file that begins like this; text where nothing else is plain."""
    for magic, form in MAGIC:
        if first.startswith(magic):
            return form
    return Format.JSON_LINES if OBJECT.match(first.removeprefix(codecs.BOM_UTF8)) else Format.TEXT
