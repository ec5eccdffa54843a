"""The whole decision on seeded arrays, through `losscheck.check`."""

import json
import math
import os
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

import losscheck
from losscheck.checks.wording import figure
from losscheck.results import CheckResult, InputError, Report, Status, VerdictStatus

N = 1000


def predictions(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(1000 + seed).uniform(2, 10, n)


# name → rows, residuals for (rng, rows, predictions)
NOISES = {
    "normal": (N, lambda rng, n, f: 2 * rng.standard_normal(n)),
    "t3": (N, lambda rng, n, f: 2 * rng.standard_t(3, n)),
    "t2": (N, lambda rng, n, f: rng.standard_t(2, n)),
    "laplace": (N, lambda rng, n, f: rng.laplace(0, 2, n)),
    "gross errors": (500, lambda rng, n, f: np.where(rng.random(n) < 0.05, 10, 1) * rng.standard_normal(n)),
    "uniform": (400, lambda rng, n, f: rng.uniform(-3, 3, n)),
    "gumbel": (500, lambda rng, n, f: rng.gumbel(-np.euler_gamma, 1, n)),
    "changing scale": (500, lambda rng, n, f: 0.4 * (f - 1) * rng.standard_normal(n) * np.where(f > 3, 1, -1)),
    "changing scale, heavy": (800, lambda rng, n, f: 0.1 * np.exp(0.4 * f) * rng.standard_t(3, n)),
    "log target": (500, lambda rng, n, f: f * np.exp(0.5 * rng.standard_normal(n)) - f),
    "log target, heavy": (800, lambda rng, n, f: f * np.exp(0.3 * rng.standard_t(3, n)) - f),
    "two groups": (400, lambda rng, n, f: np.where(rng.random(n) < 0.5, -3, 3) + rng.standard_normal(n)),
    "bias": (400, lambda rng, n, f: 1 + rng.standard_normal(n)),
    "too few": (20, lambda rng, n, f: rng.standard_normal(n)),
    "undecided": (60, lambda rng, n, f: rng.logistic(size=n)),
    "two far rows": (500, lambda rng, n, f: np.where(np.arange(n) % 300 == 41, 13.0, rng.standard_normal(n))),
}


def arrays(name: str, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    n, noise = NOISES[name]
    f = predictions(n, seed)
    return f + noise(np.random.default_rng(seed), n, f), f


@cache
def report(name: str, seed: int = 0, **options) -> Report:
    target, prediction = arrays(name, seed)
    return losscheck.check(target, prediction, **options)


def gate(report: Report) -> CheckResult:
    (found,) = [check for check in report.checks if check.code.startswith("LC9")]
    return found


KEEP, SWITCH, UNDECIDED, FIX = (
    VerdictStatus.KEEP,
    VerdictStatus.SWITCH,
    VerdictStatus.UNDECIDED,
    VerdictStatus.FIX_FIRST,
)

# status, losses that will do, families that will do (None: any), the rule, words of the headline
VERDICTS = {
    "normal": (KEEP, {"mse"}, {"normal"}, "mse_adequate", ["Keep MSE", "normal"]),
    "t3": (SWITCH, {"student_t"}, {"student_t"}, "not_normal", ["Switch from MSE to student_t", "heavy tails"]),
    "laplace": (SWITCH, {"mae"}, None, "not_normal", ["Switch from MSE to mae", "heavy tails"]),
    "gross errors": (SWITCH, {"student_t", "huber"}, {"contaminated_normal"}, "not_normal", ["heavy tails"]),
    "uniform": (SWITCH, {"lp"}, {"uniform"}, "not_normal", ["Switch from MSE to lp", "light tails", "uniform"]),
    "gumbel": (SWITCH, {"gumbel_nll"}, {"gumbel"}, "skewed", ["skewed", "Gumbel", "--estimand mean", "median"]),
    "changing scale": (
        SWITCH,
        {"gaussian_nll"},
        {"heteroscedastic_normal"},
        "changing_scale",
        ["gaussian_nll", "log sigma", "changes with the prediction"],
    ),
    "changing scale, heavy": (
        SWITCH,
        {"student_t_nll"},
        {"heteroscedastic_t"},
        "changing_scale",
        ["student_t_nll", "heavy tails"],
    ),
    "log target": (SWITCH, {"msle", "log_student_t"}, {"lognormal", "log_t"}, "log_target", ["logarithm", "median"]),
    "log target, heavy": (
        SWITCH,
        {"log_student_t"},
        {"log_t"},
        "log_target",
        ["logarithm", "tails heavier than normal"],
    ),
    "two groups": (FIX, {None}, {"normal_mixture"}, "missing_feature", ["two separate groups", "feature"]),
    "bias": (FIX, {"mse"}, {"normal"}, "mean_structure", ["Fix the mean first", "bias", "Keep MSE"]),
    "too few": (UNDECIDED, None, {None}, "too_few_rows", ["20 rows are too few", "30"]),
    "undecided": (UNDECIDED, None, None, "undecided", ["Undecided from 60 rows", "insurance"]),
}

every_verdict = pytest.mark.parametrize("name", VERDICTS)


@every_verdict
def test_verdict(name):
    status, losses, families, rule, words = VERDICTS[name]
    verdict = report(name).verdict
    assert verdict.status is status
    assert verdict.rule == rule
    assert losses is None or verdict.loss in losses
    assert families is None or verdict.family in families
    for word in words:
        assert word in verdict.headline
    assert verdict.headline.endswith(".")
    assert verdict.because
    assert verdict.current_loss is None
    assert verdict.estimand == "any"
    assert report(name).passed


@every_verdict
def test_confidence(name):
    verdict = report(name).verdict
    assert 0 <= verdict.confidence <= 1
    assert (verdict.confidence >= 0.8) == (verdict.status is not UNDECIDED)


@every_verdict
def test_efficiencies(name):
    verdict = report(name).verdict
    for estimate in verdict.efficiency.values():
        assert 0 <= estimate.value <= 1
        if estimate.low is not None:
            assert estimate.low - 1e-9 <= estimate.value <= estimate.high + 1e-9
    assert {"mse", "mae", "huber", "student_t", "log_cosh"} <= set(verdict.efficiency)
    if verdict.loss in verdict.efficiency and verdict.status is SWITCH:
        assert verdict.efficiency[verdict.loss].value > verdict.efficiency["mse"].value


# The truth, and how far off a parameter may be: about four standard errors.
PARAMETERS = {
    "t3": {"nu": (3.0, 1.6), "sigma": (2.0, 0.5)},
    "gumbel": {"sigma": (1.0, 0.14)},
    "changing scale, heavy": {"nu": (3.0, 1.2)},
    "log target, heavy": {"nu": (3.0, 1.2), "sigma": (0.3, 0.05)},
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_near_the_truth_and_inside_of_their_intervals(name):
    found = report(name).verdict.parameters
    assert set(found) == set(PARAMETERS[name])
    for parameter, (truth, reach) in PARAMETERS[name].items():
        assert found[parameter].value == pytest.approx(truth, abs=reach)
        assert found[parameter].low < found[parameter].value < found[parameter].high


# Efficiency of MSE under the true noise; 2000 nodes of the posterior or the sandwich are within 0.1.
EFFICIENCY_OF_MSE = {"normal": 1.0, "laplace": 0.5, "gumbel": 6 / math.pi**2, "t3": 0.5}


@pytest.mark.parametrize("name", EFFICIENCY_OF_MSE)
def test_efficiency_of_mse_is_near_the_truth(name):
    found = report(name).verdict.efficiency["mse"]
    assert found.value == pytest.approx(EFFICIENCY_OF_MSE[name], abs=0.15)
    assert found.low - 0.02 <= EFFICIENCY_OF_MSE[name] <= found.high + 0.02


def run_code(name: str, **options) -> float:
    target, prediction = arrays(name)
    if report(name, **options).verdict.rule == "log_target":
        assert (prediction > 0).all()
    space = {"np": np, "y": target, "f": prediction, "log_sigma": np.zeros(target.size)}
    exec(report(name, **options).verdict.code.numpy, space)
    return float(space["loss"])


@every_verdict
def test_numpy_code_gives_a_finite_number(name):
    verdict = report(name).verdict
    if verdict.loss is None:
        assert verdict.code.numpy is None
        return
    assert math.isfinite(run_code(name))
    if verdict.code.pytorch is not None:
        compile(verdict.code.pytorch, name, "exec")


def test_code_of_a_loss_with_an_edge_is_finite_on_these_residuals():
    rng = np.random.default_rng(0)
    f = predictions(1500, 0)
    y = f + rng.exponential(size=1500) - 1
    verdict = losscheck.check(y, f).verdict
    space = {"np": np, "y": y, "f": f}
    exec(verdict.code.numpy, space)
    assert math.isfinite(float(space["loss"]))


@pytest.mark.parametrize("name", ["normal", "t3", "gumbel", "changing scale", "log target"])
def test_explanation_has_the_numbers(name):
    verdict = report(name).verdict
    words = verdict.likelihood
    assert words.assumption
    assert "mu = " in words.density
    assert "nats per row" in words.negative_log_likelihood
    for parameter, estimate in verdict.parameters.items():
        assert f"{parameter} = {figure(estimate.value)}" in words.loss


CONTRACT = {
    "report": {"schema_version", "tool", "input", "task", "verdict", "fits", "checks", "groups"},
    "tool": {"name", "version"},
    "input": {"files", "rows", "rows_used", "columns", "dialect", "precision", "summarized"},
    "columns": {"target", "prediction", "residual", "weight", "group", "order"},
    "task": {"kind", "why"},
    "verdict": {
        *("status", "loss", "family", "parameters", "current_loss", "headline", "confidence", "tied", "rule"),
        *("because", "needs_rows", "efficiency", "estimand", "per_estimand", "likelihood", "code"),
    },
    "estimate": {"value", "low", "high"},
    "likelihood": {"assumption", "density", "negative_log_likelihood", "loss"},
    "code": {"numpy", "pytorch", "keras", "jax", "sklearn", "xgboost", "lightgbm", "catboost"},
    "fit": {"family", "loss", "parameters", "nll_per_row", "heldout_nll_per_row", "aic", "bic", "weight"},
    "parameter": {"value", "se"},
    "check": {"id", "code", "title", "status", "statistic", "p_value", "effect", "message", "advice", "rows"},
    "effect": {"name", "value", "low", "high", "margin"},
}


@every_verdict
def test_json_has_the_keys_of_the_contract(name):
    plain = report(name).to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["schema_version"] == "1"
    assert set(plain) == CONTRACT["report"]
    for part in ("tool", "input", "task", "verdict"):
        assert set(plain[part]) == CONTRACT[part], part
    assert set(plain["input"]["columns"]) == CONTRACT["columns"]
    verdict = plain["verdict"]
    for estimate in (*verdict["parameters"].values(), *verdict["efficiency"].values()):
        assert set(estimate) == CONTRACT["estimate"]
    assert verdict["likelihood"] is None or set(verdict["likelihood"]) == CONTRACT["likelihood"]
    assert set(verdict["code"]) == CONTRACT["code"]
    assert plain["fits"]
    for fit in plain["fits"]:
        assert set(fit) == CONTRACT["fit"]
        for value in fit["parameters"].values():
            assert set(value) == CONTRACT["parameter"]
        assert fit["heldout_nll_per_row"] is None or set(fit["heldout_nll_per_row"]) == CONTRACT["parameter"]
    for check in plain["checks"]:
        assert set(check) == CONTRACT["check"]
        assert check["effect"] is None or set(check["effect"]) == CONTRACT["effect"]


@every_verdict
def test_fits_are_ranked(name):
    fits = report(name).fits
    assert [fit.score for fit in fits] == sorted(fit.score for fit in fits)
    ids = [fit.family for fit in fits]
    assert len(set(ids)) == len(ids)
    assert {"normal", "laplace", "student_t"} <= set(ids)


@pytest.mark.parametrize(
    ("name", "truth"),
    [
        ("normal", "normal"),
        ("t3", "student_t"),
        ("gumbel", "gumbel"),
        ("changing scale, heavy", "heteroscedastic_t"),
        ("two groups", "normal_mixture"),
        ("uniform", "uniform"),
    ],
)
def test_truth_is_next_to_the_best_fit(name, truth):
    """Whatever fits better by its free shape does so by no more than 3 nats in all."""
    fits = report(name).fits
    score = {fit.family: fit.score for fit in fits}
    assert score[truth] - fits[0].score < 3 / report(name).input.rows


def relative(one: float | None, other: float | None, factor: float = 1.0) -> bool:
    if one is None or other is None:
        return one is other
    return other == pytest.approx(factor * one, rel=1e-5, abs=1e-12)


@pytest.mark.parametrize("name", ["t3", "gumbel", "changing scale, heavy"])
def test_units_of_the_target_do_not_matter(name):
    target, prediction = arrays(name)
    before, after = report(name), losscheck.check(1000 * target, 1000 * prediction)
    a, b = before.verdict, after.verdict
    for part in ("status", "loss", "family", "rule", "tied", "needs_rows", "estimand", "per_estimand"):
        assert getattr(a, part) == getattr(b, part), part
    assert b.confidence == pytest.approx(a.confidence, abs=1e-6)
    assert set(a.parameters) == set(b.parameters)
    for key, estimate in a.parameters.items():
        factor = 1000 if key in ("sigma", "delta") else 1
        for side in ("value", "low", "high"):
            assert relative(getattr(estimate, side), getattr(b.parameters[key], side), factor), key
    for key, estimate in a.efficiency.items():
        for side in ("value", "low", "high"):
            one, other = getattr(estimate, side), getattr(b.efficiency[key], side)
            assert one is other or other == pytest.approx(one, abs=1e-4), key
    nats = {fit.family: fit.nll_per_row for fit in before.fits}
    for fit in after.fits:
        assert fit.nll_per_row == pytest.approx(nats[fit.family] + math.log(1000), abs=1e-6), fit.family
    first, second = ([(c.id, c.status) for c in r.checks] for r in (before, after))
    assert first == second


@pytest.mark.parametrize("name", ["t3", "gumbel"])
def test_mirrored_residuals_give_the_mirrored_verdict(name):
    target, prediction = arrays(name)
    a, b = report(name).verdict, losscheck.check(2 * prediction - target, prediction).verdict
    assert b.loss == {"gumbel_nll": "gumbel_left_nll"}.get(a.loss, a.loss)
    assert b.status is a.status
    assert b.confidence == pytest.approx(a.confidence, abs=1e-3)


def as_json(result: Report) -> str:
    return json.dumps(result.to_dict(), ensure_ascii=False)


@pytest.mark.parametrize("name", ["t3", "log target"])
def test_same_input_gives_the_same_bytes(name):
    assert as_json(losscheck.check(*arrays(name))) == as_json(report(name))


def test_same_bytes_in_another_process():
    """Where strings hash to other numbers, so that sets come in another order."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_verdict as t; "
        "sys.stdout.buffer.write(t.as_json(t.report('undecided')).encode())"
    )
    out = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, os.path.dirname(__file__)],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "4321", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert out.stdout.decode() == as_json(report("undecided"))


def test_residuals_alone_say_the_same_about_the_shape():
    target, prediction = arrays("t3")
    found = losscheck.check(residual=target - prediction).verdict
    assert (found.status, found.loss, found.rule) == (SWITCH, "student_t", "not_normal")
    assert found.parameters["nu"].value == pytest.approx(report("t3").verdict.parameters["nu"].value, rel=1e-6)


def test_a_few_rows_drive_it():
    """Two rows 13 sd out: with them a robust loss, without them MSE; the rows are listed from 1."""
    verdict = report("two far rows").verdict
    assert verdict.status is SWITCH
    assert verdict.rule == "not_normal"
    (reason,) = [reason for reason in verdict.because if "drive" in reason]
    assert reason.startswith("2 rows drive this")
    assert "42" in reason
    assert "342" in reason
    assert not any("drive" in reason for reason in report("t3").verdict.because)


def test_dependence_and_rounding_are_among_the_reasons():
    rng = np.random.default_rng(3)
    x = rng.standard_normal(900)
    for k in range(1, 900):
        x[k] = 0.8 * x[k - 1] + 0.6 * x[k]
    because = " ".join(losscheck.check(residual=np.round(2 * x) / 2).verdict.because)
    assert "neighbouring rows are dependent" in because
    assert "rounded to steps of 0.5" in because


def test_the_verdict_of_rounded_normals_is_to_keep_mse():
    found = losscheck.check(residual=np.round(2 * np.random.default_rng(4).standard_normal(1200)) / 2).verdict
    assert (found.status, found.loss) == (KEEP, "mse")


@pytest.mark.parametrize(
    ("estimand", "status", "loss", "rule"),
    [
        ("mean", KEEP, "mse", "skewed"),
        ("median", SWITCH, "mae", "skewed"),
        ("quantile:0.9", SWITCH, "pinball", "quantile_wanted"),
    ],
)
def test_estimand(estimand, status, loss, rule):
    verdict = report("gumbel", estimand=estimand).verdict
    assert (verdict.status, verdict.loss, verdict.rule) == (status, loss, rule)
    assert verdict.estimand == estimand
    assert estimand.removeprefix("quantile:") in verdict.headline
    assert report("gumbel").verdict.per_estimand == {"mean": "mse", "median": "mae"}


def test_wanted_quantile_is_the_parameter_and_in_the_code():
    verdict = report("gumbel", estimand="quantile:0.9").verdict
    assert verdict.parameters["q"].value == 0.9
    assert "q = 0.9" in verdict.code.numpy
    assert math.isfinite(run_code("gumbel", estimand="quantile:0.9"))


def test_advice_to_switch_is_a_warning():
    found = gate(report("t3"))
    assert (found.code, found.id, found.status) == ("LC900", "advice", Status.WARN)
    assert "student_t" in found.message
    assert found.advice
    assert found.effect.value < 0.8


@pytest.mark.parametrize("name", ["normal", "two groups", "undecided", "bias"])
def test_without_advice_to_switch_there_is_no_warning(name):
    assert (gate(report(name)).code, gate(report(name)).status) == ("LC900", Status.PASS)


GATES = [
    ("normal", {"loss": "mse"}, Status.PASS),
    ("normal", {"loss": "mae"}, Status.FAIL),
    ("normal", {"loss": "huber:delta=3"}, Status.PASS),
    ("t2", {"loss": "mse"}, Status.FAIL),
    ("t2", {"loss": "huber:delta=1000"}, Status.FAIL),  # a parabola as far as the data go
    ("t2", {"loss": "student_t:nu=2,sigma=1"}, Status.PASS),
    ("laplace", {"loss": "mae"}, Status.PASS),
    ("laplace", {"loss": "mse"}, Status.FAIL),
    ("normal", {"loss": "mae", "min_efficiency": 0.4}, Status.PASS),
    ("normal", {"loss": "mae", "min_efficiency": 0.6}, Status.INCONCLUSIVE),
    ("laplace", {"loss": "mse", "predictions_from": "training"}, Status.INCONCLUSIVE),
    ("normal", {"loss": "mae", "predictions_from": "training"}, Status.INCONCLUSIVE),
    ("normal", {"loss": "msle"}, Status.INCONCLUSIVE),
]


@pytest.mark.parametrize(("name", "options", "status"), GATES)
def test_declared_loss_is_a_gate(name, options, status):
    result = report(name, **options)
    found = gate(result)
    assert (found.code, found.id, found.status) == ("LC901", "declared_loss", status)
    assert found.message.startswith(options["loss"])
    assert result.passed == (status is not Status.FAIL)
    if found.effect is not None:
        assert found.effect.margin == options.get("min_efficiency", 0.8)
    if status is Status.FAIL:
        assert found.effect.high < 0.8
        assert result.verdict.status is SWITCH
        assert result.verdict.loss in found.advice


@pytest.mark.parametrize("name", ["laplace", "uniform"])
@pytest.mark.parametrize("loss", ["mse", "mae"])
def test_training_residuals_never_fail(name, loss):
    assert gate(report(name, loss=loss, predictions_from="training")).status is not Status.FAIL


def test_hopeless_delta_does_not_pass():
    """Huber with delta = 1 on noise of sd 100 is MAE: 2/π of the rows."""
    target, prediction = arrays("normal")
    result = losscheck.check(100 * target, 100 * prediction, loss="huber")
    found = gate(result)
    assert found.status in (Status.FAIL, Status.INCONCLUSIVE)
    assert found.effect.value == pytest.approx(2 / math.pi, abs=0.05)
    assert "framework's default" in found.message
    assert result.verdict.status is SWITCH
    assert result.verdict.loss == "mse"


def test_explicit_parameters_are_not_called_defaults():
    assert "default" not in gate(report("normal", loss="huber:delta=3")).message


@pytest.mark.parametrize(
    ("name", "loss"), [("normal", "huber:delta=4"), ("t3", "student_t:nu=4,sigma=2"), ("laplace", "mae")]
)
def test_a_good_declared_loss_is_kept(name, loss):
    verdict = report(name, loss=loss).verdict
    assert verdict.status is KEEP
    assert verdict.loss == verdict.current_loss == loss.partition(":")[0]
    assert "Keep" in verdict.headline
    for key, value in (pair.split("=") for pair in loss.partition(":")[2].split(",") if pair):
        assert verdict.parameters[key].value == float(value)
        assert f"{key}" in verdict.code.numpy or loss == "mae"


def test_narrow_huber_is_mae():
    """MAE keeps 5/6 under t2, so that Huber with delta → 0 cannot keep more."""
    result = report("t2", loss="huber:delta=1e-3")
    assert gate(result).effect.value == pytest.approx(5 / 6, abs=0.05)
    assert result.verdict.status is SWITCH


def test_a_poor_declared_loss_is_left():
    verdict = report("normal", loss="mae").verdict
    assert verdict.status is SWITCH
    assert verdict.headline.startswith("Switch from mae to MSE")
    assert verdict.current_loss == "mae"


def test_verdict_does_not_depend_on_the_gate():
    strict, mild = (report("t3", loss="mse", min_efficiency=least).verdict for least in (0.99, 0.01))
    assert strict == mild


def test_smaller_alpha_gives_wider_intervals():
    wide, narrow = (report("t3", alpha=alpha).verdict for alpha in (0.001, 0.32))
    for key in narrow.parameters:
        assert wide.parameters[key].low < narrow.parameters[key].low
        assert wide.parameters[key].high > narrow.parameters[key].high
    assert wide.efficiency["mse"].low < narrow.efficiency["mse"].low


@pytest.mark.parametrize(
    ("alias", "loss"),
    [
        ("l1", "mae"),
        ("L1", "mae"),
        ("l2", "mse"),
        ("rmse", "mse"),
        (" MSE ", "mse"),
        ("smooth_l1", "huber"),
        ("nll", "gaussian_nll"),
    ],
)
def test_aliases(alias, loss):
    assert report("undecided", loss=alias).verdict.current_loss == loss


@pytest.mark.parametrize("loss", ["gaussian_nll", "student_t_nll", "student_t_nll:nu=4"])
def test_recommended_scale_heads_can_be_declared(loss):
    found = gate(report("changing scale", loss=loss))
    assert found.status is Status.PASS


def test_training_is_given_as_the_reason():
    assert "train" in gate(report("t2", loss="mse", predictions_from="training")).message


KNOWN = "Known: adaptive, barron, bce, "

ERRORS = [
    ({"loss": "mseq"}, "--loss: 'mseq' is not a known loss; did you mean 'mse'? " + KNOWN),
    ({"loss": "qqqq"}, "--loss: 'qqqq' is not a known loss; " + KNOWN),
    ({"loss": "huber:d=1"}, "--loss huber:d=1: huber has no parameter 'd'; it takes delta"),
    ({"loss": "mse:delta=1"}, "--loss mse:delta=1: mse has no parameter 'delta'; it takes no parameters"),
    (
        {"loss": "huber:delta=x"},
        "--loss huber:delta=x: 'delta=x' is not NAME=NUMBER (for example huber:delta=1.0)",
    ),
    ({"loss": "huber:delta"}, "--loss huber:delta: 'delta' is not NAME=NUMBER (for example huber:delta=1.0)"),
    ({"loss": "huber:delta=inf"}, "--loss huber:delta=inf: 'delta=inf' is not NAME=NUMBER"),
    ({"loss": "huber:delta=-1"}, "--loss huber:delta=-1: delta must be above 0, it is -1"),
    ({"loss": "student_t:nu=0.5"}, "--loss student_t:nu=0.5: nu must lie in [1, 10000], it is 0.5"),
    ({"loss": "pinball:q=2"}, "--loss pinball:q=2: q must lie between 0 and 1, it is 2"),
    ({"loss": "lp"}, "--loss lp: lp needs beta; write lp:beta=…"),
    ({"estimand": "mode"}, "--estimand: 'mode' is not any, mean, median or quantile:Q with Q between 0 and 1"),
    ({"estimand": "quantile:1"}, "--estimand: 'quantile:1' is not any, mean, median or quantile:Q"),
    ({"estimand": "quantile"}, "--estimand: 'quantile' is not any, mean, median or quantile:Q"),
    ({"estimand": "mean:1"}, "--estimand: 'mean:1' is not any, mean, median or quantile:Q"),
    ({"min_efficiency": 0}, "--min-efficiency must lie in (0, 1], it is 0"),
    ({"min_efficiency": 1.5}, "--min-efficiency must lie in (0, 1], it is 1.5"),
    ({"min_efficiency": math.nan}, "--min-efficiency must lie in (0, 1], it is nan"),
    ({"alpha": 0}, "--alpha must lie between 0 and 0.5, it is 0"),
    ({"alpha": 0.5}, "--alpha must lie between 0 and 0.5, it is 0.5"),
    ({"predictions_from": "test"}, "--predictions-from must be unknown, heldout or training, it is 'test'"),
]


@pytest.mark.parametrize(("options", "message"), ERRORS)
def test_bad_option(options, message):
    with pytest.raises(InputError) as error:
        losscheck.check([1.0, 2.0], [1.0, 2.0], **options)
    assert str(error.value).startswith(message)
