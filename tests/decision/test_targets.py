"""Targets of every domain, from draws to the verdict: the right loss, its words, its code, and the declared loss."""

from functools import cache

import numpy as np
import pytest

import losscheck
from losscheck.contest import Kind, hold_contest, kind_of
from losscheck.posterior import weigh_models
from losscheck.preparation import prepare
from losscheck.ranking import FamilyFits
from losscheck.reading import sample_from_arrays
from losscheck.results import Status, TaskKind, VerdictStatus
from losscheck.sample import Values
from losscheck.target import describe_target


def levels(n=600, level=5.0, ratio=10.0, seed=1):
    rng = np.random.default_rng(seed)
    return rng, level * ratio ** rng.uniform(-0.5, 0.5, n)


def draw(kind: str) -> tuple[np.ndarray, np.ndarray]:
    rng, f = levels()
    share = f / (5 + f)
    if kind == "hurdle":
        return np.where(rng.random(f.size) < 0.7, f / 0.7 * rng.gamma(8, 1 / 8, f.size), 0.0), f
    if kind == "tobit":
        latent = f - 6
        return np.maximum(latent + 3 * rng.standard_normal(f.size), 0.0), latent
    target = {
        "poisson": lambda: rng.poisson(f),
        "negative_binomial": lambda: rng.poisson(f * rng.gamma(2, 0.5, f.size)),
        "zero_inflated_poisson": lambda: rng.poisson(f / 0.6) * (rng.random(f.size) < 0.6),
        "gamma": lambda: f * rng.gamma(3, 1 / 3, f.size),
        "inverse_gaussian": lambda: rng.wald(f, 6.0),
        "binomial": lambda: rng.binomial(10, share),
        "beta_nll": lambda: np.clip(rng.beta(5 * share, 5 * (1 - share)), 1e-6, 1 - 1e-6),
    }[kind]()
    return np.asarray(target, dtype=float), {"binomial": 10 * share, "beta_nll": share}.get(kind, f)


KINDS = (
    "poisson", "negative_binomial", "zero_inflated_poisson", "gamma", "inverse_gaussian", "binomial", "beta_nll",
    "hurdle", "tobit",
)  # fmt: skip
LOSS = {"tobit": "tobit_nll"}


@cache
def report_on(kind: str, **options):
    target, prediction = draw(kind)
    return losscheck.check(target, prediction, **options)


@pytest.mark.parametrize("kind", KINDS)
def test_right_loss_is_recommended(kind):
    report = report_on(kind)
    verdict = report.verdict
    assert verdict.status is VerdictStatus.SWITCH
    assert verdict.loss == LOSS.get(kind, kind)
    assert verdict.confidence > 0.8
    assert report.fits[0].loss == verdict.loss
    assert verdict.likelihood is not None
    assert "nats per row" in verdict.likelihood.negative_log_likelihood
    assert verdict.loss in verdict.headline
    assert "nan" not in verdict.headline
    assert verdict.per_estimand["median"] == "mae"


@pytest.mark.parametrize("kind", KINDS)
def test_code_runs_on_the_file(kind):
    target, prediction = draw(kind)
    possible = prediction > 0 if kind != "tobit" else np.ones(prediction.size, bool)
    space = {"np": np, "y": target[possible], "f": prediction[possible], "inf": np.inf}
    with np.errstate(divide="ignore"):
        exec(report_on(kind).verdict.code.numpy, space)
    assert np.isfinite(space["loss"])


@pytest.mark.parametrize("kind", ["poisson", "negative_binomial", "zero_inflated_poisson", "binomial"])
def test_task_is_count_where_targets_behave_as_counts(kind):
    assert report_on(kind).task.kind is TaskKind.COUNT


@pytest.mark.parametrize(("level", "sd", "ratio"), [(8000, 300, 1.1), (120, 18, 1.2), (60, 6, 2.0)])
def test_whole_normal_targets_are_not_counts(level, sd, ratio):
    """Births a day, birth weight in ounces, heights in inches: whole, and normal about their mean."""
    rng, f = levels(1000, level, ratio, seed=3)
    report = losscheck.check(np.rint(f + sd * rng.standard_normal(f.size)), f)
    assert report.verdict.loss == "mse"
    assert report.task.kind is TaskKind.REGRESSION
    assert "whole" in report.task.why


def test_underdispersed_score_is_not_poisson():
    """Ratings from 0 to 10 that vary little: a Poisson of mean 7 would have sd 2.6, these have 1."""
    rng, f = levels(800, 6.0, 2.0, seed=4)
    target = np.clip(np.rint(f + rng.standard_normal(f.size)), 0, 10)
    report = losscheck.check(target, f)
    assert report.verdict.loss != "poisson"
    assert "poisson" not in report.verdict.tied
    dispersion = next(check for check in report.checks if check.id == "dispersion")
    assert dispersion.status is Status.NOTE
    assert "Underdispersed" in dispersion.message


def test_estimand_mean_keeps_to_mean_consistent_losses():
    assert report_on("zero_inflated_poisson", estimand="mean").verdict.loss in ("negative_binomial", "poisson")
    assert report_on("hurdle", estimand="mean").verdict.loss == "tweedie"
    assert report_on("gamma", estimand="mean").verdict.loss == "gamma"
    assert report_on("gamma", estimand="median").verdict.loss == "mae"


def test_report_says_where_mae_would_aim():
    target, _ = draw("gamma")
    reasons = " ".join(report_on("gamma").verdict.because)
    assert "with MAE on this noise predictions would sit" in reasons
    assert "below the mean" in reasons
    # a gamma of shape 3 has its median at 0.891 of the mean
    size = float(reasons.split("would sit ")[1].split()[0])
    assert size == pytest.approx(0.109 * target.mean(), rel=0.35)


@pytest.mark.parametrize(
    ("kind", "loss", "status"),
    [
        ("poisson", "poisson", Status.PASS),
        ("poisson", "mse", Status.FAIL),
        ("negative_binomial", "poisson", Status.FAIL),
        ("gamma", "gamma", Status.PASS),
        ("gamma", "inverse_gaussian", Status.FAIL),
        ("hurdle", "hurdle", Status.PASS),
        ("hurdle", "poisson", Status.INCONCLUSIVE),
    ],
)
def test_declared_loss_is_judged(kind, loss, status):
    report = report_on(kind, loss=loss)
    judged = next(check for check in report.checks if check.code == "LC901")
    assert judged.status is status, judged.message
    assert (report.verdict.status is VerdictStatus.KEEP) == (status is Status.PASS)


def test_poisson_loss_on_normal_targets_is_judged_in_nats():
    rng, f = levels(1000, 60, 3.0, seed=3)
    report = losscheck.check(np.rint(f + 3 * rng.standard_normal(f.size)), f, loss="poisson")
    judged = next(check for check in report.checks if check.code == "LC901")
    assert judged.status is Status.FAIL
    assert "nats a row behind" in judged.message


def test_impossible_predictions_are_left_out_and_said():
    target, prediction = draw("gamma")
    prediction = np.where(np.arange(prediction.size) < 12, -0.5, prediction)
    report = losscheck.check(target, prediction)
    assert report.verdict.loss == "gamma"
    assert any("speak for a link" in reason for reason in report.verdict.because)
    finding = next(check for check in report.checks if check.id == "impossible_predictions")
    assert finding.status is Status.WARN
    assert finding.rows == tuple(range(1, 13))
    assert all(np.isfinite(fit.nll_per_row) for fit in report.fits)


def test_log_target_says_how_to_get_the_mean_back():
    """Log-normal errors of sd 0.5: the mean is exp(0.125) = 1.133 times the median."""
    rng, f = levels(2000)
    report = losscheck.check(f * np.exp(0.5 * rng.standard_normal(f.size)), f)
    assert report.verdict.loss == "msle"
    reason = next(reason for reason in report.verdict.because if "smearing" in reason)
    assert float(reason.split("times ")[1].split(",")[0]) == pytest.approx(1.133, abs=0.02)
    assert report.verdict.per_estimand == {"mean": "gamma", "median": "msle"}


def contest_of(target, prediction, weight=None):
    sample = sample_from_arrays(target=target, prediction=prediction, weight=weight)
    prepared = prepare(sample, 0.05)
    return hold_contest(sample, prepared, FamilyFits(prepared, weigh_models(prepared.shape, prepared.tempering)))


def test_normal_competes_with_poisson_as_a_probability():
    """On whole numbers each plain family is P(y − ½ < Y ≤ y + ½): of every possible y they add to one."""
    contest = contest_of(*draw("poisson"))
    assert contest.pairs.width == 1.0
    assert {kind_of(entry.family) for entry in contest.entries} >= {Kind.OWN, Kind.PLAIN, Kind.HEAD}
    assert all(entry.fit.score > 0 for entry in contest.entries)


def test_weights_count_rows():
    target, prediction = draw("poisson")
    twice = contest_of(np.tile(target, 2), np.tile(prediction, 2))
    weighted = contest_of(target, prediction, np.full(target.size, 3.0))
    found, expected = weighted.by_id["poisson"].fit, twice.by_id["poisson"].fit
    assert found.nll_per_row == pytest.approx(expected.nll_per_row, rel=1e-9)
    assert found.parameters["factor"].value == pytest.approx(expected.parameters["factor"].value, rel=1e-9)


@pytest.mark.parametrize(
    ("values", "count", "atomic", "unit"),
    [
        ([0, 1, 2, 5, 3], True, False, False),
        ([-1, 0, 2, 4], False, False, False),
        ([0.1, 0.5, 0.77], False, False, True),
        ([0.0] * 30 + [0.2, 0.31, 0.5, 1.7, 3.3, 9.1], False, True, False),
        ([250_000, 310_000, 199_000], False, False, False),
    ],
)
def test_domain_is_read_off_the_targets(values, count, atomic, unit):
    found = describe_target(Values(np.array(values, dtype=float)))
    assert (found.count, found.atomic, found.unit) == (count, atomic, unit)


@pytest.mark.parametrize("level", [0.05, 0.3, 1.0])
def test_rare_counts_are_counts(level):
    """No density hides an edge within the interval of a whole number: there Poisson and its kin are the likeliest."""
    rng, f = levels(600, level, 4.0, seed=6)
    contest = contest_of(rng.poisson(f) * 1.0, f)
    assert kind_of(contest.entries[0].family) is Kind.OWN
    assert "poisson" in (contest.entries[0].family.loss.id, *contest.tied_with(contest.entries[0]))
    assert all(entry.fit.nll_per_row > 0 for entry in contest.entries)


def test_cut_is_no_explanation_where_true_zeros_do():
    rng, f = levels(300, 0.2, 2.0)
    target = np.where(rng.random(300) < 0.85, 0.0, rng.gamma(2.0, 1.0, 300))
    standing = contest_of(target, f).standing()
    assert standing.best.family.domain.name == "NON_NEGATIVE"
