"""One loss for all, or not: a verdict for each segment of the rows, the worst first."""

from losscheck.segments.judge import add_segments

__all__ = ["add_segments"]
