"""Bernoulli labels, one yes or no a row: binary cross-entropy."""

from __future__ import annotations

from losscheck.families.label_family import LabelFamily, Loss
from losscheck.families.snippets import with_temperature
from losscheck.numeric.lazy import Array, np
from losscheck.results import TaskKind


def log_link(logits: Array) -> Array:
    """Return (log(1 − p), log p) in two columns, p = 1/(1 + exp(−z)); logits of any shape are one column of them."""
    z = np.ravel(logits)
    return np.stack((-np.logaddexp(0.0, z), -np.logaddexp(0.0, -z)), axis=1)


def nll(log_p: Array, target: Array) -> Array:
    """Return −log P(label) of each row, the label 0 or 1."""
    yes = np.ravel(target).astype(bool)
    return -np.where(yes, log_p[:, 1], log_p[:, 0])


def bce(logits: Array, target: Array) -> Array:
    """Return log(1 + exp(z)) − y z, without overflow at any z."""
    softplus: Array = np.logaddexp(0.0, logits)
    return softplus - target * logits


def gradient(logits: Array, target: Array) -> Array:
    """Return p − y."""
    return np.exp(-np.logaddexp(0.0, -logits)) - target


BERNOULLI = LabelFamily(
    id="bernoulli",
    title="Bernoulli (yes or no)",
    loss=Loss(
        id="bce",
        title="binary cross-entropy",
        formula="mean of −y log p − (1 − y) log(1 − p) = log(1 + exp(z)) − y z, from the logit z",
        value=bce,
        aliases=("log_loss", "logloss", "binary_cross_entropy", "binary_crossentropy", "bce_with_logits"),
    ),
    tasks=frozenset({TaskKind.BINARY}),
    elicits="probability of yes",
    assumption="each row's label is one draw that is 1 with its own probability p, and rows are independent",
    density="P(y) = p^y (1 − p)^(1 − y), with p = 1/(1 + exp(−z))",
    negative_log_likelihood="−log L = −Σ [y log p + (1 − y) log(1 − p)]",
    derivation=(
        "1. A yes-or-no label is one draw: 1 with probability p, 0 with 1 − p. Both cases in one formula: "
        "P(y) = p^y (1 − p)^(1 − y), where the exponents switch off what did not happen.\n"
        "2. Rows are independent, so the likelihood is the product over rows, and its negative logarithm is the sum "
        "−Σ [y log p + (1 − y) log(1 − p)]: binary cross-entropy. No other step is needed.\n"
        "3. Collect y in a row's logarithm: y·log(p/(1 − p)) + log(1 − p). The label meets the model only through the "
        "log-odds z = log(p/(1 − p)). Let the model give z, any real number, and p = 1/(1 + exp(−z)): the sigmoid is "
        "the canonical link, and the row's loss log(1 + exp(z)) − y z is convex in z.\n"
        "4. Its gradient in z is p − y, what was stated less what happened. It stays near ±1 for a confident mistake; "
        "squared error would multiply it by 2p(1 − p), which is nothing just there.\n"
        "5. It is softmax cross-entropy of two columns, with z = z_1 − z_0. Stating the base rate b in every row costs "
        "−b log b − (1 − b) log(1 − b) nats a row, a coin 0.693: what a model must stay below."
    ),
    right_when="the label is one of two, and you want its probability; the classes may be as unequal as they like",
    misleads=(
        "It is consistent for the probability, not for a decision: put costs into the threshold, after training. "
        "Weights on a rare class do not repair the loss: they multiply the stated odds by the weight. A row that "
        "contradicts a confident statement costs any number of nats, whoever is wrong, label or model."
    ),
    references=(
        "Cox (1958), doi:10.1111/j.2517-6161.1958.tb00292.x",
        "Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x",
        "Gneiting & Raftery (2007), doi:10.1198/016214506000001437",
    ),
    numpy_code=(
        "# logits (n,) = log-odds of y = 1, y (n,) 0 or 1\nloss = np.mean(np.logaddexp(0, logits) - y * logits)"
    ),
    pytorch_code=(
        "# logits (n,) = log-odds of y = 1, no sigmoid in front; y (n,) 0 or 1\n"
        "loss = torch.nn.BCEWithLogitsLoss()(logits, y.float())\n"
        "# two columns of logits, y.long(): torch.nn.CrossEntropyLoss() is the same loss"
    ),
    framework_code={
        "jax": ("import optax\nloss = optax.losses.sigmoid_binary_cross_entropy(logits, y).mean()"),
        "keras": ("import keras\nloss = keras.losses.BinaryCrossentropy(from_logits=True)"),
        "sklearn": (
            "from sklearn.ensemble import HistGradientBoostingClassifier\n"
            "from sklearn.linear_model import LogisticRegression\n"
            "linear = LogisticRegression()  # with a ridge penalty: C=np.inf is without\n"
            "boosted = HistGradientBoostingClassifier()"
        ),
        "xgboost": ('import xgboost as xgb\nmodel = xgb.XGBClassifier(objective="binary:logistic")'),
        "lightgbm": ('import lightgbm as lgb\nmodel = lgb.LGBMClassifier(objective="binary")'),
        "catboost": ('from catboost import CatBoostClassifier\nmodel = CatBoostClassifier(loss_function="Logloss")'),
    },
    numpy_temperature=(
        "# after training: temperature {temperature}, fitted on held-out rows\n"
        "# (only probabilities left? logits = np.log(p / (1 - p)))\n"
        "p = 1 / (1 + np.exp(-logits / {temperature}))"
    ),
    pytorch_temperature=(
        "# after training: temperature {temperature}, fitted on held-out rows\n"
        "p = torch.sigmoid(logits / {temperature})"
    ),
    framework_temperature=with_temperature(one_of_several=False),
    log_link=log_link,
    nll=nll,
    gradient=gradient,
)
