"""Several yes-or-no labels a row, independent given the features: binary cross-entropy over all of them."""

from __future__ import annotations

from losscheck.families.bernoulli import bce, gradient, log_link, nll
from losscheck.families.label_family import LabelFamily, Loss
from losscheck.families.snippets import with_temperature
from losscheck.results import TaskKind

MULTILABEL_BERNOULLI = LabelFamily(
    id="bernoulli_product",
    title="independent Bernoulli",
    loss=Loss(
        id="multilabel_bce",
        title="binary cross-entropy over all labels",
        formula="mean over rows and labels of log(1 + exp(z_k)) − y_k z_k, from the logits z",
        value=bce,
        aliases=("multilabel_soft_margin", "multilabel_cross_entropy"),
    ),
    tasks=frozenset({TaskKind.MULTILABEL}),
    elicits="probability of each label",
    assumption="each of a row's K labels is a draw of its own: given the features, knowing one says nothing of another",
    density="P(y) = Π_k p_k^(y_k) (1 − p_k)^(1 − y_k), with p_k = 1/(1 + exp(−z_k))",
    negative_log_likelihood="−log L = −Σ_i Σ_k [y_ik log p_ik + (1 − y_ik) log(1 − p_ik)]",
    derivation=(
        "1. A row may have any number of the K labels. Each is a yes or a no, with a probability of its own: "
        "p_k^(y_k) (1 − p_k)^(1 − y_k).\n"
        "2. If they are independent given the features, the probability of the whole row of labels is the product over "
        "k, and −log L = −Σ_i Σ_k [y_ik log p_ik + (1 − y_ik) log(1 − p_ik)]: binary cross-entropy, summed over all "
        "labels.\n"
        "3. Each p_k = 1/(1 + exp(−z_k)) has a sigmoid of its own, and the gradient in z_k is p_k − y_k. The p_k need "
        "not sum to 1; softmax would force them to, as if exactly one label were true.\n"
        "4. Where the labels do depend on each other, every p_k is still the right probability of its label: only the "
        "product is not the probability of the whole set."
    ),
    right_when="any number of the K labels can be true of a row, from none to all",
    misleads=(
        "Rows that all have exactly one label look like one class of K, which is softmax cross-entropy; that they "
        "happen to have one does not prove that they must. Frameworks take the mean over rows and labels, so that "
        "with many labels most of the loss is about rare ones that are almost always no."
    ),
    references=("Dembczyński et al. (2012), doi:10.1007/s10994-012-5285-8",),
    numpy_code=("# logits (n, K), y (n, K) 0 or 1\nloss = np.mean(np.logaddexp(0, logits) - y * logits)"),
    pytorch_code=(
        "# logits (n, K), no sigmoid in front; y (n, K) 0 or 1\nloss = torch.nn.BCEWithLogitsLoss()(logits, y.float())"
    ),
    framework_code={
        "jax": ("import optax\nloss = optax.losses.sigmoid_binary_cross_entropy(logits, y).mean()"),
        "keras": ("import keras\nloss = keras.losses.BinaryCrossentropy(from_logits=True)"),
        "sklearn": (
            "from sklearn.ensemble import HistGradientBoostingClassifier\n"
            "from sklearn.linear_model import LogisticRegression\n"
            "from sklearn.multiclass import OneVsRestClassifier\n"
            "linear = OneVsRestClassifier(LogisticRegression())\n"
            "boosted = OneVsRestClassifier(HistGradientBoostingClassifier())"
        ),
        "xgboost": ('import xgboost as xgb\nmodel = xgb.XGBClassifier(objective="binary:logistic")'),
        "lightgbm": (
            "import lightgbm as lgb\n"
            "from sklearn.multiclass import OneVsRestClassifier\n"
            'model = OneVsRestClassifier(lgb.LGBMClassifier(objective="binary"))'
        ),
        "catboost": (
            'from catboost import CatBoostClassifier\nmodel = CatBoostClassifier(loss_function="MultiLogloss")'
        ),
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
    framework_temperature={
        **with_temperature(one_of_several=False),
        "lightgbm": (
            "import numpy as np\n"
            "# after training: temperature {temperature}, fitted on held-out rows\n"
            "p = model.predict_proba(X)\n"
            "p = 1 / (1 + (1 / p - 1) ** (1 / {temperature}))"
        ),
    },
    log_link=log_link,
    nll=nll,
    gradient=gradient,
)
