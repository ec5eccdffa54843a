"""Figures in sentences, and the one sentence pattern of the normality tests."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log

from losscheck.checks.check import Finding
from losscheck.results import Effect, Status

Interval = tuple[float, float]

SAME_AS_NORMAL = "Compatible with normal noise"
OF_NO_CONSEQUENCE = "The deviation is real and small: with this many rows a test sees what costs squared error nothing."


def figure(value: float) -> str:
    """Return three significant digits, without an exponent where that is readable.

    >>> figure(0.012345), figure(1234.5), figure(1e9)
    ('0.0123', '1,230', '1e+09')
    """
    short = float(f"{value:.3g}")
    if short == 0 or 1e-4 <= abs(short) < 1e3:
        return f"{short:g}"
    return f"{short:,.0f}" if 1e3 <= abs(short) < 1e7 else f"{short:g}"


def percent(share: float) -> str:
    """Return a share as a percentage: 0.0845 is 8.45 %."""
    return f"{figure(100 * share)} %"


def p_text(p: float) -> str:
    """Return a p-value in words: p = 0.032, p < 0.0001."""
    return "p < 0.0001" if p < 1e-4 else f"p = {float(f'{p:.2g}'):g}"


def rows_text(count: int) -> str:
    """Return a number of rows in words: 1 row, 1,234 rows."""
    return "1 row" if count == 1 else f"{count:,} rows"


def names_text(names: Sequence[str], most: int = 5) -> str:
    """Return names in quotes, the first few of many.

    >>> names_text(["cat", "dog"]), names_text(["a", "b", "c", "d"], most=2)
    ("'cat' and 'dog'", "'a', 'b' and 2 more")
    """
    shown = [f"'{name}'" for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most:,} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else "none"


def odds_text(log_odds: float) -> str:
    """Return odds in words: 2,500 to 1, 10^35 to 1."""
    power = log_odds / log(10)
    return f"{figure(10**power)} to 1" if power < 6 else f"10^{floor(power)} to 1"


def interval_text(interval: Interval, alpha: float) -> str:
    """Return an interval with its level: 95 % interval 0.1 to 0.3."""
    return f"{figure(100 * (1 - alpha))} % interval {figure(interval[0])} to {figure(interval[1])}"


def lags_text(count: int) -> str:
    """Return a number of lags in words: 1 lag, 10 lags."""
    return "1 lag" if count == 1 else f"{count} lags"


def normality_finding(
    statistic: float, p: float, alpha: float, effect: Effect, measured: str, caveat: str = ""
) -> Finding:
    """Say what a normality test found: the size first, the p-value after it, never worse than a note."""
    if p >= alpha:
        return Finding(Status.PASS, f"{SAME_AS_NORMAL}: {measured} ({p_text(p)}).{caveat}", statistic, p, effect)
    small = effect.value is not None and effect.margin is not None and abs(effect.value) < effect.margin
    ending = f" {OF_NO_CONSEQUENCE}" if small else ""
    return Finding(Status.NOTE, f"Not normal: {measured} ({p_text(p)}).{caveat}{ending}", statistic, p, effect)


def effect_with(name: str, value: float, interval: Interval, margin: float | None = None) -> Effect:
    """Return an effect whose interval holds its value: boundaries and rounding must not push it out."""
    return Effect(name, value, min(interval[0], value), max(interval[1], value), margin)
