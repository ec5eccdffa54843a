"""Rounded or repeated residuals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.noise.measures import residual_ties, standardise
from losscheck.checks.wording import figure, percent
from losscheck.numeric.ties import TIED_SHARE
from losscheck.results import Effect, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample


def run(sample: Sample, alpha: float) -> Finding:
    """Measure the share of repeated residuals and the step of their grid."""
    found = residual_ties(sample)
    effect = Effect("rounding step", found.step)
    share = f"{percent(found.share)} of the residuals occur more than once"
    if found.share <= TIED_SHARE:
        return Finding(Status.PASS, f"{share[0].upper()}{share[1:]}.", found.share, effect=effect)
    if found.step is None:
        message = f"{share}, but no grid holds them all: copied rows, few distinct predictions, or an atom."
        advice = "Look for repeated rows (LC003), values that fill in for missing ones, and bounds (LC221)."
        return Finding(Status.NOTE, message, found.share, effect=effect, advice=advice)
    ratio = figure(found.step / standardise(sample).sd)
    message = f"{share}: they lie on a grid of step {figure(found.step)}, {ratio} residual sd."
    return Finding(Status.NOTE, message, found.share, effect=effect)


CHECK = Check(
    id="ties",
    code="LC220",
    title="Rounding",
    question="Are the residuals rounded, and to what step?",
    null="At most 20 % of the residuals occur more than once.",
    why="A density can be made infinite at a value that occurs often, so likelihoods of rounded data compare "
    "nonsense (Laplace wins). Families are therefore compared as probabilities of the rounding interval.",
    advice="Nothing is wrong if the step is small against the sd (below 0.5 it hardly costs anything). Use "
    "unrounded targets if they exist; if the targets are counts, say so: --task count.",
    misleads="Rounded targets with continuous predictions leave residuals that are not tied; the rounding is then "
    "inside the noise, uniform over one step.",
    references=("Heitjan & Rubin 1991, Ignorability and coarse data, doi:10.1214/aos/1176348396",),
    worst=Status.NOTE,
    run=run,
    minimum_rows=10,
)
