"""Values piled up at an end of their range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.intervals import share_interval
from losscheck.checks.wording import effect_with, figure, percent, rows_text
from losscheck.numeric.ties import distinct_values
from losscheck.results import Status, TaskKind
from losscheck.sample import Values

if TYPE_CHECKING:
    from losscheck.sample import Sample

MARGIN = 0.02
TIMES_NEIGHBOURS = 2.0  # a pile holds more than twice what any of its nearest values holds
NEIGHBOURS = 3
FEWEST_VALUES = 5
MOST_ROWS = 20


def run(sample: Sample, alpha: float) -> Finding:
    """Measure the largest share of rows exactly at an end of the targets or of the residuals."""
    columns = [("residual", Values(sample.residual, sample.count, sample.merged))]
    if sample.target_values is not None:
        columns.insert(0, ("target", sample.target_values))
    piles = [
        pile
        for name, values in columns
        for end in ("smallest", "largest")
        if (pile := _pile(sample, name, values, end)) is not None
    ]
    share, expected, name, end, value = max(piles, default=(0.0, 0.0, "", "", 0.0))
    count = round(share * sample.n)
    effect = effect_with("share of rows at an end of the range", share, share_interval(count, sample.n, alpha), MARGIN)
    if share <= max(MARGIN, TIMES_NEIGHBOURS * expected):
        return Finding(Status.PASS, "No values pile up at an end of their range.", effect=effect)
    at = next(values.value for column, values in columns if column == name) == value
    rows = sample.rows_at(at, MOST_ROWS)
    message = (
        f"{rows_text(count)} ({percent(share)}) have exactly the {end} {name}, {figure(value)}; the values next to it "
        f"have at most {percent(expected)}."
    )
    return Finding(Status.WARN, message, effect=effect, rows=rows)


def _pile(sample: Sample, name: str, values: Values, end: str) -> tuple[float, float, str, str, float] | None:
    """Return the share at one end, the largest share of the next few values, and what they are; None if no pile."""
    if name == "target" and end == "smallest" and sample.kind is TaskKind.COUNT:
        return None  # zeros of counts are `excess_zeros`
    edge = float(values.value.min() if end == "smallest" else values.value.max())
    at = values.value == edge
    share = float(at.sum() if values.count is None else values.count[at].sum()) / sample.n
    if share <= MARGIN:
        return None
    distinct, counts = distinct_values(values.value, values.count, values.merged)
    if distinct.size < FEWEST_VALUES:
        return None
    if end == "largest":
        counts = counts[::-1]
    share, expected = float(counts[0]) / sample.n, float(counts[1 : 1 + NEIGHBOURS].max()) / sample.n
    if share <= MARGIN:
        return None
    return None if share <= TIMES_NEIGHBOURS * expected else (share, expected, name, end, edge)


CHECK = Check(
    id="pile_up",
    code="LC221",
    title="Pile-up at a bound",
    question="Are targets clipped, censored or zero by nature, so that many sit exactly at one end?",
    null="No end of the range holds more than 2 % of the rows and twice as many as the values next to it.",
    why="Such rows say 'at most' or 'nothing', not a number. Treated as numbers they bend the mean towards "
    "the bound; with an atom at zero, the right likelihood gains more than any robust loss does.",
    advice="If the value is a limit of the instrument: a censored (Tobit) likelihood. If it is a true zero: a "
    "hurdle or Tweedie loss. If a pipeline clips: take the values before clipping.",
    misleads="Ratings and counts have many rows at an end by nature; only what exceeds the neighbouring values is "
    "counted. Placeholders for missing values inside the range are not seen.",
    references=("Tobin 1958, Estimation of relationships for limited dependent variables, doi:10.2307/1907382",),
    worst=Status.WARN,
    run=run,
    minimum_rows=30,
)
