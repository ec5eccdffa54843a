"""The command that compares two outputs."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from losscheck import reading_options as reads
from losscheck.cli_options import (
    AlphaOption,
    ColorOption,
    DebugOption,
    FailOnOption,
    Format,
    LossOption,
    PredictionOption,
    ResidualOption,
    TargetOption,
    TaskChoice,
    TaskOption,
    WeightOption,
    one_or_more,
    only_column,
    shown,
)
from losscheck.gate import FailOn
from losscheck.output import Color, print_document, print_text
from losscheck.results import InputError

FOUND = 1
FORMATS = (Format.TEXT, Format.JSON, Format.MARKDOWN)
CompareFormat = Annotated[Format, shown("FORMAT", "text, json or markdown.", "-f", "--format")]


def compare_command(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="A file of outputs, or a report in JSON.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="The later one, a file or a report.")],
    target: TargetOption = None,
    prediction: PredictionOption = None,
    residual: ResidualOption = None,
    weight: WeightOption = None,
    loss: LossOption = None,
    task: TaskOption = TaskChoice.AUTO,
    alpha: AlphaOption = 0.05,
    fail_on: FailOnOption = FailOn.FAIL,
    delimiter: reads.Delimiter = None,
    decimal: reads.Decimal = None,
    encoding: reads.Encoding = None,
    header: reads.Header = None,
    max_uncompressed: reads.MaxUncompressed = None,
    format: CompareFormat = Format.TEXT,
    color: ColorOption = Color.AUTO,
    debug: DebugOption = False,
) -> None:
    """Did the noise, the validity, the calibration get better or worse? Exit code 1 at a check that got worse."""
    if format not in FORMATS:
        raise InputError(f"compare writes {', '.join(FORMATS)}, not {format.value}")
    from losscheck.comparison import compare, read_side
    from losscheck.gate.gate import STOPS
    from losscheck.options import make_options
    from losscheck.reading import Roles, make_spelling

    options = make_options(loss, "any", 0.8, alpha, "unknown")
    roles = Roles(
        target=one_or_more(target),
        prediction=one_or_more(prediction),
        residual=only_column("residual", residual),
        weight=only_column("weight", weight),
    )
    spelling = make_spelling(delimiter, decimal, encoding, header, max_uncompressed)
    first, second = (read_side(path, roles, task.value, options, spelling) for path in (before, after))
    found = compare(first, second, alpha)
    if format is Format.JSON:
        print_text(json.dumps(found.to_dict(), indent=2, ensure_ascii=True, allow_nan=False) + "\n", encoding="utf-8")
    elif format is Format.MARKDOWN:
        from losscheck.render.markdown import write_markdown

        print_text(write_markdown(found.to_document()), encoding="utf-8")
    else:
        print_document(found.to_document(), color)
    raise typer.Exit(FOUND if found.stops(STOPS[fail_on]) else 0)
