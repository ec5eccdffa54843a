"""Whether the outputs are shares of a number of votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.wording import figure, percent, rows_text
from losscheck.outputs.interpretation import interpret
from losscheck.outputs.votes import FEWEST_ROWS, READINGS, find_grid
from losscheck.results import Effect, Status

if TYPE_CHECKING:
    from losscheck.sample import ClassSample


def run(sample: ClassSample, alpha: float) -> Finding:
    """Look for a number of votes that all outputs are shares of."""
    reading = interpret(sample)
    if reading.numbers not in READINGS:
        return Finding(Status.SKIP, "only probabilities can be shares of votes")
    found = find_grid(sample)
    if found is None:
        return Finding(Status.PASS, "The outputs are not the shares of any number of votes up to 1,000.")
    m = found.votes
    zeros = f"In {rows_text(found.zeros)} ({percent(found.zeros / sample.n)}) some class has none of them."
    effect = Effect("share of rows in which some class has no vote", found.zeros / sample.n)
    advice = (
        f"If they are votes, add a pseudo-count: (votes + 1)/({m:,} + K) for each of K classes, or average the trees' "
        "class shares; a class without a vote is not impossible."
    )
    if found.rounded:
        message = (
            f"All outputs are multiples of 1/{m:,} = {figure(1 / m)}: either the votes of {m:,} trees or neighbours, "
            "or numbers that were rounded."
        )
        return Finding(Status.NOTE, message, m, effect=effect, advice=advice)
    message = f"All outputs are multiples of 1/{m:,}: the votes of {m:,} trees or neighbours. {zeros}"
    return Finding(Status.NOTE, message, m, effect=effect, advice=advice)


CHECK = Check(
    id="few_values",
    code="LC505",
    title="Shares of votes",
    question="Are the outputs shares of a few votes rather than probabilities?",
    null="The outputs take more values than shares of up to 1,000 votes do.",
    why="A forest of 100 trees can say 0 or 0.01 but nothing between: a class that no tree votes for gets probability "
    "0 and, if it is the true one, an infinite loss. The spread of votes says how much the trees differ, which is "
    "not how likely a class is.",
    advice="Add a pseudo-count to the votes, or calibrate the shares on held-out rows.",
    misleads="Numbers rounded to two digits are shares of 100 as well; three classes and more tell them apart, since "
    "rounded rows do not all sum to 1.",
    references=(
        "Breiman 2001, Random forests, doi:10.1023/A:1010933404324",
        "Niculescu-Mizil & Caruana 2005, Predicting good probabilities with supervised learning, "
        "doi:10.1145/1102351.1102430",
    ),
    worst=Status.NOTE,
    run=run,
    tasks=CLASSES,
    minimum_rows=FEWEST_ROWS,
    varies=False,
)
