"""The generated table of model noises: information, robust scale, and every candidate's efficiency."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from losscheck.families import family_named
from losscheck.families.family import ShapeClass
from losscheck.numeric.lazy import Array, np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEARNED = "learned:"
"""Prefix of the columns of skewed likelihoods whose scale and shape are learned with the model."""
LEADING = 7
ADEQUATE = 0.9
"""MSE is adequate where it keeps at least this share of the rows (shared by table classes and rules)."""


@dataclass(frozen=True, eq=False)
class NoiseTable:
    """One row a model: m models, c candidate losses (in the order of `CANDIDATES`)."""

    family: tuple[str, ...]
    shapes: tuple[tuple[float, ...], ...]
    log_det_information: Array
    s: Array
    efficiency: Array
    learned: Array
    learned_loss: tuple[str, ...]
    shape_class: tuple[ShapeClass, ...]

    @property
    def mse_adequate(self) -> NDArray[np.bool_]:
        """Models under which MSE keeps at least 0.9 of the rows."""
        return self.efficiency[:, 0] >= ADEQUATE

    @property
    def fourth_moment_missing(self) -> NDArray[np.bool_]:
        """Models without a fourth moment: Student-t with nu ≤ 4."""
        return np.array([name == "student_t" and s[0] <= 4 for name, s in zip(self.family, self.shapes, strict=True)])

    def is_class(self, *classes: ShapeClass) -> NDArray[np.bool_]:
        """Models of these classes."""
        return np.array([c in classes for c in self.shape_class])


@cache
def load_table() -> NoiseTable:
    """Read the table that ships with the package."""
    text = files("losscheck.efficiency").joinpath("table.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    learned = [i for i, name in enumerate(header) if name.startswith(LEARNED)]
    family = tuple(row[0] for row in rows)
    shapes = tuple(tuple(float(s) for s in row[1].split(";") if s) for row in rows)
    numbers = np.array([[float(x) for x in row[2:]] for row in rows])
    determinant = numbers[:, 0] * numbers[:, 2] - numbers[:, 1] ** 2
    regular = np.array([family_named(name).regular for name in family])
    log_det = np.log(np.where(regular, determinant, 1.0))
    classes = tuple(family_named(name).shape_class for name in family)
    return NoiseTable(
        family,
        shapes,
        log_det,
        numbers[:, 3],
        numbers[:, LEADING - 2 : learned[0] - 2],
        numbers[:, learned[0] - 2 :],
        tuple(header[i].removeprefix(LEARNED) for i in learned),
        classes,
    )
