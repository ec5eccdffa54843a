"""`losscheck explain`: a loss with its noise family, or a check, from their declarations."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from losscheck.checks import CHECKS
from losscheck.checks.check import Check
from losscheck.families import FAMILIES
from losscheck.families.family import Family
from losscheck.render.blocks import Block, Document, Heading, Paragraph, Role, Row, Span, Table, Words
from losscheck.render.figures import escape
from losscheck.results import InputError


def explain_text(name: str | None = None) -> Document:
    """Return what is known under a loss id, alias, family id, check id or code; without a name, all names.

    Raises InputError with the closest names for an unknown one.
    """
    if name is None:
        return Document(_list_contents())
    key = _plain(name)
    families = [family for family in FAMILIES if key in _family_names(family)]
    checks = [check for check in CHECKS if key in _check_names(check)]
    if not families and not checks:
        raise InputError(_suggest(name))
    blocks = [block for family in families for block in _explain_family(family)]
    return Document((*blocks, *(block for check in checks for block in _explain_check(check))))


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def _family_names(family: Family) -> list[str]:
    return [family.id, family.loss.id, *family.loss.aliases]


def _check_names(check: Check) -> list[str]:
    return [check.id, check.code.lower()]


def _suggest(name: str) -> str:
    known = {n for family in FAMILIES for n in _family_names(family)}
    codes = {check.code.lower(): check.code for check in CHECKS}
    known |= {n for check in CHECKS for n in _check_names(check)}
    close = [codes.get(n, n) for n in get_close_matches(_plain(name), sorted(known), n=3)]
    nearest = f"did you mean {' or '.join(close)}? " if close else ""
    return f"nothing is named {name!r}: {nearest}`losscheck explain` lists all names"


def _explain_family(family: Family) -> tuple[Block, ...]:
    loss = family.loss
    defaults = ", ".join(f"{name} {value:g}" for name, value in loss.defaults.items())
    names = [
        ("family", family.id),
        ("loss", ", ".join((loss.id, *loss.aliases))),
        ("formula", loss.formula),
        ("parameters", ", ".join(loss.parameters) + (f" (frameworks' default: {defaults})" if defaults else "")),
    ]
    return (
        Heading(f"{_capital(loss.title)}: the loss of {family.title} noise"),
        _pair(names),
        *_section("What it assumes", f"{_sentence(family.assumption)}\n{family.density}"),
        *_section("The derivation, step by step", family.derivation, hanging=3),
        *_section("What it elicits", f"The {family.elicits} of the target."),
        *_section("When it is right", _sentence(family.right_when)),
        *_section("When it misleads", _sentence(family.misleads)),
        *_section("References", "\n".join(family.references), hanging=2),
    )


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
    families = tuple(Row((_name_loss(family), family.id, family.elicits)) for family in FAMILIES)
    checks = tuple(
        Row((check.code, Span(check.id, Role.STRONG), check.question)) for check in sorted(CHECKS, key=lambda c: c.code)
    )
    return (
        Paragraph("losscheck explain NAME, where NAME is a loss, a family, a check or a check's code."),
        Heading("Losses and the noise that each is the likelihood of"),
        Table(families, ("loss", "family", "elicits the")),
        Heading("Checks"),
        Table(checks),
    )


def _name_loss(family: Family) -> Words:
    aliases = ", ".join(family.loss.aliases)
    return Span(family.loss.id, Role.STRONG), f" ({aliases})" if aliases else ""
