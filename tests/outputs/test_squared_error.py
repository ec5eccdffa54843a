"""Efficiency of squared error on probabilities: closed forms, brute force, and the variances of real fits."""

import numpy as np
import pytest
from scipy.integrate import quad

from losscheck.outputs import squared_error
from losscheck.outputs.interpretation import Interpretation
from losscheck.outputs.squared_error import squared_error_efficiency
from losscheck.outputs.stated import Stated
from losscheck.results import Columns, InputInfo, TaskKind
from losscheck.sample import ClassSample, Digits, Numbers


def make_stated(p: np.ndarray, weight: np.ndarray | None = None, kind: TaskKind | None = None) -> Stated:
    """Probabilities (n, K), or (n,) of one class of two, as stated distributions."""
    outputs = np.asarray(p, dtype=float).reshape(len(p), -1)
    kind = kind or (TaskKind.BINARY if outputs.shape[1] == 1 else TaskKind.MULTICLASS)
    several = kind is TaskKind.MULTILABEL
    classes = 2 if several else max(outputs.shape[1], 2)
    sample = ClassSample(
        outputs=outputs,
        row=np.arange(1, len(outputs) + 1),
        info=InputInfo((), len(outputs), len(outputs), Columns()),
        kind=kind,
        classes=tuple(f"class {k}" for k in range(classes)),
        why="made for a test",
        digits=Digits(2.2e-16),
        weight=weight,
    )
    reading = Interpretation(Numbers.SIGMOIDS if several else Numbers.PROBABILITIES, "made for a test")
    return Stated(sample, reading, outputs.size if several else len(outputs), classes, sample.classes)


def softmax(logits: np.ndarray) -> np.ndarray:
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def some_probabilities(rows: int = 300, classes: int = 4, spread: float = 2.0, seed: int = 1) -> np.ndarray:
    return softmax(spread * np.random.default_rng(seed).standard_normal((rows, classes)))


def brute_force(p: np.ndarray) -> tuple[float, float]:
    """Efficiency overall and along the logits from a matrix for each row, on K − 1 orthonormal contrasts."""
    classes = p.shape[1]
    w = np.einsum("ij,jk->ijk", p, np.eye(classes)) - np.einsum("ij,ik->ijk", p, p)
    basis = np.linalg.svd(np.ones((1, classes)))[2][1:].T
    means = [np.mean(power, axis=0) for power in (w, w @ w, w @ w @ w)]
    i, a, b = (np.linalg.det(basis.T @ mean @ basis) for mean in means)
    u = np.log(p)
    along = [np.mean(np.einsum("ij,ijk,ik->i", u, power, u)) for power in (w, w @ w, w @ w @ w)]
    return (a * a / (i * b)) ** (1 / (classes - 1)), along[1] ** 2 / (along[0] * along[2])


def test_probabilities_spread_evenly_keep_14_of_15_rows():
    # E w = 1/6, E w² = 1/30, E w³ = 1/140 for p uniform: (1/30)²/(1/6 · 1/140) = 14/15.
    p = (np.arange(20000) + 0.5) / 20000
    found = squared_error_efficiency(make_stated(p))
    assert found.overall.value == pytest.approx(14 / 15, rel=1e-7)
    logit = lambda t: np.log(t / (1 - t))  # noqa: E731
    i, a, b = (quad(lambda t, j=j: logit(t) ** 2 * (t * (1 - t)) ** j, 0, 1)[0] for j in (1, 2, 3))
    assert found.slope.value == pytest.approx(a * a / (i * b), rel=1e-6)
    assert found.rows == 20000


def test_two_rows_by_hand():
    # w = 0.25 and 0.09: (0.0706)² · … with sums (0.0625 + 0.0081)²/((0.25 + 0.09)(0.015625 + 0.000729))
    found = squared_error_efficiency(make_stated(np.array([0.5, 0.9])))
    assert found.overall.value == pytest.approx(0.0706**2 / (0.34 * 0.016354), rel=1e-12)


@pytest.mark.parametrize("p", [np.array([0.2, 0.8, 0.2]), np.tile([0.5, 0.3, 0.2], (6, 1))], ids=["two", "three"])
def test_rows_that_are_equally_sure_lose_nothing(p):
    found = squared_error_efficiency(make_stated(p))
    # One direction out of two dimensions is not spared: the noise of the other comes in.
    assert found.slope.value == pytest.approx(1.0 if p.ndim == 1 else brute_force(p)[1], abs=1e-9)
    assert found.overall.value == pytest.approx(1, abs=1e-9)
    assert found.overall.low == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(("classes", "spread"), [(3, 1.0), (4, 2.0), (7, 4.0)])
def test_several_classes_agree_with_a_matrix_for_each_row(classes, spread, monkeypatch):
    p = some_probabilities(400, classes, spread)
    found = squared_error_efficiency(make_stated(p))
    overall, slope = brute_force(p)
    halves = (brute_force(p[0::2])[0], brute_force(p[1::2])[0])
    assert found.overall.value == pytest.approx(overall**2 / np.sqrt(halves[0] * halves[1]), rel=1e-9)
    assert found.slope.value == pytest.approx(slope, rel=1e-9)


def test_two_columns_are_one_score():
    p = some_probabilities(classes=2)
    one, two = squared_error_efficiency(make_stated(p[:, 1])), squared_error_efficiency(make_stated(p))
    assert two.overall.value == pytest.approx(one.overall.value, rel=1e-12)
    assert two.slope.value == pytest.approx(one.slope.value, rel=1e-9)
    assert two.overall.value == pytest.approx(brute_force(p)[0], rel=1e-9)


def test_a_class_that_is_never_stated_changes_nothing():
    p = some_probabilities()
    wider = np.insert(p, 2, 0.0, axis=1)
    assert squared_error_efficiency(make_stated(wider)).overall.value == pytest.approx(
        squared_error_efficiency(make_stated(p)).overall.value, rel=1e-9
    )


def test_the_order_of_the_classes_does_not_matter():
    p = some_probabilities()
    found, turned = squared_error_efficiency(make_stated(p)), squared_error_efficiency(make_stated(p[:, ::-1]))
    for before, after in ((found.overall, turned.overall), (found.slope, turned.slope)):
        assert after.value == pytest.approx(before.value, rel=1e-9)
        assert after.low == pytest.approx(before.low, rel=1e-9)


def test_a_rare_class_loses_in_proportion_and_keeps_its_digits():
    # Its entries go as I ~ p, A ~ p², B ~ p², so that det A²/(det I det B) goes as p; the efficiency is its cube root.
    p, share = some_probabilities(classes=3), np.random.default_rng(2).uniform(0.2, 1.0, 300)
    values = []
    for rare in (1e-5, 1e-15):
        stated = np.column_stack((p * (1 - rare * share[:, None]), rare * share))
        values.append(squared_error_efficiency(make_stated(stated)).overall.value)
    assert values[1] == pytest.approx(values[0] * (1e-15 / 1e-5) ** (1 / 3), rel=1e-3)


def test_weights_count_rows():
    p, weight = some_probabilities(60), np.tile([1.0, 2.0, 3.0], 20)
    repeated = np.repeat(p, weight.astype(int), axis=0)
    weighted, counted = (
        squared_error_efficiency(make_stated(p, weight)),
        squared_error_efficiency(make_stated(repeated)),
    )
    assert weighted.slope.value == pytest.approx(counted.slope.value, rel=1e-9)
    assert weighted.overall.value == pytest.approx(counted.overall.value, rel=0.01)
    binary = squared_error_efficiency(make_stated(p[:, 0], weight))
    assert binary.overall.value == pytest.approx(
        squared_error_efficiency(make_stated(repeated[:, 0])).overall.value, rel=1e-12
    )


def test_the_labels_of_a_multilabel_sample_are_statements_of_their_own():
    p = np.random.default_rng(3).uniform(size=(200, 5))
    several = squared_error_efficiency(make_stated(p, kind=TaskKind.MULTILABEL))
    single = squared_error_efficiency(make_stated(p.ravel()))
    assert several.overall.value == pytest.approx(single.overall.value, rel=1e-12)
    assert several.rows == 1000


def test_one_hot_outputs_have_no_efficiency():
    one_hot = np.eye(3)[[0, 1, 2, 0]]
    for p in (one_hot, np.array([0.0, 1.0, 1.0])):
        found = squared_error_efficiency(make_stated(p))
        assert found.overall.value is found.slope.value is None


def test_nearly_one_hot_outputs_give_no_figure_of_rounding():
    p = np.full((6, 3), 1e-9)
    p[np.arange(6), [0, 1, 2, 0, 1, 2]] = 1 - 2e-9
    assert squared_error_efficiency(make_stated(p)).overall.value is None


def test_uniform_outputs_have_no_slope():
    found = squared_error_efficiency(make_stated(np.full((10, 3), 1 / 3)))
    assert found.slope.value is None
    assert found.overall.value == pytest.approx(1)


def test_above_a_size_evenly_spread_rows_are_looked_at(monkeypatch):
    p = some_probabilities(5000)
    whole = squared_error_efficiency(make_stated(p))
    monkeypatch.setattr(squared_error, "MOST_NUMBERS", 8000)
    monkeypatch.setattr(squared_error, "BLOCK_CELLS", 1000)
    part = squared_error_efficiency(make_stated(p))
    assert (whole.rows, part.rows) == (5000, 2000)
    chosen = p[np.linspace(0, 4999, 2000).astype(int)]
    assert part.slope.value == pytest.approx(brute_force(chosen)[1], rel=1e-9)
    assert part.overall.low < whole.overall.value < part.overall.high


@pytest.mark.parametrize("classes", [2, 3])
def test_the_interval_is_the_one_that_resampling_gives(classes):
    p, rng = some_probabilities(400, classes), np.random.default_rng(5)
    found = squared_error_efficiency(make_stated(p))
    draws = [brute_force(p[rng.integers(0, 400, 400)]) for _ in range(400)]
    for part, estimate in enumerate((found.overall, found.slope)):
        spread = np.std(np.log([draw[part] for draw in draws]))
        reach = np.log(estimate.high / estimate.low) / 2
        assert reach == pytest.approx(1.959964 * spread, rel=0.15)
        wider = squared_error_efficiency(make_stated(p), alpha=0.01)
        assert (wider.overall, wider.slope)[part].low < estimate.low


def fit_offsets(p: np.ndarray, label: np.ndarray, squared: bool, direction: np.ndarray) -> np.ndarray:
    """Minimise a loss over b in logits = log p + direction·b, from b = 0, for each set of labels (a row of `label`).

    `direction` (n, K, d); steps are those of Fisher scoring, with the expected derivative in place of the observed one.
    """
    b = np.zeros((len(label), direction.shape[2]))
    one_hot = np.eye(p.shape[1])[label]
    for _ in range(40):
        q = softmax_last(np.log(p) + np.einsum("nkd,rd->rnk", direction, b, optimize=True))
        turned = q[..., None] * (direction - np.einsum("rnk,nkd->rnd", q, direction)[:, :, None])  # W·direction
        pulled = turned if squared else np.broadcast_to(direction, turned.shape)
        score = np.einsum("rnkd,rnk->rd", pulled, q - one_hot)
        step = np.linalg.solve(np.einsum("rnkd,rnke->rde", pulled, turned), score[..., None])[..., 0]
        b -= step
        if np.abs(step).max() < 1e-6:
            break
    return b


def softmax_last(logits: np.ndarray) -> np.ndarray:
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("slope", [False, True], ids=["offsets", "slope"])
def test_variances_of_fits_by_both_losses_have_this_ratio(classes, slope):
    p = some_probabilities(1000, classes, 2.0, seed=7)
    found = squared_error_efficiency(make_stated(p))
    if slope:
        direction, expected = np.log(p)[:, :, None], found.slope.value
    else:
        direction = np.broadcast_to(np.eye(classes)[:, 1:], (len(p), classes, classes - 1))
        expected = found.overall.value
    rng, fits = np.random.default_rng(9), {True: [], False: []}
    for _ in range(60):
        label = (rng.uniform(size=(50, len(p), 1)) > np.cumsum(p, axis=1)[None, :, :-1]).sum(axis=2)
        for squared, found_here in fits.items():
            found_here.append(fit_offsets(p, label, squared, direction))
    covariance = {squared: np.atleast_2d(np.cov(np.concatenate(b).T)) for squared, b in fits.items()}
    ratio = np.linalg.det(covariance[False]) / np.linalg.det(covariance[True])
    # 3,000 fits each: the ratio has a standard error of about 0.02; terms of order 1/n add as much.
    assert ratio ** (1 / covariance[True].shape[0]) == pytest.approx(expected, abs=0.04)
