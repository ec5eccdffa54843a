"""The report card of class outputs: spoiled files recognised, valid ones left in peace, calibration judged right.

Every case is a CSV file that goes the whole way through `losscheck.check_file`. Run `python benchmarks/classes.py`
(minutes), `--cases 20` for a first look. Definitions are in docs/classification.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import losscheck
from losscheck.results import Report

SEED = 20261125
ROOT = Path(__file__).parents[1]
REAL = ("digits_logistic.csv", "digits_overconfident.csv", "wine_forest.csv")
ACCUSATIONS = ("representation", "simplex", "double_softmax", "finite_outputs", "alignment", "label_range")
CALIBRATION = (
    *("calibration_in_the_large", "nll_z", "spiegelhalter", "temperature"),
    *("cox", "corp", "cumulative", "classwise"),
)
Spoil = Callable[[np.ndarray, np.ndarray, np.random.Generator], tuple[np.ndarray, np.ndarray]]


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def draw_labels(p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (p.cumsum(axis=1) > rng.random((len(p), 1)) * p.sum(axis=1, keepdims=True)).argmax(axis=1)


def draw(n: int, k: int, spread: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return calibrated probabilities with logits of this spread, and labels drawn from them."""
    p = softmax(spread * rng.standard_normal((n, k)) + 0.5 * rng.standard_normal(k))
    return p, draw_labels(p, rng)


def _swap(p: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    one, other = rng.choice(p.shape[1], 2, replace=False)
    swapped = p.copy()
    swapped[:, [one, other]] = p[:, [other, one]]
    return swapped, y


def _votes(p: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return np.array([rng.multinomial(100, row) for row in p]), y


def _drop_column(p: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return p[:, :-1], y


SPOILED: dict[str, tuple[Spoil, str, str]] = {
    "logits": (lambda p, y, g: (np.log(p) + g.normal(0, 2, (len(p), 1)), y), "%.6f", "other_numbers"),
    "log-probabilities": (lambda p, y, g: (np.log(p), y), "%.6f", "other_numbers"),
    "log-probabilities, base 2": (lambda p, y, g: (np.log2(p), y), "%.6f", "other_numbers"),
    "percent": (lambda p, y, g: (100 * p, y), "%.3f", "other_numbers"),
    "votes": (_votes, "%d", "other_numbers"),
    "softmax twice": (lambda p, y, g: (softmax(p), y), "%.6f", "softmax_twice"),
    "rows that do not sum to 1": (lambda p, y, g: (p * g.uniform(0.7, 0.95, (len(p), 1)), y), "%.6f", ""),
    "a column is missing": (_drop_column, "%.6f", ""),
    "two columns swapped": (_swap, "%.6f", "misaligned"),
    "labels off by one": (lambda p, y, g: (np.roll(p, 1, axis=1), y), "%.6f", "misaligned"),
    "one-hot": (lambda p, y, g: (np.eye(p.shape[1])[p.argmax(1)], y), "%.0f", "hard_decisions"),
}
"""What was done to a valid file, how it is written, and the rule that must fire (empty: any but keeping the file)."""

WRITTEN = ("%.17g", "float32", "float16", "%.2f", "%.3f", "%.4f", "%.5f", "%.6f")
VALID_SHAPES = ((50, 2), (200, 2), (60, 3), (400, 3), (100, 5), (300, 10), (60, 30), (40, 100), (20, 1000))
SPREADS = (0.02, 0.5, 1.5, 4.0, 9.0)


@dataclass(frozen=True)
class Case:
    """One file: what it is, what came of it."""

    part: str
    name: str
    n: int
    k: int
    rule: str
    status: str
    failed: str
    accused: str


def write_file(path: Path, p: np.ndarray, y: np.ndarray, how: str) -> None:
    """Write labels and outputs; `how` is a format, or the type that the numbers went through."""
    names = [f"prob_{i}" for i in range(p.shape[1])]
    if how in ("float32", "float16"):
        p, how = p.astype(how).astype(np.float64), {"float32": "%.9g", "float16": "%.5g"}[how]
    frame = pd.DataFrame(p, columns=names)
    frame.insert(0, "label", y)
    frame.to_csv(path, index=False, float_format=how)


def judge(part: str, name: str, p: np.ndarray, y: np.ndarray, how: str, task: str = "auto") -> Case:
    """Run losscheck on the file that these numbers make."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "outputs.csv"
        write_file(path, p, y, how)
        report = losscheck.check_file(path, task=task)
    return describe(part, name, p.shape, report)


def describe(part: str, name: str, shape: tuple[int, ...], report: Report) -> Case:
    failed = [check.id for check in report.checks if check.status.value == "fail"]
    warned = [check.id for check in report.checks if check.status.value in ("warn", "fail")]
    accused = [id for id in ACCUSATIONS if id in warned]
    verdict = report.verdict
    return Case(part, name, shape[0], shape[1], verdict.rule, verdict.status.value, " ".join(failed), " ".join(accused))


def valid_case(i: int) -> Case:
    """Return a calibrated file of some size, sharpness and precision: nothing may be said against it."""
    rng = np.random.default_rng([SEED, 1, i])
    n, k = VALID_SHAPES[i % len(VALID_SHAPES)]
    spread = SPREADS[i // len(VALID_SHAPES) % len(SPREADS)]
    how = WRITTEN[i // (len(VALID_SHAPES) * len(SPREADS)) % len(WRITTEN)]
    p, y = draw(n, k, spread, rng)
    return judge("valid", f"{how}, spread {spread:g}", p, y, how)


def spoiled_case(i: int) -> Case:
    """Return a file spoiled in one way, simulated or from the real ones, large enough to be identified."""
    rng = np.random.default_rng([SEED, 2, i])
    name = list(SPOILED)[i % len(SPOILED)]
    spoil, how, _ = SPOILED[name]
    if i // len(SPOILED) % 3 == 0:
        frame = pd.read_csv(ROOT / "sample_data" / REAL[0]).sample(300, random_state=i)
        p, y = frame.iloc[:, 1:].to_numpy(), frame.label.to_numpy()
        p = p / p.sum(axis=1, keepdims=True)
    else:
        p, y = draw(int(rng.choice((200, 500))), int(rng.choice((3, 5, 10, 30))), 2.0, rng)
    p = np.maximum(p, 1e-6)
    spoiled, labels = spoil(p / p.sum(axis=1, keepdims=True), y, rng)
    return judge("spoiled", name, spoiled, labels, how)


def calibrated_case(i: int) -> Case:
    """Return a calibrated file: no calibration check may fail."""
    rng = np.random.default_rng([SEED, 3, i])
    n, k = ((50, 2), (300, 2), (1000, 2), (100, 3), (1000, 5), (3000, 2), (1000, 20), (5000, 3))[i % 8]
    p, y = draw(n, k, 1.5, rng)
    return judge("calibrated", f"n {n}, K {k}", p, y, "%.8f")


def overconfident_case(i: int) -> Case:
    """Return a file with the temperature 1.5, 1,000 rows."""
    rng = np.random.default_rng([SEED, 4, i])
    k = (2, 3, 5, 10)[i % 4]
    p, y = draw(1000, k, 2.0, rng)
    return judge("T = 1.5", f"K {k}", softmax(1.5 * np.log(p)), y, "%.8f")


PARTS: dict[str, tuple[Callable[[int], Case], int]] = {
    "valid": (valid_case, 2160),
    "spoiled": (spoiled_case, 1100),
    "calibrated": (calibrated_case, 800),
    "T = 1.5": (overconfident_case, 200),
}


def _run(task: tuple[str, int]) -> Case:
    part, i = task
    return PARTS[part][0](i)


def summarise(cases: pd.DataFrame) -> pd.DataFrame:
    """Return one line a part and kind: the share that ended as it must."""
    lines = []
    for part, group in cases.groupby("part", sort=False):
        for name, rows in group.groupby("name" if part in ("spoiled", "T = 1.5") else "k", sort=False):
            wanted = SPOILED[name][2] if part == "spoiled" else ""
            good = {
                "valid": rows.accused == "",
                "spoiled": rows.rule == wanted if wanted else rows.status != "keep",
                "calibrated": ~rows.failed.str.split().map(lambda ids: any(id in CALIBRATION for id in ids)),
                "T = 1.5": rows.failed.str.split().map(lambda ids: "temperature" in ids),
            }[part]
            kind = name if isinstance(name, str) else f"K = {name}"
            lines.append({"part": part, "kind": kind, "files": len(rows), "as it must %": 100 * good.mean()})
    return pd.DataFrame(lines)


def main() -> None:
    """Read the options and score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, help="files a part; all by default")
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--save", type=Path, help="write the cases as CSV")
    options = parser.parse_args()
    score(options.parts, options.cases, options.processes, options.save)


def score(parts: list[str], most: int | None, processes: int, save: Path | None) -> None:
    """Run the parts, print the table, and keep the cases."""
    started = time.time()
    tasks = [(part, i) for part in parts for i in range(min(PARTS[part][1], most or PARTS[part][1]))]
    with ProcessPoolExecutor(processes) as pool:
        cases = pd.DataFrame([asdict(case) for case in pool.map(_run, tasks, chunksize=10)])
    if save:
        cases.to_csv(save, index=False)
    print(summarise(cases).round(2).to_string(index=False))
    print(f"{len(cases)} files in {time.time() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
