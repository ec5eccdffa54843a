"""Reading and whole runs against the bare chunk loop of pandas with floats as exact: seconds for the same file.

`python benchmarks/reading.py` takes 10⁷ rows of two floats; `--rows`, `--times` for others. The loop parses and keeps
the numbers; the reader also finds the columns, counts the fields of every row, and hashes the file. Readings are timed
without their imports, processes with them. Quote ratios within one run: times move with the machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

LIMITS = {"reading, all rows": 1.4, "the whole run": 2.0}
TIMED = (
    "import time, pandas, numpy, sys; from losscheck.reading import read_sample; start = time.perf_counter(); {code}; "
    "print(time.perf_counter() - start)"
)
LOOP = (
    "parts = [chunk.to_numpy() for chunk in pandas.read_csv(sys.argv[1], chunksize=1_000_000, dtype=numpy.float64, "
    "float_precision='round_trip')]; numpy.concatenate(parts)"
)
READERS = {
    "pandas, in chunks": LOOP,
    "reading, all rows": "read_sample([sys.argv[1]], exact=True)",
    "reading, summarized": "read_sample([sys.argv[1]])",
}
PROCESSES = {
    "a process of the loop": ("-W", "ignore", "-c", f"import numpy, pandas, sys; {LOOP}"),
    "the whole run": ("-m", "losscheck", "-q"),
}


def write_rows(path: Path, rows: int) -> None:
    random = np.random.default_rng(0)
    for start in range(0, rows, 1_000_000):
        size = min(1_000_000, rows - start)
        prediction = random.normal(100, 10, size)
        frame = pd.DataFrame({"y_true": prediction + random.standard_t(3, size), "y_pred": prediction})
        frame.to_csv(path, index=False, mode="a", header=start == 0)


def run(arguments: tuple[str, ...], path: Path) -> tuple[float, str]:
    """Return the seconds that Python takes with these arguments and the file, and what it prints."""
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **threads},
    )
    return time.perf_counter() - start, done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # users have compiled modules
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        write_rows(path, asked.rows)
        seconds: dict[str, list[float]] = {name: [] for name in (*READERS, *PROCESSES)}
        for _ in range(asked.times):  # in turn, so that a busy minute is everybody's
            for name, code in READERS.items():
                seconds[name].append(float(run(("-c", TIMED.format(code=code)), path)[1]))
            for name, arguments in PROCESSES.items():
                seconds[name].append(run(arguments, path)[0])
        print(
            f"{asked.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB, median of {asked.times}, ratio to pandas, limit"
        )
        for group in (READERS, PROCESSES):
            floor = statistics.median(seconds[next(iter(group))])
            for name in group:
                found = statistics.median(seconds[name])
                print(f"{name:22} {found:6.2f} s  {found / floor:.2f}  {LIMITS.get(name, '')}")


if __name__ == "__main__":
    main()
