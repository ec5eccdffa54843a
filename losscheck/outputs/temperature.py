"""Temperature: the one number that all logits would have to be divided by (Guo et al. 2017, arXiv:1706.04599)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, scipy
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.score_tests import nll_test
from losscheck.outputs.tilting import Derivatives, likelihood_curves
from losscheck.outputs.undefined import Undefined, usable_moments

if TYPE_CHECKING:
    from losscheck.outputs.tilting import Curve
    from losscheck.sample import ClassSample

LEAST, MOST = 0.01, 100.0
"""1/T is looked for between these; beyond them the outputs say nothing (T = ∞), or are always right (T = 0)."""
STEPS = 100
CLOSE = 1e-12
NEAR = 0.02
"""A step of the series of fourth order that is shorter, relative to β, leaves an error below 1e-8."""
EXACT_CELLS = 200_000
"""Up to this many numbers the profile is followed exactly, by a few evaluations of some milliseconds; above, by the
series about its maximum, whose error falls with n."""


@dataclass(frozen=True, eq=False)
class Temperature:
    """The maximum-likelihood temperature `value`, the likelihood-ratio statistic of T = 1, and its p-value by χ²(1).

    `value` is ∞ where labels are no more frequent where they are stated to be, 0 where the outputs are always right.
    `gain` is what dividing the logits by it saves, in nats a row.
    """

    value: float
    likelihood_ratio: float
    gain: float
    p: float
    curve: Curve
    exact: bool
    top: Derivatives

    def interval(self, alpha: float) -> tuple[float, float]:
        """Return the profile-likelihood interval at level 1 − alpha."""
        fall = float(scipy.special.chdtri(1, alpha)) / 2 * _inflation(self.top)
        beta = 1 / min(max(self.value, 1 / MOST), 1 / LEAST)
        ends = [_fall_to(self, beta, bound, fall) for bound in (MOST, LEAST)]
        return (0.0 if ends[0] >= MOST else 1 / ends[0]), (math.inf if ends[1] <= LEAST else 1 / ends[1])


@once_per_sample
def fit_temperature(sample: ClassSample) -> Temperature | Undefined:
    """Fit the temperature; undefined where `nll_test` is: uniform rows, or a true class of probability 0.

    Above a million numbers it is fitted to evenly spread rows first, and from there a step of fourth order on all rows
    reaches the maximum to 1e-8.
    """
    moments, test = usable_moments(sample), nll_test(sample)
    if isinstance(moments, Undefined):
        return moments
    if isinstance(test, Undefined):
        return test
    thin, curve = likelihood_curves(moments)
    beta, top = _maximise(thin)
    if curve is not thin and LEAST < beta < MOST:
        beta, top = _polish(curve, beta)
    start = moments.total(moments.true_log_p)
    if not LEAST < beta < MOST:
        top = curve.at(beta)
    ratio = max(2 * (top.value - start), 0.0)
    value = 0.0 if beta >= MOST else math.inf if beta <= LEAST else 1 / beta
    p = float(scipy.special.chdtrc(1, ratio / _null_inflation(moments.log_variance, moments.weight)))
    exact = moments.n * moments.classes <= EXACT_CELLS
    return Temperature(value, ratio, ratio / 2 / moments.effective_rows, p, curve, exact, top)


def _maximise(curve: Curve) -> tuple[float, Derivatives]:
    """Return where the curve is largest between the bounds, by Newton's steps within a bracket."""
    low, high, beta = 0.0, math.inf, 1.0
    for _ in range(STEPS):
        here = curve.at(beta)
        if here.first > 0:
            low = beta
        else:
            high = beta
        if here.first == 0 or (beta == LEAST and high == LEAST) or (beta == MOST and low == MOST):
            break
        step = -here.first / here.second if here.second < 0 else math.copysign(math.inf, here.first)
        ahead = min(max(beta + step, LEAST), MOST)
        if not low < ahead < high:
            ahead = math.sqrt(max(low, LEAST) * min(high, MOST))
        if abs(ahead - beta) <= CLOSE * beta:
            break
        beta = ahead
    return beta, here


def _polish(curve: Curve, beta: float) -> tuple[float, Derivatives]:
    """Return the maximum near `beta`: the root of the derivative as a series about it, again while the step is long."""
    for _ in range(STEPS):
        here = curve.at(beta)
        step = 0.0
        for _ in range(STEPS):
            moved = here.moved(step)
            correction = -moved.first / moved.second if moved.second < 0 else 0.0
            step = min(max(step + correction, -beta / 2), beta)
            if abs(correction) <= CLOSE * beta:
                break
        beta += step
        if abs(step) <= NEAR * beta:
            break
    return beta, here.moved(step)


def _fall_to(fit: Temperature, beta: float, bound: float, fall: float) -> float:
    """Return where, from β towards the bound, the log-likelihood has fallen by `fall`; the bound where it has not."""
    level = fit.top.value - fall
    if LEAST < beta < MOST:
        end = beta + _series_fall(fit.top, math.copysign(1.0, bound - beta), fall)
        if not fit.exact:
            return end
        followed = _follow_to(fit.curve, end, level)
        if followed is not None:
            return followed
    if beta == bound or fit.curve.at(bound).value >= level:
        return bound

    def height(log_beta: float) -> float:
        return fit.curve.at(math.exp(log_beta)).value - level

    return math.exp(scipy.optimize.brentq(height, math.log(beta), math.log(bound), xtol=1e-12))


def _series_fall(top: Derivatives, side: float, fall: float) -> float:
    """Return the step at which the series about the maximum has fallen by `fall`."""
    step = side * math.sqrt(-2 * fall / top.second)
    for _ in range(STEPS):
        moved = top.moved(step)
        if moved.first * side >= 0:  # the series has turned, far from where it holds
            break
        correction = (top.value - fall - moved.value) / moved.first
        step += correction
        if abs(correction) <= CLOSE:
            break
    return step


def _follow_to(curve: Curve, beta: float, level: float) -> float | None:
    """Return where near β the curve has this height, by Newton's steps; None where they leave the bounds."""
    for _ in range(STEPS):
        if not LEAST < beta < MOST:
            return None
        here = curve.at(beta)
        if here.first == 0:
            return None
        correction = (level - here.value) / here.first
        beta += correction
        if abs(correction) <= CLOSE * beta:
            return beta
    return None


def _inflation(top: Derivatives) -> float:
    """Return the factor by which weights stretch a fall of the log-likelihood; 1 without weights."""
    return top.score_variance / -top.second if top.second < 0 else 1.0


def _null_inflation(variance: Array, weight: Array | None) -> float:
    """Return the same at T = 1, from the variances of log p."""
    return 1.0 if weight is None else float((weight * weight) @ variance / (weight @ variance))
