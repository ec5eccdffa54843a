"""The order of the columns against the labels."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, WEIGHTS_IGNORED, Check, Finding
from losscheck.checks.wording import names_text, odds_text, p_text, rows_text
from losscheck.numeric.lazy import np
from losscheck.outputs.alignment import align
from losscheck.outputs.orders import Mistake
from losscheck.outputs.stated import state
from losscheck.results import Effect, Need, Status, TaskKind
from losscheck.sample import Stage

if TYPE_CHECKING:
    from losscheck.outputs.alignment import Alignment
    from losscheck.outputs.orders import NamedOrder
    from losscheck.sample import ClassSample

MOST_ROWS = 20
MOST_MOVES = 6
"""Classes whose right column is named in a message; of more, the first ones."""
ALTERNATIVES = {
    Mistake.LABELS_HIGH: "labels one too high",
    Mistake.LABELS_LOW: "labels one too low",
    Mistake.REVERSED: "columns in reverse order",
    Mistake.COLUMNS_AS_TEXT: "columns sorted as text",
    Mistake.LABELS_AS_TEXT: "labels numbered in the order of text",
    Mistake.EXCHANGED: "two exchanged classes",
}
FEW_ROWS = (
    "Nothing to repair. To be sure of the order, look at a few rows by hand, or give more rows or rows of a model "
    "that has learned more."
)
CONFUSED = (
    "So few rows could also be those of classes that the outputs are sure about and cannot tell apart, which more "
    "rows would show."
)
UNTRAINED = (
    "The outputs explain little in any order, so they could also be those of an untrained model, whose columns have "
    "no right order and of which some fit better than others (--stage init)."
)


def run(sample: ClassSample, alpha: float) -> Finding:
    """Look for an order of the columns under which the labels are beyond doubt more likely."""
    if reason := _why_silent(sample):
        return Finding(Status.SKIP, reason)
    alignment = align(sample)
    if alignment is None:
        return Finding(Status.SKIP, "no row has a true class among the columns")
    finding = _say_what_is_excluded(alignment) if alignment.found is None else _accuse(sample, alignment)
    shown = alignment.found or alignment.best
    return Finding(
        status=finding.status,
        message=finding.message if sample.weight is None else f"{finding.message} {WEIGHTS_IGNORED}",
        statistic=shown.evidence,
        p_value=shown.chance,
        effect=Effect("log10 of the e-value of another order", shown.evidence / log(10), margin=shown.limit / log(10)),
        rows=finding.rows,
        advice=finding.advice,
    )


def _why_silent(sample: ClassSample) -> str:
    if sample.asked.stage is Stage.INIT:
        return "a model at initialisation knows no classes yet, so its columns have no right order"
    if state(sample) is None:
        return "the outputs are not probabilities and cannot be turned into ones"
    if sample.kind is TaskKind.MULTILABEL and sample.outputs.shape[1] == 1:
        return "there is one label only, whose column can stand in no other order"
    return ""


def _accuse(sample: ClassSample, alignment: Alignment) -> Finding:
    found = alignment.found
    assert found is not None  # the caller has looked
    what, fix = describe(found.named, sample)
    gains = alignment.agreement.row_gains(found.named.order)
    rows = tuple(int(row) for row in sample.row[np.argsort(-gains, kind="stable")[:MOST_ROWS]])
    concerned = alignment.rows_for + alignment.rows_against
    measured = (
        f"{what}: {alignment.rows_for:,} of the {rows_text(concerned)} that this concerns fit better so, odds of "
        f"{odds_text(found.evidence)} for it whatever the temperature and the base rates ({p_text(found.chance)})"
    )
    if alignment.certain:
        return Finding(Status.FAIL, f"{measured[0].upper()}{measured[1:]}.", rows=rows, advice=fix)
    doubt = CONFUSED if alignment.may_be_confused else UNTRAINED
    return Finding(Status.WARN, f"It looks as if {measured}. {doubt}", rows=rows, advice=f"If so: {fix}")


def describe(named: NamedOrder, sample: ClassSample) -> tuple[str, str]:
    """Return what is wrong with the order of the columns, as a clause, and how to repair it."""
    numbered = all(name.isdecimal() for name in sample.classes)
    by_text = names_text(sorted(str(k + named.first) for k in range(named.order.size)), most=4)
    if named.mistake in (Mistake.LABELS_HIGH, Mistake.LABELS_LOW):
        return _describe_shift(named.mistake is Mistake.LABELS_HIGH, numbered, sample.classes)
    if named.mistake is Mistake.REVERSED:
        return "the columns are in reverse order", "Reverse the order of the columns of outputs."
    if named.mistake is Mistake.COLUMNS_AS_TEXT and numbered:
        return (
            f"the columns are in the order {by_text} (sorted as text), the labels in that of numbers",
            "Reorder the columns of outputs by number.",
        )
    if named.mistake is Mistake.LABELS_AS_TEXT and numbered:
        return (
            f"the labels were numbered in the order {by_text} (sorted as text), the columns in that of numbers",
            "Number the labels again, in the order of the columns.",
        )
    return _describe_exchange(named.order.tolist(), sample)


def _describe_shift(high: bool, numbered: bool, names: tuple[str, ...]) -> tuple[str, str]:
    own, other = (names[1], names[0]) if high else (names[0], names[1])
    belong = f"(rows of '{own}' belong to the column of '{other}')"
    side = "right" if high else "left"
    if not numbered:
        return (
            f"the columns are one place too far to the {'left' if high else 'right'} {belong}",
            f"Move every column of outputs one place to the {side}, under the name of its own class.",
        )
    return (
        f"the labels are one too {'high' if high else 'low'} for the columns {belong}",
        f"{'Subtract 1 from' if high else 'Add 1 to'} the labels; or, if these are right, move every column one "
        f"place to the {side}.",
    )


def _describe_exchange(order: list[int], sample: ClassSample) -> tuple[str, str]:
    names = sample.classes
    moved = [a for a, b in enumerate(order) if a != b]
    if len(moved) == 2:
        both = names_text([names[a] for a in moved])
        if sample.outputs.shape[1] == 1:
            return (
                f"the score is the probability of '{names[0]}', not of '{names[1]}'",
                f"Replace a probability p by 1 − p and a logit z by −z, or exchange the labels {both}.",
            )
        return f"the columns of {both} are exchanged", f"Swap the columns of {both}, or these two labels."
    moves = [f"rows of '{names[a]}' belong to the column of '{names[order[a]]}'" for a in moved[:MOST_MOVES]]
    rest = f", and so on for {len(moved) - MOST_MOVES:,} more" if len(moved) > MOST_MOVES else ""
    return (
        f"the columns of {len(moved):,} classes are in another order ({', '.join(moves)}{rest})",
        "Reorder the columns so: give each class the column that its rows belong to. Then look for how the order "
        "was lost: a set or a dictionary of class names, or another sort in training than here.",
    )


def _say_what_is_excluded(alignment: Alignment) -> Finding:
    excluded = sorted({known.mistake for known in alignment.excluded})
    against = list_in_words([ALTERNATIVES[mistake] for mistake in excluded])
    if alignment.doubtful:
        doubtful = sorted({known.mistake for known in alignment.doubtful})
        message = (
            "No evidence against the order of the columns, but too little for it: the labels do not exclude "
            f"{list_in_words([ALTERNATIVES[mistake] for mistake in doubtful])}. There are too few rows, or "
            "the outputs say too little about the labels."
        )
        return Finding(Status.INCONCLUSIVE, message, advice=FEW_ROWS)
    least = min(alignment.agreement.evidence_against(known.order) for known in alignment.excluded)
    message = f"No evidence against the order of the columns; odds of at least {odds_text(least)} against {against}."
    if alignment.swaps > 1:
        message += f" Of {alignment.swaps:,} exchanges of two classes {alignment.swaps_excluded:,} are excluded as well"
        few = alignment.swaps_excluded < alignment.swaps
        message += ", of the others there are too few rows or too little difference." if few else "."
    return Finding(Status.PASS, message)


def list_in_words(names: list[str]) -> str:
    """Return a list in words: a, b and c."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


CHECK = Check(
    id="alignment",
    code="LC701",
    title="Labels and columns",
    question="Do the labels belong to the columns that they are held against?",
    null="The columns are in the order of the labels, up to a temperature, base rates that have shifted, and a share "
    "of labels drawn at random.",
    why="Labels counted from 1, classes sorted as text or two exchanged names leave outputs that are valid and often "
    "well shaped, with a loss that no training can repair. What looks like a bad model is then a bad join.",
    advice="Repair the order before anything else: all figures about loss and calibration belong to the wrong pairs.",
    misleads="A model that is worse than guessing, or a clustering whose groups have no names, looks the same as "
    "wrong columns. Classes with few rows, or that the outputs do not tell apart, may be exchanged without a trace: "
    "the message says how much is excluded.",
    references=(
        "Wasserman, Ramdas & Balakrishnan 2020, Universal inference, doi:10.1073/pnas.1922664117",
        "Vovk & Wang 2021, E-values: calibration, combination and applications, doi:10.1214/20-AOS2020",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.LABELS, Need.PROBABILITIES}),
    varies=False,
)
