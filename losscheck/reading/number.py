"""What counts as a number in a cell, what counts as missing, and what to say about everything else."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

# The spellings that pandas, R, Excel, the C library and databases write, and no more: "-", "." and "?" may be typing
# errors.
MISSING = frozenset(
    ["", "NA", "N/A", "n/a", "na", "<NA>", "#N/A", "#NA", "#N/A N/A", "NULL", "Null", "null", "None", "none"]
    + [sign + nan for sign in ("", "+", "-") for nan in ("nan", "NaN", "NAN", "Nan")]
    + ["(null)", "(NULL)", "\\N"]  # Oracle's tools and MySQL's; dumps of MySQL, PostgreSQL and Hive
    + ["NaT", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"]
)
SPACES = " \t\v\f"  # what pandas' parser ignores around a number
SHOWN_CHARACTERS = 40

_NUMBER = r"[+-]?(?:(?:\d+{mark}?\d*|{mark}\d+)(?:e[+-]?\d+)?|inf(?:inity)?)"
_GRAMMAR = {mark: re.compile(_NUMBER.format(mark=re.escape(mark)), re.ASCII | re.IGNORECASE) for mark in (".", ",")}
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,.'’_\s]\d{3})+([.,]\d*)?")
_TRUTH = re.compile(r"(?i:true|false)")
_COMMA_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+", re.ASCII)

_PLAIN = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_REPR = r"(?:(?:np|numpy|jnp|torch|tf)\.)?(?:float\d*|int\d*|array|Array|tensor|Decimal|Fraction)\(.*\)|<tf\.Tensor.*>"

# How a cell that is not a number is recognised, and what to do about it.
_HINTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.ASCII if ascii_digits else re.UNICODE), advice)
    for pattern, ascii_digits, advice in (
        (_THOUSANDS.pattern.replace(r"\d", "[0-9]"), False, "Write numbers without thousands separators"),
        (r"[+-]?[\d.,]+\s*%", True, "Write percentages as plain numbers, without the sign"),
        (r"[+-]?[\d.,]+[dD][+-]?\d+", True, "Write the exponent with an e, as in 1.5e+00"),
        (r"[+-]?0[xX][\da-fA-F.]+.*", True, "Write numbers in decimal notation"),
        (r"[−–].*", True, "Write the minus sign as an ASCII '-'"),
        (r"[+-]?\d+,\d+", True, "Write the decimal mark as a point, in the whole file"),
        (r"[+-]?\d+\.\d+", True, "Write the same decimal mark in the whole file (its first rows have a comma)"),
        (_TRUTH.pattern, True, "Write truth values as 1 and 0"),
        (r"[+-]?[$€£¥]\s?[\d.,' ]+|[+-]?[\d.,' ]+\s?[$€£¥]", True, "Write amounts as plain numbers, without the sign"),
        (r"\d{4}-\d\d?-\d\d?.*|\d\d?[./]\d\d?[./]\d{2,4}.*", True, "Write a number, not a date"),
        (r"\([\d.,]+\)|[\d.,]+-", True, "Write negative numbers with a '-' before them"),
        (r"=.+", True, "It is a formula: export the values, as plain numbers"),
        (_REPR, True, "Write the plain number, as float(x) gives it"),
        (rf"\[+\s*{_PLAIN}\s*\]+", True, "Squeeze the array before writing it, so that its numbers have no brackets"),
        (rf"\[+\s*{_PLAIN}(?:[\s,;]+{_PLAIN})+\s*\]+", True, "Write each number of the list in a column of its own"),
        (r"[\[(].*[\])]", True, "If this is a row of units, remove it"),
        (r"#[A-Z/\d]+[!?]?", True, "A formula in the spreadsheet failed: correct it"),
        (r"[-.?*]+", True, "If the value is missing, leave the cell empty or write NA"),
        (r"[+-]?[\d.,]*\d[\d.,]*", False, "Write numbers with the digits 0 to 9"),
    )
)


def parse_number(cell: str, decimal: str = ".") -> float | None:
    """Return the number in `cell`, NaN where it is missing, None where it is anything else.

    >>> parse_number(" 1e5"), parse_number("NA"), parse_number("1_000"), parse_number("0,5", decimal=",")
    (100000.0, nan, None, 0.5)
    """
    cell = cell.strip(SPACES)
    if _GRAMMAR[decimal].fullmatch(cell):
        return float(cell if decimal == "." else cell.replace(decimal, "."))
    return float("nan") if cell in MISSING else None


@lru_cache(maxsize=1 << 15)
def parse_sample(cell: str, decimal: str) -> float | None:
    """Do the same for a cell of the first rows, which are looked at for every way to split them."""
    return parse_number(cell, decimal)


def parse_time(cell: str) -> float | None:
    """Return an ISO 8601 date or time as seconds since 1970 (UTC where no zone is given), as `parse_number` does."""
    cell = cell.strip(SPACES)
    if cell in MISSING:
        return float("nan")
    try:
        time = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def is_missing(cell: str) -> bool:
    """Tell whether `cell` spells a missing value."""
    return cell.strip(SPACES) in MISSING


def could_be_thousands(cell: str) -> bool:
    """Tell whether a decimal comma in `cell` could as well separate thousands: 1,234 but not 0,234 or 1,5."""
    return _COMMA_GROUPS.fullmatch(cell.strip(SPACES)) is not None


def show(cell: str) -> str:
    """Quote a cell for a message, cut to a readable length."""
    return repr(cell if len(cell) <= SHOWN_CHARACTERS else cell[: SHOWN_CHARACTERS - 1] + "…")


def advise(cell: str) -> str:
    """Say what to do about a cell that is not a number (a clause without its full stop)."""
    if cell.strip() != cell.strip(SPACES) and parse_number(cell.strip()) is not None:
        return "Remove the blanks of another kind around the number"
    cell = cell.strip()
    return next((hint for pattern, hint in _HINTS if pattern.fullmatch(cell)), "Fix the cell")


def is_misspelt(cell: str) -> bool:
    """Tell whether a cell that is not a number was meant to be one: 10%, 1_000, 0x10; a word or True was not."""
    cell = cell.strip()
    return _TRUTH.fullmatch(cell) is None and any(pattern.fullmatch(cell) for pattern, _ in _HINTS)
