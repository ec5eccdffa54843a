"""Targets in a file of their own: what is joined, what is counted, what is refused."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from losscheck.reading import Roles, read_sample
from losscheck.results import InputError

PREDICTIONS = "id,y_pred\na,1.5\nb,2.5\nc,3.5\n"
NO_CHOICES = Roles()


@pytest.fixture
def join(tmp_path):
    def join(predictions, targets, roles=NO_CHOICES, on="id", **options):
        for name, content in (("preds.csv", predictions), ("truth.csv", targets)):
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_sample([tmp_path / "preds.csv"], roles, targets=tmp_path / "truth.csv", on=on, **options)

    return join


def test_targets_are_found_by_their_key_in_any_order(join):
    sample = join(PREDICTIONS, "id;y\nc;3,25\na;1,5\nb;2\n")
    assert sample.target.tolist() == [1.5, 2, 3.25]
    assert sample.prediction.tolist() == [1.5, 2.5, 3.5]
    assert [file.name for file in sample.info.files] == ["preds.csv", "truth.csv"]
    assert (sample.info.columns.target, sample.info.columns.prediction) == ("y", "y_pred")
    assert sample.missing == ()
    assert sample.info.dialect["targets"] == {
        "file": "truth.csv",
        "on": "id",
        "rows_without_target": 0,
        "targets_without_prediction": 0,
    }


def test_what_has_no_partner_is_counted(join):
    sample = join(PREDICTIONS, "id,y\nz,9\nb,2\nc,NA\n")
    assert (sample.target.tolist(), sample.row.tolist()) == ([2], [2])
    assert [(item.column, item.count, item.rows) for item in sample.missing] == [
        ("y", 2, (1, 3)),
        ("'y' of truth.csv (no prediction has the id)", 1, (1,)),
    ]
    assert sample.info.dialect["targets"]["rows_without_target"] == 1


def test_keys_that_are_numbers_in_one_file_and_fractions_in_the_other(join):
    assert join("id,y_pred\n1.0,1\n10.0,2\n", "id,y\n10,7\n1,5\n").target.tolist() == [5, 7]


@pytest.mark.parametrize("labels", [("cat", "dog"), ("0", "1")])
def test_labels_and_outputs_of_classes(join, labels):
    one, two = labels
    outputs = f"id,prob_{one},prob_{two}\n1,0.9,0.1\n2,0.2,0.8\n3,0.6,0.4\n"
    sample = join(outputs, f"id,label\n2,{two}\n1,{one}\n3,{one}\n")
    assert (sample.classes, sample.label.tolist()) == (labels, [0, 1, 0])


def test_a_score_of_two_classes(join):
    sample = join("id,y_prob\n1,0.9\n2,0.2\n", "id,label\n2,0\n1,1\n")
    assert sample.label.tolist() == [1, 0]


def test_several_columns_of_targets(join):
    roles = Roles(target=("t_a", "t_b"))
    sample = join("id,prob_a,prob_b\n1,0.9,0.1\n2,0.2,0.8\n", "id,t_a,t_b\n2,0,1\n1,1,0\n", roles)
    assert sample.label.tolist() == [0, 1]


def test_many_rows_in_other_formats(join):
    random = np.random.default_rng(0)
    keys = random.permutation(150_000)
    file = io.BytesIO()
    pq.write_table(pa.table({"id": keys, "y_true": keys * 0.5}), file)
    sample = join("id,y_pred\n" + "".join(f"{key},{key * 0.5 - 1}\n" for key in range(150_000)), file.getvalue())
    assert np.array_equal(sample.residual, np.ones(150_000))


def test_unreadable_targets_are_counted_if_they_may_be_dropped(join):
    targets = "id,y\na,1\nb,oops\nc,3\n"
    with pytest.raises(InputError, match=r"^truth\.csv, line 3, column 'y': 'oops' is not a number"):
        join(PREDICTIONS, targets)
    sample = join(PREDICTIONS, targets, drop_bad_rows=True)
    assert [(item.column, item.rows) for item in sample.missing] == [
        ("y", (2,)),
        ("(unreadable row of truth.csv)", (2,)),
    ]


@pytest.mark.parametrize(
    ("predictions", "targets", "message"),
    [
        (PREDICTIONS, "id,y\nb,1\na,2\nb,1\n", "truth.csv: the key 'b' of 'id' is in rows 1 and 3"),
        (PREDICTIONS + "b,4\n", "id,y\na,1\nb,2\n", "preds.csv, row 4: the key 'b' of 'id' has a prediction already"),
        (PREDICTIONS, "id,y\n1,3\n2,2\n", "('a', 'b', 'c') are not those of truth.csv ('1', '2'). Give the column"),
        (PREDICTIONS, "key,y\na,1\n", "truth.csv has no column 'id'. Its columns are 'key', 'y'."),
        (PREDICTIONS, "id,m,n\na,1,2\n", "truth.csv: it cannot be told which column has the targets. Name it with -t"),
        (PREDICTIONS, "id,y\na,1\n,2\n", "truth.csv, row 2 has no 'id'. Give every target a key, or leave it out."),
        (PREDICTIONS, "a,1\nb,2\n", "truth.csv has no header, and --on needs the name of a column. Add one."),
        ("a,1\nb,2\n", "id,y\na,1\n", "preds.csv has no header, and --on needs the name of a column. Add one."),
        (
            "id,y,y_pred\na,1,2\n",
            "id,y\na,1\n",
            "preds.csv has a column 'y', and so has truth.csv. Leave out --targets",
        ),
        ("id,m,n\na,1,2\n", "id,y\na,1\n", "preds.csv: no predictions were found for 'y'. Name them with -p COL."),
        ("id,y_pred\n1.23E+17,1\n", "id,y\n1,1\n", "'1.23E+17' is a number that a spreadsheet has rounded"),
    ],
)
def test_what_cannot_be_joined(join, predictions, targets, message):
    with pytest.raises(InputError) as caught:
        join(predictions, targets)
    assert message in str(caught.value)


def test_the_key_has_no_other_role(join):
    with pytest.raises(InputError, match=r"column 'id' is the key \(--on\) and cannot have another role\. Copy it\.$"):
        join(PREDICTIONS, "id,y\na,1\n", Roles(group="id"))


def test_both_options_or_none(tmp_path):
    with pytest.raises(InputError, match="--targets FILE and --on COL go together"):
        read_sample([tmp_path / "preds.csv"], targets="truth.csv")


def test_on_the_command_line(run, tmp_path):
    random = np.random.default_rng(1)
    prediction = random.normal(size=300)
    target = prediction + random.normal(size=300)
    files = {"preds.csv": ("y_pred", prediction), "truth.csv": ("y", target)}
    for name, (column, values) in files.items():
        rows = "".join(f"{key},{value!r}\n" for key, value in enumerate(values.tolist()))
        (tmp_path / name).write_text(f"id,{column}\n{rows}")
    code, out, _ = run(tmp_path / "preds.csv", "--targets", tmp_path / "truth.csv", "--on", "id", "-v")
    assert code == 0
    assert "300 rows" in out
    assert "file truth.csv, on id, rows_without_target 0" in out
