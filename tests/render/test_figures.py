from math import inf, nan

import pytest

from losscheck.render.figures import (
    escape,
    quote_name,
    write_count,
    write_estimate,
    write_list,
    write_number,
    write_parameters,
    write_percent,
)
from losscheck.results import Estimate, Parameter


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (nan, "-"),
        (inf, "inf"),
        (-inf, "-inf"),
        (0.0, "0"),
        (-0.0, "0"),
        (1, "1"),
        (0.1234567, "0.1235"),
        (123.4567, "123.5"),
        (-98765.4321, "-98765.4"),
        (1234567.8, "1.23457e+06"),
        (3.7e-24, "3.7e-24"),
    ],
)
def test_numbers(value, text):
    assert write_number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (12.0, "12"), (2.5, "2.5"), (1234.56, "1,235"), (12500000.0, "12,500,000")]
)
def test_counts(value, text):
    assert write_count(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.614, "61 %"),
        (0.98, "98 %"),
        (0.9949, "99.5 %"),
        (0.999, "99.9 %"),
        (0.99996, "more than 99.9 %"),
    ],
)
def test_certainty_is_never_rounded_up_to_100(share, text):
    assert write_percent(share) == text


def test_estimates_and_parameters():
    assert write_estimate(Estimate(1.5)) == "1.5"
    assert write_estimate(Estimate(1.5, 1.25, None)) == "1.5 [1.25, -]"
    parameters = {"mu": Parameter(0.5, 0.0234), "b": Parameter(2.0)}
    assert write_parameters(parameters) == "mu 0.5 ± 0.023, b 2"


def test_lists():
    assert [write_list(names, "or") for names in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == [
        "",
        "a",
        "a or b",
        "a, b or c",
    ]


def test_names_are_quoted_unless_they_are_one_word():
    assert quote_name("y_hat.2-b") == "y_hat.2-b"
    assert quote_name("größe") == "größe"
    assert quote_name("y hat") == '"y hat"'
    assert quote_name("a\x1b\n") == r'"a\x1b\n"'
    assert escape("\u2028\ud800\x9b") == r"\u2028\ud800\x9b"
