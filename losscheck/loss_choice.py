"""The loss that the user declares (`--loss huber:delta=1.0`) and the estimand (`--estimand quantile:0.9`)."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass

from losscheck.efficiency.candidates import Candidate
from losscheck.families import FAMILIES, family_named, loss_named
from losscheck.families.family import Family, ShapeClass, View
from losscheck.results import InputError

SCALE_NAMES = ("sigma", "delta", "c")
"""Parameters that are the loss's scale; all others are shapes."""


@dataclass(frozen=True)
class LossChoice:
    """A loss with its parameters in the target's units; `assumed` names those that are the framework's default."""

    family: Family
    parameters: Mapping[str, float]
    assumed: tuple[str, ...] = ()

    @property
    def loss(self) -> str:
        """The loss id."""
        return self.family.loss.id

    @property
    def title(self) -> str:
        """The loss id with its parameters, as a user would write it."""
        named = ",".join(f"{name}={value:g}" for name, value in self.parameters.items())
        return f"{self.loss}:{named}" if named else self.loss

    def candidate(self, s: float) -> Candidate | None:
        """Return the loss on residuals of robust scale s; None where it has no single-output location form."""
        if self.parameters.get("q") == 0.5:  # the pinball loss of the median is half of MAE
            return Candidate(family_named("laplace"))
        symmetric = self.family.shape_class in (ShapeClass.NORMAL, ShapeClass.SYMMETRIC)
        if self.family.view is not View.RESIDUAL or not symmetric or not self.family.regular:
            return None
        scale = next((v / s for name, v in self.parameters.items() if name in SCALE_NAMES), 1.0)
        if self.loss == "huber":  # Huber's loss with c = 1 and sigma = delta is that of any c·sigma = delta
            return Candidate(self.family, (1.0,), scale)
        return Candidate(self.family, tuple(self.parameters[d.name] for d in self.family.shapes), scale)


def parse_loss(text: str) -> LossChoice:
    """Return the declared loss; raises InputError for an unknown name, parameter or value."""
    name, colon, rest = text.strip().partition(":")
    try:
        family = loss_named(name.strip())
    except KeyError:
        known = sorted({n for f in FAMILIES for n in (f.loss.id, *f.loss.aliases)})
        close = difflib.get_close_matches(name.strip().lower(), known, 1)
        hint = f"did you mean '{close[0]}'? " if close else ""
        raise InputError(f"--loss: '{name}' is not a known loss; {hint}Known: {', '.join(known)}") from None
    loss = family.loss
    given = dict(_parse_pair(part, text) for part in rest.split(",")) if colon else {}
    unknown = sorted(set(given) - set(loss.parameters))
    if unknown:
        takes = ", ".join(loss.parameters) or "no parameters"
        raise InputError(f"--loss {text}: {loss.id} has no parameter '{unknown[0]}'; it takes {takes}")
    # losses with a learned scale or on the log target are judged without their parameters
    needed = loss.parameters if family.view is View.RESIDUAL else ()
    assumed = tuple(p for p in needed if p not in given)
    parameters = {p: _default(family, p, text) for p in assumed} | given
    _check_ranges(family, parameters, text)
    return LossChoice(family, parameters, assumed)


def _parse_pair(part: str, text: str) -> tuple[str, float]:
    name, equals, value = part.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not equals or not math.isfinite(number):
        raise InputError(f"--loss {text}: '{part}' is not NAME=NUMBER (for example huber:delta=1.0)")
    return name.strip(), number


def _default(family: Family, parameter: str, text: str) -> float:
    if parameter not in family.loss.defaults:
        example = f"{family.loss.id}:{parameter}=…"
        raise InputError(f"--loss {text}: {family.loss.id} needs {parameter}; write {example}")
    return family.loss.defaults[parameter]


def _check_ranges(family: Family, parameters: Mapping[str, float], text: str) -> None:
    for name, value in parameters.items():
        if name in SCALE_NAMES and value <= 0:
            raise InputError(f"--loss {text}: {name} must be above 0, it is {value:g}")
        for shape in family.shapes:
            if name == shape.name and not shape.low <= value <= shape.high:
                raise InputError(f"--loss {text}: {name} must lie in [{shape.low:g}, {shape.high:g}], it is {value:g}")
    if "q" in parameters and not 0 < parameters["q"] < 1:
        raise InputError(f"--loss {text}: q must lie between 0 and 1, it is {parameters['q']:g}")


@dataclass(frozen=True)
class Estimand:
    """What the predictions must be: any centre, the mean, the median, or a quantile."""

    name: str
    quantile: float | None = None

    def __str__(self) -> str:
        """Return the spelling of the option."""
        return self.name if self.quantile is None else f"quantile:{self.quantile:g}"


def parse_estimand(text: str) -> Estimand:
    """Return the estimand; raises InputError for anything but any, mean, median or quantile:Q with 0 < Q < 1."""
    name, _, level = text.strip().lower().partition(":")
    if name in ("any", "mean", "median") and not level:
        return Estimand(name)
    if name == "quantile":
        try:
            q = float(level)
        except ValueError:
            q = math.nan
        if 0 < q < 1:
            return Estimand(name, q)
    raise InputError(f"--estimand: '{text}' is not any, mean, median or quantile:Q with Q between 0 and 1")
