"""The temperature that all logits would have to be divided by."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.classes.outcome import FEWEST_ROWS, TRAINED_ON, finite, hold, skip
from losscheck.checks.wording import figure, p_text
from losscheck.outputs.temperature import fit_temperature
from losscheck.outputs.undefined import Undefined
from losscheck.results import Effect, Need, Status

if TYPE_CHECKING:
    from losscheck.outputs.temperature import Temperature
    from losscheck.sample import ClassSample

MARGIN = 0.1
"""A temperature in [0.9, 1.1] is 1 for all that matters."""


def run(sample: ClassSample, alpha: float) -> Finding:
    """Hold the maximum-likelihood temperature, with its profile interval, against [0.9, 1.1]."""
    fit = fit_temperature(sample)
    if isinstance(fit, Undefined):
        return skip(fit)
    interval = fit.interval(alpha)
    effect = Effect("temperature", finite(fit.value), finite(interval[0]), finite(interval[1]), MARGIN)
    measured = (
        f"{_describe(fit, interval)} (likelihood ratio {figure(fit.likelihood_ratio)}, {p_text(fit.p)}, asymptotic)"
    )
    statistic, p = fit.likelihood_ratio, fit.p
    # the score test of temperature 1 is that of LC602, which the redrawn labels are counted by
    return hold(sample, measured, effect, interval, family="nll_z", target=1.0, statistic=statistic, p_value=p)


def _describe(fit: Temperature, interval: tuple[float, float]) -> str:
    if math.isinf(fit.value):
        return "No temperature helps: the labels are no more frequent where the outputs say so than elsewhere"
    if fit.value == 0:
        return "The most probable class is always the true one, so that any lower temperature fits better: T = 0"
    kind = "overconfident" if interval[0] > 1 else "too cautious" if interval[1] < 1 else ""
    gain = f"logits divided by it would lower the log loss by {figure(fit.gain)} nats a row"
    return f"The best temperature is {figure(fit.value)}: {f'the outputs are {kind}, and ' if kind else ''}{gain}"


CHECK = Check(
    id="temperature",
    code="LC604",
    title="Temperature",
    question="By what number would all logits have to be divided?",
    null="The labels are draws from the stated probabilities: the best temperature is 1.",
    why="One number that repairs most of the overconfidence of neural networks, and changes no decision. The model and "
    "its loss stay what they are: fix the map, not the loss.",
    advice="Divide the logits by the temperature after training: fit it on validation rows and apply it to all others. "
    "Below 1 the outputs are too cautious; label smoothing does that.",
    misleads="A temperature also answers for errors that it cannot repair: offsets of classes (LC605), or a bend of "
    f"the reliability curve (LC606). Where all log-probabilities of a row are equal there is none. {TRAINED_ON}",
    references=(
        "Guo et al. 2017, On calibration of modern neural networks, arXiv:1706.04599",
        "Müller, Kornblith & Hinton 2019, When does label smoothing help?, arXiv:1906.02629",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.LABELS}),
    minimum_rows=FEWEST_ROWS,
    varies=False,
)
