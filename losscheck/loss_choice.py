"""The loss that the user declares (`--loss huber:delta=1.0`) and the estimand (`--estimand quantile:0.9`)."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from losscheck.efficiency.candidates import Candidate
from losscheck.families import (
    FAMILIES,
    LABEL_FAMILIES,
    RESPONSE_FAMILIES,
    family_named,
    label_loss_named,
    regression_loss_named,
)
from losscheck.families.declaration import Loss
from losscheck.families.family import Family, ShapeClass, View
from losscheck.families.label_family import LabelFamily
from losscheck.families.response_family import ResponseFamily
from losscheck.results import InputError

Found = TypeVar("Found")
SCALE_NAMES = ("sigma", "delta", "c")
"""Parameters that are the loss's scale; all others are shapes."""


@dataclass(frozen=True)
class LossChoice:
    """A loss with its parameters in the target's units; `assumed` names those that are the framework's default."""

    family: Family | ResponseFamily
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
        if isinstance(self.family, ResponseFamily):
            return None
        symmetric = self.family.shape_class in (ShapeClass.NORMAL, ShapeClass.SYMMETRIC)
        if self.family.view is not View.RESIDUAL or not symmetric or not self.family.regular:
            return None
        scale = next((v / s for name, v in self.parameters.items() if name in SCALE_NAMES), 1.0)
        if self.loss == "huber":  # Huber's loss with c = 1 and sigma = delta is that of any c·sigma = delta
            return Candidate(self.family, (1.0,), scale)
        return Candidate(self.family, tuple(self.parameters[d.name] for d in self.family.shapes), scale)


@dataclass(frozen=True)
class Declared:
    """The loss that the user names, as a loss of residuals and as one of class outputs; None where it is no such."""

    name: str
    noise: LossChoice | None
    labels: LabelFamily | None

    def of_residuals(self) -> LossChoice:
        """Return the loss of residuals; raises InputError for one of class outputs."""
        if self.noise is None:
            raise InputError(
                f"--loss {self.name} is a loss of class outputs, and the targets are numbers. If they are classes, say "
                "so with --task binary or --task multiclass."
            )
        return self.noise


def parse_declared(text: str) -> Declared:
    """Return the loss named; raises InputError for an unknown name, parameter or value."""
    name, colon, rest = text.strip().partition(":")
    given = dict(_parse_pair(part, text) for part in rest.split(",")) if colon else {}
    noise, labels = _look_up(regression_loss_named, name), _look_up(label_loss_named, name)
    if noise is None and labels is None:
        likelihoods = (*FAMILIES, *RESPONSE_FAMILIES, *LABEL_FAMILIES)
        known = sorted({n for family in likelihoods for n in (family.loss.id, *family.loss.aliases)})
        close = difflib.get_close_matches(name.strip().lower(), known, 1)
        hint = f"did you mean '{close[0]}'? " if close else ""
        raise InputError(f"--loss: '{name}' is not a known loss; {hint}Known: {', '.join(known)}")
    if noise is not None:
        return Declared(noise.loss.id, _choose(noise, given, text), labels)
    assert labels is not None
    _refuse_unknown(labels.loss, given, text)
    return Declared(labels.loss.id, None, labels)


def parse_loss(text: str) -> LossChoice:
    """Return the declared loss of residuals; raises InputError for an unknown name, parameter or value."""
    return parse_declared(text).of_residuals()


def _look_up(find: Callable[[str], Found], name: str) -> Found | None:
    try:
        return find(name)
    except KeyError:
        return None


def _refuse_unknown(loss: Loss, given: Mapping[str, float], text: str) -> None:
    unknown = sorted(set(given) - set(loss.parameters))
    if unknown:
        takes = ", ".join(loss.parameters) or "no parameters"
        raise InputError(f"--loss {text}: {loss.id} has no parameter '{unknown[0]}'; it takes {takes}")


def _choose(family: Family | ResponseFamily, given: Mapping[str, float], text: str) -> LossChoice:
    loss = family.loss
    _refuse_unknown(loss, given, text)
    # losses with a learned scale, on the log target or of a target's own domain are judged without their parameters
    located = isinstance(family, Family) and family.view is View.RESIDUAL
    needed = loss.parameters if located else ()
    assumed = tuple(p for p in needed if p not in given)
    parameters = {p: _default(family, p, text) for p in assumed} | dict(given)
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


def _default(family: Family | ResponseFamily, parameter: str, text: str) -> float:
    if parameter not in family.loss.defaults:
        example = f"{family.loss.id}:{parameter}=…"
        raise InputError(f"--loss {text}: {family.loss.id} needs {parameter}; write {example}")
    return family.loss.defaults[parameter]


def _check_ranges(family: Family | ResponseFamily, parameters: Mapping[str, float], text: str) -> None:
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
