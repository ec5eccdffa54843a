"""Two outputs of models compared: whether the noise, the validity and the calibration got better or worse."""

from losscheck.comparison.compare import Comparison, compare
from losscheck.comparison.side import Side, read_side

__all__ = ["Comparison", "Side", "compare", "read_side"]
