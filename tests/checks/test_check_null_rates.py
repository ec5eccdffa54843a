"""Under the null each test rejects about as often as it says; the figures in docs/checks.md come from here."""

import numpy as np
import pytest
from samples_for_checks import find_check, make_sample

NORMALITY = [
    "shapiro_wilk",
    "shapiro_francia",
    "anderson_darling",
    "lilliefors",
    "cramer_von_mises",
    "jarque_bera",
    "robust_jarque_bera",
    "dagostino_k2",
]
OTHERS = ["bias", "calibration_slope", "curvature", "scale_rank", "breusch_pagan", "white"]
ORDERED = ["lag1_autocorrelation", "durbin_watson", "ljung_box"]
REPLICATES, ROWS = 2000, 200
# two-sided 99.9 % band of 2000 replicates about 5 % is ± 1.6 %; the asymptotic ones are known to be off at 200 rows
KNOWN = {"jarque_bera": (0.02, 0.06), "robust_jarque_bera": (0.03, 0.08), "bias": (0.035, 0.08)}


def rejections(draw=np.random.Generator.normal, rows=ROWS, seed=20240601):
    """Return the share of 5 % rejections of every test on independent noise, normal unless `draw` says otherwise."""
    rng = np.random.default_rng(seed)
    checks = [find_check(name) for name in NORMALITY + OTHERS + ORDERED]
    rejected = dict.fromkeys(NORMALITY + OTHERS + ORDERED, 0)
    for _ in range(REPLICATES):
        sample = make_sample(draw(rng, size=rows), rng.normal(size=rows))
        for check in checks:
            rejected[check.id] += check.result(sample, 0.05).p_value < 0.05
    return {name: count / REPLICATES for name, count in rejected.items()}


@pytest.mark.slow
def test_rejection_rates_under_the_null_are_near_nominal():
    for name, rate in rejections().items():
        low, high = KNOWN.get(name, (0.034, 0.066))
        assert low <= rate <= high, (name, rate)
