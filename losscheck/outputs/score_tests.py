"""Tests of the stated distributions that need sums only: in the large, of the log score, of the Brier score.

Each null is simple: labels are independent draws from the stated distributions, so means and variances are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np, scipy
from losscheck.outputs.memory import once_per_sample
from losscheck.outputs.undefined import ZERO_AT_TRUE_CLASS, Undefined, usable_moments

if TYPE_CHECKING:
    from losscheck.outputs.moments import RowMoments
    from losscheck.sample import ClassSample

NO_SPREAD = 1e-12
"""Below this a variance, relative to its scale, is what rounding leaves of 0: distributions uniform on the
classes they allow, or one-hot, have the same score whatever the label is."""
ALL_EQUAL = "undefined (0/0): every row is uniform on the classes that it allows, so its score is the same for each"
OUTSIDE = 1e-6
"""Rows by which a count may differ from what a covariance of rank K − 1 reaches; more is not rounding."""
RANK = 1e-10
"""Eigenvalues of a covariance below this share of the largest are 0: probabilities sum to 1, and some never vary."""


@dataclass(frozen=True)
class ScoreTest:
    """A mean score less the one that the outputs state: `excess` with its standard error, and z ~ N(0, 1).

    z is scaled by the stated variance, as the null has it; `se` by that or the observed one, whichever is larger, so
    that the interval of the excess holds where the outputs are wrong. Positive: overconfident.
    """

    excess: float
    se: float
    z: float

    @property
    def p(self) -> float:
        """The two-sided normal p-value."""
        return 2 * float(scipy.special.ndtr(-abs(self.z)))


@dataclass(frozen=True, eq=False)
class InTheLarge:
    """Observed less stated share of every class (of a multilabel sample: label), `deviation` with errors `se`.

    `z` are the deviations in standard errors of the null and `chi_square` = d'V⁺d, with `df` the rank of V; 0: nothing
    could have come out any other way. `whitening` turns d = Σ(y − p) into uncorrelated numbers of variance 1, whose sum
    of squares is `chi_square`.
    """

    names: tuple[str, ...]
    deviation: Array
    se: Array
    z: Array
    chi_square: float
    whitening: Array

    @property
    def df(self) -> int:
        """Degrees of freedom."""
        return int(self.whitening.shape[0])

    @property
    def p(self) -> float:
        """The p-value of χ² with `df` degrees of freedom."""
        return float(scipy.special.chdtrc(self.df, self.chi_square)) if self.df else 1.0


@once_per_sample
def nll_test(sample: ClassSample) -> ScoreTest | Undefined:
    """Test Σ(−log p_y − H) = 0, the score test of temperature 1; undefined where all log p of a row are equal."""
    moments = usable_moments(sample)
    if isinstance(moments, Undefined):
        return moments
    if not np.isfinite(moments.true_log_p).all():
        return Undefined(ZERO_AT_TRUE_CLASS)
    return _score_test(moments, -moments.true_log_p - moments.entropy, moments.log_variance, 1.0, 1.0)


@once_per_sample
def spiegelhalter_test(sample: ClassSample) -> ScoreTest | Undefined:
    """Test Σ(‖p‖² − p_y) = 0, half the excess of the Brier score over classes (Spiegelhalter 1986).

    `excess` is in units of the Brier score: (p − y)² for two classes, the sum over classes for more. Undefined where
    all p of a row are equal.
    """
    moments = usable_moments(sample)
    if isinstance(moments, Undefined):
        return moments
    variance = np.maximum(moments.cube - moments.square * moments.square, 0.0)
    unit = 1.0 if moments.classes == 2 else 2.0
    return _score_test(moments, moments.square - moments.true_p, variance, float(moments.cube.max()), unit)


def _score_test(
    moments: RowMoments, excess: Array, variance: Array, scale: float, unit: float
) -> ScoreTest | Undefined:
    if float(variance.max()) <= NO_SPREAD * scale:
        return Undefined(ALL_EQUAL)
    mean, expected = moments.mean(excess), moments.expected_spread(variance)
    return ScoreTest(unit * mean, unit * max(expected, moments.spread(excess)), mean / expected)


@once_per_sample
def in_the_large(sample: ClassSample) -> InTheLarge | Undefined:
    """Test that every class is as frequent as stated: d'V⁺d ~ χ²(K − 1), d = Σ(onehot(y) − p).

    The labels of a multilabel sample are tested as one: Σ d²/V ~ χ²(K). Where all rows state the same distribution this
    is Pearson's χ² test of the counts, and `g_test` its likelihood-ratio form.
    """
    moments = usable_moments(sample)
    if isinstance(moments, Undefined):
        return moments
    sums = moments.sums
    rows = moments.effective_rows / (len(sums.names) if moments.multilabel else 1)
    deviation, variance = sums.deviation, sums.deviation_variance
    covariance = np.diag(variance) if moments.multilabel else moments.covariance
    se = np.sqrt(np.maximum(variance, sums.deviation_square)) / rows
    z = standardise(deviation, variance)
    whitening = whiten(covariance)
    return InTheLarge(sums.names, deviation / rows, se, z, squared_length(deviation, covariance, whitening), whitening)


def g_test(counts: Array, probabilities: Array) -> tuple[float, float]:
    """Return G = 2 Σ O·log(O/E) and its p-value by χ²(K − 1); valid for constant predictions only.

    >>> import numpy as np
    >>> g, p = g_test(np.array([18.0, 55.0, 27.0]), np.array([0.25, 0.5, 0.25]))
    >>> f"{g:.6f} {p:.6f}"
    '2.813870 0.244893'
    """
    expected = counts.sum() * probabilities
    g = 2 * float(scipy.special.rel_entr(counts, expected).sum())
    return g, float(scipy.special.chdtrc(int((probabilities > 0).sum()) - 1, max(g, 0.0)))


def standardise(total: Array, variance: Array) -> Array:
    """Return totals (…, K) in standard deviations; 0 where the variance is none."""
    usable = variance > NO_SPREAD * max(float(variance.max()), 1e-300)
    return np.where(usable, total / np.sqrt(np.where(usable, variance, 1.0)), 0.0)


def whiten(covariance: Array) -> Array:
    """Return the matrix A with A V A' = 1 on the directions in which V is not 0: |A d|² = d'V⁺d."""
    values, vectors = np.linalg.eigh(covariance)
    kept = values > RANK * max(float(values[-1]), 1e-300)
    whitening: Array = (vectors[:, kept] / np.sqrt(values[kept])).T
    return whitening


def squared_length(vector: Array, covariance: Array, whitening: Array) -> float:
    """Return d'V⁺d; infinite where d points where V is 0, as with a label of probability 0 in all rows."""
    white = whitening @ vector
    explained = covariance @ (whitening.T @ white)
    outside = float(np.abs(vector - explained).max(initial=0.0))
    return float("inf") if outside > OUTSIDE * max(1.0, float(np.abs(vector).max())) else float(white @ white)
