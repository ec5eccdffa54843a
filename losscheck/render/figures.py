"""How numbers and names are written: rounded, with their intervals, and safe to print."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from math import floor, isfinite, isnan, log10

from losscheck.results import Estimate, Parameter

MISSING = "-"
LONGEST_WHOLE = 1e6
"""Smaller numbers are written in full, others as 1.2e+06."""

UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that can move the cursor, reorder a line, end it, or cannot be encoded."""

RUNNER_COMMAND = re.compile(r"#(?=#\w*\[)")
"""What starts a command in the log of GitHub (`##[`), Azure (`##vso[`) and TeamCity, wherever in a line it stands."""
LINE_COMMAND = re.compile(r"^(\s*):(?=:)")
"""What starts a command of GitHub's at the start of a line: `::`; blanks before it do not help."""


def write_number(value: float | None, digits: int = 4) -> str:
    """Return `value` to `digits` significant digits, and whole parts up to 6 digits in full.

    >>> write_number(0.123456), write_number(12345.6), write_number(-0.0), write_number(None)
    ('0.1235', '12345.6', '0', '-')
    """
    if value is None or isnan(value):
        return MISSING
    if not isfinite(value):
        return "inf" if value > 0 else "-inf"
    text = f"{value + 0.0:.{digits if abs(value) < 10**digits else 6}g}"
    # 9999.96 to four digits is 1e+04.
    return f"{value:.0f}" if "e+" in text and abs(value) < LONGEST_WHOLE else text


def write_count(value: float) -> str:
    """Return a number of rows with thousands separated: 12,500; weighted counts may be fractions."""
    return f"{round(value):,}" if value >= 100 or value == round(value) else write_number(value, 3)


def write_estimate(estimate: Estimate, digits: int = 4) -> str:
    """Return `value [low, high]`, or the value alone where there is no interval."""
    value = write_number(estimate.value, digits)
    if estimate.low is None and estimate.high is None:
        return value
    return f"{value} [{write_number(estimate.low, digits)}, {write_number(estimate.high, digits)}]"


def write_parameters(parameters: Mapping[str, Parameter]) -> str:
    """Return `mu 0.100 ± 0.020, sigma 1.4 ± 0.3`; without ± where there is no standard error."""
    return ", ".join(
        f"{name} {write_number(parameter.value)}"
        if parameter.se is None
        else f"{name} {write_with_error(parameter.value, parameter.se)}"
        for name, parameter in parameters.items()
    )


def write_with_error(value: float, se: float) -> str:
    """Return `value ± se`, the standard error to two significant digits and the value to the same place.

    >>> write_with_error(10552.3, 264.4), write_with_error(-0.4, 53.2), write_with_error(3.1208, 0.0996)
    ('10550 ± 260', '0 ± 53', '3.12 ± 0.10')
    """
    if not isfinite(value) or not 1e-12 * abs(value) < se < float("inf"):
        return f"{write_number(value)} ± {write_number(se, 2)}"
    rounded = float(f"{se:.1e}")
    place = floor(log10(rounded)) - 1
    largest = max(abs(value), rounded)
    if 1e-4 <= largest < LONGEST_WHOLE:
        value, rounded = (round(number, -place) + 0.0 for number in (value, rounded))
        return f"{value:.{max(-place, 0)}f} ± {rounded:.{max(-place, 0)}f}"
    digits = max(floor(log10(abs(value))) - place, 0) if value else 0
    return f"{value:.{digits}e} ± {rounded:.1e}"


def round_up(count: int) -> int:
    """Return the number of rows rounded up to one significant digit.

    >>> round_up(412), round_up(500), round_up(9001)
    (500, 500, 10000)
    """
    unit = int(10 ** floor(log10(max(count, 1))))
    return -(-count // unit) * unit


def write_p(p: float) -> str:
    """Return `p = 0.032`, and `p < 1e-300` where the p-value is 0 for a computer."""
    return "p < 1e-300" if p < 1e-300 else f"p = {write_number(p, 3)}"


def write_percent(share: float) -> str:
    """Return a probability in per cent, never rounded up to certainty."""
    if share > 0.999:
        return "more than 99.9 %"
    return f"{100 * share:.1f} %" if share > 0.99 else f"{100 * share:.0f} %"


def write_list(names: tuple[str, ...], last: str = "and") -> str:
    """Return `a`, `a and b`, or `a, b and c`."""
    return f" {last} ".join([part for part in (", ".join(names[:-1]), *names[-1:]) if part])


def escape(text: str) -> str:
    r"""Return one printable line: control and formatting characters as their escapes, and commands to CI logs broken.

    >>> escape("a\x1b[31m\n"), escape("naïve"), escape("##[error]")
    ('a\\x1b[31m\\n', 'naïve', '\\x23#[error]')
    """
    steering = {ord(char): char.encode("unicode_escape").decode() for char in set(text) if is_unprintable(char)}
    return RUNNER_COMMAND.sub(r"\\x23", text.translate(steering))


def is_unprintable(char: str) -> bool:
    """Return whether a character must not be written as it is: it steers, hides, or is none (U+FFFE and its like)."""
    code = ord(char)
    return unicodedata.category(char) in UNPRINTABLE or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def disarm_line(line: str) -> str:
    r"""Return a line that no CI log takes for a command.

    >>> disarm_line("  ::error::x"), disarm_line("a::b")
    ('  \\x3a:error::x', 'a::b')
    """
    return LINE_COMMAND.sub(r"\1\\x3a", line)


def quote_name(name: str) -> str:
    """Return a file or column name, in quotes unless it is plainly one word."""
    return name if re.fullmatch(r"\w[\w.\-]*", name) else f'"{escape(name)}"'
