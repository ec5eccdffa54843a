"""What any likelihood declares, of noise or of labels: its loss, and every word that a user reads about it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from losscheck.results import Code

if TYPE_CHECKING:
    from losscheck.numeric.lazy import Array


@dataclass(frozen=True)
class Loss:
    """The training loss that is a likelihood's negative logarithm: a·(−log density) + b, a > 0, b free of the model.

    `value` is the loss of each row: of noise `value(residual, parameters)`, for parameters named as the family reports
    them, in the target's units; of labels `value(logits, target)`. `parameters` are those that a user sets;
    `defaults` the common framework default of each that has one.
    """

    id: str
    title: str
    formula: str
    value: Callable[..., Array]
    parameters: tuple[str, ...] = ()
    defaults: Mapping[str, float] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Declaration(ABC):
    """The words about one likelihood, the same for noise and for labels; `derivation` has numbered steps.

    `numpy_code` and `pytorch_code` compute the mean loss. `framework_code` has an entry for each other framework, named
    as in `results.Code`: `jax` computes the mean loss too, `keras` defines `loss` for `model.compile(loss=loss)`, and
    the others define a `model` (scikit-learn `linear` and `boosted`), with the lines of fit and predict on X and y
    where these are not the usual ones. Code that goes into a function says `{shift}` where the body begins.
    """

    id: str
    title: str
    loss: Loss
    elicits: str
    assumption: str
    density: str
    negative_log_likelihood: str
    derivation: str
    right_when: str
    misleads: str
    references: tuple[str, ...]
    numpy_code: str
    pytorch_code: str | None
    framework_code: Mapping[str, str] = field(default_factory=dict)

    @property
    def code_of(self) -> Mapping[str, str]:
        """The code of every framework that has any, numbers not yet filled in."""
        pytorch = {} if self.pytorch_code is None else {"pytorch": self.pytorch_code}
        return {"numpy": self.numpy_code, **pytorch, **self.framework_code}

    def fill_code(self, numbers: Mapping[str, float], shift: str = "") -> Code:
        """Return the code with these numbers in it; `shift` is a line to run before the loss, on the prediction f."""
        values = {name: f"{number:.6g}" for name, number in numbers.items()}
        filled = {}
        for framework, code in self.code_of.items():
            inside = "{shift}" in code
            text = code.format_map(values | {"shift": f"    {shift}\n" if shift else ""})
            filled[framework] = text if inside or not shift else f"{shift}\n{text}"
        return Code(**filled)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that it is known by: the family's id, the loss's, and the loss's aliases."""
        return (self.id, self.loss.id, *self.loss.aliases)

    @property
    @abstractmethod
    def subject(self) -> str:
        """What it is the likelihood of, in words that follow 'the loss of'."""


def plain_name(name: str) -> str:
    """Return a name as ids are written.

    >>> plain_name(" Smooth-L1 ")
    'smooth_l1'
    """
    return name.strip().lower().replace("-", "_").replace(" ", "_")
