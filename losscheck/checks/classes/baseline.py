"""The log loss against constant predictions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.classes.outcome import skip
from losscheck.checks.intervals import normal_reach
from losscheck.checks.wording import effect_with, figure, interval_text, percent, rows_text
from losscheck.outputs.alignment import align
from losscheck.outputs.baselines import compare_with_constants, row_losses
from losscheck.outputs.temperature import fit_temperature
from losscheck.outputs.undefined import Undefined
from losscheck.results import Effect, Need, Status
from losscheck.sample import Stage

if TYPE_CHECKING:
    from losscheck.outputs.baselines import Comparison
    from losscheck.sample import ClassSample


def run(sample: ClassSample, alpha: float) -> Finding:
    """Hold the log loss against that of the base rates, H(prior), and of the uniform prediction, log K."""
    if sample.asked.stage is Stage.INIT:
        return Finding(Status.SKIP, "a model at initialisation has nothing yet to beat a constant with (see LC705)")
    losses = row_losses(sample)
    if isinstance(losses, Undefined):
        return skip(losses)
    finite = losses.finite()
    if finite.loss.size < 2:
        return Finding(Status.SKIP, f"needs at least 2 rows whose loss is finite, there are {finite.loss.size}")
    found = compare_with_constants(finite)
    reach = normal_reach(alpha) * found.d_squared_se
    low, high = found.d_squared - reach, found.d_squared_learned + reach
    effect = effect_with("share of H(prior) that the outputs explain, D²", found.d_squared, (low, high), 0.0)
    measured = (
        f"the log loss is {figure(found.nll)} nats, that of the constant base rates H(prior) = {figure(found.prior)} "
        f"and of the uniform prediction log K = {figure(found.uniform)}: D² = {figure(found.d_squared)} "
        f"({interval_text((effect.low or low, effect.high or high), alpha)})"
    )
    infinite = losses.loss.size - finite.loss.size
    if infinite:
        return _without_zeros(measured, effect, infinite, high < 0)
    if low > 0:
        return Finding(Status.PASS, f"Better than a constant: {measured}.", found.d_squared, effect=effect)
    if high >= 0:
        message = f"Not clearly better or worse than a constant: {measured}."
        return Finding(Status.INCONCLUSIVE, message, found.d_squared, effect=effect, advice=UNCLEAR)
    certain = found.above_uniform > normal_reach(alpha) * found.above_uniform_se
    worse = "even than the uniform prediction, which knows nothing" if certain else "than a constant"
    return Finding(
        Status.FAIL,
        f"Worse {worse}: {measured}.",
        found.d_squared,
        effect=effect,
        advice=_advise(sample, found),
    )


def _without_zeros(measured: str, effect: Effect, infinite: int, worse: bool) -> Finding:
    """Say what the loss is without the rows in which it is infinite."""
    message = (
        f"The log loss is infinite: {rows_text(infinite)} had probability 0 for what came true (LC504). Without them "
        f"{measured}."
    )
    status = Status.FAIL if worse else Status.INCONCLUSIVE
    return Finding(status, message, effect=effect, advice=ZEROS)


def _advise(sample: ClassSample, found: Comparison) -> str:
    """Say what to settle first: columns in the wrong order, or else a temperature."""
    alignment = align(sample)
    if alignment is not None and alignment.found is not None and alignment.certain:
        return "Settle the order of the columns first (LC701): the labels are held against the wrong ones."
    fitted = fit_temperature(sample)
    if isinstance(fitted, Undefined):
        return CHECK.advice
    explained = 1 - (found.nll - fitted.gain) / found.prior
    if math.isinf(fitted.value):
        return (
            "No temperature helps: classes are no more frequent where the outputs say so. Look at the order of the "
            "columns (LC701) and at whether these rows are of the kind that the model was trained on."
        )
    if explained > 0:
        return (
            f"Settle the temperature first: with the logits divided by {figure(fitted.value)} the outputs explain "
            f"{percent(explained)} of H(prior). They do tell the classes apart and state it with too much confidence."
        )
    return (
        f"Even with the logits divided by the best temperature, {figure(fitted.value)}, they do not beat the base "
        "rates. Look at the order of the columns (LC701), and for base rates that differ from those in training."
    )


UNCLEAR = "Get more rows, or a better model: on these a constant is as good a prediction, as far as can be told."
ZEROS = (
    "Settle these rows first: a probability of 0 for what then happens is infinitely bad by log loss, whatever the "
    "other rows are."
)
CHECK = Check(
    id="baseline",
    code="LC704",
    title="Better than a constant",
    question="Do the outputs predict the labels better than the base rates do?",
    null="The log loss is that of the constant prediction of the base rates: D² = 1 − NLL/H(prior) is 0.",
    why="Base rates need no model. Outputs that lose to them do harm where their probabilities are used, and such a "
    "loss is nearly always overconfidence, shifted data or columns in the wrong order, not a lack of information.",
    advice="Settle the temperature first, then look at the order of the columns (LC701), and whether these rows "
    "are of the kind that the model was trained on.",
    misleads="Base rates of these very rows are a constant that nobody could have used; the interval reaches up to the "
    "loss of one that was learned from the other rows. Rows that are alike (many of one patient, one video) are fewer "
    "than they seem, and the interval is too narrow.",
    references=(
        "Cameron & Windmeijer 1997, An R-squared measure of goodness of fit, doi:10.1016/S0304-4076(96)01818-0",
        "Gneiting & Raftery 2007, Strictly proper scoring rules, doi:10.1198/016214506000001437",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.TARGET, Need.PROBABILITIES}),
    varies=False,
)
