"""What the baseline was whose predictions were judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.wording import figure, names_text
from losscheck.results import Effect, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

FEATURES_NAMED = 8


def run(sample: Sample, alpha: float) -> Finding:
    """Say which baseline was fitted, on what, how good it is out of fold, and which columns it left out."""
    found = sample.baseline
    if found is None:
        return Finding(Status.SKIP, "no baseline was fitted (--fit-baseline)")
    count = "1 feature" if len(found.used) == 1 else f"{len(found.used):,} features"
    message = (
        f"Predictions are those of {found.method}, {found.folds} folds, each row by the others: R² out of fold = "
        f"{figure(found.r_squared)}, {count} ({names_text(found.used, FEATURES_NAMED)})."
    )
    if found.left_out:
        shown = "; ".join(f"'{name}': {reason}" for name, reason in found.left_out[:FEATURES_NAMED])
        more = len(found.left_out) - FEATURES_NAMED
        message += f" Left out: {shown}{f'; and {more:,} more' if more > 0 else ''}."
    return Finding(Status.NOTE, message, effect=Effect("R² out of fold", found.r_squared))


CHECK = Check(
    id="fitted_baseline",
    code="LC005",
    title="Fitted baseline",
    question="Whose predictions are these?",
    null="The predictions were given.",
    why="With --fit-baseline there were features and no predictions, so a quick model was fitted here. Its residuals "
    "hold what a better model would explain: a missing interaction looks like heavy tails or a changing scale.",
    advice="Take the verdict as the loss to train a first model with, and look at the residuals of that model again.",
    misleads="Folds are random rows. Where rows belong together (patients, stores, days) or follow each other in time, "
    "its R² is too good and its residuals are too small.",
    references=(
        "Golub, Heath & Wahba 1979, Generalized cross-validation, doi:10.2307/1268518",
        "Hastie, Tibshirani & Friedman 2009, The Elements of Statistical Learning, doi:10.1007/978-0-387-84858-7",
    ),
    worst=Status.NOTE,
    run=run,
    varies=False,
)
