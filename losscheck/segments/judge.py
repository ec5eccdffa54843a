"""Verdicts of segments, and whether one loss fits all of them.

Every segment is asked about the same loss: the declared one, else the one recommended for all rows. Its intervals cover
1 − α/G, G the number of segments (Bonferroni), so that a segment is called wrong by chance in at most α of the files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from losscheck.checks import one_loss
from losscheck.checks.check import CLASSES, Finding
from losscheck.checks.wording import figure
from losscheck.loss_choice import parse_declared
from losscheck.results import CheckResult, Group, InputError, Report, Status
from losscheck.segments.split import split

if TYPE_CHECKING:
    from losscheck.options import Options
    from losscheck.sample import ClassSample, Sample

FEWEST_ROWS = 30
"""Fewer rows are no segment to judge: in half of such samples of any noise nothing can be told."""
NAMED = 5
RANKS = {Status.FAIL: 0, Status.WARN: 1, Status.INCONCLUSIVE: 2, Status.NOTE: 3, Status.PASS: 4, Status.SKIP: 5}
GET_ROWS = "Get more rows of these segments, or join those that are alike."
ABOUT_OUTPUTS = ("LC5", "LC6", "LC70")


def add_segments(
    report: Report,
    sample: Sample | ClassSample,
    options: Options,
    diagnose: Callable[[Sample | ClassSample, Options], Report],
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Return the report with a verdict for each segment, the worst first, and with LC902: whether one loss fits all."""
    every = dict(split(sample))
    parts = {name: part for name, part in every.items() if part.n >= FEWEST_ROWS}
    asked = _same_loss(report, sample, replace(options, alpha=options.alpha / max(len(parts), 1)))
    groups, left_out = [], [name for name in every if name not in parts]
    for number, (name, part) in enumerate(parts.items(), 1):
        if progress:
            progress(f"segment {number:,} of {len(parts):,}")
        try:
            found = diagnose(part, asked)
        except InputError:  # constant, or an exact function of the prediction: no noise in this segment
            left_out.append(name)
        else:
            groups.append(Group(name, part.n, found.verdict, _judged(found, sample)))
    groups.sort(key=_badness)
    result = one_loss.CHECK.report(_conclude(groups, left_out, report, options))
    return replace(report, groups=tuple(groups), checks=(*report.checks, result))


def _same_loss(report: Report, sample: Sample | ClassSample, options: Options) -> Options:
    """Return the options that ask every segment about the declared loss, the one that all rows recommend, or MSE."""
    verdict = report.verdict
    if options.declared is not None or sample.kind in CLASSES:
        return options
    if verdict.loss is None:
        return replace(options, declared=parse_declared("mse"))
    settings = ",".join(f"{name}={e.value:.12g}" for name, e in verdict.parameters.items() if e.value is not None)
    return replace(options, declared=parse_declared(f"{verdict.loss}:{settings}" if settings else verdict.loss))


def _judged(found: Report, sample: Sample | ClassSample) -> CheckResult:
    """Return what decides about a segment: its declared loss, or the worst check of its outputs and labels."""
    if sample.kind not in CLASSES:
        return next(check for check in found.checks if check.code == "LC901")
    checks = [check for check in found.checks if check.code.startswith(ABOUT_OUTPUTS)]
    return min(checks, key=lambda check: RANKS[check.status])


def _badness(group: Group) -> tuple[int, float, str]:
    effect = group.judged.effect
    value = 0.0 if effect is None or effect.value is None else effect.value
    return RANKS[group.judged.status], value, group.name


def _conclude(groups: list[Group], left_out: list[str], report: Report, options: Options) -> Finding:
    """Say whether one loss fits all segments, and name those that it does not fit."""
    count = len(groups)
    rest = f" Not judged, for fewer than {FEWEST_ROWS} rows or no noise: {_name(left_out)}." if left_out else ""
    if count < 2:
        return Finding(Status.SKIP, f"{count} of {count + len(left_out)} segments can be judged.{rest}")
    loss = options.declared.name if options.declared is not None else report.verdict.loss or "mse"
    wrong = [group for group in groups if group.judged.status is Status.FAIL]
    open_ = [group for group in groups if group.judged.status is Status.INCONCLUSIVE]
    worst = None if report.task.kind in CLASSES else groups[0].judged.effect
    if wrong:
        named = _name([_with_effect(group) for group in wrong])
        status = Status.WARN if options.declared is None and report.task.kind not in CLASSES else Status.FAIL
        return Finding(status, f"{loss} does not fit {len(wrong)} of {count} segments: {named}.{rest}", effect=worst)
    if open_:
        told = f"{loss} is clearly wrong in none of {count} segments, and not clearly right in {len(open_)} of them"
        named = _name([group.name for group in open_])
        return Finding(Status.INCONCLUSIVE, f"{told}: {named}.{rest}", effect=worst, advice=GET_ROWS)
    return Finding(Status.PASS, f"{loss} fits all of {count} segments.{rest}", effect=worst)


def _with_effect(group: Group) -> str:
    effect = group.judged.effect
    if effect is None or effect.value is None:
        return f"'{group.name}'"
    return f"'{group.name}' ({effect.name} {figure(effect.value)})"


def _name(names: list[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return f"{shown} and {len(names) - NAMED} more" if len(names) > NAMED else shown
