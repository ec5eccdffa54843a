"""The tabulated distribution against scipy.stats."""

import numpy as np
import pytest
from scipy import stats

from losscheck.numeric.distribution import tabulate

LEVELS = np.array([1e-6, 1e-4, 0.01, 0.1, 0.3, 0.7, 0.9, 0.99, 1 - 1e-4, 1 - 1e-6])
LAWS = {
    "normal": stats.norm(),
    "cauchy": stats.t(1),
    "t3": stats.t(3),
    "laplace": stats.laplace(),
    "gumbel": stats.gumbel_r(),
    "uniform": stats.uniform(-(3**0.5), 2 * 3**0.5),
}


def table(law):
    return tabulate(lambda z: -law.logpdf(z))


@pytest.mark.parametrize("name", LAWS)
def test_quantiles(name):
    expected = LAWS[name].ppf(LEVELS)
    tolerance = 4e-3 if name == "uniform" else 7e-4
    np.testing.assert_allclose(table(LAWS[name]).quantile(LEVELS), expected, rtol=tolerance, atol=1e-3)


@pytest.mark.parametrize("name", ["normal", "cauchy", "t3", "laplace", "gumbel"])
def test_small_shares_keep_their_digits(name):
    law = LAWS[name]
    low, high = np.array([-1.0, -2.0, -4.0]), np.array([1.5, 3.0, 6.0])
    np.testing.assert_allclose(table(law).beyond(low, high), law.cdf(low) + law.sf(high), rtol=0.01)


def test_a_density_need_not_be_normalised():
    np.testing.assert_allclose(tabulate(lambda z: z * z / 2 + 7).quantile(LEVELS), stats.norm.ppf(LEVELS), rtol=1e-3)
