"""Write the classification files of this folder: out-of-fold outputs of scikit-learn models, and spoiled copies.

Run `python sample_data/make_classes.py` (needs scikit-learn). Models and folds are seeded; the digits of the floats may
differ between versions of scikit-learn, which is why the files are kept and not made in the tests.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FOLDER = Path(__file__).parent
SEED = 20261125
ROWS = 600
"""Of the 1,797 digits, so that the spoiled copies stay small."""
NAMES = [f"prob_{k}" for k in range(10)]


def out_of_fold(model, x: np.ndarray, y: np.ndarray, method: str = "predict_proba") -> np.ndarray:
    """Return the outputs of ten folds for the rows that each left out."""
    folds = StratifiedKFold(10, shuffle=True, random_state=SEED)
    return cross_val_predict(model, x, y, cv=folds, method=method)


def write(name: str, label: pd.Series | np.ndarray, outputs: np.ndarray, names: list[str], digits: str = "%.6f"):
    """Write a label column and the outputs beside it."""
    frame = pd.DataFrame(outputs, columns=names)
    frame.insert(0, "label", label)
    frame.to_csv(FOLDER / name, index=False, float_format=digits, lineterminator="\n")


def logistic(c: float) -> object:
    """Return standardised logistic regression."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=5000))


def softmax(z: np.ndarray) -> np.ndarray:
    """Return the softmax of every row."""
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def write_binary() -> None:
    """Write two-class files: a calibrated model, and one that was trained for too long."""
    data = load_breast_cancer()
    diagnosis = np.where(data.target == 1, "benign", "malignant")
    p = out_of_fold(logistic(0.02), data.data, data.target)[:, 1]
    frame = pd.DataFrame({"diagnosis": diagnosis, "prob_benign": p})
    frame.to_csv(FOLDER / "cancer_logistic.csv", index=False, float_format="%.6f", lineterminator="\n")
    p = out_of_fold(GaussianNB(), data.data, data.target)[:, 1]
    frame = pd.DataFrame({"y_true": data.target, "y_prob": p})
    frame.to_csv(FOLDER / "cancer_naive_bayes.csv", index=False, float_format="%.17g", lineterminator="\n")


def write_wine() -> None:
    """Write the votes of a small forest."""
    data = load_wine()
    votes = out_of_fold(RandomForestClassifier(10, max_depth=3, random_state=SEED), data.data, data.target)
    names = [f"prob_{name}" for name in data.target_names]
    write("wine_forest.csv", pd.Series(data.target_names[data.target]), np.round(votes, 6), names)


def write_digits() -> None:
    """Write ten classes: a good model and every way in which its file could have been spoiled."""
    x, y = load_digits(return_X_y=True)
    x, y = x[:ROWS], y[:ROWS]
    scores = out_of_fold(logistic(5.0), x, y, "decision_function")
    p = out_of_fold(logistic(5.0), x, y)
    write("digits_logistic.csv", y, p, NAMES)
    write("digits_scores.csv", y, scores, [f"score_{k}" for k in range(10)])
    write("digits_overconfident.csv", y, softmax(2.5 * np.log(p)), NAMES, "%.9g")
    write("digits_percent.csv", y, 100 * p, NAMES, "%.4f")
    write("digits_log_probabilities.csv", y, np.log(p), NAMES)
    write("digits_softmax_twice.csv", y, softmax(p), NAMES)
    write("digits_underconfident.csv", y, out_of_fold(logistic(0.02), x, y), NAMES)
    swapped = p.copy()
    swapped[:, [3, 8]] = p[:, [8, 3]]
    write("digits_swapped_columns.csv", y, swapped, NAMES)
    write("digits_labels_from_1.csv", y + 1, p, NAMES)
    write("digits_two_decimals.csv", y, p, NAMES, "%.2f")
    write("digits_float32.csv", y, p.astype(np.float32), NAMES, "%.9g")
    write("digits_float16.csv", y, p.astype(np.float16), NAMES, "%.5g")
    broken = p.copy()
    broken[[17, 230, 411]] = np.nan
    frame = pd.DataFrame(broken, columns=NAMES)
    frame.insert(0, "label", y)
    frame.to_csv(FOLDER / "digits_nan_rows.csv", index=False, float_format="%.6f", na_rep="nan", lineterminator="\n")
    write("digits_missing_column.csv", y, p[:, :9], NAMES[:9])


def write_multilabel() -> None:
    """Write three labels of a digit that do not exclude each other."""
    x, y = load_digits(return_X_y=True)
    x, y = x[:ROWS], y[:ROWS]
    labels = {"even": y % 2 == 0, "prime": np.isin(y, (2, 3, 5, 7)), "loop": np.isin(y, (0, 6, 8, 9))}
    frame = pd.DataFrame({f"true_{name}": label.astype(int) for name, label in labels.items()})
    for name, label in labels.items():
        frame[f"prob_{name}"] = out_of_fold(logistic(0.02), x, label.astype(int))[:, 1]
    frame.to_csv(FOLDER / "digits_multilabel.csv", index=False, float_format="%.6f", lineterminator="\n")


def write_soft() -> None:
    """Write the shares of seven annotators, drawn from a model that states their probabilities."""
    rng = np.random.default_rng(SEED)
    p = softmax(1.5 * rng.standard_normal((400, 3)))
    votes = np.array([rng.multinomial(7, row) for row in p]) / 7
    names = ("cat", "dog", "bird")
    frame = pd.DataFrame({f"target_{name}": votes[:, k] for k, name in enumerate(names)})
    for k, name in enumerate(names):
        frame[f"prob_{name}"] = p[:, k]
    frame.to_csv(FOLDER / "annotator_shares.csv", index=False, float_format="%.6f", lineterminator="\n")


def write_start() -> None:
    """Write the outputs of a network of random weights, before any training."""
    x, y = load_digits(return_X_y=True)
    rng = np.random.default_rng(SEED)
    hidden = np.maximum(x[:ROWS] / 16 @ rng.normal(0, np.sqrt(2 / 64), (64, 32)), 0)
    logits = hidden @ rng.normal(0, np.sqrt(1 / 32), (32, 10))
    write("digits_before_training.csv", y[:ROWS], logits, [f"logit_{k}" for k in range(10)])


if __name__ == "__main__":
    write_binary()
    write_wine()
    write_digits()
    write_multilabel()
    write_soft()
    write_start()
