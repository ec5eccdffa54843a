"""Summaries on the command line and wherever a file is read."""

import gzip
import io
import json
import os
import sys
import threading
import types

import numpy as np
import pytest

from losscheck import InputError, check_file
from losscheck.reading import Roles, read_sample, read_summary, samples
from losscheck.summary import sample_of, write_summary
from losscheck.summary.folding import Center


def write_rows(path, residual, prediction, extra=""):
    lines = [f"{p + r!r},{p!r}{extra}" for r, p in zip(residual.tolist(), prediction.tolist(), strict=True)]
    path.write_text("y_true,y_pred" + (",sample_weight" if extra else "") + "\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture
def parts(tmp_path):
    rng = np.random.default_rng(1)
    residual, prediction = rng.standard_t(3, 6000), rng.uniform(2, 10, 6000)
    names = [tmp_path / f"part{i}.csv" for i in range(3)]
    for i, path in enumerate(names):
        write_rows(path, residual[i::3], prediction[i::3])
    return names


def without_input(report):
    return {key: value for key, value in report.to_dict().items() if key != "input"}


def test_merged_parts_are_the_whole(parts, tmp_path, run):
    summaries = []
    for part in parts:
        summaries.append(tmp_path / f"{part.stem}.lcs.json")
        assert run("summarize", part, "-o", summaries[-1])[0] == 0
    assert run("merge", *summaries, "-o", tmp_path / "merged.lcs.json") == (0, "", "")
    assert run("summarize", *parts, "-o", tmp_path / "whole.lcs.json")[0] == 0
    assert (tmp_path / "merged.lcs.json").read_bytes() == (tmp_path / "whole.lcs.json").read_bytes()
    code, out, _ = run(tmp_path / "merged.lcs.json", "-f", "json")
    report = json.loads(out)
    assert code == 0
    assert report["input"]["summarized"] is True
    assert report["input"]["summary"]["error_in_standard_errors"] == 0.02
    assert [file["name"] for file in report["input"]["files"]] == ["part0.csv", "part1.csv", "part2.csv"]
    assert run(*summaries, "-f", "json")[1] == out  # several summaries are one data set too


def test_summary_goes_to_standard_output_without_a_file(parts, tmp_path, run):
    code, out, _ = run("summarize", *parts)
    assert code == 0
    (tmp_path / "s.gz").write_bytes(gzip.compress(out.encode()))
    assert check_file(tmp_path / "s.gz").input.rows == 6000


def test_many_rows_are_summarized_unless_exact(parts, monkeypatch):
    monkeypatch.setattr(samples, "SUMMARIZE_ABOVE", 5000)
    found, exact = check_file(parts), check_file(parts, exact=True)
    assert found.input.summarized
    assert not exact.input.summarized
    assert any("summarized" in note for note in found.notes)
    assert not any("summarized" in note for note in exact.notes)
    assert found.verdict.loss == exact.verdict.loss == "student_t"
    assert found.to_dict() == check_file(list(parts)).to_dict()


@pytest.mark.parametrize("threshold", [0, 1999, 4500])
def test_the_threshold_does_not_matter(parts, monkeypatch, threshold):
    monkeypatch.setattr(samples, "SUMMARIZE_ABOVE", threshold)
    monkeypatch.setattr("losscheck.reading.fold.FOLD_ROWS", 1000)
    found = check_file(parts)
    monkeypatch.setattr(samples, "SUMMARIZE_ABOVE", 5999)
    assert without_input(found) == without_input(check_file(parts))


def test_bad_rows_are_counted_alike(tmp_path, monkeypatch):
    rng = np.random.default_rng(2)
    path = write_rows(tmp_path / "a.csv", rng.standard_normal(500), rng.uniform(1, 2, 500))
    path.write_text(path.read_text() + "1.0,\ninf,2.0\n1e308,-1e308\noops,1.0\n")
    exact = read_sample([path], drop_bad_rows=True)
    summary = read_summary([path], drop_bad_rows=True)
    assert summary.missing == exact.missing
    assert summary.non_finite == exact.non_finite
    assert (summary.info.rows, summary.info.rows_used) == (exact.info.rows, exact.info.rows_used) == (504, 500)


def test_no_row_left_is_said_as_ever(tmp_path):
    (tmp_path / "a.csv").write_text("y_true,y_pred\n1.0,\n,2.0\n")
    with pytest.raises(InputError, match="no row is left: 1 of 2 have no value in 'y_true', 1 of 2"):
        read_summary([tmp_path / "a.csv"])


def test_a_bias_larger_than_the_spread_is_read_twice(tmp_path, monkeypatch):
    rng = np.random.default_rng(3)
    residual, prediction = 1000 + rng.standard_normal(3000), 2000 + 5 * rng.standard_normal(3000)
    path = write_rows(tmp_path / "far.csv", residual, prediction)
    summary = read_summary([path])
    assert summary.center.residual == pytest.approx(1000, abs=1)
    assert summary.center.prediction == pytest.approx(2000, abs=5)
    sample = sample_of(summary)
    assert sample.count @ sample.residual / sample.n == pytest.approx(residual.mean(), rel=1e-10)
    monkeypatch.setattr(samples, "SUMMARIZE_ABOVE", 100)
    assert np.array_equal(read_sample([path]).residual, sample.residual)
    given = read_summary([path], center=Center(900.0, 0.0))
    assert given.center == Center(900.0, 0.0)


def give(monkeypatch, residual):
    text = "residual\n" + "\n".join(map(repr, residual.tolist())) + "\n"
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(text.encode())))


def test_standard_input_cannot_be_read_twice(monkeypatch):
    values = 1000 + np.random.default_rng(4).standard_normal(300)
    give(monkeypatch, values)
    with pytest.raises(InputError, match=r"--center (999|100[01])\.0,0\.0"):
        read_summary(["-"])
    give(monkeypatch, values)
    assert read_summary(["-"], center=Center(1000.0, 0.0)).info.rows_used == 300


def test_the_first_rows_of_a_stream_settle_its_center(monkeypatch):
    rng = np.random.default_rng(12)
    values = 1000 + 0.05 * rng.standard_normal(3000)
    monkeypatch.setattr(samples, "SUMMARIZE_ABOVE", 2000)
    give(monkeypatch, values)
    sample = read_sample(["-"])
    assert sample.info.summary["center_residual"] == pytest.approx(1000, abs=0.1)
    assert sample.count @ sample.residual / sample.n == pytest.approx(values.mean(), rel=1e-12)
    monkeypatch.setattr("losscheck.reading.decompression.BLOCK_BYTES", 65_536)
    give(monkeypatch, np.concatenate((rng.standard_normal(20_000), 1e9 + rng.standard_normal(100_000))))
    with pytest.raises(InputError, match="farther than the first of them"):
        read_sample(["-"])


def test_a_named_pipe_is_a_stream(tmp_path, monkeypatch):
    pipe, values = tmp_path / "pipe", 1000 + 0.05 * np.random.default_rng(13).standard_normal(3000)
    os.mkfifo(pipe)
    monkeypatch.setattr(samples, "SUMMARIZE_ABOVE", 2000)
    text = "residual\n" + "\n".join(map(repr, values.tolist())) + "\n"
    writer = threading.Thread(target=pipe.write_text, args=(text,))
    writer.start()
    assert read_sample([pipe]).info.summary["center_residual"] == pytest.approx(1000, abs=0.1)
    writer.join()


def test_weights_and_order_are_not_lost_silently(tmp_path, monkeypatch):
    rng = np.random.default_rng(5)
    path = write_rows(tmp_path / "w.csv", rng.standard_normal(300), rng.uniform(1, 2, 300), ",0.5")
    with pytest.raises(InputError, match=r"keeps no weight \('sample_weight' in w\.csv"):
        read_summary([path])
    monkeypatch.setattr(samples, "SUMMARIZE_ABOVE", 100)
    assert not read_sample([path]).info.summarized
    path.write_text(path.read_text().replace("sample_weight", "day"))
    assert read_sample([path]).info.summarized
    assert not read_sample([path], Roles(order="day")).info.summarized


def test_summaries_and_tables_do_not_mix(parts, tmp_path, run):
    summary = tmp_path / "s.lcs.json"
    summary.write_text(write_summary(read_summary(parts[:1])))
    assert "is a summary and part1.csv is not" in run(summary, parts[1])[2]
    assert "is a summary and part1.csv is not" in run(parts[1], summary)[2]
    assert "is no summary" in run("merge", parts[0])[2]
    assert "is a summary already" in run("summarize", summary)[2]
    assert "holds no target 'price'" in run(summary, "-t", "price")[2]
    assert "holds no weight 'w'" in run(summary, "--weight", "w")[2]
    assert run(summary, "-t", "y_true", "-q")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--center", "5"], "--center is two numbers"),
        (["--center", "5,x"], "--center is two numbers"),
        (["--center", "nan,1"], "must be finite"),
        (["--on-bad-row", "skip"], "'error', 'drop'"),
        (["-o", "no/such/place.json"], "does not exist"),
    ],
)
def test_bad_options_are_refused(parts, run, arguments, message):
    code, out, err = run("summarize", parts[0], *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_the_input_is_not_overwritten(parts, run):
    before = parts[0].read_bytes()
    assert run("summarize", parts[0], "-o", parts[0])[0] == 2
    assert parts[0].read_bytes() == before


def write_scores(path, n=400, score="y_prob", labels=(0, 1)):
    rng = np.random.default_rng(12)
    p = rng.uniform(0.05, 0.95, n)
    label = np.where(rng.random(n) < p, labels[1], labels[0])
    path.write_text(f"y_true,{score}\n" + "\n".join(f"{y},{q:.6f}" for y, q in zip(label, p, strict=True)) + "\n")
    return path


@pytest.mark.parametrize("score", ["y_prob", "y_pred"])
def test_classes_have_no_summary_and_stay_in_memory(tmp_path, monkeypatch, run, score):
    path = write_scores(tmp_path / "binary.csv", score=score)
    code, out, err = run("summarize", path)
    assert (code, out) == (2, "")
    assert f"binary.csv holds outputs of classes ('{score}', a score of two classes)" in err
    assert "--task regression" in err
    assert run("summarize", path, "--task", "regression")[0] == 0
    monkeypatch.setattr(samples, "SUMMARIZE_ABOVE", 100)
    found = check_file(path)
    assert (found.input.summarized, found.task.kind) == (False, "binary")
    assert check_file(path, task="regression").input.summarized


def test_columns_of_classes_have_no_summary(tmp_path, run):
    path = tmp_path / "three.csv"
    path.write_text("label,prob_a,prob_b,prob_c\n" + "a,0.6,0.3,0.1\nb,0.2,0.7,0.1\nc,0.2,0.2,0.6\n" * 20)
    code, _, err = run("summarize", path)
    assert code == 2
    assert "three.csv holds outputs of classes (prob_a, prob_b" in err.replace("'", "")
    summary = tmp_path / "s.lcs.json"
    summary.write_text(write_summary(read_summary([write_scores(tmp_path / "b.csv")], task="regression")))
    assert "a score of two classes" in run(summary)[2]
    assert "holds outputs of classes (--task multiclass)" in run(summary, "--task", "multiclass")[2]
    assert run(summary, "--task", "regression", "-q")[0] == 0


def test_counts_that_might_have_been_classes_are_folded_as_they_come(tmp_path, monkeypatch):
    rng = np.random.default_rng(13)
    prediction = rng.uniform(1, 3, 3000)
    path = write_rows(tmp_path / "counts.csv", rng.poisson(prediction) - prediction, prediction)
    monkeypatch.setattr(samples, "SUMMARIZE_ABOVE", 1000)
    found = read_sample([path])
    assert found.info.summarized
    assert found.target_values.whole
