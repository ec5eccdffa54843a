"""The losses that compete to be recommended: families' losses at a few fixed shapes, scaled by the MAD."""

from __future__ import annotations

from dataclasses import dataclass

from losscheck.families import family_named
from losscheck.families.family import Family

NORMAL_QUARTILE = 0.6744897501960817
T_QUARTILES = {2.0: 0.816496580928, 3.0: 0.764892328405, 4.0: 0.740697084115, 6.0: 0.717558196491, 10.0: 0.699812061312}
"""Upper quartiles of Student-t: a t loss is scaled so that its own MAD is that of the residuals."""
LOGISTIC_QUARTILE = 1.0986122886681098


@dataclass(frozen=True)
class Candidate:
    """A loss at a fixed shape whose scale is `scale` times s = 1.4826·MAD of the residuals."""

    family: Family
    shapes: tuple[float, ...] = ()
    scale: float = 1.0

    @property
    def loss(self) -> str:
        """The loss id."""
        return self.family.loss.id

    @property
    def label(self) -> str:
        """The loss id with its shape: the column name in the table."""
        return ":".join((self.loss, *(f"{value:g}" for value in (*self.shapes, self.scale))))

    def parameters(self, s: float) -> dict[str, float]:
        """Return the loss's parameters in the target's units, for residuals of robust scale s."""
        named = self.family.name_parameters(0.0, self.scale * s, *self.shapes)
        return {name: named[name] for name in self.family.loss.parameters}


def _family(name: str, shapes: list[tuple[float, ...]], scale: float = 1.0) -> tuple[Candidate, ...]:
    return tuple(Candidate(family_named(name), shape, scale) for shape in shapes)


CANDIDATES: tuple[Candidate, ...] = (
    *_family("normal", [()]),
    *_family("laplace", [()]),
    *_family("huber", [(0.35,), (0.7,), (1.0,), (1.345,), (1.8,), (2.5,)]),
    *(Candidate(family_named("student_t"), (nu,), NORMAL_QUARTILE / q) for nu, q in T_QUARTILES.items()),
    *_family("logistic", [()], NORMAL_QUARTILE / LOGISTIC_QUARTILE),
    *_family("generalized_normal", [(1.25,), (1.5,), (1.75,), (3.0,), (4.0,), (8.0,)]),
    *_family("cauchy", [()], NORMAL_QUARTILE),
    *_family("barron", [(0.5,), (1.0,), (1.5,)]),
)
"""In order of preference: where two are equally good the earlier is recommended."""
