"""Formulas as declarations write them, `(r − mu)²/(2 sigma²)`, read into trees.

In this notation `/` binds the factor before it to the factor behind it. Where it could be read in another way (a factor
follows without a sign, a function without brackets stands in front) no fraction is built, and it stays a slash.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eps": "ε", "theta": "θ", "kappa": "κ",
    "lambda": "λ", "mu": "μ", "nu": "ν", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
FUNCTIONS = frozenset({"log", "exp", "cosh", "sinh", "tanh", "sign", "max", "min", "det", "softmax"})
SUMS = frozenset("ΣΠ")
SIGNS = frozenset("−-+±")
RELATIONS = frozenset("=∝≈≤≥<>→∈‖")
MARKS = frozenset(",;")
"""What may stand between parts inside brackets; outside of them it ends a formula."""
POWERS = {"²": "2", "³": "3"}
CLOSING = {"(": ")", "[": "]"}

TOKEN = re.compile(
    r"(?P<below>_(?:[a-z],[a-z]\([a-z]\)|[a-z]\(i\)|[A-Za-z0-9]+|(?=\()))"
    r"|(?P<number>\d+(?:,\d{3})*(?:\.\d+)?(?:e[-−+]?\d+)?)"
    r"|(?P<word>[A-Za-z]+(?:['’-][A-Za-z]+)*)"
    r"|(?P<letter>[^\W\d_²³]|[∞…])"
    r"|(?P<mark>[-−+±=∝≈≤≥<>→∈‖·/^√|()\[\]!,;²³])"
    r"|(?P<other>\S)"
)


@dataclass(frozen=True)
class Atom:
    """A number, a letter, or an upright name."""

    text: str


@dataclass(frozen=True)
class Operator:
    """A sign between two parts, or before one."""

    text: str
    infix: bool = True


@dataclass(frozen=True)
class Gap:
    """The blank between factors that are multiplied without a sign."""


@dataclass(frozen=True)
class Line:
    """Parts side by side."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Brackets:
    """A part in brackets, or between bars."""

    opening: str
    body: Node
    closing: str


@dataclass(frozen=True)
class Script:
    """A part with something below or above it."""

    base: Node
    below: Node | None = None
    above: Node | None = None


@dataclass(frozen=True)
class Fraction:
    """One part over another."""

    above: Node
    below: Node


@dataclass(frozen=True)
class Root:
    """A square root."""

    body: Node


Node = Atom | Operator | Gap | Line | Brackets | Script | Fraction | Root


class Unreadable(Exception):
    """Says that a text is no formula of this notation."""


@dataclass(frozen=True)
class Token:
    """A piece of the text between `start` and `end`; `spaced` where a blank stands before it."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool


def read_tokens(text: str) -> list[Token]:
    """Cut a text into tokens."""
    found = [(match.lastgroup or "", match[0], *match.span()) for match in TOKEN.finditer(text)]
    return [Token(kind, part, start, end, text[:start][-1:] in ("", " ", "\n")) for kind, part, start, end in found]


def parse_formula(tokens: Sequence[Token]) -> Node:
    """Return the tree of a whole formula; raises Unreadable."""
    parser = _Parser(tokens)
    node = parser.read_sum("")
    if parser.next is not None:
        raise Unreadable(parser.next.text)
    return node


class _Parser:
    """Recursive descent over the tokens; `_closers` are the brackets that are open."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._closers: list[str] = []

    @property
    def next(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _sees(self, texts: str | frozenset[str], attached: bool = False) -> bool:
        token = self.next
        return token is not None and token.text in texts and not (attached and token.spaced)

    def _take(self) -> Token:
        token = self.next
        if token is None:
            raise Unreadable("the end")
        self._at += 1
        return token

    def read_sum(self, closer: str) -> Node:
        """Read terms and the signs between them, up to a closing bracket or the end."""
        self._closers.append(closer)
        between = SIGNS | RELATIONS | (MARKS if closer else frozenset())
        parts: list[Node] = [Operator(self._take().text, infix=False)] if self._sees(SIGNS | RELATIONS) else []
        parts += self._read_product()
        while self._sees(between):
            parts.append(Operator(self._take().text))
            if self._sees(SIGNS):
                parts.append(Operator(self._take().text, infix=False))
            parts += self._read_product()
        self._closers.pop()
        return parts[0] if len(parts) == 1 else Line(tuple(parts))

    def _read_product(self) -> list[Node]:
        parts: list[Node] = [self._read_factor()]
        while True:
            if self._sees("·"):
                parts += [Operator(self._take().text), self._read_factor()]
            elif self._sees("/"):
                self._take()
                self._divide(parts, self._read_factor())
            elif self._starts_factor():
                if parts[-1] == Atom("0"):  # nobody multiplies by it: what follows is another sentence
                    raise Unreadable("0")
                parts += [*([Gap()] if self.next and self.next.spaced else []), self._read_factor()]
            else:
                return parts

    def _divide(self, parts: list[Node], below: Node) -> None:
        """Put the factors before over `below`; with a slash between them where that could be meant otherwise."""
        first = len(parts)
        while first > 0 and not _is_sum(parts[first - 1]) and not isinstance(parts[first - 1], Operator):
            first -= 1
        above = parts[first:]
        after_slash = first > 0 and parts[first - 1] == Operator("/")
        if after_slash or any(map(_is_function, above)) or self._sees("/") or self._starts_factor():
            parts += [Operator("/"), below]
        else:
            while above[0] == Gap():
                above.pop(0)
            whole = _unbracket(above[0]) if len(above) == 1 else Line(tuple(above))
            parts[len(parts) - len(above) :] = [Fraction(whole, _unbracket(below))]

    def _starts_factor(self) -> bool:
        token = self.next
        if token is None or token.text == self._closers[-1]:
            return False
        return token.kind in ("number", "word", "letter") or token.text in "([|√"

    def _read_factor(self) -> Node:
        token = self._take()
        if token.text in CLOSING or token.text == "|":
            return self._read_scripts(self._read_brackets(token))
        if token.text == "√":
            return Root(_unbracket(self._read_primary(self._take())))
        base = self._read_scripts(self._read_primary(token))
        called = token.kind in ("word", "letter") and token.text not in SUMS and self._sees(frozenset(CLOSING), True)
        if not called:
            return base
        return Line((base, self._read_scripts(self._read_brackets(self._take()))))

    def _read_primary(self, token: Token) -> Node:
        if token.text in CLOSING:
            return self._read_brackets(token)
        if token.kind not in ("number", "word", "letter"):
            raise Unreadable(token.text)
        return Atom(GREEK.get(token.text, token.text))

    def _read_brackets(self, opening: Token) -> Node:
        closer = CLOSING.get(opening.text, "|")
        body = self.read_sum(closer)
        if not self._sees(frozenset(closer)):
            raise Unreadable(opening.text)
        self._take()
        return Brackets(opening.text, body, closer)

    def _read_scripts(self, base: Node) -> Node:
        below: Node | None = None
        above: Node | None = None
        if self.next is not None and self.next.kind == "below" and not self.next.spaced:
            below = self._read_below(self._take().text[1:])
        if self._sees(frozenset(POWERS), True):
            above = Atom(POWERS[self._take().text])
        elif self._sees("^", True):
            self._take()
            above = self._read_exponent()
        scripted = base if below is None and above is None else Script(base, below, above)
        return Line((scripted, Atom(self._take().text))) if self._sees("!", True) else scripted

    def _read_below(self, name: str) -> Node:
        if not name:
            return _unbracket(self._read_brackets(self._take()))
        indices = len(name) > 1 and name.isalpha() and name not in GREEK  # y_ik has two of them
        return Line(tuple(map(Atom, name))) if indices else Atom(GREEK.get(name, name))

    def _read_exponent(self) -> Node:
        sign = [Operator(self._take().text, infix=False)] if self._sees(SIGNS) else []
        exponent = _unbracket(self._read_primary(self._take()))
        return Line((*sign, exponent)) if sign else exponent


def _unbracket(node: Node) -> Node:
    return node.body if isinstance(node, Brackets) and node.opening in CLOSING else node


def _is_function(node: Node) -> bool:
    return isinstance(node, Atom) and node.text in FUNCTIONS


def _is_sum(node: Node) -> bool:
    base = node.base if isinstance(node, Script) else node
    return isinstance(base, Atom) and base.text in SUMS
