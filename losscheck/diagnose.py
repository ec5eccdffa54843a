"""The whole flow on one screen: sample → checks and fits → facts → verdict → report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Real
from os import PathLike
from typing import Any

import losscheck
from losscheck.checks import run_checks
from losscheck.checks.noise.measures import mean_trend, standardise, thinned
from losscheck.drawing import draw_histogram, draw_quantiles
from losscheck.facts import gather_facts
from losscheck.loss_choice import Estimand, parse_estimand, parse_loss
from losscheck.numeric.lazy import np
from losscheck.numeric.ordered import sd_of
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
SUMMARIZED = (
    "The rows were summarized: counted in buckets at most 0.8 % wide, each with its exact sums. At a million rows this "
    "moves a fitted parameter by 0.02 of its standard error, the center of a loss with a kink by 0.04; the order of "
    "the rows, repeated rows and row numbers are not in a summary (--exact keeps all rows in memory)."
)
FEWEST = 3
EXACT = 1e-13
"""Of the targets: less is left when a residual is a line or a parabola of its prediction."""
ROUND_OFF = 4e-16
"""Of the targets: residuals that differ by less differ only by the rounding of target − prediction."""
SMALLEST_SCALE, LARGEST_SCALE = 1e-304, 1e300


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
    exact: bool = False,
    table: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Diagnose a file, or several as one data set; column names are detected when left out.

    A file may be a summary, or the address of a database with a `table` (extra `ibis`). Above 5 million rows a
    summary is made, unless `exact`.

    Raises InputError, naming file, line, column and value, for anything that cannot be read.
    """
    request = make_request(loss, estimand, min_efficiency, alpha, predictions_from)
    roles = Roles(target=target, prediction=prediction, residual=residual, weight=weight, order=order)
    paths = [files] if isinstance(files, (str, PathLike)) else list(files)
    sample = read_sample(paths, roles, drop_bad_rows=drop_bad_rows, exact=exact, table=table, progress=progress)
    return diagnose(sample, request, alpha, progress)


def make_request(
    loss: str | None, estimand: str, min_efficiency: float, alpha: float, predictions_from: str
) -> Request:
    """Return the options as a request; raises InputError for a value out of range."""
    if not (loss is None or isinstance(loss, str)) or not isinstance(estimand, str):
        raise InputError(
            f"loss and estimand are names like 'huber:delta=1.0' and 'mean', not {loss!r} and {estimand!r}"
        )
    if not (isinstance(min_efficiency, Real) and isinstance(alpha, Real)):
        raise InputError(f"min_efficiency and alpha are numbers, not {min_efficiency!r} and {alpha!r}")
    if not 0 < min_efficiency <= 1:
        raise InputError(f"--min-efficiency must lie in (0, 1], it is {min_efficiency:g}")
    if not 0 < alpha < 0.5:
        raise InputError(f"--alpha must lie between 0 and 0.5, it is {alpha:g}")
    if predictions_from not in PREDICTIONS_FROM:
        raise InputError(f"--predictions-from must be unknown, heldout or training, it is '{predictions_from}'")
    declared = None if loss is None else parse_loss(loss)
    wanted = parse_estimand(estimand)
    q = declared.parameters.get("q", 0.5) if declared is not None else 0.5
    if wanted.name == "any" and q != 0.5:  # whoever trains with the pinball loss wants its quantile
        wanted = Estimand("quantile", q)
    return Request(declared, wanted, min_efficiency, predictions_from)


def diagnose(sample: Sample, request: Request, alpha: float, progress: Callable[[str], None] | None = None) -> Report:
    """Return the report on one sample; raises InputError where there is no noise to read."""
    with np.errstate(all="ignore"):  # outliers of 1e300 overflow on the way to figures that stay finite
        _require_noise(sample)
        return _diagnose(sample, request, alpha, progress or (lambda _: None))


def _require_noise(sample: Sample) -> None:
    where = sample.info.files[0].name if sample.info.files else "the input"
    if sample.n < FEWEST:
        raise InputError(f"{where}: {sample.n} usable rows show no noise; at least {FEWEST} are needed")
    targets, pairs = sample.target_values, sample.paired
    size = 0.0 if targets is None else float(np.abs(targets.value).max())
    if float(np.ptp(sample.residual / 2)) <= ROUND_OFF * size:  # halved, for differences near 1e308
        value = float(sample.residual[0])
        hint = "; predictions equal to the targets are a leak, or the same column twice" if value == 0 else ""
        raise InputError(
            f"{where}: all {sample.n} residuals are equal to {value:g}, so there is no noise to read{hint}"
        )
    if targets is not None and bool((targets.value == targets.value[0]).all()):
        raise InputError(
            f"{where}: all {sample.n} targets are equal to {targets.value[0]:g}: there is nothing to predict"
        )
    trend = mean_trend(sample)
    if pairs.prediction is not None and trend.basis is not None:
        rest = thinned(pairs, pairs.residual) - trend.fitted(thinned(pairs, pairs.prediction))
        exact = sd_of(rest, pairs.count) < EXACT * size
    else:
        exact = False
    if exact:
        raise InputError(f"{where}: the residuals are an exact function of the prediction: a transform, not noise")
    scale = standardise(sample).sd
    if not SMALLEST_SCALE < scale < LARGEST_SCALE:
        raise InputError(f"{where}: the residuals' scale is {scale:g}, at the end of double precision; change the unit")


def _diagnose(sample: Sample, request: Request, alpha: float, say: Callable[[str], None]) -> Report:
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
        notes=(PREDICTIONS_FROM[request.predictions_from], *((SUMMARIZED,) if sample.info.summarized else ())),
        histogram=draw_histogram(prepared, fits, ranked, verdict),
        quantiles=draw_quantiles(prepared, alpha),
    )
