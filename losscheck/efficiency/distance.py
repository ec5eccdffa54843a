"""How many rows it takes to tell two model noises apart."""

from __future__ import annotations

import math
from dataclasses import replace

from losscheck.efficiency.quadrature import make_noise
from losscheck.efficiency.table import NoiseTable
from losscheck.families import family_named
from losscheck.families.likelihood import scan
from losscheck.numeric.lazy import np
from losscheck.numeric.points import Points

EVIDENCE = 3.0
"""Nats of evidence at odds of 20 : 1."""
MOST_ROWS = 10_000_000
REACH = 1e3
"""Nodes this many robust sds out carry 1e-3 of a Cauchy, and are left out so that a normal can be fitted at all."""
SMALLEST_MASS = 1e-12
"""Farther nodes lie beyond the support of some families."""
NODES = 2000


def rows_to_tell(table: NoiseTable, truth: int, other: int) -> int | None:
    """Return 3 / KL(truth ‖ the nearest member of `other`): rows for odds of 20 : 1; None above 10⁷.

    >>> from losscheck.efficiency.table import load_table
    >>> table = load_table()
    >>> logistic = table.family.index("logistic")
    >>> rows_to_tell(table, logistic, table.family.index("normal"))  # KL is .01436
    209
    """
    noise = make_noise(family_named(table.family[truth]), table.shapes[truth], NODES)
    near = (np.abs(noise.z - noise.median) < REACH * noise.s) & (noise.mass > SMALLEST_MASS)
    points = Points(noise.z[near] / noise.s, noise.mass[near], 0.0, noise.s)
    own = -float(noise.mass[near] @ family_named(table.family[truth]).nll(noise.z[near], *table.shapes[truth]))
    model = replace(family_named(table.family[other]), grid=(table.shapes[other],))
    rival = float(scan(model, points).loglik[0]) - points.n * math.log(noise.s)
    return math.ceil(EVIDENCE / (own - rival)) if own - rival > EVIDENCE / MOST_ROWS else None
