"""Is the recommended likelihood the one that holds up? Linear models on real tables, retrained with every loss.

    OMP_NUM_THREADS=1 python benchmarks/real.py [--seeds 2] [TABLE...]

In each of five outer folds a linear model trained with MSE predicts the training rows out of fold; losscheck reads
those predictions and recommends a loss. Then the same linear predictor is retrained with every loss whose likelihood
the targets can have, with its own link and shapes, and scored on the rows that nothing has seen, in nats a row.
Definitions and results: docs/evidence.md.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy
from real_tables import TABLES
from sklearn.model_selection import KFold

import losscheck
from losscheck.families import regression_family_named, regression_loss_named
from losscheck.families.family import Family, View
from losscheck.families.likelihood import NODE_WEIGHTS, NODES
from losscheck.families.pair_fitting import fit_response
from losscheck.families.response_family import Domain, Link, ResponseFamily
from losscheck.families.responses import RESPONSE_FAMILIES
from losscheck.numeric.pairs import Pairs
from losscheck.sample import Values
from losscheck.target import Target, describe_target

FOLDS = 5
RIDGE = 1e-3
"""Nats a row of a squared coefficient of a standardised feature: against columns that are nearly the same."""
NOISE = ("normal", "laplace", "student_t", "heteroscedastic_normal", "heteroscedastic_t", "lognormal", "log_t")
LEAST_MEAN, LARGEST_ETA = 1e-6, 30.0
WIDE = 10.0
CLEAR_SE, CLEAR_NATS = 2.0, 0.02
"""A difference is clear beyond two standard errors and 0.02 nats a row."""
Chosen = Family | ResponseFamily


def known_of(family: Chosen, target: Target) -> tuple[float, ...] | None:
    """Return the constants of a family that the targets fix; None where they are outside of its domain."""
    if isinstance(family, Family):
        possible = not target.atomic and (family.view is not View.LOG_RATIO or target.lowest > 0)
        return () if possible else None
    if family.domain not in target.domains():
        return None
    if family.domain is Domain.BOUNDED_COUNT:
        return (target.highest,)
    if family.domain is Domain.CENSORED:
        return (target.lowest if target.low_atom else -np.inf, target.highest if target.high_atom else np.inf)
    return ()


@dataclass
class Learner:
    """A linear predictor of standardised features, and what else the likelihood has: sigma or its own line, shapes.

    `step` is the width of the interval that a whole target stands for, 0 for others.
    """

    family: Chosen
    known: tuple[float, ...]
    step: float

    def train(self, X: np.ndarray, y: np.ndarray) -> Learner:
        """Minimise nats a row, with the ridge, from the level and the spread of the targets."""
        self.center, self.spread = X.mean(0), np.where(X.std(0) > 0, X.std(0), 1.0)
        self.level, self.unit = self._scale(y)
        design = self._design(X)
        self.lines = 2 if isinstance(self.family, Family) and self.family.view is View.SCALED else 1
        logarithmic = [shape.logarithmic for shape in self.family.shapes]
        shapes = [np.log(v) if log else v for v, log in zip(self._first_shapes(y), logarithmic, strict=True)]
        plain = isinstance(self.family, Family) and self.lines == 1
        start = np.concatenate((np.zeros(self.lines * design.shape[1]), np.zeros(int(plain)), shapes))

        def objective(theta: np.ndarray) -> float:
            penalty = RIDGE * sum(float(line[1:] @ line[1:]) for line in self._split(theta, design.shape[1])[0])
            with np.errstate(all="ignore"):
                value = float(self._rows(theta, design, y).mean()) + penalty
            return value if np.isfinite(value) else 1e10

        ends = [(-LARGEST_ETA, LARGEST_ETA)] * (start.size - len(shapes))
        ends += [
            (np.log(s.low), np.log(s.high)) if s.logarithmic else (s.low, s.high) for s in self.family.shapes
        ]  # fmt: skip
        self.theta = scipy.optimize.minimize(objective, start, method="L-BFGS-B", bounds=ends).x
        return self

    def _first_shapes(self, y: np.ndarray) -> tuple[float, ...]:
        """Return shapes to set out from: those of targets about their mean, or the middle of a noise family's grid."""
        if isinstance(self.family, Family):
            return self.family.grid[len(self.family.grid) // 2]
        constant = Pairs(y, np.full(y.size, y.mean()), np.ones(y.size), self.step)
        return fit_response(self.family, constant, self.known).shapes

    def nats(self, X: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return −log of the density, or of the probability, of every row."""
        with np.errstate(all="ignore"):
            return self._rows(self.theta, self._design(X), y)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the mean of a learner with an identity link."""
        design = self._design(X)
        return self.level + self.unit * (design @ self.theta[: design.shape[1]])

    def _design(self, X: np.ndarray) -> np.ndarray:
        return np.column_stack((np.ones(len(X)), (X - self.center) / self.spread))

    def _scale(self, y: np.ndarray) -> tuple[float, float]:
        """Return the level and the unit of the linear predictor, on the scale of the link."""
        if isinstance(self.family, Family):
            goal = np.log(y) if self.family.view is View.LOG_RATIO else y
            return float(goal.mean()), float(goal.std())
        mean = float(y.mean())
        if self.family.link is Link.IDENTITY:
            return mean, float(y.std())
        top = self._top()
        return (
            (float(np.log(mean)), 1.0)
            if self.family.link is Link.LOG
            else (float(scipy.special.logit(mean / top)), 1.0)
        )

    def _top(self) -> float:
        return self.known[0] if self.family.domain is Domain.BOUNDED_COUNT else 1.0

    def _split(self, theta: np.ndarray, columns: int) -> tuple[list[np.ndarray], np.ndarray]:
        """Return the lines' coefficients, and the rest."""
        return [theta[i * columns : (i + 1) * columns] for i in range(self.lines)], theta[self.lines * columns :]

    def _rows(self, theta: np.ndarray, design: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the nats of every row; a whole target's are those of its interval, by the tool's own nodes."""
        lines, rest = self._split(theta, design.shape[1])
        eta = self.level + self.unit * (design @ lines[0])
        averaged = self.step > 0 and not (isinstance(self.family, ResponseFamily) and self.family.discrete)
        nodes = y + self.step / 2 * np.array(NODES)[:, None] if averaged else y[None]
        values = self._nll(nodes, eta, design @ lines[1] if self.lines == 2 else None, rest)
        if not averaged:
            return values[0]
        return -scipy.special.logsumexp(-values, axis=0, b=np.array(NODE_WEIGHTS)[:, None] / 2)

    def _nll(self, y: np.ndarray, eta: np.ndarray, head: np.ndarray | None, rest: np.ndarray) -> np.ndarray:
        family = self.family
        fitted = rest[len(rest) - len(family.shapes) :]
        shapes = [float(np.exp(t)) if s.logarithmic else float(t) for t, s in zip(fitted, family.shapes, strict=True)]
        if isinstance(family, ResponseFamily):
            return family.nll(y, self._mean(eta), *shapes, *self.known)
        log_sigma = np.log(self.unit) + (rest[0] if head is None else head)
        if family.view is View.LOG_RATIO:
            return family.nll((np.log(y) - eta) / np.exp(log_sigma), *shapes) + log_sigma + np.log(y)
        return family.nll((y - eta) / np.exp(log_sigma), *shapes) + log_sigma

    def _mean(self, eta: np.ndarray) -> np.ndarray:
        if self.family.link is Link.IDENTITY:
            return eta
        if self.family.link is Link.LOG:
            return np.exp(np.clip(eta, -LARGEST_ETA, LARGEST_ETA))
        share = np.clip(scipy.special.expit(eta), LEAST_MEAN, 1 - LEAST_MEAN)
        return self._top() * share


def with_logs(X: np.ndarray) -> np.ndarray:
    """Return the features with the logarithms of those that span a factor of ten: what a log link is linear in."""
    wide = (X.min(0) > 0) & (X.max(0) > WIDE * X.min(0))
    return np.column_stack((X, np.log(X[:, wide])))


def out_of_fold(X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Return predictions of every row by a linear model trained with MSE that has not seen it."""
    found = np.empty_like(y)
    for fit, test in KFold(FOLDS, shuffle=True, random_state=seed).split(X):
        found[test] = Learner(regression_family_named("normal"), (), 0.0).train(X[fit], y[fit]).predict(X[test])
    return found


def study(place: int, seed: int) -> tuple[pd.DataFrame, list[str]]:
    """Return held-out nats, a row of the table and a column a loss, and the recommended loss of every fold.

    The column `recommended` has for each row those of the loss that its fold recommended.
    """
    X, y = TABLES[place].load()
    X = with_logs(X)
    target = describe_target(Values(y))
    step = 1.0 if target.whole else 0.0
    candidates = [*(regression_family_named(name) for name in NOISE), *RESPONSE_FAMILIES]
    possible = {f.loss.id: (f, known) for f in candidates if (known := known_of(f, target)) is not None}
    nats = pd.DataFrame(np.nan, index=range(y.size), columns=["recommended", *possible])
    said = []
    for fit, test in KFold(FOLDS, shuffle=True, random_state=seed).split(X):
        verdict = losscheck.check(y[fit], out_of_fold(X[fit], y[fit], seed), predictions_from="heldout").verdict
        said.append(f"{verdict.status.value} {verdict.loss}")
        loss = verdict.loss or "mse"
        if loss not in possible:
            family = regression_loss_named(loss)
            possible[loss] = (family, known_of(family, describe_target(Values(y[fit]))) or ())
        for name, (family, known) in possible.items():
            trained = Learner(family, known, step).train(X[fit], y[fit])
            nats.loc[test, name] = trained.nats(X[test], y[test])
        nats.loc[test, "recommended"] = nats.loc[test, loss]
    return nats, said


def paired(difference: np.ndarray) -> tuple[float, float]:
    """Return the mean of a difference by row with its standard error."""
    return float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(difference.size))


def clear(difference: tuple[float, float]) -> bool:
    """Return whether a difference is above 0 beyond chance and beyond what matters."""
    return difference[0] > CLEAR_NATS and difference[0] > CLEAR_SE * difference[1]


def main() -> None:
    """Print a row for each table, and how many recommendations are tied with the best, or worse than MSE."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tables", nargs="*")
    parser.add_argument("--seeds", type=int, default=2)
    options = parser.parse_args()
    wanted = [i for i, t in enumerate(TABLES) if not options.tables or any(word in t.name for word in options.tables)]
    print("| table | rows | recommended, of the folds | best held out | behind the best | against MSE |")
    print("| --- | --- | --- | --- | --- | --- |")
    began, regrets, gains = time.perf_counter(), [], []
    with ProcessPoolExecutor() as pool:
        runs = {i: [pool.submit(study, i, seed) for seed in range(options.seeds)] for i in wanted}
        for i, futures in runs.items():
            found = [future.result() for future in futures]
            nats = sum(table for table, _ in found) / len(found)
            counts = Counter(loss for _, said in found for loss in said)
            whole = nats.drop(columns="recommended").dropna(axis=1)
            best = str(whole.mean().idxmin())
            regret = paired((nats["recommended"] - nats[best]).to_numpy())
            regrets.append(regret)
            cells = [TABLES[i].name, str(len(nats)), ", ".join(f"{k} {said}" for said, k in counts.most_common()), best]
            cells.append(f"{regret[0]:+.3f} ± {regret[1]:.3f}")
            if "mse" in nats:
                gains.append(paired((nats["recommended"] - nats["mse"]).to_numpy()))
            cells.append(f"{gains[-1][0]:+.3f} ± {gains[-1][1]:.3f}" if "mse" in nats else "no density")
            print(f"| {' | '.join(cells)} |", flush=True)
    tied = sum(not clear(regret) for regret in regrets)
    worse, better = sum(clear(g) for g in gains), sum(clear((-g[0], g[1])) for g in gains)
    print(
        f"\ntied with the best: {tied} of {len(regrets)}; mean regret {np.mean([r[0] for r in regrets]):.4f} nats a row"
    )
    print(f"against MSE: better {better}, worse {worse}, of {len(gains)}; {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
