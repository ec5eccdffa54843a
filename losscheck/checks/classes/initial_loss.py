"""The loss before training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.classes.outcome import skip
from losscheck.checks.intervals import standard_interval
from losscheck.checks.wording import effect_with, figure, percent
from losscheck.outputs.start_of_training import split_initial_loss
from losscheck.outputs.undefined import Undefined
from losscheck.results import Need, Status
from losscheck.sample import Stage

if TYPE_CHECKING:
    from losscheck.outputs.start_of_training import InitialLoss
    from losscheck.sample import ClassSample

LEAK = 0.5
"""Of H(prior): more below it than that is not luck. Of 2,000 random networks on each of four data sets (iris, digits,
wine, breast cancer) none was with PyTorch's initial weights, and at most 3 with those of He in the last layer too."""
LUCK = 0.2
"""Of H(prior): up to that, random features may be correlated with the classes. A correlation of r is worth r²/2 nats at
best, 18 % of log 2 at r = 0.5; the luckiest of those networks had 10 % with PyTorch's weights."""
HIGH = 0.2
"""Of log K: more above it costs steps of training that do nothing but shrink the logits."""


def run(sample: ClassSample, alpha: float) -> Finding:
    """Hold the loss at initialisation against H(prior) from below and log K from above."""
    if sample.asked.stage is not Stage.INIT:
        return Finding(Status.SKIP, "looks only at outputs of a model before training (--stage init)")
    found = split_initial_loss(sample)
    if isinstance(found, Undefined):
        return skip(found)
    below = standard_interval(found.below / found.prior, found.below_se / found.prior, alpha)
    above = standard_interval(found.nll / found.uniform - 1, found.nll_se / found.uniform, alpha)
    effect = effect_with("initial loss below H(prior), share of it", found.below / found.prior, below, LEAK)
    status, meaning, advice = _judge(found, below, above)
    message = (
        f"The loss at initialisation is {figure(found.nll)} nats; the base rates give H(prior) = "
        f"{figure(found.prior)}, guessing evenly log K = {figure(found.uniform)}. {meaning} {_split(found)}"
    )
    return Finding(status, message, found.nll, effect=effect, advice=advice)


def _judge(
    found: InitialLoss, below: tuple[float, float], above: tuple[float, float]
) -> tuple[Status, str, str | None]:
    """Return the outcome, what it means, and the advice where it is not the declared one."""
    less = f"It lies {percent(below[0])} to {percent(below[1])} of H(prior) below H(prior)"
    if below[0] > LEAK:
        return Status.FAIL, f"{less}, which no model can that has not seen the labels: they leak.", LEAKS
    if below[0] > LUCK:
        return Status.WARN, f"{less}: a rare stroke of luck, or labels that leak.", LUCKY
    if below[1] > LEAK:
        return Status.INCONCLUSIVE, f"{less}: too few rows to tell luck from labels that leak.", LUCKY
    more = f"It lies {percent(above[0])} to {percent(above[1])} above log K"
    if above[0] > HIGH:
        if found.spread > (found.nll - found.uniform) / 2:
            return Status.NOTE, f"{more}, mostly because the first logits vary too much.", None
        return Status.WARN, f"{more}, and the variance of the first logits explains less than half of it.", PREFERS
    if above[1] > HIGH:
        return Status.INCONCLUSIVE, f"{more}: too few rows to tell whether that is too much.", None
    return Status.PASS, "That is where a model starts that knows no labels.", None


def _split(found: InitialLoss) -> str:
    """Say what the loss is made of beyond the base rates."""
    chance = f"{figure(abs(found.association))} {'less' if found.association < 0 else 'more'}"
    return (
        f"Beyond the base rates: {figure(found.spread)} nats from logits that vary (their variance is "
        f"{figure(found.logit_variance)}, and σ²/2·(1 − 1/K) = {figure(found.spread_predicted)}), "
        f"{figure(found.preference)} from classes that all rows prefer, and {chance} from how both go with the labels."
    )


LEAKS = (
    "Look for what knows the labels: a checkpoint that was loaded, a feature made from the target, targets fed to "
    "the model, rows of a model that had been trained. Then start again."
)
LUCKY = (
    "Start from another seed: luck goes away, a leak does not. If it stays, look for a feature made from the target."
)
PREFERS = (
    "Look at the bias of the last layer (log base rates, or 0) and at whether inputs are standardised: the first "
    "outputs prefer some classes in all rows."
)
CHECK = Check(
    id="initial_loss",
    code="LC705",
    title="Loss at initialisation",
    question="Does the loss start where a model starts that knows nothing?",
    null="The outputs know no labels: the loss is log K, or H(prior) with base rates in the last bias, plus what the "
    "variance σ² of the first logits adds, σ²/2·(1 − 1/K).",
    why="It is the cheapest test of a training set-up: a start far below H(prior) means that labels leak, one far "
    "above log K that the last layer is scaled wrongly or that the loss is fed something else than logits.",
    advice="Scale down the weights of the last layer, or start them at 0, so that the first loss is log K; or set "
    "its bias to the log base rates for H(prior).",
    misleads="Random features can go with the classes by luck, the more so in easy data with few features. A start "
    "at log K does not show that nothing leaks: a leak that has to be learned shows in training only.",
    references=(
        "He et al. 2015, Delving deep into rectifiers, arXiv:1502.01852",
        "Kaufman et al. 2012, Leakage in data mining, doi:10.1145/2382577.2382579",
    ),
    worst=Status.FAIL,
    run=run,
    tasks=CLASSES,
    needs=frozenset({Need.TARGET, Need.PROBABILITIES}),
    varies=False,
)
