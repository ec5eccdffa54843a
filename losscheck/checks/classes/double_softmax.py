"""Whether a softmax was applied to probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import CLASSES, Check, Finding
from losscheck.checks.wording import figure
from losscheck.outputs.interpretation import interpret, single_scores
from losscheck.outputs.softmax import FEWEST_ROWS, HIGH_SPREAD, find_second_softmax
from losscheck.results import Effect, Status
from losscheck.sample import Numbers

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

NOT_LOOKED_FOR = "only probabilities of two or more columns show it; a single column is looked at by LC501"

NO_SIGN = (
    "No sign of a second softmax: rows are surer than a softmax of probabilities can be, or neither they nor the "
    "labels speak for one."
)


def run(sample: ClassSample, alpha: float) -> Finding:
    """Look for the signs of a second softmax in all rows."""
    numbers = interpret(sample).numbers
    if single_scores(sample) or numbers not in (Numbers.PROBABILITIES, Numbers.LOG_PROBABILITIES):
        return Finding(Status.SKIP, NOT_LOOKED_FOR)
    found = find_second_softmax(sample)
    if found is None:
        return Finding(Status.PASS, NO_SIGN)
    effect = Effect("90 % point of K·(mean log q − min log q)", found.upper, margin=HIGH_SPREAD)
    message = (
        "The outputs look like a softmax of probabilities: in every row K·(mean log q − min log q) is at most 1, its "
        f"90 % point is {figure(found.upper)}. Undone by p = log q + (1 − Σ log q)/K, the largest probability of a row "
        f"is {figure(found.undone_top)} on average instead of {figure(found.top)}. This is a suspicion: a model that "
        "is nearly uniform by nature looks the same."
    )
    advice = (
        "If the network ends in a softmax, drop the softmax before CrossEntropyLoss, which takes logits and applies "
        "its own; trained like this its loss cannot fall below log(e + K − 1) − 1 = "
        f"{figure(found.lowest_loss)}. If only the file is wrong, apply the softmax once."
    )
    return Finding(Status.WARN, message, found.largest, effect=effect, advice=advice)


CHECK = Check(
    id="double_softmax",
    code="LC503",
    title="Softmax applied twice",
    question="Was a softmax applied to outputs that were probabilities already?",
    null="Some rows are surer than a softmax of numbers between 0 and 1 can be.",
    why="The softmax of probabilities is nearly uniform: with 10 classes even a sure row gets 0.23 at most. A network "
    "that ends in a softmax and is trained with a loss that applies another one learns slowly, stops early and is "
    "far too unsure, without any error message.",
    advice="Drop the softmax before CrossEntropyLoss, which takes logits.",
    misleads="A model that is nearly uniform by nature looks the same; labels refute it where they are likelier under "
    "the outputs as they are. Found from a spread of logits of 1 on (1.5 for two or three classes), and only with "
    "digits that show it.",
    references=(
        "Bridle 1990, Probabilistic interpretation of feedforward classification network outputs, "
        "doi:10.1007/978-3-642-76153-9_28",
        "Guo, Pleiss, Sun & Weinberger 2017, On calibration of modern neural networks, arXiv:1706.04599",
    ),
    worst=Status.WARN,
    run=run,
    tasks=CLASSES,
    minimum_rows=FEWEST_ROWS,
    varies=False,
)
