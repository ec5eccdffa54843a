"""Which column is what: explicit choices first, then names that the field uses, never a guess between several."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from losscheck.reading.dialect import Dialect
from losscheck.reading.names import (
    CLASS_OUTPUT,
    LOG_LOSSES,
    LOG_STEPS,
    PREDICTION_AFFIXES,
    PREDICTION_NAMES,
    RESIDUAL_NAMES,
    TARGET_NAMES,
    WEIGHT_NAMES,
    find_stems,
    is_pair,
    normalise,
)
from losscheck.reading.number import is_missing, parse_number, show
from losscheck.results import InputError


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Columns chosen by the user: names, or 1-based numbers (as text) where a file has no header."""

    target: str | None = None
    prediction: str | None = None
    residual: str | None = None
    weight: str | None = None
    order: str | None = None
    group: str | None = None


SHOWN_COLUMNS = 12


@dataclass(frozen=True)
class Column:
    """A column of a file; `numeric` where the first rows have a number in it (or nothing at all)."""

    index: int
    name: str
    normal: str
    numeric: bool
    text: str = ""  # the first cell that is not a number
    is_index: bool = False  # unnamed and counting up, as pandas writes it


def list_columns(dialect: Dialect) -> tuple[Column, ...]:
    """Return the columns of a file with what its first rows say about them."""
    return tuple(_describe_column(dialect, index) for index in range(dialect.fields))


def find_columns(columns: Sequence[Column], roles: Roles, headed: bool, file: str) -> dict[str, Column]:
    """Return the column of each role; `InputError` where a role is missing or several columns could be it."""
    found = {
        field.name: find_column(columns, chosen, headed, file)
        for field in fields(roles)
        if (chosen := getattr(roles, field.name)) is not None
    }
    _refuse_conflicts(found, file)
    search = _Search(columns, found, headed, file)
    found |= search.outcome()
    if "weight" not in found and (weights := search.named(WEIGHT_NAMES)):
        found["weight"] = search.only("weight", weights, "--weight")
    target = found.get("target")
    if target is not None and not target.numeric and target.text[:1].isalpha():
        raise InputError(
            f"{file}: column '{target.name}' has text like {show(target.text)}. This version handles continuous "
            f"(numeric) targets, not class labels."
        )
    return found


def find_column(columns: Sequence[Column], chosen: str, headed: bool, file: str) -> Column:
    """Return the column that the user named: exactly, or up to case and punctuation where that is unique."""
    if not headed:
        if chosen.isdigit() and 1 <= int(chosen) <= len(columns):
            return columns[int(chosen) - 1]
        raise InputError(
            f"{file} has no header, so columns are chosen by number, 1 to {len(columns)}: {show(chosen)} is none."
        )
    same = [column for column in columns if column.name == chosen.strip()]
    same = same or [column for column in columns if column.normal == normalise(chosen)]
    if len(same) == 1:
        return same[0]
    if same:
        raise InputError(f"{file} has {len(same)} columns named '{chosen}'. Rename all but one.")
    close = difflib.get_close_matches(chosen, [column.name for column in columns], n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    raise InputError(f"{file} has no column '{chosen}'.{hint} Its columns are {_list_names(columns)}.")


def _describe_column(dialect: Dialect, index: int) -> Column:
    name = dialect.name_column(index)
    cells = [row[index] for row in dialect.sample if index < len(row)]
    present = [cell for cell in cells if not is_missing(cell)]
    numbers = [parse_number(cell, dialect.decimal) for cell in present]
    text = next((cell.strip() for cell, number in zip(present, numbers, strict=True) if number is None), "")
    unnamed = dialect.header is not None and dialect.header[index].strip() in ("", f"Unnamed: {index}")
    counting = [number for number in numbers if number is not None]
    is_index = (
        unnamed
        and len(counting) == len(cells)
        and counting
        in (
            [float(i) for i in range(len(cells))],
            [float(i + 1) for i in range(len(cells))],
        )
    )
    numeric = not present or bool(counting)
    return Column(index, name, normalise(name) if dialect.header else "", numeric, text, is_index)


def _refuse_conflicts(found: Mapping[str, Column], file: str) -> None:
    if all(role in found for role in ("target", "prediction", "residual")):
        raise InputError(
            f"{file}: target, prediction and residual are all given, and one follows from the other two. "
            f"Leave out --residual."
        )
    by_index: dict[int, str] = {}
    for role, column in found.items():
        if column.index in by_index and role not in ("group", "order"):
            raise InputError(
                f"{file}: column '{column.name}' cannot be {by_index[column.index]} and {role} at once. "
                f"Name two columns."
            )
        by_index[column.index] = role


class _Search:
    """Looks for target, prediction and residual among the columns that have no role yet."""

    def __init__(self, columns: Sequence[Column], given: Mapping[str, Column], headed: bool, file: str) -> None:
        taken = {column.index for column in given.values()}
        self.columns = columns
        self.given = given
        self.headed = headed
        self.file = file
        self.free = [c for c in columns if c.index not in taken and not c.is_index]
        self.targets = [given["target"]] if "target" in given else self.named(_flatten(TARGET_NAMES))
        self.predictions = [given["prediction"]] if "prediction" in given else self.named(_flatten(PREDICTION_NAMES))
        # A choice of the user's makes its partner a candidate: -t price, and there is price_pred.
        if "target" in given and "prediction" not in given:
            partners = [c for c in self.free if is_pair(given["target"].normal, c.normal)]
            self.predictions += [c for c in partners if c not in self.predictions]
        elif "prediction" in given and "target" not in given:
            partners = [c for c in self.free if is_pair(c.normal, given["prediction"].normal)]
            self.targets += [c for c in partners if c not in self.targets]

    def named(self, names: Sequence[str]) -> list[Column]:
        """Return the free columns with one of `names`; columns of text only where there is no other."""
        matches = [column for column in self.free if column.normal in names]
        return [column for column in matches if column.numeric] or matches

    def only(self, role: str, candidates: Sequence[Column], option: str) -> Column:
        """Return the single candidate; several are the user's choice."""
        if len(candidates) == 1:
            return candidates[0]
        if len({column.name for column in candidates}) < len(candidates):
            return find_column(candidates, candidates[0].name, True, self.file)
        raise InputError(
            f"{self.file}: several columns could be the {role}: {_list_names(candidates)}. "
            f"Choose with {option} {candidates[0].name}."
        )

    def outcome(self) -> dict[str, Column]:
        """Return the columns found for the roles that were not given."""
        if "residual" in self.given:
            return self._beside_residual()
        if not (self.targets and self.predictions):
            pair = self._pair()
            if pair:
                return pair
            self._refuse_class_outputs()
        if self.targets and self.predictions:
            return {
                "target": self.only("target", self.targets, "-t"),
                "prediction": self.only("prediction", self.predictions, "-p"),
            }
        self._refuse_training_log()
        residuals = [column for column in self.named(RESIDUAL_NAMES) if column.numeric]
        if residuals:
            return self._beside_residual() | {"residual": self.only("residual", residuals, "--residual")}
        numeric = [column for column in self.free if column.numeric]
        if len(numeric) == 1 and not self.targets and not self.predictions:
            return {"residual": numeric[0]}
        raise InputError(self._explain_failure(numeric))

    def _beside_residual(self) -> dict[str, Column]:
        """Return the one column that residuals need for checks against the prediction, if there is one."""
        predictions = [column for column in self.predictions if column.numeric]
        targets = [column for column in self.targets if column.numeric]
        if "prediction" not in self.given and "target" in self.given:
            return {}
        if len(predictions) == 1:
            return {"prediction": predictions[0]}
        return {"target": targets[0]} if len(targets) == 1 and not predictions else {}

    def _pair(self) -> dict[str, Column] | None:
        """Find price_true with price_pred, or predicted_price with price."""
        if "target" in self.given or "prediction" in self.given:
            return None
        pairs = [(t, p) for t in self.free for p in self.free if t is not p and is_pair(t.normal, p.normal)]
        numeric = [pair for pair in pairs if pair[0].numeric and pair[1].numeric]
        pairs = numeric or pairs
        if len(pairs) > 1:
            listed = ", ".join(f"'{t.name}' with '{p.name}'" for t, p in pairs[:SHOWN_COLUMNS])
            raise InputError(
                f"{self.file}: several columns could be target and prediction: {listed}. "
                f"Choose with -t {pairs[0][0].name} -p {pairs[0][1].name}."
            )
        return {"target": pairs[0][0], "prediction": pairs[0][1]} if pairs else None

    def _refuse_class_outputs(self) -> None:
        if self.predictions:
            return
        block = [column for column in self.free if column.numeric and self._is_class_output(column)]
        if len(block) > 1:
            raise InputError(
                f"{self.file}: class outputs ({_list_names(block)}) are not supported yet. "
                f"This version handles one continuous target and its prediction."
            )

    def _is_class_output(self, column: Column) -> bool:
        stem = column.normal.removesuffix("_prediction")
        of_class = stem != column.normal and any(c.normal and stem.startswith(f"{c.normal}_") for c in self.columns)
        return of_class or CLASS_OUTPUT.fullmatch(column.normal) is not None

    def _refuse_training_log(self) -> None:
        names = {column.normal for column in self.columns}
        if names & LOG_STEPS and names & LOG_LOSSES:
            raise InputError(
                f"{self.file} looks like a training log ({_list_names(self.columns)}): it has a loss per epoch or "
                f"step. losscheck needs a target and a prediction per row; write them out for a held-out set."
            )

    def _explain_failure(self, numeric: Sequence[Column]) -> str:
        columns = f"Its columns are {_list_names(self.columns)}."
        if not self.headed and not self.targets and not self.predictions:
            return (
                f"{self.file} has no header and {len(self.columns)} columns. "
                f"Choose them by number, as in -t 1 -p 2, or add a header."
            )
        if self.targets and not self.predictions:
            names = _list_names(self.targets)
            likely = [column for column in numeric if find_stems(column.normal, PREDICTION_AFFIXES)]
            if likely:
                return (
                    f"{self.file} has targets ({names}), but it cannot be told whether their predictions are "
                    f"{_list_names(likely, ' or ')}. Choose with -p {likely[0].name}."
                )
            return (
                f"{self.file} has targets ({names}) but no predictions were found. "
                f"Name their column with -p COL. {columns}"
            )
        if self.predictions:
            names = _list_names(self.predictions)
            return (
                f"{self.file} has predictions ({names}) but no targets, so there is nothing to compare them with. "
                f"Add the column of true values, or name it with -t COL. {columns}"
            )
        if not numeric:
            return f"{self.file} has no column of numbers. {columns}"
        return (
            f"{self.file}: it cannot be told which columns hold targets and predictions. "
            f"Name them with -t COL -p COL, or residuals with --residual COL. {columns}"
        )


def _flatten(table: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(name for names in table.values() for name in names)


def _list_names(columns: Sequence[Column], separator: str = ", ") -> str:
    shown = separator.join(f"'{column.name}'" for column in columns[:SHOWN_COLUMNS])
    left = len(columns) - SHOWN_COLUMNS
    return shown + (f" and {left} more" if left > 0 else "")
