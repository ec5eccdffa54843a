"""Whether every row is a distribution: numbers from 0 to 1 that sum to 1."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.wording import figure, rows_text
from losscheck.numeric.lazy import np
from losscheck.outputs.interpretation import Interpretation, interpret, single_scores
from losscheck.outputs.missing_columns import labels_without_column
from losscheck.outputs.rows import measure_rows
from losscheck.outputs.simplex import (
    SINGLE_PRECISION,
    Judged,
    Level,
    judge_logarithms,
    judge_ranges,
    judge_sums,
)
from losscheck.results import Effect, Status
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.sample import ClassSample

MOST_ROWS = 20
SUMS_ARE_FREE = {
    Numbers.LOGITS: "the outputs are logits (LC501): any numbers are allowed, and their softmax sums to 1",
    Numbers.AMBIGUOUS: "what the outputs are is not settled (LC501)",
}
STATUS = {Level.SOUND: Status.PASS, Level.ROUNDED: Status.NOTE, Level.SLIGHT: Status.WARN, Level.WRONG: Status.FAIL}


def run(sample: ClassSample, alpha: float) -> Finding:
    """Hold every row against a distribution, and list those that are none."""
    reading = interpret(sample)
    if reading.numbers in SUMS_ARE_FREE:
        return Finding(Status.SKIP, SUMS_ARE_FREE[reading.numbers])
    if reading.numbers is Numbers.ONE_HOT and single_scores(sample):
        return Finding(Status.SKIP, "the outputs are decisions (LC501), two values each of which is allowed")
    judged = _judge(sample, reading)
    if judged is None:
        return Finding(Status.SKIP, "single log-probabilities need not sum to anything, and none is above 0")
    worst = Level(int(judged.level.max()))
    offending = np.flatnonzero(judged.level >= (worst if worst <= Level.ROUNDED else Level.SLIGHT))
    size = float(judged.off.max())
    effect = Effect("largest distance of a row from a distribution", size, margin=judged.allowed)
    if worst is Level.SOUND:
        return Finding(Status.PASS, _say_sound(sample, reading, judged), size, effect=effect)
    first = _worst_first(judged, offending)
    if worst is Level.ROUNDED:
        message = _say_rounded(sample, judged, offending)
    else:
        message = _say_wrong(sample, reading, judged, offending, int(first[0]))
    rows = tuple(int(row) for row in sample.row[first])
    return Finding(STATUS[worst], message, size, effect=effect, rows=rows, advice=_advise(sample, worst))


def _judge(sample: ClassSample, reading: Interpretation) -> Judged | None:
    if reading.numbers is Numbers.LOG_PROBABILITIES:
        return None if single_scores(sample) else judge_logarithms(sample, reading.base)
    return judge_ranges(sample, reading.total) if single_scores(sample) else judge_sums(sample, reading.total)


def _worst_first(judged: Judged, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the worst of the rows, the first of equal ones first."""
    off = judged.off[rows]
    if rows.size > MOST_ROWS:
        limit = np.partition(off, rows.size - MOST_ROWS)[rows.size - MOST_ROWS]
        rows = rows[off >= limit]
    order: NDArray[np.int64] = rows[np.argsort(-judged.off[rows], kind="stable")][:MOST_ROWS]
    return order


def _whole(reading: Interpretation) -> str:
    return f"{reading.total:.6g}" if reading.numbers is not Numbers.LOG_PROBABILITIES else "1"


def _say_sound(sample: ClassSample, reading: Interpretation, judged: Judged) -> str:
    if single_scores(sample):
        return f"Every number of the {rows_text(sample.n)} lies between 0 and {_whole(reading)}."
    what = "The probabilities of every row sum" if reading.numbers is Numbers.LOG_PROBABILITIES else "Every row sums"
    off = float(judged.off.max()) * reading.total
    allowed = judged.allowed * reading.total
    return (
        f"{what} to {_whole(reading)}: the largest difference in {rows_text(sample.n)} is {figure(off)}, and up to "
        f"{figure(allowed)} comes from the type and the digits of the numbers."
    )


def _say_rounded(sample: ClassSample, judged: Judged, rows: NDArray[np.int64]) -> str:
    off, decimals = float(judged.off[rows].max()) * judged.total, sample.digits.decimals
    size = f"{_count(rows.size, sample.n)} off by up to {figure(off)}"
    if off <= SINGLE_PRECISION * judged.total:
        return f"{size}, as sums in single precision are: harmless."
    return f"{size}, more than is typical but explained by rounding to {decimals} decimals."


def _count(some: int, n: int) -> str:
    if some == n:
        return "The only row is" if n == 1 else f"All {n:,} rows are"
    return f"{some:,} of {rows_text(n)} {'is' if some == 1 else 'are'}"


def _count_wrong(some: int, n: int) -> str:
    if some == n and n > 1:
        return f"None of the {n:,} rows is a distribution"
    return f"{_count(some, n)} not {'a distribution' if some == 1 else 'distributions'}"


def _say_wrong(
    sample: ClassSample, reading: Interpretation, judged: Judged, rows: NDArray[np.int64], worst: int
) -> str:
    measured = measure_rows(sample)
    row = int(sample.row[worst])
    low, high = float(measured.low[worst]), float(measured.high[worst])
    if reading.numbers is Numbers.LOG_PROBABILITIES:
        where = f"the exponentials of row {row} are off by {figure(float(judged.off[worst]))}"
        return f"{_count_wrong(rows.size, sample.n)}; the worst: {where}."
    whole = _whole(reading)
    outside = int(np.count_nonzero((measured.low[rows] < 0) | (measured.high[rows] > reading.total)))
    if low < 0 or high > reading.total * (1 + SINGLE_PRECISION):
        number = low if -low > high - reading.total else high
        where = f"row {row} has {figure(number)}, outside of the range from 0 to {whole}"
    else:
        where = f"row {row} sums to {_precise(float(measured.total[worst]), reading.total)}, not {whole}"
    if single_scores(sample):
        return f"{_count(rows.size, sample.n)} outside of the range; the worst: {where}."
    message = f"{_count_wrong(rows.size, sample.n)}; the worst: {where}."
    if 0 < outside < rows.size:
        message += f" In {outside:,} of them a number lies outside of the range from 0 to {whole}."
    return message


def _precise(total: float, whole: float) -> str:
    """Return a sum with three digits of what it differs by from the total."""
    places = max(1, 2 - math.floor(math.log10(abs(total - whole))))
    return f"{total:.{min(places, 16)}f}".rstrip("0").rstrip(".")


def _advise(sample: ClassSample, worst: Level) -> str | None:
    if worst is Level.ROUNDED:
        return "Nothing to repair; write more digits if the sums matter."
    if unseen := labels_without_column(sample):
        names = ", ".join(f"'{name}'" for name in unseen[:3]) + (" …" if len(unseen) > 3 else "")
        return f"No column stands for {names}: if rows sum to less than 1, that column is what they lack."
    return None


CHECK = Check(
    id="simplex",
    code="LC502",
    title="Rows are distributions",
    question="Does every row have numbers between 0 and 1 that sum to 1?",
    null="Every row is a distribution, up to what the type and the digits of the numbers explain.",
    why="−log p is a likelihood only if the probabilities of all classes sum to 1. A row that sums to 1.1 claims more "
    "than it can know, and its loss is too low; a row that sums to 0.9 pays for a class that nobody can name.",
    advice="Look at the listed rows. A few of them: a broken write, an overflow, a clipped probability that was not "
    "divided by the new sum. Nearly all: classes left out of the file, or outputs that are no probabilities "
    "(--outputs). Dividing each row by its sum repairs the numbers, not what caused them.",
    misleads="What passes depends on the type and the digits that were read: 8 machine epsilons in single and double "
    "precision, 2 in half precision, and four standard deviations of rounding. Rounding cannot be told from a small "
    "error of the same size.",
    references=(
        "Goldberg 1991, What every computer scientist should know, doi:10.1145/103162.103163",
        "Blanchard, Higham & Higham 2021, Accurately computing the log-sum-exp and softmax functions, "
        "doi:10.1093/imanum/draa038",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    varies=False,
)
