"""Labels without a column, and columns without a label."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.wording import names_text, percent, rows_text
from losscheck.numeric.lazy import np
from losscheck.results import Effect, Need, Status, TaskKind

if TYPE_CHECKING:
    from losscheck.sample import ClassSample, LabelMap

MOST_ROWS = 20
IGNORED = frozenset({"-100", "-1", "255"})
"""What is written for "no label": PyTorch's ignore_index, semi-supervised code and clustering, Pascal VOC's void."""
ALIKE = 0.75
"""Similarity (difflib's ratio) from which a name is offered as what a label was meant to be."""


def run(sample: ClassSample, alpha: float) -> Finding:
    """Count the rows whose label has no column, and the columns that no row belongs to."""
    if sample.label is None:
        return _look_at_targets(sample)
    without = np.flatnonzero(sample.label < 0)
    effect = Effect("share of rows whose label has no column", without.size / sample.n, margin=0.0)
    rows = tuple(int(row) for row in sample.row[without[:MOST_ROWS]])
    counts = np.bincount(sample.label[sample.label >= 0], minlength=len(sample.classes))
    absent = [name for name, count in zip(sample.classes, counts, strict=True) if not count]
    empty = _say_absent(absent, len(sample.classes))
    if without.size:
        status, message, advice = _name_labels(sample, without.size)
        return Finding(status, f"{message} {empty}".strip(), effect=effect, rows=rows, advice=advice)
    if absent:
        return Finding(Status.NOTE, empty, effect=effect, advice=COUNTED_FROM_1 if _counts_from_1(sample) else None)
    how = f", matched {sample.label_map.how}" if sample.label_map is not None else ""
    return Finding(Status.PASS, f"Every label has a column and every column has rows{how}.", effect=effect)


def _name_labels(sample: ClassSample, rows: int) -> tuple[Status, str, str]:
    """Say which labels have no column, and what they may be."""
    share = f"{rows_text(rows)} ({percent(rows / sample.n)})"
    if sample.label_map is None:
        return Status.FAIL, f"{share} have a label without a column; no statistic counts them.", NO_COLUMN
    labels = _labels_without_column(sample.label_map)
    ignored = [label for label in labels if label in IGNORED]
    unknown = [label for label in labels if label not in IGNORED]
    if not unknown:
        message = (
            f"{share} have the label {names_text(ignored)}, which marks rows without one; no statistic counts them."
        )
        return Status.WARN, message, IGNORED_ROWS
    message = f"{share} have a label without a column: {names_text(unknown)}; no statistic counts them."
    if ignored:
        message += f" Among them {names_text(ignored)} mark rows that have no label."
    return Status.FAIL, message, _explain(unknown, sample)


def _explain(unknown: list[str], sample: ClassSample) -> str:
    if _counts_from_1(sample):
        return COUNTED_FROM_1
    pairs = [(label, match) for label in unknown for match in get_close_matches(label, sample.classes, 1, ALIKE)]
    if pairs:
        meant = ", ".join(f"'{label}' may be '{match}'" for label, match in pairs[:5])
        return f"Check the names: {meant}. Spell labels and columns alike."
    return NO_COLUMN


def _counts_from_1(sample: ClassSample) -> bool:
    """Tell whether the labels are whole numbers from 1 on in columns counted from 0."""
    if sample.label_map is None or list(sample.classes) != [str(k) for k in range(len(sample.classes))]:
        return False
    real = [label for label in sample.label_map.values if label not in IGNORED]
    return bool(real) and all(label.isdecimal() and int(label) >= 1 for label in real)


def _labels_without_column(label_map: LabelMap) -> list[str]:
    """Return these labels, the most frequent first."""
    found = [(-n, v) for v, n, c in zip(label_map.values, label_map.counts, label_map.column, strict=True) if c < 0]
    return [label for _, label in sorted(found)]


def _say_absent(absent: list[str], classes: int) -> str:
    if not absent:
        return ""
    verb = "does" if len(absent) == 1 else "do"
    return f"{len(absent):,} of {classes:,} classes {verb} not occur in the labels: {names_text(absent)}."


def _look_at_targets(sample: ClassSample) -> Finding:
    """Say which labels of several are in no row or in all rows."""
    assert sample.targets is not None  # the check needs one of the two
    never = [name for name, top in zip(sample.classes, sample.targets.max(axis=0), strict=True) if top <= 0]
    effect = Effect("share of columns without a label", len(never) / sample.targets.shape[1])
    message = _say_absent(never, sample.targets.shape[1])
    if sample.kind is TaskKind.MULTILABEL:
        always = [name for name, low in zip(sample.classes, sample.targets.min(axis=0), strict=True) if low > 0.5]
        message = f"{message} In every row: {names_text(always)}.".strip() if always else message
    if message:
        return Finding(Status.NOTE, message, effect=effect)
    return Finding(Status.PASS, "Every column of targets has rows.", effect=effect)


NO_COLUMN = (
    "Give the outputs of these classes too: a model that cannot name a class states probability 0 for it, and its "
    "rows are part of the loss. Only if they are meant to be left out, drop the rows before."
)
IGNORED_ROWS = (
    "Nothing to repair if these rows are meant to be left out; the loss in training must ignore them too "
    "(CrossEntropyLoss does so for -100 only, unless ignore_index says otherwise)."
)
COUNTED_FROM_1 = (
    "The labels start at 1 and the columns are counted from 0: subtract 1 from the labels, or name the columns "
    "1, 2, 3 … as the labels. LC701 says whether the rows agree."
)
CHECK = Check(
    id="label_range",
    code="LC702",
    title="Labels without a column",
    question="Has every label a column, and every column a label?",
    null="The labels are the classes of the columns.",
    why="A row whose class has no column cannot be scored, and leaving it out flatters the model: those are the rows "
    "that it cannot get right. A column without rows is untested: nothing here says whether its numbers mean anything.",
    advice="Nothing to repair for classes that are only rare. If a class that should be here is not, look for a name "
    "that changed, or for a split of the rows that lost it.",
    misleads="Labels that are matched by position can be wrong without one falling out of range (see LC701). A label "
    "that is 255 or -1 by design is taken for the mark of a row without one.",
    references=(
        "Paszke et al. 2019, PyTorch: an imperative style, high-performance deep learning library, arXiv:1912.01703",
        "Everingham et al. 2010, The Pascal visual object classes challenge, doi:10.1007/s11263-009-0275-4",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.TARGET}),
    varies=False,
)
