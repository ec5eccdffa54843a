"""Formulas as declarations write them, read and typeset: nothing lost, nothing that means something else."""

import re
import xml.etree.ElementTree as ET
from math import cosh, exp, gamma, log, pi, sqrt, tanh

import pytest

from losscheck.families import FAMILIES, LABEL_FAMILIES
from losscheck.render.formula import GREEK
from losscheck.render.mathml import write_formula
from losscheck.render.prose import Formula, split_prose

DECLARED = {
    f"{family.id}/{field}": text
    for family in (*FAMILIES, *LABEL_FAMILIES)
    for field, text in (
        ("density", family.density),
        ("likelihood", family.negative_log_likelihood),
        ("loss", family.loss.formula),
        ("derivation", family.derivation),
    )
}


def formulas(text):
    return [piece for piece in split_prose(text) if isinstance(piece, Formula)]


def elements(formula):
    return ET.fromstring(write_formula(formula).replace("<wbr>", ""))


def pieces(text):
    return [piece if isinstance(piece, str) else f"«{piece.text}»" for piece in split_prose(text)]


@pytest.mark.parametrize("name", DECLARED)
def test_the_pieces_of_a_text_are_the_text(name):
    assert (
        "".join(piece if isinstance(piece, str) else piece.text for piece in split_prose(DECLARED[name]))
        == (DECLARED[name])
    )


def read_letters(text):
    return re.findall(r"\d+(?:[.,]\d+)*|\w|\S", re.sub(r"[_^√()\[\]/]", " ", text))


@pytest.mark.parametrize("name", DECLARED)
def test_every_letter_and_number_of_a_formula_is_typeset_in_its_order(name):
    for formula in formulas(DECLARED[name]):
        # Brackets, slashes, roots and powers may become the shape of the formula.
        plain = re.sub(r"(?<![A-Za-z])[a-z]+", lambda word: GREEK.get(word[0], word[0]), formula.text)
        written = plain.replace("²", " 2 ").replace("³", " 3 ")
        assert read_letters(" ".join(elements(formula).itertext())) == read_letters(written), formula.text


def test_formulas_are_found_in_most_declarations():
    fields = [name for name in DECLARED if not name.endswith("derivation")]
    assert sum(bool(formulas(DECLARED[name])) for name in fields) == len(fields)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mean of r² where |r| ≤ delta, else 0", ["mean of ", "«r²»", " where ", "«|r| ≤ delta»", ", else 0"]),
        ("a Student-t with nu = 3.1", ["a Student-t with ", "«nu = 3.1»"]),
        ("log_cosh and student_t", ["log_cosh and student_t"]),
        ("(Huber 1964)", ["(Huber 1964)"]),
        ("residual(s) of 12 rows, 95 % of them", ["residual(s) of 12 rows, 95 % of them"]),
        ("A row and a half", ["A row and a half"]),
        ("A = E W²", ["«A = E W²»"]),
        ("… + const, z = r/sigma", ["… + const, ", "«z = r/sigma»"]),
        ("Σ [z²/2] + const", ["«Σ [z²/2]»", " + const"]),
        ("f(r) = (1 + r", ["«f(r)»", " = (", "«1 + r»"]),
        ("huber_delta(y − f)/sigma²", ["«huber_delta(y − f)/sigma²»"]),
        ("For alpha ≥ 0 exp(−rho) is finite", ["For alpha ≥ 0 exp(−rho) is finite"]),
        ("1 to 10, 2 of 3", ["1 to 10, 2 of 3"]),
        ("", []),
    ],
)
def test_words_and_formulas_are_told_apart(text, expected):
    assert pieces(text) == expected


@pytest.mark.parametrize("text", ["a/b/c", "1/2 sigma", "log x/n", "log x y/n", "x/y z", "1/E w"])
def test_what_could_mean_two_things_keeps_its_slash(text):
    (formula,) = formulas(text)
    assert "<mfrac>" not in write_formula(formula)
    assert "/" in "".join(elements(formula).itertext())


@pytest.mark.parametrize("text", ["x +* y", "(x", "x)", "x^", "√", "x /", "· x", "|x", "(x]", "x^²", "x = ) y"])
def test_what_is_no_formula_is_left_as_text(text):
    joined = "".join(piece if isinstance(piece, str) else piece.text for piece in split_prose(text))
    assert joined == text
    for formula in formulas(text):
        elements(formula)
        assert formula.text in ("x", "y")


# Beside each declared formula: what it is, worked out by hand as Python.
MEANINGS = {
    "exp(−(r − mu)²/(2 sigma²)) / (sigma √(2π))": "exp(-((r - mu)**2) / (2*sigma**2)) / (sigma*sqrt(2*pi))",
    "n/2·log(2π sigma²) + (y − f)²/(2 sigma²)": "n/2*log(2*pi*sigma**2) + (y - f)**2/(2*sigma**2)",
    "(1 + (r − mu)²/(nu sigma²))^(−(nu + 1)/2) / sigma": "(1 + (r-mu)**2/(nu*sigma**2))**(-(nu+1)/2)/sigma",
    "(nu + 1) r/(nu sigma² + r²)": "(nu + 1)*r/(nu*sigma**2 + r**2)",
    "2r/(sigma² + r²)": "2*r/(sigma**2 + r**2)",
    "1 / (4 sigma cosh²((r − mu)/(2 sigma)))": "1/(4*sigma*cosh((r-mu)/(2*sigma))**2)",
    "tanh(r/(2 sigma))/sigma": "tanh(r/(2*sigma))/sigma",
    "2 log cosh((y − f)/(2 sigma))": "2*log(cosh((y-f)/(2*sigma)))",
    "beta/(2 sigma Γ(1/beta)) · exp(−(|r − mu|/sigma)^beta)": (
        "beta/(2*sigma*gamma(1/beta))*exp(-(abs(r-mu)/sigma)**beta)"
    ),
    "exp(−delta(|r − mu| − delta/2)/sigma²)": "exp(-delta*(abs(r-mu) - delta/2)/sigma**2)",
    "1 / (π sigma (1 + ((r − mu)/sigma)²))": "1/(pi*sigma*(1 + ((r-mu)/sigma)**2))",
    "(|alpha − 2|/alpha)·(((r/sigma)²/|alpha − 2| + 1)^(alpha/2) − 1)": (
        "(abs(alpha-2)/alpha)*(((r/sigma)**2/abs(alpha-2) + 1)**(alpha/2) - 1)"
    ),
    "q(1 − q)/sigma · exp((1 − q)(r − mu)/sigma)": "q*(1-q)/sigma*exp((1-q)*(r-mu)/sigma)",
    "log(1 + s (r − mu)/sigma)/s": "log(1 + s*(r-mu)/sigma)/s",
    "mu + sigma·(exp(s²/2) − 1)/s": "mu + sigma*(exp(s**2/2) - 1)/s",
    "sigma·√(2/π)·alpha/√(1 + alpha²)": "sigma*sqrt(2/pi)*alpha/sqrt(1 + alpha**2)",
    "−log((1 − eps)·exp(−r²/(2 sigma²)) + (eps/k)·exp(−r²/(2 k² sigma²)))": (
        "-log((1-eps)*exp(-r**2/(2*sigma**2)) + (eps/k)*exp(-r**2/(2*k**2*sigma**2)))"
    ),
    "1 + p (1 − p) d²": "1 + p*(1-p)*d**2",
    "p^y (1 − p)^(1 − y)": "p**y*(1-p)**(1-y)",
    "−y log p − (1 − y) log(1 − p)": "-y*log(p) - (1-y)*log(1-p)",
    "n K/2·log(2π sigma²)": "n*K/2*log(2*pi*sigma**2)",
    "E w³/(E w²)²": "E*w**3/(E*w**2)**2",
    "−(1 − p)^gamma · log p": "-(1-p)**gam*log(p)",
    "1 / (1 + exp(−z))": "1/(1 + exp(-z))",
    "r/sigma²": "r/sigma**2",
}
VALUES = {
    "r": 1.7, "mu": 0.3, "sigma": 1.9, "nu": 3.3, "n": 7.0, "y": 0.8, "f": 0.25, "beta": 1.4, "delta": 1.1,
    "alpha": 0.7, "q": 0.3, "s": 0.4, "eps": 0.05, "k": 3.0, "p": 0.35, "d": 2.1, "K": 4.0, "E": 1.3,
    "w": 0.6, "gam": 2.2, "z": 0.9,
}  # fmt: skip
LATIN = {letter: name for name, letter in GREEK.items() if name != "epsilon"} | {"γ": "gam", "π": "pi", "Γ": "gamma"}
CALLS = {"log", "exp", "cosh", "tanh", "gamma"}


def to_python(element):
    """Return typeset elements as Python, read as a person reads them: side by side is a product."""
    inner = [to_python(child) for child in element]
    match element.tag:
        case "mfrac":
            return f"(({inner[0]})/({inner[1]}))"
        case "msup":
            return f"{inner[0]}**({inner[1]})" if inner[0] in CALLS else f"({inner[0]})**({inner[1]})"
        case "msqrt":
            return f"sqrt({inner[0]})"
        case "mspace":
            return " "
        case "mn" | "mi":
            return LATIN.get(element.text, element.text)
        case "mo":
            return {"−": "-", "·": "*"}.get(element.text, element.text)
    return read_line(element, inner)


def read_line(element, inner):
    if len(element) == 3 and element[0].text == "|":
        return f"abs({inner[1]})"
    parts = [part for part in inner if part.strip()]
    out = ""
    while parts:
        part = parts.pop(0)
        name, _, power = part.partition("**")
        if name in CALLS:  # applied to the next factor, which may be a function of its own
            argument = parts.pop(0)
            argument = f"{argument}({parts.pop(0)})" if argument in CALLS else argument
            part = f"{name}({argument})" + (f"**{power}" if power else "")
        if out and out[-1] not in "(+-*/" and part[0] not in ")+-*/":
            out += "*"
        out += part
    return out


@pytest.mark.parametrize("text", MEANINGS)
def test_the_typeset_formula_means_what_is_written(text):
    (formula,) = formulas(text)
    terms = "".join(read_line(term, [to_python(child) for child in term]) for term in elements(formula))
    names = {"log": log, "exp": exp, "cosh": cosh, "tanh": tanh, "gamma": gamma, "sqrt": sqrt, "pi": pi, "abs": abs}
    assert eval(terms, names | VALUES) == pytest.approx(eval(MEANINGS[text], names | VALUES), rel=1e-12), terms
