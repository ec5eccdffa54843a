"""Likelihoods of labels: the words, the honest loss, what each elicits, and the code against the real frameworks."""

import importlib
import itertools
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

import losscheck.families
from losscheck.families import (
    FAMILIES,
    LABEL_FAMILIES,
    declaration_named,
    family_named,
    label_loss_named,
    likelihood_of,
    loss_named,
)
from losscheck.families.label_family import LabelFamily
from losscheck.results import TaskKind

WORDS = (
    "title",
    "elicits",
    "assumption",
    "density",
    "negative_log_likelihood",
    "derivation",
    "right_when",
    "misleads",
    "numpy_code",
    "pytorch_code",
    "numpy_temperature",
    "pytorch_temperature",
)
SINGLE, SEVERAL, SOFT, ORDERED = "bernoulli", "bernoulli_product", "soft_categorical", "cumulative_logit"
CLASSES = 4
BY_ID = {family.id: family for family in LABEL_FAMILIES}

every_family = pytest.mark.parametrize("family", LABEL_FAMILIES, ids=lambda family: family.id)
every_likelihood = pytest.mark.parametrize(
    "family", [f for f in LABEL_FAMILIES if f.likelihood], ids=lambda family: family.id
)


def example_rows(family: LabelFamily, rows: int = 60, scale: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Logits of the shape that the family takes, and targets for them."""
    rng = np.random.default_rng(4)
    if family.id == SINGLE:
        return scale * rng.standard_normal(rows), rng.integers(0, 2, rows)
    if family.id == SEVERAL:
        return scale * rng.standard_normal((rows, CLASSES)), rng.integers(0, 2, (rows, CLASSES))
    if family.id == SOFT:
        return scale * rng.standard_normal((rows, CLASSES)), rng.dirichlet(np.ones(CLASSES), rows)
    if family.id == ORDERED:
        steps = rng.exponential(scale, (rows, CLASSES - 1)) + 0.01
        return np.cumsum(steps, axis=1) - 2 * scale, rng.integers(0, CLASSES, rows)
    return scale * rng.standard_normal((rows, CLASSES)), rng.integers(0, CLASSES, rows)


@every_family
def test_every_word_is_there(family):
    for name in WORDS:
        text = getattr(family, name)
        assert text.strip(), name
        assert text == text.strip(), name
    assert family.loss.title
    assert family.loss.formula
    assert family.tasks
    assert all("doi:10." in source or "arXiv:" in source for source in family.references)


@every_family
def test_derivation_is_numbered(family):
    steps = family.derivation.split("\n")
    assert len(steps) >= 4
    assert [step.split(". ", 1)[0] for step in steps] == [str(k + 1) for k in range(len(steps))]


def test_every_declaration_is_in_the_table_of_contents():
    package = losscheck.families
    modules = [importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__)]
    declared = {value.id for module in modules for value in vars(module).values() if isinstance(value, LabelFamily)}
    assert declared == {family.id for family in LABEL_FAMILIES}


def test_every_loss_is_in_the_docs_and_the_docs_have_no_other():
    page = (Path(__file__).parents[2] / "docs" / "families.md").read_text(encoding="utf-8").split("## Labels")[1]
    listed = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert listed == [family.id for family in LABEL_FAMILIES]
    assert all(f"| `{family.loss.id}` " in page for family in LABEL_FAMILIES)


def test_names_of_labels_are_unique():
    losses = [name for family in LABEL_FAMILIES for name in (family.loss.id, *family.loss.aliases)]
    assert len(set(losses)) == len(losses)
    ids = [family.id for family in (*FAMILIES, *LABEL_FAMILIES)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("family", [*FAMILIES, *LABEL_FAMILIES], ids=lambda family: family.id)
def test_every_id_and_loss_finds_its_declaration(family):
    assert declaration_named(family.id) is family
    assert declaration_named(family.loss.id.upper().replace("_", "-")) is family


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("BCE", "bce"),
        ("log-loss", "bce"),
        ("nll", "cross_entropy"),
        ("Categorical-Crossentropy", "cross_entropy"),
        ("kl", "soft_cross_entropy"),
        ("mse", "brier"),
        ("l2", "brier"),
        ("focal", "focal"),
    ],
)
def test_a_loss_on_labels_is_found_by_what_people_call_it(name, loss):
    assert label_loss_named(name).loss.id == loss


def test_names_are_not_mixed_up():
    assert loss_named("nll").id == "heteroscedastic_normal"
    for look_up, name in ((loss_named, "bce"), (family_named, "bernoulli"), (label_loss_named, "mae")):
        with pytest.raises(KeyError):
            look_up(name)
    with pytest.raises(KeyError, match="no such loss"):
        declaration_named("no such loss")


@pytest.mark.parametrize(
    ("task", "ordered", "loss"),
    [
        (TaskKind.BINARY, False, "bce"),
        (TaskKind.BINARY, True, "bce"),
        (TaskKind.MULTICLASS, False, "cross_entropy"),
        (TaskKind.MULTICLASS, True, "ordinal"),
        (TaskKind.MULTILABEL, False, "multilabel_bce"),
        (TaskKind.SOFT, False, "soft_cross_entropy"),
    ],
)
def test_targets_fix_the_likelihood(task, ordered, loss):
    assert likelihood_of(task, ordered).loss.id == loss


def test_numbers_have_no_likelihood_of_labels():
    with pytest.raises(KeyError):
        likelihood_of(TaskKind.REGRESSION)


@every_family
def test_loss_on_logits_is_the_negative_log_density_up_to_a_factor_and_a_constant(family):
    logits, target = example_rows(family)
    loss = family.loss.value(logits, target).ravel()
    nll = family.nll(family.log_link(logits), target)
    assert nll.shape == loss.shape
    factor = np.ptp(loss) / np.ptp(nll)
    np.testing.assert_allclose(loss, factor * (nll - nll.min()) + loss.min(), rtol=1e-11, atol=1e-12)
    assert factor == pytest.approx(2.0 if family.id == "normal_one_hot" else 1.0, rel=1e-12)


@every_likelihood
def test_probabilities_of_all_labels_sum_to_one(family):
    logits, _ = example_rows(family)
    log_p = family.log_link(logits)
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, rtol=1e-12)
    if family.id == SOFT:
        return
    total = sum(np.exp(-family.nll(log_p, np.full(len(log_p), k))) for k in range(log_p.shape[1]))
    np.testing.assert_allclose(total, 1, rtol=1e-12)


def test_bernoulli_is_scipys():
    logits, target = example_rows(BY_ID[SINGLE])
    expected = -stats.bernoulli.logpmf(target, 1 / (1 + np.exp(-logits)))
    np.testing.assert_allclose(BY_ID[SINGLE].loss.value(logits, target), expected, rtol=1e-10)


def test_categorical_is_the_multinomial_of_one_draw():
    family = BY_ID["categorical"]
    logits, target = example_rows(family)
    one_hot = np.eye(CLASSES, dtype=int)[target]
    expected = -stats.multinomial.logpmf(one_hot, 1, np.exp(family.log_link(logits)))
    np.testing.assert_allclose(family.loss.value(logits, target), expected, rtol=1e-10)


def test_a_set_of_labels_has_the_product_of_their_probabilities():
    family = BY_ID[SEVERAL]
    logits = example_rows(family, 1)[0]
    sets = np.array(list(itertools.product((0, 1), repeat=CLASSES)))
    loss = family.loss.value(np.broadcast_to(logits, sets.shape), sets)
    np.testing.assert_allclose(np.exp(-loss.sum(axis=1)).sum(), 1, rtol=1e-12)


def test_soft_labels_are_votes_up_to_terms_without_the_model():
    family, votes = BY_ID[SOFT], np.array([3, 0, 1, 6])
    logits = example_rows(family, 20)[0]
    share = np.broadcast_to(votes / votes.sum(), logits.shape)
    expected = -stats.multinomial.logpmf(votes, votes.sum(), np.exp(family.log_link(logits)))
    difference = votes.sum() * family.loss.value(logits, share) - expected
    assert np.ptp(difference) < 1e-11


def test_an_ordered_class_is_an_interval_of_a_logistic_variable():
    family = BY_ID[ORDERED]
    logits, target = example_rows(family)
    ends = np.hstack((np.full((len(logits), 1), -np.inf), logits, np.full((len(logits), 1), np.inf)))
    rows = np.arange(len(target))
    expected = stats.logistic.cdf(ends[rows, target + 1]) - stats.logistic.cdf(ends[rows, target])
    np.testing.assert_allclose(family.loss.value(logits, target), -np.log(expected), rtol=1e-8)


def test_squared_error_is_the_likelihood_of_normal_noise_on_the_one_hot_label():
    family = BY_ID["normal_one_hot"]
    logits, target = example_rows(family)
    log_p = family.log_link(logits)
    expected = -stats.norm.logpdf(np.eye(CLASSES)[target], np.exp(log_p)).sum(axis=1)
    np.testing.assert_allclose(family.nll(log_p, target), expected, rtol=1e-12)


def test_focal_loss_is_no_likelihood():
    family = BY_ID["focal"]
    assert not family.likelihood
    # By hand, two classes: 2·0.5^(0.5²) at p = 0.5; 0.1^(0.9²) + 0.9^(0.1²) at p = 0.1.
    for p, total in ((0.5, 2 * 0.5**0.25), (0.1, 0.1**0.81 + 0.9**0.01)):
        log_p = np.log([[1 - p, p]])
        found = sum(np.exp(-family.nll(log_p, np.array([k]))) for k in (0, 1))[0]
        assert found == pytest.approx(total, rel=1e-12)
        assert f"{total:.2f} at p = {p}" in family.derivation


# Eight rows of three classes; the values are those of scikit-learn 1.9 (log loss, Brier) and of the definitions.
P = np.array([[.7, .2, .1], [.1, .8, .1], [.2, .3, .5], [.3, .4, .3], [.6, .3, .1], [.1, .1, .8], [.25, .5, .25],
              [.5, .25, .25]])  # fmt: skip
LABEL = np.array([0, 1, 2, 0, 0, 2, 2, 1])


@pytest.mark.parametrize(
    ("id", "mean"),
    [("categorical", 0.747937047182), ("normal_one_hot", 0.42375), ("focal", 0.306812369298)],
)
def test_mean_loss_of_eight_rows(id, mean):
    assert np.mean(BY_ID[id].loss.value(np.log(P), LABEL)) == pytest.approx(mean, abs=1e-12)


def test_mean_loss_of_soft_labels():
    # CE 0.865731211840 = H 0.794651199442 + KL 0.071080012398
    soft = np.array([[0.8, 0.1, 0.1], [0.2, 0.6, 0.2]])
    assert np.mean(BY_ID[SOFT].loss.value(np.log(P[:2]), soft)) == pytest.approx(0.865731211840, abs=1e-12)
    entropy = np.mean(BY_ID[SOFT].nll(np.log(soft), soft))
    assert entropy == pytest.approx(0.794651199442, abs=1e-12)


def test_mean_loss_of_ten_yes_or_no_rows():
    p = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
    label = np.array([0, 1, 0, 0, 1, 1, 0, 1, 1, 1])
    loss = BY_ID[SINGLE].loss.value(np.log(p / (1 - p)), label)
    assert loss.mean() == pytest.approx(0.537004196581, abs=1e-12)


def test_soft_labels_of_no_share_cost_nothing_where_the_probability_is_zero():
    log_p = np.array([[0.0, -np.inf]])
    assert BY_ID[SOFT].nll(log_p, np.array([[1.0, 0.0]]))[0] == 0
    assert BY_ID[SOFT].nll(log_p, np.array([[0.9, 0.1]]))[0] == np.inf


@every_family
def test_large_logits_do_not_overflow(family):
    logits, target = example_rows(family, scale=1000.0)
    assert np.isfinite(family.loss.value(logits, target)).all()
    assert np.isfinite(family.gradient(logits, target)).all()


@every_family
def test_gradient_is_the_derivative(family):
    logits, target = example_rows(family)
    found, h = family.gradient(logits, target), 1e-6
    for k in range(logits.shape[1] if logits.ndim == 2 else 1):
        step = np.zeros_like(logits)
        step[(..., k) if logits.ndim == 2 else ...] = h
        slope = family.loss.value(logits + step, target) - family.loss.value(logits - step, target)
        column = found[:, k] if logits.ndim == 2 else found
        slope = slope[:, k] if family.id == SEVERAL else slope
        np.testing.assert_allclose(column, slope / (2 * h), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("id", [SINGLE, SEVERAL, "categorical", SOFT])
def test_gradient_of_a_canonical_link_is_stated_less_observed(id):
    family = BY_ID[id]
    logits, target = example_rows(family)
    if logits.ndim == 1 or id == SEVERAL:
        stated = 1 / (1 + np.exp(-logits))
    else:
        stated = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    observed = np.eye(CLASSES)[target] if id == "categorical" else target
    np.testing.assert_allclose(family.gradient(logits, target), stated - observed, atol=1e-12)


def test_a_confident_mistake_pulls_under_cross_entropy_and_not_under_squared_error():
    # y = 1 stated with p = 0.001: p − y = −0.999; 2 p (1 − p)(p − y) = −0.001996 for (p − y)², twice that for the sum.
    z, yes = np.log(0.001 / 0.999), np.array([1])
    assert BY_ID[SINGLE].gradient(np.array([z]), yes)[0] == pytest.approx(-0.999, rel=1e-12)
    squared = BY_ID["normal_one_hot"].gradient(np.array([[0.0, z]]), yes)[0, 1]
    assert squared == pytest.approx(2 * -0.001996002, rel=1e-6)
    assert "pulls with 0.002, under cross-entropy with 0.999" in BY_ID["normal_one_hot"].derivation


def best_statement(family: LabelFamily, truth: np.ndarray) -> np.ndarray:
    """Return the probabilities that minimise the expected loss of labels drawn from `truth`."""
    labels = np.arange(truth.size)

    def expected(free: np.ndarray) -> float:
        logits = np.append(0.0, free)
        return float(truth @ family.loss.value(np.tile(logits, (truth.size, 1)), labels))

    found = minimize(expected, np.zeros(truth.size - 1), method="BFGS", options={"gtol": 1e-9}).x
    return np.exp(family.log_link(np.append(0.0, found)[None]))[0]


@pytest.mark.parametrize("id", ["categorical", "normal_one_hot"])
def test_a_proper_loss_is_smallest_at_the_true_probabilities(id):
    assert BY_ID[id].proper
    truth = np.array([0.6, 0.3, 0.1])
    np.testing.assert_allclose(best_statement(BY_ID[id], truth), truth, atol=1e-5)


@pytest.mark.parametrize(("truth", "stated"), [(0.9, "0.9 is best stated as 0.69"), (0.99, "0.99 as 0.85")])
def test_focal_loss_flattens_by_what_it_says(truth, stated):
    family = BY_ID["focal"]
    assert not family.proper
    p = best_statement(family, np.array([truth, 1 - truth]))
    assert f"{p[0]:.2f}" == stated[-4:]
    assert stated in family.derivation
    # q_k ∝ p_k/phi(p_k) takes the flattening back.
    phi = (1 - p) ** 2 - 2 * p * (1 - p) * np.log(p)
    np.testing.assert_allclose(p / phi / (p / phi).sum(), [truth, 1 - truth], atol=1e-5)


def test_softmax_applied_twice_has_a_floor():
    # log(e + K − 1) − 1: probabilities given to a loss that takes logits, the best of them one-hot.
    for classes, floor in ((2, 0.3133), (3, 0.5514), (10, 1.4612), (100, 3.6222)):
        perfect = np.eye(classes)[:1]
        assert BY_ID["categorical"].loss.value(perfect, np.array([0]))[0] == pytest.approx(floor, abs=5e-5)


def run_numpy(family: LabelFamily, code: str) -> dict:
    logits, target = example_rows(family)
    space = {"np": np, "logits": logits, "y": target, "q": target}
    exec(code, space)
    return space


@every_family
def test_numpy_code_gives_the_mean_loss(family):
    logits, target = example_rows(family)
    expected = np.mean(family.loss.value(logits, target))
    assert run_numpy(family, family.code().numpy)["loss"] == pytest.approx(expected, rel=1e-9)


@every_family
def test_temperature_divides_the_logits(family):
    logits, _ = example_rows(family)
    code = family.code(1.2345678)
    assert "1.23457" in code.numpy
    assert "1.23457" in code.pytorch
    p = run_numpy(family, code.numpy)["p"]
    expected = np.exp(family.log_link(logits / 1.23457))
    expected = expected[:, 1].reshape(logits.shape) if family.id in (SINGLE, SEVERAL) else expected
    np.testing.assert_allclose(p, expected, rtol=1e-9)


@every_family
def test_without_a_temperature_the_code_is_the_loss_alone(family):
    assert family.code().numpy == family.numpy_code
    assert family.code().pytorch == family.pytorch_code
    assert family.code(2.0).numpy.startswith(family.numpy_code)
    assert "{" not in family.code(2.0).numpy + family.code(2.0).pytorch


@every_family
def test_pytorch_code_gives_the_same(family):
    compile(family.code(1.5).pytorch, family.id, "exec")
    torch = pytest.importorskip("torch")
    logits, target = example_rows(family)
    space = {"torch": torch, "logits": torch.tensor(logits), "y": torch.tensor(target), "q": torch.tensor(target)}
    exec(family.code(1.5).pytorch, space)
    expected = run_numpy(family, family.code(1.5).numpy)
    assert float(space["loss"]) == pytest.approx(float(expected["loss"]), rel=1e-6)
    np.testing.assert_allclose(space["p"].numpy(), expected["p"], rtol=1e-6)


def test_what_the_code_calls_the_same_is_the_same():
    torch = pytest.importorskip("torch")
    family = BY_ID["categorical"]
    logits, target = example_rows(family)
    line = family.pytorch_code.split("# the same from log p: ")[1]
    same = eval(line, {"torch": torch, "logits": torch.tensor(logits), "y": torch.tensor(target)})
    assert float(same) == pytest.approx(np.mean(family.loss.value(logits, target)), rel=1e-9)
    single = BY_ID[SINGLE]
    z, label = example_rows(single)
    columns = torch.tensor(np.stack((np.full_like(z, 0.3), z + 0.3), axis=1))
    two = torch.nn.CrossEntropyLoss()(columns, torch.tensor(label))
    assert float(two) == pytest.approx(np.mean(single.loss.value(z, label)), rel=1e-9)
