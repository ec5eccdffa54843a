"""Whether every class is as frequent as the outputs state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.classes.outcome import FEWEST_ROWS, TRAINED_ON, exact_p, hold, skip, snap
from losscheck.checks.intervals import normal_reach
from losscheck.checks.wording import effect_with, figure, p_text, percent
from losscheck.numeric.lazy import np
from losscheck.outputs.score_tests import g_test, in_the_large
from losscheck.outputs.undefined import Undefined, usable_moments
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.outputs.moments import RowMoments
    from losscheck.outputs.score_tests import InTheLarge
    from losscheck.sample import ClassSample

MARGIN = 0.01
"""Of all rows, in each class."""
CONSTANT = 1e-14
"""Variance of a class's probability over the rows, below which all rows state the same distribution."""


def run(sample: ClassSample, alpha: float) -> Finding:
    """Hold the largest difference between the observed and the stated share of a class against 1 % of the rows."""
    test, moments = in_the_large(sample), usable_moments(sample)
    if isinstance(test, Undefined) or isinstance(moments, Undefined):
        return skip(moments, test)
    if test.df == 0:
        return Finding(Status.SKIP, "undefined (0/0): every probability is 0 or 1, so no label could have differed")
    pair = moments.classes == 2 and not moments.multilabel
    at = 1 if pair else int(np.abs(test.deviation).argmax())
    value, interval = _largest_difference(test, alpha, pair)
    p, words = exact_p(sample, CHECK.id, test.p)
    measured = f"{_compare_shares(moments, at)} ({words}){_test_counts(moments)}"
    effect = effect_with("share of a class, observed - stated", value, interval, MARGIN)
    statistic = snap(float(test.z[1])) if pair else test.chi_square
    return hold(sample, measured, effect, interval, family=CHECK.id, statistic=statistic, p_value=p)


def _largest_difference(test: InTheLarge, alpha: float, pair: bool) -> tuple[float, tuple[float, float]]:
    """Return it with its interval; of several classes its size, with an interval that covers all of them at once."""
    if pair:
        value, reach = snap(float(test.deviation[1])), normal_reach(alpha) * float(test.se[1])
        return value, (value - reach, value + reach)
    sizes, reaches = np.abs(test.deviation), normal_reach(alpha / test.deviation.size) * test.se
    return float(sizes.max()), (max(0.0, float((sizes - reaches).max())), float((sizes + reaches).max()))


def _compare_shares(moments: RowMoments, at: int) -> str:
    """Say how frequent a class is and was stated to be."""
    sums = moments.sums
    rows = moments.effective_rows / (len(sums.names) if moments.multilabel else 1)
    observed, stated = percent(float(sums.count[at]) / rows), percent(float(sums.stated[at]) / rows)
    what = "Label" if moments.multilabel else "Class"
    most = "" if moments.classes == 2 and not moments.multilabel else ", the largest difference,"
    return f"{what} {sums.names[at]}{most} is stated as {stated} of the rows and is {observed}"


def _test_counts(moments: RowMoments) -> str:
    """Say what the G-test of the counts finds, where all rows state the same distribution and so it is valid."""
    sums, rows = moments.sums, moments.effective_rows
    share = sums.stated / rows
    if moments.multilabel or float((sums.stated_square / rows - share * share).max()) > CONSTANT:
        return ""
    g, p = g_test(sums.count, share)
    return f"; all rows state the same distribution, and the G-test of the counts has G = {figure(g)} ({p_text(p)})"


CHECK = Check(
    id="calibration_in_the_large",
    code="LC601",
    title="Calibration in the large",
    question="Is every class as frequent as the outputs state on average?",
    null="The labels are draws from the stated probabilities, so counts differ from their sums by chance only.",
    why="It is the least that a probability has to satisfy, and what an intercept, a class prior or a sampling rate "
    "gets wrong. Of all errors of calibration it is the easiest to repair.",
    advice="Add an offset to each class's logit (LC605 estimates them). Its cause may be class weights or resampling "
    "in training, or other class frequencies there than here; these rows cannot tell which.",
    misleads="Errors that cancel over the rows do not show here (LC604, LC606). With more than two classes the "
    f"interval covers all classes at once, and is wider for it. {TRAINED_ON}",
    references=(
        "Cox 1958, Two further applications of a model for binary regression, doi:10.1093/biomet/45.3-4.562",
        "Van Calster et al. 2019, Calibration: the Achilles heel of predictive analytics, "
        "doi:10.1186/s12916-019-1466-7",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.LABELS}),
    minimum_rows=FEWEST_ROWS,
    varies=False,
)
