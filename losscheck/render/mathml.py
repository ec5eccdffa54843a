"""Formulas as MathML, for translators that write HTML."""

from __future__ import annotations

from html import escape

from losscheck.render.formula import (
    RELATIONS,
    SIGNS,
    SUMS,
    Atom,
    Brackets,
    Fraction,
    Gap,
    Line,
    Node,
    Operator,
    Root,
    Script,
)
from losscheck.render.prose import Formula

SHORT = 24
"""Formulas of fewer characters than this are kept on one line."""
THIN = '<mspace width="0.17em"></mspace>'


def write_formula(formula: Formula) -> str:
    """Return the formula as math elements, one for each term: a line may break between them."""
    kind, between = ("formula short", "") if len(formula.text) < SHORT else ("formula", "<wbr>")
    terms = between.join(f"<math>{''.join(map(_write, term))}</math>" for term in _terms(formula.node))
    return f'<span class="{kind}" role="math" aria-label="{escape(formula.text)}">{terms}</span>'


def _terms(node: Node) -> list[list[Node]]:
    terms: list[list[Node]] = [[]]
    for part in node.parts if isinstance(node, Line) else (node,):
        if isinstance(part, Operator) and part.infix and part.text in SIGNS | RELATIONS:
            terms.append([])
        terms[-1].append(part)
    return [term for term in terms if term]


def _write(node: Node) -> str:
    match node:
        case Atom(text):
            return _write_atom(text)
        case Operator(text, infix):
            form = "infix" if infix or text in RELATIONS else "prefix"
            return f'<mo form="{form}">{escape(text)}</mo>'
        case Gap():
            return THIN
        case Line(parts):
            return f"<mrow>{''.join(_write(part) for part in parts)}</mrow>"
        case Brackets(opening, body, closing):
            return f'<mrow><mo form="prefix">{opening}</mo>{_write(body)}<mo form="postfix">{closing}</mo></mrow>'
        case Script():
            return _write_script(node)
        case Fraction(above, below):
            return f"<mfrac>{_write(above)}{_write(below)}</mfrac>"
        case Root(body):
            return f"<msqrt>{_write(body)}</msqrt>"


def _write_atom(text: str) -> str:
    if text[0].isdigit():
        return f"<mn>{text}</mn>"
    if text in SUMS or text == "!":
        return f'<mo movablelimits="false">{text}</mo>'
    return f"<mi>{escape(text)}</mi>"


def _write_script(node: Script) -> str:
    base, below, above = (None if part is None else _write(part) for part in (node.base, node.below, node.above))
    if above is None:
        return f"<msub>{base}{below}</msub>"
    return f"<msup>{base}{above}</msup>" if below is None else f"<msubsup>{base}{below}{above}</msubsup>"
