from math import inf, nan

import pytest

from losscheck.render.figures import (
    escape,
    quote_name,
    round_up,
    write_count,
    write_estimate,
    write_list,
    write_number,
    write_p,
    write_parameters,
    write_percent,
    write_with_error,
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
        (10000.0, "10000"),
        (9999.96, "10000"),
        (999999.7, "1000000"),
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
    assert write_parameters(parameters) == "mu 0.500 ± 0.023, b 2"


@pytest.mark.parametrize(
    ("value", "se", "text"),
    [
        (-80.4, 534.0, "-80 ± 530"),
        (170.3, 1004.0, "200 ± 1000"),
        (10552.0, 264.0, "10550 ± 260"),
        (3.1208, 0.0996, "3.12 ± 0.10"),
        (9999.96, 99.7, "10000 ± 100"),
        (-1e-9, 0.0171, "0.000 ± 0.017"),
        (123456.0, 12345.0, "123000 ± 12000"),
        (1234567.0, 12345.0, "1.235e+06 ± 1.2e+04"),
        (-3.21e-9, 4.4e-10, "-3.21e-09 ± 4.4e-10"),
        (0.0, 0.0, "0 ± 0"),
        (0.125, 1e-17, "0.125 ± 1e-17"),
        (2.0, nan, "2 ± -"),
        (2.0, inf, "2 ± inf"),
    ],
)
def test_a_value_ends_where_its_standard_error_does(value, se, text):
    assert write_with_error(value, se) == text


@pytest.mark.parametrize(("p", "text"), [(0.0321, "p = 0.0321"), (1e-299, "p = 1e-299"), (0.0, "p < 1e-300")])
def test_p_values(p, text):
    assert write_p(p) == text


@pytest.mark.parametrize(("count", "up"), [(1, 1), (11, 20), (999, 1000), (1000, 1000), (12500, 20000)])
def test_rows_are_rounded_up(count, up):
    assert round_up(count) == up


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
