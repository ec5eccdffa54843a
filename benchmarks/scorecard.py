"""The decision's report card: error rates against truth, beside simple rules and an oracle, on the same draws.

Run `python benchmarks/scorecard.py` (minutes; 400 replicates a noise up to n = 1000), `--long` for n = 10⁵ too, or
`--replicates 50` for a first look; `--classes` for the half on class outputs. Definitions are in docs/decision.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import classes
import numpy as np
import pandas as pd
from noises import (
    TRUTHS,
    Truth,
    best_efficiency,
    draw_rows,
    own_likelihood_efficiency,
    true_efficiency,
    truth_noise,
)

from losscheck.efficiency.candidates import CANDIDATES, Candidate
from losscheck.efficiency.table import ADEQUATE
from losscheck.facts import Facts, gather_facts
from losscheck.families import FAMILIES, family_named, loss_named, regression_loss_named
from losscheck.families.family import ShapeClass
from losscheck.families.response_family import ResponseFamily
from losscheck.loss_choice import Estimand
from losscheck.posterior import weigh_models
from losscheck.preparation import prepare
from losscheck.ranking import FamilyFits
from losscheck.reading import sample_from_arrays
from losscheck.rules import Request
from losscheck.verdict import recommend

SEED = 20261122
REPLICATES = {50: 400, 100: 400, 300: 400, 1000: 400, 10_000: 60, 100_000: 20}
REQUEST = Request(None, Estimand("any"), 0.8, "heldout")
CLASSES = ("adequate", "robust", "skewed", "bimodal")
BANDS = ((0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.97), (0.97, 1.0001))


@dataclass(frozen=True)
class Row:
    """One method on one draw."""

    method: str
    noise: str
    n: int
    mse: bool
    outcome: str
    regret: float
    family: str | None
    confidence: float | None
    status: str


def judge(truth: Truth, n: int, replicate: int) -> list[Row]:
    """Run every method on one draw."""
    seed = [SEED, TRUTHS.index(truth), n, replicate]
    residual, x = draw_rows(truth, n, np.random.default_rng(seed))
    prediction = 10.0 + 5.0 * x
    sample = sample_from_arrays(target=prediction + residual, prediction=prediction)
    prepared = prepare(sample, 0.05)
    posterior = weigh_models(prepared.shape, prepared.tempering)
    fits = FamilyFits(prepared, posterior)
    facts = gather_facts(sample, prepared, posterior, fits, None, 0.05)
    verdict = recommend(facts, fits, REQUEST, 0.05)
    parameters = {name: e.value for name, e in verdict.parameters.items()}
    outcome = "scale" if facts.gate_open else max(facts.classes, key=lambda c: facts.classes[c])
    regret = loss_regret(truth, verdict.loss, parameters, facts, fits)
    mine = Row(
        "losscheck", truth.name, n, verdict.loss == "mse", outcome, regret, facts.family, verdict.confidence,
        verdict.status.value,
    )  # fmt: skip
    return [mine, *_simple_rules(truth, n, residual, prepared, posterior)]


def loss_regret(truth: Truth, loss: str | None, parameters: dict, facts: Facts, fits: FamilyFits) -> float:
    """Return the efficiency lost against the best loss for this noise."""
    if loss is None:
        loss, parameters = "mse", {}
    own = regression_loss_named(loss)
    if isinstance(own, ResponseFamily):
        return 1 - weighting_efficiency(truth, own, facts)
    family = loss_named(loss)
    if loss in ("gaussian_nll", "student_t_nll", "msle", "log_student_t"):
        # weights by the right scale leave the standardised noise; where the scale is constant they do no harm
        shape = (parameters["nu"],) if "nu" in parameters else ()
        base = family_named("student_t" if shape else "normal")
        flat = Truth(truth.name + "/z", truth.family, truth.shapes, truth.outcome, truth.draw)
        value = true_efficiency(flat, Candidate(base, shape, 1.0))
        return max(0.0, 1.0 - value / (1.0 if truth.outcome in ("skewed", "scale") else best_efficiency(truth)))
    if family.shape_class is ShapeClass.SKEWED and loss != "pinball":
        return max(0.0, 1.0 - own_likelihood_efficiency(truth, family.id) / best_efficiency(truth))
    s = truth_noise(truth).s
    scale = next((parameters[k] / s for k in ("sigma", "delta") if k in parameters), 1.0)
    shapes = tuple(parameters[d.name] for d in family.shapes if d.name in parameters)
    if family.id == "huber":
        shapes = (1.0,)
    if family.id == "asymmetric_laplace":
        shapes = (parameters["q"],)
    value = true_efficiency(truth, Candidate(family, shapes, scale))
    return max(0.0, 1.0 - value / best_efficiency(truth))


def weighting_efficiency(truth: Truth, own: ResponseFamily, facts: Facts) -> float:
    """Return what a deviance keeps of rows whose weights are one over its variance function, not the true one."""
    x = np.linspace(1.0, truth.steepness if truth.steepness > 1 else 3.0, 400)
    entry = facts.contest.by_id[own.id]
    variance = own.variance(10.0 + 5.0 * x, *entry.shapes, *entry.known)
    true = x * x if truth.steepness > 1 else np.ones_like(x)
    weighting = np.mean(1 / variance) ** 2 / (np.mean(true / variance**2) * np.mean(1 / true))
    shape = 1.0 if truth.steepness > 1 else true_efficiency(truth, CANDIDATES[0]) / best_efficiency(truth)
    return float(weighting * shape)


def _simple_rules(truth: Truth, n: int, residual: np.ndarray, prepared, posterior) -> Iterable[Row]:
    """Give the methods that people use today: always MSE, Anderson–Darling at 5 % → Huber, the BIC family."""
    from scipy import stats

    mse = 1.0 - true_efficiency(truth, CANDIDATES[0]) / best_efficiency(truth)
    huber = Candidate(family_named("huber"), (1.345,))
    huber_regret = 1.0 - true_efficiency(truth, huber) / best_efficiency(truth)
    yield Row("always MSE", truth.name, n, True, "adequate", mse, "normal", None, "keep")
    z = np.sort((residual - residual.mean()) / residual.std(ddof=1))
    i = np.arange(1, n + 1)
    a2 = -n - np.mean((2 * i - 1) * (stats.norm.logcdf(z) + stats.norm.logsf(z[::-1])))
    normal = a2 * (1 + 0.75 / n + 2.25 / n**2) < 0.752
    yield Row(
        "AD 5 % -> Huber", truth.name, n, bool(normal), "adequate" if normal else "robust",
        mse if normal else huber_regret, "normal" if normal else None, None, "keep",
    )  # fmt: skip
    family = _bic_family(posterior, n)
    best = Candidate(family_named(family), _best_shape(posterior, family), 1.0)
    symmetric = best.family.shape_class is ShapeClass.SYMMETRIC and best.family.regular
    regret = 1.0 - true_efficiency(truth, best) / best_efficiency(truth) if symmetric else mse
    outcome = {"normal": "adequate", "symmetric": "robust"}.get(
        best.family.shape_class.value, best.family.shape_class.value
    )
    if outcome == "skewed" and truth.outcome == "skewed":
        regret = 0.0
    yield Row("BIC family", truth.name, n, family == "normal", outcome, regret, family, None, "keep")
    oracle = _oracle(truth, prepared)
    yield Row("oracle", truth.name, n, oracle[0] == "mse", oracle[1], oracle[2], oracle[3], None, "keep")


def _bic_family(posterior, n: int) -> str:
    score: dict[str, float] = {}
    for family in FAMILIES:
        if family.in_posterior:
            k = 2 + len(family.shapes)
            score[family.id] = float(posterior.scans[family.id].loglik.max()) - k / 2 * np.log(n)
    return max(score, key=lambda name: score[name])


def _best_shape(posterior, family: str) -> tuple[float, ...]:
    rows = [i for i, name in enumerate(posterior.table.family) if name == family]
    return posterior.table.shapes[max(rows, key=lambda i: posterior.weight[i])]


@cache
def _truth_families():
    from dataclasses import replace

    return [
        (truth, replace(family_named(truth.family), grid=(truth.shapes,)))
        for truth in TRUTHS
        if truth.steepness == 1.0 and truth.name not in ("AR(1) .7", "rounded to .5")
    ]


def _oracle(truth: Truth, prepared) -> tuple[str, str, float, str]:
    """Return what a Bayes classifier does that knows the exact true shapes, dependence, rounding and scale curve."""
    from losscheck.families.likelihood import scan

    if truth.outcome == "scale":
        return "gaussian_nll", "scale", 0.0, "normal"
    names, evidence, efficiency = [], [], []
    for other, family in _truth_families():
        found = scan(family, prepared.residuals)
        info = _information(other)
        evidence.append(prepared.tempering * float(found.loglik[0] + found.log_sigma[0] - 0.5 * info))
        names.append(other)
        efficiency.append([true_efficiency(other, c) / best_efficiency(other) for c in CANDIDATES])
    weight = np.exp(np.array(evidence) - max(evidence))
    weight /= weight.sum()
    skewed = sum(w for w, other in zip(weight, names, strict=True) if other.outcome == "skewed")
    likeliest = names[int(weight.argmax())]
    if skewed > 0.5:
        regret = 0.0 if truth.outcome == "skewed" else 1.0 - true_efficiency(truth, CANDIDATES[0])
        return "own", "skewed", regret, likeliest.family
    expected = weight @ np.array(efficiency)
    best = CANDIDATES[int(expected.argmax())]
    inadequate = sum(w for w, other in zip(weight, names, strict=True) if other.e_mse < ADEQUATE)
    if inadequate < 0.5 or expected[0] >= expected.max() - 0.03:
        best = CANDIDATES[0]
    outcomes = {c: sum(w for w, o in zip(weight, names, strict=True) if o.outcome == c) for c in CLASSES}
    regret = max(0.0, 1.0 - true_efficiency(truth, best) / best_efficiency(truth))
    return best.loss, max(outcomes, key=lambda c: outcomes[c]), regret, likeliest.family


@cache
def _information(truth: Truth) -> float:
    return float(np.log(np.linalg.det(truth_noise(truth).information)))


def _judge_many(task: tuple[int, int, int, int]) -> list[Row]:
    index, n, first, last = task
    return [row for replicate in range(first, last) for row in judge(TRUTHS[index], n, replicate)]


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the report card: one line a method and n."""
    truths = {truth.name: truth for truth in TRUTHS}
    rows = rows.assign(
        null=rows.noise.map(lambda name: truths[name].null),
        bad=rows.noise.map(lambda name: truths[name].e_mse < 0.8 - 1e-9),
        wanted=rows.noise.map(lambda name: truths[name].outcome),
        family_wanted=rows.noise.map(lambda name: truths[name].family),
        near=rows.noise.map(lambda name: 0.8 - 1e-9 <= truths[name].e_mse < 0.95),
    )
    rows["right"] = (rows.outcome == rows.wanted) | (rows.near & rows.outcome.isin(["adequate", "robust"]))
    rows["strict"] = rows.outcome == rows.wanted
    lines = []
    for (method, n), part in rows.groupby(["method", "n"], sort=False):
        noise_regret = part.groupby("noise").regret.mean()
        lines.append(
            {
                "method": method,
                "n": n,
                "false alarm %": 100 * (~part[part.null].mse).mean(),
                "miss %": 100 * part[part.bad].mse.mean(),
                "mean regret %": 100 * part.regret.mean(),
                "worst regret %": 100 * noise_regret.max(),
                "verdict right %": 100 * part.right.mean(),
                "strictly right %": 100 * part.strict.mean(),
                "family right %": 100 * (part.family == part.family_wanted)[part.wanted != "scale"].mean(),
            }
        )
    return pd.DataFrame(lines).sort_values(["method", "n"]).reset_index(drop=True)


def calibrate(rows: pd.DataFrame) -> pd.DataFrame:
    """Return stated confidence against the observed rate of right outcomes, a line a band."""
    truths = {truth.name: truth for truth in TRUTHS}
    mine = rows[rows.method == "losscheck"]
    near = mine.noise.map(lambda name: 0.8 - 1e-9 <= truths[name].e_mse < 0.95)
    wanted = mine.noise.map(lambda name: truths[name].outcome)
    right = (mine.outcome == wanted) | (near & mine.outcome.isin(["adequate", "robust"]))
    strict = mine.outcome == wanted
    lines = []
    for low, high in BANDS:
        inside = (mine.confidence >= low) & (mine.confidence < high)
        if inside.any():
            lines.append(
                {
                    "stated": f"{low:.2f}-{min(high, 1):.2f}",
                    "cases": int(inside.sum()),
                    "mean stated": mine.confidence[inside].mean(),
                    "right": right[inside].mean(),
                    "strictly right": strict[inside].mean(),
                }
            )
    return pd.DataFrame(lines)


def main() -> None:
    """Simulate, print the tables, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, help="a noise and n; default 400 up to n = 1000, 60 at 10⁴")
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 100, 300, 1000, 10_000])
    parser.add_argument("--long", action="store_true", help="n = 10⁵ too")
    parser.add_argument("--noises", nargs="+", help="names of the noises; all by default")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--save", type=Path, help="write the rows as CSV")
    parser.add_argument("--classes", action="store_true", help="the half on class outputs instead")
    options = parser.parse_args()
    if options.classes:
        classes.score(list(classes.PARTS), options.replicates, options.processes, options.save)
        return
    sizes = [*options.sizes, 100_000] if options.long else options.sizes
    started = time.time()
    tasks = [
        (index, n, first, min(first + 20, count))
        for n in sizes
        for count in [min(options.replicates or REPLICATES[n], REPLICATES[n])]
        for index, truth in enumerate(TRUTHS)
        if options.noises is None or truth.name in options.noises
        for first in range(0, count, 20)
    ]
    with ProcessPoolExecutor(options.processes) as pool:
        rows = pd.DataFrame([asdict(row) for part in pool.map(_judge_many, tasks) for row in part])
    if options.save:
        rows.to_csv(options.save, index=False)
    pd.set_option("display.width", 200, "display.max_columns", 20)
    print(summarise(rows).round(2).to_string(index=False))
    print(calibrate(rows).round(3).to_string(index=False))
    mine = rows[rows.method == "losscheck"]
    print((100 * mine.pivot_table(index="noise", columns="n", values="regret", sort=False)).round(1).to_string())
    print(f"{len(rows)} rows in {time.time() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
