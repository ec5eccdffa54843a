"""Does the pasted loss help? Small PyTorch networks on real tables, trained with MSE and with the recommended loss.

    OMP_NUM_THREADS=1 python benchmarks/networks.py [--seeds 3] [TABLE...]

Every outer fold: networks trained with MSE predict the training rows out of fold; losscheck reads these predictions;
its PyTorch code is run as it stands, as the loss of a new network; that one and one trained with MSE predict the fold
that neither has seen. The likelihoods are fitted to the training rows' out-of-fold residuals of MSE, for both.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
import torch
from sklearn import datasets
from sklearn.model_selection import KFold

import losscheck
from losscheck.families import loss_named
from losscheck.families.family import Family, View
from losscheck.families.fitting import fit_family
from losscheck.numeric.points import make_points

OUTER, INNER = 5, 4
WIDTH, RATE = 32, 0.01
MOST_STEPS, PATIENCE = 400, 40
HELD_BACK = 0.2
"""Of the training rows, for stopping early."""
RESAMPLES = 400


@dataclass(frozen=True)
class Table:
    """One real table: where its features and target come from."""

    name: str
    load: Callable[[], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Held:
    """What one network says about rows that it has not seen: predictions, and nats of each row."""

    prediction: np.ndarray
    nats: np.ndarray


def _column(frame: pd.DataFrame, target: str, features: list[str] | None = None) -> tuple[np.ndarray, np.ndarray]:
    features = [name for name in frame if name != target] if features is None else features
    return frame[features].to_numpy(float), frame[target].to_numpy(float)


def _star98() -> tuple[np.ndarray, np.ndarray]:
    frame = sm.datasets.star98.load_pandas().data
    share = 100 * frame["NABOVE"] / (frame["NABOVE"] + frame["NBELOW"])
    return frame.drop(columns=["NABOVE", "NBELOW"]).to_numpy(float), share.to_numpy(float)


def _cancer_means(target: str) -> tuple[np.ndarray, np.ndarray]:
    frame = datasets.load_breast_cancer(as_frame=True).data
    return _column(frame, target, [name for name in frame if name.startswith("mean")])


def _statsmodels(name: str, target: str, features: list[str]) -> tuple[np.ndarray, np.ndarray]:
    return _column(getattr(sm.datasets, name).load_pandas().data, target, features)


TABLES = (
    Table("diabetes: progress", lambda: datasets.load_diabetes(return_X_y=True)),
    Table("wine: proline", lambda: _column(datasets.load_wine(as_frame=True).data, "proline")),
    Table("iris: petal width", lambda: _column(datasets.load_iris(as_frame=True).data, "petal width (cm)")),
    Table("breast cancer: area error", lambda: _cancer_means("area error")),
    Table("breast cancer: worst texture", lambda: _cancer_means("worst texture")),
    Table("engel: food", lambda: _statsmodels("engel", "foodexp", ["income"])),
    Table("grunfeld: investment", lambda: _statsmodels("grunfeld", "invest", ["value", "capital", "year"])),
    Table("star98: share above", _star98),
    Table("cancer: deaths", lambda: _statsmodels("cancer", "cancer", ["population"])),
)


class Network:
    """Two hidden layers on standardised features; outputs in units of the target, log sigma beside them if asked."""

    def __init__(self, X: np.ndarray, y: np.ndarray, family: Family, seed: int) -> None:
        """Standardise by these rows."""
        torch.manual_seed(seed)
        self.head, self.logs = family.view is View.SCALED, family.view is View.LOG_RATIO
        self.center, self.spread = X.mean(0), np.where(X.std(0) > 0, X.std(0), 1.0)
        goal = np.log(y) if self.logs else y
        self.mean, self.sd = float(goal.mean()), float(goal.std())
        layers = torch.nn
        self.net = layers.Sequential(
            layers.Linear(X.shape[1], WIDTH),
            layers.Tanh(),
            layers.Linear(WIDTH, WIDTH),
            layers.Tanh(),
            layers.Linear(WIDTH, 2 if self.head else 1),
        ).double()

    def run(self, X: np.ndarray) -> dict[str, torch.Tensor]:
        """Return what the pasted code reads: f, and log_sigma with a scale head."""
        out = self.net(torch.tensor((X - self.center) / self.spread))
        f = self.mean + self.sd * out[:, 0]
        head = {"log_sigma": float(np.log(self.sd)) + out[:, 1]} if self.head else {}
        return {"f": torch.exp(f) if self.logs else f, **head}

    def loss(self, code: str, X: np.ndarray, y: np.ndarray) -> torch.Tensor:
        """Run the pasted code."""
        space = {"torch": torch, "y": torch.tensor(y), **self.run(X)}
        exec(code, space)
        return space["loss"]


def train(code: str, family: Family, X: np.ndarray, y: np.ndarray, seed: int) -> Network:
    """Return the network at the step at which the loss of the rows held back was least."""
    order = np.random.default_rng(seed).permutation(len(y))
    back, rest = order[: int(HELD_BACK * len(y))], order[int(HELD_BACK * len(y)) :]
    network = Network(X[rest], y[rest], family, seed)
    optimiser = torch.optim.Adam(network.net.parameters(), lr=RATE)
    best, best_state, since = np.inf, network.net.state_dict(), 0
    for _ in range(MOST_STEPS):
        optimiser.zero_grad()
        network.loss(code, X[rest], y[rest]).backward()
        optimiser.step()
        with torch.no_grad():
            held = network.loss(code, X[back], y[back]).item()
        if held < best:
            best, since = held, 0
            best_state = {name: value.clone() for name, value in network.net.state_dict().items()}
        since += 1
        if since > PATIENCE:
            break
    network.net.load_state_dict(best_state)
    return network


def out_of_fold(code: str, family: Family, X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Return predictions of every row by a network that has not seen it."""
    found = np.empty_like(y)
    for fit, test in KFold(INNER, shuffle=True, random_state=seed).split(X):
        found[test] = train(code, family, X[fit], y[fit], seed).run(X[test])["f"].detach().numpy()
    return found


def hold_out(code: str, family: Family, rows: tuple[np.ndarray, ...], test: tuple[np.ndarray, ...], seed: int) -> Held:
    """Train on `rows` (X, y, out-of-fold predictions) and return predictions and nats of the test rows (X, y)."""
    X, y, earlier = rows
    network = train(code, family, X, y, seed)
    outputs = {name: value.detach().numpy() for name, value in network.run(test[0]).items()}
    return Held(outputs["f"], nats(family, y, earlier, test[1], outputs))


def nats(family: Family, y: np.ndarray, earlier: np.ndarray, target: np.ndarray, outputs: dict) -> np.ndarray:
    """Return −log density of each test row; the noise as fitted to the earlier residuals, or as the head says."""
    f = outputs["f"]
    if family.view is View.SCALED:
        shapes = fit_family(loss_named("student_t"), make_points(y - earlier)).theta[2:] if family.shapes else ()
        return family.nll((target - f) * np.exp(-outputs["log_sigma"]), *shapes) + outputs["log_sigma"]
    if family.view is not View.LOG_RATIO:
        mu, sigma, *shapes = fit_family(family, make_points(y - earlier)).theta
        return family.nll((target - f - mu) / sigma, *shapes) + np.log(sigma)
    known = earlier > 0
    mu, sigma, *shapes = fit_family(family, make_points(np.log(y[known] / earlier[known]))).theta
    log_target = np.log(np.where(target > 0, target, 1.0))
    found = family.nll((log_target - np.log(f) - mu) / sigma, *shapes) + np.log(sigma) + log_target
    return np.where(target > 0, found, np.inf)  # a logarithm gives no probability to what is not positive


def compare(table: Table, seed: int) -> tuple[np.ndarray, Held, Held, list[str]]:
    """Return the targets, what MSE and the recommended loss say of them held out, and what was recommended."""
    X, y = table.load()
    normal, said, losses = loss_named("mse"), [], []
    found = {name: Held(np.empty_like(y), np.empty_like(y)) for name in ("mse", "recommended")}
    for fit, test in KFold(OUTER, shuffle=True, random_state=seed).split(X):
        plain = normal.fill_code({}).pytorch
        earlier = out_of_fold(plain, normal, X[fit], y[fit], seed)
        verdict = losscheck.check(y[fit], earlier, predictions_from="heldout").verdict
        losses.append(f"{verdict.status.value} {verdict.loss}")
        rows, unseen = (X[fit], y[fit], earlier), (X[test], y[test])
        family = normal if verdict.loss is None else loss_named(verdict.loss)
        code = plain if verdict.loss is None else verdict.code.pytorch
        said = {"mse": hold_out(plain, normal, rows, unseen, seed)}
        said["recommended"] = said["mse"] if code == plain else hold_out(code, family, rows, unseen, seed)
        for name, held in said.items():
            found[name].prediction[test], found[name].nats[test] = held.prediction, held.nats
    return y, found["mse"], found["recommended"], losses


def changes(y: np.ndarray, mse: Held, other: Held) -> dict[str, tuple[float, float]]:
    """Return the change of typical error and RMSE in percent, and of nats a row, each with its standard error."""
    errors = np.stack([np.abs(y - mse.prediction), np.abs(y - other.prediction)])
    measures = {
        "typical": lambda e: np.median(e, axis=1),
        "rmse": lambda e: np.sqrt((e**2).mean(axis=1)),
    }
    rng, found = np.random.default_rng(0), {}
    for name, measure in measures.items():
        percent = lambda e, measure=measure: 100 * (measure(e)[1] / measure(e)[0] - 1)  # noqa: E731
        draws = [percent(errors[:, rng.integers(0, y.size, y.size)]) for _ in range(RESAMPLES)]
        found[name] = float(percent(errors)), float(np.std(draws))
    difference = (other.nats - mse.nats)[np.isfinite(other.nats)]
    return found | {"nats": (float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(difference.size)))}


def main() -> None:
    """Print a row for each table: the mean over the seeds, with the standard error that resampling rows gives."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tables", nargs="*")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    print("| table | rows | recommended, of the folds | typical error, % | RMSE, % | nats a row |")
    print("| --- | --- | --- | --- | --- | --- |")
    began = time.perf_counter()
    for table in TABLES:
        if options.tables and not any(word in table.name for word in options.tables):
            continue
        runs = [compare(table, seed) for seed in range(options.seeds)]
        found = [changes(y, mse, other) for y, mse, other, _ in runs]
        counts = Counter(loss for *_, losses in runs for loss in losses)
        cells = []
        for name, form in (("typical", "{:+.1f} ± {:.1f}"), ("rmse", "{:+.1f} ± {:.1f}"), ("nats", "{:+.3f} ± {:.3f}")):
            values = np.array([one[name] for one in found])
            cells.append(form.format(values[:, 0].mean(), values[:, 1].mean()))
        impossible = sum(int(np.isinf(other.nats).sum()) for _, _, other, _ in runs)
        cells[-1] += f", and {impossible} rows infinite" if impossible else ""
        said = ", ".join(f"{count} {loss}" for loss, count in counts.most_common())
        print(f"| {table.name} | {runs[0][0].size} | {said} | {' | '.join(cells)} |", flush=True)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
