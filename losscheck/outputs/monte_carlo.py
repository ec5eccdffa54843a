"""Exact p-values by drawing the labels again from the outputs, and their family-wise error by min-P.

The null is simple: labels are independent draws from the stated distributions. So any statistic's p-value is
(1 + #{T* ≥ T}) / (B + 1), exactly, and because all of them see the same draws, their smallest one has a null
distribution too (Westfall and Young 1993). It is invalid for rows that the model was trained on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.classwise import class_tests, class_z
from losscheck.outputs.cox import fit_recalibration, joint_score
from losscheck.outputs.cumulative import measure_drift
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.question import pool_question
from losscheck.outputs.question_draws import draw_groups, pool_draws
from losscheck.outputs.redrawing import COUNTED_CLASSES, redraw_labels
from losscheck.outputs.score_tests import in_the_large, nll_test, spiegelhalter_test
from losscheck.outputs.undefined import Undefined, usable_moments

if TYPE_CHECKING:
    from losscheck.outputs.moments import RowMoments
    from losscheck.outputs.question import Pooled
    from losscheck.outputs.question_draws import QuestionDraws
    from losscheck.outputs.redrawing import Redrawn
    from losscheck.sample import ClassSample

DRAWS = 999
MOST_DRAWN, MOST_DRAWN_OF_MANY = 2e7, 5e6
"""Labels that are drawn at most, rows times draws: 0.7 s at up to 16 classes, 0.4 s above, where each costs more."""
TIE = 1e-10
"""Statistics that agree to this are tied, and ties count as at least as large."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """p-values of the statistics of calibration, by the id of their check, and the family-wise ones.

    `adjusted` is the chance that any of the statistics has a p-value as small as this one, and `family` the smallest of
    them: by min-P over the draws, or Bonferroni's bound where the laws are `asymptotic`. `miscalibration` and `error`
    are the draws of the Brier miscalibration (CORP) and of the expected calibration error, `observed_miscalibration` is
    what to compare with the former.
    """

    p: Mapping[str, float]
    adjusted: Mapping[str, float]
    asymptotic: bool
    observed_miscalibration: float
    miscalibration: Array
    error: Array

    @property
    def family(self) -> float:
        """The family-wise p-value; 1 where no statistic is defined."""
        return min(self.adjusted.values(), default=1.0)


@once_per_sample
def calibrate(sample: ClassSample) -> Calibration | Undefined:
    """Return the p-values of all statistics that are defined, by Monte Carlo up to `MOST_DRAWN` labels."""
    moments, pooled = usable_moments(sample), pool_question(sample)
    if isinstance(moments, Undefined):
        return moments
    if isinstance(pooled, Undefined):
        return pooled
    most = MOST_DRAWN if moments.classes <= COUNTED_CLASSES else MOST_DRAWN_OF_MANY
    if moments.n * DRAWS > most:
        return _asymptotic(sample, pooled)
    drawn = redraw_labels(moments, DRAWS, sample.asked.seed)
    question = pool_draws(pooled, drawn.came_true, moments.weight)
    p, adjusted = min_p(_statistics(sample, moments, drawn, question))
    return Calibration(p, adjusted, False, *_of_question(question))


def _of_question(question: QuestionDraws) -> tuple[float, Array, Array]:
    """Return the observed miscalibration, and the draws of it and of the calibration error."""
    return float(question.miscalibration[0]), question.miscalibration[1:], question.error[1:]


def min_p(table: Mapping[str, Array]) -> tuple[dict[str, float], dict[str, float]]:
    """Return exact and adjusted p-values of statistics; each array holds the observed one first and then the draws.

    Every statistic's p-value is taken in the pool of all of them, whose members are exchangeable under the null; the
    adjusted one is the share of the pool whose smallest p-value is at most as large (Westfall–Young, single step).

    >>> import numpy as np
    >>> min_p({"a": np.array([3.0, 1.0, 2.0, 0.0]), "b": np.array([0.0, 5.0, 1.0, 2.0])})
    ({'a': 0.25, 'b': 1.0}, {'a': 0.5, 'b': 1.0})
    """
    if not table:
        return {}, {}
    ranked = {name: _upper_shares(values) for name, values in table.items()}
    smallest = np.min(np.stack(list(ranked.values())), axis=0)
    p = {name: float(shares[0]) for name, shares in ranked.items()}
    return p, {name: float(np.mean(smallest <= value + TIE)) for name, value in p.items()}


def _upper_shares(values: Array) -> Array:
    """Return of every value the share of values that are as large, ties included."""
    ordered = np.sort(values)
    return (values.size - np.searchsorted(ordered, values - TIE, side="left")) / values.size


def _statistics(sample: ClassSample, moments: RowMoments, drawn: Redrawn, question: QuestionDraws) -> dict[str, Array]:
    """Return every statistic that is defined: the observed one, and then those of the draws."""
    sums = moments.sums
    deviation, log_excess = drawn.count - sums.stated, drawn.log + moments.total(moments.entropy)
    found: dict[str, Array] = {}
    large = in_the_large(sample)
    if not isinstance(large, Undefined) and large.df:
        found["calibration_in_the_large"] = ((deviation @ large.whitening.T) ** 2).sum(axis=1)
    if not isinstance(nll_test(sample), Undefined):
        found["nll_z"] = np.abs(log_excess) / math.sqrt(moments.variance_total(moments.log_variance))
    if not isinstance(spiegelhalter_test(sample), Undefined):
        variance = moments.variance_total(moments.cube - moments.square * moments.square)
        found["spiegelhalter"] = np.abs(moments.total(moments.square) - drawn.true_p) / math.sqrt(variance)
    if not isinstance(fit_recalibration(sample), Undefined):
        found["cox"] = joint_score(moments, _class_deviation(moments, deviation), log_excess)
    found["corp"] = question.miscalibration
    if not isinstance(measure_drift(sample), Undefined):
        found["cumulative"] = question.drift
    if not isinstance(class_tests(sample), Undefined):
        brier_excess = drawn.tilt - sums.stated + 2 * sums.stated_square
        both = np.abs(np.concatenate(class_z(sums, deviation, brier_excess), axis=1))
        found["classwise"] = both.max(axis=1)
    return found


def _class_deviation(moments: RowMoments, deviation: Array) -> Array:
    """Return Σ(onehot(y) − p) of the statements' own classes; deviations of labels are those of their yes."""
    if not moments.multilabel:
        return deviation
    yes = deviation.sum(axis=1, keepdims=True)
    return np.concatenate((-yes, yes), axis=1)


def _asymptotic(sample: ClassSample, pooled: Pooled) -> Calibration:
    """Take the asymptotic laws where there are some; CORP has none, but draws of groups of rows are cheap."""
    question = draw_groups(pooled, DRAWS, sample.asked.seed)
    laws = {
        "calibration_in_the_large": in_the_large(sample),
        "nll_z": nll_test(sample),
        "spiegelhalter": spiegelhalter_test(sample),
        "cox": fit_recalibration(sample),
        "cumulative": measure_drift(sample),
    }
    p = {name: test.p for name, test in laws.items() if not isinstance(test, Undefined)}
    p |= min_p({"corp": question.miscalibration})[0]
    tests = class_tests(sample)
    if not isinstance(tests, Undefined):
        p["classwise"] = float(tests.p.min())
    adjusted = {name: min(1.0, len(p) * value) for name, value in p.items()}
    return Calibration(p, adjusted, True, *_of_question(question))
