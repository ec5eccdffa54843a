"""Which of two labels a single score is of: its name says it, else the labels' meaning, else their order."""

from __future__ import annotations

from collections.abc import Sequence

from losscheck.reading.class_names import (
    LEADS,
    NEGATIVE,
    OPPOSITES,
    POSITIVE,
    PREDICTION_WORDS,
    SCORE_WORDS,
    SUMMARIES,
    TARGET_WORDS,
    is_score,
    is_whole,
    key_of,
    polarity,
    split_output,
)
from losscheck.reading.labels import BY_NAME, drop_ignored, sort_labels, take_sides
from losscheck.reading.names import normalise
from losscheck.reading.wording import list_texts
from losscheck.results import InputError

GENERIC_WORDS = frozenset(
    [*LEADS, *NEGATIVE, *POSITIVE, *PREDICTION_WORDS, *SCORE_WORDS, *SUMMARIES, *TARGET_WORDS]
    + ["hat", "raw", "cal", "calibrated", "uncalibrated", "final", "out", "output", "value", "avg", "average", "median"]
    + ["fold", "train", "valid", "holdout", "ensemble", "best", "new", "old", "of", "for", "the", "in", "be", "p", "v"]
)
"""Words in the name of a score that say nothing about its class."""
INITIALS = frozenset(["n", "f"])
"""Letters of no and false, which say so behind a word like prob: prob_n."""
NEGATIONS = frozenset(["not", "no", "non", "without"])
SURE_LETTERS = 3
"""Of a word before "prob", which is as often the name of a model, that must be those of a label."""


def match_two(
    values: Sequence[str], names: Sequence[str], where: str, score: str, regression: str, target: str = ""
) -> tuple[tuple[str, str], list[int], str]:
    """Return the two classes of a single score, which is of the second, the class of each label, and why.

    `names` are what the score's column may say about its class: 'yes' in prob_yes; there are none where it has no name
    of its own. `target` is the name of the labels' column. `InputError` for more than two labels, because one score
    cannot say which of several classes it is of (`regression` is how to say that it is none), and for a score that is
    named like that of a class which is neither label.
    """
    real = drop_ignored(values, 1)
    if len(real) > 2:
        raise InputError(
            f"{where}: there are {len(real)} different labels ({list_texts(real)}), and one score ('{score}') can tell "
            f"only two classes apart. Give a column of outputs for each class, as in prob_{real[0]}; if this is a "
            f"regression, say {regression}."
        )
    positive, how = _find_positive(real, names, where, score, target)
    negative = next((value for value in real if value != positive), "") or _opposite_of(positive)
    classes = (negative, positive)
    return classes, [classes.index(value) if value in classes else -1 for value in values], how


def _find_positive(real: Sequence[str], names: Sequence[str], where: str, score: str, target: str) -> tuple[str, str]:
    """Return the label that the score is of, and how that is known."""
    keys = {key_of(name) for name in names}
    named = [value for value in real if key_of(value) in keys]
    sides = {side for name in names if len(name) > 1 and (side := polarity(name)) is not None}
    named = named or [value for value in real if len(sides) == 1 and polarity(value) in sides]
    if len(named) == 1:
        return named[0], f"{BY_NAME}: '{score}' is the score of {named[0]}"
    after, before = _words(score, target) if names else ([], [])
    for word in after:
        if likely := _find_alike(word, real):
            return likely, f"{BY_NAME}: '{score}' is the score of {likely}"
    settled, how = _by_meaning(real) or ("", "")
    if after and not (settled and _may_be_said(after[0], real)):
        which = f"which of the labels {list_texts(real)} that is" if len(real) > 1 else f"whether that is '{real[0]}'"
        raise InputError(
            f"{where}: '{score}' is named like the score of '{after[0]}', and it cannot be told {which}. Name the "
            f"column by its class, as in {' or '.join(f'prob_{value}' for value in real)}."
        )
    if not settled and len(real) == 1:
        raise InputError(
            f"{where}: every label is '{real[0]}', so it cannot be told whether '{score}' is the score of that class "
            f"or of another. Name the column by its class, as in prob_{real[0]}."
        )
    settled, how = (settled, how) if settled else _by_order(real)
    for word in before:
        likely = _find_alike(word, real)
        if likely and min(len(word), len(key_of(likely))) >= SURE_LETTERS:
            return likely, f"{BY_NAME}: '{score}' is the score of {likely}"
        if likely and likely != settled:
            raise InputError(
                f"{where}: it cannot be told whether '{score}' is the score of {likely} or of {settled}. Name the "
                f"column by its class, as in prob_{likely}."
            )
    return settled, how


def _words(score: str, target: str) -> tuple[list[str], list[str]]:
    """Return what a score's name has for a class behind a word like prob, and before it; neither generic nor a number.

    >>> _words("prob_class_benign", ""), _words("rf_prob", "y"), _words("y_prob_1", "y"), _words("prob_churn", "churn")
    ((['benign', 'class_benign'], []), ([], ['rf']), ([], []), ([], []))
    """
    known = GENERIC_WORDS | set(normalise(target).split("_"))
    after, before = [], []
    for stem, name in split_output(score):
        word = normalise(name).removeprefix("of_").removeprefix("is_")
        parts = [part.rstrip("0123456789") for part in word.split("_")]
        initial = word in INITIALS and not stem.startswith("*")
        if all(not part or part in known for part in parts) and not initial:
            return [], []
        if stem.startswith("*"):
            before.append(word)
        elif is_score(stem.strip("()*_")):
            after.append(word)
    return after, before


def _find_alike(word: str, real: Sequence[str]) -> str:
    """Return the only label that begins with the word, or with which the word begins: B for benign; '' for none.

    T, F, Y and N that say yes and no are no initials: F is not the class of fraud.
    """
    said = all(polarity(value) is not None for value in real) and (len(real) == 1 or bool(take_sides(real)))
    if word.split("_")[0] in NEGATIONS:
        return ""
    keys = {value: key_of(value) for value in real if key_of(value)[:1].isalpha()}
    alike = [value for value, key in keys.items() if key.startswith(word) or (word.startswith(key) and not said)]
    return alike[0] if len(alike) == 1 else ""


def _may_be_said(word: str, real: Sequence[str]) -> bool:
    """Tell whether the label that says yes can be the class in a score's name: 1 for spam, and not for "not spam"."""
    if word.split("_")[0] in NEGATIONS or word in INITIALS:
        return False
    return len(real) == 2 or len(key_of(real[0])) > 1 or not word.startswith(key_of(real[0]))


def _by_meaning(real: Sequence[str]) -> tuple[str, str] | None:
    """Return the label that says yes, or the other than the one that says no; None where neither does."""
    positive = [value for value in real if polarity(value) == 1]
    negative = [value for value in real if polarity(value) == 0]
    if all(is_whole(value) for value in real) and len(real) > 1:
        return _by_order(real) if len(positive) == len(negative) == 1 else None
    if len(positive) == 1:
        return positive[0], f"by meaning: {positive[0]} is the positive class"
    if len(negative) == 1:
        other = [value for value in real if value not in negative] or [_opposite_of(negative[0])]
        return other[0], f"by meaning: {negative[0]} is the negative class"
    return None


def _by_order(real: Sequence[str]) -> tuple[str, str]:
    last = _last(real)
    if all(is_whole(value) for value in real):
        return last, f"by number: {last} is taken for the positive class"
    return last, f"by order: {last} is taken for the positive class, the later in sorted order, as in scikit-learn"


def _last(real: Sequence[str]) -> str:
    return [real[position] for position in sort_labels(real)][-1]


def _opposite_of(label: str) -> str:
    """Return the other side of a label that says yes or no, spelled as it is."""
    for pair in OPPOSITES:
        for this, other in (pair, pair[::-1]):
            if label.casefold() == this:
                return other.upper() if label.isupper() else other.title() if label.istitle() else other
    return f"not {label}"
