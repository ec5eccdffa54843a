"""What K ≥ 2 columns of outputs are, in a fixed order of questions that are each asked of all rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from losscheck.numeric.lazy import Array, np
from losscheck.outputs.label_likelihood import compare_readings
from losscheck.outputs.missing_columns import find_missing_columns
from losscheck.outputs.reading import Interpretation, count_of
from losscheck.outputs.rows import blocks_by_class, largest_number, measure_rows, sum_exponentials
from losscheck.outputs.simplex import (
    FEW,
    MOST,
    SINGLE_PRECISION,
    SLIGHT,
    Judged,
    Level,
    judge_exponentials,
    judge_sums,
    tolerance_of,
)
from losscheck.outputs.tolerance import PERCENT
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.outputs.rows import Rows
    from losscheck.sample import ClassSample

FEWEST_VOTING = 5
"""Rows from which on a common sum other than 1 and 100 is taken for a number of votes."""
FEWEST_OUTSIDE = 3
"""So many numbers outside of [0, 1], and more than 5 %, are a raw score; fewer are bad rows."""
MOST_SLACK = 0.25
"""Sums as uncertain as this by their digits tell nothing: logits with one decimal sum to anything."""
FIRST_ROWS = 100
"""Rows that are looked at before all of them: most files are told apart by these."""
MIXED = 0.2
"""Where no reading holds but such a share of the rows are plainly distributions, the rows are a mixture."""
FEWEST_MIXED = 10
"""Below, two rows would be such a share."""


def read_columns(sample: ClassSample) -> Interpretation:
    """Return what the columns are; the order of the questions is part of the answer."""
    rows = measure_rows(sample)
    if largest_number(sample) == 0.0 and not _rounded_away(sample):
        return Interpretation(
            Numbers.LOGITS,
            "every number is 0: as probabilities they would state nothing, as logits they state that all classes are "
            "equally likely, which is how a network starts",
        )
    judged = judge_sums(sample, 1.0)
    return (
        find_missing_columns(sample)
        or _read_counts(sample, rows)
        or _read_unit_sums(sample, rows, judged)
        or _read_logarithms(sample)
        or _read_percentages(sample)
        or _read_votes(sample, rows)
        or _read_mixture(sample, rows, judged)
        or _read_ranges(sample, rows)
    )


def _rounded_away(sample: ClassSample) -> bool:
    """Tell whether zeros may be what two or more decimals leave of many small probabilities: 0.00 for each of 300."""
    decimals = sample.digits.decimals
    return decimals is not None and decimals >= 2 and 0.5 * sample.outputs.shape[1] >= 10.0**decimals


def _read_counts(sample: ClassSample, rows: Rows) -> Interpretation | None:
    """Read whole numbers with a common sum as votes, before coarse digits can excuse them as something else."""
    if not _all_blocks(sample.outputs, lambda block: bool((block == np.rint(block)).all())):
        return None
    found = _read_votes(sample, rows, exact=True)
    return None if found is None or found.total in (1.0, PERCENT) else found


def _all_blocks(outputs: Array, holds: Callable[[Array], bool]) -> bool:
    """Tell whether something holds for every block of numbers, classes first; a few rows usually settle it."""
    return holds(outputs[:FIRST_ROWS].T) and all(holds(block) for _, block in blocks_by_class(outputs))


def _read_unit_sums(sample: ClassSample, rows: Rows, judged: Judged) -> Interpretation | None:
    """Read rows that sum to 1: probabilities, decisions, or pairs (1 − z, z) that leave [0, 1]."""
    fitting = judged.level <= Level.SLIGHT
    slack = max(SLIGHT, judged.allowed)
    sums = np.abs(rows.total - 1) <= (slack if slack <= MOST_SLACK else 0.0)
    outside = int(np.count_nonzero(sums & ~fitting & ((rows.low < -SLIGHT) | (rows.high > 1 + SLIGHT))))
    summing = int(np.count_nonzero(sums))
    if 2 * summing > sample.n:
        far = 2 * outside > summing
        if sample.outputs.shape[1] == 2 and (far or (outside >= FEWEST_OUTSIDE and outside > FEW * summing)):
            return Interpretation(
                Numbers.MARGIN,
                f"sums of 1 in {count_of(summing, sample.n)}, but {outside:,} of them leave the range from 0 to 1: "
                "pairs (1 − z, z) made from a raw score z",
            )
        if far:
            return Interpretation(
                Numbers.INVALID,
                f"sums of 1 in {count_of(summing, sample.n)}, but {outside:,} of them have numbers outside of "
                "the range from 0 to 1, as least-squares scores do",
            )
    if not judged.holds:
        return None
    fits = int(np.count_nonzero(fitting))
    if bool(((rows.high == 1) | ~fitting).all()) and _zeros_and_ones(sample.outputs, fitting):
        return Interpretation(Numbers.ONE_HOT, f"one 1 and otherwise 0 in {count_of(fits, sample.n)}")
    return Interpretation(Numbers.PROBABILITIES, f"numbers between 0 and 1 that sum to 1 in {count_of(fits, sample.n)}")


def _zeros_and_ones(outputs: Array, some: NDArray[np.bool_]) -> bool:
    """Tell whether these rows have no other numbers: a saturated softmax leaves 1e-20 beside 1."""
    return all(
        bool(((block == 0) | (block == 1)).all(axis=0)[some[rows]].all()) for rows, block in blocks_by_class(outputs)
    )


def _read_logarithms(sample: ClassSample) -> Interpretation | None:
    found = judge_exponentials(sample)
    if found is None or not found.judged.holds:
        return None
    name = {2.0: "2", 10.0: "10"}.get(found.base, "e")
    fits = int(np.count_nonzero(found.judged.level <= Level.SLIGHT))
    return Interpretation(
        Numbers.LOG_PROBABILITIES,
        f"no positive number, and a sum of 1 over {name} to the power of each, in {count_of(fits, sample.n)}",
        base=found.base,
    )


def _read_percentages(sample: ClassSample) -> Interpretation | None:
    judged = judge_sums(sample, PERCENT)
    if not judged.holds or np.median(measure_rows(sample).total) < 50:  # coarse digits excuse rows of zeros
        return None
    fits = int(np.count_nonzero(judged.level <= Level.SLIGHT))
    return Interpretation(
        Numbers.PERCENT, f"numbers between 0 and 100 that sum to 100 in {count_of(fits, sample.n)}", PERCENT
    )


def _read_votes(sample: ClassSample, rows: Rows, exact: bool = False) -> Interpretation | None:
    """Read rows that all sum to the same number, `exact` or up to rounding; rows that are all equal show nothing."""
    first = sample.outputs[0][:, None]
    if sample.n < FEWEST_VOTING or _all_blocks(sample.outputs, lambda block: bool((block == first).all())):
        return None
    common = float(np.median(rows.total))
    if not 0 < common < np.inf:
        return None
    tolerance = tolerance_of(sample, common)
    allowed = tolerance.arithmetic if exact else tolerance.sum
    fitting = (np.abs(rows.total - common) <= allowed) & (rows.low >= -tolerance.arithmetic)
    fits = int(np.count_nonzero(fitting))
    if fits < (1 - FEW) * sample.n:
        return None
    return Interpretation(
        Numbers.VOTES,
        f"no negative number and the same sum {common:.6g} in {count_of(fits, sample.n)}: counts of votes, or shares",
        common,
    )


def _read_mixture(sample: ClassSample, rows: Rows, judged: Judged) -> Interpretation | None:
    """Tell whether the rows are of several kinds, none of which is the most frequent by far."""
    if sample.n < FEWEST_MIXED or _share((rows.low >= -SLIGHT) & (rows.high <= 1 + SLIGHT)) >= 1 - FEW:
        return None  # scores of each class against the rest may sum to 1 in many rows
    logarithms = judge_exponentials(sample)
    shares = {
        "probabilities": judged.share(Level.ROUNDED),
        "percentages": judge_sums(sample, PERCENT).share(Level.ROUNDED),
        "log-probabilities": 0.0 if logarithms is None else logarithms.judged.share(Level.ROUNDED),
    }
    if sum(shares.values()) < MIXED:
        return None
    parts = ", ".join(
        f"{count_of(round(share * sample.n), sample.n)} are {name}" for name, share in shares.items() if share
    )
    return Interpretation(Numbers.INVALID, f"the rows are of different kinds: {parts}, and the others none of these")


def _read_ranges(sample: ClassSample, rows: Rows) -> Interpretation:
    """Read what no equality tells: the range may leave several readings, which only the user can choose from."""
    some = 1 - FEW
    logits = Interpretation(Numbers.LOGITS, "")
    sigmoids = Interpretation(Numbers.SIGMOIDS, "")
    # Logits of an untrained network may all be as small as 0.001, so only rounding noise passes for 0.
    positive = rows.low >= -SINGLE_PRECISION * min(1.0, largest_number(sample))
    if _share(positive) < some:
        negative = count_of(int(np.count_nonzero(~positive)), sample.n)
        return Interpretation(
            Numbers.LOGITS, f"negative numbers in {negative}, and neither the numbers nor their exponentials sum to 1"
        )
    readings = compare_readings(sample, (sigmoids, logits))
    if _share(positive & (rows.high <= 1 + SLIGHT)) >= some:
        short = _share(rows.total <= 1 + SLIGHT) >= some
        beside = " or probabilities of which a column was left out" if short else ""
        return Interpretation(
            Numbers.AMBIGUOUS,
            f"all numbers lie between 0 and 1 but the rows do not sum to 1: scores of each class against the "
            f"rest{beside}, or logits that happen to lie there",
            readings=readings,
        )
    if _negated_logarithms(sample):
        return Interpretation(
            Numbers.INVALID,
            "no number is negative, and the exponentials of their negatives sum to 1: they are −log p, "
            "log-probabilities with the wrong sign",
            negated=True,
        )
    return Interpretation(
        Numbers.AMBIGUOUS,
        "no number is negative and the rows have no common sum: logits behind a ReLU, or scores that were not divided "
        "by their sum",
        readings=readings,
    )


def _negated_logarithms(sample: ClassSample) -> bool:
    with np.errstate(over="ignore"):
        total = sum_exponentials(sample.outputs, -1.0)
    return _share(np.abs(total - 1) <= SLIGHT) > MOST


def _share(rows: NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(rows) / rows.size)
