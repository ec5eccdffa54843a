"""The sample: what every later step works on, whatever the rows came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from losscheck.results import InputInfo, Need, TaskKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscheck.numeric.lazy import Array, np


WHOLE_ALONE = 256.0
"""Below it, a bucket of a summary holds one whole number at most."""
NO_ORDER = "needs the order of the rows (--order COL)"


@dataclass(frozen=True)
class LeftOut:
    """Rows of one column that could not be used: how many, and the first few row numbers."""

    column: str
    count: int
    rows: tuple[int, ...]


class Stage(StrEnum):
    """Whether the outputs are those of a trained model or of one at initialisation."""

    TRAIN = "train"
    INIT = "init"


@dataclass(frozen=True, eq=False)
class Features:
    """The other columns of a file with targets: numbers (n, p), NaN where missing; words as codes of their levels.

    `levels` has the distinct words of each column, in the order of their codes; None for a column of numbers, and
    no word at all for one that has too many to be the levels of anything.
    """

    names: tuple[str, ...]
    values: Array
    levels: tuple[tuple[str, ...] | None, ...]


@dataclass(frozen=True)
class Baseline:
    """What is known of the baseline whose out-of-fold predictions a sample has.

    `left_out` are the columns that it does not use, each with the reason; `r_squared` is measured out of fold.
    """

    method: str
    folds: int
    r_squared: float
    used: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class Segments:
    """The segment that each row belongs to: `code` (n,) is its place among `names`."""

    code: NDArray[np.int64]
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Values:
    """One column by itself: values, the rows that each stands for, and which stand for rows that differ a little."""

    value: Array
    count: Array | None = None
    merged: NDArray[np.bool_] | None = None

    @property
    def whole(self) -> bool:
        """True where all are whole numbers; from 256 on, several of them may be merged, and the others tell."""
        value = self.value
        if self.merged is not None and self.merged.any():
            if (abs(value[self.merged]) < WHOLE_ALONE - 1).any() or self.merged.all():
                return False
            value = value[~self.merged]
        return bool((value == value.round()).all())


@dataclass(frozen=True, eq=False)
class Sample:
    """Clean rows of a regression problem: finite, equally long 1-D arrays in file order (or in `--order`).

    Of targets alone (kind `targets`) the residual is what the constant prediction leaves, target − mean.

    `residual` is target − prediction, in the target's units. `weight` are importance weights scaled so that
    they sum to Kish's effective number of rows (Σw)²/Σw²; None means that every row counts once.
    `row` holds the 1-based data row number of every kept row; it is empty where rows are not known one by one.

    `count` is how many rows each point stands for; None: one each. A summary gives more: which points stand for rows
    that differ a little (`merged`), `cells` with residual and prediction together, coarser than `residual` is alone,
    `joint` with target and prediction together, fine where a target is near 0, and the `targets` by themselves.
    """

    residual: Array
    row: NDArray[np.int64]
    info: InputInfo
    target: Array | None = None
    prediction: Array | None = None
    weight: Array | None = None
    ordered: bool = True
    missing: tuple[LeftOut, ...] = ()
    non_finite: tuple[LeftOut, ...] = ()
    kind: TaskKind = TaskKind.REGRESSION
    stage: Stage = Stage.TRAIN
    named_task: TaskKind | None = None
    features: Features | None = None
    baseline: Baseline | None = None
    count: Array | None = None
    merged: NDArray[np.bool_] | None = None
    cells: Sample | None = None
    joint: Sample | None = None
    targets: Values | None = None
    segments: Segments | None = None

    @cached_property
    def n(self) -> int:
        """Number of rows."""
        return int(self.residual.size) if self.count is None else round(float(self.count.sum()))

    @cached_property
    def mass(self) -> Array | None:
        """What each point weighs in a likelihood: its rows times their importance; None: 1 each."""
        if self.count is None or self.weight is None:
            return self.count if self.weight is None else self.weight
        return self.weight * self.count

    @property
    def effective_rows(self) -> float:
        """Kish's effective number of rows; n without weights."""
        return float(self.n) if self.weight is None or self.mass is None else float(self.mass.sum())

    @property
    def paired(self) -> Sample:
        """Residuals with their predictions: the sample itself, or the cells of a summary."""
        return self if self.cells is None else self.cells

    @property
    def target_values(self) -> Values | None:
        """The targets by themselves, as precisely as they are known."""
        if self.targets is not None or self.target is None:
            return self.targets
        return Values(self.target, self.count, self.merged)

    def rows_at(self, points: NDArray[np.int64] | NDArray[np.bool_], most: int) -> tuple[int, ...]:
        """Return the row numbers of the first few of these points; none where rows are not known one by one."""
        return tuple(int(row) for row in self.row[points][:most]) if self.row.size else ()

    @cached_property
    def constant(self) -> bool:
        """True when all residuals are equal."""
        return bool((self.residual == self.residual[0]).all())

    def lacks(self, need: Need) -> str:
        """Return why what a check needs is not there; empty where it is."""
        if need is Need.PREDICTION and self.paired.prediction is None:
            return "needs a prediction column"
        if need is Need.TARGET and self.target_values is None:
            return "needs a target column"
        if need is Need.ROWS and self.count is not None:
            return "needs the rows one by one; a summary has only how many lie where (--exact reads all rows)"
        if need is Need.ORDER and not self.ordered:
            return NO_ORDER if self.count is None else "needs the order of the rows, which a summary does not keep"
        return ""


class Numbers(StrEnum):
    """What the outputs of a classifier are, as numbers."""

    PROBABILITIES = "probabilities"
    ONE_HOT = "one-hot"  # every row has one 1: a decision, not a distribution
    LOGITS = "logits"
    LOG_PROBABILITIES = "log-probabilities"
    PERCENT = "percent"
    VOTES = "votes"  # counts that sum to the same number in every row
    MARGIN = "margin"  # columns (1 − z, z) made from a raw score
    SIGMOIDS = "sigmoids"  # a probability of its own for each label (multilabel)
    AMBIGUOUS = "ambiguous"  # several readings fit; `--outputs` settles it
    INVALID = "invalid"  # no reading fits


@dataclass(frozen=True)
class Digits:
    """How precisely the outputs were written: the most decimals, and the most significant digits, of any number.

    `epsilon` is the machine epsilon of the type that such text was written from; both counts are None for arrays.
    """

    epsilon: float
    decimals: int | None = None
    significant: int | None = None


@dataclass(frozen=True)
class Asked:
    """What the user said about the outputs: `outputs` overrides the detection, `seed` redraws labels."""

    outputs: Numbers | None = None
    stage: Stage = Stage.TRAIN
    seed: int = 0
    ordinal: bool = False


@dataclass(frozen=True)
class LabelMap:
    """How labels were matched with the columns of the outputs.

    `how` says it in words ("by name", "by position, from 0"). `values` are the distinct labels as they stand in the
    file, with `counts` rows each and `column` the index of each one's column, −1 where it has none.
    """

    how: str
    values: tuple[str, ...]
    counts: tuple[int, ...]
    column: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class ClassSample:
    """Rows of a classifier's outputs, (n, K) numbers as they stand in the file; K = 1 is one score of two classes.

    `label` is the index of the true class of each row: of the column for K ≥ 2 (−1 where the label has none), 0 or 1
    for K = 1. `targets` (n, K) are the 0/1 indicators of multilabel rows or the fractions of soft labels. Both are None
    where only outputs were given; of labels alone (kind `targets`) the outputs are the base rates in every row.
    `classes` names the classes: of the columns for K ≥ 2, the two of a single score.
    `row` holds the 1-based data row number of every row; rows with a missing or undefined output are not here
    but counted in `missing` and `non_finite` (−inf is kept: it is a legal log-probability).
    `weight` are importance weights that sum to Kish's effective number of rows, None: each row counts once.
    """

    outputs: Array
    row: NDArray[np.int64]
    info: InputInfo
    kind: TaskKind
    classes: tuple[str, ...]
    why: str
    digits: Digits
    label: NDArray[np.int64] | None = None
    label_map: LabelMap | None = None
    targets: Array | None = None
    weight: Array | None = None
    missing: tuple[LeftOut, ...] = ()
    non_finite: tuple[LeftOut, ...] = ()
    asked: Asked = field(default_factory=Asked)
    constant: bool = False
    segments: Segments | None = None

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.outputs.shape[0])

    @property
    def effective_rows(self) -> float:
        """Kish's effective number of rows; n without weights."""
        return float(self.n) if self.weight is None else float(self.weight.sum())

    def lacks(self, need: Need) -> str:
        """Return why what a check needs is not there; empty where it is."""
        if need in (Need.LABELS, Need.TARGET) and self.label is None and self.targets is None:
            return "needs the true classes (-t COL)"
        if need is Need.LABELS and self.kind is TaskKind.SOFT:
            return "needs one true class a row; the targets are fractions"
        return ""
