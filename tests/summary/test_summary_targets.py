"""Likelihoods of the targets' own domain on a summary: those of the rows, or a sentence that says why not."""

import numpy as np
import pytest
from summaries import report_on, summarize

from losscheck.diagnose import diagnose
from losscheck.families import RESPONSE_FAMILIES
from losscheck.notes import BLURRED
from losscheck.options import make_options
from losscheck.reading import sample_from_arrays
from losscheck.summary import sample_of
from losscheck.target import is_blurred

OWN = {family.id for family in RESPONSE_FAMILIES}
CLOSE = 0.05
"""Standard errors by which a parameter may move at 10,000 rows; 0.03 at 200,000 (docs/scale.md)."""


def amounts_with_zeros(rng, f):
    number = rng.poisson(f)
    return np.where(number > 0, rng.gamma(1.5 * np.maximum(number, 1), 1 / 1.5), 0.0)


TOLD = {
    "poisson": lambda rng, f: rng.poisson(f),
    "negative_binomial": lambda rng, f: rng.poisson(f * rng.gamma(2, 0.5, f.size)),
    "zero_inflated_poisson": lambda rng, f: np.where(rng.random(f.size) < 0.2, 0, rng.poisson(f / 0.8)),
    "gamma": lambda rng, f: rng.gamma(4, f / 4),
    "inverse_gaussian": lambda rng, f: rng.wald(f, 12.0),
    "lognormal": lambda rng, f: f * np.exp(rng.normal(-0.125, 0.5, f.size)),
    "weibull": lambda rng, f: f * rng.weibull(0.8, f.size) / 1.133003,
    "tweedie": amounts_with_zeros,
    "tobit": lambda rng, f: np.maximum(f + 2 * rng.standard_normal(f.size), 0.0),
    "beta": lambda rng, f: rng.beta(8 / (1 + f), 8 * f / (1 + f)),
}
RARE = ("negative_binomial", "inverse_gaussian", "weibull", "tobit")
OF_TARGETS = ("mean_variance", "dispersion", "excess_zeros", "heaping", "impossible_predictions")
BLURS = {
    "cut within a bucket": lambda rng, f: np.minimum(f + 2 * rng.standard_normal(f.size), 5.3),
    "cut below 0": lambda rng, f: np.maximum(f - 4 + 2 * rng.standard_normal(f.size), -1.0),
}


def made(draw, n=10_000):
    rng = np.random.default_rng(11)
    f = np.exp(rng.normal(1.0, 0.6, n))
    target = draw(rng, f).astype(float)
    return target, 1 / (1 + f) if draw is TOLD["beta"] else f


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[pytest.mark.slow] if kind in RARE else []) for kind in TOLD]
)
def test_a_summary_ranks_them_as_the_rows_do(kind):
    target, prediction = made(TOLD[kind])
    found = report_on(summarize(target - prediction, prediction, target=target), None)
    rows = sample_from_arrays(target=target, prediction=prediction)
    expected = diagnose(rows, make_options(None, "any", 0.8, 0.05, "heldout"))
    assert found.verdict.family == expected.verdict.family == kind
    assert (found.verdict.status, found.verdict.rule) == (expected.verdict.status, expected.verdict.rule)
    assert found.task == expected.task
    assert BLURRED not in found.notes
    one, other = ({fit.family: fit for fit in report.fits} for report in (found, expected))
    assert one.keys() == other.keys()
    assert one[kind].score == pytest.approx(other[kind].score, abs=1e-4)
    for name, parameter in other[kind].parameters.items():
        if parameter.se is None:
            assert one[kind].parameters[name].value == parameter.value
            continue
        assert abs(one[kind].parameters[name].value - parameter.value) <= CLOSE * parameter.se, name
    for check, same in zip(found.checks, expected.checks, strict=True):
        if check.id in OF_TARGETS:
            assert (check.status, check.message) == (same.status, same.message)


def test_whole_targets_stay_whole_about_a_center():
    target, prediction = made(TOLD["poisson"])
    cells = sample_of(summarize(target - prediction, prediction, target=target, center=(0.25, 2.0))).cells
    assert cells.count[cells.target == 0].sum() == np.count_nonzero(target == 0)
    assert np.array_equal(cells.target, np.rint(cells.target))


@pytest.mark.parametrize("kind", BLURS)
def test_what_the_cells_do_not_tell_is_said(kind):
    target, prediction = made(BLURS[kind])
    summary = summarize(target - prediction, prediction, target=target)
    assert is_blurred(sample_of(summary))
    report = report_on(summary)
    assert BLURRED in report.notes
    assert not OWN & {fit.family for fit in report.fits}


def test_targets_of_either_sign_have_no_domain_of_their_own():
    target, prediction = made(lambda rng, f: f + rng.standard_normal(f.size))
    assert not is_blurred(sample_of(summarize(target - prediction, prediction, target=target)))
