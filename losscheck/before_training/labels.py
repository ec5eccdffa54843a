"""The verdict on labels alone: they fix the likelihood, and the base rates what a first model costs."""

from __future__ import annotations

from collections.abc import Sequence

from losscheck.checks import advice as advice_check
from losscheck.checks import declared_loss
from losscheck.checks.check import Finding
from losscheck.checks.wording import figure, percent
from losscheck.classes.request import ClassRequest
from losscheck.families import likelihood_of
from losscheck.families.label_family import LabelFamily
from losscheck.numeric.lazy import np, scipy
from losscheck.results import CheckResult, Fit, Likelihood, Status, TaskKind, Verdict, VerdictStatus
from losscheck.sample import ClassSample

NOTE = (
    "There are no outputs of a model, so nothing here is about calibration: run losscheck on its first outputs "
    "(--stage init), and on held-out ones after training."
)
RULE = "labels_alone"


class LabelFacts:
    """Base rates of the classes and what constants cost in nats a row: `prior` = H(π), `uniform` = log K."""

    def __init__(self, sample: ClassSample) -> None:
        """Measure them; every row counts by its weight."""
        self.n = sample.n
        self.names = sample.classes
        self.rates = np.asarray(sample.outputs[0])
        self.prior = float(scipy.special.entr(self.rates).sum())
        self.uniform = float(np.log(len(self.names)))
        kind = TaskKind.BINARY if len(self.names) == 2 else TaskKind.MULTICLASS
        self.family: LabelFamily = likelihood_of(kind, sample.asked.ordinal)


def recommend_for_labels(facts: LabelFacts, request: ClassRequest) -> Verdict:
    """Return the verdict: keep the likelihood of such labels, or switch to it from a declared loss that is not it."""
    family = facts.family
    wrong = request.declared is not None and not is_likelihood(request.family, facts)
    status = VerdictStatus.SWITCH if wrong else VerdictStatus.KEEP
    top = int(facts.rates.argmax())
    start = (
        f"With a last layer of zeros the loss starts at log {len(facts.names)} = {figure(facts.uniform)} nats, with "
        f"the log base rates as its bias at H(prior) = {figure(facts.prior)}"
    )
    instead = f" instead of {request.declared}" if wrong else ""
    return Verdict(
        status=status,
        loss=family.loss.id,
        family=family.id,
        parameters={},
        current_loss=request.declared,
        headline=f"Train with {family.loss.id}{instead}: the targets are labels of {len(facts.names)} classes, and "
        f"that fixes the likelihood. {start}, which every model must beat.",
        confidence=None,
        tied=(),
        rule=RULE,
        because=(
            "labels are draws of one class a row: no noise around a number",
            f"the most frequent class, '{facts.names[top]}', has {percent(float(facts.rates[top]))} of the rows: what "
            "a constant gets right",
            "a first loss far above log K has a last layer that is scaled wrongly, one far below H(prior) a leak: "
            "--stage init checks it on the first outputs",
        ),
        needs_rows=None,
        efficiency={},
        estimand="any",
        per_estimand={},
        likelihood=Likelihood(
            assumption=family.assumption,
            density=f"{family.density}; here {len(facts.names)} classes",
            negative_log_likelihood=f"{family.negative_log_likelihood}; the constant base rates cost "
            f"{figure(facts.n * facts.prior)} nats over {facts.n:,} rows",
            loss=f"{family.loss.title}: {family.loss.formula}",
        ),
        code=family.code(),
    )


def is_likelihood(declared: LabelFamily | None, facts: LabelFacts) -> bool:
    """Return whether the declared loss is that of these labels; of two classes, softmax and sigmoid are the same."""
    if declared is None or not declared.likelihood:
        return False
    return declared.id == facts.family.id or (len(facts.names) == 2 and declared.loss.id == "cross_entropy")


def fit_of_base_rates(facts: LabelFacts) -> tuple[Fit, ...]:
    """Return the constant base rates as a fit."""
    free, total = len(facts.names) - 1, 2 * facts.n * facts.prior
    note = "the constant base rates"
    aic, bic = total + 2 * free, total + free * float(np.log(facts.n))
    return (Fit(facts.family.id, facts.family.loss.id, {}, facts.prior, None, aic, bic, note=note, score=facts.prior),)


def judge_for_labels(facts: LabelFacts, request: ClassRequest) -> Sequence[CheckResult]:
    """Return LC900 (no loss was declared) or LC901 (is the declared loss that of labels?)."""
    loss = facts.family.loss.id
    if request.declared is None:
        finding = Finding(Status.PASS, f"{loss} is the likelihood of these labels, and the default")
        return (advice_check.CHECK.report(finding),)
    if is_likelihood(request.family, facts):
        return (
            declared_loss.CHECK.report(Finding(Status.PASS, f"{request.declared} is the likelihood of these labels")),
        )
    if request.family is not None and request.family.proper and request.family.noise_twin:
        message = "squared error on labels is the Brier score: proper, and what it wastes only the outputs can tell"
        return (declared_loss.CHECK.report(Finding(Status.INCONCLUSIVE, message)),)
    message = f"{request.declared} is not the likelihood of such labels"
    return (declared_loss.CHECK.report(Finding(Status.FAIL, message, advice=f"train with {loss} instead")),)
