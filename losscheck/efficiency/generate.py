"""Write table.csv: the efficiency of every candidate loss on every model of the posterior.

Run `python -m losscheck.efficiency.generate` after adding a family, a shape or a candidate.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from losscheck.efficiency.candidates import CANDIDATES
from losscheck.efficiency.quadrature import efficiencies, learned_efficiency, make_noise
from losscheck.efficiency.table import LEARNED
from losscheck.families import FAMILIES
from losscheck.families.family import Family, ShapeClass

NODES = 40_000
TABLE = Path(__file__).with_name("table.csv")
LEADING = ("family", "shapes", "information_mu", "information_mu_sigma", "information_sigma", "s", "variance")


def model_row(family: Family, shapes: tuple[float, ...], nodes: int = NODES) -> list[str]:
    """Return one line of the table: the model's information, robust scale, variance and all efficiencies."""
    noise = make_noise(family, shapes, nodes)
    info = noise.information
    values = efficiencies(family, noise, CANDIDATES)
    learned = [learned_efficiency(family, noise, other) for other in learnable_families()]
    numbers = (info[0, 0], info[0, 1], info[1, 1], noise.s, noise.variance, *values, *learned)
    return [family.id, ";".join(f"{s:g}" for s in shapes), *(f"{float(x):.6g}" for x in numbers)]


def learnable_families() -> list[Family]:
    """Return the skewed families, whose likelihoods compete with their scale and shape learned."""
    return [family for family in FAMILIES if family.in_posterior and family.shape_class is ShapeClass.SKEWED]


def main() -> None:
    """Write the whole table."""
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        learned = [f"{LEARNED}{family.loss.id}" for family in learnable_families()]
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*LEADING, *(c.label for c in CANDIDATES), *learned])
        for family in FAMILIES:
            if family.in_posterior:
                writer.writerows(model_row(family, shapes) for shapes in family.grid)
                sys.stderr.write(f"{family.id}\n")


if __name__ == "__main__":
    main()
