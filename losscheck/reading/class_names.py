"""How outputs and labels of classes are named in the field: the words, and the class that a column's name holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from losscheck.reading.names import normalise
from losscheck.reading.number import is_missing, parse_number

# Words that say "output of a class" whatever the class, words that do so before a number, and words that do so only
# with the names of the classes that the targets have.
PLAIN_WORDS = (
    *("prob", "probs", "proba", "probas", "probability", "probabilities", "logit", "logits", "softmax"),
    *("log_prob", "log_probs", "logprob", "logprobs", "log_proba", "raw_prediction", "confidence", "posterior"),
)
NUMBERED_WORDS = ("p", "score", "scores", "class", "output", "outputs", "margin", "prediction_score")
PREDICTION_WORDS = (
    *("pred", "preds", "prediction", "predictions", "predicted", "yhat", "y_hat", "est", "estimate", "oof"),
    *("y_pred", "decision"),
)
# What may stand before such a word and leaves its meaning: y_pred_proba_1. Anything else may be the name of a model.
LEADS = ("y", "y_pred", "pred", "predicted", "prediction", "oof", "class", "model", "test", "val", "valid")
TARGET_WORDS = (
    *("y_true", "true", "y", "label", "labels", "target", "targets", "truth", "gt", "ground_truth", "actual", "obs"),
    *("observed", "gold", "onehot", "one_hot", "y_test", "t", "is", "has"),
)
# Beside a block of outputs these are targets as well; alone they would be too bold.
CLASS_TARGET_NAMES = (
    *("class", "category", "true_label", "true_class", "label_true", "class_true", "class_label", "actual_class"),
    *("actual_label", "target_class", "gold_label", "y_label", "outcome", "true_labels", "ground_truth_label"),
    *("expected", "expected_class", "expected_label"),
)
# Columns that hold the class that was predicted, which is a decision and no output.
HARD_NAMES = frozenset(
    [f"{a}_{b}" for a in ("pred", "predicted", "prediction", "y_pred", "model") for b in ("class", "label", "labels")]
    + ["predict", "class_pred", "label_pred", "class_predicted", "label_predicted", "decision", "argmax", "top1"]
)
# prob_max beside prob_0 and prob_1 is made from them.
SUMMARIES = frozenset(["max", "min", "mean", "sum", "std", "pred", "predicted", "true", "label", "top", "entropy"])
SCORE_WORDS = frozenset([*PLAIN_WORDS, "score", "scores"])
IDENTIFIERS = frozenset(
    ["id", "idx", "index", "row", "row_id", "fold", "folds", "split", "group", "seed", "batch", "epoch", "n", "count"]
)

NEGATIVE = frozenset(["0", "false", "f", "no", "n", "negative", "neg", "-1", "-"])
POSITIVE = frozenset(["1", "true", "t", "yes", "y", "positive", "pos", "+1", "+"])
OPPOSITES = (
    *(("0", "1"), ("false", "true"), ("f", "t"), ("no", "yes"), ("n", "y")),
    *(("negative", "positive"), ("neg", "pos"), ("-1", "+1"), ("-", "+")),
)
IGNORE_INDICES = frozenset(["-1", "-100", "255"])
"""Labels of rows that a training loop leaves out: Keras and scikit-learn, PyTorch, segmentation masks."""

NUMBER = "\x1f"  # begins the key of a number, and no text
_LEAD = f"(?:(?:{'|'.join(LEADS)})_)?"
_WORDS = (*PLAIN_WORDS, *NUMBERED_WORDS, *PREDICTION_WORDS)
_PLAIN = re.compile(rf"{_LEAD}(?:{'|'.join(PLAIN_WORDS)})(?:_class|_label)?")
_NUMBERED = re.compile(rf"{_LEAD}(?:{'|'.join((*PLAIN_WORDS, *NUMBERED_WORDS))})(?:_class|_label)?")
_OUTPUT = re.compile(rf"(?:\w+_)?(?:{'|'.join(_WORDS)})(?:_class|_label)?")
_LAST = re.compile("|".join(_WORDS))
_TARGET = re.compile(rf"(?:{'|'.join(TARGET_WORDS)})(?:_class|_label)?")
_TOKEN = re.compile(r"[^\s.\-_]+")
_P = re.compile(r"p(?:_?\d+)?")
_GLUED = re.compile(r"(.*[^\W\d_])(\d+)")
_CALL = re.compile(r"(\w+)\s*[(\[]\s*(?:[^=()\[\]]*=)?([^()\[\]]+?)\s*[)\]]")  # RapidMiner, KNIME and JMP
_WHOLE = re.compile(r"[+-]?\d+(?:\.0*)?")


def clean(name: str) -> str:
    """Return the name without what surrounds it in files."""
    return name.strip("\ufeff\"'` \t").lstrip(".")


def split_output(name: str) -> Iterator[tuple[str, str]]:
    """Yield what a column's name says beside the class, and the class, for every way to read it as an output.

    >>> list(split_output("prob_Not spam")), list(split_output("p3")), list(split_output("animal_cat_PREDICTION"))
    ([('prob_*', 'Not spam')], [('p*', '3')], [('*_prediction', 'animal_cat')])
    """
    yield from _split(name, _OUTPUT, _LAST)


def split_target(name: str) -> Iterator[tuple[str, str]]:
    """Yield the same for a column of targets: label_cat, cat_true, y0."""
    yield from _split(name, _TARGET, _TARGET)


def _split(name: str, words: re.Pattern[str], last_words: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    name = clean(name)
    if (called := _CALL.fullmatch(name)) and words.fullmatch(stem := normalise(called[1])):
        yield f"{stem}()", called[2]
    tokens = list(_TOKEN.finditer(name))
    for after in reversed(tokens[1:]):  # the longest stem first
        stem = normalise(name[: after.start()])
        if words.fullmatch(stem):
            yield f"{stem}_*", name[after.start() :]
    if (glued := _GLUED.fullmatch(name)) and words.fullmatch(stem := normalise(glued[1])):
        yield f"{stem}*", glued[2]
    for before, after in pairwise(tokens):
        stem = normalise(name[after.start() :])
        if last_words.fullmatch(stem):
            yield f"*_{stem}", name[: before.end()]


def is_plain(stem: str, numbered: bool = False) -> bool:
    """Tell whether a stem of `split_output` says "outputs of classes" on its own, or before numbers."""
    return (_NUMBERED if numbered else _PLAIN).fullmatch(stem.strip("()*_")) is not None


def is_score(normal: str) -> bool:
    """Tell whether a normalised name is that of a probability or a score (y_prob, score, logit, p, p_1)."""
    return _P.fullmatch(normal) is not None or any(f"_{word}_" in f"_{normal}_" for word in SCORE_WORDS)


def strip_common(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names without the parts that all of them begin or end with.

    >>> strip_common(["animal_cat_PREDICTION", "animal_dog_PREDICTION"])
    ('cat', 'dog')
    """
    cleaned = [clean(name) for name in names]
    tokens = [list(_TOKEN.finditer(name)) for name in cleaned]
    shortest = min((len(parts) for parts in tokens), default=0)
    if len(names) < 2 or shortest < 2:
        return tuple(names)
    first, rest = [token.group() for token in tokens[0]], [[t.group() for t in parts] for parts in tokens[1:]]
    before = next((k for k in range(shortest - 1) if any(p[k] != first[k] for p in rest)), shortest - 1)
    room = shortest - 1 - before
    after = next((k for k in range(room) if any(p[-1 - k] != first[-1 - k] for p in rest)), room)
    return tuple(
        name[parts[before].start() : parts[-1 - after].end() if after else len(name)]
        for name, parts in zip(cleaned, tokens, strict=True)
    )


def key_of(label: str) -> str:
    """Return what labels and class names are compared by: numbers by value, text without case and punctuation.

    >>> key_of("3.0") == key_of("03"), key_of("-1") == key_of("1"), key_of("Not spam") == key_of("not_spam")
    (True, False, True)
    """
    label = label.strip()
    if (number := number_in(label)) is not None:
        return f"{NUMBER}{number:.17g}"
    return normalise(label) or label.casefold()


def number_in(label: str) -> float | None:
    """Return the number that a label is."""
    return None if is_missing(label) else parse_number(label)


def tidy(label: str) -> str:
    """Return a label as it is shown: whole numbers without the .0 that a missing value elsewhere gives them."""
    return label.split(".")[0] if _WHOLE.fullmatch(label) else label


def is_whole(label: str) -> bool:
    """Tell whether a label is a whole number."""
    return _WHOLE.fullmatch(label) is not None


def polarity(label: str) -> int | None:
    """Return 1 for what says yes, 0 for what says no, None for anything else."""
    label = tidy(label).strip().casefold()
    return 1 if label in POSITIVE else 0 if label in NEGATIVE else None


def are_numbered(classes: Sequence[str]) -> bool:
    """Tell whether the classes are 0, 1, 2 … or 1, 2, 3 …, in any order."""
    if not all(name.isdecimal() for name in classes):
        return False
    numbers = sorted(int(name) for name in classes)
    return numbers in (list(range(len(classes))), list(range(1, len(classes) + 1)))
