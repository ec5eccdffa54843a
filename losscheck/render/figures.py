"""How numbers and names are written: rounded, with their intervals, and safe to print."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from math import isfinite, isnan

from losscheck.results import Estimate, Parameter

MISSING = "-"
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that can move the cursor, reorder a line, end it, or cannot be encoded."""


def write_number(value: float | None, digits: int = 4) -> str:
    """Return `value` to `digits` significant digits, and whole parts up to 6 digits in full.

    >>> write_number(0.123456), write_number(12345.6), write_number(-0.0), write_number(None)
    ('0.1235', '12345.6', '0', '-')
    """
    if value is None or isnan(value):
        return MISSING
    if not isfinite(value):
        return "inf" if value > 0 else "-inf"
    return f"{value + 0.0:.{digits if abs(value) < 10**digits else 6}g}"


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
    """Return `mu 0.1 ± 0.02, sigma 1.4 ± 0.03`; without ± where there is no standard error."""
    return ", ".join(
        f"{name} {write_number(_round_off(parameter))}"
        + ("" if parameter.se is None else f" ± {write_number(parameter.se, 2)}")
        for name, parameter in parameters.items()
    )


def _round_off(parameter: Parameter) -> float:
    """Return 0 for what is numerically nothing beside its standard error."""
    nothing = parameter.se is not None and abs(parameter.value) < 1e-6 * parameter.se
    return 0.0 if nothing else parameter.value


def write_percent(share: float) -> str:
    """Return a probability in per cent, never rounded up to certainty."""
    if share > 0.999:
        return "more than 99.9 %"
    return f"{100 * share:.1f} %" if share > 0.99 else f"{100 * share:.0f} %"


def write_list(names: tuple[str, ...], last: str = "and") -> str:
    """Return `a`, `a and b`, or `a, b and c`."""
    return f" {last} ".join([part for part in (", ".join(names[:-1]), *names[-1:]) if part])


def escape(text: str) -> str:
    r"""Return one printable line: control and formatting characters as their escapes.

    >>> escape("a\x1b[31m\n"), escape("naïve")
    ('a\\x1b[31m\\n', 'naïve')
    """
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in UNPRINTABLE else char for char in text
    )


def quote_name(name: str) -> str:
    """Return a file or column name, in quotes unless it is plainly one word."""
    return name if re.fullmatch(r"\w[\w.\-]*", name) else f'"{escape(name)}"'
