"""What the user asked about class outputs."""

from __future__ import annotations

from dataclasses import dataclass

from losscheck.families.label_family import LabelFamily


@dataclass(frozen=True)
class ClassRequest:
    """The loss in use, as it was named and as what it is on labels (None: no loss of labels), and the gate."""

    declared: str | None
    family: LabelFamily | None
    min_efficiency: float
    predictions_from: str

    @property
    def in_training(self) -> bool:
        """True where the outputs are those of rows that the model was trained on."""
        return self.predictions_from == "training"
