import math
from dataclasses import replace

import numpy as np
import pytest

from losscheck.efficiency.distance import EVIDENCE, MOST_ROWS, rows_to_tell
from losscheck.efficiency.table import NoiseTable, load_table
from losscheck.families import family_named

NORMAL = ("normal",)


def table_of(*models: tuple) -> NoiseTable:
    """A table of any family and shape; only the names matter for distances."""
    classes = tuple(family_named(m[0]).shape_class for m in models)
    shapes = tuple(tuple(m[1:]) for m in models)
    return replace(load_table(), family=tuple(m[0] for m in models), shapes=shapes, shape_class=classes)


def rows(truth: tuple, other: tuple) -> int | None:
    return rows_to_tell(table_of(truth, other), 0, 1)


# Closed form 8: nats per row lost by the nearest normal.
TO_THE_NORMAL = {
    ("laplace",): 0.5 * (math.log(math.pi) - 1),
    ("logistic",): 0.01436,
    ("student_t", 3.0): 0.19477,
    ("student_t", 5.0): 0.04685,
}


@pytest.mark.parametrize("truth", TO_THE_NORMAL, ids=str)
def test_rows_to_tell_from_the_normal(truth):
    expected = EVIDENCE / TO_THE_NORMAL[truth]
    # The variance of t3 comes slowly: nodes beyond 1000 s are left out.
    assert rows(truth, NORMAL) == pytest.approx(expected, rel=0.01, abs=1)


def test_closed_form_of_contamination_by_quadrature():
    """KL(f ‖ best normal) = ½ log(2πe·variance) − H(f), with H by scipy's quadrature."""
    from scipy.integrate import quad
    from scipy.stats import norm

    eps, k = 0.1, 5.0

    def density(x: float) -> float:
        return (1 - eps) * norm.pdf(x) + eps * norm.pdf(x / k) / k

    entropy = -2 * quad(lambda x: density(x) * math.log(density(x)), 0, 60, limit=200)[0]
    nats = 0.5 * math.log(2 * math.pi * math.e * (1 - eps + eps * k * k)) - entropy
    assert rows(("contaminated_normal", eps, k), NORMAL) == pytest.approx(EVIDENCE / nats, abs=1)


def test_logistic_against_student_t():
    """About 0.24e-3 nats a row to the nearest t of the grid, so that some 12,500 rows tell them apart."""
    table = load_table()
    truth = table.family.index("logistic")
    each = [rows_to_tell(table, truth, k) for k, name in enumerate(table.family) if name == "student_t"]
    assert max(each) == pytest.approx(12_500, rel=0.1)


def test_fewer_rows_for_what_is_farther():
    each = [rows(("student_t", nu), NORMAL) for nu in (1.3, 2.3, 3.5, 6.0, 12.0, 40.0)]
    assert each == sorted(each)


def test_a_model_cannot_be_told_from_itself_or_a_near_twin():
    assert rows(NORMAL, NORMAL) is None
    assert rows(("student_t", 1e4), NORMAL) is None or rows(("student_t", 1e4), NORMAL) > MOST_ROWS / 10
    assert rows(("huber", 5.0), NORMAL) is None


def test_scale_and_location_are_free():
    """The Laplace against itself through other families that contain it."""
    assert rows(("laplace",), ("generalized_normal", 1.0)) is None
    assert rows(("laplace",), ("asymmetric_laplace", 0.5)) is None
    assert rows(("cauchy",), ("student_t", 1.0)) is None


def test_mirrored_pairs_are_as_far_apart():
    for alpha in (1.5, 6.0):
        assert rows(("skew_normal", alpha), NORMAL) == rows(("skew_normal", -alpha), NORMAL)
    assert rows(("asymmetric_laplace", 0.3), ("laplace",)) == rows(("asymmetric_laplace", 0.7), ("laplace",))


def test_uniform_against_the_normal():
    """Closed form 8: ½ log(2πe/3) − log 2 = .17649."""
    assert rows(("uniform",), NORMAL) == 17


def test_gumbel_against_the_normal():
    """½ log(2πe·π²/6) − (1 + γ) = .0905; 1 + γ is the entropy of the Gumbel."""
    nats = 0.5 * math.log(2 * math.pi * math.e * math.pi**2 / 6) - (1 + np.euler_gamma)
    assert rows(("gumbel",), NORMAL) == pytest.approx(EVIDENCE / nats, abs=1)


@pytest.mark.parametrize("shapes", [(7.0, 0.5), (5.0, 0.5)])
def test_two_groups_against_the_normal(shapes):
    """Far groups: variance 1 + d²/4, entropy of one group and log 2."""
    d = shapes[0]
    nats = 0.5 * math.log(1 + d * d / 4) - math.log(2)
    assert rows(("normal_mixture", *shapes), NORMAL) == pytest.approx(EVIDENCE / nats, abs=1)


def test_normal_against_the_gumbel():
    """The nearest Gumbel has scale 1 and location −½, where its mean −log-density is 1½."""
    nats = 1.5 - 0.5 * math.log(2 * math.pi * math.e)
    assert rows(NORMAL, ("gumbel",)) == pytest.approx(EVIDENCE / nats, abs=1)
