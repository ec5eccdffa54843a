"""The whole flow on one screen: sample → checks and fits → facts → verdict → report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any

import losscheck
from losscheck.checks import run_checks
from losscheck.drawing import draw_histogram, draw_quantiles
from losscheck.facts import gather_facts
from losscheck.loss_choice import parse_estimand, parse_loss
from losscheck.posterior import weigh_models
from losscheck.preparation import prepare
from losscheck.ranking import FamilyFits
from losscheck.reading import Roles, read_sample, sample_from_arrays
from losscheck.results import InputError, Report
from losscheck.rules import Request
from losscheck.sample import Sample
from losscheck.task import detect_task
from losscheck.verdict import judge_loss, recommend

PREDICTIONS_FROM = {
    "unknown": "Predictions are taken as held out; if the model was trained on these rows, the residuals are smaller "
    "and lighter-tailed than new ones would be (--predictions-from training).",
    "heldout": "Predictions are held out, so the residuals are those of new rows.",
    "training": "The model was trained on these rows: the residuals are smaller and lighter-tailed than new ones would "
    "be, so every figure here is optimistic about the loss in use, and no declared loss fails on it.",
}


def check(
    target: Any = None,
    prediction: Any = None,
    *,
    residual: Any = None,
    weight: Any = None,
    order: Any = None,
    loss: str | None = None,
    estimand: str = "any",
    min_efficiency: float = 0.8,
    alpha: float = 0.05,
    predictions_from: str = "unknown",
) -> Report:
    """Diagnose arrays: 1-D targets and predictions of equal length, or residuals (target − prediction).

    Takes anything numpy reads as numbers, pandas Series and DataFrame columns. `weight` are importance weights,
    `order` sorts the rows. Raises InputError for anything that is not a number, unequal lengths or bad options.
    """
    request = make_request(loss, estimand, min_efficiency, alpha, predictions_from)
    sample = sample_from_arrays(target=target, prediction=prediction, residual=residual, weight=weight, order=order)
    return diagnose(sample, request, alpha)


def check_file(
    files: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    target: str | None = None,
    prediction: str | None = None,
    residual: str | None = None,
    weight: str | None = None,
    order: str | None = None,
    loss: str | None = None,
    estimand: str = "any",
    min_efficiency: float = 0.8,
    alpha: float = 0.05,
    predictions_from: str = "unknown",
    drop_bad_rows: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Diagnose a file, or several as one data set; column names are detected when left out.

    Raises InputError, naming file, line, column and value, for anything that cannot be read.
    """
    request = make_request(loss, estimand, min_efficiency, alpha, predictions_from)
    roles = Roles(target=target, prediction=prediction, residual=residual, weight=weight, order=order)
    paths = [files] if isinstance(files, (str, PathLike)) else list(files)
    sample = read_sample(paths, roles, drop_bad_rows=drop_bad_rows, progress=progress)
    return diagnose(sample, request, alpha, progress)


def make_request(
    loss: str | None, estimand: str, min_efficiency: float, alpha: float, predictions_from: str
) -> Request:
    """Return the options as a request; raises InputError for a value out of range."""
    if not 0 < min_efficiency <= 1:
        raise InputError(f"--min-efficiency must lie in (0, 1], it is {min_efficiency:g}")
    if not 0 < alpha < 0.5:
        raise InputError(f"--alpha must lie between 0 and 0.5, it is {alpha:g}")
    if predictions_from not in PREDICTIONS_FROM:
        raise InputError(f"--predictions-from must be unknown, heldout or training, it is '{predictions_from}'")
    declared = None if loss is None else parse_loss(loss)
    return Request(declared, parse_estimand(estimand), min_efficiency, predictions_from)


def diagnose(sample: Sample, request: Request, alpha: float, progress: Callable[[str], None] | None = None) -> Report:
    """Return the report on one sample."""
    say = progress or (lambda _: None)
    task = detect_task(sample)
    say(f"checks on {sample.n:,} rows")
    checks = run_checks(sample, alpha)
    say("fits of the noise families")
    prepared = prepare(sample, alpha, request.estimand.name == "mean")
    posterior = weigh_models(prepared.shape, prepared.tempering)
    fits = FamilyFits(prepared, posterior)
    facts = gather_facts(sample, prepared, posterior, fits, request.declared, alpha)
    verdict = recommend(facts, fits, request, alpha)
    ranked = fits.ranked()
    judged = judge_loss(facts, verdict, request)
    return Report(
        version=losscheck.__version__,
        input=sample.info,
        task=task,
        verdict=verdict,
        fits=ranked,
        checks=(*checks, *judged),
        notes=(PREDICTIONS_FROM[request.predictions_from],),
        histogram=draw_histogram(prepared, fits, ranked, verdict),
        quantiles=draw_quantiles(prepared, alpha),
    )
