"""The chance that any check of calibration looks as bad as the worst one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.classes.outcome import FEWEST_ROWS, SURE, TRAINED_ON, skip
from losscheck.checks.wording import p_text, percent
from losscheck.outputs.monte_carlo import DRAWS, calibrate
from losscheck.outputs.undefined import Undefined
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import ClassSample


def run(sample: ClassSample, alpha: float) -> Finding:
    """Note a smallest p-value that is too small for the number of checks."""
    found = calibrate(sample)
    if isinstance(found, Undefined):
        return skip(found)
    name = min(found.p, key=lambda key: found.p[key])
    how = "asymptotic, times their number" if found.asymptotic else f"in {DRAWS} redraws of the labels"
    message = (
        f"Of {len(found.p)} statistics of calibration the clearest is {name} ({p_text(found.p[name])}); one at least "
        f"as clear among all of them has {p_text(found.family)} if the outputs are right ({how})."
    )
    status = Status.NOTE if found.family < alpha else Status.PASS
    return Finding(status, message, found.p[name], found.family)


CHECK = Check(
    id="familywise",
    code="LC610",
    title="All checks of calibration together",
    question="Is the worst p-value of the calibration checks small for so many of them?",
    null="The labels are draws from the stated probabilities.",
    why="Eight checks at 5 % find something in a third of all perfect files. The smallest p-value has a null "
    f"distribution of its own, since all statistics see the same redrawn labels; no check fails above {percent(SURE)}.",
    advice="The named check and those that fail say what is off. If none of them fails, the departure is real but too "
    "small to matter, or too uncertain in size.",
    misleads="A small value says that something is off, not that it matters: with a million rows everything is. "
    f"{TRAINED_ON}",
    references=(
        "Westfall & Troendle 2008, Multiple testing with minimal assumptions, doi:10.1002/bimj.200710456",
        "Phipson & Smyth 2010, Permutation p-values should never be zero, doi:10.2202/1544-6115.1585",
    ),
    worst=Status.NOTE,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.LABELS}),
    minimum_rows=FEWEST_ROWS,
    varies=False,
)
