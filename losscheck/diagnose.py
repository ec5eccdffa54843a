"""The whole flow on one screen: sample → checks and fits → facts → verdict → report, for noise, classes, and targets
before training.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from os import PathLike
from typing import Any

import losscheck
from losscheck.checks import in_order, run_checks
from losscheck.checks.check import looked_at_as
from losscheck.classes.request import ClassRequest
from losscheck.drawing import draw_histogram, draw_quantiles
from losscheck.facts import gather_facts
from losscheck.families import declaration_named
from losscheck.notes import list_caveats, note_classes, note_sample
from losscheck.numeric.lazy import np
from losscheck.options import Options, make_asked, make_options
from losscheck.plotting import plot_noise
from losscheck.posterior import weigh_models
from losscheck.preparation import prepare
from losscheck.ranking import FamilyFits
from losscheck.reading import Roles, make_spelling, read_sample, sample_from_arrays
from losscheck.refusal import require_noise
from losscheck.results import InputError, Report, TaskKind
from losscheck.rules import Request
from losscheck.sample import ClassSample, Sample
from losscheck.task import detect_task
from losscheck.verdict import judge_loss, recommend


def check(
    target: Any = None,
    prediction: Any = None,
    *,
    residual: Any = None,
    weight: Any = None,
    order: Any = None,
    group: Any = None,
    task: str = "auto",
    outputs: str = "auto",
    stage: str = "train",
    ordinal: bool = False,
    seed: int = 0,
    loss: str | None = None,
    estimand: str = "any",
    min_efficiency: float = 0.8,
    alpha: float = 0.05,
    predictions_from: str = "unknown",
) -> Report:
    """Diagnose arrays: targets and predictions of equal length, residuals (target − prediction), or class outputs.

    Takes anything numpy reads as numbers, pandas Series and DataFrames; labels of any type. Class outputs are (n, K),
    or (n,) scores of two classes, with labels (n,) or 0/1 or soft targets (n, K). `weight` are importance weights,
    `order` sorts the rows, `group` names the segment of each: every one gets a verdict of its own. A target alone is
    looked at before training. Raises InputError for anything that cannot be used, unequal lengths or bad options.
    """
    options = make_options(loss, estimand, min_efficiency, alpha, predictions_from)
    asked = make_asked(outputs, stage, ordinal, seed)
    sample = sample_from_arrays(
        target=target,
        prediction=prediction,
        residual=residual,
        weight=weight,
        order=order,
        group=group,
        task=task,
        asked=asked,
    )
    return _with_segments(diagnose(sample, options), sample, options)


def check_file(
    files: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    target: str | Sequence[str] | None = None,
    prediction: str | Sequence[str] | None = None,
    residual: str | None = None,
    weight: str | None = None,
    order: str | None = None,
    group: str | None = None,
    task: str = "auto",
    outputs: str = "auto",
    stage: str = "train",
    ordinal: bool = False,
    seed: int = 0,
    loss: str | None = None,
    estimand: str = "any",
    min_efficiency: float = 0.8,
    alpha: float = 0.05,
    predictions_from: str = "unknown",
    drop_bad_rows: bool = False,
    fit_baseline: bool = False,
    exact: bool = False,
    table: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    max_uncompressed: str | int | None = None,
    targets: str | PathLike[str] | None = None,
    on: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Diagnose a file, or several as one data set; column names are detected when left out.

    `files` may be directories and patterns. `delimiter`, `decimal`, `encoding` and `header` go before what is found.
    `targets` is a file that has the targets, found by the key `on`, a column of both files.
    `group` is the column of segments, which get a verdict each. A file may be a summary, or the address of a database
    with a `table` (extra `ibis`), which is counted there. Above 3 million rows a summary is made, too. `exact`,
    segments, weights, an order and `targets` need the rows: they are kept or fetched, and a file of a summary has none.
    `fit_baseline`: there are features and no predictions; a quick linear model predicts every row from the others.

    Raises InputError, naming file, line, column and value, for anything that cannot be read.
    """
    options = make_options(loss, estimand, min_efficiency, alpha, predictions_from)
    asked = make_asked(outputs, stage, ordinal, seed)
    roles = Roles(
        target=_names(target),
        prediction=_names(prediction),
        residual=residual,
        weight=weight,
        order=order,
        group=group,
    )
    paths = [files] if isinstance(files, (str, PathLike)) else list(files)
    sample = read_sample(
        paths,
        roles,
        task=task,
        asked=asked,
        drop_bad_rows=drop_bad_rows,
        with_features=fit_baseline,
        exact=exact,
        table=table,
        spelling=make_spelling(delimiter, decimal, encoding, header, max_uncompressed),
        targets=targets,
        on=on,
        progress=progress,
    )
    if fit_baseline:
        sample = _with_baseline(sample, options, seed)
    return _with_segments(diagnose(sample, options, progress), sample, options, progress)


def _with_baseline(sample: Sample | ClassSample, options: Options, seed: int) -> Sample | ClassSample:
    from losscheck.baseline.fit import fit_baseline

    if options.predictions_from != "unknown":
        raise InputError("--fit-baseline makes its own out-of-fold predictions: leave out --predictions-from")
    with np.errstate(all="ignore"):
        return fit_baseline(sample, seed) if isinstance(sample, Sample) else sample


def _with_segments(
    report: Report, sample: Sample | ClassSample, options: Options, progress: Callable[[str], None] | None = None
) -> Report:
    """Return the report with the verdicts of the segments, where there are some."""
    if sample.segments is None:
        return report
    from losscheck.segments import add_segments

    return add_segments(report, sample, options, diagnose, progress)


def _names(chosen: str | Sequence[str] | None) -> str | tuple[str, ...] | None:
    return chosen if chosen is None or isinstance(chosen, str) else tuple(chosen)


def diagnose(sample: Sample | ClassSample, options: Options, progress: Callable[[str], None] | None = None) -> Report:
    """Return the report on one sample; raises InputError where there is nothing to read."""
    say = progress or (lambda _: None)
    with np.errstate(all="ignore"):  # outliers of 1e300 overflow on the way to figures that stay finite
        if looked_at_as(sample) is TaskKind.TARGETS:
            return _diagnose_before_training(sample, options, say)
        if isinstance(sample, ClassSample):
            return _diagnose_classes(sample, options.of_classes(), options.alpha, say)
        request = options.of_residuals()
        require_noise(sample)
        return _diagnose_noise(sample, request, options.alpha, say)


def _diagnose_noise(sample: Sample, request: Request, alpha: float, say: Callable[[str], None]) -> Report:
    say(f"checks on {sample.n:,} rows")
    checks = run_checks(sample, alpha)
    say("fits of the noise families")
    prepared = prepare(sample, alpha, request.estimand.name == "mean")
    posterior = weigh_models(prepared.shape, prepared.tempering)
    fits = FamilyFits(prepared, posterior)
    facts = gather_facts(sample, prepared, posterior, fits, request.declared, alpha)
    verdict = recommend(facts, fits, request, alpha)
    ranked = fits.ranked() if facts.contest is None else facts.contest.rank(fits.ranked())
    judged = judge_loss(facts, verdict, request, alpha)
    return Report(
        version=losscheck.__version__,
        input=sample.info,
        task=detect_task(sample, verdict.family),
        verdict=verdict,
        fits=ranked,
        checks=(*checks, *judged),
        notes=note_sample(sample, request.predictions_from),
        caveats=list_caveats(sample),
        histogram=draw_histogram(prepared, fits, ranked, verdict),
        quantiles=draw_quantiles(prepared, alpha),
        derivation="" if verdict.loss is None else declaration_named(verdict.loss).derivation,
        plots=plot_noise(sample, prepared, fits, ranked, verdict, alpha),
    )


def _diagnose_before_training(sample: Sample | ClassSample, options: Options, say: Callable[[str], None]) -> Report:
    # neither residuals nor outputs of a trained model pay for this import
    from losscheck.before_training import facts as start
    from losscheck.before_training import labels as of_labels
    from losscheck.before_training.verdict import judge_before_training, recommend_before_training
    from losscheck.before_training.words import NOTE

    base = partial(Report, version=losscheck.__version__, input=sample.info, task=detect_task(sample))
    say(f"checks on {sample.n:,} rows")
    if isinstance(sample, ClassSample):
        asked, rates = options.of_classes(), of_labels.LabelFacts(sample)
        return base(
            verdict=of_labels.recommend_for_labels(rates, asked),
            fits=of_labels.fit_of_base_rates(rates),
            checks=(*run_checks(sample, options.alpha), *of_labels.judge_for_labels(rates, asked)),
            notes=(of_labels.NOTE,),
            derivation=rates.family.derivation,
        )
    request = options.of_residuals()
    start.require_targets(sample)
    checks = run_checks(sample, options.alpha)
    say("fits around the constant prediction")
    facts = start.gather_target_facts(sample, checks, options.alpha)
    verdict = recommend_before_training(facts, request)
    return base(
        verdict=verdict,
        fits=facts.constant.ranked,
        checks=in_order((*checks, *judge_before_training(sample, facts, verdict, request))),
        notes=(NOTE,),
        histogram=facts.constant.draw(verdict),
        derivation=declaration_named(verdict.loss or "mse").derivation,
    )


def _diagnose_classes(sample: ClassSample, request: ClassRequest, alpha: float, say: Callable[[str], None]) -> Report:
    # a fifth of a run on 1,000 residuals would be their import
    from losscheck.classes.facts import gather_class_facts
    from losscheck.classes.verdict import describe_fit, judge_class_loss, recommend_class_loss
    from losscheck.outputs.pictures import plot_classes
    from losscheck.outputs.reliability import reliability

    task = detect_task(sample)
    say(f"checks on {sample.n:,} rows")
    checks = run_checks(sample, alpha)
    facts = gather_class_facts(sample, checks, alpha)
    verdict = recommend_class_loss(facts, request)
    judged = judge_class_loss(facts, verdict, request)
    return Report(
        version=losscheck.__version__,
        input=sample.info,
        task=task,
        verdict=verdict,
        fits=describe_fit(facts),
        checks=(*checks, *judged),
        notes=note_classes(sample, request.predictions_from),
        reliability=reliability(sample, alpha),
        derivation=facts.family.derivation,
        plots=plot_classes(sample, alpha),
    )
