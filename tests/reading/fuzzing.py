"""Damaged files: bytes of real and of nasty ones, changed at random from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

NASTY = Path(__file__).parent / "nasty"
SAMPLES = Path(__file__).parents[2] / "sample_data"
LONGEST = 2000
TOKENS = (
    *(
        b"\0",
        b"\xff",
        b'"',
        b"'",
        b",",
        b";",
        b"\t",
        b" ",
        b"\n",
        b"\r",
        b"\r\n",
        b".",
        b"-",
        b"e",
        b"1e999",
        b"nan",
        b"inf",
    ),
    *(
        b"NA",
        b"#",
        b"{",
        b"}",
        b"[",
        b"\\",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xe2\x88\x92",
        b"y_true",
        b"y_pred",
        b"prob_0",
    ),
    *(b"9" * 40, b"0x1p3", b"1_0", b"%", b"\x1a", b"\xf0\x9f\x98\x80", b"True", b"sep=;", b"PK\x03\x04", b"\x1f\x8b"),
)


def list_seeds() -> list[bytes]:
    """Return whole nasty files, and the beginnings of the samples."""
    nasty = [path.read_bytes()[:LONGEST] for path in sorted(NASTY.iterdir())]
    return nasty + [path.read_bytes()[:LONGEST] for path in sorted(SAMPLES.glob("*.csv"))]


def damage(count: int, seed: int) -> Iterator[bytes]:
    """Yield so many damaged files, the same for the same seed."""
    seeds, random = list_seeds(), Random(seed)
    for _ in range(count):
        content = random.choice(seeds)
        for _ in range(random.choice((1, 1, 2, 3, 8))):
            content = _change(content, seeds, random)
        yield content


def _change(content: bytes, seeds: list[bytes], random: Random) -> bytes:
    start, end = sorted(random.randint(0, len(content)) for _ in range(2))
    short = min(end, start + random.randint(1, 8))
    match random.randrange(9):
        case 0:
            return content[:start] + random.choice(TOKENS) + content[start:]
        case 1:
            return content[:start] + random.choice(TOKENS) + content[short:]
        case 2:
            return content[:start] + content[short:]
        case 3:
            return content[:start] + content[end:]
        case 4:
            return content[:end] + content[start:]
        case 5:
            return content[:start] + random.randbytes(short - start) + content[short:]
        case 6:
            return content[:end]
        case 7:
            other = random.choice(seeds)
            return content[:start] + other[random.randint(0, len(other)) :]
        case _:
            lines = content.split(b"\n")
            random.shuffle(lines)
            return b"\n".join(lines)
