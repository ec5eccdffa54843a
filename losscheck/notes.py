"""Where predictions come from, and so what the report may claim."""

from __future__ import annotations

from losscheck.sample import Baseline, ClassSample, Sample
from losscheck.target import is_blurred

PREDICTIONS_FROM = {
    "unknown": "Predictions are taken as held out; if the model was trained on these rows, the residuals are smaller "
    "and lighter-tailed than new ones would be (--predictions-from training).",
    "heldout": "Predictions are held out, so the residuals are those of new rows.",
    "training": "The model was trained on these rows: the residuals are smaller and lighter-tailed than new ones would "
    "be, so every figure here is optimistic about the loss in use, and no declared loss fails on it.",
}

SUMMARIZED = (
    "The rows were summarized: counted in buckets at most 0.8 % wide, each with its exact sums. At a million rows this "
    "moves a fitted parameter by 0.02 of its standard error, the center of a loss with a kink by 0.04; the order of "
    "the rows, repeated rows and row numbers are not in a summary (--exact keeps all rows in memory)."
)
BLURRED = (
    "Likelihoods of the targets' own domain (positive numbers, amounts with zeros, shares, cut-off values) were not "
    "compared: the summary tells targets near 0 or at a bound too coarsely from their predictions. They need the rows "
    "(--exact), or an evenly spread part of them."
)
CLASSES_FROM = {
    "unknown": "Outputs are taken as held out; on the rows that a model was trained on, it looks calibrated or better "
    "whatever it is (--predictions-from training).",
    "heldout": "Outputs are held out, so labels can be held against them.",
    "training": "The model was trained on these rows: every check of labels against outputs is too kind, and none of "
    "them can vouch for new rows.",
}


def note_sample(sample: Sample, source: str) -> tuple[str, ...]:
    """Return the notes on where predictions come from, and on rows that were summarized."""
    notes = [PREDICTIONS_FROM[source] if sample.baseline is None else _note_baseline(sample.baseline)]
    if sample.info.summarized:
        notes += [SUMMARIZED, BLURRED] if is_blurred(sample) else [SUMMARIZED]
    return tuple(notes)


def note_classes(sample: ClassSample, source: str) -> tuple[str, ...]:
    """Return the notes on scores that were converted, and on where outputs come from if there are labels."""
    score = (sample.info.dialect or {}).get("score")
    converted = (f"{score}. Name a column of probabilities with -p, if that is wrong.",) if score else ()
    labelled = sample.label is not None or sample.targets is not None
    return (*converted, CLASSES_FROM[source]) if labelled else converted


def _note_baseline(baseline: Baseline) -> str:
    """Return the note on predictions of a baseline that was fitted here."""
    return (
        f"No predictions were given: these are out-of-fold predictions of a baseline fitted here ({baseline.method}), "
        f"R² {baseline.r_squared:.2f} with {len(baseline.used):,} features; LC005 has the rest. What a better model "
        f"would explain is still in these residuals: judge the loss again on those of the model that you train."
    )
