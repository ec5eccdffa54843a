"""One summary of any number of residuals: mergeable, exact, the same for any order of the rows, and of bounded size.

Rows → buckets (`buckets`) → tables of exact integers (`tables`) → `Summary` (`folding`) → JSON (`writing`), or a
`Sample` whose points stand for many rows each (`expansion`). Merging two summaries is adding integers.
"""

from losscheck.summary.expansion import sample_of
from losscheck.summary.folding import Folder, Summary, merge_summaries
from losscheck.summary.overlap import require_disjoint
from losscheck.summary.writing import is_summary, parse_summary, write_summary

__all__ = [
    "Folder",
    "Summary",
    "is_summary",
    "merge_summaries",
    "parse_summary",
    "require_disjoint",
    "sample_of",
    "write_summary",
]
