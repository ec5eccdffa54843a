"""Text with formulas in it, cut into words and formulas: what cannot be read for sure stays text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from losscheck.render.formula import (
    CLOSING,
    FUNCTIONS,
    GREEK,
    MARKS,
    RELATIONS,
    SIGNS,
    Node,
    Token,
    Unreadable,
    parse_formula,
    read_tokens,
)

ENGLISH = frozenset({"a", "A", "I"})
"""Letters that are words, unless a sign stands beside them."""
PLURAL = "(s)"


@dataclass(frozen=True)
class Formula:
    """A formula, and the text that it was read from."""

    node: Node
    text: str


def split_prose(text: str) -> list[str | Formula]:
    """Return the text as pieces, which add up to it again.

    >>> [piece if isinstance(piece, str) else piece.text for piece in split_prose("the sum of (y − f)² over rows")]
    ['the sum of ', '(y − f)²', ' over rows']
    """
    pieces: list[str | Formula] = []
    done = 0
    for run in _runs(text, read_tokens(text)):
        node = _read(text, run)
        if node is None:
            continue
        start, end = run[0].start, run[-1].end
        pieces += [text[done:start], Formula(node, text[start:end])]
        done = end
    return [piece for piece in (*pieces, text[done:]) if piece]


def _read(text: str, run: Sequence[Token]) -> Node | None:
    """Return the tree of a run; None where it is no formula, or only a number or a word."""
    letters = [token for token in run if token.kind in ("word", "letter") and token.text != "…"]
    if not letters or (len(run) == 1 and run[0].text in FUNCTIONS):
        return None
    before, after = text[: run[0].start][-1:], text[run[-1].end :][:1]
    if before.isalnum() or after.isalnum() or "_" in (before, after):
        return None
    try:
        return parse_formula(run)
    except Unreadable:
        return None


def _runs(text: str, tokens: list[Token]) -> Iterator[list[Token]]:
    """Yield the longest runs of tokens that a formula may consist of, cut at brackets without their other half."""
    run: list[Token] = []
    for i, token in enumerate(tokens):
        depth = sum(t.text in CLOSING for t in run) - sum(t.text in CLOSING.values() for t in run)
        ends = token.text in MARKS and depth <= 0
        if not ends and (token.kind in ("number", "letter", "mark") or _is_symbol(text, tokens, i)):
            run.append(token)
        else:
            yield from _balanced(run)
            run = []
    yield from _balanced(run)


def _is_symbol(text: str, tokens: list[Token], i: int) -> bool:
    """Return whether a word or subscript is one of a formula, and not prose or the name of a loss: student_t."""
    token = tokens[i]
    follows = text[token.end : token.end + len(PLURAL)]
    if token.kind == "below":
        return i > 0 and not token.spaced and _is_symbol(text, tokens, i - 1)
    if token.kind == "letter":
        return True
    if token.kind != "word":
        return False
    subscript = tokens[i + 1] if i + 1 < len(tokens) and tokens[i + 1].start == token.end else None
    if subscript is not None and subscript.kind == "below":
        called = text[subscript.end : subscript.end + 1] == "("
        return len(token.text) == 1 or token.text in GREEK or called
    if token.text in GREEK or token.text in FUNCTIONS:
        return True
    beside = [tokens[j] for j in (i - 1, i + 1) if 0 <= j < len(tokens)]
    if len(token.text) == 1:
        return token.text not in ENGLISH or any(t.kind == "mark" and t.text not in "()[],;" for t in beside)
    attached = follows[:1] in ("·", "^") or text[: token.start][-1:] == "·"
    return attached or (follows[:1] == "(" and follows != PLURAL)


def _balanced(run: list[Token]) -> Iterator[list[Token]]:
    """Yield the parts of a run between its unmatched brackets."""
    opened: list[int] = []
    cuts = []
    for i, token in enumerate(run):
        if token.text in CLOSING:
            opened.append(i)
        elif token.text in CLOSING.values():
            if opened and CLOSING[run[opened[-1]].text] == token.text:
                opened.pop()
            else:
                cuts.append(i)
    ends = [-1, *sorted((*cuts, *opened)), len(run)]
    for start, end in pairwise(ends):
        part = run[start + 1 : end]
        while part and part[-1].text in SIGNS | RELATIONS:  # what stands behind it is prose: `+ const`
            part.pop()
        if part:
            yield part
