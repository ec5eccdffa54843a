import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import losscheck
from losscheck import InputError
from losscheck.reading import sample_from_arrays
from losscheck.segments.split import split

SAMPLES = Path(losscheck.__file__).parents[1] / "sample_data"
SHOPS = {"north": (400, 1, 50), "south": (400, 4, 50), "east": (400, 1, 1.7), "tiny": (10, 1, 50)}


def shops(seed=3, kinds=SHOPS):
    rng = np.random.default_rng(seed)
    parts = []
    for name, (rows, scale, df) in kinds.items():
        f = rng.normal(10, 3, rows)
        parts.append(pd.DataFrame({"shop": name, "y_true": f + scale * rng.standard_t(df, rows), "y_pred": f}))
    return pd.concat(parts).sample(frac=1, random_state=0).reset_index(drop=True)


def one_loss(report):
    return next(check for check in report.checks if check.code == "LC902")


def test_the_segment_whose_noise_is_another_is_first_and_named():
    rows = shops()
    report = losscheck.check(rows.y_true, rows.y_pred, group=rows["shop"], loss="mse")
    assert (report.groups[0].name, report.groups[0].rows) == ("east", 400)
    assert {group.name for group in report.groups if group.judged.status.value == "fail"} == {"east"}
    assert {group.name for group in report.groups} == {"east", "north", "south"}
    check = one_loss(report)
    assert check.status.value == "fail"
    assert "mse does not fit 1 of 3 segments: 'east'" in check.message
    assert "tiny" in check.message
    assert report.groups[0].verdict.status.value == "switch"


def test_a_scale_of_its_own_is_found_for_a_loss_that_has_one():
    report = losscheck.check(*shops()[["y_true", "y_pred"]].to_numpy().T, group=shops()["shop"].tolist())
    assert one_loss(report).status.value == "warn"  # nobody declared a loss
    assert report.groups[0].name == "south"


def test_files_and_arrays_agree_and_rows_without_a_segment_are_left_out(tmp_path):
    rows = shops()
    rows.loc[5:8, "shop"] = np.nan
    rows.to_csv(tmp_path / "shops.csv", index=False)
    of_file = losscheck.check_file(tmp_path / "shops.csv", group="shop")
    of_arrays = losscheck.check(rows.y_true, rows.y_pred, group=rows["shop"])
    assert of_file.to_dict()["groups"] == of_arrays.to_dict()["groups"]
    assert of_file.input.rows - of_file.input.rows_used == 4
    assert of_file.input.columns.group == "shop"


def test_numbers_are_segments_too_and_weights_are_scaled_within_each():
    rng = np.random.default_rng(0)
    f, code = rng.normal(size=300), np.repeat([3, 1, 2], 100)
    weight = np.where(code == 1, 5.0, rng.uniform(1, 2, 300))
    sample = sample_from_arrays(target=f + rng.normal(size=300), prediction=f, weight=weight, group=code)
    parts = dict(split(sample))
    assert list(parts) == ["1", "2", "3"]
    assert parts["1"].weight is None
    w = weight[code == 2]
    assert parts["2"].effective_rows == pytest.approx(w.sum() ** 2 / (w**2).sum())
    assert parts["3"].row.tolist() == list(range(1, 101))


def test_class_outputs_have_segments(tmp_path):
    good, bad = (pd.read_csv(SAMPLES / f"digits_{name}.csv") for name in ("logistic", "overconfident"))
    both = pd.concat([good.assign(site="a"), bad.assign(site="b")])
    both.to_csv(tmp_path / "sites.csv", index=False)
    report = losscheck.check_file(tmp_path / "sites.csv", group="site")
    assert [group.name for group in report.groups] == ["b", "a"]
    assert one_loss(report).status.value == "fail"
    assert "'b'" in one_loss(report).message


def test_progress_counts_the_segments(tmp_path):
    shops().to_csv(tmp_path / "shops.csv", index=False)
    said = []
    losscheck.check_file(tmp_path / "shops.csv", group="shop", progress=said.append)
    assert said[-3:] == ["segment 1 of 3", "segment 2 of 3", "segment 3 of 3"]


def test_one_segment_is_nothing_to_compare():
    rows = shops()
    report = losscheck.check(rows.y_true, rows.y_pred, group=["all"] * len(rows))
    assert one_loss(report).status.value == "skip"


def test_a_constant_segment_is_named_and_not_judged():
    rows = shops()
    rows.loc[rows["shop"] == "north", "y_true"] = rows["y_pred"]
    report = losscheck.check(rows.y_true, rows.y_pred, group=rows["shop"])
    assert "north" in one_loss(report).message.split("Not judged")[1]


def test_too_many_different_values_and_summaries_are_refused(tmp_path):
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="more than 1,000 different values, too many for segments"):
        losscheck.check(residual=rng.normal(size=2000), group=np.arange(2000))
    path = tmp_path / "shops.csv"
    shops().to_csv(path, index=False)
    with pytest.raises(InputError, match="nothing_like_it"):
        losscheck.check_file(path, group="nothing_like_it")


def test_the_report_shows_the_worst_first_in_every_format(tmp_path, run):
    path = tmp_path / "shops.csv"
    shops().to_csv(path, index=False)
    code, out, _ = run(path, "--group", "shop", "--loss", "mse")
    assert code == 1
    assert "Segments of shop, worst first" in out
    assert out.index("east") < out.index("north")
    groups = json.loads(run(path, "--group", "shop", "-f", "json")[1])["groups"]
    assert sum(group["rows"] for group in groups) == 1200
    assert "Segments of shop" in run(path, "--group", "shop", "-f", "markdown")[1]


@pytest.mark.slow
def test_segments_of_one_noise_are_called_wrong_in_at_most_alpha_of_the_files():
    rng, wrong = np.random.default_rng(11), 0
    for _ in range(100):
        f = rng.normal(10, 3, 1000)
        report = losscheck.check(f + rng.normal(size=1000), f, group=np.arange(1000) % 5, loss="mse")
        wrong += one_loss(report).status.value == "fail"
    assert wrong <= 5
