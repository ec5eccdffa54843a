"""The options of the command line on how files are read, each declared once."""

from __future__ import annotations

from typing import Annotated, Any

import typer

READING = "How files are read (found out when left out)"
Name = str | None


def _read(metavar: str, help: str, *flags: str) -> Any:
    return typer.Option(*flags, metavar=metavar, help=help, rich_help_panel=READING, show_default=False)


Delimiter = Annotated[Name, _read("MARK", "comma, semicolon, tab, pipe, whitespace or any one mark.", "--delimiter")]
Decimal = Annotated[Name, _read("MARK", "point or comma.", "--decimal")]
Encoding = Annotated[Name, _read("NAME", "utf-8, cp1252, utf-16, ...", "--encoding")]
Header = Annotated[bool | None, _read("", "The first row names the columns, or is one.", "--header/--no-header")]
MaxUncompressed = Annotated[Name, _read("SIZE", "The most that a file may expand to: 8G.", "--max-uncompressed")]
Targets = Annotated[Name, _read("FILE", "The file that has the targets, if another one does.", "--targets")]
On = Annotated[Name, _read("COL", "The key that both files have.", "--on")]
