"""Whole-process time and peak memory against the floor (interpreter, imports, reading) and against peers.

Run `python benchmarks/speed.py` (n up to 10⁶), `--sizes 1000 10000000` for others, `--peers` with fitter and distfit
(`pip install '.[bench]'`) on the same eight families; `--classes 10` measures files of labels and 10 probabilities a
row instead, `--start` the commands that compute nothing, against the help of a Typer program with one option. Quote
ratios within one run: times move with the machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

IMPORTS = "import pandas, scipy.stats, statsmodels.stats.diagnostic, typer, rich"
FAMILIES = ["norm", "laplace", "t", "logistic", "gennorm", "cauchy", "skewnorm", "gumbel_r"]
READ = f"{IMPORTS}; d = pandas.read_csv('{{path}}')"
RESIDUAL = "r = (d.y_true - d.y_pred).to_numpy()"
COMMANDS = {
    "imports": IMPORTS,
    "imports + read_csv": READ,
    "imports + reading": f"{IMPORTS}; from losscheck.reading import read_sample; read_sample(['{{path}}'])",
    "losscheck": "import sys; sys.argv = ['losscheck', '{path}']; from losscheck.cli import main; main()",
    "fitter": f"{READ}; {RESIDUAL}; from fitter import Fitter; "
    f"f = Fitter(r, distributions={FAMILIES}, timeout=600); f.fit(progress=False)",
    "distfit": f"{READ}; {RESIDUAL}; from distfit import distfit; "
    f"distfit(distr={FAMILIES}, verbose=0).fit_transform(r, verbose=0)",
}
BARE = (
    "import typer; app = typer.Typer(add_completion=False)\ndef main(name: str = ''): print(name)\napp.command()(main)"
)
CALL = "import sys; sys.argv = ['losscheck', {words}]; from losscheck.cli import main; main()"
STARTS = {
    "a Typer program's --help": f"import sys; sys.argv = ['bare', '--help']; {BARE}; app()",
    "losscheck --version": CALL.format(words="'--version'"),
    "losscheck --help": CALL.format(words="'--help'"),
    "losscheck explain huber": CALL.format(words="'explain', 'huber'"),
    "losscheck explain LC201": CALL.format(words="'explain', 'LC201'"),
}
PEERS = ("fitter", "distfit")


def write_rows(path: Path, n: int) -> None:
    """Write n rows of t3 noise, in chunks."""
    rng = np.random.default_rng(n)
    for start in range(0, n, 1_000_000):
        size = min(1_000_000, n - start)
        prediction = rng.uniform(10, 30, size)
        rows = pd.DataFrame({"y_true": prediction + rng.standard_t(3, size), "y_pred": prediction})
        rows.to_csv(path, index=False, float_format="%.6f", mode="a", header=start == 0)


def write_classes(path: Path, n: int, classes: int) -> None:
    """Write n rows of labels drawn from the probabilities beside them, in chunks."""
    rng = np.random.default_rng(n)
    names = [f"prob_{k}" for k in range(classes)]
    for start in range(0, n, 100_000):
        p = np.exp(1.5 * rng.standard_normal((min(100_000, n - start), classes)))
        p /= p.sum(axis=1, keepdims=True)
        label = (p.cumsum(axis=1) < rng.random((len(p), 1))).sum(axis=1).clip(max=classes - 1)
        rows = pd.DataFrame(p, columns=names).assign(label=label)
        rows.to_csv(path, index=False, float_format="%.6f", mode="a", header=start == 0)


def run_once(code: str) -> tuple[float, float, float]:
    """Return wall seconds, CPU seconds and peak MiB of a fresh interpreter; NaN where it failed."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has been compiled
    started = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        os.execv(sys.executable, [sys.executable, "-c", code])
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    if status != 0:
        return float("nan"), float("nan"), float("nan")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure_starts(times: int) -> pd.DataFrame:
    """Return the seconds that each command without work takes, and how many more than the first."""
    runs = {name: [] for name in STARTS}
    for _ in range(times):
        for name, code in STARTS.items():
            runs[name].append(run_once(code))
    medians = {name: np.median(found, axis=0)[:2] for name, found in runs.items()}
    rows = pd.DataFrame(medians, ["wall s", "cpu s"]).T
    return rows.assign(more=rows["cpu s"] - rows["cpu s"].iloc[0])


def measure_stages(path: Path) -> dict[str, float]:
    """Return CPU seconds of reading, of the checks, and of all fits with the decision, in this process."""
    from losscheck.checks import run_checks
    from losscheck.drawing import draw_quantiles
    from losscheck.facts import gather_facts
    from losscheck.loss_choice import Estimand
    from losscheck.posterior import weigh_models
    from losscheck.preparation import prepare
    from losscheck.ranking import FamilyFits
    from losscheck.reading import read_sample
    from losscheck.rules import Request
    from losscheck.verdict import recommend

    marks = [time.process_time()]
    sample = read_sample([str(path)])
    marks.append(time.process_time())
    run_checks(sample, 0.05)
    marks.append(time.process_time())
    prepared = prepare(sample, 0.05)
    marks.append(time.process_time())
    posterior = weigh_models(prepared.shape, prepared.tempering)
    fits = FamilyFits(prepared, posterior)
    facts = gather_facts(sample, prepared, posterior, fits, None, 0.05)
    recommend(facts, fits, Request(None, Estimand("any"), 0.8, "heldout"), 0.05)
    fits.ranked()
    marks.append(time.process_time())
    draw_quantiles(prepared, 0.05)
    marks.append(time.process_time())
    names = ("reading", "checks", "preparation", "fits and decision", "drawing")
    return dict(zip(names, np.diff(marks).tolist(), strict=True))


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--classes", type=int, default=0)
    parser.add_argument("--start", action="store_true")
    options = parser.parse_args()
    if options.start:
        print(measure_starts(options.runs).round(3).to_string())
        return
    names = [name for name in COMMANDS if options.peers or name not in PEERS]
    lines, stages = [], []
    with tempfile.TemporaryDirectory() as folder:
        for n in options.sizes:
            path = Path(folder) / f"rows_{n}.csv"
            if options.classes:
                write_classes(path, n, options.classes)
            else:
                write_rows(path, n)
            run_once(COMMANDS["losscheck"].format(path=path))  # compiles what was edited
            runs = {name: [] for name in names}
            for _ in range(options.runs):  # in turn, so that drift of the machine hits all alike
                for name in names:
                    runs[name].append(run_once(COMMANDS[name].format(path=path)))
            floor = statistics.median(wall for wall, _, _ in runs["imports + read_csv"])
            for name in names:
                wall, cpu, memory = (statistics.median(column) for column in zip(*runs[name], strict=True))
                lines.append(
                    {"n": n, "what": name, "wall s": wall, "cpu s": cpu, "MiB": memory, "x floor": wall / floor}
                )
            if not options.classes:
                stages.append({"n": n} | measure_stages(path))
            path.unlink()
    print(pd.DataFrame(lines).round(2).to_string(index=False))
    if stages:
        print(pd.DataFrame(stages).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
