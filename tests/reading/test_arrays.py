"""Arrays of every make, and what is said about those that do not fit."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from losscheck.reading import sample_from_arrays
from losscheck.results import InputError

SERIES = pd.Series([1.5, 2.5, 4.0], name="price")


def refusal(**columns) -> str:
    with pytest.raises(InputError) as caught:
        sample_from_arrays(**columns)
    return str(caught.value)


@pytest.mark.parametrize(
    "target",
    [
        [1, 2, 4],
        (1.0, 2.0, 4.0),
        [True, 2, 4],
        np.array([1, 2, 4], dtype=np.uint8),
        np.array([[1.0], [2.0], [4.0]], dtype=np.float32),
        np.array([1, 2.0, Decimal(4)], dtype=object),
        np.ma.MaskedArray([1, 2, 4]),
        pd.Series([1, 2, 4]),
        pd.Series([1, 2, 4], dtype="Int64"),
        pd.Series([1, 2, 4], dtype="Float32"),
        pd.Series([1, 2, 4], dtype=object),
        pd.DataFrame({"y": [1, 2, 4]}),
        pd.Index([1, 2, 4]),
        iter([1, 2, 4]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_columns_of_every_make(target):
    sample = sample_from_arrays(target=target, prediction=[0, 0, 0])
    assert sample.target.tolist() == [1, 2, 4]
    assert sample.target.dtype == np.float64
    assert sample.row.tolist() == [1, 2, 3]
    assert sample.info.files == ()
    assert sample.info.dialect is None


@pytest.mark.parametrize(
    "target",
    [
        [1, None, 4],
        [1, float("nan"), 4],
        np.ma.MaskedArray([1, 2, 4], mask=[0, 1, 0]),
        np.ma.MaskedArray([1, "x", 4], mask=[0, 1, 0], dtype=object),
        pd.Series([1, None, 4], dtype="Int64"),
        pd.Series([1, pd.NA, 4], dtype=object),
        pd.Series([True, None, True], dtype="boolean") * 1,
    ],
)
def test_missing_values_are_left_out_and_counted(target):
    sample = sample_from_arrays(target=target, prediction=[0, 0, 0])
    assert sample.row.tolist() == [1, 3]
    (left_out,) = sample.missing
    assert (left_out.column, left_out.count, left_out.rows) == ("target", 1, (2,))


def test_the_input_is_not_changed_and_not_shared():
    target = np.array([1.0, 2.0])
    sample = sample_from_arrays(target=target, prediction=[0, 0])
    sample.target[0] = 9
    assert target.tolist() == [1.0, 2.0]


def test_names_of_series():
    columns = sample_from_arrays(target=SERIES, prediction=SERIES.rename("guess")).info.columns
    assert (columns.target, columns.prediction) == ("price", "guess")
    same = sample_from_arrays(target=SERIES, prediction=SERIES).info.columns
    assert (same.target, same.prediction) == ("target", "prediction")


def test_residual_alone_and_with_another():
    assert sample_from_arrays(residual=[1, 2]).target is None
    assert sample_from_arrays(residual=[1, 2], prediction=[3, 3]).target.tolist() == [4, 5]
    assert sample_from_arrays(residual=[1, 2], target=[3, 3]).prediction.tolist() == [2, 1]


def test_order_by_numbers_and_dates():
    for order in ([3, 1, 2], np.array(["2024-03-01", "2024-01-01", "2024-02-01"], dtype="datetime64[D]")):
        assert sample_from_arrays(residual=[1, 2, 3], order=order).row.tolist() == [2, 3, 1]


def test_weights():
    sample = sample_from_arrays(residual=[1, 2, 3], weight=[1, 3, 0])
    assert sample.weight == pytest.approx([0.4, 1.2])  # (1 + 3)² / (1² + 3²) = 1.6
    huge = sample_from_arrays(residual=[1, 2], weight=[1e300, 3e300])
    assert huge.weight == pytest.approx([0.4, 1.2])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({}, "nothing to check. Give target and prediction, or residual (target − prediction), or target alone."),
        (
            {"prediction": [1]},
            "target is missing. Give target and prediction, or residual (target − prediction), or target alone.",
        ),
        (
            {"target": [1], "prediction": [1], "residual": [0]},
            "target, prediction and residual are all given, and one follows from the other two.",
        ),
        (
            {"target": [1, 2, 3], "prediction": [1, 2]},
            "target has 3 values and prediction has 2. They must be as many.",
        ),
        (
            {"target": [[1, 2], [3, 4]], "prediction": [1, 2]},
            "target must have one dimension, but it has shape 2 × 2. Pass one column.",
        ),
        (
            {"residual": 5},
            "residual cannot be made an array of numbers: 'int' object is not iterable. Pass one column.",
        ),
        ({"residual": "abc"}, "residual cannot be made an array of numbers: it is a str. Pass one column."),
        (
            {"residual": np.float64(1)},
            "residual must have one dimension, but it has shape a single value. Pass one column.",
        ),
        (
            {"target": ["cat", "dog"], "prediction": [1, 2]},
            "prediction holds the predicted class, and not how likely it is. Write the probabilities or logits of the "
            "classes (predict_proba), a column each.",
        ),
        ({"residual": [1, 2, "3"]}, "residual[0] is '1', which is not a number."),
        ({"residual": pd.Series([1, 2, "x"], dtype=object)}, "residual[2] is 'x', which is not a number."),
        ({"residual": [1, 2 + 1j]}, "residual[0] is (1+0j), which is not a number."),
        ({"residual": [1, 10**400]}, "residual[1] is too large for a float64."),
        (
            {"residual": np.array(["2024-01-01"], dtype="datetime64[D]")},
            "residual has the type datetime64[D]. Pass numbers.",
        ),
        (
            {"residual": []},
            "residual is empty. Give target and prediction, or residual (target − prediction), or target alone.",
        ),
        (
            {"residual": [1, 2], "weight": [1, -2]},
            "weight[1] is -2, which is negative. Weights must be 0 or more.",
        ),
        ({"residual": [1, 2], "weight": [0, 0]}, "no row is left: every weight is 0. Give rows with finite numbers."),
        (
            {"target": SERIES, "prediction": SERIES.set_axis([5, 6, 7])},
            "target and prediction are pandas Series with different indexes. Values are paired by position: "
            "align them first, or pass target.to_numpy() and prediction.to_numpy().",
        ),
    ],
)
def test_refusals(columns, message):
    assert refusal(**columns) == message


def test_ragged_lists():
    assert refusal(residual=[[1], [1, 2]]).startswith("residual cannot be made an array of numbers: ")
