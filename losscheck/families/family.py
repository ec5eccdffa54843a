"""The declaration of a noise family: its density, its loss, and every word that a user reads about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from losscheck.numeric.lazy import Array


class View(StrEnum):
    """Which numbers a family is the likelihood of."""

    RESIDUAL = "residual"  # target − prediction
    SCALED = "scaled"  # the residual, with a scale that depends on the prediction
    LOG_RATIO = "log-ratio"  # log target − log prediction, with the Jacobian of the logarithm


class Symmetry(StrEnum):
    """The class of shapes that decides the verdict."""

    NORMAL = "normal"
    SYMMETRIC = "symmetric"
    SKEWED = "skewed"
    BIMODAL = "bimodal"


@dataclass(frozen=True)
class Shape:
    """A shape parameter: its name, its closed range, and where the fit runs on a logarithmic scale.

    At an end of the range the fit is `limit` (a family id, or "" where the end is an ordinary member), and no
    standard error is given.
    """

    name: str
    low: float
    high: float
    logarithmic: bool = True
    limit_low: str = ""
    limit_high: str = ""


@dataclass(frozen=True)
class Loss:
    """The training loss that is the family's negative log-likelihood, as a function of residuals.

    `value(residual, parameters)` is the loss of each row for named parameters in the target's units. It equals
    a·(−log density) + b, where a > 0 and b do not depend on the prediction. `parameters` names those of the
    family that the user must set (the location never is one).
    """

    id: str
    title: str
    formula: str
    value: Callable[[Array, Mapping[str, float]], Array]
    parameters: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    defaults: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Family:
    """One noise family, as a location-scale model z = (x − mu)/sigma of the standard density exp(−nll(z)).

    `nll`, `psi`, `curvature` are −log f₀ and its first two derivatives in z; `shape_gradient` gives its
    derivatives in each shape parameter. All take (z, *shapes) and broadcast; none may return NaN for finite z.
    Outside of the support `nll` is +inf and the derivatives are 0.
    `grid` holds shape tuples: the starts of the fit, and the models of the posterior where `in_posterior`.
    `parameters(mu, sigma, *shapes)` renames the fitted numbers (e.g. Huber's delta = c·sigma); by default
    mu, sigma and the shape names.
    """

    id: str
    title: str
    loss: Loss
    symmetry: Symmetry
    elicits: str
    assumption: str
    density: str
    negative_log_likelihood: str
    derivation: str
    right_when: str
    misleads: str
    references: tuple[str, ...]
    nll: Callable[..., Array]
    psi: Callable[..., Array]
    curvature: Callable[..., Array]
    numpy_code: str
    pytorch_code: str | None
    shapes: tuple[Shape, ...] = ()
    shape_gradient: Callable[..., tuple[Array, ...]] | None = None
    grid: tuple[tuple[float, ...], ...] = ((),)
    in_posterior: bool = True
    view: View = View.RESIDUAL
    base: Family | None = None
