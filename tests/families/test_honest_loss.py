"""The test that keeps the tool honest: every loss is its family's negative log-likelihood."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from losscheck.families import FAMILIES, loss_named
from losscheck.families.family import Family, View

SIGMAS = (0.37, 1.0, 42.0)

CASES = [pytest.param(f, s, id=f"{f.id}-{','.join(f'{v:g}' for v in s)}") for f in FAMILIES for s in f.grid]


def parameters_at(family: Family, sigma: float, shapes: tuple[float, ...]) -> dict[str, float]:
    return family.name_parameters(0.0, sigma, *(0.0,) * (len(family.scale_names) - 1), *shapes)


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize(("family", "shapes"), CASES)
def test_loss_is_the_negative_log_density_up_to_a_factor_and_a_constant(family, shapes, sigma):
    r = sigma * np.concatenate([-np.logspace(1.3, -3, 60), [0.0], np.logspace(-3, 1.3, 60)])
    loss = family.loss.value(r, parameters_at(family, sigma, shapes))
    nll = family.nll(r / sigma, *shapes) + np.log(sigma)
    possible = np.isfinite(nll) & (nll < 1e8)
    np.testing.assert_array_equal(np.isposinf(nll) <= (loss > loss[possible].max()), True)
    loss, nll = loss[possible], nll[possible]
    if np.ptp(nll) == 0:  # uniform: within its support, nothing to choose
        assert np.ptp(loss) == 0
        return
    top, bottom = int(np.argmax(nll)), int(np.argmin(nll))
    factor = (loss[top] - loss[bottom]) / (nll[top] - nll[bottom])
    assert factor > 0
    constant = loss[bottom] - factor * nll[bottom]
    np.testing.assert_allclose(loss, factor * nll + constant, rtol=1e-10, atol=1e-10 * factor)


@pytest.mark.parametrize("family", [f for f in FAMILIES if f.view is View.SCALED], ids=lambda family: family.id)
def test_loss_with_a_scale_head_is_a_likelihood_of_the_scale_too(family):
    rng = np.random.default_rng(3)
    r, sigma = rng.standard_normal(200), np.exp(rng.standard_normal(200))
    for shapes in family.grid:
        loss = family.loss.value(r, parameters_at(family, 1.0, shapes) | {"sigma": sigma})
        nll = family.nll(r / sigma, *shapes) + np.log(sigma)
        assert np.ptp(loss - nll) < 1e-10


def skewed_sample() -> np.ndarray:
    return np.random.default_rng(8).gamma(1.3, 2.0, 401) - 1.0


# What the loss aims at on any noise; scikit-learn tests its losses by the same table.
ELICITED = {
    ("mse", "mean"): ({}, np.mean),
    ("mae", "median"): ({}, np.median),
    ("pinball", "quantile"): ({"q": 0.8}, lambda y: np.quantile(y, 0.8)),
}


@pytest.mark.parametrize(("loss", "functional"), ELICITED)
def test_loss_elicits_what_it_says(loss, functional):
    parameters, statistic = ELICITED[loss, functional]
    family, y = loss_named(loss), skewed_sample()
    assert family.elicits == functional
    mean_loss = lambda f: float(np.mean(family.loss.value(y - f, parameters)))  # noqa: E731
    found = minimize_scalar(mean_loss, bounds=(y.min(), y.max()), method="bounded", options={"xatol": 1e-9})
    assert mean_loss(statistic(y)) <= found.fun + 1e-12
    assert found.x == pytest.approx(statistic(y), abs=1e-4)


def test_largest_error_elicits_the_mid_range():
    y = skewed_sample()
    family, middle = loss_named("max_error"), (y.min() + y.max()) / 2
    sigma = {"sigma": np.ptp(y) / 2}
    assert family.elicits == "mid-range"
    assert np.isfinite(family.loss.value(y - middle, sigma)).all()
    for f in (middle - 1e-3, middle + 1e-3):
        assert np.isinf(family.loss.value(y - f, sigma)).any()


def share_below_location(family: Family, shapes: tuple[float, ...]) -> float:
    pieces = [(-np.inf, -30.0), (-30.0, -3.0), (-3.0, -1.0), (-1.0, -0.1), (-0.1, 0.0)]
    if family.id == "shifted_lognormal" and shapes[0] > 0:
        pieces = [(max(a, -1 / shapes[0]), b) for a, b in pieces if b > -1 / shapes[0]]
    return sum(quad(lambda z: float(np.exp(-family.nll(np.array([z]), *shapes)[0])), *piece)[0] for piece in pieces)


LOCATION_PARAMETERS = ("location of the skew-normal", "centre of the first group")
"""Not functionals of a distribution: the family says so in the word itself."""


@pytest.mark.parametrize(("family", "shapes"), CASES)
def test_location_of_the_family_is_what_its_loss_elicits(family, shapes):
    z = np.linspace(0, 20, 401)
    if family.elicits.startswith(("mean", "centre of symmetry", "mid-range")):
        np.testing.assert_allclose(family.nll(z, *shapes), family.nll(-z, *shapes), rtol=1e-13)
    elif family.elicits in ("median", "quantile"):
        level = 0.5 if family.elicits == "median" else shapes[0]
        assert share_below_location(family, shapes) == pytest.approx(level, abs=1e-8)
    elif family.elicits == "mode":
        below, at, above = (float(family.nll(np.array([x]), *shapes)[0]) for x in (-1e-3, 0.0, 1e-3))
        assert below > at < above
    else:
        assert family.elicits in LOCATION_PARAMETERS
