"""Round numbers that are too frequent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import NUMBERS, Check, Finding
from losscheck.checks.intervals import share_interval
from losscheck.checks.wording import effect_with, percent
from losscheck.numeric.lazy import np
from losscheck.numeric.ordered import rows_of, rows_where, taken
from losscheck.results import Need, Status
from losscheck.sample import WHOLE_ALONE

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 0.1
FEWEST_DIFFERENT = 20
"""Fewer whole numbers have no tens to heap on."""
FEWEST_ROWS_OF_ROUND = 30


def run(sample: Sample, alpha: float) -> Finding:
    """Compare the share of whole targets that end in 0 or 5 with the fifth that is due."""
    targets = sample.target_values
    assert targets is not None
    if not targets.whole:
        return Finding(Status.SKIP, "needs whole numbers")
    # below 10 the round numbers 0 and 5 are not rounder than the others
    chosen = (np.abs(targets.value) >= 10) & (np.abs(targets.value) < 1e15)
    if targets.merged is not None:  # several whole numbers together have no last digit
        chosen &= np.abs(targets.value) < WHOLE_ALONE
    large, rows = targets.value[chosen], taken(targets.count, chosen)
    n = rows_of(large, rows)
    if n < FEWEST_ROWS_OF_ROUND or np.unique(large[:2000]).size < FEWEST_DIFFERENT:
        return Finding(Status.SKIP, "needs 30 targets of two digits or more, and 20 different ones")
    count = rows_where(np.mod(large, 5) == 0, rows)
    share = count / n
    interval = share_interval(count, n, alpha)
    effect = effect_with("share of targets that end in 0 or 5", share, interval, 0.2 + MARGIN)
    message = f"{percent(share)} of the targets of two digits or more end in 0 or 5, where 20 % are due."
    if share >= 1.0:
        return Finding(
            Status.PASS, "All targets end in 0 or 5: they are rounded to steps of 5, not heaped.", effect=effect
        )
    heaped = interval[0] > 0.2 and share > 0.2 + MARGIN
    return Finding(Status.NOTE if heaped else Status.PASS, message, effect=effect)


CHECK = Check(
    id="heaping",
    code="LC223",
    title="Heaping on round numbers",
    question="Are some of the targets rounded to tens and fives, and others not?",
    null="Last digits are spread evenly: a fifth of the whole targets end in 0 or 5.",
    why="Numbers that people remember or estimate heap: 30 stands for anything from 25 to 35. Likelihoods of "
    "exact counts "
    "then see a precision that is not there, and prefer wide families.",
    advice="Nothing for the loss: a mean is hardly moved by it. Do not trust differences between count families "
    "of a few "
    "hundredths of a nat, and widen intervals by the rounding.",
    misleads="Prices and quantities are round by decision, not by memory. Targets that are all multiples of 5 "
    "are rounded, "
    "and handled as such.",
    references=("Heitjan & Rubin 1991, Ignorability and coarse data, doi:10.1214/aos/1176348396",),
    worst=Status.NOTE,
    run=run,
    tasks=NUMBERS,
    needs=frozenset({Need.TARGET}),
    minimum_rows=30,
)
