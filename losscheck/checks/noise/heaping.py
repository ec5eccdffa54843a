"""Round numbers that are too frequent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import NUMBERS, Check, Finding
from losscheck.checks.intervals import share_interval
from losscheck.checks.wording import effect_with, percent
from losscheck.numeric.lazy import np
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 0.1
FEWEST_DIFFERENT = 20
"""Fewer whole numbers have no tens to heap on."""
FEWEST_ROWS_OF_ROUND = 30


def run(sample: Sample, alpha: float) -> Finding:
    """Compare the share of whole targets that end in 0 or 5 with the fifth that is due."""
    target = sample.target
    assert target is not None
    if not bool((target == np.rint(target)).all()):
        return Finding(Status.SKIP, "needs whole numbers")
    # below 10 the round numbers 0 and 5 are not rounder than the others
    large = target[(np.abs(target) >= 10) & (np.abs(target) < 1e15)]
    if large.size < FEWEST_ROWS_OF_ROUND or np.unique(large[:2000]).size < FEWEST_DIFFERENT:
        return Finding(Status.SKIP, "needs 30 targets of two digits or more, and 20 different ones")
    count = int(np.count_nonzero(np.mod(large, 5) == 0))
    share = count / large.size
    interval = share_interval(count, large.size, alpha)
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
