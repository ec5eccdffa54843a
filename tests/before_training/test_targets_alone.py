"""Targets without predictions: what the domain fixes, what it forbids, and what is left to the residuals."""

import json
import math

import numpy as np
import pandas as pd
import pytest

import losscheck
from losscheck.before_training.domain import observe, ruled_out, why_impossible
from losscheck.families import FAMILIES, RESPONSE_FAMILIES, regression_family_named
from losscheck.render import RENDERERS, Verbosity
from losscheck.results import InputError, Status, TaskKind, VerdictStatus

RNG = np.random.default_rng(5)
N = 600
REAL = RNG.normal(0, 3, N)
POSITIVE = RNG.normal(20, 3, N)
COUNTS = RNG.poisson(np.exp(RNG.normal(0, 1, N)))
AMOUNTS = np.where(RNG.random(N) < 0.3, 0.0, RNG.gamma(2, 3, N))
SHARES = RNG.beta(2, 3, N)
FULL_SHARES = np.clip(RNG.normal(0.5, 0.5, N), 0, 1)
CAPPED = np.minimum(RNG.gamma(2, 2, N), 8)
EVEN = RNG.binomial(30, 0.7, N)


def status_of(report, id):
    return next(check for check in report.checks if check.id == id)


@pytest.mark.parametrize(
    ("target", "status", "rule", "loss"),
    [
        (REAL, VerdictStatus.UNDECIDED, "residuals_decide", "mse"),
        (POSITIVE, VerdictStatus.UNDECIDED, "residuals_decide", "mse"),
        (np.exp(REAL), VerdictStatus.UNDECIDED, "residuals_decide", "mse"),
        (COUNTS, VerdictStatus.SWITCH, "counts_with_zeros", "poisson"),
        (AMOUNTS, VerdictStatus.SWITCH, "pile_at_an_end", "tweedie"),
        (FULL_SHARES, VerdictStatus.SWITCH, "pile_at_an_end", "zero_one_inflated_beta"),
        (CAPPED, VerdictStatus.SWITCH, "pile_at_an_end", "tobit_nll"),
        (SHARES, VerdictStatus.UNDECIDED, "residuals_decide", "mse"),
        (EVEN, VerdictStatus.UNDECIDED, "residuals_decide", "mse"),
        (np.repeat([0, 1, 2], 50), VerdictStatus.UNDECIDED, "classes_or_counts", "mse"),
    ],
)
def test_only_the_domain_decides(target, status, rule, loss):
    report = losscheck.check(target=target)
    verdict = report.verdict
    assert report.task.kind is TaskKind.TARGETS
    assert (verdict.status, verdict.rule, verdict.loss) == (status, rule, loss)
    assert verdict.confidence is None
    assert dict(verdict.efficiency) == {}
    assert all(fit.weight is None for fit in report.fits)
    assert verdict.code.numpy
    assert "held-out predictions" in verdict.headline or rule == "classes_or_counts"
    assert any("nothing here is about noise" in note for note in report.notes)


def test_residuals_decide_and_not_the_marginal():
    # a target whose skew all comes from the feature: its noise is normal, and nothing here says otherwise
    x = np.random.default_rng(1).exponential(5, N)
    y = 10 * x + np.random.default_rng(2).normal(0, 1, N)
    alone = losscheck.check(target=y).verdict
    assert (alone.status, alone.loss) == (VerdictStatus.UNDECIDED, "mse")
    assert losscheck.check(y, 10 * x).verdict.loss == "mse"


@pytest.mark.parametrize("family", [*FAMILIES, *RESPONSE_FAMILIES], ids=lambda family: family.id)
def test_what_is_ruled_out_has_no_likelihood(family):
    """A density or probability of every target that occurs is positive exactly where the domain allows the family."""
    for target in (REAL, POSITIVE, COUNTS, EVEN, SHARES):
        seen = observe(np.asarray(target, float))
        reason = why_impossible(family, seen)
        if family in RESPONSE_FAMILIES and reason:
            inside = {"counts": COUNTS, "positive": POSITIVE, "shares": SHARES}
            assert any(not why_impossible(family, observe(np.asarray(y, float))) for y in inside.values())
        if family in FAMILIES:
            assert bool(reason) == (family.view.value == "log-ratio" and bool((target <= 0).any()))


def test_ranked_fits_are_those_that_are_possible():
    for target in (REAL, POSITIVE, COUNTS, AMOUNTS, SHARES, FULL_SHARES, CAPPED):
        seen = observe(np.asarray(target, float))
        fits = losscheck.check(target=target).fits
        assert fits
        assert not [f.family for f in fits if why_impossible(regression_family_named(f.family), seen)]
        scores = [fit.score for fit in fits]
        assert scores == sorted(scores)


def test_the_baseline_is_the_constant_prediction():
    """Scipy's normal and Poisson at the mean; the log-normal's own maximum."""
    from scipy import stats

    found = {f.family: f for f in losscheck.check(target=np.exp(REAL / 3)).fits}
    y = np.exp(REAL / 3)
    assert found["normal"].nll_per_row == pytest.approx(-stats.norm.logpdf(y, y.mean(), y.std()).mean(), rel=1e-9)
    logs = np.log(y)
    expected = -stats.lognorm.logpdf(y, logs.std(), scale=np.exp(logs.mean())).mean()
    assert found["lognormal"].nll_per_row == pytest.approx(expected, rel=1e-9)
    counts = {f.family: f for f in losscheck.check(target=COUNTS).fits}
    assert counts["poisson"].nll_per_row == pytest.approx(-stats.poisson.logpmf(COUNTS, COUNTS.mean()).mean(), rel=1e-9)


def test_reasons_are_named():
    reasons = ruled_out(observe(REAL))
    below = int((REAL < 0).sum())
    found = next(losses for reason, losses in reasons.items() if reason.startswith(f"{below} rows below 0"))
    assert {"poisson", "gamma", "msle", "tweedie"} <= set(found)
    reasons = ruled_out(observe(AMOUNTS))
    zeros = int((AMOUNTS == 0).sum())
    assert any(f"{zeros} rows exactly 0" in reason and "gamma" in losses for reason, losses in reasons.items())
    assert any("no probability for one value" in reason and "mse" in losses for reason, losses in reasons.items())


def test_variance_given_predictions_is_no_larger():
    text = " ".join(losscheck.check(target=EVEN).verdict.because)
    assert "it can only be smaller, so no Poisson or wider count has it" in text
    share = 1 - COUNTS.mean() / COUNTS.var()
    text = " ".join(losscheck.check(target=COUNTS).verdict.because)
    assert f"predictions that explain {float(f'{100 * share:.3g}'):g} % of the variance leave Poisson counts" in text


def test_counts_without_the_zeros_that_poisson_must_have():
    y = 1 + np.random.default_rng(3).poisson(0.8, N)
    verdict = losscheck.check(target=y).verdict
    assert verdict.status is VerdictStatus.UNDECIDED
    assert any("start at 1 by definition" in reason for reason in verdict.because)


def test_a_task_that_is_named_settles_whole_numbers():
    y = np.repeat([0, 1, 2, 3, 4, 5], 50)
    assert losscheck.check(target=y).verdict.rule == "classes_or_counts"
    assert losscheck.check(target=y, task="count").verdict.loss == "poisson"
    assert losscheck.check(target=y, task="regression").verdict.rule == "residuals_decide"
    assert losscheck.check(target=y, task="multiclass").verdict.loss == "cross_entropy"


@pytest.mark.parametrize(
    ("target", "loss", "status", "verdict"),
    [
        (REAL, "poisson", Status.FAIL, VerdictStatus.UNDECIDED),
        (REAL, "huber:delta=1", Status.PASS, VerdictStatus.UNDECIDED),
        (COUNTS, "negative_binomial", Status.PASS, VerdictStatus.KEEP),
        (COUNTS, "mse", Status.INCONCLUSIVE, VerdictStatus.SWITCH),
        (AMOUNTS, "gamma", Status.FAIL, VerdictStatus.SWITCH),
        (AMOUNTS, "mae", Status.INCONCLUSIVE, VerdictStatus.SWITCH),
        (AMOUNTS, "poisson", Status.INCONCLUSIVE, VerdictStatus.SWITCH),
        (POSITIVE, "poisson", Status.INCONCLUSIVE, VerdictStatus.UNDECIDED),
        (POSITIVE, "gamma", Status.PASS, VerdictStatus.UNDECIDED),
    ],
)
def test_a_declared_loss_fails_only_where_it_is_impossible(target, loss, status, verdict):
    report = losscheck.check(target=target, loss=loss)
    assert status_of(report, "declared_loss").status is status
    assert report.verdict.status is verdict
    assert report.verdict.current_loss == loss.partition(":")[0]


def test_estimands():
    assert losscheck.check(target=REAL, estimand="quantile:0.9").verdict.loss == "pinball"
    assert losscheck.check(target=REAL, estimand="median").verdict.loss == "mae"
    assert losscheck.check(target=AMOUNTS, estimand="mean").verdict.loss == "tweedie"
    capped = losscheck.check(target=CAPPED, estimand="mean").verdict
    assert (capped.loss, capped.status) == ("mse", VerdictStatus.UNDECIDED)


def test_weights_count():
    heavy = np.where(COUNTS == 0, 5.0, 1.0)
    plain, weighted = losscheck.check(target=COUNTS), losscheck.check(target=COUNTS, weight=heavy)
    values = [next(f for f in r.fits if f.family == "poisson").nll_per_row for r in (plain, weighted)]
    assert values[1] < values[0]


LABELS = np.array(["a"] * 70 + ["b"] * 20 + ["c"] * 10)


@pytest.mark.parametrize(
    ("target", "loss", "classes"),
    [
        (LABELS, "cross_entropy", 3),
        (list(LABELS), "cross_entropy", 3),
        (pd.Series(LABELS, dtype="category"), "cross_entropy", 3),
        (LABELS[:90], "bce", 2),
        ((LABELS == "a").astype(int), "bce", 2),
        (LABELS == "a", "bce", 2),
    ],
)
def test_labels_alone(target, loss, classes):
    report = losscheck.check(target=target)
    assert report.task.kind is TaskKind.TARGETS
    assert (report.verdict.status, report.verdict.loss) == (VerdictStatus.KEEP, loss)
    assert f"log {classes} = {float(f'{math.log(classes):.3g}'):g}" in report.verdict.headline
    assert {"imbalance", "rows_per_class"} <= {check.id for check in report.checks}


def test_labels_have_the_entropy_of_their_base_rates():
    from scipy.stats import entropy

    report = losscheck.check(target=LABELS)
    assert report.fits[0].nll_per_row == pytest.approx(entropy([0.7, 0.2, 0.1]), rel=1e-12)
    weighted = losscheck.check(target=LABELS, weight=np.where(LABELS == "a", 1.0, 2.0))
    assert weighted.fits[0].nll_per_row == pytest.approx(entropy([70, 40, 20]), rel=1e-12)


def test_a_loss_declared_for_labels():
    for loss, status in (("cross_entropy", Status.PASS), ("mse", Status.INCONCLUSIVE), ("focal", Status.FAIL)):
        report = losscheck.check(target=LABELS, loss=loss)
        assert status_of(report, "declared_loss").status is status, loss
    assert losscheck.check(target=LABELS, loss="mse").verdict.status is VerdictStatus.SWITCH


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"target": np.full(40, 3.0)}, "all 40 targets are equal to 3: there is nothing to predict"),
        ({"target": [1.0, 2.5]}, "2 usable targets say nothing"),
        ({"target": REAL * 1e200}, "change the unit"),
        ({"target": REAL * 1e-200}, "change the unit"),
        ({"target": REAL, "stage": "init"}, "--stage init looks at the outputs of a network"),
        ({"target": LABELS, "stage": "init"}, "--stage init looks at the outputs of a network"),
        ({"target": REAL, "group": LABELS.repeat(6)}, "before training there is none"),
        ({"target": LABELS, "group": LABELS}, "before training there is none"),
        ({"target": REAL, "loss": "cross_entropy"}, "is a loss of class outputs"),
        ({"target": [np.nan] * 5}, "5 of 5 have no value"),
    ],
)
def test_refusals(columns, message):
    with pytest.raises(InputError, match=message):
        losscheck.check(**columns)


@pytest.mark.parametrize("n", [3, 5, 12, 29])
def test_few_rows_have_a_report(n):
    for target in (REAL, POSITIVE, COUNTS, AMOUNTS, FULL_SHARES):
        part = target[:n]
        if len(set(part.tolist())) > 1 and not set(part.tolist()) <= {0, 1}:
            assert losscheck.check(target=part).verdict.status is VerdictStatus.UNDECIDED


def test_outliers_and_ties_have_a_report():
    losscheck.check(target=np.concatenate([REAL, [1e12, -1e12]]))
    losscheck.check(target=np.round(POSITIVE))
    losscheck.check(target=np.round(POSITIVE) * 1000)
    losscheck.check(target=np.where(REAL > 0, 5.0, 7.5))


def write(tmp_path, columns, name="train.csv"):
    path = tmp_path / name
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def test_files(tmp_path, run):
    x = RNG.normal(size=N)
    file = write(tmp_path, {"x": x, "price": np.exp(REAL / 3), "kind": RNG.choice(["red", "blue", "grey"], N)})
    code, out, err = run(file, "-t", "price", "-f", "json")
    report = json.loads(out)
    assert (code, err) == (0, "")
    assert report["task"]["kind"] == "targets"
    assert report["verdict"]["status"] == "undecided"
    code, out, _ = run(file, "-t", "kind", "-f", "json")
    assert json.loads(out)["verdict"]["loss"] == "cross_entropy"
    code, out, _ = run(file, "-t", "kind", "--task", "multiclass", "-f", "json")
    assert json.loads(out)["verdict"]["loss"] == "cross_entropy"
    code, _, err = run(file, "-t", "kind", "--task", "regression")
    assert code == 2
    assert "the targets of a regression are numbers" in err


def test_a_file_of_one_column_is_a_target_by_its_name(tmp_path, run):
    for name, values, kind in (("target", COUNTS, "targets"), ("label", LABELS, "targets"), ("x", REAL, "regression")):
        file = write(tmp_path, {name: values})
        code, out, _ = run(file, "-f", "json", "--fail-on", "never")
        assert (code, json.loads(out)["task"]["kind"]) == (0, kind)


def test_advice_is_a_warning_and_an_impossible_loss_fails(tmp_path, run):
    file = write(tmp_path, {"target": AMOUNTS})
    assert run(file, "-t", "target")[0] == 0
    assert run(file, "-t", "target", "--fail-on", "warn")[0] == 1
    assert run(file, "-t", "target", "--loss", "gamma")[0] == 1


@pytest.mark.parametrize("format", sorted(RENDERERS))
def test_every_format_shows_it(format):
    for target in (AMOUNTS, LABELS):
        text = RENDERERS[format](losscheck.check(target=target), Verbosity.VERBOSE)
        assert "tweedie" in text or "cross_entropy" in text or format == "github"
