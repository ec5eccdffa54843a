"""`losscheck explain`: a loss with its likelihood, or a check, from their declarations."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

from losscheck.families import FAMILIES, LABEL_FAMILIES, RESPONSE_FAMILIES
from losscheck.families.declaration import Declaration, plain_name
from losscheck.families.label_family import LabelFamily
from losscheck.render.blocks import Block, CodeBlock, Document, Heading, Paragraph, Role, Row, Span, Table, Words
from losscheck.render.figures import escape
from losscheck.results import InputError

if TYPE_CHECKING:
    from losscheck.checks import Check

DECLARATIONS: tuple[Declaration, ...] = (*FAMILIES, *RESPONSE_FAMILIES, *LABEL_FAMILIES)

CHECK_GROUPS = (
    ("Checks of the input", ("LC0",)),
    ("Checks of residuals", ("LC1", "LC2", "LC3", "LC4")),
    ("Checks of class outputs, and before training", ("LC5", "LC6", "LC7")),
    ("The loss in use", ("LC9",)),
)
"""The checks by what they look at, from the first digit of their codes."""


LONGEST_NAMES = 27
"""Letters of a loss's name with its other names in the table of contents; its own page has all."""


def explain_text(name: str | None = None) -> Document:
    """Return what is known under a loss id, alias, family id, check id or code; without a name, all names.

    Raises InputError with the closest names for an unknown one.
    """
    if name is None:
        return Document(_list_contents())
    key = plain_name(name)
    likelihoods = [declaration for declaration in DECLARATIONS if key in declaration.names]
    if likelihoods:
        return Document(tuple(block for declaration in likelihoods for block in _explain_likelihood(declaration)))
    checks = [check for check in _all_checks() if key in _check_names(check)]
    if not checks:
        raise InputError(_suggest(name))
    return Document(tuple(block for check in checks for block in _explain_check(check)))


def _all_checks() -> tuple[Check, ...]:
    """Return the checks, whose modules take longer to import than all else here: a loss's name needs none of them."""
    from losscheck.checks import CHECKS

    return CHECKS


def _check_names(check: Check) -> list[str]:
    return [check.id, check.code.lower()]


def _suggest(name: str) -> str:
    checks = _all_checks()
    known = {n for declaration in DECLARATIONS for n in declaration.names}
    codes = {check.code.lower(): check.code for check in checks}
    known |= {n for check in checks for n in _check_names(check)}
    close = [codes.get(n, n) for n in get_close_matches(plain_name(name), sorted(known), n=3)]
    nearest = f"did you mean {' or '.join(close)}? " if close else ""
    return f"nothing is named {name!r}: {nearest}`losscheck explain` lists all names"


def _explain_likelihood(declaration: Declaration) -> tuple[Block, ...]:
    loss, labels = declaration.loss, isinstance(declaration, LabelFamily)
    defaults = ", ".join(f"{name} {value:g}" for name, value in loss.defaults.items())
    names = [
        ("family", declaration.id),
        ("loss", ", ".join((loss.id, *loss.aliases))),
        ("formula", loss.formula),
        ("parameters", ", ".join(loss.parameters) + (f" (frameworks' default: {defaults})" if defaults else "")),
        *_about_labels(declaration),
    ]
    return (
        Heading(f"{_capital(loss.title)}: the loss of {declaration.subject}"),
        _pair(names),
        *_section("What it assumes", f"{_sentence(declaration.assumption)}\n{declaration.density}"),
        *_section("The derivation, step by step", declaration.derivation, hanging=3),
        *_section("What it elicits", f"The {declaration.elicits}{'' if labels else ' of the target'}."),
        *_section("When it is right", _sentence(declaration.right_when)),
        *_section("When it misleads", _sentence(declaration.misleads)),
        *_section("References", "\n".join(declaration.references), hanging=2),
        *(_show_code(declaration) if labels else ()),
    )


def _about_labels(declaration: Declaration) -> list[tuple[str, str]]:
    """Return for which class targets a loss is, or what a loss of noise is on them."""
    if isinstance(declaration, LabelFamily):
        return [("targets", ", ".join(sorted(task.value for task in declaration.tasks)))]
    twins = [family for family in LABEL_FAMILIES if family.noise_twin == declaration.id]
    return [("on classes", f"losscheck explain {family.loss.id}") for family in twins]


def _show_code(family: Declaration) -> tuple[Block, ...]:
    texts = (("numpy", family.numpy_code), ("pytorch", family.pytorch_code))
    return Heading("Code to paste"), *(CodeBlock(name, text) for name, text in texts if text is not None)


def _explain_check(check: Check) -> tuple[Block, ...]:
    rows = f"from {check.minimum_rows:,}" + (f" to {check.maximum_rows:,}" if check.maximum_rows else "")
    names = [
        ("check", check.id),
        ("code", check.code),
        ("needs", ", ".join(sorted(need.value for need in check.needs))),
        ("rows", rows),
        ("at worst", check.worst.value),
    ]
    null = f"\nNull hypothesis: {_sentence(check.null)}" if check.null else ""
    return (
        Heading(f"{check.code} {check.title}"),
        _pair(names),
        *_section("What it checks", _sentence(check.question) + null),
        *_section("Why it matters", _sentence(check.why)),
        *_section("What to do", _sentence(check.advice)),
        *_section("When it misleads", _sentence(check.misleads)),
        *_section("References", "\n".join(check.references), hanging=2),
    )


def _section(title: str, text: str, hanging: int = 0) -> tuple[Block, ...]:
    return Heading(title), Paragraph(text or "-", hanging)


def _sentence(text: str) -> str:
    """Return the text with a capital and a full stop: declarations hold clauses as well as sentences."""
    text = _capital(text.strip())
    return text if not text or text[-1] in ".?!" else f"{text}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _pair(lines: Iterable[tuple[str, str]]) -> Table:
    return Table(tuple(Row((Span(name, Role.MUTED), escape(value))) for name, value in lines if value))


def _list_contents() -> tuple[Block, ...]:
    noise = tuple(Row((_name_loss(family), family.id, family.elicits)) for family in FAMILIES)
    responses = tuple(Row((_name_loss(family), family.id, family.elicits)) for family in RESPONSE_FAMILIES)
    labels = tuple(Row((_name_loss(family), family.id, family.elicits)) for family in LABEL_FAMILIES)
    titles = ("loss", "family", "elicits the")
    groups = ((title, [c for c in _all_checks() if c.code.startswith(prefixes)]) for title, prefixes in CHECK_GROUPS)
    return (
        Paragraph("losscheck explain NAME, where NAME is a loss, a family, a check or a check's code."),
        Heading("Losses of numbers and the noise that each is the likelihood of"),
        Table(noise, titles),
        Heading("Losses of counts and of positive, bounded and censored targets"),
        Table(responses, titles),
        Heading("Losses of classes and the labels that each is the likelihood of"),
        Table(labels, titles),
        *(block for title, checks in groups if checks for block in (Heading(title), _list_checks(checks))),
    )


def _list_checks(checks: list[Check]) -> Table:
    return Table(tuple(Row((check.code, Span(check.id, Role.STRONG), check.question)) for check in checks))


def _name_loss(declaration: Declaration) -> Words:
    loss, shown = declaration.loss, ""
    for alias in loss.aliases:
        longer = f"{shown}, {alias}" if shown else alias
        if len(f"{loss.id} ({longer})") <= LONGEST_NAMES:
            shown = longer
    return Span(loss.id, Role.STRONG), f" ({shown})" if shown else ""
