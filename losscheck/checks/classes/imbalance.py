"""Base rates of the classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscheck.checks.check import BEFORE, CLASSES, Check, Finding
from losscheck.checks.wording import figure, names_text, percent
from losscheck.numeric.lazy import Array, np, scipy
from losscheck.results import Effect, Need, Status, TaskKind

if TYPE_CHECKING:
    from losscheck.sample import ClassSample

UNEVEN = 10.0
"""Rows of the most frequent class for one of the rarest, from which the imbalance is worth a note."""
SHOWN = 5
CONSISTENT = (
    "Cross-entropy is consistent under imbalance: with enough rows it gives these probabilities as they are, and "
    "weights are not justified by it alone."
)


def run(sample: ClassSample, alpha: float) -> Finding:
    """Say how frequent the classes are, and how many equally frequent ones would be as hard to guess."""
    rates = _base_rates(sample)
    if rates is None:
        return Finding(Status.SKIP, "no row has a true class among the columns")
    if sample.kind is TaskKind.MULTILABEL:
        return _look_at_labels(sample, rates)
    present = rates[rates > 0]
    classes = float(np.exp(scipy.special.entr(rates).sum()))
    effect = Effect("effective number of classes, exp H(prior)", classes)
    shown = _list_rates(sample.classes, rates)
    message = f"Base rates: {shown}. As hard to guess as {figure(classes)} equally frequent classes."
    if present.size < 2 or present.max() < UNEVEN * present.min():
        return Finding(Status.PASS, message, effect=effect)
    return Finding(Status.NOTE, f"{message} {CONSISTENT}", effect=effect)


def _base_rates(sample: ClassSample) -> Array | None:
    """Return the weighted shares of the classes, or of the rows that have each label; None without any."""
    weight = np.ones(sample.n) if sample.weight is None else sample.weight
    if sample.label is None:
        assert sample.targets is not None  # the check needs one of the two
        rates: Array = weight @ sample.targets / weight.sum()
        return rates if sample.kind is TaskKind.MULTILABEL else rates / rates.sum()
    kept = sample.label >= 0
    if not kept.any():
        return None
    shares: Array = np.bincount(sample.label[kept], weight[kept], minlength=len(sample.classes)) / weight[kept].sum()
    return shares


def _list_rates(names: tuple[str, ...], rates: Array) -> str:
    """Return the shares of the classes, the most frequent first; of many the first and the rarest."""
    order = [int(k) for k in np.argsort(-rates, kind="stable") if rates[k] > 0] or [0]
    if len(order) > SHOWN + 1:
        order = [*order[:SHOWN], order[-1]]
        between = " … "
    else:
        between = ", "
    shown = [f"'{names[k]}' {percent(float(rates[k]))}" for k in order]
    return between.join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]


def _look_at_labels(sample: ClassSample, rates: Array) -> Finding:
    rare = np.minimum(rates, 1 - rates)
    effect = Effect("share of the rarer answer of the most uneven label", float(rare.min()))
    message = f"Rows that have each label: {_list_rates(sample.classes, rates)}."
    uneven = [name for name, share in zip(sample.classes, rare, strict=True) if share * (1 + UNEVEN) < 1]
    if not uneven:
        return Finding(Status.PASS, message, effect=effect)
    note = f"More than {UNEVEN:g} to 1 uneven: {names_text(uneven)}."
    return Finding(Status.NOTE, f"{message} {note} {CONSISTENT}", effect=effect)


CHECK = Check(
    id="imbalance",
    code="LC703",
    title="Base rates",
    question="How often does each class occur?",
    null="No class has ten times the rows of another.",
    why="Base rates are what a model has to beat (LC704), and the reason why accuracy says little: at 99 % of one "
    "class a constant is 99 % right.",
    advice="Keep plain cross-entropy. Weights and resampling shift every stated probability by a known factor, which "
    "has to be taken out again afterwards. If some errors cost more than others, move the threshold of the "
    "decision instead.",
    misleads="These are the base rates of these rows. If they were sampled by class, those where the model is used "
    "are others, and every stated probability is off by that ratio.",
    references=(
        "King & Zeng 2001, Logistic regression in rare events data, doi:10.1093/oxfordjournals.pan.a004868",
        "van den Goorbergh et al. 2022, The harm of class imbalance corrections, doi:10.1093/jamia/ocac093",
    ),
    worst=Status.NOTE,
    run=run,
    tasks=CLASSES | BEFORE,
    needs=frozenset({Need.TARGET}),
    varies=False,
)
