"""What the outputs are: probabilities, logits, percentages or something else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.wording import figure
from losscheck.numeric.lazy import np
from losscheck.outputs.interpretation import Interpretation, detect, interpret
from losscheck.outputs.naming import numbers_by_name
from losscheck.outputs.reading_of_scores import Suspicion, suspect_scores
from losscheck.outputs.rows import measure_rows
from losscheck.outputs.simplex import FEW, tolerance_of
from losscheck.results import Status, TaskKind
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

FEWEST_ROWS = 5
TELLING, LEAST_RANGE = 20.0, 0.05
"""The first label must range over so much, in tolerances of a sum and absolutely, for sums to tell anything."""


def run(sample: ClassSample, alpha: float) -> Finding:
    """Say what the numbers are and why, and what was made of them."""
    reading = interpret(sample)
    if sample.asked.outputs is not None:
        return _as_asked(sample, reading)
    if reading.numbers is Numbers.AMBIGUOUS:
        return Finding(Status.FAIL, _say_ambiguous(sample, reading), advice=_ask_for_outputs(reading))
    if reading.numbers is Numbers.PROBABILITIES and (suspicion := suspect_scores(sample)):
        return SUSPECTED[suspicion]
    if _shares_of_labels(sample, reading):
        return Finding(Status.WARN, SOFTMAX_OF_LABELS, advice=SOFTMAX_OF_LABELS_ADVICE)
    status, what, advice = SAID[reading.numbers]
    if reading.numbers in CONVERTED and numbers_by_name(sample) is not reading.numbers:
        status = Status.FAIL
    if reading.missing_columns or reading.negated:
        advice = COLUMN_MISSING if reading.missing_columns else CHANGE_THE_SIGN
    return Finding(status, what.format(why=reading.why, total=figure(reading.total)), advice=advice)


def _as_asked(sample: ClassSample, reading: Interpretation) -> Finding:
    """Say that the numbers are read as asked for, and what they look like where that is something else."""
    own = detect(sample)
    message = f"The outputs are read as {NAMES[reading.numbers]}, {reading.why}."
    if own.numbers in (reading.numbers, Numbers.AMBIGUOUS):
        return Finding(Status.PASS, message)
    look = f"By themselves they look like {NAMES[own.numbers]}" if own.numbers is not Numbers.INVALID else "But"
    return Finding(Status.NOTE, f"{message} {look}: {own.why}.", advice=DIFFERENT)


def _say_ambiguous(sample: ClassSample, reading: Interpretation) -> str:
    message = f"What the outputs are is not settled: {reading.why}."
    known = {numbers: value for numbers, value in reading.readings.items() if not math.isnan(value)}
    if not known:
        return message
    each = ", ".join(f"{figure(value)} as {READINGS[numbers]}" for numbers, value in known.items())
    unit = "row and label" if sample.kind is TaskKind.MULTILABEL else "row"
    return f"{message} Log-likelihood of the labels a {unit}: {each} (more is likelier)."


def _ask_for_outputs(reading: Interpretation) -> str:
    choices = [f"--outputs {OPTIONS[numbers]} for {READINGS[numbers]}" for numbers in reading.readings]
    return f"Say what they are: {', '.join(choices)}. Nothing else about them is checked until then."


def _shares_of_labels(sample: ClassSample, reading: Interpretation) -> bool:
    """Tell whether the outputs for several labels at once sum to 1 in each row, and the labels do not."""
    if reading.numbers is not Numbers.SIGMOIDS or sample.outputs.shape[1] < 2 or sample.n < FEWEST_ROWS:
        return False
    if sample.targets is None or bool((sample.targets.sum(axis=1) == 1).all()):
        return False
    rows, allowed = measure_rows(sample), tolerance_of(sample, 1.0).sum
    if float(np.ptp(sample.outputs[:, 0])) <= max(TELLING * allowed, LEAST_RANGE):
        return False  # numbers that hardly vary have sums that hardly vary, and may sum to 1 by chance
    return bool(np.mean(np.abs(rows.total - 1) <= allowed) >= 1 - FEW)


NAMES = {
    Numbers.PROBABILITIES: "probabilities",
    Numbers.SIGMOIDS: "probabilities of several labels",
    Numbers.LOGITS: "logits",
    Numbers.LOG_PROBABILITIES: "log-probabilities",
    Numbers.PERCENT: "percentages",
    Numbers.VOTES: "votes",
    Numbers.ONE_HOT: "decisions",
    Numbers.MARGIN: "pairs (1 − z, z) of a raw score",
}
READINGS = NAMES | {Numbers.SIGMOIDS: "scores to be divided by their sum"}
OPTIONS = {
    Numbers.PROBABILITIES: "probabilities",
    Numbers.SIGMOIDS: "probabilities",
    Numbers.LOGITS: "logits",
    Numbers.LOG_PROBABILITIES: "log-probabilities",
    Numbers.PERCENT: "percent",
}
CONVERTED = (Numbers.LOGITS, Numbers.LOG_PROBABILITIES, Numbers.PERCENT, Numbers.VOTES)
"""Numbers that state probabilities by another name: a fault, unless the columns are called so or --outputs says so."""
TAKE_PROBABILITIES = (
    "If this is what you meant to save, say so with --outputs. Code that expects probabilities must convert them "
    "first: "
)
SAID: dict[Numbers, tuple[Status, str, str | None]] = {
    Numbers.PROBABILITIES: (Status.PASS, "The outputs are probabilities: {why}.", None),
    Numbers.SIGMOIDS: (Status.PASS, "The outputs are probabilities, each label's on its own: {why}.", None),
    Numbers.LOGITS: (
        Status.NOTE,
        "The outputs are logits: {why}. Everything below is about their softmax (of a single score: its sigmoid).",
        TAKE_PROBABILITIES + "apply softmax, or sigmoid to a single score. Losses that take logits "
        "(CrossEntropyLoss, BCEWithLogitsLoss) want them as they are.",
    ),
    Numbers.LOG_PROBABILITIES: (
        Status.NOTE,
        "The outputs are log-probabilities: {why}. Everything below is about the probabilities.",
        TAKE_PROBABILITIES + "take the exponential. In PyTorch the loss for them is NLLLoss.",
    ),
    Numbers.PERCENT: (
        Status.NOTE,
        "The outputs are percentages: {why}. Everything below is about them divided by 100.",
        TAKE_PROBABILITIES + "divide by 100.",
    ),
    Numbers.VOTES: (
        Status.NOTE,
        "The outputs are votes or shares: {why}. Everything below is about them divided by {total}.",
        TAKE_PROBABILITIES + "divide each row by its sum.",
    ),
    Numbers.ONE_HOT: (
        Status.WARN,
        "The outputs are decisions, not probabilities: {why}. Only the accuracy can be judged; calibration is not "
        "defined, and the log loss is infinite as soon as one decision is wrong.",
        "Save the probabilities (predict_proba, the softmax) instead of the predicted class.",
    ),
    Numbers.MARGIN: (
        Status.FAIL,
        "The outputs are not probabilities: {why}. Everything below takes z as a logit.",
        "Apply a sigmoid to z instead of writing (1 − z, z), and better a fitted one (Platt scaling): the scale of a "
        "margin is arbitrary. If z comes from a linear fit to 0 and 1, fit a logistic model instead.",
    ),
    Numbers.INVALID: (
        Status.FAIL,
        "The outputs are not distributions: {why}.",
        "Look at how the outputs were written, and say what they are with --outputs if this is wrong.",
    ),
}
COLUMN_MISSING = (
    "Give the column of every class. If one is missing, 1 less the sum of the others is its probability; if the model "
    "cannot name the class, its rows have probability 0 and an infinite loss."
)
CHANGE_THE_SIGN = "Change the sign of all outputs; then they are log-probabilities."
DIFFERENT = "Leave out --outputs if you are not sure; rows that do not fit it are listed under LC502."
SUSPECTED = {
    Suspicion.SIGMOID_TWICE: Finding(
        Status.WARN,
        "The outputs look like a sigmoid of probabilities: all lie between 0.5 and sigmoid(1) = 0.7311, and the "
        "labels are likelier with the outer sigmoid undone. A model that knows little could look like this, too.",
        advice="If the model ends in a sigmoid, train it with BCELoss, not BCEWithLogitsLoss, or drop its sigmoid; and "
        "apply the sigmoid only once when you predict.",
    ),
    Suspicion.WINNER: Finding(
        Status.WARN,
        "The outputs look like the confidence in the predicted class, not the probability of the second one: none is "
        "below 0.5, but the second class is much rarer than they say.",
        advice="Save the probability of the second class: where the first one was predicted, it is 1 less the "
        "confidence.",
    ),
}
SOFTMAX_OF_LABELS = (
    "The outputs of each row sum to 1, as a softmax makes them, but rows have several labels or none: the labels are "
    "not exclusive."
)
SOFTMAX_OF_LABELS_ADVICE = "Use a sigmoid for each label (multilabel BCE); a softmax lets one label take from another."
CHECK = Check(
    id="representation",
    code="LC501",
    title="What the outputs are",
    question="Are the outputs probabilities, and if not, what are they?",
    null="The outputs are probabilities of the classes.",
    why="Cross-entropy is the negative log-likelihood of a categorical distribution: without a distribution there is "
    "no likelihood. Logits taken for probabilities, or probabilities for logits, raise no error anywhere; they only "
    "make every number that follows wrong.",
    advice="Say what the outputs are with --outputs, or save the probabilities.",
    misleads="A reading is decided by what more than half of all rows satisfy. Numbers between 0 and 1 that sum to "
    "anything may be scores of each class against the rest or logits, and only you know; percentages of a rare class "
    "may be small logits. With a handful of rows chance can produce any of these patterns.",
    references=(
        "Bridle 1990, Probabilistic interpretation of feedforward classification network outputs, "
        "doi:10.1007/978-3-642-76153-9_28",
        "Zadrozny & Elkan 2002, Transforming classifier scores into accurate multiclass probability estimates, "
        "doi:10.1145/775047.775151",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    varies=False,
)
