"""Arrays of outputs and labels of every make."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from losscheck.reading import sample_from_arrays
from losscheck.results import InputError, TaskKind
from losscheck.sample import Asked, ClassSample, LabelMap, LeftOut, Sample

P2 = [[0.2, 0.8], [0.3, 0.7], [0.9, 0.1]]
P3 = [[0.2, 0.7, 0.1], [0.3, 0.3, 0.4], [0.5, 0.25, 0.25]]
CATS = pd.DataFrame(P2, columns=["cat", "dog"])
PROBS = pd.DataFrame(P2, columns=["prob_cat", "prob_dog"])
SCORE = [0.2, 0.7, 0.4]


def refusal(**arguments) -> str:
    with pytest.raises(InputError) as caught:
        sample_from_arrays(**arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    "target",
    [
        [0, 2, 1],
        (0, 2, 1),
        np.array([0, 2, 1], dtype=np.uint8),
        np.array([0.0, 2.0, 1.0], dtype=np.float32),
        np.array([[0], [2], [1]]),
        np.array(["0", "2", "1"]),
        np.array([0, 2, 1], dtype=object),
        np.array([b"0", b"2", b"1"]),
        np.ma.MaskedArray([0, 2, 1]),
        pd.Series([0, 2, 1]),
        pd.Series([0, 2, 1], dtype="Int64"),
        pd.Series(["0", "2", "1"], dtype="category"),
        pd.Series(["0", "2", "1"], dtype="string"),
        pd.DataFrame({"y": [0, 2, 1]}),
        iter([0, 2, 1]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_labels_of_every_make(target):
    sample = sample_from_arrays(target=target, prediction=P3)
    assert isinstance(sample, ClassSample)
    assert sample.kind is TaskKind.MULTICLASS
    assert sample.label.tolist() == [0, 2, 1]
    assert sample.label_map == LabelMap("by position, from 0", ("0", "1", "2"), (1, 1, 1), (0, 1, 2))
    assert sample.classes == ("0", "1", "2")
    assert sample.row.tolist() == [1, 2, 3]
    assert sample.info.dialect is None
    assert sample.why.startswith("'target' holds classes, and 'prediction[:, 0]'")


@pytest.mark.parametrize(
    "prediction",
    [
        P2,
        tuple(map(tuple, P2)),
        np.array(P2),
        np.array(P2, order="F"),
        np.array(P2, dtype=object),
        np.ma.MaskedArray(P2),
        pd.DataFrame(P2),
        pd.DataFrame(P2, dtype="Float64"),
        pd.DataFrame(P2, columns=["0", "1"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_outputs_of_every_make(prediction):
    sample = sample_from_arrays(target=[1, 0, 0], prediction=prediction)
    assert sample.kind is TaskKind.BINARY
    assert sample.outputs.tolist() == P2
    assert sample.outputs.dtype == np.float64
    assert sample.label.tolist() == [1, 0, 0]
    assert sample.classes == ("0", "1")


@pytest.mark.parametrize(
    ("target", "prediction", "classes", "label", "how"),
    [
        (["dog", "cat", "dog"], CATS, ("cat", "dog"), [1, 0, 1], "by name"),
        (["Dog", "CAT", "cow"], PROBS, ("cat", "dog"), [1, 0, -1], "by name"),
        ([7, 3, 7], pd.DataFrame(P2, columns=[3, 7]), ("3", "7"), [1, 0, 1], "by name"),
        ([1, 0, 1], pd.DataFrame(P2, columns=["prob_1", "prob_0"]), ("1", "0"), [0, 1, 0], "by name"),
        ([True, False, True], P2, ("0", "1"), [1, 0, 1], "by position, from 0"),
        (pd.Series([True, None, True], dtype="boolean"), P2, ("0", "1"), [1, 1], "by position, from 0"),
        ([-1, 1, 1], P2, ("0", "1"), [0, 1, 1], "by position, from 0"),
        ([1, 2, 1], P2, ("0", "1"), [1, -1, 1], "by position, from 0"),
        ([1, -100, 0], P3, ("0", "1", "2"), [1, -1, 0], "by position, from 0"),
        ([1, 3, 2], P3, ("0", "1", "2"), [1, -1, 2], "by position, from 0"),
        (["no", "yes", "no"], pd.DataFrame(P2, columns=["p_0", "p_1"]), ("0", "1"), [0, 1, 0], None),
    ],
)
def test_labels_and_columns(target, prediction, classes, label, how):
    sample = sample_from_arrays(target=target, prediction=prediction)
    assert sample.classes == classes
    assert sample.label.tolist() == label
    assert sample.label_map.how == (how or "by meaning: no is 0, yes is 1")


def test_names_of_the_classes():
    sample = sample_from_arrays(target=["dog", "cat", "dog"], prediction=P2, classes=["cat", "dog"])
    assert (sample.classes, sample.label.tolist(), sample.label_map.how) == (("cat", "dog"), [1, 0, 1], "by name")
    sample = sample_from_arrays(target=[1, 0, 1], prediction=P2, classes=np.array(["cat", "dog"]))
    assert (sample.classes, sample.label.tolist()) == (("cat", "dog"), [1, 0, 1])
    assert sample.label_map.how == "by position, from 0"
    sample = sample_from_arrays(target=["b", "a", "b"], prediction=SCORE, classes=["b", "a"])
    assert (sample.classes, sample.label.tolist()) == (("b", "a"), [0, 1, 0])
    sample = sample_from_arrays(target=[1, 0, 1], prediction=SCORE, classes=["no", "yes"], task="binary")
    assert (sample.classes, sample.label.tolist()) == (("no", "yes"), [1, 0, 1])
    assert sample_from_arrays(prediction=P2, classes=["cat", "dog"]).classes == ("cat", "dog")


@pytest.mark.parametrize(
    ("target", "prediction", "classes", "label"),
    [
        (["spam", "ham", "spam"], SCORE, ("ham", "spam"), [1, 0, 1]),
        (["no", "yes", "no"], SCORE, ("no", "yes"), [0, 1, 0]),
        (np.array([True, False, True]), SCORE, ("False", "True"), [1, 0, 1]),
        ([1, 0, 1], SCORE, ("0", "1"), [1, 0, 1]),
        ([1, -1, 1], np.array(SCORE).reshape(-1, 1), ("-1", "1"), [1, 0, 1]),
        ([1, 0, 1], pd.Series([2.5, -1, 3], name="y_score"), ("0", "1"), [1, 0, 1]),
        ([1, 0, 1], pd.Series([2.5, -np.inf, 3], name="logit"), ("0", "1"), [1, 0, 1]),
        (["a", "b", "a"], pd.Series(SCORE, name="prob_a"), ("b", "a"), [1, 0, 1]),
        ([1, 2, 1], pd.Series(SCORE, name="y_prob"), ("1", "2"), [0, 1, 0]),
    ],
)
def test_one_score_of_two_classes(target, prediction, classes, label):
    sample = sample_from_arrays(target=target, prediction=prediction)
    assert sample.kind is TaskKind.BINARY
    assert sample.outputs.shape == (3, 1)
    assert sample.outputs[:, 0].tolist() == np.asarray(prediction).ravel().tolist()
    assert sample.classes == classes
    assert sample.label.tolist() == label
    assert sample.info.columns.prediction == getattr(prediction, "name", "prediction")


@pytest.mark.parametrize(
    ("target", "prediction"),
    [
        ([0, 1, 1], [0.2, 1.3, 0.4]),
        ([0, 1, 2], [0.2, 0.3, 0.4]),
        ([0, 1, 1], [0, 0, 0]),
        ([0.5, 1, 1], [0.2, 0.3, 0.4]),
        ([3, 7, 7], [0.2, 0.3, 0.4]),
    ],
)
def test_numbers_stay_a_regression(target, prediction):
    sample = sample_from_arrays(target=target, prediction=prediction)
    assert isinstance(sample, Sample)
    assert sample.n == 3


def test_the_task_overrides_what_the_numbers_look_like():
    assert isinstance(sample_from_arrays(target=[0, 1, 1], prediction=SCORE, task="regression"), Sample)
    sample = sample_from_arrays(target=[0, 1, 1], prediction=[-2, 1, 3.5], task="binary")
    assert (sample.kind, sample.why) == (TaskKind.BINARY, "task='binary'")
    assert sample_from_arrays(target=[0, 1, 1], prediction=P2, task="multiclass").kind is TaskKind.MULTICLASS
    assert sample_from_arrays(prediction=SCORE, task="binary").label is None


ONE_HOT = [[0, 1], [1, 0], [1, 0]]


@pytest.mark.parametrize(
    ("target", "task", "kind", "label", "targets"),
    [
        (ONE_HOT, "auto", TaskKind.BINARY, [1, 0, 0], None),
        (np.array(ONE_HOT, dtype=bool), "auto", TaskKind.BINARY, [1, 0, 0], None),
        (pd.DataFrame(ONE_HOT, columns=["is_dog", "is_cat"])[["is_cat", "is_dog"]], "auto", None, [0, 1, 1], None),
        (ONE_HOT, "multilabel", TaskKind.MULTILABEL, None, ONE_HOT),
        ([[0, 1], [1, 1], [0, 0]], "auto", TaskKind.MULTILABEL, None, [[0, 1], [1, 1], [0, 0]]),
        ([[0.25, 0.75], [1, 0], [0, 1]], "auto", TaskKind.SOFT, None, [[0.25, 0.75], [1, 0], [0, 1]]),
        (ONE_HOT, "soft", TaskKind.SOFT, None, ONE_HOT),
    ],
)
def test_a_column_of_targets_for_each_class(target, task, kind, label, targets):
    prediction = PROBS if hasattr(target, "columns") else P2
    sample = sample_from_arrays(target=target, prediction=prediction, task=task)
    assert sample.kind is (kind or TaskKind.BINARY)
    assert (sample.label if label is None else sample.label.tolist()) == label
    assert (None if sample.targets is None else sample.targets.tolist()) == targets
    assert len(sample.info.columns.targets) == 2


def test_frames_are_paired_by_name():
    target = pd.DataFrame([[0, 1], [1, 1], [0, 0]], columns=["dog", "cat"])
    sample = sample_from_arrays(target=target, prediction=PROBS)
    assert sample.targets.tolist() == [[1, 0], [1, 1], [0, 0]]
    assert sample.info.columns.targets == ("cat", "dog")
    bare = sample_from_arrays(target=target.to_numpy(), prediction=PROBS)
    assert bare.targets.tolist() == [[0, 1], [1, 1], [0, 0]]


def test_outputs_alone():
    sample = sample_from_arrays(prediction=P3)
    assert (sample.kind, sample.label, sample.targets) == (TaskKind.MULTICLASS, None, None)
    assert sample.why.endswith("are outputs of 3 classes; no target is given")
    assert sample_from_arrays(prediction=CATS).classes == ("cat", "dog")


@pytest.mark.parametrize(
    "target",
    [
        ["cat", None, "dog"],
        ["cat", float("nan"), "dog"],
        pd.Series(["cat", None, "dog"]),
        pd.Series(["cat", pd.NA, "dog"], dtype="string"),
        np.ma.MaskedArray(["cat", "cow", "dog"], mask=[0, 1, 0]),
    ],
)
def test_missing_labels_are_left_out_and_counted(target):
    sample = sample_from_arrays(target=target, prediction=CATS)
    assert sample.row.tolist() == [1, 3]
    assert sample.label.tolist() == [0, 1]
    assert sample.missing == (LeftOut("target", 1, (2,)),)


def test_rows_are_left_out_and_counted():
    logits = np.array([[1, 2], [np.nan, 1], [np.inf, 0], [-np.inf, 3]])
    sample = sample_from_arrays(target=[0, 1, 0, 1], prediction=logits, weight=[1, 1, 1, 3], order=[4, 3, 2, 1])
    assert sample.row.tolist() == [4, 1]
    assert sample.outputs.tolist() == [[-np.inf, 3], [1, 2]]
    assert sample.label.tolist() == [1, 0]
    assert sample.weight == pytest.approx([1.2, 0.4])
    assert sample.missing == (LeftOut("prediction[:, 0]", 1, (2,)),)
    assert sample.non_finite == (LeftOut("prediction[:, 0]", 1, (3,)),)
    assert (sample.info.rows, sample.info.rows_used) == (4, 2)
    frame = pd.DataFrame({"a": [1, None], "b": [2, 3]}, dtype=object)
    assert sample_from_arrays(target=["a", "b"], prediction=frame).missing == (LeftOut("a", 1, (2,)),)


def test_the_words_of_missing_values_are_words_in_arrays():
    sample = sample_from_arrays(target=["NA", "none", "NA"], prediction=pd.DataFrame(P2, columns=["none", "NA"]))
    assert sample.label.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("prediction", "epsilon", "precision"),
    [
        (np.array(P2, dtype=np.float16), 2.0**-10, "float16"),
        (np.array(P2, dtype=np.float32), 2.0**-23, "float32"),
        (np.array(P2), 2.0**-52, "float64"),
        (P2, 2.0**-52, "float64"),
        (np.array([[3, 4], [5, 2], [7, 0]]), 2.0**-52, "float64"),
        (pd.DataFrame(P2, dtype=np.float32), 2.0**-23, "float32"),
        (pd.DataFrame(P2, dtype="Float32"), 2.0**-23, "float32"),
        (pd.DataFrame(P2).astype({0: np.float32}), 2.0**-23, "float32"),
        (pd.Series(SCORE, dtype="Float32"), 2.0**-23, "float32"),
        (pd.Series(SCORE, dtype=np.float16), 2.0**-10, "float16"),
    ],
)
def test_the_type_says_how_precise_numbers_are(prediction, epsilon, precision):
    sample = sample_from_arrays(target=[0, 1, 1], prediction=prediction, task="binary")
    assert (sample.digits.epsilon, sample.digits.decimals, sample.digits.significant) == (epsilon, None, None)
    assert sample.info.precision == precision


def test_the_input_is_not_changed_and_not_shared():
    prediction = np.array(P2)
    sample = sample_from_arrays(target=[0, 1, 1], prediction=prediction, order=[3, 2, 1])
    sample.outputs[0, 0] = 9
    assert prediction.tolist() == P2


def test_blocks_of_rows_are_put_together(monkeypatch):
    monkeypatch.setattr("losscheck.reading.class_arrays.BLOCK_CELLS", 8)
    monkeypatch.setattr("losscheck.reading.stack.SLAB_BYTES", 100)
    draws = np.random.default_rng(1).dirichlet(np.ones(3), 50)
    labels = draws.argmax(axis=1)
    sample = sample_from_arrays(target=labels, prediction=draws)
    assert np.array_equal(sample.outputs, draws)
    assert np.array_equal(sample.label, labels)
    assert sample.row.tolist() == list(range(1, 51))
    draws = draws.astype(object)
    draws[17, 2] = "x"
    assert refusal(target=labels, prediction=draws) == "prediction[17, 2] is 'x', which is not a number."


def test_what_was_asked_is_handed_on():
    asked = Asked(seed=5)
    assert sample_from_arrays(target=[0, 1, 1], prediction=P2, asked=asked).asked is asked
    assert sample_from_arrays(target=[0, 1, 1], prediction=SCORE, asked=asked).asked is asked


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"target": ["cat", "dog", "cat"], "prediction": P2},
            "target: the labels are 'cat', 'dog', and the 2 columns of outputs have no names to match them with. Give "
            "the names of the classes in the order of the columns.",
        ),
        (
            {"target": [0, 1, 0], "prediction": CATS},
            "target: no label has a column of outputs. The labels are '0', '1', the columns are those of 'cat', 'dog'. "
            "Name the columns by the labels, as in prob_0.",
        ),
        (
            {"target": ["a", "b", "c"], "prediction": SCORE},
            "target: there are 3 different labels ('a', 'b', 'c'), and one score ('prediction') can tell only two "
            "classes apart. Give a column of outputs for each class, as in prob_a; if this is a regression, say "
            "task='regression'.",
        ),
        (
            {"target": [0.5, 1, 0], "prediction": P2},
            "target[0] is 0.5; classes are whole numbers or text. For shares of the classes pass a column for each "
            "class.",
        ),
        (
            {"target": [0, 1], "prediction": P2},
            "target has 2 values and prediction has 3. They must be as many.",
        ),
        (
            {"target": [[0, 1, 0]] * 3, "prediction": P2},
            "target has 3 columns and prediction has 2. They must be as many.",
        ),
        (
            {"target": [0, 1, 1], "prediction": P2, "classes": ["a"]},
            "classes has 1 names, and prediction has 2 classes. Name each.",
        ),
        (
            {"target": ["a", "b", "a"], "prediction": ["a", "b", "b"]},
            "prediction holds the predicted class, and not how likely it is. Write the probabilities or logits of the "
            "classes (predict_proba), a column each.",
        ),
        (
            {"target": [0, 1, 0], "prediction": [0, 1, 1]},
            "'prediction' has only the values of 'target', 0 and 1: the predicted class, and not how likely it is. "
            "Write the probabilities or logits of the classes (predict_proba), a column each. If these are numbers to "
            "predict, say task='regression'.",
        ),
        (
            {"target": [[0, 1], [1, 1], [0, 1]], "prediction": P2, "task": "multiclass"},
            "task='multiclass' needs exactly one 1 among the targets of a row, and row 2 has 2. If a row may have "
            "several labels, or none, say task='multilabel'.",
        ),
        (
            {"target": [0, 1, 1], "prediction": P2, "residual": [0, 1, 1], "task": "binary"},
            "residual is given, and classes have none. Give target and prediction.",
        ),
        (
            {"weight": [1, 1, 1], "task": "binary"},
            "prediction is missing. Give the outputs of the classes, a column for each.",
        ),
        (
            {"target": np.eye(3)},
            "targets alone are one column. Several columns of targets need the outputs for each: prediction.",
        ),
        (
            {"target": [0, 1, 2], "task": "binary"},
            "target has 3 different labels ('0', '1', '2'), and task='binary' means two.",
        ),
        ({"target": ["a", "a"]}, "target: every label is 'a': there is nothing to predict."),
        ({"prediction": np.empty((0, 3))}, "prediction is empty. Give target and prediction, or residual "),
        (
            {"target": [0, 1, 1], "prediction": P2, "weight": [1, -1, 1]},
            "weight[1] is -1, which is negative. Weights must be 0 or more.",
        ),
        (
            {"target": [0], "prediction": np.zeros((1, 2, 2))},
            "prediction must have a row for each case and a column for each class; it has shape 1 × 2 × 2.",
        ),
        (
            {"target": pd.DataFrame(ONE_HOT, columns=["a", "b"]), "prediction": CATS},
            "the columns of target 'a', 'b' cannot be matched by name with those of prediction 'cat', 'dog'. Give both "
            "the same names, or pass them without names (to_numpy()).",
        ),
        (
            {"target": pd.Series(["cat", "dog", "cat"], index=[3, 4, 5]), "prediction": CATS},
            "target and prediction are pandas objects with different indexes. Values are paired by position",
        ),
        ({"prediction": P2, "task": "ordinal"}, "--task must be one of auto, regression"),
    ],
)
def test_refusals(arguments, message):
    assert refusal(**arguments).startswith(message)
