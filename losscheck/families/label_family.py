"""The declaration of a likelihood of labels: its link, its loss on logits, and the words that a user reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from losscheck.families.declaration import Declaration, Loss
from losscheck.results import Code, TaskKind

if TYPE_CHECKING:
    from losscheck.numeric.lazy import Array


@dataclass(frozen=True, kw_only=True)
class LabelFamily(Declaration):
    """One likelihood of labels, or a loss of class outputs that is none (`likelihood` False) and why.

    `log_link(logits)` gives log-probabilities (m, K), `nll(log_p, target)` −log P(target) of each row of them: the
    target is a class index (m,), for soft labels fractions (m, K). `loss.value(logits, target)` is the loss of each row
    and `gradient` its derivative in the logits. One score of two classes, and each label of several, is a logit of its
    own, whose log-probabilities are two columns (no, yes).

    `proper`: in expectation the loss is smallest at the true probabilities alone. `ordered`: the classes are numbers of
    a scale. `noise_twin` is the family of noise whose loss this is, when class targets are put into it.

    `numpy_temperature` and `pytorch_temperature` are format strings of `temperature`: what is run after training to
    make probabilities of logits; `framework_temperature` has those of the other frameworks.
    """

    tasks: frozenset[TaskKind]
    log_link: Callable[[Array], Array]
    nll: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array], Array]
    numpy_temperature: str
    pytorch_temperature: str
    framework_temperature: Mapping[str, str] = field(default_factory=dict)
    proper: bool = True
    likelihood: bool = True
    ordered: bool = False
    noise_twin: str = ""

    @property
    def subject(self) -> str:
        """The family's title and the word labels."""
        return f"{self.title} labels"

    def code(self, temperature: float | None = None) -> Code:
        """Return the code to paste: the loss, and with a `temperature` the line that divides the logits by it."""
        if temperature is None:
            return Code(**self.code_of)
        after = {"numpy": self.numpy_temperature, "pytorch": self.pytorch_temperature, **self.framework_temperature}
        value = f"{temperature:.6g}"
        last = {framework: "\n" + text.format(temperature=value) for framework, text in after.items()}
        return Code(**{framework: text + last.get(framework, "") for framework, text in self.code_of.items()})


__all__ = ["LabelFamily", "Loss"]
