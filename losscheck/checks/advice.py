"""Advice to switch the loss, when none was declared."""

from __future__ import annotations

from losscheck.checks.check import Check
from losscheck.results import Status

CHECK = Check(
    id="advice",
    code="LC900",
    title="Advice on the loss",
    question="Would another loss than the default use the rows better?",
    null="The default loss (MSE, or cross-entropy for classes) keeps at least 90 % of the rows' worth.",
    why="No loss was declared, so the default is compared with the best for this noise. Advice is not a "
    "failure: nobody said that the default is in use.",
    advice="Train again with the recommended loss and compare on held-out rows. Declare the loss in use with "
    "--loss to turn this advice into a gate.",
    misleads="Efficiency is about noise alone: if the model is biased, or features are missing, those errors are "
    "larger than what any loss can save. The functional may change with the loss on skewed noise "
    "(--estimand).",
    references=("Huber 1964, Robust estimation of a location parameter, doi:10.1214/aoms/1177703732",),
    worst=Status.WARN,
    run=None,
    varies=False,
)
