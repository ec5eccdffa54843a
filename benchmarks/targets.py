"""Which likelihood is found for targets whose own is known, and what a wrong one costs in nats a row.

Run `python benchmarks/targets.py` (200 replicates a cell, 60 at n = 10⁴; two hours of CPU) or `--replicates 20`
for a first look. Definitions and results: docs/targets.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from losscheck.facts import gather_facts
from losscheck.loss_choice import Estimand
from losscheck.numeric.censoring import recorded_mean
from losscheck.posterior import weigh_models
from losscheck.preparation import prepare
from losscheck.ranking import FamilyFits
from losscheck.reading import sample_from_arrays
from losscheck.rules import Request
from losscheck.verdict import recommend

SEED = 20261125
REPLICATES = {300: 200, 1000: 200, 10_000: 60}
RATIOS = (3, 10)
REQUEST = Request(None, Estimand("any"), 0.8, "heldout")
Draw = Callable[[np.random.Generator, np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Truth:
    """A kind of target: `level` is the geometric mean of the predictions, `losses` are the right ones."""

    name: str
    loss: str
    level: float
    draw: Draw


def _censored(rng: np.random.Generator, f: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    latent = 2 * (f - np.median(f)) / np.std(f) + 1.5
    return np.maximum(latent + 2 * rng.standard_normal(f.size), 0.0), recorded_mean(latent, 2.0, 0.0, np.inf)


def _shares(rng: np.random.Generator, f: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    share = f / (1 + f)
    return np.clip(rng.beta(6 * share, 6 * (1 - share)), 1e-9, 1 - 1e-9), share


def _tweedie(rng: np.random.Generator, f: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    phi, p = 3.0, 1.5
    rate, shape = f ** (2 - p) / (phi * (2 - p)), (2 - p) / (p - 1)
    number = rng.poisson(rate)
    size = phi * (p - 1) * f ** (p - 1)
    return np.where(number > 0, rng.gamma(np.maximum(number, 1) * shape) * size, 0.0), f


def _scores(rng: np.random.Generator, f: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    share = f / (1 + f)
    return rng.binomial(10, share).astype(float), 10 * share


def _overdispersed(rng: np.random.Generator, f: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return rng.poisson(f * rng.gamma(2, 0.5, f.size)) * 1.0, f


def _inflated(rng: np.random.Generator, f: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return rng.poisson(f / 0.7) * (rng.random(f.size) < 0.7) * 1.0, f


TRUTHS = (
    Truth("Poisson", "poisson", 4.0, lambda rng, f: (rng.poisson(f) * 1.0, f)),
    Truth("negative binomial", "negative_binomial", 6.0, _overdispersed),
    Truth("zero-inflated Poisson", "zero_inflated_poisson", 5.0, _inflated),
    Truth("gamma", "gamma", 50.0, lambda rng, f: (f * rng.gamma(3, 1 / 3, f.size), f)),
    Truth("inverse Gaussian", "inverse_gaussian", 1.0, lambda rng, f: (rng.wald(f, 3.0), f)),
    Truth("log-normal", "msle", 50.0, lambda rng, f: (f * np.exp(0.6 * rng.standard_normal(f.size) - 0.18), f)),
    Truth("Tweedie", "tweedie", 5.0, _tweedie),
    Truth("beta", "beta_nll", 1.0, _shares),
    Truth("binomial of 10", "binomial", 1.0, _scores),
    Truth("rounded normal", "mse", 40.0, lambda rng, f: (np.rint(f + 5 * rng.standard_normal(f.size)), f)),
    Truth("Tobit", "tobit_nll", 1.0, _censored),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One truth on one draw."""

    truth: str
    ratio: int
    n: int
    loss: str
    right: bool
    contained: bool
    regret: float
    confidence: float
    rule: str


def judge(truth: Truth, ratio: int, n: int, replicate: int) -> Row:
    """Draw once, decide, and compare the recommended likelihood with the true one in nats a row of fresh targets."""
    rng = np.random.default_rng([SEED, TRUTHS.index(truth), ratio, n, replicate])
    target, prediction = truth.draw(rng, truth.level * ratio ** rng.uniform(-0.5, 0.5, n))
    sample = sample_from_arrays(target=target, prediction=prediction)
    prepared = prepare(sample, 0.05)
    posterior = weigh_models(prepared.shape, prepared.tempering)
    fits = FamilyFits(prepared, posterior)
    facts = gather_facts(sample, prepared, posterior, fits, None, 0.05)
    verdict = recommend(facts, fits, REQUEST, 0.05)
    contained = truth.loss in (verdict.loss, *verdict.tied)
    contest, regret = facts.contest, np.nan
    if contest is not None:
        by_loss = {entry.family.loss.id: entry for entry in contest.entries}
        mine, best = by_loss.get(verdict.loss), by_loss.get(truth.loss)
        if mine is not None and best is not None:
            regret = mine.fit.score - best.fit.score
    return Row(
        truth.name, ratio, n, verdict.loss or "none", verdict.loss == truth.loss, contained, regret,
        verdict.confidence or 0.0, verdict.rule,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int)
    parser.add_argument("--truth", help="only truths whose name contains this")
    parser.add_argument("--most", type=int, default=10_000, help="largest n")
    arguments = parser.parse_args()
    truths = [t for t in TRUTHS if arguments.truth is None or arguments.truth in t.name]
    sizes = {n: min(arguments.replicates or most, most) for n, most in REPLICATES.items() if n <= arguments.most}
    jobs = [(t.name, ratio, n, i) for t in truths for ratio in RATIOS for n, most in sizes.items() for i in range(most)]
    with ProcessPoolExecutor() as pool:
        rows = pd.DataFrame(list(pool.map(_judge_named, jobs, chunksize=8)))
    print(summarise(rows).to_string())
    others = rows[~rows.contained].groupby(["truth", "ratio", "n", "loss", "rule"]).size()
    print("\nnot contained:\n", others.to_string())


def _judge_named(job: tuple[str, int, int, int]) -> Row:
    name, ratio, n, replicate = job
    return judge(next(t for t in TRUTHS if t.name == name), ratio, n, replicate)


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Return for each cell the shares of the right loss and of ties that contain it, and the mean regret."""
    cells = rows.groupby(["truth", "n", "ratio"], sort=False)
    table = pd.DataFrame({
        "right %": 100 * cells.right.mean(),
        "or tied %": 100 * cells.contained.mean(),
        "regret": cells.regret.mean(),
        "stated": cells.confidence.mean(),
    })  # fmt: skip
    return table.round(4)


if __name__ == "__main__":
    main()
