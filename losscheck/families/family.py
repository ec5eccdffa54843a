"""The declaration of a noise family: its density, its loss, and every word that a user reads about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from losscheck.families.declaration import Declaration, Loss

if TYPE_CHECKING:
    from losscheck.numeric.lazy import Array
    from losscheck.numeric.points import Points


class View(StrEnum):
    """Which numbers a family is the likelihood of."""

    RESIDUAL = "residual"  # target − prediction
    SCALED = "scaled"  # the residual, with a scale that depends on the prediction
    LOG_RATIO = "log-ratio"  # log target − log prediction, with the Jacobian of the logarithm


class ShapeClass(StrEnum):
    """The classes of noise among which the verdict chooses."""

    NORMAL = "normal"
    SYMMETRIC = "symmetric"
    SKEWED = "skewed"
    BIMODAL = "bimodal"


@dataclass(frozen=True)
class Shape:
    """A shape parameter, its closed range, and whether the fit runs on its logarithm.

    At an end of the range no standard error is given, and `limit_low`, `limit_high` say what the family then is.
    """

    name: str
    low: float
    high: float
    logarithmic: bool = True
    limit_low: str = ""
    limit_high: str = ""


@dataclass(frozen=True, kw_only=True)
class Family(Declaration):
    """One noise family: the location-scale model z = (x − mu)/sigma of the standard density exp(−nll(z)).

    `nll`, `psi`, `curvature` are −log f₀ and its first two derivatives in z, `shape_gradient` its derivatives in
    the shape parameters; all take (z, *shapes) and broadcast, and give no NaN at finite z. Outside of the
    support `nll` is +inf and the derivatives are 0. `grid` holds shape tuples: starts of the fit, and the models
    of the posterior where `in_posterior`, which share the family's relative `prior` weight
    (how the priors were chosen: docs/decision.md).

    Hooks, where a family has something better than Newton: `profile(points, *shapes)` gives the exact (mu, sigma)
    at fixed shapes, `solve(points)` the exact (mu, sigma, *shapes). `smooth` False: psi jumps, so that standard
    errors come from the outer product of gradients. `regular` False: no standard errors at all.

    `natural(mu, sigma, *shapes)` names the fitted numbers as users know them; by default mu, sigma (then slope and
    curve of log sigma in the standardised prediction, for a `SCALED` view) and the shapes' names. All code is a format
    string of those names, and of what `settings(points, parameters)` adds: numbers that some framework wants in a unit
    of its own, measured on the residuals.
    """

    shape_class: ShapeClass
    nll: Callable[..., Array]
    psi: Callable[..., Array]
    curvature: Callable[..., Array]
    shape_gradient: Callable[..., tuple[Array, ...]] | None = None
    shapes: tuple[Shape, ...] = ()
    grid: tuple[tuple[float, ...], ...] = ((),)
    in_posterior: bool = True
    prior: float = 1.0
    view: View = View.RESIDUAL
    smooth: bool = True
    regular: bool = True
    natural: Callable[..., dict[str, float]] | None = None
    profile: Callable[..., tuple[float, float]] | None = None
    solve: Callable[[Points], tuple[float, ...]] | None = None
    settings: Callable[[Points, Mapping[str, float]], dict[str, float]] | None = None

    @property
    def subject(self) -> str:
        """The family's title and the word noise."""
        return f"{self.title} noise"

    @property
    def scale_names(self) -> tuple[str, ...]:
        """Names of the coefficients of the scale: sigma, and how log sigma changes where it does."""
        return ("sigma", "slope", "curve") if self.view is View.SCALED else ("sigma",)

    def name_parameters(self, *fitted: float) -> dict[str, float]:
        """Return fitted (mu, sigma, *shapes) under the names that users know, in the target's units."""
        if self.natural is not None:
            return self.natural(*fitted)
        names = ("mu", *self.scale_names, *(shape.name for shape in self.shapes))
        return dict(zip(names, fitted, strict=True))


__all__ = ["Family", "Loss", "Shape", "ShapeClass", "View"]
