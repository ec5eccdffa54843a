"""Which column is what: explicit choices first, then names that the field uses, never a guess between several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase

from losscheck.reading.column import Column, find_column, find_numbered, list_columns
from losscheck.reading.names import (
    KEY_NAMES,
    LOG_LOSSES,
    LOG_STEPS,
    PREDICTION_AFFIXES,
    PREDICTION_NAMES,
    RESIDUAL_NAMES,
    TARGET_NAMES,
    WEIGHT_NAMES,
    compose,
    find_stems,
    flatten,
    is_pair,
    keep_strongest,
    normalise,
)
from losscheck.reading.number import show
from losscheck.reading.wording import SHOWN_COLUMNS, list_names
from losscheck.results import InputError

__all__ = ["Roles", "find_chosen", "find_columns", "list_columns"]


class SeveralPredictions(InputError):
    """Says that several predictions of a number were chosen, which are looked at one by one; `columns` are they."""

    def __init__(self, message: str, columns: Sequence[str]) -> None:
        """Say the message."""
        super().__init__(message)
        self.columns = tuple(columns)


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Columns chosen by the user: names, or 1-based numbers (as text) where a file has no header.

    `target` and `prediction` may be several, a class each; `prob_*` stands for all columns that match.
    """

    target: str | tuple[str, ...] | None = None
    prediction: str | tuple[str, ...] | None = None
    residual: str | None = None
    weight: str | None = None
    order: str | None = None
    group: str | None = None

    def only(self, role: str) -> str | None:
        """Return the one column chosen for a role; `InputError` for several, which only outputs of classes have."""
        chosen: str | tuple[str, ...] | None = getattr(self, role)
        if chosen is None or isinstance(chosen, str):
            return chosen
        if len(chosen) > 1:
            raise InputError(f"a summary has one {role} column, and {len(chosen)} are named: {', '.join(chosen)}.")
        return chosen[0] if chosen else None


def find_chosen(columns: Sequence[Column], roles: Roles, headed: bool, file: str) -> dict[str, tuple[Column, ...]]:
    """Return the columns that the user named; `InputError` where one is not there or has two roles."""
    found = {}
    for field in fields(roles):
        chosen = getattr(roles, field.name)
        if chosen is not None and chosen != ():
            names = (chosen,) if isinstance(chosen, str) else tuple(chosen)
            found[field.name] = tuple(c for name in names for c in _find_matching(columns, name, headed, file))
    _refuse_conflicts(found, file)
    return found


def find_columns(columns: Sequence[Column], roles: Roles, headed: bool, file: str) -> dict[str, Column]:
    """Return the column of each role of a regression.

    `InputError` where a role is missing or several columns could be it.
    """
    found = {}
    for role, chosen in find_chosen(columns, roles, headed, file).items():
        if len(chosen) > 1:
            message = (
                f"{file}: {len(chosen)} {role} columns are named ({list_names(chosen)}), and a regression takes one"
            )
            if role == "prediction":
                raise SeveralPredictions(f"{message} at a time. Name one of them.", [column.name for column in chosen])
            raise InputError(f"{message} at a time. Name one of them.")
        found[role] = chosen[0]
    search = _Search(columns, found, headed, file)
    found |= search.outcome()
    if "weight" not in found:
        found |= find_weight(search.free, file)
    target = found.get("target")
    alone = set(found).isdisjoint(("prediction", "residual"))
    if target is not None and not target.numeric and target.text[:1].isalpha() and not (alone and target.is_text):
        raise InputError(
            f"{file}: column '{target.name}' has text like {show(target.text)}, and the targets of a regression are "
            f"numbers."
        )
    return found


def find_weight(free: Sequence[Column], file: str) -> dict[str, Column]:
    """Return the column of weights among those without a role, if there is one."""
    weights = [column for column in free if column.normal in WEIGHT_NAMES]
    weights = [column for column in weights if column.numeric] or weights
    return {"weight": _only("weight", weights, "--weight", file)} if weights else {}


def _find_matching(columns: Sequence[Column], name: str, headed: bool, file: str) -> Sequence[Column]:
    """Return the column of this name, those that a pattern like prob_* matches, or prob_0, prob_1 … for prob."""
    if headed and "*" in name and not any(column.name == name for column in columns):
        matches = [column for column in columns if fnmatchcase(compose(column.name), compose(name))]
        if not matches:
            raise InputError(f"{file} has no column like '{name}'. Its columns are {list_names(columns)}.")
        return matches
    named = not headed or any(column.normal == normalise(name) for column in columns)
    numbered = [] if named else find_numbered(columns, name)
    return numbered or (find_column(columns, name, headed, file),)


def _refuse_conflicts(found: Mapping[str, Sequence[Column]], file: str) -> None:
    if all(role in found for role in ("target", "prediction", "residual")):
        raise InputError(
            f"{file}: target, prediction and residual are all given, and one follows from the other two. "
            f"Leave out --residual."
        )
    by_index: dict[int, str] = {}
    for role, column in [(role, column) for role, group in found.items() for column in group]:
        if by_index.get(column.index) == role:
            raise InputError(f"{file}: column '{column.name}' is named twice as {role}. Name it once.")
        if column.index in by_index and role not in ("group", "order"):
            raise InputError(
                f"{file}: column '{column.name}' cannot be {by_index[column.index]} and {role} at once. "
                f"Name two columns."
            )
        by_index[column.index] = role


def _only(role: str, candidates: Sequence[Column], option: str, file: str) -> Column:
    """Return the single candidate; several are the user's choice."""
    if len(candidates) == 1:
        return candidates[0]
    if len({column.name for column in candidates}) < len(candidates):
        return find_column(candidates, candidates[0].name, True, file)
    raise InputError(
        f"{file}: several columns could be the {role}: {list_names(candidates)}. "
        f"Choose with {option} {candidates[0].name}."
    )


class _Search:
    """Looks for target, prediction and residual among the columns that have no role yet."""

    def __init__(self, columns: Sequence[Column], given: Mapping[str, Column], headed: bool, file: str) -> None:
        taken = {column.index for column in given.values()}
        self.columns = columns
        self.given = given
        self.headed = headed
        self.file = file
        self.free = [c for c in columns if c.index not in taken and not c.is_index]
        self.targets = [given["target"]] if "target" in given else self._named_targets()
        self.predictions = [given["prediction"]] if "prediction" in given else self.named(flatten(PREDICTION_NAMES))
        # A choice of the user's makes its partner a candidate: -t price, and there is price_pred.
        if "target" in given and "prediction" not in given:
            partners = [c for c in self.free if is_pair(given["target"].normal, c.normal)]
            self.predictions += [c for c in partners if c not in self.predictions]
        elif "prediction" in given and "target" not in given:
            partners = [c for c in self.free if is_pair(c.normal, given["prediction"].normal)]
            self.targets += [c for c in partners if c not in self.targets]

    def _named_targets(self) -> list[Column]:
        """Return the free columns with the name of a target, the strongest ones."""
        matches = keep_strongest([column for column in self.free if column.normal in flatten(TARGET_NAMES)])
        return [column for column in matches if column.numeric] or matches

    def named(self, names: Sequence[str]) -> list[Column]:
        """Return the free columns with one of `names`; columns of text only where there is no other."""
        matches = [column for column in self.free if column.normal in names]
        return [column for column in matches if column.numeric] or matches

    def outcome(self) -> dict[str, Column]:
        """Return the columns found for the roles that were not given."""
        if "residual" in self.given:
            return self._beside_residual()
        if not (self.targets and self.predictions):
            pair = self._pair()
            if pair:
                return pair
        if self.targets and self.predictions:
            return {
                "target": _only("target", self.targets, "-t", self.file),
                "prediction": _only("prediction", self.predictions, "-p", self.file),
            }
        self._refuse_training_log()
        residuals = [column for column in self.named(RESIDUAL_NAMES) if column.numeric]
        if residuals:
            return self._beside_residual() | {"residual": _only("residual", residuals, "--residual", self.file)}
        numeric = [column for column in self.free if column.numeric]
        # without a header, a column of numbers beside others may as well be an index, or half of a row
        alone = len(numeric) == 1 and (self.headed or len(self.columns) == 1)
        if alone and not self.targets and not self.predictions:
            return {"residual": numeric[0]}
        if target := self._target_alone(numeric):
            return {"target": target}
        raise InputError(self._explain_failure(numeric))

    def _target_alone(self, numeric: Sequence[Column]) -> Column | None:
        """Return the target of a file without predictions: it was chosen, or there is nothing else in the file."""
        if len(self.targets) != 1 or self.predictions:
            return None
        if any(find_stems(column.normal, PREDICTION_AFFIXES) for column in numeric):
            return None
        others = [column for column in self.free if column is not self.targets[0] and column.normal not in WEIGHT_NAMES]
        return self.targets[0] if "target" in self.given or not others else None

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
        likely = [column for column in self.free if find_stems(column.normal, PREDICTION_AFFIXES)]
        pairs = [(t, p) for t in self.free for p in likely if t is not p and is_pair(t.normal, p.normal)]
        numeric = [pair for pair in pairs if pair[0].numeric and pair[1].numeric]
        pairs = numeric or pairs
        if len(pairs) > 1:
            listed = ", ".join(f"'{t.name}' with '{p.name}'" for t, p in pairs[:SHOWN_COLUMNS])
            raise InputError(
                f"{self.file}: several columns could be target and prediction: {listed}. "
                f"Choose with -t {pairs[0][0].name} -p {pairs[0][1].name}."
            )
        return {"target": pairs[0][0], "prediction": pairs[0][1]} if pairs else None

    def _refuse_training_log(self) -> None:
        names = {column.normal for column in self.columns}
        if names & LOG_STEPS and any(name in LOG_LOSSES or name.endswith("/loss") for name in names):
            raise InputError(
                f"{self.file} looks like a training log ({list_names(self.columns)}): it has a loss per epoch or "
                f"step. losscheck needs a target and a prediction per row; write them out for a held-out set."
            )

    def _key(self) -> str:
        """Return the column that a file of targets may share with this one."""
        keys = (c.name for c in self.columns if c.normal in KEY_NAMES or c.normal.endswith("_id"))
        return next(keys, "COL")

    def _explain_failure(self, numeric: Sequence[Column]) -> str:
        columns = f"Its columns are {list_names(self.columns)}."
        if not self.headed and not self.targets and not self.predictions:
            return (
                f"{self.file} has no header and {len(self.columns)} columns. "
                f"Choose them by number, as in -t 1 -p 2, or add a header."
            )
        if self.targets and not self.predictions:
            names = list_names(self.targets)
            likely = [column for column in numeric if find_stems(column.normal, PREDICTION_AFFIXES)]
            if likely:
                return (
                    f"{self.file} has targets ({names}), but it cannot be told whether their predictions are "
                    f"{list_names(likely, ' or ')}. Choose with -p {likely[0].name}."
                )
            return (
                f"{self.file} has targets ({names}) but no predictions were found. "
                f"Name their column with -p COL, or look at the targets alone with -t {self.targets[0].name}. {columns}"
            )
        if self.predictions:
            names = list_names(self.predictions)
            return (
                f"{self.file} has predictions ({names}) but no targets, so there is nothing to compare them with. "
                f"Add the column of true values, name it with -t COL, or give the file that has it with "
                f"--targets FILE --on {self._key()}. {columns}"
            )
        if not numeric:
            return f"{self.file} has no column of numbers. {columns}"
        return (
            f"{self.file}: it cannot be told which columns hold targets and predictions. "
            f"Name them with -t COL -p COL, or residuals with --residual COL. {columns}"
        )
