"""Categorical labels, one class of K a row: softmax cross-entropy."""

from __future__ import annotations

from losscheck.families.label_family import LabelFamily, Loss
from losscheck.families.snippets import with_temperature
from losscheck.numeric.lazy import Array, np, scipy
from losscheck.results import TaskKind


def log_softmax(logits: Array) -> Array:
    """Return z − log Σ exp(z), the logarithms of the softmax."""
    log_p: Array = logits - scipy.special.logsumexp(logits, axis=1, keepdims=True)
    return log_p


def one_hot(target: Array, classes: int) -> Array:
    """Return class indices as rows of zeros with a one."""
    rows: Array = (np.arange(classes) == np.asarray(target)[:, None]).astype(float)
    return rows


def of_class(values: Array, target: Array) -> Array:
    """Return each row's value in the column of its class."""
    return values[np.arange(len(values)), np.asarray(target, dtype=np.int64)]


def nll(log_p: Array, target: Array) -> Array:
    """Return −log P(class) of each row."""
    return -of_class(log_p, target)


def cross_entropy(logits: Array, target: Array) -> Array:
    """Return log Σ exp(z) − z_y."""
    total: Array = scipy.special.logsumexp(logits, axis=1)
    return total - of_class(logits, target)


def gradient(logits: Array, target: Array) -> Array:
    """Return p − y, with y one-hot."""
    return np.exp(log_softmax(logits)) - one_hot(target, logits.shape[1])


NUMPY_TEMPERATURE = (
    "# after training: temperature {temperature}, fitted on held-out rows\n"
    "# (only probabilities left? logits = np.log(p))\n"
    "z = logits / {temperature}\n"
    "p = np.exp(z - z.max(axis=1, keepdims=True))\n"
    "p = p / p.sum(axis=1, keepdims=True)"
)
PYTORCH_TEMPERATURE = (
    "# after training: temperature {temperature}, fitted on held-out rows\n"
    "p = torch.softmax(logits / {temperature}, dim=1)"
)
NUMPY_LOG_SOFTMAX = (
    "z = logits - logits.max(axis=1, keepdims=True)  # so that exp cannot overflow\n"
    "log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))\n"
)

CATEGORICAL = LabelFamily(
    id="categorical",
    title="categorical (one class of K)",
    loss=Loss(
        id="cross_entropy",
        title="cross-entropy",
        formula="mean of −log p_y = log Σ_k exp(z_k) − z_y, from the logits z",
        value=cross_entropy,
        aliases=(
            "ce",
            "nll",
            "softmax",
            "softmax_cross_entropy",
            "categorical_cross_entropy",
            "categorical_crossentropy",
            "sparse_categorical_crossentropy",
            "multinomial_log_loss",
        ),
    ),
    tasks=frozenset({TaskKind.MULTICLASS}),
    elicits="class probabilities",
    assumption="each row's label is one draw from its own probabilities p_1 … p_K, and rows are independent",
    density="P(y) = Π_k p_k^(y_k), y one-hot: the multinomial of a single draw; p = softmax(z)",
    negative_log_likelihood="−log L = −Σ_i Σ_k y_ik log p_ik = −Σ_i log p_i,y(i)",
    derivation=(
        "1. A label is one draw from K classes with probabilities p_1 … p_K: a multinomial of a single draw. Write it "
        "as a one-hot row y; then P(y) = Π_k p_k^(y_k), where the exponents switch off all classes but the true one.\n"
        "2. Rows are independent, so the likelihood is the product over rows, and its negative logarithm is "
        "−log L = −Σ_i Σ_k y_ik log p_ik. That is cross-entropy. In each row one term is left: −log of the probability "
        "that was stated for what happened.\n"
        "3. p must be positive and sum to 1. Write log p_k = z_k − log Σ_j exp(z_j), the softmax, and any real z will "
        "do: the z_k are the multinomial's natural parameters, which makes softmax its canonical link, and a row's "
        "loss log Σ_k exp(z_k) − z_y convex in z.\n"
        "4. The gradient in z is then p − y, what was stated less what happened: the same as f − y of squared error "
        "under normal noise. A confident mistake keeps a gradient near −1 in the true class, and is corrected.\n"
        "5. If the true probabilities are q, the expected loss is H(q) + KL(q‖p): the entropy of the labels, which no "
        "model removes, plus a distance that is 0 only at p = q. So it asks for the probabilities themselves, not only "
        "for the right winner. Stating 1/K everywhere costs log K nats a row: what a model must stay below.\n"
        "6. Frameworks take the logits z, not p: log Σ exp is exact where p has long been rounded to 0, whose "
        "logarithm is infinite. Softmax in front of such a loss is applied twice; the loss then cannot go below "
        "log(e + K − 1) − 1, however good the model."
    ),
    right_when="each row has exactly one class of K, and you want probabilities; classes may be unequal",
    misleads=(
        "It is consistent for the probabilities, not for accuracy or costs: those belong to the decision, after "
        "training. Class weights do not repair imbalance: they multiply the stated odds by the weights. On the rows "
        "that it was trained on a flexible model drives it to 0 by growing the logits; held-out rows show that as "
        "overconfidence, and one temperature after training usually repairs it."
    ),
    references=(
        "Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x",
        "Bridle (1990), doi:10.1007/978-3-642-76153-9_28",
        "Gneiting & Raftery (2007), doi:10.1198/016214506000001437",
        "Guo et al. (2017), arXiv:1706.04599",
    ),
    numpy_code=(
        "# logits (n, K), y (n,) the index of each row's class\n"
        f"{NUMPY_LOG_SOFTMAX}"
        "loss = -np.mean(log_p[np.arange(len(y)), y])"
    ),
    pytorch_code=(
        "# logits (n, K), no softmax in front; y (n,) the index of each row's class\n"
        "loss = torch.nn.CrossEntropyLoss()(logits, y)\n"
        "# the same from log p: torch.nn.NLLLoss()(torch.log_softmax(logits, dim=1), y)"
    ),
    framework_code={
        "jax": (
            "import optax\nrows = optax.losses.softmax_cross_entropy_with_integer_labels(logits, y)\nloss = rows.mean()"
        ),
        "keras": ("import keras\nloss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)"),
        "sklearn": (
            "from sklearn.ensemble import HistGradientBoostingClassifier\n"
            "from sklearn.linear_model import LogisticRegression\n"
            "linear = LogisticRegression()  # with a ridge penalty: C=np.inf is without\n"
            "boosted = HistGradientBoostingClassifier()"
        ),
        "xgboost": ('import xgboost as xgb\nmodel = xgb.XGBClassifier(objective="multi:softprob")'),
        "lightgbm": ('import lightgbm as lgb\nmodel = lgb.LGBMClassifier(objective="multiclass")'),
        "catboost": ('from catboost import CatBoostClassifier\nmodel = CatBoostClassifier(loss_function="MultiClass")'),
    },
    numpy_temperature=NUMPY_TEMPERATURE,
    pytorch_temperature=PYTORCH_TEMPERATURE,
    framework_temperature=with_temperature(one_of_several=True),
    log_link=log_softmax,
    nll=nll,
    gradient=gradient,
)
