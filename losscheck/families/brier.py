"""Squared error on class probabilities: the likelihood that labels do not have, and a proper score all the same."""

from __future__ import annotations

from losscheck.families.categorical import (
    NUMPY_LOG_SOFTMAX,
    NUMPY_TEMPERATURE,
    PYTORCH_TEMPERATURE,
    log_softmax,
    one_hot,
)
from losscheck.families.label_family import LabelFamily, Loss
from losscheck.families.normal import LOG_ROOT_2PI
from losscheck.families.snippets import boosted_classes, with_temperature
from losscheck.numeric.lazy import Array, np
from losscheck.results import TaskKind


def _squared_miss(log_p: Array, target: Array) -> Array:
    miss: Array = np.exp(log_p) - one_hot(target, log_p.shape[1])
    total: Array = (miss * miss).sum(axis=1)
    return total


def nll(log_p: Array, target: Array) -> Array:
    """Return −log N(y; p, I) of each row's one-hot label y, that is for noise of sd 1."""
    whole: Array = 0.5 * _squared_miss(log_p, target) + log_p.shape[1] * LOG_ROOT_2PI
    return whole


def brier(logits: Array, target: Array) -> Array:
    """Return Σ_k (p_k − y_k)², y one-hot."""
    return _squared_miss(log_softmax(logits), target)


def gradient(logits: Array, target: Array) -> Array:
    """Return 2 W (p − y), W = diag p − pp'."""
    p = np.exp(log_softmax(logits))
    pull = p * (p - one_hot(target, logits.shape[1]))
    total: Array = pull.sum(axis=1, keepdims=True)
    return 2 * (pull - p * total)


BRIER = LabelFamily(
    id="normal_one_hot",
    title="normal one-hot",
    loss=Loss(
        id="brier",
        title="squared error on classes (Brier score)",
        formula="mean of Σ_k (p_k − y_k)², y one-hot; of (p − y)² for two classes",
        value=brier,
        aliases=("brier_score", "quadratic_score"),
    ),
    tasks=frozenset({TaskKind.BINARY, TaskKind.MULTICLASS, TaskKind.MULTILABEL}),
    elicits="class probabilities",
    assumption="the one-hot label is the row's probabilities plus normal noise of one constant sd, the same for a row "
    "at p = 0.5 and for one at p = 0.999",
    density="f(y) ∝ exp(−Σ_k (y_k − p_k)²/(2 sigma²)): a density over all real numbers, for a label that is 0 or 1",
    negative_log_likelihood="−log L = n K/2·log(2π sigma²) + Σ_i Σ_k (y_ik − p_ik)²/(2 sigma²)",
    derivation=(
        "1. Squared error is the likelihood of normal noise with a constant sd. On class targets it says: the one-hot "
        "label is p plus such noise. But a label is 0 or 1, and its variance is known: p(1 − p), 0.25 at p = 0.5 and "
        "0.001 at p = 0.999.\n"
        "2. It aims right all the same. If the true probabilities are q, the expected score is "
        "Σ_k q_k(1 − q_k) + Σ_k (p_k − q_k)², smallest at p = q: a proper score, good for comparing models. The price "
        "is paid in training.\n"
        "3. With logits z and p = softmax(z) the gradient is 2 W (p − y), W = diag p − pp'; for two classes "
        "2 p(1 − p)(p − y). Cross-entropy has p − y. The factor p(1 − p) goes to 0 at both ends, so that confident "
        "mistakes are not corrected: a row with y = 1 and p = 0.001 pulls with 0.002, under cross-entropy with 0.999.\n"
        "4. So it weights every row by its variance once more than the likelihood does. With w = p(1 − p) its "
        "estimates of logit coefficients have the variance E w³/(E w²)² a row, those of maximum likelihood 1/E w. The "
        "efficiency is (E w²)²/(E w · E w³): 1 if all rows are equally sure, 0.93 for p spread evenly over [0, 1], "
        "less the more the rows differ in how sure they are.\n"
        "5. For K classes W takes the place of w: efficiency = (det A² / (det I · det B))^(1/(K − 1)), I = E W, "
        "A = E W², B = E W³, on the K − 1 dimensions of logits that matter. A rare class pays most: the noise of "
        "all others is in its gradient, and squared error learns about it in proportion to its probability."
    ),
    right_when="as a score, to compare probabilities; bounded, so that a few wrong labels cannot decide a training",
    misleads=(
        "As a training loss it is not convex in the logits, and it stalls where the model starts confidently wrong: "
        "the gradient is nearly 0 there. The efficiency is that of a well-specified model after training; it does not "
        "count what the stalling costs. Outputs without sigmoid or softmax, trained with squared error, estimate the "
        "same probabilities but leave [0, 1]."
    ),
    references=(
        "Brier (1950), doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2",
        "Gneiting & Raftery (2007), doi:10.1198/016214506000001437",
        "Godambe (1960), doi:10.1214/aoms/1177705693",
    ),
    numpy_code=(
        "# logits (n, K), y (n,) the index of each row's class\n"
        f"{NUMPY_LOG_SOFTMAX}"
        "one_hot = np.eye(logits.shape[1])[y]\n"
        "loss = np.mean(((np.exp(log_p) - one_hot) ** 2).sum(axis=1))"
    ),
    pytorch_code=(
        "# logits (n, K), y (n,) the index of each row's class\n"
        "p = torch.softmax(logits, dim=1)\n"
        "one_hot = torch.nn.functional.one_hot(y, logits.shape[1])\n"
        "loss = ((p - one_hot) ** 2).sum(dim=1).mean()"
    ),
    framework_code={
        "jax": (
            "import jax\n"
            "p = jax.nn.softmax(logits, axis=1)\n"
            "one_hot = jax.nn.one_hot(y, logits.shape[1])\n"
            "loss = ((p - one_hot) ** 2).sum(axis=1).mean()"
        ),
        "keras": (
            "from keras import ops\n"
            "\n"
            "def loss(y, logits):\n"
            '    one_hot = ops.one_hot(ops.reshape(ops.cast(y, "int32"), (-1,)), logits.shape[1])\n'
            "    return ops.sum((ops.softmax(logits) - one_hot) ** 2, axis=1)"
        ),
        **boosted_classes("gap = p - truth", "2 * p * (gap - (p * gap).sum(axis=1, keepdims=True))", "2 * p * (1 - p)"),
    },
    numpy_temperature=NUMPY_TEMPERATURE,
    pytorch_temperature=PYTORCH_TEMPERATURE,
    framework_temperature=with_temperature(one_of_several=True),
    log_link=log_softmax,
    nll=nll,
    gradient=gradient,
    likelihood=False,
    noise_twin="normal",
)
