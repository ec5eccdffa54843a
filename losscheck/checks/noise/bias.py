"""Bias: the mean of the residuals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.noise.measures import mean_trend
from losscheck.checks.wording import effect_with, figure, p_text
from losscheck.numeric.lazy import scipy
from losscheck.numeric.trend import MATERIAL, SIGNIFICANT
from losscheck.results import Status

if TYPE_CHECKING:
    from losscheck.numeric.trend import Coefficient, Trend
    from losscheck.sample import Sample

SURE = SIGNIFICANT / 3  # bias, slope and curvature share it


def run(sample: Sample, alpha: float) -> Finding:
    """Hold the mean residual against 0.1 residual standard deviations."""
    fit = mean_trend(sample)
    side = "below" if fit.bias.value > 0 else "above"
    measured = (
        f"the predictions lie {figure(abs(fit.mean))} {side} the targets on average, "
        f"{figure(abs(fit.bias.value))} residual sd"
    )
    return trend_finding(fit, "bias", alpha, "bias in residual sd", measured)


def trend_finding(fit: Trend, name: str, alpha: float, effect_name: str, measured: str) -> Finding:
    """Warn when bias, slope or curvature (`name`) is material, as the verdict asks; note what is only significant."""
    found: Coefficient = getattr(fit, name)
    reach = float(scipy.special.stdtrit(fit.free, 1 - alpha / 2)) * found.se
    effect = effect_with(effect_name, found.value, (found.value - reach, found.value + reach), MATERIAL)
    statistic = found.value / found.se if found.se > 0 else None
    message = f"{measured[0].upper()}{measured[1:]} ({p_text(found.p)})."
    if name in fit.material:
        return Finding(Status.WARN, message, statistic, found.p, effect)
    if found.p >= alpha:
        unclear = f"No clear {name}: {measured} ({p_text(found.p)})."
        return Finding(Status.PASS, unclear, statistic, found.p, effect)
    if abs(found.value) > MATERIAL:
        message += f" That is large but not certain: only below p = {SURE:.4f} is it more than a note."
    else:
        message += f" That is real and small: below {MATERIAL} sd it adds at most 1 % to the squared error."
    return Finding(Status.NOTE, message, statistic, found.p, effect)


CHECK = Check(
    id="bias",
    code="LC101",
    title="Bias",
    question="Are the predictions too high or too low on average?",
    null="The residuals have mean zero.",
    why="A bias is error that no loss has to accept, and it is the first thing that a robust loss or a "
    "quantile loss on skewed noise leaves behind. It must be explained before the noise can be.",
    advice="If the model was trained with MAE, Huber or a quantile loss on skewed targets, this is the distance "
    "from its functional to the mean: decide which of them you need. Otherwise look for a missing "
    "intercept, a back-transformed logarithm without its correction, or a shift between training and "
    "these rows.",
    misleads="Under very heavy tails the mean residual is decided by a few rows (see LC217), and its standard "
    "error with it. Training residuals of least squares have mean zero whatever the model does elsewhere.",
    references=(
        "Newey & West 1987, A positive semi-definite HAC covariance matrix, doi:10.2307/1913610",
        "Gneiting 2011, Making and evaluating point forecasts, doi:10.1198/jasa.2011.r10138",
    ),
    worst=Status.WARN,
    run=run,
    minimum_rows=5,
)
