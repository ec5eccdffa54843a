"""One column of scores for two classes: which one it is, and which column has the classes."""

from __future__ import annotations

from collections.abc import Sequence

from losscheck.reading.class_blocks import Block
from losscheck.reading.class_candidates import Candidates, Chosen, is_decision, is_rest, labels_of
from losscheck.reading.class_names import HARD_NAMES, IDENTIFIERS, SUMMARIES, is_plain, is_score, split_output
from losscheck.reading.column import Column
from losscheck.reading.decisions import find_decisions
from losscheck.reading.names import PREDICTION_NAMES, TARGET_NAMES, flatten, is_pair
from losscheck.results import InputError, TaskKind

DECISION_ADVICE = "Write the probabilities or logits of the classes (predict_proba), a column each."


def find_score_given(candidates: Candidates) -> Chosen | None:
    """Find the classes for the one score that was chosen; None leaves targets of numbers to the regression."""
    (score,) = candidates.outputs
    if candidates.task not in (None, TaskKind.BINARY):
        raise InputError(
            f"{candidates.file}: --task {candidates.task} needs an output for each class, and '{score.name}' is one "
            f"column. Name them all with -p COL."
        )
    targets = _find_targets(candidates)
    if not targets and not candidates.named_targets and candidates.task:
        return {"prediction": (score,)}
    if len(targets) > 1 and candidates.task:
        candidates.refuse_targets(targets)
    decided = len(targets) == 1 and find_decisions(candidates.free, targets[0], score)
    if len(targets) == 1 and (targets[0].is_text or candidates.task or decided):
        if score.is_text:
            _refuse_decisions(candidates, [score])
        return {"target": (targets[0],), "prediction": (score,)}
    return None


def find_score(candidates: Candidates) -> Chosen | None:
    """Find one score beside a target of two classes, and pass over the hard decisions beside it.

    A target of numbers with a single prediction is left to the regression: whether that is a score shows in all rows.
    """
    if candidates.task not in (None, TaskKind.BINARY):
        return None
    found = []
    for target in _find_targets(candidates):
        scores = _find_scores(candidates, target)
        if scores:
            found.append((target, scores))
    if not found:
        return None
    if len(found) > 1:
        candidates.refuse_targets([target for target, _ in found])
    if len(candidates.named_targets) > 1 and candidates.unnamed_rivals:
        candidates.refuse_targets(candidates.named_targets)
    target, scores = found[0]
    if len(scores) > 1:
        candidates.refuse_outputs([[score] for score in scores])
    return {"target": (target,), "prediction": (scores[0],)}


def _find_targets(candidates: Candidates) -> list[Column]:
    """Return the columns with the classes; as in a regression, words only where no numbers have such a name."""
    named = candidates.named_targets or candidates.class_targets
    named = [column for column in named if column.numeric] or named
    return [c for c in named or _find_words(candidates) if c.is_text or (c.is_whole and not c.text) or candidates.task]


def _find_words(candidates: Candidates) -> list[Column]:
    """Return columns of words that the name of a score tells: spam beside spam_prob, cat and dog beside prob_cat.

    Failing that, the only column of words, where it has two, beside a score that names no class.
    """
    if any(block.is_plain for block in candidates.blocks()):
        return []
    words = [c for c in candidates.free if c.is_text and is_rest(c) and c.normal not in HARD_NAMES | IDENTIFIERS]
    scores = [c for c in candidates.free if c.numeric and is_score(c.normal)]
    pairs = [c for c in words if any(is_pair(c.normal, score.normal) for score in scores)]
    named = [c for c in words if any(Block((score,), "", ()).fit(labels_of(c)) for score in scores)]
    only = [c for c in words if len(words) == 1 and len(labels_of(c)) <= 2 and any(is_plain(s.normal) for s in scores)]
    return pairs or named or only


def is_plain_score(column: Column) -> bool:
    """Tell whether a column's name says "probability of a class" whatever the targets are: prob, prob_yes, p_1."""
    splits = [(stem, name) for stem, name in split_output(column.name) if name.casefold() not in SUMMARIES]
    return is_plain(column.normal) or any(is_plain(stem, name.isdecimal()) for stem, name in splits)


def _find_scores(candidates: Candidates, target: Column) -> list[Column]:
    predictions = candidates.predictions(target)
    scores = [c for c in candidates.free if c is not target and not c.is_text and _is_score_of(c, target)]
    others = [c for c in predictions if c not in scores and not is_decision(c)]
    if target.is_text or candidates.task:
        if not (scores or others):
            known = (*HARD_NAMES, *flatten(PREDICTION_NAMES))
            _refuse_decisions(candidates, [c for c in candidates.free if c is not target and c.normal in known])
        return scores or others
    if len(scores) == 1 and not others and find_decisions(candidates.free, target, scores[0]):
        return scores
    by_name = target in candidates.target or target.normal in flatten(TARGET_NAMES)
    in_regression = by_name or any(is_pair(target.normal, c.normal) for c in scores)
    if len(labels_of(target)) > 2 or others or (in_regression and predictions == scores):
        return []
    return scores


def _is_score_of(column: Column, target: Column) -> bool:
    """Tell whether a column is named like the score of one of the target's classes: y_prob, prob_yes, spam_prob."""
    if not is_score(column.normal) or column.normal in HARD_NAMES:
        return False
    if column.normal in flatten(PREDICTION_NAMES) or is_pair(target.normal, column.normal):
        return True
    named = column.normal == "p" or Block((column,), "", ()).fit(labels_of(target)) > 0
    return named or is_plain_score(column)


def _refuse_decisions(candidates: Candidates, predictions: Sequence[Column]) -> None:
    """Refuse a file that has only the classes that were predicted."""
    decisions = [column for column in predictions if is_decision(column)]
    if decisions:
        raise InputError(
            f"{candidates.file}: column '{decisions[0].name}' holds the predicted class, and not how likely it is. "
            f"{DECISION_ADVICE}"
        )
