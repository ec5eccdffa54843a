"""Every declared likelihood of targets: normalised, differentiated, honest about its loss, and complete in words."""

import importlib
import pkgutil
import string
from itertools import pairwise

import numpy as np
import pytest
from response_cases import cases, means, parameters, targets
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

import losscheck.families.responses
from losscheck.families import FAMILIES, LABEL_FAMILIES, RESPONSE_FAMILIES
from losscheck.families.response_family import Domain, Link, ResponseFamily

CASES = [pytest.param(*case, id=f"{case[0].id}-{','.join(f'{v:g}' for v in case[1])}") for case in cases()]
every_case = pytest.mark.parametrize(("family", "shapes", "known"), CASES)
every_family = pytest.mark.parametrize("family", RESPONSE_FAMILIES, ids=lambda family: family.id)

COUNTS = np.arange(4000.0)
CUTS = (0.0, 1e-6, 1e-3, 0.05, 0.3, 1.0, 3.0, 8.0, 20.0, 60.0, 200.0, 1000.0, 1e4, 1e6)
UNIT_CUTS = (0.0, 1e-6, 1e-3, 0.05, 0.3, 0.7, 0.95, 0.999, 1 - 1e-6, 1.0)


def nll(family, y, mean, shapes, known):
    y = np.atleast_1d(np.asarray(y, dtype=float))
    return family.nll(y, np.full(y.size, float(mean)), *shapes, *known)


def expectation(family, mean, shapes, known, function) -> float:
    """Integrate over the domain: sums for counts, atoms, and quadrature in pieces."""
    if family.domain is Domain.BOUNDED_COUNT:
        y = np.arange(known[0] + 1)
        return float(np.exp(-nll(family, y, mean, shapes, known)) @ function(y))
    if family.domain is Domain.COUNT:
        return float(np.exp(-nll(family, COUNTS, mean, shapes, known)) @ function(COUNTS))
    atoms = {Domain.NON_NEGATIVE: (0.0,), Domain.CLOSED_UNIT: (0.0, 1.0), Domain.CENSORED: (0.0,)}
    total = sum(
        float(np.exp(-nll(family, a, mean, shapes, known))[0] * function(a)) for a in atoms.get(family.domain, ())
    )
    cuts = UNIT_CUTS if family.domain in (Domain.UNIT, Domain.CLOSED_UNIT) else CUTS
    density = lambda u: float(np.exp(-nll(family, u, mean, shapes, known))[0] * function(u))  # noqa: E731
    for low, high in pairwise(cuts):
        total += quad(density, low, high, epsabs=1e-12, epsrel=1e-11, limit=400)[0]
    return total


@every_case
def test_probabilities_add_to_one_and_have_the_mean_they_say(family, shapes, known):
    for mean in means(family):
        assert expectation(family, mean, shapes, known, lambda y: 1.0 + 0 * y) == pytest.approx(1.0, abs=1e-8)
        if family.domain is Domain.CENSORED:
            continue  # `mean` is that of the quantity before the cut
        assert expectation(family, mean, shapes, known, lambda y: y) == pytest.approx(mean, rel=1e-6)
        second = expectation(family, mean, shapes, known, lambda y, m=mean: (y - m) ** 2)
        stated = float(np.ravel(family.variance(np.array([mean]), *shapes, *known))[0])
        assert second == pytest.approx(stated, rel=1e-5)


@every_case
def test_slopes_are_the_derivatives(family, shapes, known):
    y = targets(family)
    for mean in means(family):
        m = np.full(y.size, mean)
        found = family.slopes(y, m, *shapes, *known)
        assert len(found) == 1 + len(family.shapes)
        for index, slope in enumerate(found):
            h = 1e-6 * max(abs((mean, *shapes)[index]), 0.1)
            ends = []
            for sign in (1, -1):
                moved = [m, *shapes]
                moved[index] = moved[index] + sign * h
                ends.append(family.nll(y, *moved, *known))
            np.testing.assert_allclose(slope, (ends[0] - ends[1]) / (2 * h), rtol=2e-5, atol=2e-6)


@every_case
def test_loss_is_the_negative_log_likelihood_up_to_a_factor_and_a_constant_of_the_target(family, shapes, known):
    """a·nll + b(y), a > 0 the same for every target: what the model is pulled by is the likelihood."""
    low, high = min(means(family)), max(means(family))
    grid = np.linspace(low, high, 30)
    values = parameters(family, shapes, known)
    factors = []
    for y in targets(family):
        loss = family.loss.value(np.full(30, y), grid, values)
        likelihood = family.nll(np.full(30, y), grid, *shapes, *known)
        loss, likelihood = loss - loss[0], likelihood - likelihood[0]
        if not likelihood.any():  # a part that the prediction has no hold of
            assert not loss.any()
            continue
        factors.append(float(loss @ likelihood / (likelihood @ likelihood)))
        np.testing.assert_allclose(loss, factors[-1] * likelihood, rtol=1e-7, atol=1e-9 * np.abs(loss).max())
    assert min(factors) > 0
    np.testing.assert_allclose(factors, factors[0], rtol=1e-8)


@every_case
def test_mean_consistent_losses_elicit_the_mean_of_any_target(family, shapes, known):
    """On 400 draws of another distribution, the best constant prediction is their mean, or is not promised to be."""
    rng = np.random.default_rng(5)
    y = {Domain.BOUNDED_COUNT: rng.integers(0, 11, 400) * 1.0}.get(family.domain, rng.gamma(0.8, 3.0, 400) + 0.01)
    y = rng.beta(0.5, 1.5, 400) if family.domain in (Domain.UNIT, Domain.CLOSED_UNIT) else y
    values = parameters(family, shapes, known)
    mean_loss = lambda f: float(np.mean(family.loss.value(y, np.full(y.size, f), values)))  # noqa: E731
    bounds = (y.mean() / 5, min(y.mean() * 5, known[0] - 0.01 if family.domain is Domain.BOUNDED_COUNT else 0.99 + 99))
    found = minimize_scalar(mean_loss, bounds=bounds, method="bounded", options={"xatol": 1e-9})
    if family.mean_consistent:
        assert family.elicits == "mean"
        assert found.x == pytest.approx(y.mean(), rel=1e-5)
    else:
        assert family.elicits != "mean"


@every_family
def test_every_word_is_there(family):
    for name in ("title", "elicits", "assumption", "density", "derivation", "right_when", "misleads", "numpy_code"):
        text = getattr(family, name)
        assert text.strip() == text, name
        assert text, name
    steps = family.derivation.split("\n")
    assert len(steps) >= 3
    assert [step.split(". ", 1)[0] for step in steps] == [str(k + 1) for k in range(len(steps))]
    assert any("doi:10." in source for source in family.references)
    assert "{{" not in family.negative_log_likelihood


@every_family
def test_starts_lie_within_the_ranges(family):
    for start in family.starts:
        assert all(s.low <= value <= s.high for value, s in zip(start, family.shapes, strict=True))
    assert set(family.loss.parameters) <= {*(shape.name for shape in family.shapes), *family.known}


def test_names_are_unique():
    names = [n for f in (*FAMILIES, *RESPONSE_FAMILIES) for n in {f.id, f.loss.id, *f.loss.aliases}]
    assert len(names) == len(set(names))
    labels = {n for f in LABEL_FAMILIES for n in f.names}
    assert not labels & {n for f in RESPONSE_FAMILIES for n in f.names}


def test_every_declaration_is_in_the_table_of_contents():
    package = losscheck.families.responses
    modules = [importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__)]
    declared = {value.id for m in modules for value in vars(m).values() if isinstance(value, ResponseFamily)}
    assert declared == {family.id for family in RESPONSE_FAMILIES}


@every_case
def test_code_gives_the_mean_loss(family, shapes, known):
    values = parameters(family, shapes, known)
    y = targets(family)
    f = np.resize(np.array(means(family)), y.size)
    names = {field for _, field, _, _ in string.Formatter().parse(family.numpy_code) if field}
    assert names <= set(values)
    space = {"np": np, "y": y, "f": f, "inf": np.inf}
    with np.errstate(all="ignore"):
        exec(family.numpy_code.format_map(values), space)
    if family.link is Link.LOG or family.domain is not Domain.COUNT:
        expected = np.mean(family.loss.value(y, f, values))
        constants = np.mean(family.loss.value(y, f[::-1], values))
        space["f"] = f[::-1].copy()
        before = space["loss"]
        with np.errstate(all="ignore"):
            exec(family.numpy_code.format_map(values), space)
        # snippets may leave out what is free of the model: differences between two sets of predictions agree
        assert before - space["loss"] == pytest.approx(expected - constants, rel=1e-9, abs=1e-10)
    compile(family.pytorch_code.format_map(values), family.id, "exec")
