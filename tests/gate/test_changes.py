import math

import pytest

from losscheck.checks import CHECKS
from losscheck.gate.changes import HIGHER_IS_WORSE, LOWER_IS_WORSE, RATIOS, Move, judge_move, list_changes
from losscheck.results import CheckResult, Effect, Status


def check(status=Status.WARN, value=None, low=None, high=None, margin=None, id="bias"):
    effect = None if value is None else Effect("size", value, low, high, margin)
    return CheckResult(id, "LC101", "Bias", Status(status), "", effect=effect)


@pytest.mark.parametrize(
    ("before", "after", "move"),
    [
        (check(value=0.2, low=0.1, high=0.3), check(value=0.5, low=0.4, high=0.6), Move.WORSE),
        (check(value=0.5, low=0.4, high=0.6), check(value=0.2, low=0.1, high=0.3), Move.BETTER),
        (check(value=0.2, low=0.1, high=0.3), check(value=0.3, low=0.2, high=0.4), Move.SAME),  # by chance
        (check(value=-0.2, low=-0.3, high=-0.1), check(value=0.25, low=0.2, high=0.3), Move.SAME),  # as far from 0
        (check(value=-0.2, low=-0.3, high=-0.1), check(value=-0.9, low=-1.0, high=-0.8), Move.WORSE),
        (check(value=0.2, margin=0.1), check(value=0.205, margin=0.1), Move.SAME),  # a twentieth of the margin
        (check(value=0.2, margin=0.1), check(value=0.22, margin=0.1), Move.WORSE),
        (check("pass", value=0.099, margin=0.1), check("warn", value=0.101, margin=0.1), Move.SAME),
        (check("pass"), check("fail"), Move.WORSE),
        (check("pass", value=0.2, margin=1.0), check("pass", value=0.9, margin=1.0), Move.SAME),
        (check("fail"), check("inconclusive"), Move.BETTER),
        (check("warn"), check("warn"), Move.SAME),
        (None, check("pass"), Move.NEW),
        (check("skip"), check("fail", value=1.0), Move.NEW),
        (check("skip"), check("skip"), Move.SAME),
        (check(value=0.2, low=-math.inf, high=1.0), check(value=9.0, low=8.0, high=10.0), Move.SAME),
    ],
)
def test_a_check_moves_by_its_effect_and_without_one_by_its_status(before, after, move):
    assert judge_move(before, after) is move


@pytest.mark.parametrize(("id", "worse"), [("temperature", 0.5), ("temperature", 1.5), ("declared_loss", 0.6)])
def test_effects_that_are_not_best_at_zero(id, worse):
    good = check("pass", value=1.0, low=0.95, high=1.05, id=id)
    bad = check("fail", value=worse, low=worse - 0.05, high=worse + 0.05, id=id)
    assert (judge_move(good, bad), judge_move(bad, good)) == (Move.WORSE, Move.BETTER)


def test_ratios_are_as_bad_at_a_half_as_at_two_and_evidence_has_a_sign():
    half, two, five = (check("fail", value=v, low=0.99 * v, high=1.01 * v, id="temperature") for v in (0.5, 2.0, 5.0))
    assert [judge_move(half, other) for other in (two, five)] == [Move.SAME, Move.WORSE]
    ordered, other = check("pass", value=-800.0, id="alignment"), check("fail", value=230.0, id="alignment")
    assert (judge_move(ordered, other), judge_move(other, ordered)) == (Move.WORSE, Move.BETTER)


def test_a_slope_that_turns_is_worse_though_its_interval_holds_zero():
    right = check("pass", value=1.0, low=0.9, high=1.1, id="cox")
    turned = check("fail", value=-0.2, low=-0.3, high=-0.1, id="cox")
    flat = check("fail", value=0.05, low=-0.05, high=0.15, id="cox")
    assert [judge_move(right, other) for other in (turned, flat)] == [Move.WORSE, Move.WORSE]
    assert [judge_move(other, right) for other in (turned, flat)] == [Move.BETTER, Move.BETTER]
    assert judge_move(turned, turned) is Move.SAME


def test_every_exception_is_a_check():
    assert {check.id for check in CHECKS} >= RATIOS | LOWER_IS_WORSE | HIGHER_IS_WORSE


def test_checks_of_one_report_alone_are_new_or_gone():
    changes = list_changes([check(id="bias"), check(id="hill")], [check(id="bias"), check(id="outliers")])
    assert [(change.id, change.move.value) for change in changes] == [
        ("bias", "same"),
        ("outliers", "new"),
        ("hill", "gone"),
    ]
