"""Options from a file: losscheck.toml, or the table [tool.losscheck] of pyproject.toml, in the nearest directory up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

from losscheck.results import InputError, Report

NAMES = ("losscheck.toml", "pyproject.toml")
NOT_HERE = frozenset({"help", "version", "debug", "config"})
"""Options of one run, which no file sets."""
UNCONFIGURED = frozenset({"-h", "--help", "--version"})
"""With one of these nothing is run, so that no file is looked for."""
PATHS = frozenset({"against", "output"})
"""Options that name files: beside the file that sets them, wherever the run is started."""
EXCLUSIVE = {"quiet": "verbose", "verbose": "quiet"}

# Typer has its own copy of click in some versions and imports it in others: this class is reached the same in all.
UsageError: Any = typer.BadParameter.__base__


@dataclass(frozen=True)
class Configuration:
    """The options of one file, by their names on the command line without the dashes."""

    path: Path
    options: dict[str, Any]

    def arguments(self, parameters: Sequence[Any], used: Collection[str]) -> list[str]:
        """Return the options as arguments, without those `used` on the command line, which wins.

        `parameters` are the options that the command has. Raises InputError for one that it does not have, or for a
        value of the wrong type.
        """
        known = {_name(parameter): parameter for parameter in parameters if parameter.opts[0].startswith("-")}
        known = {name: parameter for name, parameter in known.items() if name not in NOT_HERE}
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
            # of a pair of flags, as in --header and --no-header, false is the other one
            return [f"--{name}"] if value else list(parameter.secondary_opts[:1])
        values = value if isinstance(value, list) and parameter.multiple else [value]
        if not all(isinstance(each, (str, int, float)) and not isinstance(each, bool) for each in values):
            wanted = "a text, a number or a list of them" if parameter.multiple else "a text or a number"
            raise InputError(f"{self.path}: {name} must be {wanted}, it is {value!r}")
        if name in PATHS:
            values = [self.path.parent / str(each) for each in values]
        return [text for each in values for text in (f"--{name}", str(each))]


def configure(command: Any, words: Sequence[str], directory: Path) -> tuple[list[str], Configuration | None]:
    """Return a command's words with the options of the nearest file, or of --config, before them, and that file.

    Raises InputError for a file, an option or a value that cannot be used.
    """
    if not UNCONFIGURED.isdisjoint(words):
        return list(words), None
    given = command.make_context(command.name, list(words), resilient_parsing=True)
    chosen = given.params.get("config")
    configuration = find_configuration(directory) if chosen is None else read_configuration(chosen)
    if configuration is None:
        return list(words), None
    sources = {_name(parameter): given.get_parameter_source(parameter.name) for parameter in command.params}
    used = {name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"}
    found = configuration.arguments(command.params, used)
    try:
        command.make_context(command.name, [*found, "FILE"])
    except UsageError as error:
        raise InputError(f"{configuration.path}: {plain_message(error)}") from error
    return [*found, *words], configuration


def plain_message(error: Any) -> str:
    """Return a usage error as one line, without its full stop and the words of the validation behind it."""
    return " ".join(error.format_message().replace("Value error, ", "").split()).rstrip(".")


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


def read_configuration(path: Path) -> Configuration:
    """Return the options of this file; raises InputError where it is none, or a pyproject.toml without the table."""
    if not path.is_file():
        raise InputError(f"--config {path}: there is no such file")
    options = _read(path)
    if options is None:
        raise InputError(f"--config {path}: it has no table [tool.losscheck]")
    return Configuration(path, options)


def _read(path: Path) -> dict[str, Any] | None:
    import tomllib  # quick to miss: most runs have no such file

    try:
        table: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as TOML: {error}") from error
    if path.name != NAMES[1]:
        return dict(table)
    tools = table.get("tool", {})
    found = tools.get("losscheck") if isinstance(tools, dict) else None
    if found is not None and not isinstance(found, dict):
        raise InputError(f"{path}: tool.losscheck must be a table, [tool.losscheck]")
    return found


def _name(parameter: Any) -> str:
    return str(max(parameter.opts, key=len)).lstrip("-")


def _nearest(name: str, known: dict[str, Any]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name.replace("_", "-"), known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(sorted(known))}"
