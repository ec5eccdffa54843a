"""Pollutes clean tables in the ways that tables are polluted, and judges what the reader makes of them.

`python tests/reading/pollution.py [TABLES]` prints the table of docs/input.md.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

from harmful_pollution import HARMFUL
from harmless_pollution import HARMLESS
from sheet import Sheet, clean_sheet

from losscheck.reading import read_sample
from losscheck.results import InputError

READ, REPORTED, REFUSED, SILENT, CRASHED = "read", "reported", "refused", "silently wrong", "traceback"


def judge(sheet: Sheet, path: Path, drop_bad_rows: bool = False) -> str:
    """Write the sheet, read it, and return how that went."""
    path.write_bytes(sheet.content())
    try:
        sample = read_sample([path], drop_bad_rows=drop_bad_rows)
    except InputError:
        return REFUSED
    except Exception:
        return CRASHED
    if getattr(sample, "target", None) is None or sample.prediction is None:
        return SILENT
    values = zip(sample.target.tolist(), sample.prediction.tolist(), strict=True)
    read = dict(zip(sample.row.tolist(), values, strict=True))
    lost = sample.info.rows - sample.info.rows_used
    if drop_bad_rows:  # lines that are no rows of the clean table are counted, too
        rest = iter([sheet.truth[row] for row in sorted(sheet.truth)])
        right = all(pair in rest for pair in read.values()) and len(sheet.truth) - len(read) <= lost
    else:  # every row that could be used is there with its values, and every other one is counted
        right = read == sheet.truth and sample.info.rows == len(sheet.rows)
    return SILENT if not right else REPORTED if lost else READ


def measure(tables: int, seed: int = 0) -> dict[str, Counter[str]]:
    """Return how many tables went which way, for each pollution alone."""
    found: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        for name, pollution in (HARMLESS | HARMFUL).items():
            for number in range(tables):
                sheet = clean_sheet(Random(f"{seed} {name} {number}"))
                pollution(sheet)
                found.setdefault(name, Counter())[judge(sheet, path)] += 1
    return found


TOGETHER = (
    *("quotes around every cell", "CR, CRLF or mixed line ends", "blank lines", "comments above", "title above"),
    *("index without a name", "missing values", "infinite values", "no line end at the end"),
)
"""Pollutions that leave room for another one: they set no delimiter, and no format of the whole."""


def measure_together(tables: int, drop_bad_rows: bool, seed: int = 0) -> Counter[str]:
    """Return the same for one of these and any other pollution of one table, in that order."""
    found: Counter[str] = Counter()
    others = [name for name in HARMLESS | HARMFUL if name not in ("JSON Lines", "Parquet, NumPy")]
    together = [(one, other) for one in TOGETHER for other in others if one != other]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        for number in range(tables):
            random = Random(f"{seed} together {number}")
            sheet = clean_sheet(random)
            for name in random.choice(together):
                (HARMLESS | HARMFUL)[name](sheet)
            found[judge(sheet, path, drop_bad_rows)] += 1
    return found


def measure_after(first: list[str], tables: int, seed: int = 0) -> Counter[str]:
    """Return the same for tables between blanks with these pollutions, and then any other."""
    found: Counter[str] = Counter()
    # a no-break blank after a number is a blank, and the number is what it seems
    without = ("JSON Lines", "Parquet, NumPy", "NUL or other bytes", *first)
    others = [name for name in HARMLESS | HARMFUL if name not in without]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        for number in range(tables):
            random = Random(f"{seed} after {number}")
            sheet = clean_sheet(random, notes=random.random() < 0.5)
            for name in (*first, random.choice(others)):
                (HARMLESS | HARMFUL)[name](sheet)
            found[judge(sheet, path)] += 1
    return found


def print_table(found: dict[str, Counter[str]]) -> None:
    columns = (READ, REPORTED, REFUSED, SILENT, CRASHED)
    print("| pollution | " + " | ".join(columns) + " |\n| --- |" + " --- |" * len(columns))
    for title, names in (("harmless", HARMLESS), ("harmful", HARMFUL)):
        for name in names:
            print(f"| {name} | " + " | ".join(str(found[name][column]) for column in columns) + " |")
        total = sum((found[name] for name in names), Counter())
        print(f"| **all {title}** | " + " | ".join(str(total[column]) for column in columns) + " |")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print_table(measure(count))
    for dropping in (False, True):
        print(f"two at once, drop_bad_rows={dropping}: {dict(measure_together(20 * count, dropping))}")
