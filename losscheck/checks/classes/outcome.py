"""How a check of calibration ends: by the interval of its effect against a margin, and by redrawn labels.

A p-value alone never fails a file. An interval alone does not either: at 50 rows each of eight 95 % intervals misses
the truth once in twenty times, by more than any margin. So a failure also asks that labels redrawn from the outputs
depart as far in fewer than 1 in 100 cases, counted over all checks of calibration together.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from losscheck.checks.check import Finding
from losscheck.checks.wording import figure, p_text, percent
from losscheck.outputs.monte_carlo import DRAWS, calibrate
from losscheck.outputs.undefined import Undefined
from losscheck.results import Effect, Status

if TYPE_CHECKING:
    from losscheck.outputs.score_tests import ScoreTest
    from losscheck.sample import ClassSample

SURE = 0.01
"""Family-wise chance of a departure like this one, at which calibrated outputs may fail."""
FEWEST_ROWS = 5
ROUND_OFF = 1e-12
MORE_ROWS = "More rows would settle it."
MOST_ROWS = 1e10
"""Fewer rows than this are worth asking for."""
TRAINED_ON = "It is invalid for rows that the model was trained on: there the labels are no new draws."
OF_A_QUESTION = "With more than two classes it looks at the most probable one only; several labels are pooled."


def skip(*statistics: object) -> Finding:
    """Return the first reason among the statistics why they are not defined, as a skipped finding."""
    return Finding(Status.SKIP, next(found.reason for found in statistics if isinstance(found, Undefined)))


def snap(value: float) -> float:
    """Return the value, 0 where it is what rounding leaves of 0."""
    return value if abs(value) > ROUND_OFF else 0.0


def exact_p(sample: ClassSample, name: str, asymptotic: float) -> tuple[float, str]:
    """Return the Monte-Carlo p-value of a statistic with its words, or the asymptotic one where none was drawn."""
    found = calibrate(sample)
    if isinstance(found, Undefined) or found.asymptotic or name not in found.p:
        return asymptotic, f"{p_text(asymptotic)}, asymptotic"
    return found.p[name], redrawn_p_text(found.p[name])


def redrawn_p_text(p: float) -> str:
    """Return a Monte-Carlo p-value in words."""
    return f"{p_text(p)} in {DRAWS} redraws of the labels"


def hold(
    sample: ClassSample,
    measured: str,
    effect: Effect,
    interval: tuple[float, float],
    *,
    family: str,
    target: float = 0.0,
    statistic: float | None = None,
    p_value: float | None = None,
) -> Finding:
    """Return the finding: pass inside target ± margin, fail outside, inconclusive across it or where it may be chance.

    `interval` is that of the effect, whose own bounds are None where infinite; `family` names the statistic whose
    family-wise p-value must agree to a failure.
    """
    margin = effect.margin or 0.0
    low, high = interval
    spread = f"Interval {_bound(low)} to {_bound(high)}"
    allowed = f"{figure(target - margin)} to {figure(target + margin)}" if target else f"the margin of {figure(margin)}"

    def finding(status: Status, ending: str, advice: str | None = None) -> Finding:
        return Finding(status, f"{measured}. {spread}, {ending}.", statistic, p_value, effect, advice=advice)

    if target - margin <= low and high <= target + margin:
        return finding(Status.PASS, f"inside {allowed}")
    if low <= target + margin and high >= target - margin:
        rows = _rows_needed(sample, effect, interval, target)
        return finding(Status.INCONCLUSIVE, f"across {allowed}: these rows cannot tell", rows)
    chance = _family_chance(sample, family)
    if chance > SURE:
        doubt = (
            f"outside {allowed}; but where outputs are right, some check of calibration looks as bad in "
            f"{percent(chance)} of the cases, and it fails only at {percent(SURE)} or less"
        )
        return finding(Status.INCONCLUSIVE, doubt, MORE_ROWS)
    return finding(Status.FAIL, f"all outside {allowed}")


def _rows_needed(sample: ClassSample, effect: Effect, interval: tuple[float, float], target: float) -> str:
    """Say how many rows would bring the whole interval to one side of the margin, if the effect stays what it is."""
    if effect.value is None or effect.margin is None or not isfinite(interval[1] - interval[0]):
        return MORE_ROWS
    half_width = max(interval[1] - effect.value, effect.value - interval[0])
    gap = abs(abs(effect.value - target) - effect.margin)
    needed = sample.n * (half_width / gap) ** 2 if gap > 0 else MOST_ROWS
    if needed >= MOST_ROWS:
        return MORE_ROWS
    return f"More rows would settle it: about {figure(float(f'{needed:.1g}'))}, if the figure stays what it is."


def _family_chance(sample: ClassSample, name: str) -> float:
    found = calibrate(sample)
    return 1.0 if isinstance(found, Undefined) else found.adjusted.get(name, 1.0)


def finite(value: float) -> float | None:
    """Return the value, None for an infinite one."""
    return value if isfinite(value) else None


def _bound(value: float) -> str:
    return figure(value) if isfinite(value) else "infinity"


def compare_scores(
    sample: ClassSample, name: str, score: str, expected: float, test: ScoreTest, interval: tuple[float, float]
) -> tuple[str, float]:
    """Say what a mean score is and was expected to be; return it with the p-value."""
    p, words = exact_p(sample, name, test.p)
    side = "more" if test.excess > 0 else "less"
    kind = "overconfident" if interval[0] > 0 else "too cautious" if interval[1] < 0 else ""
    meaning = f", as where outputs are {kind}" if kind else ""
    measured = (
        f"The {score} is {figure(expected + test.excess)} where the outputs expect {figure(expected)}: "
        f"{figure(snap(abs(test.excess)))} {side}{meaning} ({words})"
    )
    return measured, p
