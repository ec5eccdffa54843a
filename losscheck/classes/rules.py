"""The recommendation for class outputs as a table of rules: the first row that fires decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from losscheck.classes.facts import ClassFacts
from losscheck.classes.words import (
    say_ambiguous,
    say_calibrated,
    say_decisions,
    say_double_softmax,
    say_labels_left_over,
    say_leak,
    say_misaligned,
    say_miscalibrated,
    say_missing_column,
    say_no_distribution,
    say_other_numbers,
    say_prior_shift,
    say_start,
    say_temperature,
    say_unchecked,
    say_unlabelled,
    say_unsettled,
    say_worse_than_constant,
    say_zero,
)
from losscheck.results import Status, VerdictStatus
from losscheck.sample import Numbers, Stage


@dataclass(frozen=True)
class ClassRule:
    """One row: `fires` looks at the facts, `fact` says in words what it saw, `say` writes the headline."""

    id: str
    fact: str
    fires: Callable[[ClassFacts], bool]
    status: VerdictStatus
    say: Callable[[ClassFacts], str]


def _other_numbers(facts: ClassFacts) -> bool:
    right = (Numbers.PROBABILITIES, Numbers.SIGMOIDS, Numbers.ONE_HOT)
    return facts.interpretation.numbers not in right and not facts.said


CLASS_RULES: tuple[ClassRule, ...] = (
    ClassRule(
        "ambiguous_outputs",
        "the numbers can be read in more than one way",
        lambda f: f.interpretation.numbers is Numbers.AMBIGUOUS,
        VerdictStatus.UNDECIDED,
        say_ambiguous,
    ),
    ClassRule(
        "missing_column",
        "rows sum to less than 1, and labels occur that have no column",
        lambda f: bool(f.interpretation.missing_columns),
        VerdictStatus.INVALID,
        say_missing_column,
    ),
    ClassRule(
        "not_distributions",
        "rows are no probability distributions",
        lambda f: f.interpretation.numbers is Numbers.INVALID or f.ended("simplex") or f.ended("finite_outputs"),
        VerdictStatus.INVALID,
        say_no_distribution,
    ),
    ClassRule(
        "other_numbers",
        "the numbers are not probabilities, but can be made so",
        _other_numbers,
        VerdictStatus.INVALID,
        say_other_numbers,
    ),
    ClassRule(
        "softmax_twice",
        "every row is the softmax of a distribution, and as flat as that makes it",
        lambda f: f.ended("double_softmax", Status.WARN, Status.FAIL),
        VerdictStatus.INVALID,
        say_double_softmax,
    ),
    ClassRule(
        "hard_decisions",
        "every row gives one class all of the probability",
        lambda f: f.interpretation.numbers is Numbers.ONE_HOT,
        VerdictStatus.FIX_FIRST,
        say_decisions,
    ),
    ClassRule(
        "misaligned",
        "the labels fit the columns far better in another order",
        lambda f: f.ended("alignment"),
        VerdictStatus.FIX_FIRST,
        say_misaligned,
    ),
    ClassRule(
        "labels_without_column",
        "labels occur for which no column states a probability",
        lambda f: f.ended("label_range"),
        VerdictStatus.FIX_FIRST,
        say_labels_left_over,
    ),
    ClassRule(
        "zero_probability",
        "a true class was given the probability 0",
        lambda f: f.ended("zero_probability"),
        VerdictStatus.FIX_FIRST,
        say_zero,
    ),
    ClassRule(
        "leak_at_start",
        "the loss at initialisation is far below what the label frequencies allow",
        lambda f: f.ended("initial_loss"),
        VerdictStatus.FIX_FIRST,
        say_leak,
    ),
    ClassRule(
        "worse_than_constant",
        "the outputs are a worse forecast than the label frequencies, whatever the temperature",
        lambda f: f.uninformative or (f.ended("baseline") and not f.ended("temperature")),
        VerdictStatus.FIX_FIRST,
        say_worse_than_constant,
    ),
    ClassRule(
        "no_labels",
        "there are no labels to hold the outputs against",
        lambda f: not f.labelled,
        VerdictStatus.KEEP,
        say_unlabelled,
    ),
    ClassRule(
        "at_start",
        "the outputs are those of a model before training",
        lambda f: f.stage is Stage.INIT,
        VerdictStatus.KEEP,
        say_start,
    ),
    ClassRule(
        "prior_shift",
        "the classes occur at other rates than stated, and the slope of the logits is not at fault",
        lambda f: f.ended("calibration_in_the_large") and not f.ended("cox"),
        VerdictStatus.KEEP,
        say_prior_shift,
    ),
    ClassRule(
        "temperature",
        "one factor on all logits is missing",
        lambda f: f.ended("temperature"),
        VerdictStatus.KEEP,
        say_temperature,
    ),
    ClassRule(
        "miscalibrated",
        "stated probabilities and frequencies differ by more than the margin",
        lambda f: bool(f.calibration(Status.FAIL)),
        VerdictStatus.KEEP,
        say_miscalibrated,
    ),
    ClassRule(
        "unsettled",
        "nothing is wrong beyond doubt, and not all of it is within its margin beyond doubt",
        lambda f: bool(f.calibration(Status.INCONCLUSIVE)),
        VerdictStatus.KEEP,
        say_unsettled,
    ),
    ClassRule(
        "unchecked",
        "calibration is not defined for these outputs, or could not be checked",
        lambda f: not f.calibration(Status.PASS),
        VerdictStatus.KEEP,
        say_unchecked,
    ),
    ClassRule(
        "calibrated",
        "labels look like draws from what is stated",
        lambda f: True,
        VerdictStatus.KEEP,
        say_calibrated,
    ),
)
"""Read from the top. The labels fix the likelihood; what the outputs add is what to repair."""


def fired_class_rule(facts: ClassFacts) -> ClassRule:
    """Return the first rule of the table that fires."""
    return next(rule for rule in CLASS_RULES if rule.fires(facts))
