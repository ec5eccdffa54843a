"""The code of a whole report: this file's numbers, in every framework that has the loss."""

import re
from dataclasses import asdict

import numpy as np
import pytest

import losscheck
from losscheck.families import loss_named
from losscheck.numeric.points import robust_center_scale


def checked(noise: np.ndarray, **options) -> tuple[losscheck.Report, np.ndarray]:
    f = np.random.default_rng(50).uniform(2, 10, noise.size)
    return losscheck.check(f + noise, f, **options), noise


def test_every_framework_of_the_recommended_loss_has_the_fitted_numbers():
    report, _ = checked(2 * np.random.default_rng(51).standard_t(3, 800))
    verdict = report.verdict
    assert verdict.loss == "student_t"
    code = asdict(verdict.code)
    assert all(code.values())
    for text in code.values():
        assert f"nu, sigma = {verdict.parameters['nu'].value:.6g}, {verdict.parameters['sigma'].value:.6g}" in text
    assert report.to_dict()["verdict"]["code"] == code


def test_a_declared_huber_is_given_in_the_units_of_scikit_learn():
    report, noise = checked(np.random.default_rng(52).standard_normal(500), loss="huber:delta=1.5")
    assert report.verdict.loss == "huber"
    off = np.abs(noise - robust_center_scale(noise)[0])
    share = np.mean(off <= 1.5)
    epsilon = 1.5 / np.sqrt(np.mean(np.minimum(off, 1.5) ** 2))
    assert f"epsilon={epsilon:.6g}" in report.verdict.code.sklearn
    assert f"alpha={share:.6g}" in report.verdict.code.sklearn
    assert "huber_slope=1.5" in report.verdict.code.xgboost


def test_the_centre_of_skewed_noise_is_taken_off_inside_of_the_functions():
    report, _ = checked(np.random.default_rng(53).gumbel(-np.euler_gamma, 1, 900))
    verdict = report.verdict
    assert verdict.loss == "gumbel_nll"
    (fit,) = [fit for fit in report.fits if fit.family == "gumbel"]
    line = f"f = f - {abs(fit.parameters['mu'].value):.6g}"
    filled = {framework: text for framework, text in asdict(verdict.code).items() if text}
    assert filled.keys() == loss_named("gumbel_nll").code_of.keys()
    for framework, text in filled.items():
        inside = framework in ("keras", "xgboost", "lightgbm", "catboost")
        assert re.search(
            rf"^def (loss|derivatives)\(y, f\):.*\n    {line}" if inside else f"^{line}", text, re.MULTILINE
        )


@pytest.mark.parametrize("quantile", [0.1, 0.9])
def test_the_wanted_quantile_is_in_every_framework(quantile):
    report, _ = checked(np.random.default_rng(54).standard_normal(300), estimand=f"quantile:{quantile}")
    assert all(str(quantile) in text for text in asdict(report.verdict.code).values())
