"""One stump of XGBoost, LightGBM or CatBoost, whose leaves tell the sums of gradients.

A leaf is −G/(H + ridge). Two fits with different ridges give G, the sum of gradients, whatever H, that of hessians, is.
CatBoost may divide by more than that: there the ridge is so large that H does not matter.
"""

import importlib
from functools import partial

import numpy as np
import pytest
from snippet_cases import N

MODELS = {
    "xgboost": ("XGBRegressor", "XGBClassifier"),
    "lightgbm": ("LGBMRegressor", "LGBMClassifier"),
    "catboost": ("CatBoostRegressor", "CatBoostClassifier"),
}
RIDGES = {"xgboost": (0.01, 0.5), "lightgbm": (0.01, 0.5), "catboost": (1e5, 1e5)}
RIDGE = {"xgboost": "reg_lambda", "lightgbm": "reg_lambda", "catboost": "l2_leaf_reg"}
STUMP = {
    "xgboost": {"n_estimators": 1, "max_depth": 1, "learning_rate": 1, "min_child_weight": 0, "base_score": 0.5},
    "lightgbm": {
        "n_estimators": 1,
        "num_leaves": 2,
        "learning_rate": 1,
        "min_child_samples": 1,
        "min_child_weight": 0,
        "boost_from_average": False,
        "verbose": -1,
    },
    "catboost": {
        "iterations": 1,
        "depth": 1,
        "learning_rate": 1,
        "leaf_estimation_iterations": 1,
        "boost_from_average": False,
        "bootstrap_type": "No",
        "random_strength": 0,
        "verbose": False,
        "allow_writing_files": False,
    },
}
GROUP = (np.arange(N) % 3 == 0).astype(float)
"""The one feature, in two groups."""


def load(framework: str):
    names = {"xgboost": "XGBoost", "lightgbm": "LightGBM", "catboost": "CatBoost"}
    return pytest.importorskip(framework, reason=f"{names[framework]} is not installed")


def small(monkeypatch, framework: str, **settings) -> None:
    """Make all models of the library stumps, or what the settings say."""
    module = importlib.import_module(framework)
    for name in MODELS[framework]:
        model = getattr(module, name)
        model = getattr(model, "func", model)
        monkeypatch.setattr(module, name, partial(model, **settings))


def stump(monkeypatch, framework: str, code: str, y: np.ndarray, ridge: float, start: float = 0.0) -> np.ndarray:
    settings = STUMP[framework] | {RIDGE[framework]: ridge}
    if framework == "xgboost":
        settings["base_score"] = start
    with monkeypatch.context() as patch:
        small(patch, framework, **settings)
        space = {"X": GROUP[:, None], "y": y}
        exec(code, space)
        if "f" not in space:
            space["f"] = space["model"].fit(space["X"], y).predict(space["X"])
    return np.asarray(space["f"], dtype=float)


def sums(leaves: tuple[float, float], ridges: tuple[float, float]) -> float:
    """Return G of a leaf from its value at two ridges, or at one large one."""
    if ridges[0] == ridges[1]:
        return -leaves[0] * ridges[0]
    return -(ridges[1] - ridges[0]) / (1 / leaves[1] - 1 / leaves[0])
