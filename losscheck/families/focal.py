"""Focal loss: cross-entropy with the rows that the model is sure of turned down; no likelihood, and not proper."""

from __future__ import annotations

from losscheck.families.categorical import (
    NUMPY_LOG_SOFTMAX,
    NUMPY_TEMPERATURE,
    PYTORCH_TEMPERATURE,
    log_softmax,
    of_class,
    one_hot,
)
from losscheck.families.label_family import LabelFamily, Loss
from losscheck.families.snippets import boosted_classes, with_temperature
from losscheck.numeric.lazy import Array, np
from losscheck.results import TaskKind

GAMMA = 2.0
"""The exponent that Lin et al. (2017) recommend."""


def nll(log_p: Array, target: Array) -> Array:
    """Return (1 − p_y)^gamma · (−log p_y), what would be −log P(class) if it were one."""
    stated = of_class(log_p, target)
    return (-np.expm1(stated)) ** GAMMA * -stated


def focal(logits: Array, target: Array) -> Array:
    """Return the focal loss of each row, gamma = 2."""
    return nll(log_softmax(logits), target)


def gradient(logits: Array, target: Array) -> Array:
    """Return phi(p_y)·(p − y), phi(p) = (1 − p)^gamma − gamma·p (1 − p)^(gamma − 1) log p."""
    log_p = log_softmax(logits)
    stated = of_class(log_p, target)
    rest = -np.expm1(stated)
    phi = rest**GAMMA - GAMMA * np.exp(stated) * rest ** (GAMMA - 1) * stated
    return phi[:, None] * (np.exp(log_p) - one_hot(target, logits.shape[1]))


BOOSTED = (
    "py = np.maximum((p * truth).sum(axis=1, keepdims=True), 1e-30)\n"
    "pull = (1 - py) ** 2 - 2 * py * (1 - py) * np.log(py)  # gamma = 2"
)

FOCAL = LabelFamily(
    id="focal",
    title="no kind of",
    loss=Loss(
        id="focal",
        title="focal loss",
        formula="mean of −(1 − p_y)^gamma · log p_y; gamma = 0 is cross-entropy",
        value=focal,
        parameters=("gamma",),
        defaults={"gamma": GAMMA},
        aliases=("focal_loss",),
    ),
    tasks=frozenset({TaskKind.BINARY, TaskKind.MULTICLASS, TaskKind.MULTILABEL}),
    elicits="most probable class",
    assumption="nothing about the labels: rows that the model is already sure of are counted less",
    density="P(y) does not exist: exp(−loss) does not sum to 1 over the classes, and to what it sums depends on p",
    negative_log_likelihood="none; the loss is Σ_i (1 − p_i,y(i))^gamma · (−log p_i,y(i))",
    derivation=(
        "1. Cross-entropy times (1 − p_y)^gamma: a row whose true class is stated with p_y = 0.9 counts "
        "(1 − 0.9)² = 0.01 of what it does in cross-entropy, gamma = 2. It was made for detectors with thousands of "
        "easy background boxes to each object.\n"
        "2. For a likelihood exp(−loss) must sum to 1 over the classes whatever p is. For two classes and gamma = 2 it "
        "sums to 1.68 at p = 0.5 and to 1.15 at p = 0.1: no label has these probabilities.\n"
        "3. If the true probabilities are q, minimising Σ_k q_k loss_k over p gives q_k ∝ p_k/phi(p_k), with "
        "phi(p) = (1 − p)^gamma − gamma·p(1 − p)^(gamma − 1) log p. So p is not q: with gamma = 2 a class of true "
        "probability 0.9 is best stated as 0.69, one of 0.99 as 0.85.\n"
        "4. The order of the classes is kept, so the winner is right; the probabilities are drawn to the middle, as by "
        "a temperature above 1. Outputs of it cannot be told from those of a flattened softmax."
    ),
    right_when="only the ranking of classes or boxes is used, and easy rows outnumber hard ones by thousands",
    misleads=(
        "It flattens the probabilities by an amount that gamma sets and not the data: where an overconfident model "
        "comes out calibrated, the two happened to match. For calibrated probabilities train with cross-entropy and "
        "fit a temperature. A model that was trained with it can be corrected: q_k = p_k/phi(p_k), divided by the sum "
        "over the classes."
    ),
    references=(
        "Lin et al. (2017), arXiv:1708.02002",
        "Charoenphakdee et al. (2021), arXiv:2011.09172",
    ),
    numpy_code=(
        "# logits (n, K), y (n,) the index of each row's class;\n"
        "# not for calibrated probabilities\n"
        f"{NUMPY_LOG_SOFTMAX}"
        "log_py = log_p[np.arange(len(y)), y]\n"
        "loss = np.mean((1 - np.exp(log_py)) ** 2.0 * -log_py)"
    ),
    pytorch_code=(
        "# logits (n, K), y (n,) the index of each row's class;\n"
        "# not for calibrated probabilities\n"
        "log_py = -torch.nn.functional.cross_entropy(logits, y, reduction='none')\n"
        "loss = ((1 - log_py.exp()) ** 2.0 * -log_py).mean()"
    ),
    framework_code={
        "jax": (
            "import jax\n"
            "import jax.numpy as jnp\n"
            "log_py = jax.nn.log_softmax(logits, axis=1)[jnp.arange(len(y)), y]\n"
            "loss = jnp.mean((1 - jnp.exp(log_py)) ** 2.0 * -log_py)"
        ),
        "keras": (
            "import keras\n"
            "# y one-hot: keras.utils.to_categorical(y); alpha multiplies the loss\n"
            "loss = keras.losses.CategoricalFocalCrossentropy(\n"
            "    alpha=1.0, gamma=2.0, from_logits=True\n"
            ")"
        ),
        **boosted_classes(BOOSTED, "pull * (p - truth)", "pull * p * (1 - p)"),
    },
    numpy_temperature=NUMPY_TEMPERATURE,
    pytorch_temperature=PYTORCH_TEMPERATURE,
    framework_temperature=with_temperature(one_of_several=True),
    log_link=log_softmax,
    nll=nll,
    gradient=gradient,
    proper=False,
    likelihood=False,
)
