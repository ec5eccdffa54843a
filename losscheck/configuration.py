"""Options from a file: losscheck.toml, or the table [tool.losscheck] of pyproject.toml, in the nearest directory up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from losscheck.results import InputError, Report

NAMES = ("losscheck.toml", "pyproject.toml")
NOT_HERE = frozenset({"help", "version", "debug"})
"""Options of one run, which no file sets."""
EXCLUSIVE = {"quiet": "verbose", "verbose": "quiet"}


@dataclass(frozen=True)
class Configuration:
    """The options of one file, by their names on the command line without the dashes."""

    path: Path
    options: dict[str, Any]

    def arguments(self, parameters: Sequence[Any], given: Sequence[str]) -> list[str]:
        """Return the options as arguments, without those that are given on the command line, which wins.

        `parameters` are the options that the command has. Raises InputError for one that it does not have, or for a
        value of the wrong type.
        """
        known = {_name(parameter): parameter for parameter in parameters if parameter.opts[0].startswith("-")}
        known = {name: parameter for name, parameter in known.items() if name not in NOT_HERE}
        used = {name for name, parameter in known.items() if any(_is(parameter, word) for word in given)}
        found: list[str] = []
        for name, value in self.options.items():
            if name not in known:
                raise InputError(f"{self.path}: there is no option {name!r}{_nearest(name, known)}")
            texts = self._texts(name, value, known[name])
            if name not in used and EXCLUSIVE.get(name) not in used:
                found += texts
        return found

    def note(self, report: Report) -> Report:
        """Return the report with a note on the options that this file has set."""
        if not self.options:
            return report
        return replace(report, notes=(*report.notes, f"Options from {self.path.name}: {', '.join(self.options)}."))

    def _texts(self, name: str, value: Any, parameter: Any) -> list[str]:
        if parameter.is_flag:
            if not isinstance(value, bool):
                raise InputError(f"{self.path}: {name} must be true or false, it is {value!r}")
            return [f"--{name}"] if value else []
        values = value if isinstance(value, list) and parameter.multiple else [value]
        if not all(isinstance(each, (str, int, float)) and not isinstance(each, bool) for each in values):
            wanted = "a text, a number or a list of them" if parameter.multiple else "a text or a number"
            raise InputError(f"{self.path}: {name} must be {wanted}, it is {value!r}")
        return [text for each in values for text in (f"--{name}", str(each))]


def find_configuration(directory: Path) -> Configuration | None:
    """Return the options of the nearest file that has some, from this directory upwards.

    Raises InputError for bad TOML. A pyproject.toml without the table [tool.losscheck] is passed over.
    """
    for folder in (directory, *directory.parents):
        for name in NAMES:
            path = folder / name
            if path.is_file() and (options := _read(path)) is not None:
                return Configuration(path, options)
    return None


def _read(path: Path) -> dict[str, Any] | None:
    import tomllib  # quick to miss: most runs have no such file

    try:
        table: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as TOML: {error}") from error
    if path.name == NAMES[0]:
        return dict(table)
    tools = table.get("tool", {})
    found = tools.get("losscheck") if isinstance(tools, dict) else None
    if found is not None and not isinstance(found, dict):
        raise InputError(f"{path}: tool.losscheck must be a table, [tool.losscheck]")
    return found


def _name(parameter: Any) -> str:
    return str(max(parameter.opts, key=len)).lstrip("-")


def _is(parameter: Any, word: str) -> bool:
    """Return whether a word of the command line sets this option: --name, --name=value, -n or -nvalue."""
    long = [option for option in parameter.opts if option.startswith("--")]
    short = tuple(option for option in parameter.opts if option not in long)
    return word in long or word.startswith((*short, *(f"{option}=" for option in long)))


def _nearest(name: str, known: dict[str, Any]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name.replace("_", "-"), known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(sorted(known))}"
