"""The expected calibration error, beside what it is for perfect outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.classes.outcome import FEWEST_ROWS, OF_A_QUESTION, TRAINED_ON, skip
from losscheck.checks.wording import figure, percent
from losscheck.numeric.lazy import np
from losscheck.outputs.ece import calibration_error
from losscheck.outputs.monte_carlo import DRAWS, calibrate
from losscheck.outputs.question import BINS
from losscheck.outputs.undefined import Undefined
from losscheck.results import Effect, Need, Status

if TYPE_CHECKING:
    from losscheck.sample import ClassSample


def run(sample: ClassSample, alpha: float) -> Finding:
    """Show the expected calibration error with the mean and the upper point of redrawn labels."""
    error, found = calibration_error(sample), calibrate(sample)
    if isinstance(error, Undefined) or isinstance(found, Undefined):
        return skip(error, found)
    mean, point = float(found.error.mean()), float(np.quantile(found.error, 1 - alpha))
    message = (
        f"The expected calibration error is {figure(error)} ({BINS} bins); outputs that are perfectly calibrated would "
        f"have {figure(mean)} on average here, and less than {figure(point)} in {percent(1 - alpha)} of the cases."
    )
    p = float(1 + (found.error >= error - 1e-10).sum()) / (DRAWS + 1)
    effect = Effect("calibration error beyond chance", error - mean)
    return Finding(Status.NOTE if error > point else Status.PASS, message, error, p, effect)


CHECK = Check(
    id="ece",
    code="LC609",
    title="Expected calibration error",
    question="What is the expected calibration error, and what would it be if the outputs were right?",
    null="The labels are draws from the stated probabilities.",
    why="Everybody quotes it, and it is never 0: with 15 bins a perfect model of two classes has 0.12 on average at "
    "100 rows, 0.039 at 1,000 and 0.012 at 10,000. Without that figure beside it, it means nothing.",
    advice="Quote it with its mean for calibrated outputs. What to do is decided by LC601 to LC608.",
    misleads=f"It depends on the bins: here {BINS} of equal width, (lo, hi], of the probability of class 1 for two "
    f"classes and of the most probable class for more. {OF_A_QUESTION} {TRAINED_ON}",
    references=(
        "Guo et al. 2017, On calibration of modern neural networks, arXiv:1706.04599",
        "Nixon et al. 2019, Measuring calibration in deep learning, arXiv:1904.01685",
        "Bröcker & Smith 2007, Increasing the reliability of reliability diagrams, doi:10.1175/WAF993.1",
    ),
    worst=Status.NOTE,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.LABELS}),
    minimum_rows=FEWEST_ROWS,
    varies=False,
)
