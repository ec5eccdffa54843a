"""The quick baseline: what it is made of, and that no row is predicted by coefficients that have seen it."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.interpolate import CubicSpline
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_predict

import losscheck
from losscheck.baseline.design import make_design, natural_spline
from losscheck.baseline.fit import fit_baseline
from losscheck.baseline.ridge import PENALTIES, _solve_ridge, assign_folds, predict_out_of_fold
from losscheck.reading import Roles, read_sample
from losscheck.results import InputError, Status, TaskKind
from losscheck.sample import Features

RNG = np.random.default_rng(4)
N = 800
X = RNG.uniform(0, 10, N)
GROUP = RNG.choice(list("abcdef"), N)
LEVEL = np.array(["abcdef".index(g) for g in GROUP], float)
Z = RNG.normal(size=N)
MEAN = 2 * np.sin(X) + LEVEL + Z
Y = MEAN + RNG.normal(0, 1, N)


def features_of(**columns):
    values, levels = [], []
    for column in columns.values():
        column = np.asarray(column)
        if column.dtype.kind in "US":
            words = tuple(dict.fromkeys(column.tolist()))
            values.append([words.index(word) for word in column])
            levels.append(words)
        else:
            values.append(column.astype(float))
            levels.append(None)
    return Features(tuple(columns), np.column_stack(values).astype(float), tuple(levels))


def write(tmp_path, **columns):
    path = tmp_path / "train.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def test_the_spline_is_the_natural_cubic_one():
    """Every natural cubic spline with these knots is in the span: scipy's interpolant is found again exactly."""
    knots = np.array([0.0, 1.0, 1.7, 3.0, 4.2])
    inside = CubicSpline(knots, [1.0, -2.0, 0.5, 3.0, 1.0], bc_type="natural")
    x = np.linspace(0, 4.2, 400)
    design = np.column_stack([np.ones(x.size), natural_spline(x, knots)])
    assert design.shape[1] == knots.size
    found, *_ = np.linalg.lstsq(design, inside(x), rcond=None)
    assert design @ found == pytest.approx(inside(x), abs=1e-10)
    beyond = natural_spline(np.array([5.0, 6.0, 7.0, -1.0, -2.0, -3.0]), knots)
    assert np.diff(beyond[:3], 2, axis=0) == pytest.approx(0, abs=1e-10)
    assert np.diff(beyond[3:], 2, axis=0) == pytest.approx(0, abs=1e-10)


def test_ridge_is_that_of_scikit_learn_at_the_penalty_of_least_gcv():
    x = RNG.normal(size=(200, 6)) @ RNG.normal(size=(6, 6))
    y = x @ [1, 0, 0, -2, 0, 0.5] + RNG.normal(0, 3, 200) + 7
    rows = np.column_stack([np.ones(200), x, y])
    constant, slopes = _solve_ridge(rows.T @ rows)
    scores, models = [], []
    centered = x - x.mean(axis=0)
    for penalty in PENALTIES:
        hat = centered @ np.linalg.solve(centered.T @ centered + 200 * penalty * np.eye(6), centered.T) + 1 / 200
        scores.append(np.sum((y - hat @ y) ** 2) / (200 - np.trace(hat)) ** 2)
        models.append(Ridge(alpha=200 * penalty).fit(x, y))
    best = models[int(np.argmin(scores))]
    assert slopes == pytest.approx(best.coef_, rel=1e-8)
    assert constant == pytest.approx(best.intercept_, rel=1e-8)


@pytest.mark.parametrize("target", [Y, np.exp(Y / 3)], ids=["straight", "bent"])
def test_no_row_is_predicted_by_what_has_seen_it(target):
    design = make_design(features_of(x=X, g=GROUP, z=Z), target)
    folds = assign_folds(N, 0)
    before = predict_out_of_fold(design, target, None, folds)
    changed = target.copy()
    changed[folds == 2] = RNG.permutation(changed[folds == 2])
    after = predict_out_of_fold(design, changed, None, folds)
    assert after[folds == 2] == pytest.approx(before[folds == 2], rel=1e-9)
    assert np.abs(after - before)[folds != 2].max() > 1e-6


def test_folds_are_equal_and_the_same_for_a_seed():
    folds = assign_folds(1003, 3)
    assert np.bincount(folds).tolist() == [201, 201, 201, 200, 200]
    assert (folds == assign_folds(1003, 3)).all()
    assert (folds != assign_folds(1003, 4)).any()


def test_it_is_about_as_good_as_the_truth_and_as_a_linear_model_of_scikit_learn():
    design = make_design(features_of(x=X, g=GROUP, z=Z), Y)
    found = predict_out_of_fold(design, Y, None, assign_folds(N, 0))
    assert np.mean((Y - found) ** 2) < 1.25 * np.mean((Y - MEAN) ** 2)
    data = load_diabetes()
    names = {name: data.data[:, k] for k, name in enumerate(data.feature_names)}
    found = predict_out_of_fold(make_design(features_of(**names), data.target), data.target, None, assign_folds(442, 0))
    plain = cross_val_predict(Ridge(alpha=0.1), data.data, data.target, cv=5)
    error = [np.mean((data.target - f) ** 2) for f in (found, plain)]
    assert error[0] < 1.05 * error[1]


def test_weights_are_rows():
    weight = RNG.integers(1, 4, N).astype(float)
    twice = np.repeat(np.arange(N), weight.astype(int))
    folds = assign_folds(N, 0)
    design = make_design(features_of(x=X, z=Z), Y)
    rows = np.vstack([np.ones(N), design.rows(slice(0, N)).T, Y]).T
    sums = [(rows * weight[:, None]).T @ rows, rows[twice].T @ rows[twice]]
    (a, b), (c, d) = (_solve_ridge(products) for products in sums)
    assert (a, *b) == pytest.approx((c, *d), rel=1e-9)
    assert not np.allclose(
        predict_out_of_fold(design, Y, weight, folds), predict_out_of_fold(design, Y, None, folds), rtol=1e-9
    )


def test_missing_values_are_filled_and_told():
    """What is missing not at random has a column of its own: the indicator explains what the filled values cannot."""
    gone = RNG.random(N) < 0.3
    y = Y + 5 * gone
    design = make_design(features_of(x=X, g=GROUP, z=np.where(gone, np.nan, Z)), y)
    found = predict_out_of_fold(design, y, None, assign_folds(N, 0))
    assert np.isfinite(found).all()
    blind = make_design(features_of(x=X, g=GROUP, z=np.where(gone, 0.0, Z)), y)
    other = predict_out_of_fold(blind, y, None, assign_folds(N, 0))
    assert np.mean((y - found) ** 2) < 0.5 * np.mean((y - other) ** 2)


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (np.arange(N), "counts the rows"),
        (np.full(N, 3.0), "the same in every row"),
        (3 - 2 * Y, "is the target, or a line of it"),
        (np.full(N, np.nan), "missing in 100 % of the rows"),
        (np.where(np.arange(N) < 20, 1.0, np.nan), "missing in 97.5 % of the rows"),
        (np.array([f"name {i}" for i in range(N)]), "no word occurs 5 times"),
    ],
)
def test_what_says_nothing_is_left_out(column, reason):
    design = make_design(features_of(x=X, odd=column), Y)
    assert design.used == ("x",)
    assert design.left_out == (("odd", reason),)


def test_only_frequent_words_have_a_column():
    words = np.array([f"w{i % 50}" for i in range(N)])
    words[:3] = "rare"
    design = make_design(features_of(g=words), Y)
    assert design.rows(slice(0, N)).shape == (N, 30)
    assert set(np.unique(design.rows(slice(0, N)))) == {0.0, 1.0}


def test_many_columns_are_lines_and_the_rest_is_left_out():
    wide = {f"x{k}": RNG.normal(size=100) for k in range(610)}
    design = make_design(features_of(**wide), RNG.normal(size=100))
    assert len(design.used) == 600
    assert design.left_out[0] == ("x600", "beyond the first 600 columns of the model")
    assert np.isfinite(predict_out_of_fold(design, RNG.normal(size=100), None, assign_folds(100, 0))).all()


def test_a_file_gets_the_verdict_on_its_noise(tmp_path, run):
    heavy = write(tmp_path, id=np.arange(N), x=X, g=GROUP, z=Z, price=MEAN + RNG.standard_t(2, N))
    code, out, err = run(heavy, "-t", "price", "--fit-baseline", "-f", "json")
    report = json.loads(out)
    assert (code, err) == (0, "")
    assert report["task"]["kind"] == "regression"
    assert "baseline" in report["task"]["why"]
    assert report["verdict"]["status"] == "switch"
    assert report["input"]["columns"]["prediction"] is None
    found = next(check for check in report["checks"] if check["id"] == "fitted_baseline")
    assert (found["code"], found["status"]) == ("LC005", "note")
    assert "'id': counts the rows" in found["message"]
    assert "3 features ('x', 'g' and 'z')" in found["message"]
    text = run(heavy, "-t", "price", "--fit-baseline")[1]
    assert "No predictions were given: these are out-of-fold predictions" in text


def test_normal_noise_is_left_to_mse(tmp_path):
    report = losscheck.check_file(write(tmp_path, x=X, g=GROUP, z=Z, target=Y), fit_baseline=True)
    assert report.verdict.loss == "mse"
    found = next(check for check in report.checks if check.id == "fitted_baseline")
    assert found.status is Status.NOTE
    sample = fit_baseline(read_sample([tmp_path / "train.csv"], with_features=True))
    assert sample.kind is TaskKind.REGRESSION
    assert found.effect.value == pytest.approx(1 - np.mean(sample.residual**2) / Y.var(), rel=1e-9)
    assert sample.residual == pytest.approx(sample.target - sample.prediction)


def test_the_same_file_gives_the_same_bytes(tmp_path):
    file = write(tmp_path, x=X, g=GROUP, y=Y)
    reports = [losscheck.check_file(file, fit_baseline=True).to_dict() for _ in range(2)]
    assert reports[0] == reports[1]
    assert losscheck.check_file(file, fit_baseline=True, seed=1).to_dict() != reports[0]


def test_rows_without_a_target_are_left_out_and_those_without_a_feature_are_not(tmp_path):
    y, x = Y.copy(), X.copy()
    y[:7], x[10:30], x[40] = np.nan, np.nan, np.inf
    group = np.where(np.arange(N) < 50, "", GROUP)
    file = write(tmp_path, x=x, g=group, y=y)
    sample = read_sample([file], Roles(target="y"), with_features=True)
    assert sample.n == N - 7
    assert sample.features.levels[1] is not None
    assert losscheck.check_file(file, target="y", fit_baseline=True).input.rows_used == N - 7


def test_words_that_are_too_many_are_no_levels(tmp_path):
    n = 3000
    file = write(tmp_path, x=np.arange(n) % 97, name=[f"p{i}" for i in range(n)], y=RNG.normal(size=n))
    sample = read_sample([file], Roles(target="y"), with_features=True)
    assert sample.features.levels == (None, ())
    report = losscheck.check_file(file, target="y", fit_baseline=True)
    message = next(check.message for check in report.checks if check.id == "fitted_baseline")
    assert "'name': too many different words" in message


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"price": Y}, {"target": "price"}, "there are none. Add features"),
        ({"x": X, "price": Y}, {}, "no target was found. Name the column"),
        ({"y": Y, "target": Y}, {}, "several columns could be the target: 'y', 'target'"),
        ({"x": X, "price": Y, "price_pred": Y}, {"target": "price"}, "has predictions \\('price_pred'\\)"),
        ({"x": X, "y": Y, "yhat": Y}, {}, "has predictions \\('yhat'\\)"),
        ({"x": X, "y": Y}, {"prediction": "x"}, "has predictions \\('x'\\)"),
        ({"x": X, "g": GROUP}, {"target": "g"}, "has text like '[a-f]', and --fit-baseline predicts numbers"),
        ({"x": X, "y": Y}, {"task": "multiclass"}, "--task multiclass has classes"),
        ({"x": X, "y": Y}, {"predictions_from": "training"}, "leave out --predictions-from"),
        ({"x": X, "y": Y}, {"stage": "init"}, "--stage init looks at the outputs"),
        ({"x": X[:20], "y": Y[:20]}, {}, "20 usable rows; --fit-baseline needs at least 30"),
        ({"x": np.full(N, 1), "y": Y}, {}, "no feature is left for --fit-baseline \\('x' the same in every row\\)"),
        ({"x": X, "y": np.full(N, 2.5)}, {}, "all 800 targets are equal to 2.5"),
    ],
)
def test_refusals(tmp_path, columns, options, message):
    with pytest.raises(InputError, match=message):
        losscheck.check_file(write(tmp_path, **columns), fit_baseline=True, **options)


def test_features_go_with_their_rows_where_these_are_sorted(tmp_path):
    file = write(tmp_path, when=RNG.permutation(N), x=X, y=Y)
    sample = read_sample([file], Roles(target="y", order="when"), with_features=True)
    assert sample.features.names == ("x",)
    assert (sample.row != np.arange(1, N + 1)).any()
    assert sample.features.values[:, 0] == pytest.approx(X[sample.row - 1])
    assert sample.target == pytest.approx(Y[sample.row - 1])


def test_segments_are_judged_on_the_residuals_of_one_baseline(tmp_path):
    noise = np.where(GROUP < "d", RNG.normal(0, 1, N), RNG.standard_t(1.5, N))
    side = np.where(GROUP < "d", "calm", "wild")
    file = write(tmp_path, x=X, z=Z, side=side, y=2 * np.sin(X) + Z + noise)
    report = losscheck.check_file(file, target="y", group="side", fit_baseline=True)
    assert {group.name for group in report.groups} == {"calm", "wild"}
    found = next(check for check in report.checks if check.id == "fitted_baseline")
    assert "2 features ('x' and 'z')" in found.message


def test_shards_are_one_table(tmp_path):
    for k, part in enumerate((slice(0, 300), slice(300, N))):
        pd.DataFrame({"x": X[part], "g": GROUP[part], "y": Y[part]}).to_csv(tmp_path / f"{k}.csv", index=False)
    whole = losscheck.check_file(write(tmp_path, x=X, g=GROUP, y=Y), fit_baseline=True)
    parts = losscheck.check_file([tmp_path / "0.csv", tmp_path / "1.csv"], fit_baseline=True)
    assert parts.verdict.headline == whole.verdict.headline
    assert [check.effect for check in parts.checks] == [check.effect for check in whole.checks]
