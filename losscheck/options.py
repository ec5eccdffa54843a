"""What is asked of a diagnosis, read and held against what there is: the same words as on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

from losscheck.classes.request import ClassRequest
from losscheck.loss_choice import Declared, Estimand, parse_declared, parse_estimand
from losscheck.results import InputError
from losscheck.rules import Request
from losscheck.sample import Asked, Numbers, Stage

SOURCES = ("unknown", "heldout", "training")
"""Where predictions may come from."""
OUTPUTS = (Numbers.PROBABILITIES, Numbers.LOGITS, Numbers.LOG_PROBABILITIES, Numbers.PERCENT)
"""What `--outputs` can say."""


@dataclass(frozen=True)
class Options:
    """What was asked of the diagnosis, whatever the targets turn out to be."""

    declared: Declared | None
    estimand: Estimand
    min_efficiency: float
    predictions_from: str
    alpha: float

    def of_residuals(self) -> Request:
        """Return what is asked about residuals; raises InputError for a declared loss of class outputs."""
        loss = None if self.declared is None else self.declared.of_residuals()
        q = loss.parameters.get("q", 0.5) if loss is not None else 0.5
        # whoever trains with the pinball loss wants its quantile
        wanted = Estimand("quantile", q) if self.estimand.name == "any" and q != 0.5 else self.estimand
        return Request(loss, wanted, self.min_efficiency, self.predictions_from)

    def of_classes(self) -> ClassRequest:
        """Return what is asked about class outputs."""
        if self.declared is None:
            return ClassRequest(None, None, self.min_efficiency, self.predictions_from)
        labels = self.declared.labels
        name = self.declared.name if labels is None or labels.noise_twin else labels.loss.id
        return ClassRequest(name, labels, self.min_efficiency, self.predictions_from)


def make_options(
    loss: str | None, estimand: str, min_efficiency: float, alpha: float, predictions_from: str
) -> Options:
    """Return the options, read; raises InputError for a value out of range."""
    if not (loss is None or isinstance(loss, str)) or not isinstance(estimand, str):
        raise InputError(
            f"loss and estimand are names like 'huber:delta=1.0' and 'mean', not {loss!r} and {estimand!r}"
        )
    if not (isinstance(min_efficiency, Real) and isinstance(alpha, Real)):
        raise InputError(f"min_efficiency and alpha are numbers, not {min_efficiency!r} and {alpha!r}")
    if not 0 < min_efficiency <= 1:
        raise InputError(f"--min-efficiency must lie in (0, 1], it is {min_efficiency:g}")
    if not 0 < alpha < 0.5:
        raise InputError(f"--alpha must lie between 0 and 0.5, it is {alpha:g}")
    if predictions_from not in SOURCES:
        raise InputError(f"--predictions-from must be unknown, heldout or training, it is '{predictions_from}'")
    declared = None if loss is None else parse_declared(loss)
    return Options(declared, parse_estimand(estimand), min_efficiency, predictions_from, alpha)


def make_asked(outputs: str, stage: str, ordinal: bool, seed: int) -> Asked:
    """Return what was said about class outputs; raises InputError for anything unknown."""
    readings = [reading.value for reading in OUTPUTS]
    if outputs not in ("auto", *readings):
        raise InputError(f"--outputs must be auto, {', '.join(readings)}; it is '{outputs}'")
    if stage not in tuple(Stage):
        raise InputError(f"--stage must be train or init, it is '{stage}'")
    if not isinstance(seed, int) or seed < 0:
        raise InputError(f"--seed must be a whole number from 0 on, it is {seed!r}")
    return Asked(None if outputs == "auto" else Numbers(outputs), Stage(stage), seed, bool(ordinal))
