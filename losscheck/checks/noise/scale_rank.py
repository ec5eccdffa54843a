"""Scale that changes with the prediction, by ranks: the check that decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import Check, Finding
from losscheck.checks.noise.measures import MOST_ROWS, scale_model, thinned
from losscheck.checks.wording import effect_with, figure, p_text, percent
from losscheck.numeric.ordered import quantiles
from losscheck.results import Need, Status

if TYPE_CHECKING:
    from losscheck.sample import Sample

SIGNIFICANT = 0.01  # docs/decision.md step 3
MARGIN = 0.9


def run(sample: Sample, alpha: float) -> Finding:
    """Open the gate when ranks see a changing scale and it costs squared error more than a tenth of the rows."""
    model, pairs = scale_model(sample), sample.paired
    if model is None or pairs.prediction is None:
        return Finding(Status.SKIP, "needs a prediction column")
    test, fit = model
    if test.degrees_of_freedom == 0:
        return Finding(Status.SKIP, "all predictions are equal")
    found = fit.efficiency_interval(thinned(pairs, pairs.prediction), 1 - alpha, pairs.count)
    value, low, high = found.value or 0.0, found.low or 0.0, found.high or 0.0
    effect = effect_with("efficiency left by the changing scale", value, (low, high), MARGIN)
    levels = quantiles(pairs.prediction, pairs.count, (0.05, 0.5, 0.95))
    low_sd, middle_sd, high_sd = (figure(float(sd)) for sd in fit.sigma(levels))
    change = f"the residual sd is {low_sd} at low, {middle_sd} at middle and {high_sd} at high predictions"
    change += " (5 %, 50 % and 95 % quantile)"
    cost = f"equal weights keep {percent(value)} of the rows' worth"
    if pairs.count is None and sample.n > MOST_ROWS:
        change += f", seen on every {-(-sample.n // MOST_ROWS)}th row"
    message = f"{change[0].upper()}{change[1:]}; {cost} ({p_text(test.p_value)})."
    if test.p_value >= SIGNIFICANT:
        message = f"No clear change of scale with the prediction: {change} ({p_text(test.p_value)})."
        return Finding(Status.PASS, message, test.statistic, test.p_value, effect)
    if value >= MARGIN:
        message += " That is real and too small to matter."
        return Finding(Status.PASS, message, test.statistic, test.p_value, effect)
    return Finding(Status.WARN, message, test.statistic, test.p_value, effect)


CHECK = Check(
    id="scale_rank",
    code="LC301",
    title="Changing scale",
    question="Does the size of the error change with the prediction, and what does ignoring it cost?",
    null="The distribution of |residual| is the same at every prediction.",
    why="MSE weighs all rows alike, which is right only where all are equally noisy. A mixture of quiet and "
    "noisy rows looks heavy-tailed, but a robust loss recovers only part of what weights do. The test "
    "uses ranks, because heavy tails make the classical ones reject (56 % instead of 1 % for "
    "Breusch–Pagan under t with 3 degrees).",
    advice="Train with a scale head (gaussian_nll; student_t_nll if the standardised residuals stay "
    "heavy-tailed), or weight the rows by 1/σ², or model the logarithm if the sd grows in proportion to a "
    "positive target.",
    misleads="It sees only scale that follows the prediction, in a parabola of log sd; scale driven by another "
    "column is missed. A mean that is wrong at one end looks like scale.",
    references=(
        "Bickel 1978, Using residuals robustly I, doi:10.1214/aos/1176344124",
        "Davidian & Carroll 1987, Variance function estimation, doi:10.1080/01621459.1987.10478543",
    ),
    worst=Status.WARN,
    run=run,
    needs=frozenset({Need.PREDICTION}),
    minimum_rows=30,
)
