"""Lists in Parquet and Arrow files: a column for each place, or an error that names the row and the lengths."""

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from losscheck.reading import Roles, arrow_files, arrow_lists, read_sample
from losscheck.reading.spelling import Spelling
from losscheck.results import InputError

SHARES = np.array([[0.7, 0.2, 0.1], [0.25, 0.5, 0.25], [0.1, 0.1, 0.8], [0.0, 1.0, 0.0]])
LABEL = [0, 1, 2, 1]
NAMES = ("probability_0", "probability_1", "probability_2")
VECTOR = pa.struct(
    [("type", pa.int8()), ("size", pa.int32()), ("indices", pa.list_(pa.int32())), ("values", pa.list_(pa.float64()))]
)


def dense(values):
    return {"type": 1, "size": None, "indices": None, "values": values}


def sparse(size, **values):
    return {"type": 0, "size": size, "indices": [int(key[1:]) for key in values], "values": list(values.values())}


VECTORS = [dense([0.7, 0.2, 0.1]), dense([0.25, 0.5, 0.25]), sparse(3, _0=0.1, _1=0.1, _2=0.8), sparse(3, _1=1.0)]


@pytest.fixture
def write(tmp_path):
    def write(**columns):
        pq.write_table(pa.table(columns), tmp_path / "preds.parquet")
        return tmp_path / "preds.parquet"

    return write


def refusal(path, **options):
    with pytest.raises(InputError) as caught:
        read_sample([path], **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "column",
    [
        pa.array(SHARES.tolist()),
        pa.array(SHARES.tolist(), pa.large_list(pa.float64())),
        pa.FixedSizeListArray.from_arrays(SHARES.ravel(), 3),
        pa.array(VECTORS, VECTOR),
        pa.array([[9.0], *SHARES.tolist()]).slice(1),
        pa.chunked_array([SHARES[:1].tolist(), SHARES[1:].tolist()]),
    ],
    ids=["list", "large list", "fixed size", "Spark's vectors", "slice", "chunks"],
)
def test_lists_are_the_outputs_of_classes(tmp_path, column):
    table = pa.table({"label": LABEL, "probability": column})
    for path, writer in ((tmp_path / "a.parquet", pq.write_table), (tmp_path / "a.feather", feather.write_feather)):
        writer(table, path)
        sample = read_sample([path])
        assert (sample.kind, sample.info.columns.predictions) == ("multiclass", NAMES)
        assert sample.info.dialect["lists"] == {"probability": 3}
        assert sample.outputs.tolist() == SHARES.tolist()
        assert sample.label.tolist() == LABEL


def test_they_are_what_the_same_columns_are(write, tmp_path):
    rng = np.random.default_rng(0)
    shares = rng.dirichlet([1, 2, 3], 1000).round(4)
    label = [int(rng.choice(3, p=row / row.sum())) for row in shares]
    lists = read_sample([write(label=label, probability=shares.tolist())])
    apart = read_sample([write(label=label, **dict(zip(NAMES, shares.T, strict=True)))])
    assert np.array_equal(lists.outputs, apart.outputs)
    assert (lists.classes, lists.kind, lists.digits) == (apart.classes, apart.kind, apart.digits)


def test_missing_lists_and_numbers_are_missing_values(write):
    shares = [[0.7, 0.2, 0.1], None, [0.1, None, 0.8], [0.0, 1.0, 0.0]]
    for kind in (pa.list_(pa.float64()), pa.list_(pa.float32(), 3)):
        sample = read_sample([write(label=LABEL, probability=pa.array(shares, kind))])
        assert sample.row.tolist() == [1, 4]
        assert {item.column: item.rows for item in sample.missing} == {
            "probability_0": (2,),
            "probability_1": (2, 3),
            "probability_2": (2,),
        }
    vectors = [VECTORS[0], None, *VECTORS[2:]]
    assert read_sample([write(label=LABEL, probability=pa.array(vectors, VECTOR))]).row.tolist() == [1, 3, 4]


@pytest.mark.parametrize(("kind", "epsilon"), [(pa.float16(), 2**-10), (pa.float32(), 2**-23), (pa.float64(), 2**-52)])
def test_the_type_of_the_numbers_is_known(write, kind, epsilon):
    values = np.asarray(SHARES, dtype=kind.to_pandas_dtype()).tolist()
    for shares in (values, [*values[:3], None]):
        sample = read_sample([write(label=LABEL, probability=pa.array(shares, pa.list_(kind)))])
        assert sample.digits.epsilon == pytest.approx(epsilon)


@pytest.mark.parametrize("place", [2, 300, 1500])
@pytest.mark.parametrize("option", [{}, {"roles": Roles(prediction="probability")}, {"drop_bad_rows": True}])
def test_lists_of_several_lengths_are_an_error_with_the_row_and_the_lengths(write, monkeypatch, place, option):
    monkeypatch.setattr(arrow_files, "BLOCK_ROWS", 512)
    shares = [[0.7, 0.2, 0.1]] * 2000
    shares[place - 1] = [0.5, 0.5]
    assert refusal(write(label=[0, 1] * 1000, probability=shares), **option) == (
        f"preds.parquet, row {place}, column 'probability': the list has 2 numbers, and those above have 3. "
        "Write lists of one length, a number for each class."
    )


def test_vectors_of_several_lengths_are_an_error_too(write):
    vectors = pa.array([*VECTORS[:3], sparse(4, _1=1.0)], VECTOR)
    assert "row 4, column 'probability': the list has 4 numbers" in refusal(write(label=LABEL, probability=vectors))


def test_a_damaged_vector_is_said(write):
    vectors = pa.array([*VECTORS[:3], sparse(3, _7=1.0)], VECTOR)
    assert refusal(write(label=LABEL, probability=vectors)).startswith(
        "preds.parquet is a damaged Parquet file: a sparse vector of 3 numbers has an index beyond them."
    )


def test_lists_that_are_not_used_may_have_any_length(write):
    other = {"tokens": [[1, 2], [3], [], [4, 5, 6]], "words": [["a"], ["b", "c"], [], None]}
    sample = read_sample([write(y_true=[1.0, 2, 3, 4], y_pred=[1.5, 2, 2, 5], **other)])
    assert (sample.target.tolist(), "lists" in sample.info.dialect) == ([1, 2, 3, 4], False)
    assert read_sample([write(label=LABEL, probability=SHARES.tolist(), **other)]).n == 4


def test_a_list_of_one_number_is_a_number(write):
    sample = read_sample([write(labels=[1.5, 2.5, 3.5], predictions=[[1.0], [2.0], [3.0]])])
    assert (sample.prediction.tolist(), sample.info.columns.prediction) == ([1, 2, 3], "predictions")


def test_targets_may_be_lists_too(write):
    labels = [[1, 0, 1], [0, 1, 0], [0, 0, 0], [1, 1, 1]]
    sample = read_sample([write(labels=labels, probs=SHARES.tolist())])
    assert (sample.kind, sample.targets.tolist()) == ("multilabel", labels)
    soft = read_sample([write(labels=SHARES.tolist(), probs=SHARES[::-1].tolist())])
    assert (soft.kind, soft.targets.tolist()) == ("soft", SHARES.tolist())


def test_the_name_of_the_lists_names_their_columns(write, tmp_path):
    both = {"label": LABEL, "rawPrediction": np.log(SHARES + 0.01).tolist(), "probability": SHARES.tolist()}
    path = write(**both)
    assert refusal(path).endswith("Choose with -p rawPrediction or -p probability.")
    assert read_sample([path], Roles(prediction="probability")).info.columns.predictions == NAMES
    assert read_sample([write(y=LABEL, foo=SHARES.tolist())], Roles(prediction="foo")).outputs.shape == (4, 3)
    (tmp_path / "a.csv").write_text("label,prob_0,prob_1,p_0,p_1\n1,0.2,0.8,0.3,0.7\n0,0.9,0.1,0.8,0.2\n")
    assert read_sample([tmp_path / "a.csv"], Roles(prediction="p")).info.columns.predictions == ("p_0", "p_1")
    (tmp_path / "a.csv").write_text("label,prob_0,prob_2,p\n1,0.2,0.8,0.3\n0,0.9,0.1,0.8\n")
    assert "has no column 'prob'" in refusal(tmp_path / "a.csv", roles=Roles(prediction="prob"))
    assert read_sample([tmp_path / "a.csv"], Roles(prediction="p")).info.columns.prediction == "p"


def test_two_columns_of_one_name_are_refused(write):
    path = write(label=LABEL, probability=SHARES.tolist(), probability_0=SHARES[:, 0])
    assert refusal(path) == (
        "preds.parquet has a column 'probability_0' and lists in 'probability', whose columns are named so. "
        "Rename one of them."
    )


def test_long_lists_are_images_and_cost_nothing(write, monkeypatch):
    monkeypatch.setattr(arrow_lists, "MOST_PLACES", 2)
    path = write(y_true=[1.0, 2, 3, 4], y_pred=[1.5, 2, 2, 5], probability=SHARES.tolist())
    assert "lists" not in read_sample([path]).info.dialect
    assert refusal(path, roles=Roles(target="y_true", prediction="probability"), task="regression") == (
        "preds.parquet, column 'probability': its lists have 3 numbers, and cannot be read as outputs of classes. "
        "Write a number a row, or a list with a number for each class."
    )


def test_fewer_rows_are_looked_at_where_lists_are_long(write, monkeypatch):
    monkeypatch.setattr(arrow_files, "SAMPLE_CELLS", 4)
    monkeypatch.setattr(arrow_files, "BLOCK_ROWS", 64)
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(500, 40))
    label = rng.integers(0, 40, 500)
    sample = read_sample([write(label=label, logits=logits.tolist())])
    assert np.array_equal(sample.outputs, logits)
    assert np.array_equal(sample.label, label)


def test_one_list_repeated_is_as_large_as_its_rows(write):
    path = write(label=[0] * 20_000, probability=[[0.25] * 100] * 20_000)
    assert path.stat().st_size < 100_000
    assert "take more than 10,000,000 bytes" in refusal(path, spelling=Spelling(max_uncompressed=10_000_000))
    assert read_sample([write(label=LABEL, probability=SHARES.tolist())], spelling=Spelling(max_uncompressed=100_000)).n


def test_files_of_one_data_set_agree_on_their_lists(tmp_path):
    a, b = tmp_path / "a.parquet", tmp_path / "b.parquet"
    for path, shares in ((a, SHARES), (b, SHARES[:, :2])):
        pq.write_table(pa.table({"label": [0, 1, 0, 1], "probability": shares.tolist()}), path)
    with pytest.raises(InputError, match=r"b\.parquet has no column 'probability_2'"):
        read_sample([a, b])
    with pytest.raises(InputError, match=r"^a\.parquet has 'probability_2', too\. The columns must be those of b\.par"):
        read_sample([b, a])
    again = tmp_path / "again.parquet"
    again.write_bytes(a.read_bytes())
    assert read_sample([a, again]).n == 8
    some = Roles(prediction=NAMES[:2])
    assert read_sample([a, again], some, task="binary").outputs.shape == (8, 2)
