"""Real tables that scikit-learn and statsmodels bring along: features and a target each, rows without gaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels
import statsmodels.api as sm
from sklearn import datasets

Loaded = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Table:
    """One real table: where its features (n, d) and target (n,) come from."""

    name: str
    load: Callable[[], Loaded]


def split(frame: pd.DataFrame, target: str, features: list[str] | None = None, every: int = 1) -> Loaded:
    """Return features and target of every so manieth row; words become 0/1 columns, rows with gaps are left out."""
    names = [name for name in frame if name != target] if features is None else features
    frame = frame[[*names, target]].dropna().iloc[::every]
    X = pd.get_dummies(frame[names], drop_first=True, dtype=float)
    return X.to_numpy(float), frame[target].to_numpy(float)


def sklearn_table(name: str, target: str, features: str = "") -> Loaded:
    """Return a table of scikit-learn; `features` is how the names of the features begin."""
    frame = getattr(datasets, f"load_{name}")(as_frame=True).data
    return split(frame, target, [column for column in frame if column.startswith(features) and column != target])


def statsmodels_table(name: str, target: str, features: list[str] | None = None, every: int = 1) -> Loaded:
    """Return a table of statsmodels."""
    return split(getattr(sm.datasets, name).load_pandas().data, target, features, every)


def shipped_table(path: str, target: str, features: list[str], every: int = 1) -> Loaded:
    """Return a real table that statsmodels ships with its tests."""
    return split(pd.read_csv(Path(statsmodels.__file__).parent / path), target, features, every)


def _star98() -> Loaded:
    frame = sm.datasets.star98.load_pandas().data
    share = frame["NABOVE"] / (frame["NABOVE"] + frame["NBELOW"])
    return frame.iloc[:, 2:14].to_numpy(float), share.to_numpy(float)


def _autos(target: str) -> Loaded:
    names = ["fuel", "aspir", "drive", "wb", "width", "weight", "eng_cc", "comp.ratio", "hp"]
    return shipped_table("gam/tests/results/autos.csv", target, names)


LBW = ["age", "lwt", "race", "smoke", "ptl", "ht", "ui"]
EPIL = ["trt", "base", "age", "period"]
RANDHIE = ["lncoins", "idp", "lpi", "fmde", "physlm", "disea", "hlthg", "hlthf", "hlthp"]
TABLES = (
    Table("diabetes: progress", lambda: datasets.load_diabetes(return_X_y=True)),
    Table("wine: proline", lambda: sklearn_table("wine", "proline")),
    Table("wine: color", lambda: sklearn_table("wine", "color_intensity")),
    Table("iris: petal width", lambda: sklearn_table("iris", "petal width (cm)")),
    Table("iris: sepal length", lambda: sklearn_table("iris", "sepal length (cm)")),
    Table("breast cancer: area error", lambda: sklearn_table("breast_cancer", "area error", "mean")),
    Table("breast cancer: texture error", lambda: sklearn_table("breast_cancer", "texture error", "mean")),
    Table("breast cancer: worst texture", lambda: sklearn_table("breast_cancer", "worst texture", "mean")),
    Table("engel: food", lambda: statsmodels_table("engel", "foodexp", ["income"])),
    Table("grunfeld: investment", lambda: statsmodels_table("grunfeld", "invest", ["value", "capital", "year"])),
    Table("star98: share above", _star98),
    Table("cancer: deaths", lambda: statsmodels_table("cancer", "cancer", ["population"])),
    Table("randhie: visits", lambda: statsmodels_table("randhie", "mdvis", RANDHIE, 10)),
    Table("fair: affairs", lambda: statsmodels_table("fair", "affairs", None, 4)),
    Table("anes96: days of TV news", lambda: statsmodels_table("anes96", "TVnews", ["age", "educ", "income", "PID"])),
    Table(
        "modechoice: terminal time", lambda: statsmodels_table("modechoice", "ttme", ["mode", "invc", "invt", "hinc"])
    ),
    Table("ccard: expenses", lambda: statsmodels_table("ccard", "AVGEXP", ["AGE", "INCOME", "OWNRENT"])),
    Table("births: weight in grams", lambda: shipped_table("genmod/tests/results/stata_lbw_glm.csv", "bwt", LBW)),
    Table("births: visits", lambda: shipped_table("genmod/tests/results/stata_lbw_glm.csv", "ftv", LBW)),
    Table(
        "medpar: days",
        lambda: shipped_table("genmod/tests/results/stata_medpar1_glm.csv", "los", ["admitype", "codes"], 3),
    ),
    Table("epil: seizures", lambda: shipped_table("genmod/tests/results/epil.csv", "y", EPIL)),
    Table(
        "dietox: weight", lambda: shipped_table("regression/tests/results/dietox.csv", "Weight", ["Time", "Evit", "Cu"])
    ),
    Table("motorcycle: acceleration", lambda: _motorcycle()),
    Table("autos: price", lambda: _autos("price")),
    Table("autos: miles a gallon", lambda: _autos("city_mpg")),
)


def _motorcycle() -> Loaded:
    """Return acceleration against a spline of time: eight truncated lines."""
    frame = pd.read_csv(Path(statsmodels.__file__).parent / "gam/tests/results/motorcycle.csv")
    times = frame["times"].to_numpy(float)
    knots = np.quantile(times, np.linspace(0, 1, 9)[:-1])
    return np.maximum(times[:, None] - knots, 0.0), frame["accel"].to_numpy(float)
