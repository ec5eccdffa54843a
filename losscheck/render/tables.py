"""The tables of a report: likelihoods ranked, efficiencies, and checks with what to do about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from losscheck.render.blocks import Block, Heading, Role, Row, Span, Table, Verbosity, Words
from losscheck.render.figures import escape, write_estimate, write_number, write_p, write_parameters
from losscheck.results import CheckResult, Fit, Report, Status, TaskKind, Verdict

FAMILIES_SHOWN = 6
"""Families shown without `-v`; the normal and the losses that the verdict names are always among them."""

NORMALITY = tuple(f"LC20{i}" for i in range(1, 9))
"""The tests of normality: eight answers to one question, of which the verdict uses none."""

CALIBRATION = tuple(f"LC60{i}" for i in range(1, 9))
"""The checks of calibration, which ask in eight ways whether labels are draws from what is stated."""

HARMLESS = 0.95
"""From this efficiency of MSE on, noise that is not normal has no consequence for the loss."""

ROWS_SHOWN = {False: 5, True: 20}
"""Row numbers shown of a check, without and with `-v`."""

STATUS_ROLES = {
    Status.PASS: Role.GOOD,
    Status.NOTE: Role.NOTE,
    Status.WARN: Role.WARN,
    Status.FAIL: Role.BAD,
    Status.INCONCLUSIVE: Role.NOTE,
    Status.SKIP: Role.MUTED,
}


def rank_fits(report: Report, verbosity: Verbosity) -> tuple[Block, ...]:
    """Return the fitted families in the report's order, each with what its loss is worth on this noise."""
    fits, verdict = report.fits, report.verdict
    if len(fits) < 2:  # alone it ranks nothing, and its figures stand above
        return ()
    best = min(fit.score for fit in fits)
    shown = [fit for i, fit in enumerate(fits) if verbosity is Verbosity.VERBOSE or _is_shown(i, fit, verdict)]
    weighted = any(fit.weight is not None for fit in fits)
    # Without its interval, which is in the table of -v: the columns must stay within 80.
    measured = any(fit.loss in verdict.efficiency for fit in shown)
    titles = ("family", "behind", *(["weight"] if weighted else []), *(["efficiency"] if measured else []), "loss")
    rows = tuple(_fit_row(fit, fit.score - best, verdict, weighted, measured) for fit in shown)
    left_out = len(fits) - len(shown)
    legend = "behind: nats per row less than the best, held out."
    legend += " weight: share of belief." if weighted else ""
    legend += (
        " efficiency: of the loss at its best setting tried, 1 = the best estimator for this noise." if measured else ""
    )
    legend += f" {left_out} more with -v." if left_out else ""
    return Heading("Likelihoods, best first"), Table(rows, titles, frozenset(range(1, len(titles) - 1)), legend)


def _is_shown(rank: int, fit: Fit, verdict: Verdict) -> bool:
    named = fit.loss in (verdict.loss, verdict.current_loss) or fit.family == verdict.family
    return rank < FAMILIES_SHOWN or fit.family == "normal" or named


def _fit_row(fit: Fit, behind: float, verdict: Verdict, weighted: bool, measured: bool) -> Row:
    efficiency = verdict.efficiency.get(fit.loss)
    recommended = fit.family == verdict.family
    cells: list[Words] = [
        Span(fit.family, Role.STRONG if recommended else Role.PLAIN),
        f"{behind:.4f}" if behind else "0",
    ]
    if weighted:
        cells.append("" if fit.weight is None else _write_weight(fit.weight))
    if measured:
        cells.append("" if efficiency is None else _write_share(efficiency.value))
    marks = " (in use)" if fit.loss == verdict.current_loss else ""
    cells.append((fit.loss, _mute(marks)))
    note = f"; {fit.note}" if fit.note else ""
    return Row(tuple(cells), _mute(escape(write_parameters(fit.parameters) + note)))


def _write_weight(weight: float) -> str:
    return "<0.001" if weight < 0.0005 else f"{weight:.3f}"


def _write_share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def list_efficiencies(report: Report) -> tuple[Block, ...]:
    """Return the efficiency of every loss considered, the best first."""
    if not report.verdict.efficiency:
        return ()
    ranked = sorted(report.verdict.efficiency.items(), key=lambda item: -(item[1].value or 0.0))
    rows = tuple(Row((loss, write_estimate(estimate, 3))) for loss, estimate in ranked)
    where = "on this noise" if report.task.kind is TaskKind.REGRESSION else "for these probabilities"
    return Heading(f"Efficiency of each loss {where}"), Table(rows)


def list_checks(report: Report, statuses: Sequence[Status], title: str, verbosity: Verbosity) -> tuple[Block, ...]:
    """Return the checks that ended in one of `statuses`, in that order and then by code."""
    checks = report.checks if verbosity is Verbosity.VERBOSE else collapse(report)
    chosen = sorted(
        (check for check in checks if check.status in statuses), key=lambda c: (statuses.index(c.status), c.code)
    )
    if not chosen:
        return ()
    verbose = verbosity is Verbosity.VERBOSE
    rows = tuple(Row((c.code, Span(c.status.value, STATUS_ROLES[c.status]), _describe(c, verbose))) for c in chosen)
    untold = any(c.status is Status.NOTE and c.advice for c in chosen) and not verbose
    caption = "A note alone is no reason to act; what to do: -v, or losscheck explain CODE." if untold else ""
    return (*([Heading(title)] if title else []), Table(rows, caption=caption))


def collapse(report: Report) -> tuple[CheckResult, ...]:
    """Return the checks with those of one question made one, where several of them ended alike."""
    checks = report.checks
    for codes, status, id, say in ONE_QUESTION:
        ran = [check for check in report.checks if check.code in codes and check.status is not Status.SKIP]
        alike = [check for check in ran if check.status is status]
        if len(alike) < 2:
            continue
        code = f"{codes[0]}-{codes[-1][2:]}"
        one = replace(alike[0], id=id, code=code, message=say(len(alike), len(ran), report), rows=())
        checks = (one, *(check for check in checks if check not in alike))
    return checks


def _say_normality(alike: int, ran: int, report: Report) -> str:
    mse = report.verdict.efficiency.get("mse")
    harmless = mse is not None and mse.value is not None and mse.value >= HARMLESS
    return f"{alike} of {ran} tests reject normality{', with no consequence for the loss' if harmless else ''}."


def _say_calibration(alike: int, ran: int, report: Report) -> str:
    rows = f"{report.input.rows_used:,} rows"
    return f"{alike} of {ran} checks of calibration cannot tell: {rows} leave intervals wider than the margins."


ONE_QUESTION = (
    (NORMALITY, Status.NOTE, "normality", _say_normality),
    (CALIBRATION, Status.INCONCLUSIVE, "calibration", _say_calibration),
)
"""Several answers to one question are one line without `-v`: codes, the status they share, and what is said."""


def _describe(check: CheckResult, verbose: bool) -> Words:
    words: list[str | Span] = [Span(check.id, Role.STRONG), f"  {escape(check.message)}"]
    if check.advice and (verbose or check.status is not Status.NOTE):
        words.append(f"\n→ {escape(check.advice)}")
    parts = [*(write_numbers(check) if verbose else []), *_write_rows(check.rows, ROWS_SHOWN[verbose])]
    if parts:
        words.append(_mute(f"\n{'; '.join(parts)}"))
    return tuple(words)


def write_numbers(check: CheckResult) -> list[str]:
    """Return statistic, p-value and effect of a check, as far as it has them."""
    parts: list[str] = []
    if check.statistic is not None:
        parts.append(f"statistic {write_number(check.statistic)}")
    if check.p_value is not None:
        parts.append(write_p(check.p_value))
    if check.effect is not None:
        low, value, high = check.effect.low, check.effect.value, check.effect.high
        bounds = "" if low is None and high is None else f" [{write_number(low)}, {write_number(high)}]"
        margin = "" if check.effect.margin is None else f", margin {write_number(check.effect.margin)}"
        parts.append(f"{escape(check.effect.name)} {write_number(value)}{bounds}{margin}")
    return parts


def _write_rows(rows: Sequence[int], most: int) -> list[str]:
    if not rows:
        return []
    more = f" and {len(rows) - most} more" if len(rows) > most else ""
    return [f"rows {', '.join(str(row) for row in rows[:most])}{more}"]


def _mute(text: str) -> Span:
    return Span(text, Role.MUTED)
