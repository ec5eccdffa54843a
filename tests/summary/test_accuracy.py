"""What a summary costs against the rows themselves: parameters within 0.02 standard errors at 10⁶ rows."""

import numpy as np
import pytest
from summaries import report_on, summarize

from losscheck.checks.noise import measures
from losscheck.diagnose import diagnose
from losscheck.families import family_named
from losscheck.families.fitting import fit_family
from losscheck.numeric.points import Points
from losscheck.options import make_options
from losscheck.reading import sample_from_arrays
from losscheck.results import Status
from losscheck.summary import sample_of

NOISES = {
    "normal": lambda rng, f: rng.standard_normal(f.size),
    "student_t": lambda rng, f: rng.standard_t(3, f.size),
    "laplace": lambda rng, f: rng.laplace(size=f.size),
    "gumbel": lambda rng, f: rng.gumbel(size=f.size) - 0.5772156649015329,
    "heteroscedastic_normal": lambda rng, f: 0.3 * f * rng.standard_normal(f.size),
}
FROM_THE_ORDER = {"duplicates", "lag1_autocorrelation", "durbin_watson", "ljung_box"}
CLOSE = 0.02
JUMPY = {"laplace", "asymmetric_laplace", "huber"}
"""Their loss has a kink, so their center sees where in its bucket each row lies: of a bucket with a share m of the
rows at most √m standard errors, 0.04 at the widest."""
FOLDED = 0.1
"""Rows too are folded into cells before a changing scale is fitted, which moves its parameters by so much."""
COMMON = ("mse", "mae", "huber", "student_t")


def reports(noise, n, seed, monkeypatch):
    monkeypatch.setattr(measures, "MOST_ROWS", 10**7)  # else the rows' scale is that of every fifth row
    rng = np.random.default_rng(seed)
    prediction = rng.uniform(2, 10, n)
    residual = NOISES[noise](rng, prediction)
    request = make_options("mse", "any", 0.8, 0.05, "heldout")
    rows = sample_from_arrays(target=prediction + residual, prediction=prediction)
    return report_on(summarize(residual, prediction)), diagnose(rows, request)


def largest_move(fit, exact):
    """In standard errors; at the end of a range, where parameters are not told apart, there are none."""
    both = [(p, exact.parameters[name]) for name, p in fit.parameters.items()]
    moves = [abs(p.value - q.value) / q.se for p, q in both if p.se and q.se]
    return max(moves, default=0.0) if len(moves) == len(both) else 0.0


def allowed(family):
    if family.startswith("heteroscedastic"):
        return FOLDED
    return 2 * CLOSE if family in JUMPY else CLOSE


def compare(found, expected, noise):
    assert found.verdict.status == expected.verdict.status
    assert found.verdict.loss == expected.verdict.loss
    assert found.verdict.family == expected.verdict.family
    assert found.verdict.rule == expected.verdict.rule
    exact = {fit.family: fit for fit in expected.fits}
    for fit in found.fits:
        if fit.family == noise or not (noise + fit.family).count("heteroscedastic"):
            assert largest_move(fit, exact[fit.family]) < allowed(fit.family), fit.family
    for loss in COMMON:
        value, other = found.verdict.efficiency[loss], expected.verdict.efficiency[loss]
        assert value.value == pytest.approx(other.value, abs=0.1 * max(other.high - other.low, 0.01)), loss
    for check, same in zip(found.checks, expected.checks, strict=True):
        if check.id in FROM_THE_ORDER:
            assert check.status is Status.SKIP
        elif same.effect is not None and same.effect.low is not None and same.effect.high is not None:
            width = same.effect.high - same.effect.low
            assert check.effect.value == pytest.approx(same.effect.value, abs=0.1 * width + 1e-9), check.id


def fit_changing_scale(residual, x, count):
    center, scale = 0.0, 1.8
    design = np.vstack([np.ones(x.size), x, x * x])
    points = Points((residual - center) / scale, count, center, scale, design=design)
    return fit_family(family_named("heteroscedastic_normal"), points).fit


def test_cells_give_a_changing_scale_as_the_rows_do():
    """Without the folding that either goes through in a report."""
    rng = np.random.default_rng(0)
    prediction = rng.uniform(2, 10, 10**6)
    residual = NOISES["heteroscedastic_normal"](rng, prediction)
    cells = sample_of(summarize(residual, prediction)).cells
    exact = fit_changing_scale(residual, (prediction - 6) / 2.3, np.ones(10**6))
    assert largest_move(fit_changing_scale(cells.residual, (cells.prediction - 6) / 2.3, cells.count), exact) < CLOSE


@pytest.mark.parametrize("n", [200_000, pytest.param(10**6, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("sd", "again"), [(10.0, False), (3.0, False), (1.0, True)])
def test_predictions_far_from_zero_are_read_again_only_where_it_matters(n, sd, again):
    """About 100: with sd 10 the middle half of them is in 13 cells, with 3 in 9, with 1 in 3."""
    rng = np.random.default_rng(5)
    z = rng.standard_normal(n)
    prediction, residual = 100 + sd * z, np.exp(0.5 * z) * rng.standard_normal(n)
    summary = summarize(residual, prediction)
    assert (summary.better_center() is not None) == again
    summary = summarize(residual, prediction, center=(0.0, 100.0)) if again else summary
    cells = sample_of(summary).cells
    exact = fit_changing_scale(residual, z, np.ones(n))
    assert largest_move(fit_changing_scale(cells.residual, (cells.prediction - 100) / sd, cells.count), exact) < CLOSE


@pytest.mark.parametrize("noise", ["student_t", "heteroscedastic_normal"])
def test_a_summary_of_200_000_rows_says_what_the_rows_say(noise, monkeypatch):
    compare(*reports(noise, 200_000, 1, monkeypatch), noise)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("noise", NOISES)
def test_a_summary_of_a_million_rows_says_what_the_rows_say(noise, seed, monkeypatch):
    compare(*reports(noise, 10**6, seed, monkeypatch), noise)
