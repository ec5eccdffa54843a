"""Every check has all of its words, a code of its own, and starts without numpy."""

import pkgutil
import re
import subprocess
import sys

import pytest

from losscheck import checks
from losscheck.checks import CHECKS
from losscheck.results import Status

SUPPORT = {"check", "intervals", "measures", "outcome", "wording"}
SEVERITY = [Status.PASS, Status.NOTE, Status.WARN, Status.FAIL]
WORST = {"LC0": Status.WARN, "LC1": Status.WARN, "LC2": Status.NOTE, "LC3": Status.WARN, "LC4": Status.NOTE}
WORST |= {"LC5": Status.FAIL, "LC6": Status.FAIL, "LC7": Status.FAIL, "LC9": Status.FAIL}
EXCEPTIONS = {"outliers": Status.WARN, "pile_up": Status.WARN, "advice": Status.WARN, "declared_loss": Status.FAIL}
EXCEPTIONS |= {"target_domain": Status.NOTE, "target_scale": Status.NOTE, "initial_error": Status.WARN}
EXCEPTIONS |= {
    "output_scale": Status.WARN,
    "imbalance": Status.NOTE,
    "extreme_rows": Status.WARN,
    "rows_per_class": Status.WARN,
    "one_loss": Status.FAIL,
}
CONTRACT = [
    "missing_values",
    "non_finite",
    "duplicates",
    "too_few_rows",
    "bias",
    "calibration_slope",
    "curvature",
    "shapiro_wilk",
    "shapiro_francia",
    "anderson_darling",
    "lilliefors",
    "cramer_von_mises",
    "jarque_bera",
    "robust_jarque_bera",
    "dagostino_k2",
    "excess_kurtosis",
    "l_kurtosis",
    "l_skewness",
    "medcouple",
    "gpd_tail",
    "hill",
    "outliers",
    "top_share",
    "bimodality",
    "ties",
    "pile_up",
    "scale_rank",
    "breusch_pagan",
    "white",
    "mean_variance",
    "dispersion",
    "excess_zeros",
    "durbin_watson",
    "ljung_box",
    "calibration_in_the_large",
    "nll_z",
    "spiegelhalter",
    "temperature",
    "cox",
    "corp",
    "cumulative",
    "ece",
    "declared_loss",
]


def test_every_module_is_in_the_table_of_contents():
    packages = (checks, checks.noise, checks.classes, checks.targets)
    modules = {m.name for package in packages for m in pkgutil.iter_modules(package.__path__) if not m.ispkg} - SUPPORT
    assert modules == {check.id for check in CHECKS}


def test_ids_and_codes_are_unique_and_ordered():
    codes = [check.code for check in CHECKS]
    assert codes == sorted(set(codes))
    assert set(CONTRACT) <= {check.id for check in CHECKS}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_all_words_are_there(check):
    assert re.fullmatch(r"LC\d{3}", check.code)
    assert check.question.endswith("?")
    for words in (check.null, check.why, check.advice, check.misleads):
        assert words.endswith(".")
        assert "  " not in words
    assert check.title
    assert check.references
    for reference in check.references:
        assert re.search(r"\b(18|19|20)\d\d\b.*(doi:10\.|arXiv:)", reference)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_worst_status_is_that_of_the_contract(check):
    allowed = EXCEPTIONS.get(check.id) or WORST[check.code[:3]]
    assert SEVERITY.index(check.worst) <= SEVERITY.index(allowed)


def test_declarations_start_without_the_scientific_stack():
    code = (
        "import sys, losscheck.checks;"
        "heavy = ['numpy.linalg', 'scipy.stats', 'scipy.special', 'pandas', 'statsmodels'];"
        "print([name for name in heavy if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
