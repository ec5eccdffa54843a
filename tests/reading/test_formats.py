"""Formats that are no plain text, what the user says about the spelling, sizes, directories and patterns."""

from __future__ import annotations

import builtins
import gzip
import io
import json
import time
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from losscheck.reading import Roles, Spelling, make_spelling, read_sample
from losscheck.results import InputError

TEXT = "y_true,y_pred\n1.5,1\n2.5,2.25\n-3,0\n"
TARGET, PREDICTION = [1.5, 2.5, -3.0], [1.0, 2.25, 0.0]


@pytest.fixture
def write(tmp_path):
    def write(content, name="preds"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def refusal(*files, **options) -> str:
    with pytest.raises(InputError) as caught:
        read_sample(files, **options)
    return str(caught.value)


def parquet(**columns) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def npy(array) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


LABELS, SHARES = ["cat", "dog", "cat"], np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])


ROWS = [{"y": y, "prob_cat": a, "prob_dog": b} for y, (a, b) in zip(LABELS, SHARES.tolist(), strict=True)]


@pytest.mark.parametrize(
    "content",
    [
        parquet(y=LABELS, prob_cat=SHARES[:, 0], prob_dog=SHARES[:, 1]),
        parquet(y=pa.array(LABELS).dictionary_encode(), prob_cat=SHARES[:, 0], prob_dog=SHARES[:, 1]),
        npz(y=np.array(LABELS), prob_cat=SHARES[:, 0], prob_dog=SHARES[:, 1]),
        "".join(json.dumps(row) + "\n" for row in ROWS),
    ],
)
def test_classes_are_the_same_in_every_format(write, content):
    sample = read_sample([write(content)])
    assert (sample.classes, sample.label.tolist()) == (("cat", "dog"), [0, 1, 0])
    assert sample.outputs.tolist() == SHARES.tolist()


@pytest.mark.parametrize("labels", [[0, 2, 1, None], [0.0, 2.0, 1.0, None], ["0", "2", "1", ""]])
def test_numbers_of_classes_in_parquet(write, labels):
    outputs = {f"prob_{k}": [0.2 + 0.1 * k] * 4 for k in range(3)}
    sample = read_sample([write(parquet(label=labels, **outputs))])
    assert sample.label.tolist() == [0, 2, 1]
    assert [(item.column, item.rows) for item in sample.missing] == [("label", (4,))]


def test_a_label_that_is_no_whole_number_is_not_rounded(write):
    outputs = {f"prob_{k}": [0.5] * 3 for k in range(2)}
    sample = read_sample([write(parquet(label=[0.0, 1.0, 0.5], **outputs))], task="binary")
    assert sample.label_map.values == ("0", "0.5", "1")


def test_the_type_of_the_outputs_is_known_in_parquet(write):
    outputs = {f"prob_{k}": pa.array(SHARES[:, k], pa.float32()) for k in range(2)}
    sample = read_sample([write(parquet(label=[0, 1, 0], **outputs))])
    assert sample.digits.epsilon == np.finfo(np.float32).eps
    assert sample.digits.decimals is None


def test_outputs_of_a_trainer_with_two_dimensions(write):
    logits = np.array([[0.5, 2, -1], [1, 0, 0.25], [0, 0, 3]], dtype=np.float32)
    sample = read_sample([write(npz(predictions=logits, label_ids=np.array([1, 0, 2])), "out.npz")])
    assert sample.outputs.tolist() == logits.tolist()
    assert sample.label.tolist() == [1, 0, 2]
    assert sample.info.dialect == {"format": "NumPy archive", "compression": None}


def test_rows_that_cannot_be_read_are_counted_in_columns_of_text(write):
    content = parquet(y_true=["1.5", "oops", "-3"], y_pred=[1.0, 2.0, 0.0])
    sample = read_sample([write(content)], drop_bad_rows=True)
    assert (sample.row.tolist(), [item.rows for item in sample.missing]) == ([1, 3], [(2,)])


def test_rows_that_cannot_be_read_are_counted_in_json_lines(write):
    good = '{"y_true": 1.5, "y_pred": 1}\n'
    sample = read_sample([write(good + "{broken\n" + good)], drop_bad_rows=True)
    assert (sample.row.tolist(), [item.rows for item in sample.missing]) == ([1, 3], [(2,)])


def test_order_and_weight_in_parquet(write):
    days = np.array(["2024-01-03", "2024-01-01", "2024-01-02"], dtype="datetime64[ns]")
    path = write(parquet(y_true=TARGET, y_pred=PREDICTION, day=days, sample_weight=[1, 2, 3]))
    sample = read_sample([path], Roles(order="day"))
    assert sample.target.tolist() == [2.5, -3.0, 1.5]
    assert sample.weight[1] / sample.weight[0] == pytest.approx(1.5)
    path = write(parquet(y_true=TARGET, y_pred=PREDICTION, sample_weight=[1, -2, 3]))
    assert refusal(path).startswith("preds, row 2, column 'sample_weight': the weight '-2.0' is negative.")


def test_the_index_of_a_frame_is_no_column(write):
    path = write(parquet(residual=[0.5, -1.0], __index_level_0__=[7, 8]))
    assert read_sample([path]).residual.tolist() == [0.5, -1]


def test_lists_and_objects_in_json_are_columns(write):
    rows = '{"label": 1, "probs": [0.25, 0.75], "meta": {"fold": 2}}\n{"label": 0, "probs": [0.5, 0.5]}\n'
    sample = read_sample([write(rows)])
    assert sample.outputs.tolist() == [[0.25, 0.75], [0.5, 0.5]]
    longer = rows * 200 + '{"label": 0, "probs": [0.5, 0.25, 0.25]}\n'
    assert refusal(write(longer)).startswith(
        "preds, line 401: this is no row of JSON Lines: the list 'probs' has 3 items"
    )


def test_many_json_lines_keep_lines_and_values_apart(write):
    rows = "".join(f'{{"note": "a,\\"b\\"\\n{k}", "y_true": {k}.25, "y_pred": {k}}}\n\n' for k in range(60_000))
    sample = read_sample([write(rows)])
    assert np.array_equal(sample.residual, np.full(60_000, 0.25))
    assert refusal(write(rows + '{"y_true": "x"}\n')).startswith("preds, line 120001, column 'y_true': 'x' is not")


def test_files_of_several_formats_are_one_data_set(write):
    paths = [
        write(TEXT, "a.csv"),
        write(parquet(extra=["x"] * 3, y_pred=PREDICTION, y_true=TARGET), "b.parquet"),
        write('{"y_pred": 1, "y_true": 1.5}\n', "c.jsonl"),
    ]
    sample = read_sample(paths)
    assert sample.target.tolist() == TARGET * 2 + [1.5]
    assert sample.info.dialect["others"]["b.parquet"]["format"] == "Parquet"


def test_directories_and_patterns(write, tmp_path):
    for name in ("part-2.csv", "part-10.csv", "_SUCCESS", ".part-2.csv.crc"):
        write(TEXT if name.startswith("part") else "junk", f"run/{name}")
    assert [file.name for file in read_sample([tmp_path / "run"]).info.files] == ["part-10.csv", "part-2.csv"]
    assert read_sample([f"{tmp_path}/run/part-*.csv"]).n == 6
    assert refusal(f"{tmp_path}/run/*.tsv").endswith(
        "no file has a name like this. Give the pattern in quotes, or name the files."
    )
    assert read_sample([write(TEXT, "a[1].csv")]).n == 3
    write("notes", "run/notes.txt")
    assert refusal(tmp_path / "run").startswith("notes.txt")


def test_without_pyarrow_the_extra_is_named(write, monkeypatch):
    real = builtins.__import__

    def fail(name, *rest):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", fail)
    assert refusal(write(parquet(y_true=TARGET, y_pred=PREDICTION))) == (
        "preds is a Parquet file, which pyarrow reads. Install it: pip install 'losscheck[pyarrow]'; or write a CSV "
        "file."
    )


def bomb() -> bytes:
    return gzip.compress(b"y_true,y_pred\n" + b"1.5,2\n" * 4_000_000, compresslevel=1)


def zipped_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"1.5,2\n" * 4_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        bomb(),
        zipped_bomb(),
        parquet(y_true=np.zeros(500_000), y_pred=np.zeros(500_000)),
        gzip.compress(npy(np.zeros((500_000, 2)))),
        npz(y_true=np.zeros(500_000), y_pred=np.zeros(500_000)),
    ],
    ids=["gz", "zip", "parquet", "npy.gz", "npz"],
)
def test_what_expands_to_more_than_is_allowed_is_refused_early(write, content):
    started = time.perf_counter()
    message = refusal(write(content), spelling=Spelling(max_uncompressed=2**20))
    assert "more than 1,048,576 bytes. If the file is what it should be, allow more with --max-uncompressed" in message
    assert time.perf_counter() - started < 2


def test_a_plain_file_may_be_as_large_as_it_is(write):
    assert read_sample([write(TEXT)], spelling=Spelling(max_uncompressed=1)).n == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("y_true^y_pred\n1.5^1\n2.5^2.25\n-3^0\n", {"delimiter": "^"}),
        ("y_true:y_pred\n1.5:1\n2.5:2.25\n-3:0\n", {"delimiter": "colon"}),
        ('y_true,y_pred\n"1,500","1,000"\n"2,500","2,250"\n"-3,000","0,000"\n', {"decimal": "comma"}),
        (TEXT.encode("cp037"), {"encoding": "cp037"}),
        (TEXT.encode("utf-16-be"), {"encoding": "utf-16-be"}),
        (TEXT.encode("utf-16"), {"encoding": "utf-16"}),
        (TEXT.encode("utf-8-sig"), {"encoding": "utf8"}),
    ],
)
def test_what_the_user_says_goes_before_what_is_found(write, content, said):
    path = write(content)
    sample = read_sample([path], spelling=make_spelling(**said))
    assert (sample.target.tolist(), sample.prediction.tolist()) == (TARGET, PREDICTION)


def test_a_header_that_is_said_or_denied(write):
    numbers = write("1,2\n1.5,1\n2.5,2.25\n")
    named = Roles(target="1", prediction="2")
    assert read_sample([numbers], named).n == 3
    assert read_sample([numbers], named, spelling=Spelling(header=True)).target.tolist() == [1.5, 2.5]
    message = refusal(write(TEXT), roles=named, spelling=Spelling(header=False))
    assert message.startswith("preds, line 1, column '1': 'y_true' is not a number.")


def test_a_wrong_encoding_is_refused(write):
    message = refusal(write(b"y_true,y_pred\n1,2\n\x81,3\n"), spelling=make_spelling(encoding="ascii"))
    assert message.startswith("preds is no sound ASCII text (")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"delimiter": "1"}, "--delimiter must be one of comma, semicolon, tab"),
        ({"delimiter": "||"}, "it is '||'"),
        ({"decimal": ";"}, "--decimal must be point or comma, it is ';'"),
        ({"delimiter": ",", "decimal": ","}, "cannot both be the comma"),
        ({"encoding": "klingon"}, "--encoding: Python has no text encoding 'klingon'"),
        ({"encoding": "base64"}, "--encoding: Python has no text encoding 'base64'"),
        ({"max_uncompressed": "many"}, "--max-uncompressed must be a size as in 500M or 8G, it is 'many'"),
        ({"max_uncompressed": 0}, "--max-uncompressed must be a size"),
    ],
)
def test_what_cannot_be_said(said, message):
    with pytest.raises(InputError, match=r".") as caught:
        make_spelling(**said)
    assert message in str(caught.value)


def test_a_late_label_of_another_encoding_is_not_changed(write):
    rows = "label,prob_café,prob_tea\n" + "tea,0.25,0.75\ncafé,0.75,0.25\n" * 20_000
    message = refusal(write(rows.encode() + "café,0.5,0.5\n".encode("latin-1")))
    assert message.startswith("preds, line 40002, column 'label': 'caf\ufffd' has characters of another encoding.")


@pytest.mark.parametrize("given", ["*.txt", "."])
def test_no_output_replaces_a_file_that_a_pattern_or_a_directory_stands_for(run, write, monkeypatch, tmp_path, given):
    path = write(TEXT, "rows.txt")
    monkeypatch.chdir(tmp_path)
    code, _, err = run(given, "-o", "rows.txt")
    assert (code, "would overwrite the input" in err) == (2, True)
    assert path.read_text() == TEXT
