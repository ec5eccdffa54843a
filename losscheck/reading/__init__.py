"""Read targets and predictions from files or arrays into a `Sample`: the only place that opens files.

Files → bytes (`source`) → dialect → columns → rows of numbers (`table`, `text`) → `Sample` (`collect`).
"""

from losscheck.reading.arrays import sample_from_arrays
from losscheck.reading.columns import Roles, SeveralPredictions
from losscheck.reading.query import read_result, write_query
from losscheck.reading.samples import read_sample, read_summaries, read_summary
from losscheck.reading.spelling import Spelling, make_spelling

__all__ = [
    "Roles",
    "SeveralPredictions",
    "Spelling",
    "make_spelling",
    "read_result",
    "read_sample",
    "read_summaries",
    "read_summary",
    "sample_from_arrays",
    "write_query",
]
