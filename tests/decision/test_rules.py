from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest

from losscheck.advice import write_headline, write_mean_first, write_reasons
from losscheck.contest import Contest, hold_contest
from losscheck.efficiency.candidates import CANDIDATES
from losscheck.facts import (
    PRACTICALLY_EQUAL,
    WORTH_A_SWITCH,
    Drivers,
    Facts,
    best_candidate,
    gather_facts,
    multiply,
    prefers_mse,
)
from losscheck.loss_choice import parse_estimand, parse_loss
from losscheck.posterior import weigh_models
from losscheck.preparation import FEWEST_DISTINCT, LARGEST_ATOM, Atom, prepare
from losscheck.ranking import FamilyFits
from losscheck.reading import sample_from_arrays
from losscheck.results import Estimate, VerdictStatus
from losscheck.rules import (
    DECIDED,
    FEWEST_ROWS,
    LOG_TARGET_LEEWAY,
    RULES,
    Request,
    Rule,
    fired_rule,
    insurance,
    nearest_rule,
    outcome_probability,
)

RULE = {rule.id: rule for rule in RULES}


@cache
def plain() -> Facts:
    """The facts of 300 normal residuals; tests replace what they are about."""
    rng = np.random.default_rng(0)
    f = rng.uniform(2, 10, 300)
    sample = sample_from_arrays(target=f + rng.standard_normal(300), prediction=f)
    prepared = prepare(sample, 0.05)
    posterior = weigh_models(prepared.shape, prepared.tempering)
    return gather_facts(sample, prepared, posterior, FamilyFits(prepared, posterior), None, 0.05)


@cache
def contest_of(kind: str) -> Contest:
    """The contest of 300 targets whose likelihood is known."""
    rng = np.random.default_rng(4)
    f = rng.uniform(2, 12, 300)
    target = {
        "counts": rng.poisson(f) * 1.0,
        "zeros": np.where(rng.random(300) < 0.3, 0.0, f * rng.gamma(2, 0.7, 300)),
        "normal": np.rint(f + 30 + rng.standard_normal(300)),
    }[kind]
    sample = sample_from_arrays(target=target, prediction=f + 30 * (kind == "normal"))
    prepared = prepare(sample, 0.05)
    return hold_contest(sample, prepared, FamilyFits(prepared, weigh_models(prepared.shape, prepared.tempering)))


def candidate(loss: str, *shapes: float):
    return next(c for c in CANDIDATES if c.loss == loss and c.shapes[: len(shapes)] == shapes)


def odds(**given: float) -> dict[str, float]:
    """Class probabilities; what is not given is shared by the others."""
    names = ("adequate", "robust", "skewed", "bimodal")
    rest = (1 - sum(given.values())) / (len(names) - len(given))
    return {name: given.get(name, rest) for name in names}


def facts(**replaced) -> Facts:
    """Everything speaks for MSE, unless it is said otherwise."""
    default = {
        "n": 1000,
        "effective_n": 1000.0,
        "shape_n": 1000.0,
        "distinct": 1000,
        "atom": None,
        "classes": odds(adequate=0.97),
        "inadequate": 0.03,
        "gain": 0.0,
        "best": CANDIDATES[0],
        "gate_open": False,
        "gate_confidence": 1.0,
        "scale_grows": False,
        "sigma_range": None,
        "log_family": "",
        "log_deficit": float("inf"),
        "material": (),
        "family": "normal",
        "skewed_loss": "gumbel_nll",
        "drivers": None,
        "tempering": 1.0,
        "step": 0.0,
        "contest": None,
        "shifts": (),
    }
    given = default | replaced
    if isinstance(given["contest"], str):
        given["contest"] = contest_of(given["contest"])
    return replace(plain(), **given)


def request(estimand: str = "any", loss: str | None = None) -> Request:
    return Request(None if loss is None else parse_loss(loss), parse_estimand(estimand), 0.8, "unknown")


HEAVY = {
    "classes": odds(robust=0.98),
    "inadequate": 0.98,
    "gain": 0.4,
    "best": candidate("student_t", 3.0),
    "family": "student_t",
}
OPEN = {"gate_open": True, "gate_confidence": 0.99, "sigma_range": (0.5, 1.0, 2.0), "scale_grows": True}
SKEWED = {"classes": odds(skewed=0.95), "inadequate": 0.97, "gain": 0.3, "family": "gumbel"}

FIRES: dict[str, tuple[dict, Request]] = {
    "quantile_wanted": ({}, request("quantile:0.9")),
    "zeros_first": ({"contest": "zeros"}, request()),
    "atom": ({"atom": Atom("residual", 0.0, 0.4)}, request()),
    "missing_feature": ({"classes": odds(bimodal=0.9), "family": "normal_mixture"}, request()),
    "own_likelihood": ({"contest": "counts"}, request()),
    "too_few_rows": ({"n": FEWEST_ROWS - 1, "effective_n": 29.0, "shape_n": 29.0}, request()),
    "scale_undecided": (OPEN | {"gate_confidence": 0.6}, request()),
    "log_target": (OPEN | {"log_family": "lognormal", "log_deficit": -0.05}, request()),
    "changing_scale": (OPEN, request()),
    "skewed": (SKEWED, request()),
    "undecided": ({"classes": odds(adequate=0.55, robust=0.4), "inadequate": 0.45, "gain": 0.04}, request()),
    "not_normal": (HEAVY, request()),
    "mse_adequate": ({}, request()),
}

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def case(rule: Rule) -> tuple[Facts, Request]:
    given, asked = FIRES[rule.id]
    return facts(**given), asked


def test_every_rule_is_tried():
    assert set(FIRES) == set(RULE)
    assert len(RULE) == len(RULES)


@every_rule
def test_rule_fires_on_its_fact(rule):
    f, asked = case(rule)
    above = RULES[: RULES.index(rule)]
    assert [r.id for r in above if r.fires(f, asked)] == []
    assert rule.fires(f, asked)
    assert fired_rule(f, asked) is rule


@every_rule
def test_only_its_fact_makes_a_rule_fire(rule):
    """Where everything speaks for MSE, the last rule alone is left."""
    if rule is not RULES[-1]:
        assert not rule.fires(facts(), request())


@every_rule
def test_every_rule_has_a_headline_and_reasons(rule):
    f, asked = case(rule)
    choice = rule.choose(f, asked)
    for wanted in (asked, replace(asked, declared=parse_loss("huber:delta=1.5"))):
        headline = write_headline(rule, choice, f, wanted)
        assert headline.endswith(".")
        assert headline[0].isupper() or headline[0].isdigit()
        assert "nan" not in headline
        assert "None" not in headline
    reasons = write_reasons(rule, f, asked)
    assert reasons[0] == rule.describe(f, asked)
    assert rule.fact in reasons[0]


@every_rule
def test_choice_is_one_of_the_losses(rule):
    from losscheck.families import regression_family_named, regression_loss_named

    f, asked = case(rule)
    choice = rule.choose(f, asked)
    if choice.loss is not None:
        regression_loss_named(choice.loss)
        assert choice.title
    if choice.family is not None:
        regression_family_named(choice.family)
    assert (choice.loss is None) == (choice.status is VerdictStatus.FIX_FIRST)


EXPECTED = {
    "quantile_wanted": (VerdictStatus.SWITCH, "pinball"),
    "zeros_first": (VerdictStatus.SWITCH, "hurdle"),
    "atom": (VerdictStatus.FIX_FIRST, None),
    "own_likelihood": (VerdictStatus.SWITCH, "poisson"),
    "missing_feature": (VerdictStatus.FIX_FIRST, None),
    "too_few_rows": (VerdictStatus.UNDECIDED, "mse"),
    "scale_undecided": (VerdictStatus.UNDECIDED, "gaussian_nll"),
    "log_target": (VerdictStatus.SWITCH, "msle"),
    "changing_scale": (VerdictStatus.SWITCH, "gaussian_nll"),
    "skewed": (VerdictStatus.SWITCH, "gumbel_nll"),
    "undecided": (VerdictStatus.UNDECIDED, "mse"),
    "not_normal": (VerdictStatus.SWITCH, "student_t"),
    "mse_adequate": (VerdictStatus.KEEP, "mse"),
}


@every_rule
def test_what_each_outcome_means(rule):
    """The table of that name in docs/decision.md."""
    f, asked = case(rule)
    choice = rule.choose(f, asked)
    assert (choice.status, choice.loss) == EXPECTED[rule.id]


FIRST = [
    # two facts at once: the upper row of the table decides
    ("quantile_wanted", {"n": 20, **HEAVY}, "quantile:0.1"),
    ("atom", OPEN | HEAVY | {"atom": Atom("residual", 0.0, LARGEST_ATOM)}, "any"),
    ("not_normal", HEAVY | {"atom": Atom("residual", 0.0, LARGEST_ATOM - 1e-6)}, "any"),
    ("zeros_first", {"contest": "zeros", "atom": Atom("target", 0.0, 0.3)}, "any"),
    ("own_likelihood", OPEN | HEAVY | {"contest": "counts"}, "any"),
    ("own_likelihood", {"contest": "counts", "classes": odds(bimodal=0.9)}, "any"),
    ("own_likelihood", {"contest": "counts"}, "mean"),
    ("mse_adequate", {"contest": "normal"}, "any"),
    ("too_few_rows", {"n": 20, "contest": "counts"}, "any"),
    ("too_few_rows", {"n": 20, "contest": "zeros"}, "any"),
    ("quantile_wanted", {"contest": "zeros"}, "quantile:0.5"),
    ("too_few_rows", {"n": 20, "atom": Atom("residual", 0.0, 0.5)}, "any"),
    ("too_few_rows", {"distinct": FEWEST_DISTINCT - 1, "classes": odds(bimodal=0.9)}, "any"),
    ("missing_feature", OPEN | {"classes": odds(bimodal=0.9)}, "any"),
    ("too_few_rows", {"n": 20, "classes": odds(bimodal=0.9)}, "any"),
    ("too_few_rows", OPEN | {"n": 20}, "any"),
    ("scale_undecided", OPEN | {"gate_confidence": 0.5, "log_family": "log_t", "log_deficit": -1.0}, "any"),
    ("log_target", OPEN | HEAVY | {"log_family": "log_t", "log_deficit": 0.0}, "any"),
    ("changing_scale", OPEN | HEAVY, "any"),
    ("changing_scale", OPEN | SKEWED, "any"),
    ("changing_scale", OPEN | {"scale_grows": False, "log_family": "log_t", "log_deficit": -1.0}, "any"),
    ("changing_scale", OPEN | {"log_family": "log_t", "log_deficit": LOG_TARGET_LEEWAY + 1e-6}, "any"),
    ("log_target", OPEN | {"log_family": "log_t", "log_deficit": LOG_TARGET_LEEWAY}, "any"),
    ("skewed", SKEWED, "mean"),
    ("undecided", HEAVY | {"classes": odds(robust=0.6, skewed=0.3)}, "any"),
    ("undecided", HEAVY | {"gate_confidence": 0.5}, "any"),
]


@pytest.mark.parametrize(("expected", "given", "estimand"), FIRST)
def test_first_match_decides(expected, given, estimand):
    assert fired_rule(facts(**given), request(estimand)).id == expected


@pytest.mark.parametrize(("n", "named"), [(FEWEST_ROWS - 1, False), (FEWEST_ROWS, True)])
def test_family_is_named_from_thirty_rows(n, named):
    f = facts(n=n, classes=odds(adequate=0.5))
    choice = fired_rule(f, request()).choose(f, request())
    assert choice.status is VerdictStatus.UNDECIDED
    assert (choice.family is not None) == named


@pytest.mark.parametrize(
    ("estimand", "status", "loss"),
    [
        ("any", VerdictStatus.SWITCH, "gumbel_nll"),
        ("mean", VerdictStatus.KEEP, "mse"),
        ("median", VerdictStatus.SWITCH, "mae"),
        ("quantile:0.9", VerdictStatus.SWITCH, "pinball"),
    ],
)
def test_estimand_guards_skewed_noise(estimand, status, loss):
    f, asked = facts(**SKEWED), request(estimand)
    choice = fired_rule(f, asked).choose(f, asked)
    assert (choice.status, choice.loss) == (status, loss)


@pytest.mark.parametrize(("estimand", "loss"), [("mean", "mse"), ("median", "mae")])
def test_estimand_guards_insurance_on_what_is_probably_skewed(estimand, loss):
    f = facts(**HEAVY | {"classes": odds(skewed=0.6, robust=0.35)})
    assert insurance(f, request(estimand)) == loss


def test_estimand_mean_is_not_a_log_target():
    """A likelihood of the logarithm aims at the median; one with a scale head at the mean."""
    given = OPEN | {"log_family": "log_t", "log_deficit": -1.0}
    f, asked = facts(**given), request("mean")
    assert fired_rule(f, asked).choose(f, asked).loss == "gaussian_nll"
    assert fired_rule(f, request()).choose(f, request()).loss == "log_student_t"


@pytest.mark.parametrize("estimand", ["any", "mean", "median"])
def test_symmetric_noise_needs_no_guard(estimand):
    f, asked = facts(**HEAVY), request(estimand)
    assert fired_rule(f, asked).choose(f, asked).loss == "student_t"


@pytest.mark.parametrize(("heavy", "loss"), [(False, "gaussian_nll"), (True, "student_t_nll")])
def test_likelihood_decides_between_the_scale_heads(heavy, loss):
    f = facts(**OPEN | {"heavy_head": heavy})
    assert fired_rule(f, request()).choose(f, request()).loss == loss


def test_a_log_target_is_not_for_the_mean():
    f = facts(**OPEN | {"log_family": "lognormal", "log_deficit": 0.0})
    assert fired_rule(f, request()).id == "log_target"
    assert fired_rule(f, request("mean")).id == "changing_scale"


@pytest.mark.parametrize("n", [50, 100, 1e4])
def test_mse_is_kept_unless_leaving_it_gains_a_tenth_of_the_rows_and_two_more(n):
    assert prefers_mse(0.0, n)
    assert prefers_mse(WORTH_A_SWITCH + 1.99 / n, n)
    assert not prefers_mse(WORTH_A_SWITCH + 2.01 / n, n)


def test_insurance_is_the_best_expectation():
    assert insurance(facts(), request()) == "mse"
    assert insurance(facts(**HEAVY), request()) == "student_t"
    assert insurance(facts(gain=WORTH_A_SWITCH / 2, best=candidate("huber", 1.0)), request()) == "mse"


@pytest.mark.parametrize("shape", [3.0, 4.0, 8.0])
def test_insurance_is_never_a_high_power(shape):
    """Of all losses they lose most where the tails are heavy after all."""
    f = facts(**HEAVY | {"best": candidate("lp", shape), "family": "uniform", "classes": odds(robust=0.7)})
    assert fired_rule(f, request()).id == "undecided"
    assert insurance(f, request()) == "mse"
    assert insurance(replace(f, best=candidate("lp", 1.5)), request()) == "lp"


@every_rule
def test_confidence_is_a_probability(rule):
    for gate_open, gate, top in product((False, True), (0.0, 0.3, 1.0), (0.25, 0.6, 1.0)):
        f = facts(gate_open=gate_open, gate_confidence=gate, classes=odds(robust=top))
        assert 0 <= outcome_probability(f) <= 1
    f, _ = case(rule)
    assert 0 <= outcome_probability(f) <= 1


def test_confidence_covers_gate_and_shape():
    """An open gate is the verdict; behind a shut one the shape must be right as well."""
    shape = {"classes": odds(robust=0.9), "gate_confidence": 0.8}
    assert outcome_probability(facts(gate_open=False, **shape)) == pytest.approx(0.72)
    assert outcome_probability(facts(gate_open=True, **shape)) == pytest.approx(0.8)


def test_certain_outcomes_are_decided():
    for name in ("adequate", "robust", "skewed"):
        below, above = (facts(classes=odds(**{name: p})) for p in (DECIDED - 0.01, DECIDED + 0.01))
        assert fired_rule(below, request()).id == "undecided"
        assert fired_rule(above, request()).id != "undecided"


def test_nearest_rule_is_the_one_closest_to_its_threshold():
    f = facts(classes=odds(skewed=0.55, bimodal=0.2, adequate=0.2), **{"inadequate": 0.8, "gain": 0.3})
    fired = fired_rule(f, request())
    assert fired.id == "undecided"
    near = nearest_rule(f, request(), fired)
    # Rules below the fired one are not asked.
    assert near is None or RULES.index(near) < RULES.index(fired)
    close = facts(classes=odds(bimodal=DECIDED - 0.01, adequate=0.2))
    assert nearest_rule(close, request(), fired_rule(close, request())).id == "missing_feature"


def test_no_rule_is_near_where_all_is_clear():
    assert nearest_rule(facts(), request(), RULE["mse_adequate"]) is None


def test_nearest_rule_is_a_reason():
    f = facts(classes=odds(bimodal=0.7, adequate=0.28))
    fired = fired_rule(f, request())
    reasons = write_reasons(fired, f, request())
    assert any("missing_feature" in reason and "0.70" in reason for reason in reasons)


def test_reasons_tell_what_was_allowed_for():
    given = {"drivers": Drivers(2, (7, 41)), "tempering": 0.5, "step": 0.25, "gate_efficiency": 0.4}
    f = facts(**HEAVY | OPEN | given)
    text = " | ".join(write_reasons(fired_rule(f, request()), f, request()))
    for part in ("2 rows drive this", "7, 41", "dependent", "500", "steps of 0.25", "40 %"):
        assert part in text
    quiet = " | ".join(write_reasons(RULE["mse_adequate"], facts(), request()))
    for part in ("drive", "dependent", "rounded", "scale"):
        assert part not in quiet


def test_one_driving_row_is_singular():
    f = facts(**HEAVY | {"drivers": Drivers(1, (7,))})
    assert any(reason.startswith("1 row drives this") for reason in write_reasons(RULE["not_normal"], f, request()))


def test_headlines_say_what_they_must():
    def headline(rule: str, **more) -> str:
        given, asked = FIRES[rule]
        f = facts(**given | more)
        return write_headline(RULE[rule], RULE[rule].choose(f, asked), f, asked)

    assert headline("mse_adequate").startswith("Keep MSE")
    assert headline("not_normal").startswith("Switch from MSE to student_t")
    assert "heavy tails" in headline("not_normal")
    assert "light tails" in headline("not_normal", best=candidate("lp", 8.0), family="uniform")
    assert "skewed" in headline("skewed")
    assert "--estimand mean" in headline("skewed")
    assert "sd 0.5" in headline("changing_scale")
    assert "logarithm" in headline("log_target")
    assert "median" in headline("log_target")
    assert "two separate groups" in headline("missing_feature")
    assert "40 % of the residuals are exactly 0" in headline("atom")
    assert "4 different residuals are too few" in headline("too_few_rows", n=1000, distinct=4)
    assert "Undecided from 1,000 rows" in headline("undecided")
    assert "insurance" in headline("undecided")
    assert "29 rows are too few" in headline("too_few_rows")
    assert "0.9 quantile" in headline("quantile_wanted")


def test_mean_comes_first():
    text = write_mean_first(facts(material=("bias", "slope")), "Keep MSE.")
    assert text.startswith("Fix the mean first")
    assert "bias and slope" in text
    assert text.endswith("Keep MSE.")


def test_declared_loss_is_named():
    f, asked = facts(**HEAVY), request(loss="huber:delta=2")
    f = replace(f, declared=Estimate(0.7, 0.6, 0.8))
    text = write_headline(RULE["not_normal"], RULE["not_normal"].choose(f, asked), f, asked)
    assert text.startswith("Switch from huber:delta=2 to student_t")
    assert "30 %" in text


def test_of_practically_equal_candidates_the_first_is_taken():
    expected = np.zeros(len(CANDIDATES))
    expected[[0, 3, 9]] = 0.8, 0.9, 0.9 + PRACTICALLY_EQUAL / 2
    assert best_candidate(expected, "normal") is CANDIDATES[3]
    expected[9] = 0.9 + 2 * PRACTICALLY_EQUAL
    assert best_candidate(expected, "normal") is CANDIDATES[9]


def test_own_loss_of_the_likeliest_family_is_taken_where_it_is_as_good():
    own = CANDIDATES.index(candidate("mae"))
    expected = np.zeros(len(CANDIDATES))
    expected[[0, own, 9]] = 0.5, 0.9 - PRACTICALLY_EQUAL / 2, 0.9
    assert best_candidate(expected, "laplace") is CANDIDATES[own]
    expected[own] = 0.9 - 2 * PRACTICALLY_EQUAL
    assert best_candidate(expected, "laplace") is CANDIDATES[9]


def test_product_of_efficiencies():
    # Log-distances add in quadrature: 0.4·0.5·exp(±√(log²0.8 + log²0.9)).
    reach = np.exp(np.hypot(np.log(0.8), np.log(0.9)))
    product_ = multiply(Estimate(0.5, 0.4, 0.5 / 0.8), Estimate(0.4, 0.36, 0.4 / 0.9))
    assert product_.value == pytest.approx(0.2)
    assert product_.low == pytest.approx(0.2 / reach)
    assert product_.high == pytest.approx(0.2 * reach)
    assert multiply(Estimate(0.5, 0.4, 0.6), Estimate(1.0)) == Estimate(0.5, pytest.approx(0.4), pytest.approx(0.6))
    assert multiply(Estimate(0.9, 0.5, 1.3), Estimate(1.0)).high == 1.0
    assert multiply(Estimate(0.0, 0.0, 0.0), Estimate(0.5, 0.4, 0.6)) == Estimate(0.0, 0.0, 0.0)
    assert multiply(Estimate(None), Estimate(0.5)).value is None
