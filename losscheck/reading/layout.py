"""What a file holds, column by column: a regression, or outputs of classes with or without the true ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from losscheck.reading.class_blocks import name_classes
from losscheck.reading.class_candidates import Candidates, Chosen
from losscheck.reading.class_columns import find_by_contents, find_by_names
from losscheck.reading.class_names import key_of
from losscheck.reading.class_sample import Naming
from losscheck.reading.class_targets import match_targets
from losscheck.reading.collect import DECISION, FEATURE
from losscheck.reading.column import Column, find_column, find_numbered
from losscheck.reading.columns import Roles, find_chosen, find_columns, find_weight
from losscheck.reading.decisions import find_decisions
from losscheck.reading.names import is_unsigned
from losscheck.reading.number import MISSING, show
from losscheck.reading.score_columns import is_plain_score
from losscheck.reading.wording import list_names
from losscheck.results import Columns, InputError, TaskKind

REGRESSIONS = (TaskKind.REGRESSION, TaskKind.COUNT)
SINGLE = (TaskKind.BINARY, TaskKind.MULTICLASS)
TASKS = ("auto", *REGRESSIONS, TaskKind.BINARY, TaskKind.MULTICLASS, TaskKind.MULTILABEL, TaskKind.SOFT)


@dataclass(frozen=True)
class Layout:
    """The columns of each role, and whether they are outputs of classes.

    A target and a prediction of numbers may still turn out to be two classes and their score, in all of the rows.
    `spare` are the names of the columns of numbers that have no role. `labels_alone`: the only role is the target, and
    it holds classes.
    """

    roles: Mapping[str, tuple[Column, ...]]
    has_classes: bool = False
    spare: tuple[str, ...] = ()
    labels_alone: bool = False

    @property
    def has_labels(self) -> bool:
        """True where one column holds the true class of each row."""
        return self.labels_alone or (self.has_classes and len(self.roles.get("target", ())) == 1)

    @property
    def target_alone(self) -> bool:
        """True where there is neither a prediction nor a residual."""
        return "target" in self.roles and not {"prediction", "residual"} & set(self.roles)

    @property
    def may_be_classes(self) -> bool:
        """True where a target and a prediction of numbers may be two classes and their score."""
        return not self.has_classes and "target" in self.roles and "prediction" in self.roles

    def legal_labels(self) -> frozenset[str]:
        """Return the spellings of missing values that are names of classes here: none, where there is prob_none."""
        if self.labels_alone:
            return frozenset()
        names = {key_of(name) for naming in name_classes(_names(self.roles["prediction"])) for name in naming}
        return frozenset(spelling for spelling in MISSING if spelling and key_of(spelling) in names)

    def naming(self, headed: bool, file: str) -> Naming:
        """Return what the columns say about the classes."""
        outputs, targets = self.roles["prediction"], self.roles.get("target", ())
        classes = name_classes(_names(outputs)) if headed else (tuple(str(number) for number in range(len(outputs))),)
        return Naming(
            outputs=_names(outputs),
            classes=classes,
            nameless=not headed,
            target=targets[0].name if len(targets) == 1 else "",
            targets=_names(targets) if len(targets) > 1 else (),
            spare=self.spare,
            file=file,
        )

    def match(self, columns: Sequence[Column], headed: bool, file: str) -> Layout:
        """Return the same layout in another file, by name, or by number where there is no header.

        `InputError` where a column is not there, or where numbered outputs go on: prob_2 below prob_0 and prob_1.
        """
        roles = {
            role: tuple(find_column(columns, column.name, headed, file) for column in group)
            for role, group in self.roles.items()
        }
        for group in roles.values():
            stem = group[0].name.rpartition("_")[0]
            more = find_numbered(columns, stem)[len(group) :] if list(group) == find_numbered(group, stem) else []
            if more and more[0].name not in self.spare:
                raise InputError(f"{file} has '{more[0].name}', too.")
        return replace(self, roles=roles)

    def describe(self) -> Columns:
        """Return the names for the report."""
        names = {role: _names(group) for role, group in self.roles.items()}
        for role in (FEATURE, DECISION):
            names.pop(role, None)
        several = {f"{role}s": group for role, group in names.items() if len(group) > 1}
        single = {role: group[0] for role, group in names.items() if len(group) == 1}
        return Columns(**several, **single)  # type: ignore[arg-type]


def _names(columns: Sequence[Column]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)


def parse_task(task: str) -> TaskKind | None:
    """Return the task that was named, None for `auto`."""
    if task not in TASKS:
        raise InputError(f"--task must be one of {', '.join(TASKS)}, it is '{task}'")
    return None if task == "auto" else TaskKind(task)


def find_layout(
    columns: Sequence[Column], roles: Roles, headed: bool, file: str, task: TaskKind | None = None
) -> Layout:
    """Return which columns are what; `InputError` where that cannot be told.

    Classes are looked for where names and first rows show them plainly, then a regression, then classes by less.
    """
    chosen = find_chosen(columns, roles, headed, file)
    if task in REGRESSIONS or "residual" in chosen:
        return _regression(columns, roles, headed, file, task)
    taken = {column.index for group in chosen.values() for column in group}
    free = tuple(column for column in columns if column.index not in taken and not column.is_index)
    candidates = Candidates(free, chosen.get("target", ()), chosen.get("prediction", ()), file, task)
    found = find_by_names(candidates)
    if found is None and task is None:
        try:
            layout = _regression(columns, roles, headed, file)
            if layout.may_be_classes and (rivals := candidates.unnamed_rivals):
                candidates.refuse_targets(sorted([*layout.roles["target"], *rivals], key=lambda column: column.index))
            return layout
        except InputError:
            found = find_by_contents(candidates)
            if found is None:
                raise
    elif found is None:
        found = find_by_contents(candidates)
    if found is None and task in SINGLE and (alone := candidates.labels_alone()):
        rest = [column for column in free if column is not alone]
        weight = {} if "weight" in chosen else {role: (column,) for role, column in find_weight(rest, file).items()}
        return Layout(
            {"target": (alone,), **{r: c for r, c in chosen.items() if r != "target"}, **weight}, False, (), True
        )
    if found is None:
        raise InputError(f"{file}: no outputs were found for --task {task}. Name their columns with -p COL.")
    return _classes(chosen, found, free, file)


def _regression(
    columns: Sequence[Column], roles: Roles, headed: bool, file: str, task: TaskKind | None = None
) -> Layout:
    found = find_columns(columns, roles, headed, file)
    residual = found.get("residual")
    if residual is not None and roles.residual is None and is_plain_score(residual):
        raise InputError(
            f"{file}: '{residual.name}' is named like the score of a class, and no column of true classes was found. "
            f"Name it with -t COL; if these are residuals, say --residual {residual.name}."
        )
    if residual is not None:
        _refuse_unsigned(residual, roles.residual is not None, file)
    layout = Layout({role: (column,) for role, column in found.items()})
    words = layout.target_alone and found["target"].is_text
    if words and task is not None:
        raise InputError(
            f"{file}: column '{found['target'].name}' has text like {show(found['target'].text)}, and the targets of a "
            f"regression are numbers."
        )
    return replace(layout, labels_alone=words)


def _refuse_unsigned(residual: Column, chosen: bool, file: str) -> None:
    """Refuse a column that is named like the size of errors and, if it was chosen, is never negative."""
    if not is_unsigned(residual.normal) or (chosen and any(number < 0 for number in residual.numbers)):
        return
    never = " and is never negative" if chosen else ""
    signed = "" if chosen else f", or say --residual {residual.name} if these have a sign"
    raise InputError(
        f"{file}: '{residual.name}' is named like the size of an error or a loss{never}, and to tell the noise takes "
        f"its sign. Write the residuals, target - prediction, or targets and predictions{signed}."
    )


def _classes(chosen: Chosen, found: Chosen, free: Sequence[Column], file: str) -> Layout:
    used = {column.index for group in found.values() for column in group}
    rest = [column for column in free if column.index not in used]
    weight = {} if "weight" in chosen else {role: (column,) for role, column in find_weight(rest, file).items()}
    spare = tuple(column.name for column in rest if column.numeric)
    found = dict(found)
    if len(targets := found.get("target", ())) > 1:
        found["target"] = _pair(targets, found["prediction"], file)
    elif (
        targets
        and len(found["prediction"]) == 1
        and (decisions := find_decisions(rest, targets[0], found["prediction"][0]))
    ):
        found[DECISION] = decisions
    for role, group in found.items():
        if twice := [name for name, count in Counter(column.name for column in group).items() if count > 1]:
            raise InputError(f"{file} has several columns named '{twice[0]}' as {role}. Rename all but one.")
    return Layout({**found, **{r: c for r, c in chosen.items() if r not in found}, **weight}, True, spare)


def _pair(targets: tuple[Column, ...], outputs: tuple[Column, ...], file: str) -> tuple[Column, ...]:
    """Return the targets in the order of the outputs."""
    if len(targets) != len(outputs):
        raise InputError(
            f"{file}: there are {len(targets)} columns of targets ({list_names(targets)}) and {len(outputs)} of "
            f"outputs ({list_names(outputs)}). Each class needs one of both."
        )
    order = match_targets(targets, outputs)
    if order is None:
        raise InputError(
            f"{file}: the targets {list_names(targets)} cannot be matched by name with the outputs "
            f"{list_names(outputs)}. Name both by the class, as in true_cat and prob_cat, or number both."
        )
    return tuple(targets[position] for position in order)
