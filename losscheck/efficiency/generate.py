"""Write table.csv: the efficiency of every candidate loss on every model of the posterior.

Run `python -m losscheck.efficiency.generate` after adding a family, a shape or a candidate.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from losscheck.efficiency.candidates import CANDIDATES
from losscheck.efficiency.quadrature import efficiencies, make_noise
from losscheck.families import FAMILIES
from losscheck.families.family import Family

NODES = 40_000
TABLE = Path(__file__).with_name("table.csv")
LEADING = ("family", "shapes", "information_mu", "information_mu_sigma", "information_sigma", "s", "variance")


def model_row(family: Family, shapes: tuple[float, ...], nodes: int = NODES) -> list[str]:
    """Return one line of the table: the model's information, robust scale, variance and all efficiencies."""
    noise = make_noise(family, shapes, nodes)
    info = noise.information
    values = efficiencies(family, noise, CANDIDATES)
    numbers = (info[0, 0], info[0, 1], info[1, 1], noise.s, noise.variance, *values)
    return [family.id, ";".join(f"{s:g}" for s in shapes), *(f"{float(x):.6g}" for x in numbers)]


def main() -> None:
    """Write the whole table."""
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*LEADING, *(candidate.label for candidate in CANDIDATES)])
        for family in FAMILIES:
            if family.in_posterior:
                writer.writerows(model_row(family, shapes) for shapes in family.grid)
                sys.stderr.write(f"{family.id}\n")


if __name__ == "__main__":
    main()
