"""The declared loss against the noise."""

from __future__ import annotations

from losscheck.checks.check import Check
from losscheck.results import Status

CHECK = Check(
    id="declared_loss",
    code="LC901",
    title="Declared loss",
    question="Does the loss in use match the noise?",
    null="The declared loss keeps at least the share of the rows' worth that --min-efficiency asks for (0.8).",
    why="A loss is a negative log-likelihood. Where it is the wrong one, training needs more rows for the "
    "same accuracy: an efficiency of 0.5 wastes every second row. It fails only when the whole interval "
    "lies below the limit.",
    advice="Train with the recommended loss; its formula and code, with this file's parameters, are in the report.",
    misleads="Held-out residuals are assumed; residuals of training rows are too small and hide the tails. A loss "
    "may be right for a reason that is not in the noise, such as costs that grow with the square: declare "
    "--estimand.",
    references=(
        "Huber 1964, Robust estimation of a location parameter, doi:10.1214/aoms/1177703732",
        "Gneiting 2011, Making and evaluating point forecasts, doi:10.1198/jasa.2011.r10138",
    ),
    worst=Status.FAIL,
    run=None,
    varies=False,
)
