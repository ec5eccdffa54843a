"""Soft labels, the shares of votes for K classes: cross-entropy with fractions as targets."""

from __future__ import annotations

from losscheck.families.categorical import (
    NUMPY_LOG_SOFTMAX,
    NUMPY_TEMPERATURE,
    PYTORCH_TEMPERATURE,
    log_softmax,
)
from losscheck.families.label_family import LabelFamily, Loss
from losscheck.families.snippets import with_temperature
from losscheck.numeric.lazy import Array, np, scipy
from losscheck.results import TaskKind


def nll(log_p: Array, target: Array) -> Array:
    """Return −Σ_k q_k log p_k of each row, with 0·log 0 = 0."""
    counted = np.where(target > 0, log_p, 0.0)
    total: Array = -(target * counted).sum(axis=1)
    return total


def soft_cross_entropy(logits: Array, target: Array) -> Array:
    """Return log Σ exp(z) − Σ_k q_k z_k."""
    loss: Array = scipy.special.logsumexp(logits, axis=1) - (target * logits).sum(axis=1)
    return loss


def gradient(logits: Array, target: Array) -> Array:
    """Return p − q."""
    return np.exp(log_softmax(logits)) - target


IMPORTS = (
    "from sklearn.ensemble import HistGradientBoostingClassifier\nfrom sklearn.linear_model import LogisticRegression"
)
COPIES = (
    "import numpy as np\n"
    "# every row K times, once as each class, with its fraction as the weight\n"
    "rows, y = np.divmod(np.arange(q.size), q.shape[1])\n"
    "weight = q.ravel()"
)

SOFT_CATEGORICAL = LabelFamily(
    id="soft_categorical",
    title="soft (shares of votes)",
    loss=Loss(
        id="soft_cross_entropy",
        title="cross-entropy with soft labels",
        formula="mean of −Σ_k q_k log p_k = log Σ_k exp(z_k) − Σ_k q_k z_k, from the logits z",
        value=soft_cross_entropy,
        aliases=("kl", "kl_div", "kl_divergence", "distillation"),
    ),
    tasks=frozenset({TaskKind.SOFT}),
    elicits="class probabilities",
    assumption="a row's fractions q are the shares of m independent votes, each a draw from the row's p_1 … p_K",
    density="P(votes) = m!/Π_k (m q_k)! · Π_k p_k^(m q_k), with p = softmax(z)",
    negative_log_likelihood="−log L = −Σ_i m_i Σ_k q_ik log p_ik, plus terms without p",
    derivation=(
        "1. m annotators vote; class k gets m q_k votes. Independent votes are multinomial: "
        "P(votes) = m!/Π_k (m q_k)! · Π_k p_k^(m q_k).\n"
        "2. The factorials do not contain p, so −log L = −Σ_i m_i Σ_k q_ik log p_ik plus a constant. With the same "
        "number of votes in every row m is a factor, and what is left is cross-entropy with fractions as targets; with "
        "different numbers, weight each row by its m.\n"
        "3. −Σ q log p = H(q) + KL(q‖p). The entropy H(q) of the targets is the floor that no model goes below, and "
        "minimising cross-entropy is minimising the Kullback–Leibler divergence. A teacher's probabilities are the "
        "limit of many votes.\n"
        "4. The gradient in z is p − q: 0 where the model states the targets. Hard labels are the case of one vote."
    ),
    right_when="targets are fractions that sum to 1: annotators' votes, a teacher's probabilities, mixed labels",
    misleads=(
        "Its value cannot be compared between data sets: subtract H(q), the entropy of the targets. Smoothed labels "
        "(1 − ε)·one-hot + ε/K are targets that nobody drew: a model that fits them is underconfident about the "
        "labels, with no probability below ε/K. Votes that follow each other (one annotator, many rows) tell less "
        "than their number."
    ),
    references=(
        "Kullback & Leibler (1951), doi:10.1214/aoms/1177729694",
        "Hinton, Vinyals & Dean (2015), arXiv:1503.02531",
        "Müller, Kornblith & Hinton (2019), arXiv:1906.02629",
    ),
    numpy_code=(
        "# logits (n, K), q (n, K) the target fractions, each row summing to 1\n"
        f"{NUMPY_LOG_SOFTMAX}"
        "loss = -np.mean((q * log_p).sum(axis=1))"
    ),
    pytorch_code=(
        "# logits (n, K), no softmax in front; q (n, K) the target fractions\n"
        "loss = torch.nn.CrossEntropyLoss()(logits, q)"
    ),
    framework_code={
        "jax": ("import optax\nloss = optax.losses.softmax_cross_entropy(logits, q).mean()"),
        "keras": ("import keras\nloss = keras.losses.CategoricalCrossentropy(from_logits=True)"),
        "sklearn": (
            f"{IMPORTS}\n{COPIES}\n"
            "linear = LogisticRegression().fit(X[rows], y, sample_weight=weight)\n"
            "boosted = HistGradientBoostingClassifier()\n"
            "boosted.fit(X[rows], y, sample_weight=weight)"
        ),
        "xgboost": (
            f"import xgboost as xgb\n{COPIES}\n"
            'model = xgb.XGBClassifier(objective="multi:softprob")\n'
            "model.fit(X[rows], y, sample_weight=weight)"
        ),
        "lightgbm": (
            f"import lightgbm as lgb\n{COPIES}\n"
            'model = lgb.LGBMClassifier(objective="multiclass")\n'
            "model.fit(X[rows], y, sample_weight=weight)"
        ),
        "catboost": (
            f"from catboost import CatBoostClassifier\n{COPIES}\n"
            'model = CatBoostClassifier(loss_function="MultiClass")\n'
            "model.fit(X[rows], y, sample_weight=weight)"
        ),
    },
    numpy_temperature=NUMPY_TEMPERATURE,
    pytorch_temperature=PYTORCH_TEMPERATURE,
    framework_temperature=with_temperature(one_of_several=True),
    log_link=log_softmax,
    nll=nll,
    gradient=gradient,
)
