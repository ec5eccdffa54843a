"""How often an untrained network is called a bad start, and whether a quick baseline shows the noise of better models.

    OMP_NUM_THREADS=1 python benchmarks/before_training.py [--networks 1000] [--skip-tables]

Networks have two hidden layers of 64 and standardised targets; their outputs before any training are checked as with
`--stage init`. The baseline of `--fit-baseline` is held against histogram gradient boosting, both out of fold, on the
tables of real_tables.py. Results: docs/before-training.md.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from real_tables import TABLES
from sklearn.datasets import load_diabetes
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import cross_val_predict

import losscheck
from losscheck.baseline.fit import fit_baseline
from losscheck.checks.targets import initial_error, output_scale
from losscheck.reading import sample_from_arrays
from losscheck.results import TaskKind
from losscheck.sample import Asked, Features, Sample, Stage

WIDTH, SEED, FOLDS = 64, 20261125, 5


def make_problems(rng: np.random.Generator) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return features and standardised targets: a real table, a sum of eight features, one that explains 0.9."""
    X, one = rng.standard_normal((500, 8)), rng.standard_normal((500, 1))
    found = {
        "diabetes": load_diabetes(return_X_y=True, scaled=False),
        "sum of eight": (X, X.sum(axis=1) + rng.standard_normal(500)),
        "one feature": (one, 3 * one[:, 0] + rng.standard_normal(500)),
    }
    return {name: ((X - X.mean(0)) / X.std(0), (y - y.mean()) / y.std()) for name, (X, y) in found.items()}


def run_network(X: np.ndarray, weights: str, rng: np.random.Generator) -> np.ndarray:
    """Return outputs of random weights: uniform in ±1/√fan-in as PyTorch has it, or of variance 2/fan-in (He)."""
    for out, rectified in ((WIDTH, True), (WIDTH, True), (1, False)):
        fan_in = X.shape[1]
        bound = 1 / np.sqrt(fan_in)
        weight, bias = rng.uniform(-bound, bound, (fan_in, out)), rng.uniform(-bound, bound, out)
        if weights == "He":
            weight, bias = rng.standard_normal((fan_in, out)) * np.sqrt(2 / fan_in), np.zeros(out)
        X = X @ weight + bias
        if rectified:
            X = np.maximum(X, 0.0)
    return X[:, 0]


def measure_starts(networks: int) -> pd.DataFrame:
    """Return the shares of networks that a check notes or warns of, in percent."""
    rng = np.random.default_rng(SEED)
    problems, rows = make_problems(rng), []
    for name, (X, y) in problems.items():
        for weights in ("PyTorch", "He"):
            found: list[str] = []
            for _ in range(networks):
                outputs = run_network(X, weights, rng)
                sample = sample_from_arrays(target=y, prediction=outputs, asked=Asked(stage=Stage.INIT))
                states = [check.CHECK.result(sample, 0.05).status.value for check in (initial_error, output_scale)]
                found.append("warn" if "warn" in states else "note" if "note" in states else "pass")
            shares = {state: 100 * found.count(state) / networks for state in ("pass", "note", "warn")}
            rows.append({"problem": name, "weights": weights} | shares)
    return pd.DataFrame(rows)


def baseline_of(X: np.ndarray, y: np.ndarray) -> Sample:
    """Return the rows with the out-of-fold predictions of the baseline."""
    alone = sample_from_arrays(target=y, task="regression")
    assert isinstance(alone, Sample)
    assert alone.kind is TaskKind.TARGETS
    names = tuple(f"x{k}" for k in range(X.shape[1]))
    with np.errstate(all="ignore"):
        features = Features(names, X, (None,) * X.shape[1])
        return fit_baseline(Sample(**(vars(alone) | {"features": features})), 0)


def compare_baselines() -> pd.DataFrame:
    """Return for each table R² and verdict of the baseline and of boosted trees, and whether they name one loss."""
    rows = []
    for table in TABLES:
        X, y = table.load()
        trees = cross_val_predict(HistGradientBoostingRegressor(random_state=0), X, y, cv=FOLDS)
        quick = baseline_of(X, y)
        assert quick.prediction is not None
        row: dict[str, object] = {"table": table.name}
        verdicts = []
        for name, prediction in (("baseline", quick.prediction), ("trees", trees)):
            verdict = losscheck.check(y, prediction, task="regression", predictions_from="heldout").verdict
            verdicts.append(verdict)
            row[f"R² {name}"] = round(1 - float(((y - prediction) ** 2).mean() / y.var()), 3)
            row[name] = f"{verdict.status.value} {verdict.loss}"
        first, second = verdicts
        row["alike"] = first.loss in (second.loss, *second.tied) or second.loss in first.tied
        rows.append(row)
    return pd.DataFrame(rows)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--networks", type=int, default=1000)
    parser.add_argument("--skip-tables", action="store_true")
    options = parser.parse_args()
    print(measure_starts(options.networks).to_string(index=False))
    if not options.skip_tables:
        found = compare_baselines()
        print(found.to_string(index=False))
        higher = int((found["R² baseline"] > found["R² trees"]).sum())
        print(f"alike {int(found['alike'].sum())}, R² of the baseline higher {higher}, of {len(found)}")


if __name__ == "__main__":
    main()
