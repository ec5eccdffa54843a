import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import losscheck

SAMPLES = Path(losscheck.__file__).parents[1] / "sample_data"


def write(path, target, prediction):
    pd.DataFrame({"y_true": target, "y_pred": prediction}).to_csv(path, index=False)
    return path


def as_json(run, *arguments):
    code, out, err = run("compare", *arguments, "-f", "json")
    assert err == ""
    return code, json.loads(out)


def moves(found):
    return {check["id"]: check["move"] for check in found["checks"] if check["move"] != "same"}


def test_overconfident_outputs_are_worse_in_calibration_and_loss(run):
    code, found = as_json(run, SAMPLES / "digits_logistic.csv", SAMPLES / "digits_overconfident.csv")
    assert code == 1
    assert moves(found)["temperature"] == moves(found)["nll_z"] == "worse"
    (loss,) = found["losses"]
    assert (loss["loss"], loss["paired"]) == ("log_loss", True)
    assert 0 < loss["difference"]["low"] < loss["difference"]["value"] < loss["difference"]["high"]
    back, found = as_json(run, SAMPLES / "digits_overconfident.csv", SAMPLES / "digits_logistic.csv")
    assert (back, moves(found)["temperature"]) == (0, "better")


def test_a_file_against_itself_is_the_same(run):
    code, out, _ = run("compare", SAMPLES / "digits_overconfident.csv", SAMPLES / "digits_overconfident.csv")
    assert code == 0
    assert "Nothing is clearly better or worse" in out


def test_losses_of_the_same_rows_are_paired_and_their_interval_is_that_of_the_differences(tmp_path, run):
    rng = np.random.default_rng(0)
    prediction = rng.normal(0, 5, 400)
    target = prediction + rng.standard_normal(400)
    before = write(tmp_path / "before.csv", target, prediction + 0.5)
    after = write(tmp_path / "after.csv", target, prediction)
    _, found = as_json(run, before, after)
    mse = next(loss for loss in found["losses"] if loss["loss"] == "mse")
    difference = (target - prediction) ** 2 - (target - prediction - 0.5) ** 2
    assert mse["paired"]
    assert mse["difference"]["value"] == pytest.approx(difference.mean(), rel=1e-6)
    half = 1.959964 * difference.std(ddof=1) / 20
    assert mse["difference"]["high"] - mse["difference"]["value"] == pytest.approx(half, rel=1e-5)
    other = write(tmp_path / "other.csv", target[:300], prediction[:300])
    _, found = as_json(run, before, other)
    mse = next(loss for loss in found["losses"] if loss["loss"] == "mse")
    assert not mse["paired"]
    assert mse["difference"]["value"] == pytest.approx(
        ((target - prediction) ** 2)[:300].mean() - ((target - prediction - 0.5) ** 2).mean(), rel=1e-6
    )


def test_reports_in_json_compare_like_their_files(tmp_path, run):
    files = [SAMPLES / "normal.csv", SAMPLES / "student_t3.csv"]
    reports = [tmp_path / "before.json", tmp_path / "after.json"]
    for file, report in zip(files, reports, strict=True):
        run(file, "-o", report, "-q")
    code, of_files = as_json(run, *files)
    assert (code, of_files["checks"]) == (0, as_json(run, *reports)[1]["checks"])
    assert as_json(run, reports[0], files[1])[1]["losses"] == []
    assert run("compare", *files, "--fail-on", "warn")[0] == 1
    assert run("compare", *files, "--fail-on", "never")[0] == 0


def test_a_summary_is_a_side_without_rows(tmp_path, run):
    summary = tmp_path / "normal.lcs.json"
    run("summarize", SAMPLES / "normal.csv", "-o", summary)
    found = as_json(run, summary, SAMPLES / "student_t3.csv")[1]
    assert found["losses"] == []
    assert moves(found)["advice"] == "worse"


def test_efficiencies_are_those_of_both_reports(tmp_path, run):
    files = [SAMPLES / "normal.csv", SAMPLES / "student_t3.csv"]
    found = as_json(run, *files)[1]["efficiency"]
    before, after = (losscheck.check_file(file).to_dict()["verdict"]["efficiency"] for file in files)
    assert found["mse"] == {"before": before["mse"], "after": after["mse"]}
    assert set(found) == set(before) & set(after)
    assert "\n  mse        0.99 [0.91, 1]     0.41 [0.25, 0.67]\n" in run("compare", *files)[1]


def test_markdown_has_the_same_checks(run):
    out = run("compare", SAMPLES / "digits_logistic.csv", SAMPLES / "digits_overconfident.csv", "-f", "markdown")[1]
    assert "LC604" in out
    assert "temperature" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["normal.csv", "digits_logistic.csv"], "one holds outputs of a classifier"),
        (["normal.csv", "missing.csv"], "missing.csv"),
        (["normal.csv", "missing.json"], "missing.json"),
        (["normal.csv", "normal.csv", "-f", "html"], "compare writes text, json, markdown, not html"),
        (["normal.csv", "normal.csv", "--residual", "a", "--residual", "b"], "one residual column at a time"),
    ],
)
def test_what_cannot_be_compared_is_refused(run, arguments, said):
    files, rest = arguments[:2], arguments[2:]
    code, out, err = run("compare", *(SAMPLES / name for name in files), *rest)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
