"""From a report to a document: what is shown, in which order and at which verbosity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

from losscheck.plots import Reliability
from losscheck.render.blocks import (
    Block,
    CodeBlock,
    Document,
    Heading,
    Paragraph,
    Picture,
    Role,
    Row,
    Span,
    Table,
    Verbosity,
)
from losscheck.render.charts import chart_histogram, chart_quantiles, chart_reliability, picture_charts
from losscheck.render.figures import (
    escape,
    quote_name,
    round_up,
    write_estimate,
    write_list,
    write_number,
    write_percent,
)
from losscheck.render.groups import list_groups
from losscheck.render.picture import draw_histogram, draw_quantiles
from losscheck.render.reliability import describe_reliability, draw_reliability, list_bins
from losscheck.render.tables import list_checks, list_efficiencies, rank_fits
from losscheck.results import Code, Columns, InputFile, InputInfo, Report, Status, Verdict, VerdictStatus

FRAMEWORKS = ("numpy", "pytorch")
"""The frameworks whose code is shown without `-v`."""

FILES_NAMED = COLUMNS_NAMED = 3

VERDICT_ROLES = {
    VerdictStatus.KEEP: Role.GOOD,
    VerdictStatus.SWITCH: Role.WARN,
    VerdictStatus.UNDECIDED: Role.NOTE,
    VerdictStatus.FIX_FIRST: Role.BAD,
    VerdictStatus.INVALID: Role.BAD,
}
STATUS_HEADINGS = (
    ((Status.FAIL, Status.WARN, Status.INCONCLUSIVE, Status.NOTE), "Checks that did not pass"),
    ((Status.PASS,), "Checks that passed"),
    ((Status.SKIP,), "Checks that were skipped"),
)
"""The sections of checks, of which the first is shown without `-v`; within one, the order is that of the statuses."""


def build_document(report: Report, verbosity: Verbosity = Verbosity.NORMAL) -> Document:
    """Return the report as blocks, in the order of the contract."""
    if verbosity is Verbosity.QUIET:
        headline = Paragraph(Span(escape(report.verdict.headline), Role.STRONG))
        failing = replace(report, checks=tuple(check for check in report.checks if report.stops(check)))
        caveats = _list(Span("note", Role.NOTE), report.caveats, Role.MUTED)
        return Document((headline, *caveats, *list_checks(failing, STATUS_HEADINGS[0][0], "", verbosity)), verbosity)
    verbose = verbosity is Verbosity.VERBOSE
    blocks = (
        _describe_input(report),
        *_state_verdict(report),
        *_explain_likelihood(report.verdict),
        *(_derive(report) if verbose else ()),
        *_draw(report, verbose),
        *rank_fits(report, verbosity),
        *list_groups(report, verbose),
        *(_fold(list_efficiencies(report)) if verbose else ()),
        *list_checks(report, *STATUS_HEADINGS[0], verbosity),
        *(_detail(report, verbosity) if verbose else ()),
        *show_code(report.verdict.code, verbose),
    )
    return Document(blocks, verbosity)


def _detail(report: Report, verbosity: Verbosity) -> tuple[Block, ...]:
    """Return what is told of the checks that need no attention, the decision and the input."""
    checks = (list_checks(report, statuses, title, verbosity) for statuses, title in STATUS_HEADINGS[1:])
    parts = (*checks, _detail_decision(report), _detail_input(report.input))
    return tuple(block for part in parts for block in _fold(part))


def _fold(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(replace(block, folded=True) if isinstance(block, Heading) else block for block in blocks)


def name_report(report: Report) -> str:
    """Return the title of the report: its verdict and the files that it is about."""
    verdict = report.verdict
    outcome = f"{verdict.status.value}: {verdict.loss}" if verdict.loss else verdict.status.value
    return " · ".join(part for part in (outcome, _name_files(report.input.files), "losscheck") if part)


def _describe_input(report: Report) -> Paragraph:
    used, rows = report.input.rows_used, report.input.rows
    counted = f"{rows:,} rows" if used == rows else f"{used:,} of {rows:,} rows"
    columns = ", ".join(f"{role} {names}" for role, names in _roles(report.input.columns))
    parts = (_name_files(report.input.files), counted, columns, report.task.kind.value)
    return Paragraph(Span(" · ".join(part for part in parts if part), Role.MUTED), hanging=2)


def _name_files(files: tuple[InputFile, ...]) -> str:
    if len(files) > FILES_NAMED:
        return f"{len(files)} files, {quote_name(files[0].name)} to {quote_name(files[-1].name)}"
    return ", ".join(quote_name(file.name) for file in files)


def _roles(columns: Columns) -> list[tuple[str, str]]:
    """Return the roles that columns have, with the names of the columns."""
    named = [(f.name, getattr(columns, f.name)) for f in fields(columns)]
    return [
        (role, quote_name(names) if isinstance(names, str) else _name_columns(names))
        for role, names in named
        if names is not None
    ]


def _name_columns(names: tuple[str, ...]) -> str:
    """Return `a, b and c`, or `p_0 to p_9 (10 columns)` for more than a few."""
    if len(names) > COLUMNS_NAMED:
        return f"{quote_name(names[0])} to {quote_name(names[-1])} ({len(names):,} columns)"
    return write_list(tuple(quote_name(name) for name in names))


def _state_verdict(report: Report) -> tuple[Block, ...]:
    verdict = report.verdict
    return (
        Heading(f"Verdict: {verdict.status.value}", VERDICT_ROLES[verdict.status]),
        Paragraph(Span(escape(verdict.headline), Role.STRONG)),
        *(Paragraph(sentence) for sentence in [_how_sure(verdict)] if sentence),
        *_list(Span("·"), verdict.because, Role.PLAIN),
        *_list(Span("note", Role.NOTE), report.notes, Role.MUTED),
    )


def _list(mark: Span, texts: tuple[str, ...], role: Role) -> tuple[Table, ...]:
    return (Table(tuple(Row((mark, Span(escape(text), role))) for text in texts)),) if texts else ()


def _how_sure(verdict: Verdict) -> str:
    """Return what is known about the verdict's certainty, as a few sentences."""
    sentences = [] if verdict.confidence is None else [f"How sure: {write_percent(verdict.confidence)}."]
    if verdict.tied:
        sentences.append(f"These data cannot tell {verdict.loss or 'it'} from {write_list(verdict.tied, 'or')}.")
    if verdict.needs_rows is not None:
        rows = f"{round_up(verdict.needs_rows):,} rows"
        undecided = verdict.status is VerdictStatus.UNDECIDED
        sentences.append(
            f"Telling the outcomes apart takes some {rows} or more."
            if undecided
            else f"Telling the likeliest families apart takes some {rows}."
        )
    if len(set(verdict.per_estimand.values())) > 1:
        wanted = (f"the {estimand} train with {loss}" for estimand, loss in verdict.per_estimand.items())
        sentences.append(f"For predictions of {', of '.join(wanted)}.")
    return escape(" ".join(sentences))


def _explain_likelihood(verdict: Verdict) -> tuple[Block, ...]:
    likelihood = verdict.likelihood
    if likelihood is None:
        return ()
    formulas = [
        ("density", likelihood.density),
        ("likelihood", likelihood.negative_log_likelihood),
        ("loss", likelihood.loss),
    ]
    settings = list(zip(("set", *[""] * len(verdict.parameters)), _write_estimates(verdict), strict=False))
    rows = (
        *_pair([("assumption", likelihood.assumption)]).rows,
        *(Row((Span(name, Role.MUTED), Span(escape(text), Role.FORMULA))) for name, text in formulas if text),
        *_pair(settings).rows,
    )
    name = "" if verdict.loss is None else f" {verdict.loss}"
    return Heading(f"Why{name}"), Table(rows)


def _derive(report: Report) -> tuple[Block, ...]:
    if report.verdict.likelihood is None or not report.derivation:
        return ()
    steps = Paragraph(Span(report.derivation, Role.FORMULA), hanging=3)
    return Heading("The derivation, step by step"), steps


def _write_estimates(verdict: Verdict) -> list[str]:
    return [f"{name} {write_estimate(estimate)}" for name, estimate in verdict.parameters.items()]


def _draw(report: Report, verbose: bool) -> tuple[Block, ...]:
    histogram, strip = report.histogram, report.quantiles
    drawn = draw_histogram(histogram, report.verdict.family) if histogram else ()
    blocks: list[Block] = []
    if histogram and drawn:
        blocks += [Heading(histogram.title), Picture(drawn, chart_histogram(histogram, report.verdict.family))]
    if strip is not None:
        chart = chart_quantiles(report.plots.quantiles[0], report.verdict.family) if report.plots.quantiles else None
        blocks.append(Picture(draw_quantiles(strip), chart))
    return (*blocks, *_draw_reliability(report.reliability, verbose), *picture_charts(report))


def _draw_reliability(reliability: Reliability | None, verbose: bool) -> tuple[Block, ...]:
    if reliability is None or not reliability.stated:
        return ()
    return (
        Heading(escape(reliability.title)),
        Picture(draw_reliability(reliability), chart_reliability(reliability)),
        Paragraph(describe_reliability(reliability)),
        *([list_bins(reliability)] if verbose else []),
    )


def _detail_decision(report: Report) -> tuple[Block, ...]:
    verdict = report.verdict
    lines = [
        ("rule", verdict.rule),
        ("confidence", write_number(verdict.confidence)),
        ("estimand", verdict.estimand),
        ("per estimand", ", ".join(f"{name}: {loss}" for name, loss in verdict.per_estimand.items())),
        ("efficiency", verdict.efficiency_method),
        ("task", f"{report.task.kind.value}: {report.task.why}"),
    ]
    return Heading("How it was decided"), _pair(lines)


def _detail_input(info: InputInfo) -> tuple[Block, ...]:
    lines: list[tuple[str, str]] = []
    for file in info.files:
        lines += [("file", f"{quote_name(file.name)}: {file.rows:,} rows, {file.bytes:,} bytes")]
        lines += [("sha256", file.sha256)]
    lines += _roles(info.columns)
    lines += [(name, _write_setting(value)) for name, value in (info.dialect or {}).items() if value is not None]
    lines += [("precision", info.precision), ("summarized", _write_setting(info.summarized))]
    return Heading("Input"), _pair(lines)


def _write_setting(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_write_setting(item)}" for key, item in value.items() if item is not None)
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _pair(lines: list[tuple[str, str]]) -> Table:
    return Table(tuple(Row((Span(name, Role.MUTED), escape(value))) for name, value in lines if value))


def show_code(code: Code, verbose: bool = False) -> tuple[Block, ...]:
    """Return the code of the recommended loss, for each framework that has any with `verbose`."""
    names = tuple(f.name for f in fields(code)) if verbose else FRAMEWORKS
    blocks = [CodeBlock(name, text) for name in names if (text := getattr(code, name)) is not None]
    return (Heading("Code to paste"), *blocks) if blocks else ()
