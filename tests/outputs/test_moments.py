"""The one pass over the outputs against plain numpy, whatever the blocks, the weights and the labels are."""

import numpy as np
import pytest
from simulated_outputs import draw_labels, make_outputs, sigmoid, softmax

from losscheck.outputs import moments as module
from losscheck.outputs.moments import row_moments
from losscheck.results import TaskKind
from losscheck.sample import Asked, Numbers

RNG = np.random.default_rng(3)
N = 60
P = {k: softmax(2 * RNG.normal(size=(N, k))) for k in (2, 3, 7)}
LABEL = {k: draw_labels(RNG, p) for k, p in P.items()}
WEIGHT = RNG.exponential(size=N)
KISH = WEIGHT * WEIGHT.sum() / (WEIGHT @ WEIGHT)
SIGMOIDS = sigmoid(RNG.normal(size=(N, 4)))
YES = RNG.random((N, 4)) < SIGMOIDS


@pytest.fixture(params=[1, 7, 10**6], ids=["one row a block", "few", "one block"])
def blocks(request, monkeypatch):
    monkeypatch.setattr(module, "CACHED_CELLS", request.param * 3)


def multilabel(weight=None):
    return make_outputs(SIGMOIDS, kind=TaskKind.MULTILABEL, targets=YES.astype(float), weight=weight)


@pytest.mark.parametrize("k", P)
@pytest.mark.parametrize("weight", [None, KISH], ids=["unweighted", "weighted"])
def test_moments_of_the_rows(k, weight, blocks):
    p, y = P[k], LABEL[k]
    moments = row_moments(make_outputs(p, y, weight=weight))
    entropy = -(p * np.log(p)).sum(axis=1)
    centered = np.log(p) + entropy[:, None]
    w = np.ones(N) if weight is None else weight
    for found, expected in [
        (moments.true_log_p, np.log(p[np.arange(N), y])),
        (moments.true_p, p[np.arange(N), y]),
        (moments.entropy, entropy),
        (moments.log_variance, (p * centered**2).sum(axis=1)),
        (moments.square, (p**2).sum(axis=1)),
        (moments.cube, (p**3).sum(axis=1)),
        (moments.top_p, p.max(axis=1)),
        (moments.top_right, p.argmax(axis=1) == y),
        (moments.question_p, p[:, 1] if k == 2 else p.max(axis=1)),
        (moments.came_true, y == 1 if k == 2 else p.argmax(axis=1) == y),
        (moments.log_covariance, (w[:, None] ** 2 * p * centered).sum(axis=0)),
        (moments.covariance, np.diag(w**2 @ p) - (p * w[:, None] ** 2).T @ p),
        (moments.mean(entropy), np.average(entropy, weights=w)),
        (moments.effective_rows, w.sum()),
    ]:
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def assert_sums(sums, q, y, w):
    """Hold sums over classes against q (rows, classes), the zeros and ones y, and the weights."""
    w = w[:, None]
    for found, expected in [
        (sums.count, w * y),
        (sums.stated, w * q),
        (sums.deviation, w * (y - q)),
        (sums.deviation_variance, w**2 * q * (1 - q)),
        (sums.deviation_square, w**2 * (y - q) ** 2),
        (sums.brier_excess, w * ((y - q) ** 2 - q * (1 - q))),
        (sums.brier_variance, w**2 * q * (1 - q) * (1 - 2 * q) ** 2),
        (sums.brier_square, w**2 * (y - q) ** 2 * (1 - 2 * q) ** 2),
    ]:
        np.testing.assert_allclose(found, expected.sum(axis=0), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("k", P)
@pytest.mark.parametrize("weight", [None, KISH], ids=["unweighted", "weighted"])
def test_sums_over_the_classes(k, weight, blocks):
    sums = row_moments(make_outputs(P[k], LABEL[k], weight=weight)).sums
    assert_sums(sums, P[k], np.eye(k)[LABEL[k]], np.ones(N) if weight is None else weight)


@pytest.mark.parametrize("weight", [None, KISH], ids=["unweighted", "weighted"])
def test_multilabel_rows_are_statements_about_one_label_each(weight, blocks):
    moments = row_moments(multilabel(weight))
    assert (moments.n, moments.classes, moments.multilabel) == (4 * N, 2, True)
    np.testing.assert_allclose(moments.question_p, SIGMOIDS.ravel(), rtol=1e-12)
    np.testing.assert_array_equal(moments.came_true, YES.ravel())
    np.testing.assert_array_equal(moments.file_rows, np.repeat(np.arange(1, N + 1), 4))
    assert_sums(moments.sums, SIGMOIDS, YES.astype(float), np.ones(N) if weight is None else weight)


def test_a_score_column_is_two_columns():
    one, two = row_moments(make_outputs(P[2][:, 1], LABEL[2])), row_moments(make_outputs(P[2], LABEL[2]))
    for name in ("true_log_p", "entropy", "log_variance", "square", "cube", "question_p", "top_right", "covariance"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-9, atol=1e-12)


def test_rows_without_a_column_are_left_out_and_counted(blocks):
    label = LABEL[3].copy()
    label[::5] = -1
    kept = label >= 0
    some = row_moments(make_outputs(P[3], label, weight=KISH))
    weight = WEIGHT[kept] * WEIGHT[kept].sum() / (WEIGHT[kept] @ WEIGHT[kept])
    only = row_moments(make_outputs(P[3][kept], label[kept], weight=weight))
    assert some.unlabelled == 12
    np.testing.assert_array_equal(some.file_rows, np.flatnonzero(kept) + 1)
    for name in ("true_log_p", "entropy", "label", "weight", "covariance", "log_covariance"):
        np.testing.assert_allclose(getattr(some, name), getattr(only, name), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(some.sums.deviation, only.sums.deviation, atol=1e-12)


def test_nothing_times_its_infinite_logarithm_is_nothing():
    p = np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.25, 0.25, 0.5]])
    moments = row_moments(make_outputs(p, [2, 0, 1]))
    np.testing.assert_allclose(moments.entropy, [np.log(2), 0, 1.5 * np.log(2)], atol=1e-15)
    np.testing.assert_allclose(moments.log_variance, [0, 0, np.log(2) ** 2 / 4], atol=1e-15)
    assert moments.true_log_p.tolist()[0] == -np.inf
    assert moments.true_p[0] == 0
    assert np.isfinite(moments.covariance).all()


def test_the_first_of_equally_probable_classes_is_the_top():
    p = np.array([[0.4, 0.4, 0.2], [0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [0.2, 0.4, 0.4]])
    assert row_moments(make_outputs(p, [0, 1, 1, 2])).top_right.tolist() == [True, False, True, False]


def test_many_classes_are_summed_in_a_pass_of_their_own(monkeypatch):
    p = softmax(RNG.normal(size=(40, 9)))
    whole = row_moments(make_outputs(p, p.argmax(axis=1), weight=np.ones(40))).covariance
    monkeypatch.setattr(module, "MOST_CLASSES_AT_ONCE", 4)
    np.testing.assert_allclose(row_moments(make_outputs(p, p.argmax(axis=1))).covariance, whole, rtol=1e-12)
    monkeypatch.setattr(module, "MOST_PRODUCTS", 20 * 9**2)
    thinned = row_moments(make_outputs(p, p.argmax(axis=1))).covariance
    every_other = 2 * (np.diag(p[::2].sum(axis=0)) - p[::2].T @ p[::2])
    np.testing.assert_allclose(thinned, every_other, rtol=1e-12)


@pytest.mark.parametrize(
    "sample",
    [
        make_outputs(P[3]),
        make_outputs(P[3], kind=TaskKind.SOFT, targets=P[3]),
        make_outputs(P[3], LABEL[3], asked=Asked(outputs=Numbers.AMBIGUOUS)),
    ],
    ids=["no labels", "fractions", "ambiguous"],
)
def test_there_are_none_without_labels_or_probabilities(sample):
    assert row_moments(sample) is None
