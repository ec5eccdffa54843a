"""Files of outputs and labels: the numbers, the class of each row, the kind, and what is refused."""

from __future__ import annotations

import random

import numpy as np
import pytest

from losscheck.reading import Roles, read_sample
from losscheck.results import InputError, Need, TaskKind
from losscheck.sample import Asked, ClassSample, LabelMap, LeftOut, Numbers, Sample
from losscheck.task import detect_task

HALF, SINGLE, DOUBLE = 2.0**-10, 2.0**-23, 2.0**-52
NO_CHOICES = Roles()


@pytest.fixture
def read(tmp_path):
    def read(text: str | bytes, roles: Roles = NO_CHOICES, name: str = "f.csv", **options) -> ClassSample | Sample:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_sample([path], roles, **options)

    return read


@pytest.fixture
def refusal(read):
    def refusal(*args, **options) -> str:
        with pytest.raises(InputError) as caught:
            read(*args, **options)
        return str(caught.value)

    return refusal


def test_probabilities_of_three_classes(read):
    sample = read("label,prob_0,prob_1,prob_2\n0,0.2,0.7,0.1\n2,0.25,0.5,0.25\n0,1e-05,0.5,0.49999\n")
    assert sample.kind is TaskKind.MULTICLASS
    assert sample.outputs.tolist() == [[0.2, 0.7, 0.1], [0.25, 0.5, 0.25], [1e-05, 0.5, 0.49999]]
    assert sample.outputs.dtype == np.float64
    assert sample.label.tolist() == [0, 2, 0]
    assert sample.label.dtype == np.int64
    assert sample.classes == ("0", "1", "2")
    assert sample.label_map == LabelMap("by name", ("0", "2"), (2, 1), (0, 2))
    assert sample.targets is None
    assert sample.row.tolist() == [1, 2, 3]
    assert sample.n == sample.info.rows == sample.info.rows_used == 3
    assert sample.info.columns.target == "label"
    assert sample.info.columns.predictions == ("prob_0", "prob_1", "prob_2")
    assert sample.info.columns.prediction is None
    assert detect_task(sample).kind is TaskKind.MULTICLASS
    assert detect_task(sample).why == (
        "'label' holds classes, and 'prob_0', 'prob_1', 'prob_2' are the outputs of 3 classes"
    )


@pytest.mark.parametrize(
    ("text", "classes", "label", "how"),
    [
        # by name, whatever the order, the case and the punctuation
        ("y,prob_dog,prob_cat\ncat,.2,.8\ndog,.3,.7\n", "dog cat", [1, 0], "by name"),
        ("y,prob_Not spam,prob_Spam\nspam,.2,.8\nnot_spam,.3,.7\n", "Not spam|Spam", [1, 0], "by name"),
        ("y,p_1,p_2,p_3\n1,.2,.8,0\n3,.3,.7,0\n", "1 2 3", [0, 2], "by name"),
        ("y,2,0,1\n1,.2,.8,0\n2,.3,.7,0\n", "2 0 1", [2, 0], "by name"),
        ("y,p_3,p_5,p_9\n9,.2,.7,.1\n3,.3,.6,.1\n", "3 5 9", [2, 0], "by name"),
        ("y,prob_1,prob_2\n1.0,.2,.8\n2.0,.3,.7\n", "1 2", [0, 1], "by name"),
        ("y,prob_01,prob_02\n1,.2,.8\n2,.3,.7\n", "01 02", [0, 1], "by name"),
        ("y,prob_type_a,prob_type_b\ntype_b,.2,.8\ntype_a,.3,.7\n", "type_a type_b", [1, 0], "by name"),
        ("y,prob_type_a,prob_type_b\nb,.2,.8\na,.3,.7\n", "a b", [1, 0], "by name"),
        ("y,prob_0,prob_1\nclass 1,.2,.8\nclass 0,.3,.7\n", "0 1", [1, 0], "by name"),
        ("y,score_LABEL_0,score_LABEL_1\nLABEL_1,.2,.8\nLABEL_0,.3,.7\n", "LABEL_0 LABEL_1", [1, 0], "by name"),
        ("X,X_a_PREDICTION,X_b_PREDICTION\nb,.2,.8\na,.3,.7\n", "a b", [1, 0], "by name"),
        ("truth,.pred_b,.pred_a\nb,.2,.8\na,.3,.7\n", "b a", [0, 1], "by name"),
        ("target,prediction,b,a\nb,b,.2,.8\na,b,.3,.7\n", "b a", [0, 1], "by name"),
        # yes and no
        ("y,prob_0,prob_1\nTrue,.2,.8\nFalse,.3,.7\n", "0 1", [1, 0], "by meaning: False is 0, True is 1"),
        ("y,prob_no,prob_yes\n1,.2,.8\n0,.3,.7\n", "no yes", [1, 0], "by meaning: 0 is no, 1 is yes"),
        ("y,prob_0,prob_1\n-1,.2,.8\n1,.3,.7\n", "0 1", [0, 1], "by meaning: -1 is 0, 1 is 1"),
        ("y,prob_1,prob_0\nno,.2,.8\nyes,.3,.7\n", "1 0", [1, 0], "by meaning: no is 0, yes is 1"),
    ],
)
def test_labels_are_matched_by_name(read, text, classes, label, how):
    sample = read(text)
    assert sample.classes == tuple(classes.split("|" if "|" in classes else " "))
    assert sample.label.tolist() == label
    assert sample.label_map.how == how
    assert sample.kind is (TaskKind.BINARY if len(sample.classes) == 2 else TaskKind.MULTICLASS)


@pytest.mark.parametrize(
    ("text", "label", "values", "column"),
    [
        ("y,p_0,p_1,p_2\n1,.2,.7,.1\n3,.3,.7,0\n2,.3,.7,0\n", [1, -1, 2], "1 2 3", (1, 2, -1)),
        ("y,p_1,p_2,p_3\n0,.2,.7,.1\n2,.3,.7,0\n", [-1, 1], "0 2", (-1, 1)),
        ("y,p_0,p_1\n0,.2,.8\n-1,.3,.7\n1,.3,.7\n-100,1,0\n255,0,1\n", None, "-100 -1 0 1 255", (-1, -1, 0, 1, -1)),
        ("y,prob_cat,prob_dog\ncat,.2,.8\ncow,.3,.7\n", [0, -1], "cat cow", (0, -1)),
        ("y,prob_cat,prob_dog\ncat,.2,.8\ncat,.3,.7\n", [0, 0], "cat", (0,)),
        ("y,prob_cat,prob_Cat\ncat,.2,.8\nCat,.3,.7\nCAT,1,0\n", [0, 1, -1], "CAT Cat cat", (-1, 1, 0)),
    ],
)
def test_labels_without_a_column_are_kept(read, text, label, values, column):
    sample = read(text)
    assert sample.label.tolist() == (label or [0, -1, 1, -1, -1])
    assert sample.label_map.values == tuple(values.split())
    assert sample.label_map.column == column
    assert sum(sample.label_map.counts) == sample.n


def test_columns_without_names_are_matched_by_position(read):
    sample = read("2,.2,.7,.1\n0,.3,.7,0\n3,.3,.7,0\n", Roles(target="1", prediction=("2", "3", "4")))
    assert sample.classes == ("0", "1", "2")
    assert sample.label.tolist() == [2, 0, -1]
    assert sample.label_map.how == "by position, from 0"


def test_words_that_spell_missing_values_may_be_classes(read):
    sample = read("y,prob_none,prob_some\nnone,.2,.8\nNone,.2,.8\nsome,.3,.7\nNA,.1,.9\n")
    assert sample.label.tolist() == [0, 0, 1]
    assert sample.missing == (LeftOut("y", 1, (4,)),)


@pytest.mark.parametrize("rows", [3, 30_000])
def test_numbers_beside_labels_of_every_spelling(read, rows):
    labels = ['"a, b"', "c", ' "d ""e"""']
    text = "prob_c,y,prob_a_b,w,prob_d_e\n" + "".join(
        f"{k % 7 / 7:.4f},{labels[k % 3]},0.5,{1 + k % 2},-inf\n" for k in range(rows)
    )
    sample = read(text, Roles(weight="w", target="y", prediction=("prob_c", "prob_a_b", "prob_d_e")), task="multiclass")
    assert sample.n == rows
    assert sample.outputs[:, 0] == pytest.approx([round(k % 7 / 7, 4) for k in range(rows)])
    assert sample.label_map.values == ("a, b", "c", 'd "e"')
    assert sample.label[:3].tolist()[1:] == [0, -1]
    assert np.isneginf(sample.outputs[:, 2]).all()
    assert sample.weight is not None
    assert sample.digits.decimals == 4


def test_fast_and_careful_reading_agree(read):
    """The same rows in blocks for pandas, and cell by cell because of a row with a quoted line end in each block."""
    rows = "".join(f"{k % 3},{k % 11 / 11!r},{k % 13 / 13!r},{k % 5 / 5!r},text\n" for k in range(2000))
    plain = read("y,prob_0,prob_1,prob_2,note\n" + rows)
    careful = read("y,prob_0,prob_1,prob_2,note\n" + rows + '0,1,0,0,it""s\n', name="g.csv")
    assert np.array_equal(plain.outputs, careful.outputs[:-1])
    assert np.array_equal(plain.label, careful.label[:-1])
    assert plain.digits == careful.digits


def test_labels_in_windows_1252(read):
    rows = "".join(f"{'größe' if k % 2 else 'maß'},0.25,0.75\n" for k in range(4000))
    sample = read(("y,prob_größe,prob_maß\n" + rows).encode("cp1252"))
    assert sample.classes == ("größe", "maß")
    assert sample.label[:4].tolist() == [1, 0, 1, 0]
    assert sample.n == 4000


# One score


@pytest.mark.parametrize(
    ("text", "classes", "label", "how"),
    [
        ("y_true,y_prob\n1,.8\n0,.7\n1,.2\n", "0 1", [1, 0, 1], "by number: 1 is taken for the positive class"),
        ("y_true,y_pred\n1,.8\n0,.7\n1,.2\n", "0 1", [1, 0, 1], "by number: 1 is taken for the positive class"),
        ("y_true,y_score\n1,2.5\n0,-.7\n", "0 1", [1, 0], "by number: 1 is taken for the positive class"),
        ("y_true,logit\n-1,2.5\n1,-inf\n", "-1 1", [0, 1], "by number: 1 is taken for the positive class"),
        ("y_true,y_prob\n1,.8\n2,.7\n", "1 2", [0, 1], "by number: 2 is taken for the positive class"),
        ("y_true,y_prob\n1,.8\n0,.7\n-100,.2\n", "0 1", [1, 0, -1], "by number: 1 is taken for the positive class"),
        ("y_true,y_prob\n1,.8\n1,.7\n", "0 1", [1, 1], "by meaning: 1 is the positive class"),
        ("y_true,p_0\n1,.8\n0,.7\n", "1 0", [0, 1], "by name: 'p_0' is the score of 0"),
        ("y_true,y_pred,y_prob\n1,1,.8\n0,1,.7\n", "0 1", [1, 0], "by number: 1 is taken for the positive class"),
        ("y_true,y_prob\nTrue,.8\nFalse,.7\n", "False True", [1, 0], "by meaning: True is the positive class"),
        ("y_true,y_prob\nno,.8\nyes,.7\n", "no yes", [0, 1], "by meaning: yes is the positive class"),
        ("y_true,y_prob\nfalse,.8\nfalse,.7\n", "false true", [0, 0], "by meaning: false is the negative class"),
        ("y,prob_ham\nspam,.8\nham,.7\n", "spam ham", [0, 1], "by name: 'prob_ham' is the score of ham"),
        ("y,prob_benign\nM,.2\nB,.7\n", "M B", [0, 1], "by name: 'prob_benign' is the score of B"),
        ("y,prob_negative\n1,.8\n0,.7\n", "1 0", [0, 1], "by name: 'prob_negative' is the score of 0"),
        (
            "label,pred\nspam,.8\nham,.7\n",
            "ham spam",
            [1, 0],
            "by order: spam is taken for the positive class, the later in sorted order, as in scikit-learn",
        ),
    ],
)
def test_one_score_of_two_classes(read, text, classes, label, how):
    sample = read(text)
    assert sample.kind is TaskKind.BINARY
    assert sample.outputs.shape == (len(label), 1)
    assert sample.classes == tuple(classes.split())
    assert sample.label.tolist() == label
    assert sample.label_map.how == how
    assert sample.label_map.column == tuple(
        sample.classes.index(value) if value in sample.classes else -1 for value in sample.label_map.values
    )
    assert sample.info.columns.prediction == text.split("\n")[0].split(",")[-1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("y_true,y_prob\n1,.8\n0,.7\n", "the values of 'y_true' are 0 and 1, and 'y_prob' is named like a score"),
        (
            "y_true,y_pred\n1,.8\n0,.7\n",
            "the values of 'y_true' are 0 and 1, and 'y_pred' lies between 0 and 1 in every row",
        ),
        ("y_true,y_prob\nyes,.8\nno,.7\n", "'y_true' holds two classes, and 'y_prob' is the score of one of them"),
    ],
)
def test_why_a_score_is_one(read, text, why):
    assert read(text).why == why


@pytest.mark.parametrize(
    "text",
    [
        "y_true,y_pred\n1,1.2\n0,.1\n0,0\n",  # beyond 0 to 1
        "y_true,y_pred\n1.5,.2\n0,.1\n0,0\n",
        "y_true,y_score\n0,2\n1,3\n2,2.5\n",  # three values
        "y_true,y_pred\n3,.5\n7,.6\n",  # no usual pair
        "y_true,y_pred\n0,0\n1,0\n",  # a constant
        "y_true,y_pred\n" + "".join(f"{k},0.5\n" for k in range(30)),
        "y_true,y_pred\n" + "0,0.5\n1,0.5\n" * 5000 + "2,0.5\n",  # not before the last row
    ],
)
def test_numbers_stay_a_regression(read, text):
    sample = read(text)
    assert isinstance(sample, Sample)
    assert sample.n == text.count("\n") - 1
    assert detect_task(sample).kind is TaskKind.REGRESSION


def test_a_regression_on_two_values_leaves_out_and_counts_as_ever(read):
    sample = read("y_true,y_pred\n1,1.2\n0,-inf\n0,inf\nNA,3\n1,.5\n")
    assert sample.row.tolist() == [1, 5]
    assert sample.missing == (LeftOut("y_true", 1, (4,)),)
    assert sample.non_finite == (LeftOut("y_pred", 2, (2, 3)),)


def test_the_task_overrides_what_the_numbers_look_like(read):
    text = "y_true,y_pred\n1,.8\n0,.7\n"
    assert isinstance(read(text, task="regression"), Sample)
    assert isinstance(read(text, task="count"), Sample)
    assert read(text, task="binary").why == "--task binary"
    assert read("y_true,y_pred\n3,1.8\n7,-.7\n", task="binary").classes == ("3", "7")
    assert read("y,prob_0,prob_1\n1,.8,.2\n0,.7,.3\n", task="multiclass").kind is TaskKind.MULTICLASS


# Several columns of targets


def test_several_labels_a_row(read):
    sample = read("label_a,label_b,prob_b,prob_a\n1,0,.8,.2\n1,1,.7,.1\n0,0,.5,.6\n")
    assert sample.kind is TaskKind.MULTILABEL
    assert sample.classes == ("b", "a")
    assert sample.outputs.tolist() == [[0.8, 0.2], [0.7, 0.1], [0.5, 0.6]]
    assert sample.targets.tolist() == [[0, 1], [1, 1], [0, 0]]
    assert (sample.label, sample.label_map) == (None, None)
    assert sample.info.columns.targets == ("label_b", "label_a")
    assert sample.info.columns.target is None
    assert sample.why == "rows have from 0 to 2 ones among the 2 columns of targets"


@pytest.mark.parametrize(
    ("outputs", "kind"),
    [
        ("0.7,0.2,0.1", TaskKind.MULTICLASS),
        ("70,20,10", TaskKind.MULTICLASS),
        ("-0.3567,-1.6094,-2.3026", TaskKind.MULTICLASS),
        ("0.7,0.7,0.7", TaskKind.MULTILABEL),
        ("3.5,-1,0.5", TaskKind.MULTILABEL),
    ],
)
def test_one_hot_targets(read, outputs, kind):
    sample = read(f"y_a,y_b,y_c,score_a,score_b,score_c\n1,0,0,{outputs}\n0,0,1,{outputs}\n")
    assert sample.kind is kind
    assert sample.classes == ("a", "b", "c")
    if kind is TaskKind.MULTICLASS:
        assert sample.label.tolist() == [0, 2]
        assert sample.label_map == LabelMap("one-hot columns, by name", ("y_a", "y_b", "y_c"), (1, 0, 1), (0, 1, 2))
        assert sample.targets is None
    else:
        assert sample.targets.tolist() == [[1, 0, 0], [0, 0, 1]]
        assert "does not prove that classes exclude each other" in sample.why


def test_one_hot_targets_of_two_classes(read):
    sample = read("y_a,y_b,p_a,p_b\n1,0,.7,.3\n0,1,.2,.8\n")
    assert sample.kind is TaskKind.BINARY
    assert sample.label.tolist() == [0, 1]


def test_the_task_settles_what_one_hot_targets_mean(read):
    text = "y_a,y_b,p_a,p_b\n1,0,.7,.3\n0,1,.2,.8\n"
    assert read(text, task="multilabel").targets.tolist() == [[1, 0], [0, 1]]
    assert read(text, task="soft").kind is TaskKind.SOFT
    assert read(text.replace(".3", ".9"), task="multiclass").label.tolist() == [0, 1]


def test_soft_labels(read):
    sample = read("t_a,t_b,t_c,p_c,p_b,p_a\n.33,.33,.33,.7,.2,.1\n0,.25,.75,.2,.7,.1\n", task="soft")
    assert sample.kind is TaskKind.SOFT
    assert sample.targets.tolist() == [[0.33, 0.33, 0.33], [0.75, 0.25, 0]]
    assert sample.label is None
    assert sample.lacks(Need.LABELS) == "needs one true class a row; the targets are fractions"
    found = read("true_a,true_b,p_a,p_b\n.4,.6,.7,.3\n0,1,.2,.8\n")
    assert (found.kind, found.why) == (
        TaskKind.SOFT,
        "the 2 columns of targets are shares that sum to 1 in every row",
    )


# Outputs alone


@pytest.mark.parametrize(
    ("text", "kind", "classes"),
    [
        ("prob_cat,prob_dog,prob_cow\n.2,.7,.1\n", TaskKind.MULTICLASS, ("cat", "dog", "cow")),
        ("id,p_0,p_1\n1,.2,.8\n2,.3,.7\n", TaskKind.BINARY, ("0", "1")),
    ],
)
def test_outputs_without_true_classes(read, text, kind, classes):
    sample = read(text)
    assert (sample.kind, sample.classes) == (kind, classes)
    assert (sample.label, sample.label_map, sample.targets) == (None, None, None)
    assert "no column of true classes was found (-t COL names one)" in sample.why
    assert sample.info.columns.target is None


def test_outputs_alone_that_only_the_task_tells(read):
    text = ".2,.7,.1\n.3,.3,.4\n"
    assert read(text, task="multiclass").classes == ("0", "1", "2")
    assert read(text, task="multilabel").kind is TaskKind.MULTILABEL
    assert read("y_prob\n.2\n.3\n", task="binary").outputs.tolist() == [[0.2], [0.3]]


# Rows that are left out


def test_rows_are_left_out_and_counted(read):
    sample = read(
        "y,logit_0,logit_1\n0,1,2\n,1,2\n1,nan,2\n1,1,inf\n0,-inf,3\nNA,,\n1,2,-Infinity\n", Roles(prediction="logit_*")
    )
    assert sample.row.tolist() == [1, 5, 7]
    assert sample.outputs.tolist() == [[1, 2], [-np.inf, 3], [2, -np.inf]]
    assert sample.missing == (LeftOut("y", 2, (2, 6)), LeftOut("logit_0", 2, (3, 6)), LeftOut("logit_1", 1, (6,)))
    assert sample.non_finite == (LeftOut("logit_1", 1, (4,)),)
    assert sample.label_map.counts == (2, 1)
    assert (sample.info.rows, sample.info.rows_used) == (7, 3)


def test_missing_targets_of_several_columns(read):
    sample = read("y_a,y_b,p_a,p_b\n1,,.7,.3\n0,1,.2,.8\n")
    assert sample.row.tolist() == [2]
    assert sample.missing == (LeftOut("y_b", 1, (1,)),)


def test_no_row_is_left(refusal):
    assert refusal("y,prob_a,prob_b\na,,.5\n,.5,.5\n") == (
        "f.csv: no row is left: 1 of 2 have no value in 'y', 1 of 2 have no value in 'prob_a'. Give rows with finite "
        "numbers."
    )


def test_bad_rows(read, refusal):
    text = "y,prob_a,prob_b\na,.2,.8\nb,oops,.7\nb,.3,.7,.1\nb,.1,.9\n"
    assert refusal(text) == (
        "f.csv, line 3, column 'prob_a': 'oops' is not a number. Fix the cell, or leave such rows out with "
        "--on-bad-row drop."
    )
    sample = read(text, drop_bad_rows=True)
    assert sample.row.tolist() == [1, 4]
    assert sample.missing == (LeftOut("(unreadable row)", 2, (2, 3)),)


@pytest.mark.parametrize("rows_before", [3, 30_000])
def test_truth_values_are_no_outputs(refusal, rows_before):
    text = "y,prob_a,prob_b\n" + "a,0.25,0.75\n" * rows_before + "b,True,False\n"
    assert refusal(text).startswith(f"f.csv, line {rows_before + 2}, column 'prob_a': 'True' is not a number.")


def test_truth_values_as_labels_beside_outputs_of_0_and_1(read):
    sample = read("y,p_0,p_1\n" + "True,0,1\nFalse,1,0\n" * 3000)
    assert sample.label[:2].tolist() == [1, 0]
    assert sample.n == 6000


def test_order_and_weight(read):
    sample = read("t,y,p_a,p_b,w\n3,a,.3,.7,1\n1,b,.1,.9,3\n2,a,.2,.8,0\n", Roles(order="t", weight="w"))
    assert sample.row.tolist() == [2, 1]
    assert sample.outputs.tolist() == [[0.1, 0.9], [0.3, 0.7]]
    assert sample.label.tolist() == [1, 0]
    assert sample.weight == pytest.approx([1.2, 0.4])  # (1 + 3)² / (1² + 3²) = 1.6, in the ratio 1 : 3


def test_shards_are_matched_by_name(tmp_path):
    (tmp_path / "1.csv").write_text("y,prob_a,prob_b\na,.2,.8\n")
    (tmp_path / "2.csv").write_text("prob_b;y;prob_a\n,9;b;,1\n,5;a;,5\n")
    sample = read_sample([tmp_path / "1.csv", tmp_path / "2.csv"])
    assert sample.outputs.tolist() == [[0.2, 0.8], [0.1, 0.9], [0.5, 0.5]]
    assert sample.label.tolist() == [0, 1, 0]
    assert [file.rows for file in sample.info.files] == [1, 2]
    (tmp_path / "3.csv").write_text("y,prob_a,prob_c\na,.2,.8\n")
    with pytest.raises(InputError, match=r"^3\.csv has no column 'prob_b'"):
        read_sample([tmp_path / "1.csv", tmp_path / "3.csv"])


def test_what_was_asked_is_handed_on(read):
    asked = Asked(outputs=Numbers.LOGITS, seed=3)
    assert read("y,p_0,p_1\n0,.2,.8\n", asked=asked).asked is asked
    assert read("y_true,y_prob\n0,.2\n1,.3\n", asked=asked).asked is asked


# Digits


@pytest.mark.parametrize(
    ("cells", "epsilon", "decimals", "significant"),
    [
        ("0.25,0.75", HALF, 2, 2),
        ("0.2500,0.7500", HALF, 4, 4),
        ("0.12345,0.87655", HALF, 5, 5),
        ("0.123456,0.876544", SINGLE, 6, 6),
        ("0.123456789,0.876543211", SINGLE, 9, 9),
        ("0.1234567890,0.8765432110", DOUBLE, 10, 10),
        ("0.30000000000000004,0.7", DOUBLE, 17, 17),
        ("1e-05,0.99999", HALF, 5, 5),
        ("1.5E-7,1", HALF, 8, 2),
        ("12.5,87.5", HALF, 1, 3),
        ("3,4", HALF, 0, 1),
        ("-2.30258,-0.105361", SINGLE, 6, 6),
        ("1.0,0.0", HALF, 1, 2),
        ("0.0000,1.0000", HALF, 4, 5),
    ],
)
def test_digits_of_the_raw_text(read, cells, epsilon, decimals, significant):
    digits = read(f"y,prob_a,prob_b\na,{cells}\nb,0,1\n").digits
    assert (digits.epsilon, digits.decimals, digits.significant) == (epsilon, decimals, significant)


def test_digits_are_those_of_the_outputs_only(read):
    assert read("y,x,prob_a,prob_b\na,0.123456789012,.2,.8\nb,3.14159,.3,.7\n").digits.decimals == 1
    assert read("y_true,y_prob,x\n1,0.25,3.14159\n0,0.5,1\n").digits.decimals == 2
    assert read("y;prob_a;prob_b\na;0,125;0,875\nb;0,5;0,5\n").digits.decimals == 3
    assert read('y,prob_a,prob_b\na,"0.125","0.875"\nb,0.5,0.5\n').digits.decimals == 3


def test_digits_of_rows_in_the_middle_count(read):
    rows = ["a,1.0,0.0\n"] * 40_000
    rows[20_000:25_000] = ["b,0.12345678901,0.87654321099\n"] * 5_000
    digits = read("y,prob_a,prob_b\n" + "".join(rows)).digits
    assert (digits.epsilon, digits.decimals, digits.significant) == (DOUBLE, 11, 11)


def test_digits_of_later_blocks_count(read):
    early = "a,0.25,0.75\n" * 400_000
    late = "a,0.123456,0.876544\n" * 400_000
    digits = read("y,prob_a,prob_b\n" + early + late).digits
    assert (digits.epsilon, digits.decimals, digits.significant) == (SINGLE, 6, 6)


def test_a_thousand_columns(read):
    columns = 1000
    rows = np.random.default_rng(5).dirichlet(np.ones(columns), 60)
    names = ",".join(f"prob_{k}" for k in range(columns))
    label = rows.argmax(axis=1)
    text = "".join(f"{y}," + ",".join(f"{p:.5g}" for p in row) + "\n" for y, row in zip(label, rows, strict=True))
    sample = read(f"label,{names}\n{text}")
    assert sample.outputs.shape == (60, columns)
    assert sample.outputs == pytest.approx(rows, rel=1e-4)
    assert sample.label.tolist() == label.tolist()
    assert sample.digits.significant == 5


# What is refused


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (
            "y,prob_cat,prob_dog\na,.2,.8\nb,.3,.7\n",
            {},
            "f.csv: column 'y': no label has a column of outputs. The labels are 'a', 'b', the columns are those of "
            "'cat', 'dog'. Name the columns by the labels, as in prob_a.",
        ),
        (
            "y,prob_cat,prob_dog\n0,.2,.8\n1,.3,.7\n",  # never by position alone
            {},
            "f.csv: column 'y': no label has a column of outputs. The labels are '0', '1', the columns are those of "
            "'cat', 'dog'. Name the columns by the labels, as in prob_0.",
        ),
        (
            "y_true,y_prob\na,.2\nb,.1\nc,.3\n",
            {},
            "f.csv: column 'y_true': there are 3 different labels ('a', 'b', 'c'), and one score ('y_prob') can tell "
            "only two classes apart. Give a column of outputs for each class, as in prob_a; if this is a regression, "
            "say --task regression.",
        ),
        (
            "y_true,y_prob\n0,.2\n1,.1\n2,.3\n",
            {},
            "f.csv: 'y_true' has 3 different values ('0', '1', '2'), and 'y_prob' is one score between 0 and 1, which "
            "can tell two classes apart. Give a column of outputs for each class; for a regression say --task "
            "regression.",
        ),
        (
            "y_true,y_prob\ncat,.2\ncat,.1\n",
            {},
            "f.csv: column 'y_true': every label is 'cat', so it cannot be told whether 'y_prob' is the score of that "
            "class or of another. Name the column by its class, as in prob_cat.",
        ),
        (
            "y_true,y_pred\n0,1\n1,1\n1,0\n",
            {},
            "f.csv: 'y_pred' has only the values of 'y_true', 0 and 1: the predicted class, and not how likely it is. "
            "Write the probabilities or logits of the classes (predict_proba), a column each. If these are numbers to "
            "predict, say --task regression.",
        ),
        (
            "y_a,y_b,p_a,p_b\n.5,.5,.7,.3\n.4,.7,.2,.8\n",
            {},
            "f.csv: several columns of targets must be 0 or 1, or shares that sum to 1 in every row; row 2 has 0.4, "
            "0.7, which sum to 1.1. Divide counts by the sum of their row; a regression takes one target and one "
            "prediction at a time.",
        ),
        (
            "y_a,y_b,p_a,p_b\n0,1,.7,.3\n1,1,.2,.8\n",
            {"task": "multiclass"},
            "f.csv: --task multiclass needs exactly one 1 among the targets of a row, and row 2 has 2. If a row may "
            "have several labels, or none, say --task multilabel.",
        ),
        (
            "y_a,y_b,p_a,p_b\n0,1,.7,.3\n.5,.5,.2,.8\n",
            {"task": "multilabel"},
            "f.csv: --task multilabel needs targets of 0 and 1, and row 2 has 0.5, 0.5. If they are shares of the "
            "classes, say --task soft.",
        ),
        (
            "y,p_0,p_1,p_2\n0,.7,.2,.1\n",
            {"task": "soft", "roles": Roles(target="y", prediction="p_*")},
            "f.csv: --task soft needs a column of targets for each class, and there is one ('y').",
        ),
        (
            "y,p_0,p_1,p_2\n0,.7,.2,.1\n",
            {"task": "binary", "roles": Roles(target="y", prediction="p_*")},
            "f.csv: --task binary takes one score or two columns of outputs, and there are 3.",
        ),
        (
            "y,cat,dog,id\ncat,3,-4,1\ndog,2,-7,2\n" + "cat,3,-4,7\n" * 300 + "id,1,1,1\n",
            {},
            "f.csv: there are columns for the labels 'id', but they were not taken for outputs, because the first rows "
            "do not have these labels. Name all columns of outputs with -p COL.",
        ),
        (
            "y,prob_a,prob_b\n" + "".join(f"name {k},.5,.5\n" for k in range(10_001)),
            {"roles": Roles(target="y", prediction="prob_*")},
            "f.csv: column 'y' has more than 10,000 different values, too many for classes. Name the column that has "
            "the true classes.",
        ),
        (
            "y,prob_a,prob_a\na,.5,.5\n",
            {},
            "f.csv has several columns named 'prob_a' as prediction. Rename all but one.",
        ),
    ],
)
def test_refusals(refusal, text, options, message):
    assert refusal(text, **options) == message


SEEDS = (
    b"y,prob_a,prob_b\na,0.25,0.75\nb,0.5,0.5\na,0.1,0.9\n",
    b"label,p0,p1,p2\n0,.2,.7,.1\n2,.3,.3,.4\n1,.2,.2,.6\n",
    b"y_true,y_prob\n1,.8\n0,.7\n1,.3\n",
    b"y_a;y_b;p_a;p_b\n1;0;0,5;0,5\n0;1;0,25;0,75\n",
    "y,größe,maß\ngröße,.5,.5\nmaß,.1,.9\n".encode(),
    b"label,pred,y_prob\nspam,ham,.2\nham,ham,.5\n",
)
PIECES = (b"", b",", b";", b'"', b"\n", b"\0", b"\xff", b" ", b"#", b"9", b"x", b"NA", b"-", b".", b"inf", b"0", b"1")


def test_a_damaged_file_gives_a_sample_or_an_input_error(read):
    draw = random.Random(4)
    samples = 0
    for number in range(400):
        content = bytearray(draw.choice(SEEDS))
        for _ in range(draw.randint(1, 3)):
            at = draw.randrange(len(content))
            content[at : at + draw.randint(0, 2)] = draw.choice(PIECES)
        try:
            sample = read(bytes(content), drop_bad_rows=bool(number % 2))
        except InputError:
            continue
        if isinstance(sample, ClassSample):
            samples += 1
            assert len(sample.outputs) == sample.n == sample.info.rows_used > 0
            assert not (np.isnan(sample.outputs) | (sample.outputs == np.inf)).any()
            assert len(sample.classes) == max(2, sample.outputs.shape[1])
            assert sample.label is None or -1 <= sample.label.min() <= sample.label.max() < len(sample.classes)
            assert sample.targets is None or sample.targets.shape == sample.outputs.shape
    assert samples > 80  # the fuzz is no use if nearly all is refused


def test_superscripts_are_no_numbers_of_classes(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("y,p_²,p_³\n1.5,0.2,0.8\n2.5,0.4,0.6\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"odd\.csv"):
        read_sample([path])


def test_a_refusal_is_one_line_whatever_the_labels_hold(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text('y_true,y_pred\n"a\nb",0.1\nx,0.2\nz,0.3\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_sample([path])
    assert "'a\\nb'" in str(caught.value)
    assert "\n" not in str(caught.value)
