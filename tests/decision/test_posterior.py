import numpy as np
import pytest
from numpy.testing import assert_allclose

from losscheck.efficiency.table import load_table
from losscheck.families import FAMILIES
from losscheck.numeric.points import make_points
from losscheck.posterior import Posterior, weigh_models

N = 2000
CLASSES = {"adequate", "robust", "skewed", "bimodal"}


def draw(noise: str, n: int = N, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return {
        "normal": lambda: rng.standard_normal(n),
        "t3": lambda: rng.standard_t(3, n),
        "laplace": lambda: rng.laplace(size=n),
        "gumbel": lambda: rng.gumbel(size=n),
        "gumbel to the left": lambda: -rng.gumbel(size=n),
        "log-normal": lambda: np.expm1(0.5 * rng.standard_normal(n)),
        "two groups": lambda: np.where(rng.random(n) < 0.5, -2.5, 2.5) + rng.standard_normal(n),
        "uniform": lambda: rng.uniform(-1, 1, n),
        "rounded normal": lambda: np.round(2 * rng.standard_normal(n)),
        "gross errors": lambda: np.where(rng.random(n) < 0.05, 10, 1) * rng.standard_normal(n),
    }[noise]()


def weigh(x: np.ndarray, weight: np.ndarray | None = None, *, step: float = 0.0, tempering: float = 1.0) -> Posterior:
    return weigh_models(make_points(x, weight, step=step), tempering)


TRUTH = {
    "normal": ("adequate", "normal"),
    "t3": ("robust", "student_t"),
    "laplace": ("robust", None),  # a generalised normal or Huber's density is near
    "gumbel": ("skewed", "gumbel"),
    "gumbel to the left": ("skewed", "gumbel_left"),
    "log-normal": ("skewed", "shifted_lognormal"),
    "two groups": ("bimodal", "normal_mixture"),
    "uniform": ("robust", "uniform"),
    "rounded normal": ("adequate", "normal"),
    "gross errors": ("robust", "contaminated_normal"),
}


@pytest.mark.parametrize("noise", TRUTH)
def test_two_thousand_rows_find_the_class(noise):
    expected, family = TRUTH[noise]
    found = weigh(draw(noise), step=1.0 if noise == "rounded normal" else 0.0)
    classes = found.classes()
    assert set(classes) == CLASSES
    assert classes[expected] > 0.98
    if family is not None:
        assert next(iter(found.family_weights())) == family


@pytest.mark.parametrize("n", [5, 60, 600, 20_000])
@pytest.mark.parametrize("noise", ["normal", "t3", "gumbel", "uniform"])
def test_weights_are_a_distribution(noise, n):
    found = weigh(draw(noise, n))
    assert (found.weight >= 0).all()
    assert found.weight.sum() == pytest.approx(1.0, abs=1e-12)
    assert sum(found.classes().values()) == pytest.approx(1.0, abs=1e-9)
    assert all(0 <= share <= 1 + 1e-12 for share in found.classes().values())
    weights = found.family_weights()
    assert sum(weights.values()) == pytest.approx(1.0, abs=1e-12)
    assert list(weights.values()) == sorted(weights.values(), reverse=True)
    assert set(weights) == {family.id for family in FAMILIES if family.in_posterior}


@pytest.mark.parametrize("noise", ["normal", "t3", "gumbel", "uniform"])
def test_shift_scale_and_row_order_change_nothing(noise):
    x = draw(noise, 150)
    before = weigh(x)
    rng = np.random.default_rng(1)
    for other in (x + 1000, 1e-4 * x, 5e6 * x - 3, rng.permutation(x)):
        assert_allclose(weigh(other).weight, before.weight, atol=1e-6)


def mirrored_place() -> list[int]:
    """For every model the row of its mirror image."""
    table = load_table()
    models = list(zip(table.family, table.shapes, strict=True))
    place = {model: k for k, model in enumerate(models)}
    swap = {"gumbel": "gumbel_left", "gumbel_left": "gumbel"}

    def mirror(name: str, shapes: tuple[float, ...]) -> tuple[str, tuple[float, ...]]:
        if name in ("skew_normal", "shifted_lognormal"):
            return name, (-shapes[0],)
        if name == "asymmetric_laplace":
            return name, (round(1 - shapes[0], 9),)
        if name == "normal_mixture":
            return name, (shapes[0], round(1 - shapes[1], 9))
        return swap.get(name, name), shapes

    return [place[mirror(*model)] for model in models]


@pytest.mark.parametrize("noise", ["normal", "t3", "gumbel", "log-normal", "two groups", "uniform"])
def test_mirrored_rows_have_the_mirrored_weights(noise):
    x = draw(noise, 120)
    before, after = weigh(x), weigh(-x)
    assert_allclose(after.weight[mirrored_place()], before.weight, atol=2e-3)
    assert after.classes() == pytest.approx(before.classes(), abs=2e-3)


@pytest.mark.parametrize("noise", ["normal", "t3", "gumbel", "rounded normal"])
def test_integer_weights_are_repeated_rows(noise):
    x = draw(noise, 150)
    step = 1.0 if noise == "rounded normal" else 0.0
    w = np.random.default_rng(2).integers(1, 4, x.size)
    weighted, repeated = weigh(x, w.astype(float), step=step), weigh(np.repeat(x, w), step=step)
    assert_allclose(weighted.log_evidence, repeated.log_evidence, rtol=1e-7, atol=1e-5)
    assert_allclose(weighted.weight, repeated.weight, atol=1e-5)


def test_tempering_flattens():
    points = make_points(draw("t3", 300))
    spread = []
    for tempering in (1.0, 0.5, 0.2, 0.05, 1e-9):
        weight = weigh_models(points, tempering).weight
        spread.append(-float(weight @ np.log(np.maximum(weight, 1e-300))))
    assert spread == sorted(spread)


def test_without_evidence_only_the_prior_is_left():
    """Families by their declared prior; within one, every shape alike."""
    found = weigh_models(make_points(draw("t3", 300)), 1e-12)
    families = [family for family in FAMILIES if family.in_posterior]
    total = sum(family.prior for family in families)
    for family in families:
        rows = found.weight[[name == family.id for name in found.table.family]]
        assert_allclose(rows, family.prior / total / len(family.grid), rtol=1e-6)


def test_evidence_of_the_normal_is_the_exact_marginal_likelihood():
    """∫∫ dmu dσ/σ: log Γ((n−1)/2) − log 2 − ½ log n − (n−1)/2·log(π·S), S = Σ(x − mean)²; by Laplace to 1/(6n)."""
    from scipy.special import gammaln

    x = draw("normal", 400)
    points = make_points(x)
    z = points.value
    n, total = z.size, float(((z - z.mean()) ** 2).sum())
    exact = gammaln((n - 1) / 2) - np.log(2) - 0.5 * np.log(n) - (n - 1) / 2 * np.log(np.pi * total)
    found = weigh_models(points)
    assert found.log_evidence[found.table.family.index("normal")] == pytest.approx(exact, abs=0.01)


def test_evidence_of_the_uniform_is_the_exact_marginal_likelihood():
    """∫∫ da db (b − a)^(−n−1)·2^0 over a < min, b > max: with dmu dσ/σ it is 1/(n(n−1)·range^(n−1))."""
    points = make_points(draw("uniform", 100))
    n, width = 100, float(np.ptp(points.value))
    found = weigh_models(points)
    exact = -(n - 1) * np.log(width) - np.log(n * (n - 1))
    assert found.log_evidence[found.table.family.index("uniform")] == pytest.approx(exact, abs=1e-9)


def test_efficiencies_are_posterior_means():
    found = weigh(draw("t3", 80))
    assert_allclose(found.expected_efficiency(), found.weight @ found.table.efficiency)
    values = found.table.efficiency[:, 0]
    mean, low, high = found.efficiency_interval(values, 0.05)
    assert mean == pytest.approx(found.expected_efficiency()[0])
    assert low <= mean <= high
    inside = found.weight[(values >= low) & (values <= high)].sum()
    assert inside >= 0.95 - 1e-9
    wide = found.efficiency_interval(values, 0.01)
    assert wide[1] <= low
    assert wide[2] >= high


def test_interval_of_an_efficiency_holds_its_mean():
    table = load_table()
    weight = np.zeros(len(table.family))
    weight[[table.family.index("student_t"), table.family.index("normal")]] = 0.98, 0.02
    found = Posterior(table, weight, weight, {})
    mean, low, high = found.efficiency_interval(table.efficiency[:, 0], 0.05)
    assert mean == pytest.approx(0.02)
    assert low <= mean <= high


def test_bins_of_many_rows_give_the_same_weights():
    x = draw("t3", 6000)
    exact = weigh(x)
    from losscheck.numeric.points import Points, compress

    points = make_points(x)
    folded = weigh_models(Points(*compress(points.value, points.weight), points.center, points.scale))
    assert folded.classes() == pytest.approx(exact.classes(), abs=1e-3)
    regular = np.array([name != "uniform" for name in exact.table.family])
    assert_allclose(folded.log_evidence[regular], exact.log_evidence[regular], atol=0.05)
