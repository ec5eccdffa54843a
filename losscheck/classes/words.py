"""The headlines of the rules for class outputs: what to do, what it costs not to, with this file's numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from losscheck.checks.wording import figure, percent
from losscheck.results import Status
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from losscheck.classes.facts import ClassFacts

REPAIRS = {
    Numbers.LOGITS: "apply softmax to get probabilities, or say --outputs logits if logits are what you meant to write",
    Numbers.LOG_PROBABILITIES: "take exp to get probabilities, or say --outputs log-probabilities",
    Numbers.PERCENT: "divide by 100",
    Numbers.VOTES: "divide by the number of votes a row, and smooth: a class without a vote is not impossible",
    Numbers.MARGIN: "the two columns are 1 − z and z of a raw score z: apply a sigmoid to z",
}
SINGLE_REPAIRS = {Numbers.LOGITS: REPAIRS[Numbers.LOGITS].replace("softmax", "a sigmoid")}
MOST_OFFSETS = 3


def loss_name(facts: ClassFacts) -> str:
    """Return the recommended loss as a sentence names it."""
    return facts.family.loss.id


def _after(facts: ClassFacts) -> str:
    return f"The loss to train with is {loss_name(facts)}, the likelihood of such labels."


def _message(facts: ClassFacts, *ids: str) -> str:
    """Return what the first of these checks that failed says."""
    found = [facts.checks[id] for id in ids if facts.ended(id, Status.FAIL, Status.WARN)]
    return found[0].message if found else facts.interpretation.why


def say_ambiguous(facts: ClassFacts) -> str:
    """Return the readings and how to settle them."""
    readings = " or ".join(reading.value for reading in facts.interpretation.readings) or "several things"
    return (
        f"Undecided: the numbers could be {readings}. {_sentence(facts.interpretation.why)} Say which with --outputs; "
        f"the rest of the report waits for that."
    )


def say_no_distribution(facts: ClassFacts) -> str:
    """Return what is wrong with the rows."""
    what = _sentence(_message(facts, "simplex", "finite_outputs", "representation"))
    return f"The outputs are not probability distributions: {what} Repair that first. {_after(facts)}"


def say_missing_column(facts: ClassFacts) -> str:
    """Return the labels whose column is missing."""
    missing = facts.interpretation.missing_columns
    labels = ", ".join(f"'{label}'" for label in missing[:MOST_OFFSETS])
    what = "the column of the label" if len(missing) == 1 else f"the columns of {len(missing)} labels, such as"
    return (
        f"The outputs are not whole distributions: {what} {labels} is missing, and rows sum to less than 1. Write the "
        f"column of every class. {_after(facts)}"
    )


def say_other_numbers(facts: ClassFacts) -> str:
    """Return what the numbers are, and how to make probabilities of them."""
    numbers = facts.interpretation.numbers
    single = facts.single
    repair = (SINGLE_REPAIRS if single else REPAIRS).get(numbers, REPAIRS[numbers])
    return (
        f"The outputs are not probabilities but {_plural(numbers)}: {repair}. This report goes on with them converted. "
        f"{_after(facts)}"
    )


def say_double_softmax(facts: ClassFacts) -> str:
    """Return the suspicion and the repair."""
    return (
        "The outputs look as if softmax was applied twice: drop the softmax before CrossEntropyLoss (it applies its "
        "own), or the second one where outputs are written. Every row is the softmax of another distribution, which "
        f"only a nearly uniform model would be by chance. {_after(facts)}"
    )


def say_decisions(facts: ClassFacts) -> str:
    """Return that decisions are no probabilities."""
    return (
        "The outputs are decisions, not probabilities: every row gives one class 1 and all others 0, so one mistake "
        f"costs an infinite loss, and calibration is undefined. Write the probabilities themselves. {_after(facts)}"
    )


def say_misaligned(facts: ClassFacts) -> str:
    """Return the order that fits and the repair."""
    check = facts.checks["alignment"]
    return f"Labels and columns do not line up: {_sentence(check.message)} {_sentence(check.advice)} {_after(facts)}"


def say_labels_left_over(facts: ClassFacts) -> str:
    """Return the labels without a column."""
    return f"Labels and columns do not fit together: {_sentence(_message(facts, 'label_range'))} {_after(facts)}"


def say_zero(facts: ClassFacts) -> str:
    """Return that the loss is infinite."""
    return f"The loss is infinite on this file: {_sentence(_message(facts, 'zero_probability'))} {_after(facts)}"


def say_leak(facts: ClassFacts) -> str:
    """Return that a model cannot know so much before training."""
    return f"Something leaks: {_sentence(_message(facts, 'initial_loss'))} {_after(facts)}"


def say_worse_than_constant(facts: ClassFacts) -> str:
    """Return how far the outputs are from the label frequencies."""
    if facts.uninformative:
        why = "Labels are no more frequent where they are stated to be, so that no temperature helps."
        hint = " Outputs of a model before training look like this: say --stage init if they are."
    else:
        why, hint = _sentence(_message(facts, "baseline")), ""
    return (
        f"The model does worse than a constant: {why} The loss is not at fault: look at the alignment of rows, the "
        f"split, and the labels.{hint} {_after(facts)}"
    )


def say_unlabelled(facts: ClassFacts) -> str:
    """Return what can be said without labels."""
    return (
        f"The outputs are valid probability distributions over {facts.classes} classes. Without labels (-t COL) "
        f"nothing more can be checked. {_after(facts)}"
    )


def say_temperature(facts: ClassFacts) -> str:
    """Return the temperature to divide by."""
    fitted = facts.temperature
    value = (fitted.value or 1.0) if fitted is not None else 1.0
    side = "overconfident" if value > 1 else "underconfident"
    interval = f" [{figure(fitted.low or 0.0)}, {figure(fitted.high or math.inf)}]" if fitted is not None else ""
    smoothed = ""
    if facts.smoothing is not None:
        smoothed = f" No probability is below {figure(facts.smoothing / facts.classes)}, as label smoothing leaves it."
    return (
        f"Keep {loss_name(facts)}: fix the map, not the loss. The outputs are {side}: divide the logits by "
        f"{figure(value)}{interval} after training.{smoothed}"
    )


def say_prior_shift(facts: ClassFacts) -> str:
    """Return the odds by which the classes are off."""
    ranked = sorted(zip(facts.offsets, facts.names, strict=False), key=lambda pair: -abs(pair[0]))
    factors = ", ".join(f"{name} × {figure(math.exp(a))}" for a, name in ranked[:MOST_OFFSETS])
    odds = f" The stated odds want the factors {factors}." if factors else ""
    return (
        f"Keep {loss_name(facts)}: the slope of the logits is right, and the classes occur at other rates than "
        f"stated.{odds} Class weights, resampling and a shift since training all look like this: undo the weights, or "
        "add the logarithms of these factors to the logits."
    )


def say_miscalibrated(facts: ClassFacts) -> str:
    """Return which calibration checks failed."""
    worst = facts.calibration(Status.FAIL)[0]
    return (
        f"Keep {loss_name(facts)}, and recalibrate after training: {_sentence(worst.message)} The loss asks for "
        "calibrated probabilities; on held-out rows an isotonic map, or an offset and a slope of the logits, gets them."
    )


def say_unsettled(facts: ClassFacts) -> str:
    """Return that more rows are needed to vouch for the calibration."""
    open_checks = facts.calibration(Status.INCONCLUSIVE)
    names = ", ".join(check.id for check in open_checks)
    return (
        f"Keep {loss_name(facts)}: it is the likelihood of these labels, and nothing speaks against the stated "
        f"probabilities. {facts.n:,} rows are not enough to vouch for them within the margins ({names})."
    )


def say_start(facts: ClassFacts) -> str:
    """Return how the loss at initialisation compares with what it should be."""
    check = facts.checks.get("initial_loss")
    return f"{_after(facts)} {_sentence(check.message) if check is not None else ''}"


def say_unchecked(facts: ClassFacts) -> str:
    """Return that nothing was found, and that calibration was not looked at."""
    return f"{_after(facts)} The calibration of these outputs is not defined or not checked; see the checks."


def say_calibrated(facts: ClassFacts) -> str:
    """Return that all is well, and how well."""
    loss = "" if facts.log_loss is None else f" (log loss {figure(facts.log_loss)} nats a row)"
    return (
        f"Keep {loss_name(facts)}: the outputs are valid distributions, and the labels look like draws from them{loss}."
    )


def write_cost(facts: ClassFacts) -> str:
    """Return what squared error on these probabilities would waste."""
    found = facts.squared_error
    if found is None or found.value is None:
        return ""
    interval = "" if found.low is None or found.high is None else f" [{found.low:.2f}, {found.high:.2f}]"
    return (
        f"squared error on these probabilities would be worth {percent(found.value)} of the rows (efficiency "
        f"{found.value:.2f}{interval}): its gradient has a factor p(1 − p), which vanishes for confident mistakes"
    )


def _plural(numbers: Numbers) -> str:
    return {Numbers.PERCENT: "percentages", Numbers.MARGIN: "a raw score z and 1 − z"}.get(numbers, numbers.value)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."
