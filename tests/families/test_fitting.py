from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from losscheck.families import FAMILIES, family_named, loss_named
from losscheck.families.family import View
from losscheck.families.fitting import FittedFamily, fit_family
from losscheck.families.likelihood import density_terms, from_shapes, scan
from losscheck.numeric.points import Points, make_cells, make_points, robust_center_scale

PLAIN = [family for family in FAMILIES if family.view is View.RESIDUAL]
N = 400


def exact_points(values: np.ndarray) -> Points:
    center, scale = robust_center_scale(values)
    return Points((values - center) / scale, np.ones(values.size), center, scale)


def fit(family: str, values: np.ndarray, **options: float) -> FittedFamily:
    return fit_family(family_named(family), make_points(values, **options))


def standardise(x: np.ndarray) -> np.ndarray:
    return (x - x.mean()) / x.std()


def values_of(fitted: FittedFamily) -> np.ndarray:
    return np.array([parameter.value for parameter in fitted.fit.parameters.values()])


def errors_of(fitted: FittedFamily) -> np.ndarray:
    return np.array([np.nan if p.se is None else p.se for p in fitted.fit.parameters.values()])


def test_families_are_found_by_id_and_loss() -> None:
    for family in FAMILIES:
        assert family_named(family.id) is family
        assert loss_named(family.loss.id).loss.id == family.loss.id
        assert all(loss_named(alias).loss.id == family.loss.id for alias in family.loss.aliases)
    with pytest.raises(KeyError):
        family_named("no such family")


def test_ids_and_loss_names_are_unique() -> None:
    names = [name for family in FAMILIES for name in (family.loss.id, *family.loss.aliases)]
    assert len(names) == len(set(names))
    assert len({family.id for family in FAMILIES}) == len(FAMILIES)


def test_normal_by_hand() -> None:
    r = np.array([1.0, 2.0, 4.0, 7.0, 11.0])  # mean 5, sum of squares 66
    fitted = fit("normal", r)
    sigma = np.sqrt(66 / 5)
    assert values_of(fitted) == pytest.approx([5.0, sigma])
    assert errors_of(fitted) == pytest.approx([sigma / np.sqrt(5), sigma / np.sqrt(10)], rel=1e-6)
    nll = 0.5 * np.log(2 * np.pi * 66 / 5) + 0.5
    assert fitted.fit.nll_per_row == pytest.approx(nll)
    assert fitted.fit.aic == pytest.approx(4 + 10 * nll)
    assert fitted.fit.bic == pytest.approx(2 * np.log(5) + 10 * nll)


@pytest.mark.parametrize("family", PLAIN, ids=lambda family: family.id)
def test_loglik_and_density_agree(family) -> None:
    r = np.random.default_rng(3).gumbel(size=N)
    fitted = fit_family(family, make_points(r))
    assert fitted.loglik == pytest.approx(np.log(fitted.density(r)).sum(), rel=1e-9)
    assert fitted.n_parameters == len(fitted.theta)


@pytest.mark.parametrize("family", PLAIN, ids=lambda family: family.id)
def test_shift_and_scale(family) -> None:
    r = np.random.default_rng(4).standard_t(4, size=N)
    a, b = fit_family(family, make_points(r)), fit_family(family, make_points(1e3 * r - 5e4))
    assert b.fit.nll_per_row == pytest.approx(a.fit.nll_per_row + np.log(1e3), abs=1e-9)
    assert b.theta[0] == pytest.approx(1e3 * a.theta[0] - 5e4, rel=1e-6)
    assert b.theta[1] == pytest.approx(1e3 * a.theta[1], rel=1e-4)
    for p, q in zip(a.fit.parameters.values(), b.fit.parameters.values(), strict=True):
        assert (p.se is None) == (q.se is None)
    sigma, scaled = a.fit.parameters["sigma"].se, b.fit.parameters["sigma"].se
    if sigma is not None:
        assert scaled == pytest.approx(1e3 * sigma, rel=1e-3)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.id)
def test_covariance_gives_the_same_standard_errors(family) -> None:
    rng = np.random.default_rng(12)
    r, x = rng.standard_t(5, size=N) * 2, standardise(rng.normal(size=N))
    fitted = fit_family(
        family, make_cells(r, x, None, make_points(r)) if family.view is View.SCALED else make_points(r)
    )
    if fitted.covariance is None or family.natural is not None:
        return
    assert np.sqrt(np.diag(fitted.covariance)) == pytest.approx(errors_of(fitted), rel=1e-6)


def test_normal_limit_of_the_t_has_no_standard_error() -> None:
    r = np.random.default_rng(0).uniform(size=N)
    fitted, normal = fit("student_t", r), fit("normal", r)
    assert fitted.fit.parameters["nu"].se is None
    assert fitted.fit.note == "nu ran to the end of its range, 10000: in the limit normal"
    assert fitted.covariance is None
    assert fitted.fit.parameters["sigma"].se == pytest.approx(normal.fit.parameters["sigma"].se, rel=1e-3)
    assert fitted.fit.heldout_nll_per_row.value == pytest.approx(normal.fit.heldout_nll_per_row.value, abs=1e-4)


@pytest.mark.parametrize(("sign", "limit"), [(1, "half-normal"), (-1, "half-normal to the left")])
def test_half_normal_is_the_end_of_the_skew_normal(sign: int, limit: str) -> None:
    r = sign * np.abs(np.random.default_rng(1).normal(size=N))
    fitted = fit("skew_normal", r)
    assert fitted.fit.parameters["alpha"].value == sign * 50
    assert fitted.fit.parameters["alpha"].se is None
    assert fitted.fit.note.endswith(f"in the limit {limit}")
    assert np.isfinite(errors_of(fitted)[:2]).all()


def test_uniform_has_no_standard_errors() -> None:
    fitted = fit("uniform", np.random.default_rng(2).uniform(size=N))
    assert fitted.covariance is None
    assert fitted.fit.heldout_nll_per_row is None
    assert np.isnan(errors_of(fitted)).all()


@pytest.mark.slow
@pytest.mark.parametrize(("family", "draw"), [
    ("student_t", lambda rng, t: t[0] + t[1] * rng.standard_t(t[2], size=N)),
    ("skew_normal", lambda rng, t: scipy.stats.skewnorm.rvs(t[2], t[0], t[1], size=N, random_state=rng)),
    ("shifted_lognormal", lambda rng, t: t[0] + t[1] * np.expm1(t[2] * rng.normal(size=N)) / t[2]),
    ("laplace", lambda rng, t: rng.laplace(t[0], t[1], size=N)),
])  # fmt: skip
def test_standard_errors_against_the_parametric_bootstrap(family: str, draw) -> None:
    truth = {"student_t": (1, 2, 4), "skew_normal": (0, 1, 5), "shifted_lognormal": (0, 1, 0.6), "laplace": (0, 1)}
    rng = np.random.default_rng(5)
    fitted = fit(family, draw(rng, truth[family]))
    again = np.array([values_of(fit(family, draw(rng, fitted.theta))) for _ in range(400)])
    middle = np.diff(np.quantile(again, [0.16, 0.84], axis=0), axis=0)[0] / 2  # robust: nu and alpha have long tails
    assert errors_of(fitted) == pytest.approx(middle, rel=0.2)


def test_log_ratio_against_scipy_lognorm() -> None:
    y = np.exp(np.random.default_rng(6).normal(1.5, 0.7, size=N))
    fitted = fit("lognormal", np.log(y), jacobian=-np.log(y).mean())
    mu, sigma = fitted.theta
    assert fitted.loglik == pytest.approx(scipy.stats.lognorm.logpdf(y, sigma, scale=np.exp(mu)).sum())
    log_t = fit("log_t", np.log(y), jacobian=-np.log(y).mean())
    mu, sigma, nu = log_t.theta
    assert log_t.loglik == pytest.approx((scipy.stats.t.logpdf(np.log(y), nu, mu, sigma) - np.log(y)).sum())


@pytest.mark.parametrize(("family", "rows"), [("heteroscedastic_normal", 2000), ("heteroscedastic_t", 5000)])
def test_changing_scale_is_recovered(family: str, rows: int) -> None:
    rng = np.random.default_rng(7)
    x = standardise(rng.normal(size=rows))
    noise = rng.standard_t(4, size=rows) if family == "heteroscedastic_t" else rng.normal(size=rows)
    r = 1 + np.exp(0.3 + 0.5 * x - 0.1 * x * x) * noise
    fitted = fit_family(family_named(family), make_cells(r, x, None, make_points(r)))
    truth = np.array([1, np.exp(0.3), 0.5, -0.1, 4.0])[: fitted.n_parameters]
    assert np.abs((values_of(fitted) - truth) / errors_of(fitted)).max() < 4
    with pytest.raises(ValueError, match="another density at every prediction"):
        fitted.density(r)


def test_a_scale_curve_does_not_lean_on_one_row() -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(size=50)
    r = rng.normal(size=50)
    x[0], r[0] = 12.0, 0.001
    fitted = fit_family(family_named("heteroscedastic_normal"), make_cells(r, standardise(x), None, make_points(r)))
    assert fitted.fit.parameters["curve"].value == 0
    assert fitted.fit.parameters["curve"].se is None
    assert "curve is held at 0" in fitted.fit.note
    assert fitted.fit.nll_per_row > fit("normal", r).fit.nll_per_row - 0.1


def refit_every_row(family, points: Points) -> float:
    total = 0.0
    for i in range(points.value.size):
        rest, alone = (
            replace(
                points,
                value=points.value[which],
                weight=points.weight[which],
                design=None if points.design is None else points.design[:, which],
            )
            for which in (np.arange(points.value.size) != i, [i])
        )
        mu, sigma, *others = fit_family(family, rest).theta
        split = len(others) - len(family.shapes)
        shapes = from_shapes(family, tuple(others[split:]))
        theta = [(mu - points.center) / points.scale, np.log(sigma / points.scale), *others[:split], *shapes]
        total += density_terms(family, alone)(np.array(theta))[0][0] + np.log(points.scale)
    return total / points.value.size


@pytest.mark.parametrize(("family", "error"), [
    ("normal", 2e-4), ("logistic", 1e-3), ("gumbel", 1e-3), ("student_t", 2e-3), ("cauchy", 2e-3),
    ("shifted_lognormal", 1e-3), ("heteroscedastic_normal", 2e-3), ("heteroscedastic_t", 1e-2),
])  # fmt: skip
@pytest.mark.parametrize("seed", [0, 1])
def test_heldout_against_refitting_without_every_row(family: str, error: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    r, x = (rng.normal(size=60) if seed else rng.standard_t(4, size=60)), standardise(rng.normal(size=60))
    declared = family_named(family)
    points = make_cells(r, x, None, make_points(r)) if declared.view is View.SCALED else make_points(r)
    heldout = fit_family(declared, points).fit.heldout_nll_per_row
    assert heldout.value == pytest.approx(refit_every_row(declared, points), abs=error)
    assert 0 < heldout.se < 1


@pytest.mark.parametrize("family", PLAIN, ids=lambda family: family.id)
def test_heldout_is_never_better_than_in_sample(family) -> None:
    fitted = fit_family(family, make_points(np.random.default_rng(9).standard_t(3, size=N))).fit
    if fitted.heldout_nll_per_row is not None:
        assert fitted.heldout_nll_per_row.value >= fitted.nll_per_row


def test_rounded_values_are_fitted_as_intervals() -> None:
    raw = np.random.default_rng(10).normal(size=5000)
    exact, rounded = fit("normal", raw), fit("normal", np.round(raw * 2) / 2, step=0.5)
    assert rounded.fit.parameters["sigma"].value == pytest.approx(exact.fit.parameters["sigma"].value, abs=0.005)
    assert rounded.fit.nll_per_row == pytest.approx(exact.fit.nll_per_row, abs=0.02)
    mu, sigma = rounded.theta
    cells = np.round(raw * 2) / 2
    mass = scipy.stats.norm.cdf(cells + 0.25, mu, sigma) - scipy.stats.norm.cdf(cells - 0.25, mu, sigma)
    assert rounded.loglik == pytest.approx(np.log(mass / 0.5).sum(), rel=1e-6)


def test_scan_may_be_handed_over() -> None:
    points = make_points(np.random.default_rng(11).standard_t(3, size=N))
    family = family_named("student_t")
    assert fit_family(family, points, scan(family, points)).theta == fit_family(family, points).theta


@pytest.mark.slow
@pytest.mark.parametrize("family", [f for f in PLAIN if f.regular], ids=lambda family: family.id)
def test_compression_moves_nothing_that_matters(family) -> None:
    values = np.random.default_rng(13).standard_t(5, size=200_000) + 0.3
    whole, folded = (fit_family(family, make(values)) for make in (exact_points, make_points))
    moved = np.abs(values_of(whole) - values_of(folded))
    seen = np.isfinite(errors_of(whole))
    assert (moved[seen] < 0.02 * errors_of(whole)[seen]).all()
    assert errors_of(folded)[seen] == pytest.approx(errors_of(whole)[seen], rel=0.02)
    assert folded.loglik == pytest.approx(whole.loglik, abs=0.5)


def test_every_family_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "families.md").read_text(encoding="utf-8").split("## Labels")[0]
    rows = {line.split("|")[1].strip(" `"): line for line in page.splitlines() if line.startswith("| `")}
    assert set(rows) == {family.id for family in FAMILIES}
    assert all(f"`{family.loss.id}`" in rows[family.id] for family in FAMILIES)
