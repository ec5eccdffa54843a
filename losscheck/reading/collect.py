"""Rows that can be used, counted and put together as a `Sample`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from losscheck.numeric.lazy import Array, np
from losscheck.results import InputError, InputInfo
from losscheck.sample import LeftOut, Sample
from losscheck.summary import Folder, Summary, sample_of
from losscheck.summary.folding import Center

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS_SHOWN = 10
FOLD_ROWS = 2**18
"""Rows folded into a summary at once: fewer take longer a row, more take more memory."""
Number = TypeVar("Number", bound="np.generic")
UNREADABLE = "(unreadable row)"


@dataclass
class _Tally:
    """Counts the rows that one column loses, and keeps the numbers of the first of them."""

    count: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, rows: Sequence[int] | NDArray[np.int64]) -> None:
        self.count += len(rows)
        self.rows.extend(int(row) for row in rows[: ROWS_SHOWN - len(self.rows)])


class Collector:
    """Takes rows block by block, keeps those that are finite in every column, and counts the others.

    Above `most_rows` they are folded into a summary; with a `center`, all are, about it.
    """

    def __init__(self, names: Mapping[str, str], most_rows: int | None = None, center: Center | None = None) -> None:
        """Expect a column per role in `names` (role → the column's name)."""
        self.names = names
        self.rows = 0
        self.folder = None if center is None else Folder(center)
        self._most_rows = most_rows
        self._waiting = 0
        self._kept: dict[str, list[Array]] = {role: [] for role in names}
        self._row: list[NDArray[np.int64]] = []
        self._missing: dict[str, _Tally] = {}
        self._non_finite: dict[str, _Tally] = {}

    def add(self, columns: Mapping[str, Array], row: NDArray[np.int64], unreadable: Sequence[int] = ()) -> None:
        """Add a block: equally long columns by role, their row numbers, and rows that could not be read."""
        self.rows += row.size + len(unreadable)
        if unreadable:
            self._missing.setdefault(UNREADABLE, _Tally()).add(unreadable)
        good: Array | None = None
        for role, values in columns.items():
            finite = np.isfinite(values)
            if finite.all():
                continue
            nan = np.isnan(values)
            self._count(self._missing, self.names[role], row[nan])
            self._count(self._non_finite, self.names[role], row[~finite & ~nan])
            good = finite if good is None else good & finite
        if "weight" in columns and not columns["weight"].all():
            positive = columns["weight"] != 0
            good = positive if good is None else good & positive
        for role, values in columns.items():
            self._kept[role].append(values if good is None else values[good])
        self._row.append(row if good is None else row[good])
        self._waiting += self._row[-1].size
        if self.folder is None and self._most_rows is not None and self._waiting > self._most_rows:
            self.folder = Folder()
        if self.folder is not None and self._waiting >= FOLD_ROWS:
            self._fold(self.folder)

    def summary(self, info: InputInfo) -> Summary:
        """Return the summary of rows that were folded; `InputError` where no row is left."""
        assert self.folder is not None
        self._fold(self.folder)
        summary = self.folder.summary(info, _list_tallies(self._missing), _list_tallies(self._non_finite))
        if not summary.info.rows_used:
            raise InputError(self._no_row())
        return replace(summary, info=replace(summary.info, rows=self.rows))

    def sample(self, info: InputInfo) -> Sample:
        """Return the sample; `info` lacks only the counts of rows. `InputError` where no row is left."""
        if self.folder is not None:
            return sample_of(self.summary(info))
        kept, derived, row = self._take({role: _join(self._kept[role]) for role in self.names}, _join(self._row))
        if row.size == 0:
            raise InputError(self._no_row())
        if "order" in kept:
            position = np.argsort(kept.pop("order"), kind="stable")
            row = row[position]
            kept, derived = ({k: v[position] for k, v in d.items()} for d in (kept, derived))
        return Sample(
            residual=derived["residual"],
            row=row,
            info=_count_rows(info, self.rows, row.size),
            target=derived.get("target"),
            prediction=derived.get("prediction"),
            weight=_scale_weights(kept.get("weight")),
            ordered=True,
            missing=_list_tallies(self._missing),
            non_finite=_list_tallies(self._non_finite),
        )

    def _fold(self, folder: Folder) -> None:
        """Fold the rows that wait, a piece at a time: when folding begins they are many."""
        while self._row:
            parts, rows = 0, 0
            while parts < len(self._row) and rows < FOLD_ROWS:
                rows += self._row[parts].size
                parts += 1
            row = np.concatenate(self._row[:parts])
            derived = self._take({role: np.concatenate(kept[:parts]) for role, kept in self._kept.items()}, row)[1]
            folder.add(derived)
            del self._row[:parts]
            for kept in self._kept.values():
                del kept[:parts]
        self._waiting = 0

    def _take(
        self, kept: dict[str, Array], row: NDArray[np.int64]
    ) -> tuple[dict[str, Array], dict[str, Array], NDArray[np.int64]]:
        """Return the rows, and what follows from them, without those whose residual is too large for a float64."""
        derived = _derive(kept)
        finite = np.isfinite(derived["residual"])
        for values in derived.values():
            finite &= np.isfinite(values)
        if not finite.all():
            self._count(self._non_finite, "residual", row[~finite])
            kept, derived = ({k: v[finite] for k, v in d.items()} for d in (kept, derived))
            row = row[finite]
        return kept, derived, row

    def _no_row(self) -> str:
        return f"no row is left: {self._explain_losses()}. Give rows with finite numbers."

    @staticmethod
    def _count(tallies: dict[str, _Tally], name: str, rows: NDArray[np.int64]) -> None:
        if rows.size:
            tallies.setdefault(name, _Tally()).add(rows)

    def _explain_losses(self) -> str:
        losses = [
            f"{tally.count:,} of {self.rows:,} {what} '{name}'"
            for tallies, what in ((self._missing, "have no value in"), (self._non_finite, "are infinite in"))
            for name, tally in tallies.items()
            if name != UNREADABLE
        ]
        if UNREADABLE in self._missing:
            losses.insert(0, f"{self._missing[UNREADABLE].count:,} of {self.rows:,} cannot be read")
        if not losses:
            return "every weight is 0" if self.rows else "there are none"
        return ", ".join(losses)


def _join(parts: list[NDArray[Number]]) -> NDArray[Number]:
    joined = parts[0] if len(parts) == 1 else np.concatenate(parts)
    parts.clear()  # else the parts of all columns and the columns would be in memory together
    return joined


def _derive(kept: Mapping[str, Array]) -> dict[str, Array]:
    """Return target, prediction and residual as far as any two of them say."""
    derived = {role: kept[role] for role in ("target", "prediction", "residual") if role in kept}
    with np.errstate(over="ignore"):
        if "residual" not in derived:
            derived["residual"] = derived["target"] - derived["prediction"]
        elif "prediction" in derived:
            derived["target"] = derived["prediction"] + derived["residual"]
        elif "target" in derived:
            derived["prediction"] = derived["target"] - derived["residual"]
    return derived


def _scale_weights(weight: Array | None) -> Array | None:
    """Scale weights to sum to Kish's effective number of rows; equal weights are none."""
    if weight is None or bool((weight == weight[0]).all()):
        return None
    relative = weight / weight.max()  # squares of very large or small weights would leave the range
    scaled: Array = relative * (relative.sum() / np.square(relative).sum())
    return scaled


def _count_rows(info: InputInfo, rows: int, rows_used: int) -> InputInfo:
    return InputInfo(info.files, rows, rows_used, info.columns, info.dialect, info.precision)


def _list_tallies(tallies: Mapping[str, _Tally]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(name, tally.count, tuple(tally.rows)) for name, tally in tallies.items())
